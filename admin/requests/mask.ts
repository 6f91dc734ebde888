import type { ErrorRecord, RequestRecords } from './records.ts';

/** Of what a source sent only the names are shown, unless somebody says why they have to see more. */
const dots = '••••••';

/** The same shape with the same keys; every value is the same dots, so that not even its length is told. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)]));
  return dots;
}

export interface MetadataEntry {
  key: string;
  value: string;
}

export const maskedMetadata = (metadata: unknown): MetadataEntry[] =>
  Array.isArray(metadata) ? metadata.map(({ key }) => ({ key: String(key), value: dots })) : [];

/** The records as they are shown to somebody who has not said why they have to see more. */
export const maskedRecords = (records: RequestRecords): RequestRecords => ({
  ...records,
  head: { ...records.head, callbackUrl: maskedQuery(records.head.callbackUrl) },
  errors: records.errors.map((error: ErrorRecord) => ({ ...error, details: maskedDetails(error.details) })),
});

/** A source may say with it what or whom the call is about, or prove with it who it is. */
const maskedQuery = (address: string | null): string | null => address?.replace(/[?#].*/s, `?${dots}`) ?? null;

/** What Thunderhead, or we ourselves, say of a failure in words and numbers of our own making. */
const told = [
  ...['code', 'message', 'description', 'category', 'statusText'],
  ...['msgId', 'msgType', 'msgText', 'transactionNo', 'channelId', 'retryable'],
  ...['count', 'completed', 'errored', 'stopped', 'workflow'],
];

/** Thunderhead's messages are there to be read; beside them `args`, or a body that nobody understood, may quote what was sent. */
export function maskedDetails(details: unknown): unknown {
  if (details === null || details === undefined) return details;
  if (Array.isArray(details)) return details.map(maskedDetails);
  if (typeof details !== 'object') return dots;
  return Object.fromEntries(
    Object.entries(details).map(([key, inner]) => [
      key,
      told.includes(key) && typeof inner !== 'object' ? inner : maskedDetails(inner),
    ]),
  );
}
