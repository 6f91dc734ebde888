/** The job API's operations (sandbox contract): what each makes of its request element, as the content of its response. */
import { childOf, childrenOf, type Element, fieldOf } from '../soap/element.ts';
import { field } from '../soap/envelope.ts';
import {
  type Batch,
  documentsOf,
  isFinal,
  messagesOf,
  type Report,
  report,
  statusOf,
  type TransactionStatus,
  transactionsOf,
} from './batch.ts';
import type { Batches } from './batches.ts';
import { renderDocument } from './document.ts';
import type { Unanswered } from './faults.ts';
import { readScript } from './faults.ts';
import { faulty, type JobFault, messageXml } from './job-faults.ts';
import { readSubmission } from './submission.ts';
import { documentIn } from './submitted.ts';

/** The content of `<operationResponse>`; a fault; or no answer although there is one. */
export type JobAnswer = string | JobFault | { unanswered: Unanswered };

export interface JobWorld {
  batches: Batches;
  now: () => number;
  /** How far the job server's own clock is off, as its answers show. */
  skewMs: () => number;
  /** Takes a hand-over in (`submit.ts`). */
  submit: (request: Element | undefined, key: string | null) => Promise<JobAnswer>;
}

export type Operation = (request: Element, key: string | null) => JobAnswer | Promise<JobAnswer>;

const mostIds = 100;

export function operations({ batches, now, skewMs, submit }: JobWorld): Readonly<Record<string, Operation>> {
  const outcome = (batch: Batch) => outcomeXml(report(batch, now(), skewMs()));

  const about = (answer: (batch: Batch, request: Element) => JobAnswer | Promise<JobAnswer>): Operation => {
    return (request) => {
      const id = fieldOf(request, 'batchID') ?? '';
      const batch = batches.find(Number(id || Number.NaN));
      return batch ? answer(batch, request) : faulty('NO_SUCH_BATCH', `There is no batch ${id}.`);
    };
  };

  return {
    submitBatch: (request, key) => submit(childOf(request, 'request'), key),
    findBatches(request) {
      const correlationId = fieldOf(request, 'correlationID') ?? '';
      return batches.under(correlationId).map(outcome).join('');
    },
    getBatchStatus: about(outcome),
    getBatchStatuses(request) {
      const ids = childrenOf(request, 'batchID').map(({ text }) => text);
      if (ids.length > mostIds || !ids.every((id) => /^\d{1,15}$/.test(id))) {
        return faulty('INVALID_REQUEST', `batchID may come up to ${mostIds} times, and is a number.`);
      }
      const found = ids.map((id) => batches.find(Number(id)));
      const missing = ids.filter((_, index) => !found[index]);
      return (
        found.map((batch) => batch && outcome(batch)).join('') + missing.map((id) => field('notFound', id)).join('')
      );
    },
    getTransactionStatuses: about((batch) => transactionsOf(batch, now()).map(transactionXml).join('')),
    getBatchErrors: about((batch) =>
      messagesOf(batch, now(), skewMs())
        .map((message) => messageXml('return', message))
        .join(''),
    ),
    stopBatch: about(async (batch) => {
      if (isFinal(statusOf(batch, now()))) return field('return', false);
      if (batch.cancelledAt === null) await batches.cancel(batch, now());
      return field('return', true);
    }),
    getChannelDocument: about(async (batch, request) => {
      const no = Number(fieldOf(request, 'documentNo') || Number.NaN);
      if (!(no >= batch.from && no < batch.from + batch.count)) return faulty('NO_SUCH_DOCUMENT');
      if (!isFinal(statusOf(batch, now()))) return faulty('NOT_READY');
      if (!documentsOf(batch, now()).includes(no)) return faulty('NO_SUCH_DOCUMENT', `No document ${no} was made.`);
      const content = batch.purged ? undefined : batches.contentOf(batch);
      if (content === undefined) return faulty('PURGED');
      return packageXml(await renderDocument(documentIn(content, batch, no)));
    }),
    async executePreview(request) {
      const submission = readSubmission(childOf(request, 'request'));
      if ('fault' in submission) return submission;
      const { xml, properties, batchName } = submission;
      const script = readScript(properties);
      if ('unknown' in script) return faulty('UNKNOWN_FAULT', script.unknown);
      if (script.refused) return faulty(script.refused === 'reject' ? 'REJECTED' : 'CLIENT_FAULT');
      return packageXml(await renderDocument({ xml, properties, batchName, at: now(), child: null }));
    },
  };
}

const outcomeXml = ({ transactions, channelJobs, ...batch }: Report): string =>
  `<return>${field('BatchID', batch.batchId)}${field('BatchName', batch.batchName)}` +
  `${field('TransCount', transactions.count)}${field('TransCompleted', transactions.completed)}` +
  `${field('TransErrored', transactions.errored)}${field('TransStopped', transactions.stopped)}` +
  `${field('TransWorkflow', transactions.workflow)}${field('ChanJobsCreated', channelJobs.created)}` +
  `${field('ChanJobsCompleted', channelJobs.completed)}${field('ChanJobsErrored', channelJobs.errored)}` +
  `${field('ChanJobsStopped', channelJobs.stopped)}${field('ChanJobsWorkflow', channelJobs.workflow)}` +
  `${field('Status', batch.status)}${field('StatusText', batch.statusText)}` +
  `${field('CorrelationID', batch.correlationId)}${field('TimeStamp', batch.updatedAt)}` +
  `${batch.documents.map(documentXml).join('')}</return>`;

const documentXml = ({ no, mimeType, dmsDocumentId }: Report['documents'][number]) =>
  `<Document no="${no}" mimeType="${mimeType}" dmsDocumentID="${dmsDocumentId}"/>`;

const transactionXml = ({ transactionNo, status, correlationId, name }: TransactionStatus): string =>
  `<return>${field('transactionNo', transactionNo)}${field('status', status)}` +
  `${field('correlationID', correlationId)}${field('name', name)}</return>`;

const packageXml = (pdf: Buffer): string =>
  `<return><mimeType>application/pdf</mimeType><content>${pdf.toString('base64')}</content></return>`;
