/** Everything the gateway itself refuses, in one table, and the envelope that every failure comes in. */
import type { Reply } from '../http.ts';

interface Kind {
  status: number;
  code: string;
  faultcode: string;
  retryable: boolean;
  message: string;
}

const client = (status: number, code: string, message: string, retryable = false): Kind => ({
  ...{ status, code, faultcode: 'soapenv:Client', retryable, message },
});
const server = (status: number, code: string, message: string, retryable = true): Kind => ({
  ...{ status, code, faultcode: 'soapenv:Server', retryable, message },
});

const failures = {
  INVALID_REQUEST: client(422, 'TH-1001', 'The request was refused.'),
  BAD_JSON: client(400, 'TH-1400', 'The body is not a JSON object.'),
  BAD_QUERY: client(400, 'TH-1401', 'A query parameter is missing.'),
  FORBIDDEN: client(403, 'TH-1403', 'The token is not meant for Thunderhead.'),
  NO_SUCH_ROUTE: client(404, 'TH-1406', 'There is no such operation.'),
  UNAUTHORIZED: client(401, 'TH-1407', 'A valid bearer token is missing.'),
  KEY_REUSED: client(409, 'TH-1409', 'This Idempotency-Key came with another body before.'),
  ALREADY_FINAL: client(409, 'TH-1410', 'The batch is final and cannot be stopped.'),
  TOO_LARGE: client(413, 'TH-1413', 'A request may have 10 MB.'),
  UNDER_WAY: client(409, 'TH-1414', 'The first call with this Idempotency-Key is still under way.', true),
  THROTTLED: server(429, 'TH-2429', 'Too many requests.'),
  THROTTLED_AS_503: server(503, 'TH-2429', 'Too many requests (the gateway throttles with 503).'),
  THROTTLED_AS_500: server(500, 'TH-2429', 'Too many requests (the gateway throttles with 500).'),
  // Whether the call took effect is not known, and a gateway that does not know does not advise to try again.
  NOT_UNDERSTOOD: server(502, 'TH-2502', 'The answer of the job server could not be understood.', false),
  UNAVAILABLE: server(503, 'TH-2503', 'The job server is not available.'),
  TIMED_OUT: server(504, 'TH-2504', 'The job server did not answer in time.', false),
  NO_KEYS: server(503, 'TH-2505', 'The token cannot be checked: its issuer does not answer.'),
  GATEWAY_ERROR: server(500, 'TH-2510', 'The gateway failed.'),
} as const satisfies Record<string, Kind>;

export type FailureName = keyof typeof failures;

export interface FailureOptions {
  message?: string | undefined;
  details?: readonly unknown[];
  headers?: Record<string, string>;
}

/** A refusal on its way to the caller. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: Kind;
  readonly details: readonly unknown[];
  readonly headers: Record<string, string>;

  constructor(kind: Kind, { message, details = [], headers }: FailureOptions = {}) {
    super(message ?? kind.message);
    this.kind = kind;
    this.details = details;
    this.headers = headers ?? (kind.retryable && kind.status >= 500 ? { 'Retry-After': '1' } : {});
  }

  reply(correlationId: string | undefined): Reply {
    const { status, code, faultcode, retryable } = this.kind;
    const { message, details, headers } = this;
    const error = { code, message, faultcode, retryable, correlationId: correlationId ?? null, details };
    return { status, json: { error }, headers };
  }
}

export const fail = (name: FailureName, options?: FailureOptions): Failure => new Failure(failures[name], options);

export const throttlings = {
  '429': 'THROTTLED',
  '503': 'THROTTLED_AS_503',
  '500': 'THROTTLED_AS_500',
} as const satisfies Record<string, FailureName>;

export type ThrottleDialect = keyof typeof throttlings;

/** A failure as seen from outside is the same whoever made it; throttling always says when to come back. */
export const throttled = (dialect: ThrottleDialect, afterMs = 1_000): Failure =>
  fail(throttlings[dialect], { headers: { 'Retry-After': String(Math.max(1, Math.ceil(afterMs / 1000))) } });
