import type { PoolClient } from 'pg';
import type { RequestFilter } from './list-query.ts';
import { hexOf, uuidOf } from './uuid-hex.ts';

/** Ids from `from` on and below `before`. */
export interface IdRange {
  from?: string;
  before?: string;
}

/** As the index `document_request_astray` has it. */
const astray = `(received_at - uuid_extract_timestamp(id) between interval '-1 minute' and interval '1 minute') is not true`;
const marginMs = 60_000;

/**
 * The ids among which everything lies that was received between two moments. An id begins with the time of the process
 * that made it; where that is more than a minute from the database's, the row is in an index of such rows, and the
 * range is stretched to take it in. So a wrong clock makes a list slower, never wrong.
 */
export async function idsReceived(
  client: PoolClient,
  { receivedFrom, receivedTo }: Pick<RequestFilter, 'receivedFrom' | 'receivedTo'>,
): Promise<IdRange> {
  if (!receivedFrom && !receivedTo) return {};
  const { rows } = await client.query<{ first: string | null; last: string | null }>(
    `select min(id::text collate "C") as first, max(id::text collate "C") as last from document_request
     where ${astray} and received_at >= coalesce($1::timestamptz, '-infinity')
       and received_at < coalesce($2::timestamptz, 'infinity')`,
    [receivedFrom ?? null, receivedTo ?? null],
  );
  const { first, last } = rows[0] ?? { first: null, last: null };
  const from = receivedFrom && idAt(Date.parse(receivedFrom) - marginMs);
  const before = receivedTo && idAt(Date.parse(receivedTo) + marginMs);
  return {
    ...(from && { from: first && first < from ? first : from }),
    ...(before && { before: last && last >= before ? idAfter(last) : before }),
  };
}

/** The lowest UUIDv7 of a millisecond: its time in the first 48 bits (RFC 9562). */
function idAt(ms: number): string {
  const time = Math.trunc(Math.min(Math.max(ms, 0), 2 ** 48 - 1))
    .toString(16)
    .padStart(12, '0');
  return uuidOf(time.padEnd(32, '0'));
}

const idAfter = (id: string): string => uuidOf((BigInt(`0x${hexOf(id)}`) + 1n).toString(16).padStart(32, '0'));
