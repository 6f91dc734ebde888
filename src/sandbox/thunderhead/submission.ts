/** Reads the request of a submit and refuses what a job server would refuse: wrong fields, bad base64, malformed XML. */
import { isUtf8 } from 'node:buffer';
import { childOf, childrenOf, type Element, fieldOf } from '../soap/element.ts';
import { copied, scan } from '../soap/scan.ts';
import type { Property } from './faults.ts';
import { faulty, type JobFault, type JobMessage } from './job-faults.ts';
import { type Contents, readTransactions, type Transaction } from './transactions.ts';

export interface Submission {
  batchName: string;
  /** Travels as the property `CorrelationID`; empty when there is none. */
  correlationId: string;
  /** The others. */
  properties: readonly Property[];
  xml: string;
  /** The transactions asked for: number of the first, and how many. */
  from: number;
  count: number;
  /** The children of the root element are the transactions; otherwise the root itself is the only one. */
  many: boolean;
  /** Those asked for, when they come with ids of their own. */
  transactions: readonly Transaction[] | null;
}

const correlationProperty = 'CorrelationID';

const mostTransactions = 10_000;
/** `jobType` (sandbox contract): whether the root element is the one transaction, or wraps many. */
const jobTypes = ['DOCUMENT', 'BATCH'];

export function readSubmission(request: Element | undefined): Submission | JobFault {
  const wrong: { field: string; rule: string }[] = [];
  const need = (name: string, fine: boolean, rule: string) => {
    if (!fine) wrong.push({ field: name, rule });
  };
  const value = (name: string) => fieldOf(request, name);
  const batchName = copied(value('batchName') ?? '');
  const jobType = value('jobType') ?? 'DOCUMENT';
  const many = jobType === 'BATCH';
  need('batchConfigResID', /^[1-9]\d{0,14}$/.test(value('batchConfigResID') ?? ''), 'a positive integer');
  need('batchName', batchName !== '' && batchName.length <= 255, 'a text of 1 to 255 characters');
  for (const name of ['projectID', 'priority']) {
    need(name, /^-?\d{1,15}$/.test(value(name) ?? '0'), 'an integer');
  }
  need('jobType', jobTypes.includes(jobType), jobTypes.join(' or '));
  const bytes = decode(value('transactionData') ?? '');
  need('transactionData', bytes !== undefined && isUtf8(bytes), 'XML in UTF-8, in base64');
  const range = readRange(value('transactionRange') ?? '');
  need('transactionRange', range !== undefined && (many || range.last === null || range.last === 1), rangeRule(many));
  if (wrong.length > 0 || !bytes || !range) {
    const fields = wrong.map(({ field }) => field).join(', ');
    return faulty('INVALID_REQUEST', `The request was refused: see ${fields}.`, wrong.map(refusedField));
  }

  const xml = bytes.toString('utf8');
  const all = childrenOf(childOf(request, 'properties'), 'property').map((property) => ({
    ...{ name: fieldOf(property, 'name') ?? '', value: fieldOf(property, 'value') ?? '' },
  }));
  const told = {
    ...{ batchName, xml, many },
    correlationId: copied(all.find(({ name }) => name === correlationProperty)?.value ?? ''),
    properties: all.filter(({ name }) => name !== correlationProperty),
  };
  if (many) {
    const found = pick(xml, range);
    return 'fault' in found ? found : { ...told, ...found };
  }
  const flaw = scan(xml);
  return flaw ? malformed(flaw) : { ...told, from: 1, count: 1, transactions: null };
}

function pick(
  xml: string,
  { first, last }: { first: number; last: number | null },
): Pick<Submission, 'from' | 'count' | 'transactions'> | JobFault {
  const contents = readTransactions(xml);
  if ('malformed' in contents) return malformed(contents.malformed);
  if ('incomplete' in contents) {
    const rule = 'a transaction needs a correlationId, a name and one element in Data';
    const messages = contents.incomplete.map((transactionNo) => ({
      ...refusedField({ field: 'transactionData', rule }),
      transactionNo,
    }));
    return faulty('INVALID_REQUEST', `The request was refused: ${rule}.`, messages);
  }
  const { count, transactions }: Contents = contents;
  const until = last ?? count;
  if (first > until || until > count || count > mostTransactions) {
    return faulty('INVALID_REQUEST', `The data holds ${count} transactions (up to ${mostTransactions} are taken).`, [
      refusedField({ field: 'transactionRange', rule: `within 1-${count}` }),
    ]);
  }
  return {
    ...{ from: first, count: until - first + 1 },
    transactions: transactions?.slice(first - 1, until) ?? null,
  };
}

const malformed = (flaw: string) => faulty('MALFORMED_XML', `The transaction data is not acceptable XML: ${flaw}.`);

const refusedField = ({ field, rule }: { field: string; rule: string }): JobMessage => ({
  ...{ msgId: 10001, msgType: 'E', category: 'REQUEST', msgText: `${field}: ${rule}`, args: [field], retryable: false },
});

const rangeRule = (many: boolean) => (many ? '"n", "first-last", or nothing for all' : '"1"');

function readRange(range: string): { first: number; last: number | null } | undefined {
  if (range === '') return { first: 1, last: null };
  const [, first, last = first] = /^([1-9]\d{0,6})(?:-([1-9]\d{0,6}))?$/.exec(range) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}

/** Node skips what is not base64; a length that does not add up shows that it did. */
function decode(data: string): Buffer | undefined {
  if (data === '') return undefined;
  const bytes = Buffer.from(data, 'base64');
  const dense = expectedBytes(data) === bytes.length ? data : data.replace(/\s+/g, '');
  return expectedBytes(dense) === bytes.length ? bytes : undefined;
}

const expectedBytes = (data: string) => {
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  return Math.floor(((data.length - padding) * 3) / 4);
};
