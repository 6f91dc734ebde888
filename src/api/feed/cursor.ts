/** A place in the status feed, `<transaction>-<sequence>`: what comes after it has not been read. */
export type Cursor = string;

export const beginning: Cursor = '0-0';

/** Within what PostgreSQL takes for an xid8 and a bigint. */
export function isCursor(text: string): boolean {
  const [, transaction, sequence] = /^(\d{1,20})-(\d{1,19})$/.exec(text) ?? [];
  return !!transaction && !!sequence && BigInt(transaction) < 2n ** 64n && BigInt(sequence) < 2n ** 63n;
}

/** By the numbers; as texts, 1000 would come before 999. */
export function isAfter(one: Cursor, other: Cursor): boolean {
  const [transaction, sequence] = numbersOf(one);
  const [otherTransaction, otherSequence] = numbersOf(other);
  return transaction === otherTransaction ? sequence > otherSequence : transaction > otherTransaction;
}

/** The one that stands further down the feed. */
export const later = (one: Cursor, other: Cursor): Cursor => (isAfter(one, other) ? one : other);

function numbersOf(cursor: Cursor): [transaction: bigint, sequence: bigint] {
  const [transaction, sequence] = cursor.split('-') as [string, string];
  return [BigInt(transaction), BigInt(sequence)];
}
