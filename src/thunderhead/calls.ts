import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Later } from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';
import { OwnClientRefused, type OwnToken } from '#src/security/own-token.ts';
import { NoAnswer } from '#src/security/verdict.ts';
import { type Answer, type CallResult, type Classified, classify, withoutAnswer } from './answer.ts';
import type { CallBudget } from './budget/budget.ts';
import { type CallRequest, isPermit, type Permit } from './budget/call.ts';
import type { RemoteClock } from './remote-clock.ts';

/** What is asked of Thunderhead, for whoever counts. */
export type Operation = 'submit' | 'status' | 'find' | 'errors' | 'transactions' | 'stop' | 'content';

export interface Call {
  operation: Operation;
  method: 'GET' | 'POST';
  /** Below the facade's base. */
  path: string;
  body?: string;
  headers?: Record<string, string>;
}

/** Calls to the REST facade in front of Thunderhead. None is made without a permit of the budget that all processes share. */
export interface Calls extends AsyncDisposable {
  /** Asks for a permit, and waits up to `patienceMs` for it. */
  permit(request: CallRequest, patienceMs?: number): Promise<Permit | Later>;
  /** Makes one call and gives the permit back. Never throws. */
  send(permit: Permit, call: Call): Promise<CallResult>;
  /** A permit that is not needed after all. */
  unused(permit: Permit): void;
  /** Makes one call whose answer is a stream; the permit goes back when the stream has ended. */
  stream(permit: Permit, call: Call, signal: AbortSignal): Promise<Streamed>;
}

export type Streamed = CallResult | StreamedBody;

export interface StreamedBody {
  kind: 'streaming';
  headers: Answer['headers'];
  body: Awaited<ReturnType<Pool['request']>>['body'];
}

export interface CallsOptions {
  url: string;
  /** One call, from the first byte to the last. Of a stream: until it begins, and then between two pieces. */
  timeoutMs: number;
}

export interface CallsParts {
  budget: CallBudget;
  /** The token that the gateway wants; undefined: it wants none. */
  token: OwnToken | undefined;
  /** Learns from every answer what time it is over there. */
  remoteClock: RemoteClock;
  clock: Clock;
  observe?: CallObserver | undefined;
}

/** Told about every call: what came of it, and how long it took until that was known. Of a stream: until it began. */
export type CallObserver = (call: {
  operation: Operation;
  outcome: 'answered' | 'throttled' | 'unavailable' | 'unanswered' | 'not_sent';
  tookMs: number;
}) => void;

const tokenRestMs = 1_000;

export function openCalls(
  { url, timeoutMs }: CallsOptions,
  { budget, token, remoteClock, clock, observe }: CallsParts,
): Calls {
  const { origin, pathname } = new URL(url);
  const base = pathname.replace(/\/$/, '');
  const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connect: { timeout: timeoutMs } };
  const pool = new Pool(origin, { connections: 64, ...timeouts });

  /** With the token; what cannot be had is nobody's failure but OIDM's. */
  const begin = async ({ method, path, body, headers }: Call, signal: AbortSignal) => {
    const bearer = token && (await token());
    // The facade wants both with every call; what is about no document in particular gets an id of its own.
    const id = randomUUID();
    const sentAt = clock.now();
    const response = await pool.request({
      ...{ method, path: base + path, body: body ?? null, signal },
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...{ 'x-correlation-id': id, 'idempotency-key': id },
        ...headers,
      },
    });
    remoteClock.observe({ date: response.headers.date, sentAt, receivedAt: clock.now() });
    // A token that the gateway does not take (any more) is not shown to it again.
    if (response.statusCode === 401 && bearer) token?.refused(bearer);
    return response;
  };

  const tell = ({ operation }: Call, startedAt: number, outcome: Parameters<CallObserver>[0]['outcome']) =>
    observe?.({ operation, outcome, tookMs: performance.now() - startedAt });

  const settle = (permit: Permit, call: Call, startedAt: number, { called, outcome }: Classified): CallResult => {
    budget.finish(permit, outcome);
    tell(call, startedAt, called.kind === 'unanswered' ? 'unanswered' : namesOf[outcome.kind]);
    return called;
  };

  return {
    async permit(request, patienceMs = 0) {
      const until = performance.now() + patienceMs;
      for (let asked = request; ; asked = { ...request, returning: true }) {
        const answer = await budget.ask(asked);
        if (isPermit(answer)) return answer;
        if (performance.now() + answer.afterMs > until) return { kind: 'later', ...answer };
        await delay(answer.afterMs);
      }
    },
    unused: (permit) => budget.finish(permit, { kind: 'unused' }),
    async send(permit, call) {
      const startedAt = performance.now();
      try {
        const { statusCode, headers, body } = await begin(call, AbortSignal.timeout(timeoutMs));
        return settle(permit, call, startedAt, classify({ status: statusCode, headers, text: await body.text() }));
      } catch (error) {
        return settle(permit, call, startedAt, failed(error));
      }
    },
    async stream(permit, call, signal) {
      const startedAt = performance.now();
      try {
        const { statusCode, headers, body } = await begin(call, signal);
        if (statusCode !== 200)
          return settle(permit, call, startedAt, classify({ status: statusCode, headers, text: await body.text() }));
        tell(call, startedAt, 'answered');
        // However it ends, by itself or because nobody reads on, the call is over then.
        body.once('close', () => budget.finish(permit, { kind: 'answered' }));
        return { kind: 'streaming', headers, body };
      } catch (error) {
        return settle(permit, call, startedAt, failed(error));
      }
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

/** A call that was begun and is `unused` has found no token. */
const namesOf = {
  answered: 'answered',
  throttled: 'throttled',
  unavailable: 'unavailable',
  unused: 'not_sent',
} as const;

/** Without a token nothing was sent, and it says nothing about Thunderhead. */
function failed(error: unknown): Classified {
  if (!(error instanceof NoAnswer || error instanceof OwnClientRefused)) return withoutAnswer(error);
  const reason = `there is no token for Thunderhead's gateway: ${error.message}`;
  return { called: { kind: 'later', afterMs: tokenRestMs, reason }, outcome: { kind: 'unused' } };
}
