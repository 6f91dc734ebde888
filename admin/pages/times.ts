/** Times as the pages of the server say them: without a script nobody knows the reader's own time zone. */

/** `12:03:10 UTC` */
export const clockTime = (time: Date): string => `${time.toISOString().slice(11, 19)} UTC`;

/** `28 November 2026, 12:03:10 UTC` */
export const dateAndTime = (time: Date): string => `${dateOf.format(time)}, ${clockTime(time)}`;

const dateOf = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
