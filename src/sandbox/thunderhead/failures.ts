/** Everything the facade can refuse, in one table: HTTP status, code, SOAP fault code, and whether trying again helps. */

interface Kind {
  status: number;
  code: string;
  faultcode: 'soapenv:Client' | 'soapenv:Server';
  retryable: boolean;
  message: string;
}

const client = (status: number, code: string, message: string): Kind => ({
  status,
  code,
  faultcode: 'soapenv:Client',
  retryable: false,
  message,
});
const server = (status: number, code: string, message: string): Kind => ({
  status,
  code,
  faultcode: 'soapenv:Server',
  retryable: true,
  message,
});

export const failures = {
  INVALID_REQUEST: client(422, 'TH-1001', 'The request was refused.'),
  MALFORMED_XML: client(422, 'TH-1002', 'The transaction data is not acceptable XML.'),
  REJECTED: client(
    422,
    'TH-1003',
    'The batch configuration refused the transaction data (asked for with SANDBOX=reject).',
  ),
  UNKNOWN_FAULT: client(422, 'TH-1004', 'SANDBOX names a fault that is not known here.'),
  BAD_JSON: client(400, 'TH-1400', 'The body is not a JSON object.'),
  BAD_QUERY: client(400, 'TH-1401', 'A query parameter is missing.'),
  NO_SUCH_BATCH: client(404, 'TH-1404', 'There is no such batch.'),
  NO_SUCH_DOCUMENT: client(404, 'TH-1405', 'The batch has no such document.'),
  NO_SUCH_ROUTE: client(404, 'TH-1406', 'There is no such operation.'),
  KEY_REUSED: client(409, 'TH-1409', 'This Idempotency-Key came with another body before.'),
  ALREADY_FINAL: client(409, 'TH-1410', 'The batch is final and cannot be stopped.'),
  NOT_READY: { ...client(409, 'TH-1411', 'The document is not ready yet.'), retryable: true },
  PURGED: client(410, 'TH-1412', 'The document has been purged.'),
  TOO_LARGE: client(413, 'TH-1413', 'A request may have 10 MB.'),
  THROTTLED: server(429, 'TH-2429', 'Too many requests.'),
  THROTTLED_AS_500: server(500, 'TH-2429', 'Too many requests (the gateway throttles with 500).'),
  SERVER_ERROR: server(500, 'TH-2500', 'The job server failed; nothing was accepted.'),
  UNAVAILABLE: server(503, 'TH-2503', 'The job server is not available.'),
} as const satisfies Record<string, Kind>;

export type FailureName = keyof typeof failures;

/** A refusal on its way to the caller. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: Kind;
  readonly details: readonly unknown[];

  constructor(kind: Kind, message: string, details: readonly unknown[]) {
    super(message);
    this.kind = kind;
    this.details = details;
  }

  envelope(correlationId: string | null) {
    const { code, faultcode, retryable } = this.kind;
    return { error: { code, message: this.message, faultcode, retryable, correlationId, details: this.details } };
  }

  get headers(): Record<string, string> {
    return this.kind.faultcode === 'soapenv:Server' ? { 'Retry-After': '1' } : {};
  }
}

export const fail = (name: FailureName, message?: string, details: readonly unknown[] = []): Failure =>
  new Failure(failures[name], message ?? failures[name].message, details);
