import type { GeneratorMessage, Later } from '#processors/document/ports.ts';
import type { CallOutcome } from './budget/call.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** What came of a call. */
export type CallResult =
  /** Thunderhead's own answer, good or bad. */
  | { kind: 'answered'; answer: Answer }
  /** It was not sent, or the gateway says that it did nothing with it. */
  | Later
  /** It was sent, and may have taken effect: no answer, or none that tells. */
  | { kind: 'unanswered'; reason: string };

/** What it was to the caller, and what it means for the calls of all. */
export interface Classified {
  called: CallResult;
  outcome: CallOutcome;
}

/** When nobody has said when to come back. */
const usualRestMs = 1_000;
/** An operator has to mend it: a scope that is missing. */
const longRestMs = 10_000;

/**
 * What an answer tells (DOMAIN: section 2). A gateway throttles in three dialects, 429, 503 and its shipped 500, and all of them
 * mean that nothing was done. A Server fault is the job server's own word. Any other 5xx may come from a proxy on the way that
 * lost sight of the call, so whether it took effect is not known.
 */
export function classify(answer: Answer): Classified {
  const { status } = answer;
  const failure = failureOf(answer);
  const says = `Thunderhead's gateway answered ${[status, failure?.code, failure?.message].filter(Boolean).join(' ')}`;
  const later = (afterMs: number): CallResult => ({ kind: 'later', afterMs, reason: says });
  const unavailable: CallOutcome = { kind: 'unavailable', reason: says };
  if (isThrottled(status, failure)) {
    const afterMs = retryAfterMs(answer) ?? usualRestMs;
    return { called: later(afterMs), outcome: { kind: 'throttled', afterMs } };
  }
  if (status === 401) return { called: later(usualRestMs), outcome: unavailable };
  if (status === 403) return { called: later(longRestMs), outcome: unavailable };
  if (status === 503) return { called: later(retryAfterMs(answer) ?? usualRestMs), outcome: unavailable };
  if (status === 502 && isServerFault(failure)) return { called: { kind: 'answered', answer }, outcome: unavailable };
  if (status >= 500) return { called: { kind: 'unanswered', reason: says }, outcome: unavailable };
  return { called: { kind: 'answered', answer }, outcome: { kind: 'answered' } };
}

/** The failure envelope of the facade. */
interface FacadeFailure {
  code?: string;
  message?: string;
  faultcode?: string;
  details?: unknown;
}

/** A gateway may answer anything, so nothing in it is taken for granted. */
function failureOf({ status, text }: Answer): FacadeFailure | undefined {
  if (status < 400) return undefined;
  try {
    return (JSON.parse(text) as { error?: FacadeFailure }).error;
  } catch {
    // A proxy's own page.
    return undefined;
  }
}

const malformedCode = 'TH-2502';
const throttledCode = 'TH-2429';

const isThrottled = (status: number, failure: FacadeFailure | undefined): boolean =>
  status === 429 || ((status === 500 || status === 503) && failure?.code === throttledCode);

/** The job server has understood the call and failed at it: nothing was accepted. Garbage from it says no such thing. */
const isServerFault = (failure: FacadeFailure | undefined): boolean =>
  failure?.faultcode === 'soapenv:Server' && failure.code !== malformedCode;

/** RFC 9110, section 10.2.3: seconds, or a date. */
export function retryAfterMs({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const text = headers['retry-after']?.toString();
  if (!text) return undefined;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : (Date.parse(text) - Date.parse(String(headers.date))) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) * 1_000 : undefined;
}

/** What a bad answer says, for people. A body that is none of Thunderhead's may quote what was sent, so it is no message. */
export function messageOf(answer: Answer): GeneratorMessage {
  const { code, message, details } = failureOf(answer) ?? {};
  return code
    ? { code, message: message ?? '', ...(details !== undefined && { details }) }
    : {
        code: `HTTP-${answer.status}`,
        message: 'not in the form of an answer of Thunderhead',
        details: { body: answer.text.slice(0, 500) },
      };
}

/** No answer at all. Only when no connection came about is it certain that nothing was sent. */
export function withoutAnswer(error: unknown): Classified {
  const { code, message, name } = error as { code?: string | number; message?: string; name?: string };
  const timedOut = /TIMEOUT/.test(String(code)) || name === 'AbortError' || name === 'TimeoutError';
  const reason = timedOut
    ? 'Thunderhead did not answer in time'
    : `Thunderhead is out of reach: ${[typeof code === 'string' && code, message].filter(Boolean).join(' ')}`;
  const outcome: CallOutcome = { kind: 'unavailable', reason };
  const neverSent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(
    String(code),
  );
  return {
    called: neverSent ? { kind: 'later', afterMs: usualRestMs, reason } : { kind: 'unanswered', reason },
    outcome,
  };
}
