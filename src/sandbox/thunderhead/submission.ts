/** Reads the body of a submit and refuses what a SOAP server would refuse: wrong fields, bad base64, malformed XML. */
import { isUtf8 } from 'node:buffer';
import { fail } from './failures.ts';
import type { Property } from './faults.ts';
import { malformed, readXml, type XmlNode } from './xml.ts';

export interface Submission {
  batchName: string;
  correlationId: string;
  properties: readonly Property[];
  xml: string;
  /** The transactions asked for: number of the first, and how many. */
  from: number;
  count: number;
  /** The children of the root element are the transactions; otherwise the root itself is the only one. */
  many: boolean;
}

const mostTransactions = 10_000;

export function readSubmission(body: Buffer, many: boolean): Submission {
  const request = readJson(body);
  const wrong: { field: string; rule: string }[] = [];
  const need = (field: string, fine: boolean, rule: string) => {
    if (!fine) wrong.push({ field, rule });
  };
  const { batchConfigResId, batchName, correlationId, projectId, priority, properties = [] } = request;
  need('batchConfigResId', isInteger(batchConfigResId) && batchConfigResId > 0, 'a positive integer');
  need('batchName', isText(batchName, 255), 'a text of 1 to 255 characters');
  need('correlationId', isText(correlationId, 255), 'a text of 1 to 255 characters');
  need('projectId', projectId === undefined || isInteger(projectId), 'an integer');
  need('priority', priority === undefined || isInteger(priority), 'an integer');
  need('properties', areProperties(properties), 'a list of {name, value}, both texts');
  const type = request.transactionDataType ?? 'application/xml';
  need('transactionDataType', type === 'application/xml', 'application/xml');
  const bytes = decode(request.transactionData);
  need('transactionData', bytes !== undefined && isUtf8(bytes), 'XML in UTF-8, in base64');
  const range = readRange(request.transactionRange ?? '');
  need('transactionRange', range !== undefined && (many || range.last === null || range.last === 1), rangeRule(many));
  if (wrong.length > 0 || !bytes || !range) {
    const fields = wrong.map(({ field }) => field).join(', ');
    throw fail('INVALID_REQUEST', `The request was refused: see ${fields}.`, wrong);
  }

  const xml = bytes.toString('utf8');
  const flaw = malformed(xml);
  if (flaw) throw fail('MALFORMED_XML', `The transaction data is not acceptable XML: ${flaw}.`);
  return {
    batchName: batchName as string,
    correlationId: correlationId as string,
    properties: properties as Property[],
    xml,
    many,
    ...(many ? countTransactions(xml, range) : { from: 1, count: 1 }),
  };
}

export function readJson(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw fail('BAD_JSON');
}

/** The transactions of a wrapped batch: the children of its root, in the order of their names' first appearance. */
export function transactionsIn(root: XmlNode): { name: string; node: XmlNode }[] {
  if (typeof root === 'string') return [];
  return Object.entries(root)
    .filter(([name]) => !name.startsWith('@') && name !== '#text')
    .flatMap(([name, nodes]) => [nodes].flat().map((node) => ({ name, node: node as XmlNode })));
}

function countTransactions(xml: string, { first, last }: { first: number; last: number | null }) {
  const available = transactionsIn(readXml(xml).root).length;
  const until = last ?? available;
  if (first > until || until > available || available > mostTransactions) {
    throw fail('INVALID_REQUEST', `The data holds ${available} transactions (up to ${mostTransactions} are taken).`, [
      { field: 'transactionRange', rule: `within 1-${available}` },
    ]);
  }
  return { from: first, count: until - first + 1 };
}

const rangeRule = (many: boolean) => (many ? '"n", "first-last", or nothing for all' : '"1"');

function readRange(range: unknown): { first: number; last: number | null } | undefined {
  if (range === '') return { first: 1, last: null };
  const [, first, last = first] =
    (typeof range === 'string' && /^([1-9]\d{0,6})(?:-([1-9]\d{0,6}))?$/.exec(range)) || [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}

/** Node skips what is not base64; a length that does not add up shows that it did. */
function decode(data: unknown): Buffer | undefined {
  if (typeof data !== 'string' || data === '') return undefined;
  const bytes = Buffer.from(data, 'base64');
  const dense = expectedBytes(data) === bytes.length ? data : data.replace(/\s+/g, '');
  return expectedBytes(dense) === bytes.length ? bytes : undefined;
}

const expectedBytes = (data: string) => {
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  return Math.floor(((data.length - padding) * 3) / 4);
};

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const isText = (value: unknown, longest: number) =>
  typeof value === 'string' && value !== '' && value.length <= longest;

const areProperties = (value: unknown): value is Property[] =>
  Array.isArray(value) && value.every((item) => typeof item?.name === 'string' && typeof item.value === 'string');
