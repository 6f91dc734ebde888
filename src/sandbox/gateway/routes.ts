/** The facade's operations (sandbox contract), each as the SOAP operation behind it. */
import type { Answer, Call, Reply, Route } from '../http.ts';
import { childrenOf, type Element, fieldOf } from '../soap/element.ts';
import { field } from '../soap/envelope.ts';
import type { Backend } from './backend.ts';
import { type Failure, fail } from './failures.ts';
import type { Idempotency } from './idempotency.ts';
import { readJson, readSubmit, type SubmitRequest } from './submit-request.ts';
import { messageOf, numberIn, outcomesIn, packageOf, transactionOf } from './translate.ts';

/** A call of the facade, and whether its caller is still there. */
export type FacadeCall = Call & { gone: AbortSignal };

export interface RouteParts {
  backend: Backend;
  idempotency: Idempotency;
  /** The refusal that a submit asks for itself (`SANDBOX=unavailable:2`), for as long as it does. */
  scripted: (request: SubmitRequest, many: boolean) => Failure | undefined;
}

const mostIds = 100;

export function routes({ backend, idempotency, scripted }: RouteParts): Route<FacadeCall>[] {
  const ask = (operation: string, content: string, call: FacadeCall): Promise<Element> =>
    backend.call(operation, content, {
      signal: call.gone,
      key: call.header('idempotency-key'),
      correlationId: call.header('x-correlation-id'),
    });

  const submit = (many: boolean) => (call: FacadeCall) =>
    idempotency.once(call.header('idempotency-key'), call.body, async (): Promise<Answer> => {
      const request = readSubmit(call.body, many);
      const refusal = scripted(request, many);
      if (refusal) throw refusal;
      const batchId = numberIn(await ask('submitBatch', request.content, call), 'return');
      const { batchName, correlationId } = request;
      return {
        status: 202,
        json: { batchId, batchName, correlationId, status: 'QUEUED' },
        headers: { Location: `${call.base}/batches/${batchId}` },
      };
    });

  return [
    { method: 'POST', path: '/documents', name: 'submitDocument', handle: submit(false) },
    { method: 'POST', path: '/batches', name: 'submitBatch', handle: submit(true) },
    {
      method: 'GET',
      path: '/batches',
      name: 'findBatches',
      async handle(call) {
        const correlationId = call.query.get('correlationId');
        if (!correlationId) throw fail('BAD_QUERY', { message: 'The query parameter correlationId is missing.' });
        return ok({ results: outcomesIn(await ask('findBatches', field('correlationID', correlationId), call)) });
      },
    },
    {
      method: 'POST',
      path: '/batches/status:query',
      name: 'getBatchStatuses',
      async handle(call) {
        const { batchIds } = readJson(call.body);
        if (!Array.isArray(batchIds) || batchIds.length > mostIds || !batchIds.every(isBatchId)) {
          const details = [{ field: 'batchIds', rule: `up to ${mostIds} integers` }];
          const message = `batchIds must be a list of up to ${mostIds} batch numbers.`;
          throw fail('INVALID_REQUEST', { message, details });
        }
        const response = await ask('getBatchStatuses', batchIds.map((id) => field('batchID', id)).join(''), call);
        return ok({
          results: outcomesIn(response),
          notFound: childrenOf(response, 'notFound').map(({ text }) => Number(text)),
        });
      },
    },
    {
      method: 'GET',
      path: '/batches/{id}',
      name: 'getBatchStatus',
      async handle(call) {
        const [report] = outcomesIn(await ask('getBatchStatus', batchId(call), call));
        if (!report) throw fail('NOT_UNDERSTOOD');
        return ok(report);
      },
    },
    {
      method: 'GET',
      path: '/batches/{id}/transactions',
      name: 'getTransactionStatuses',
      async handle(call) {
        const response = await ask('getTransactionStatuses', batchId(call), call);
        return ok({ transactions: childrenOf(response, 'return').map(transactionOf) });
      },
    },
    {
      method: 'GET',
      path: '/batches/{id}/errors',
      name: 'getBatchErrors',
      async handle(call) {
        const response = await ask('getBatchErrors', batchId(call), call);
        return ok({ errors: childrenOf(response, 'return').map(messageOf) });
      },
    },
    {
      method: 'POST',
      path: '/batches/{id}/cancel',
      name: 'stopBatch',
      async handle(call) {
        const stopped = fieldOf(await ask('stopBatch', batchId(call), call), 'return') === 'true';
        if (!stopped) throw fail('ALREADY_FINAL');
        return { status: 202, json: { batchId: Number(call.params[0]), status: 'STOPPING', final: false } };
      },
    },
    {
      method: 'GET',
      path: '/batches/{id}/documents/{n}/content',
      name: 'getChannelDocument',
      async handle(call) {
        const content = batchId(call) + field('documentNo', call.params[1]);
        return contents(await ask('getChannelDocument', content, call));
      },
    },
    {
      method: 'POST',
      path: '/documents:preview',
      name: 'executePreview',
      handle: async (call) => contents(await ask('executePreview', readSubmit(call.body, false).content, call)),
    },
  ];
}

const isBatchId = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const batchId = ({ params }: Call): string => field('batchID', params[0]);
const ok = (json: unknown): Reply => ({ status: 200, json });

function contents(response: Element): Reply {
  const { mimeType, bytes } = packageOf(response);
  return { status: 200, bytes, headers: { 'Content-Type': mimeType } };
}
