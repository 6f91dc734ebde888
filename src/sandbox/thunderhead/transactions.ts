/**
 * The transactions of a batch (sandbox contract): `<Transactions>` wraps documents that each have a correlation id, a
 * name and properties of their own. Under any other root its children are the transactions, and have none of these.
 */
import { type Attributes, copied, deepest, type Listener, scan, textOf } from '../soap/scan.ts';
import type { Property } from './faults.ts';

export interface Transaction {
  /** In the whole data, counted from 1. */
  no: number;
  correlationId: string;
  name: string;
  properties: readonly Property[];
  /** Where the document's own XML stands. */
  from: number;
  to: number;
}

export interface Contents {
  /** How many transactions there are. */
  count: number;
  /** Null when they are nothing but children of the root. */
  transactions: readonly Transaction[] | null;
}

/** With how many `Data` it has, and how many elements in them: one of each is a document. */
type Growing = Transaction & { properties: Property[]; data: number; elements: number };

/** The wrapper must not make a document too deep that would do by itself. */
const wrapperDepth = 3;
const longest = 255;

/** Reads and checks in one pass; or says why not. `incomplete`: the numbers of transactions that lack something. */
export function readTransactions(xml: string): Contents | { malformed: string } | { incomplete: number[] } {
  const transactions: Growing[] = [];
  let depth = 0;
  let count = 0;
  let wrapped = false;
  let part = '';
  let property: { name: string; from: number } | null = null;

  const listener: Listener = {
    open(qualified, attributes, to) {
      depth += 1;
      if (depth === 1) wrapped = local(qualified) === 'Transactions';
      else if (depth === 2) {
        count += 1;
        if (wrapped) transactions.push(begin(count, local(qualified), attributes));
      } else if (wrapped && depth === 3) {
        part = local(qualified);
        const transaction = transactions.at(-1) as Growing;
        if (part === 'Data') {
          transaction.from = to;
          transaction.data += 1;
        }
      } else if (wrapped && depth === 4) {
        if (part === 'Data') (transactions.at(-1) as Growing).elements += 1;
        else if (part === 'Properties') property = { name: attributes.get('name') ?? '', from: to };
      }
    },
    close(from) {
      if (wrapped && depth === 4 && property) {
        const value = textOf(xml.slice(property.from, from));
        (transactions.at(-1) as Growing).properties.push({ name: property.name, value });
        property = null;
      } else if (wrapped && depth === 3 && part === 'Data') {
        (transactions.at(-1) as Growing).to = from;
      }
      depth -= 1;
    },
  };

  const malformed = scan(xml, listener, deepest + wrapperDepth);
  if (malformed) return { malformed };
  const incomplete = transactions.filter((transaction) => !isComplete(transaction)).map(({ no }) => no);
  if (incomplete.length > 0) return { incomplete };
  return { count, transactions: wrapped ? transactions : null };
}

function begin(no: number, element: string, attributes: Attributes): Growing {
  // Anything else among the transactions is one that lacks everything.
  const own = element === 'Transaction' ? attributes : undefined;
  const correlationId = copied(own?.get('correlationId') ?? '');
  const name = copied(own?.get('name') ?? '');
  return { no, correlationId, name, properties: [], from: 0, to: 0, data: 0, elements: 0 };
}

const isComplete = ({ correlationId, name, data, elements }: Growing) =>
  isText(correlationId) && isText(name) && data === 1 && elements === 1;
const isText = (text: string) => text !== '' && text.length <= longest;
const local = (qualified: string) => qualified.slice(qualified.indexOf(':') + 1);
