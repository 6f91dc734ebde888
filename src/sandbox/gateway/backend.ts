/** The gateway's way to the job server: one SOAP call over HTTP, and what to make of each way it may end. */
import { Pool } from 'undici';
import { childOf, childrenOf, type Element, fieldOf } from '../soap/element.ts';
import { envelope, readMessage } from '../soap/envelope.ts';
import { type User, usernameToken } from '../soap/username-token.ts';
import { Failure, fail } from './failures.ts';
import { messageOf } from './translate.ts';

export interface Backend {
  /**
   * The response element of the operation.
   * @throws Failure; ConnectionLost when the connection broke after the request had gone out
   */
  call(operation: string, content: string, options: CallOptions): Promise<Element>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** The caller has gone: nobody waits for the answer any more. */
  signal: AbortSignal;
  key?: string | undefined;
  correlationId?: string | undefined;
}

/** Nobody knows whether the call took effect: the gateway's caller is to see what the gateway saw. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export function openBackend({ url, user, timeoutMs }: { url: string; user: User; timeoutMs: number }): Backend {
  const { origin, pathname } = new URL(url);
  // As many connections as there are calls: those that are left without an answer must not hold up others.
  const pool = new Pool(origin, {
    ...{ connections: null, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
    connect: { timeout: timeoutMs },
  });
  const header = usernameToken(user);
  return {
    async call(operation, content, { signal, key, correlationId }) {
      const headers: Record<string, string> = { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' };
      if (correlationId) headers['x-correlation-id'] = correlationId;
      // Gateways pass on what they were sent; the job server knows no such header.
      if (key) headers['idempotency-key'] = key;
      const body = envelope(`<job:${operation}>${content}</job:${operation}>`, header);
      let text: string;
      try {
        const answer = await pool.request({ method: 'POST', path: pathname, headers, body, signal });
        text = await answer.body.text();
      } catch (error) {
        throw ended(error as NodeJS.ErrnoException);
      }
      return responseIn(text, `${operation}Response`);
    },
    close: () => pool.destroy(),
  };
}

function ended(error: NodeJS.ErrnoException): Error {
  const code = error.code ?? '';
  if (code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT') return fail('UNAVAILABLE');
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return fail('TIMED_OUT');
  return new ConnectionLost(code, { cause: error });
}

function responseIn(text: string, expected: string): Element {
  const message = readMessage(text);
  if ('flaw' in message) throw fail('NOT_UNDERSTOOD');
  const { content } = message;
  if (content.name === 'Fault') throw failureOf(content);
  if (content.name !== expected) throw fail('NOT_UNDERSTOOD');
  return content;
}

/** Codes that stand for a place or a state rather than for a wrong request. */
const statuses: Readonly<Record<string, number>> = {
  ...{ 'TH-1404': 404, 'TH-1405': 404, 'TH-1411': 409, 'TH-1412': 410, 'TH-1413': 413 },
};

/** A fault is an answer: the job server says that it accepted nothing. */
function failureOf(fault: Element): Failure {
  const faultcode = fieldOf(fault, 'faultcode') ?? '';
  const ours = childOf(childOf(fault, 'detail'), 'JobAPIFault');
  const code = fieldOf(ours, 'errorCode');
  if (code === undefined) throw fail('NOT_UNDERSTOOD');
  const status = faultcode.endsWith(':Client') ? (statuses[code] ?? 422) : 502;
  const message = fieldOf(ours, 'message') ?? '';
  const retryable = fieldOf(ours, 'retryable') === 'true';
  const details = childrenOf(ours, 'jobMessage').map(messageOf);
  return new Failure({ status, code, faultcode, retryable, message }, { details });
}
