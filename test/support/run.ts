/** What the set-up of a run of the tests and the tests themselves agree on. */
export interface TestServices {
  directory: string;
  databaseUrl: string;
  redisUrl: string | null;
  kafkaBrokers: string | null;
  /** Why something is null. */
  reasons: { redis?: string; kafka?: string };
}

/** The environment variable through which the set-up tells the workers where its file is. */
export const addressFile = 'OMS_TEST_SERVICES';

export const templateDatabase = 'oms_template';
