/** A submit's JSON as the content of a SOAP request. Checked is what JSON may get wrong; the rest is the job server's. */
import { escaped, field } from '../soap/envelope.ts';
import { fail } from './failures.ts';

export interface SubmitRequest {
  batchName: string;
  correlationId: string;
  transactionData: string;
  properties: readonly Property[];
  /** `<request>...</request>` */
  content: string;
}

interface Property {
  name: string;
  value: string;
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

/** @throws Failure */
export function readSubmit(body: Buffer, many: boolean): SubmitRequest {
  const request = readJson(body);
  const wrong: { field: string; rule: string }[] = [];
  const { batchConfigResId, batchName, correlationId, transactionData, properties = [] } = request;
  const { projectId = 0, priority = 0, transactionRange = '', transactionDataType = 'application/xml' } = request;
  const need = (name: string, fine: boolean, rule: string) => {
    if (!fine) wrong.push({ field: name, rule });
  };
  for (const [name, value] of Object.entries({ batchConfigResId, projectId, priority })) {
    need(name, Number.isSafeInteger(value), 'an integer');
  }
  for (const [name, value] of Object.entries({ batchName, transactionData, transactionRange })) {
    need(name, typeof value === 'string', 'a text');
  }
  need('correlationId', isText(correlationId), 'a text of 1 to 255 characters');
  need('transactionDataType', transactionDataType === 'application/xml', 'application/xml');
  need('properties', areProperties(properties), 'a list of {name, value}, both texts');
  if (wrong.length > 0) {
    const fields = wrong.map(({ field: name }) => name).join(', ');
    throw fail('INVALID_REQUEST', { message: `The request was refused: see ${fields}.`, details: wrong });
  }
  const told = [...(properties as Property[]), { name: 'CorrelationID', value: correlationId as string }];
  const content =
    `<request>${field('batchConfigResID', batchConfigResId as number)}${field('batchName', batchName as string)}` +
    `${field('projectID', projectId as number)}${field('jobType', many ? 'BATCH' : 'DOCUMENT')}` +
    `${field('priority', priority as number)}<transactionData>${escaped(transactionData as string)}</transactionData>` +
    `${field('transactionRange', transactionRange as string)}` +
    `<properties>${told.map(propertyXml).join('')}</properties></request>`;
  return {
    ...{ batchName: batchName as string, correlationId: correlationId as string, content },
    ...{ transactionData: transactionData as string, properties: properties as Property[] },
  };
}

const propertyXml = ({ name, value }: Property) =>
  `<property>${field('name', name)}${field('value', value)}</property>`;

const isText = (value: unknown) => typeof value === 'string' && value !== '' && value.length <= 255;

const areProperties = (value: unknown): value is Property[] =>
  Array.isArray(value) && value.every((item) => typeof item?.name === 'string' && typeof item.value === 'string');
