/** The one time all processes agree on. In production that is the database's clock; a test owns its own. */
export interface Clock {
  now(): Date;
}
