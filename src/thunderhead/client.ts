import type { Readable } from 'node:stream';
import DataLoader from 'dataloader';
import { Pool } from 'undici';
import type { BatchReport, DocumentGenerator, GeneratorMessage, Handover } from '#processors/document/ports.ts';
import { type Answer, faultOf, messageOf, unanswered } from './answer.ts';

/** The bytes of a finished document, straight from Thunderhead. */
export interface DocumentContents {
  contents(batchId: number, no: number, signal: AbortSignal): Promise<Contents>;
}

export type Contents =
  | { kind: 'found'; mimeType: string; length: string | undefined; body: Readable }
  | { kind: 'not-ready' }
  | { kind: 'gone' };

export interface ThunderheadClient extends DocumentGenerator, DocumentContents, AsyncDisposable {}

/** Speaks the REST facade in front of Thunderhead (DOMAIN: section 2; a sandbox contract, not the vendor's). */
export function openThunderhead({ url, timeoutMs }: { url: string; timeoutMs: number }): ThunderheadClient {
  const { origin, pathname } = new URL(url);
  const base = pathname.replace(/\/$/, '');
  const pool = new Pool(origin, {
    connections: 64,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
  });

  const call = async (method: 'GET' | 'POST', path: string, options: CallOptions): Promise<Answer> => {
    try {
      const { statusCode, headers, body } = await pool.request({
        method,
        path: base + path,
        headers: { 'content-type': 'application/json', ...options.headers },
        body: options.body === undefined ? null : JSON.stringify(options.body),
        signal: options.signal ?? null,
      });
      return { status: statusCode, headers, text: await body.text() };
    } catch (error) {
      throw unanswered(error);
    }
  };

  const get = async <T>(path: string, signal: AbortSignal): Promise<T | null> => {
    const answer = await call('GET', path, { signal });
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw faultOf(answer);
    return JSON.parse(answer.text) as T;
  };

  // What is asked for in the same turn of the event loop, by whatever chunk, travels as one query.
  const statuses = new DataLoader<number, BatchReport | null>(
    async (batchIds) => {
      const answer = await call('POST', '/batches/status:query', { body: { batchIds } });
      if (answer.status !== 200) throw faultOf(answer);
      const { results } = JSON.parse(answer.text) as { results: BatchReport[] };
      const byId = new Map(results.map((report) => [report.batchId, report]));
      return batchIds.map((batchId) => byId.get(batchId) ?? null);
    },
    { cache: false, maxBatchSize: 100, batchScheduleFn: (send) => setImmediate(send) },
  );

  return {
    async submit(handover, signal) {
      const answer = await call('POST', '/documents', {
        signal,
        headers: { 'x-correlation-id': handover.correlationId, 'idempotency-key': handover.batchName },
        body: submitBody(handover),
      });
      if (answer.status === 202) return { batchId: (JSON.parse(answer.text) as { batchId: number }).batchId };
      if (answer.status === 400 || answer.status === 413 || answer.status === 422)
        return { refused: messageOf(answer) };
      throw faultOf(answer);
    },

    async find(correlationId, signal) {
      const path = `/batches?correlationId=${encodeURIComponent(correlationId)}`;
      const list = await get<BatchReport[] | { results: BatchReport[] }>(path, signal);
      return Array.isArray(list) ? list : (list?.results ?? []);
    },

    status: (batchId) => statuses.load(batchId),

    async stop(batchId, signal) {
      const answer = await call('POST', `/batches/${batchId}/cancel`, { signal });
      if (answer.status === 202) return true;
      if (answer.status === 404 || answer.status === 409) return false;
      throw faultOf(answer);
    },

    async errors(batchId, signal) {
      const answer = await get<{ errors: JobMessage[] }>(`/batches/${batchId}/errors`, signal);
      return (answer?.errors ?? []).map(
        (error): GeneratorMessage => ({ code: String(error.msgId), message: error.msgText, details: error }),
      );
    },

    async contents(batchId, no, signal) {
      const path = `${base}/batches/${batchId}/documents/${no}/content`;
      const { statusCode, headers, body } = await pool.request({ method: 'GET', path, signal }).catch((error) => {
        throw unanswered(error);
      });
      if (statusCode === 200) {
        const mimeType = String(headers['content-type'] ?? 'application/pdf');
        return { kind: 'found', mimeType, length: headers['content-length']?.toString(), body };
      }
      const answer = { status: statusCode, headers, text: await body.text() };
      if (statusCode === 409) return { kind: 'not-ready' };
      if (statusCode === 404 || statusCode === 410) return { kind: 'gone' };
      throw faultOf(answer);
    },

    [Symbol.asyncDispose]: () => pool.close(),
  };
}

interface CallOptions {
  signal?: AbortSignal;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A message of Thunderhead's job API. */
interface JobMessage {
  msgId: number;
  msgText: string;
}

const submitBody = ({ transactionData, ...handover }: Handover) => ({
  ...handover,
  projectId: 0,
  transactionRange: '1',
  transactionDataType: 'application/xml',
  transactionData: Buffer.from(transactionData).toString('base64'),
});
