/** The job server's answers as the facade's JSON. */

import { childrenOf, type Element, fieldOf } from '../soap/element.ts';
import { isFinal } from '../thunderhead/batch.ts';
import { fail } from './failures.ts';

const text = (element: Element, name: string): string => fieldOf(element, name) ?? '';

/** @throws Failure when it is none: the answer cannot be understood */
export function numberIn(element: Element, name: string): number {
  const digits = text(element, name);
  if (!/^-?\d{1,15}$/.test(digits)) throw fail('NOT_UNDERSTOOD');
  return Number(digits);
}

export const outcomesIn = (response: Element) => childrenOf(response, 'return').map(reportOf);

function reportOf(outcome: Element) {
  // One look at each field: this is asked a hundred at a time.
  const fields = new Map(outcome.children.map((child) => [child.name, child.text]));
  const count = (name: string) => {
    const digits = fields.get(name) ?? '';
    if (!/^\d{1,15}$/.test(digits)) throw fail('NOT_UNDERSTOOD');
    return Number(digits);
  };
  const status = fields.get('Status') ?? '';
  return {
    batchId: count('BatchID'),
    batchName: fields.get('BatchName') ?? '',
    correlationId: fields.get('CorrelationID') ?? '',
    status,
    statusText: fields.get('StatusText') ?? '',
    final: isFinal(status),
    transactions: {
      ...{ count: count('TransCount'), completed: count('TransCompleted'), errored: count('TransErrored') },
      ...{ stopped: count('TransStopped'), workflow: count('TransWorkflow') },
    },
    channelJobs: {
      ...{ created: count('ChanJobsCreated'), completed: count('ChanJobsCompleted') },
      ...{ errored: count('ChanJobsErrored'), stopped: count('ChanJobsStopped'), workflow: count('ChanJobsWorkflow') },
    },
    documents: childrenOf(outcome, 'Document').map(({ attributes }) => ({
      no: Number(attributes.get('no')),
      mimeType: attributes.get('mimeType'),
      dmsDocumentId: Number(attributes.get('dmsDocumentID')),
    })),
    updatedAt: fields.get('TimeStamp') ?? '',
  };
}

export function transactionOf(transaction: Element) {
  const [correlationId, name] = [fieldOf(transaction, 'correlationID'), fieldOf(transaction, 'name')];
  return {
    ...{ transactionNo: numberIn(transaction, 'transactionNo'), status: text(transaction, 'status') },
    ...(correlationId !== undefined && { correlationId }),
    ...(name !== undefined && { name }),
  };
}

const optional = (message: Element, name: string, as: string) =>
  fieldOf(message, name) === undefined ? {} : { [as]: numberIn(message, name) };

export function messageOf(message: Element) {
  const msgDate = fieldOf(message, 'msgDate');
  return {
    ...{ msgId: numberIn(message, 'msgID'), msgType: text(message, 'msgType'), category: text(message, 'category') },
    msgText: text(message, 'msgText'),
    ...(msgDate !== undefined && { msgDate }),
    ...optional(message, 'transactionNo', 'transactionNo'),
    ...optional(message, 'channelID', 'channelId'),
    ...optional(message, 'docID', 'docId'),
    args: childrenOf(message, 'args').map((argument) => argument.text),
    retryable: text(message, 'retryable') === 'true',
  };
}

export function packageOf(response: Element): { mimeType: string; bytes: Buffer } {
  const [found] = childrenOf(response, 'return');
  if (!found) throw fail('NOT_UNDERSTOOD');
  return { mimeType: text(found, 'mimeType'), bytes: Buffer.from(text(found, 'content'), 'base64') };
}
