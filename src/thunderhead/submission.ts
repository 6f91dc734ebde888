import type { Handover } from '#processors/document/ports.ts';
import { xmlDeclaration } from '#processors/document/xml.ts';

/** A document that is ready to be sent. */
export interface Written {
  handover: Handover;
  /** Its content as one XML element. */
  element: string;
}

/** Of one request, as Thunderhead takes it (DOMAIN: section 2), less what surrounds the data. */
export const mostBytes = 10 * 1024 * 1024 - 64 * 1024;

/** What the data of a call takes on the wire: base64 makes four of three. */
const onTheWire = (bytes: number): number => Math.ceil(bytes / 3) * 4;

/** For the wrapper of a transaction and its properties. */
const wrapperBytes = ({ properties }: Handover): number =>
  200 + properties.reduce((sum, { name, value }) => sum + 60 + 3 * (name.length + value.length), 0);

/** How many of these, from the first on, fit into one call; one in any case, so that Thunderhead itself can refuse it. */
export function fitting(documents: readonly Written[]): number {
  let bytes = 0;
  const over = documents.findIndex(({ handover, element }) => {
    bytes += onTheWire(Buffer.byteLength(element) + wrapperBytes(handover));
    return bytes > mostBytes;
  });
  return over === -1 ? documents.length : Math.max(1, over);
}

export interface Identity {
  batchName: string;
  correlationId: string;
}

/** `POST /documents`: the document's own XML, alone. */
export const documentBody = (identity: Identity, { handover, element }: Written): string =>
  bodyOf(identity, handover, element, { transactionRange: '1', properties: handover.properties });

/** `POST /batches`: each document is a transaction with its own properties, and can be found by its request's id. */
export const batchBody = (identity: Identity, documents: readonly [Written, ...Written[]]): string =>
  bodyOf(identity, documents[0].handover, `<Transactions>${documents.map(transaction).join('')}</Transactions>`, {
    transactionRange: `1-${documents.length}`,
    properties: [],
  });

const transaction = ({ handover: { progress, properties }, element }: Written): string =>
  `<Transaction correlationId="${progress.id}" name="${nameOf(progress)}"><Properties>${properties
    .map(({ name, value }) => `<Property name="${escaped(name)}">${escaped(value)}</Property>`)
    .join('')}</Properties><Data>${element}</Data></Transaction>`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** By hand, because a builder takes three times as long for what is known to be text. */
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] as string);

const nameOf = ({ id, round }: Handover['progress']): string => `OMS-${id}-${round}`;

const bodyOf = (identity: Identity, { batchConfigResId, priority }: Handover, xml: string, rest: object): string =>
  JSON.stringify({
    ...{ batchConfigResId, ...identity, projectId: 0, priority, ...rest },
    transactionDataType: 'application/xml',
    transactionData: Buffer.from(xmlDeclaration + xml).toString('base64'),
  });
