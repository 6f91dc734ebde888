/** Every problem the API can answer with. The code is stable; the sentence is for people. */
export const problems = {
  OMS_BODY_NOT_JSON: { status: 400, title: 'The body is not JSON' },
  OMS_BODY_INVALID: { status: 400, title: 'The body does not fit its schema' },
  OMS_BODY_TEXT_INVALID: { status: 400, title: 'The body holds text or numbers that a document cannot carry' },
  OMS_BODY_TOO_DEEP: { status: 400, title: 'The body is nested too deeply' },
  OMS_BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  OMS_MEDIA_TYPE_NOT_SUPPORTED: { status: 415, title: 'The body must be application/json in UTF-8' },
  OMS_TOKEN_MISSING: { status: 401, title: 'A bearer token is needed' },
  OMS_TOKEN_INVALID: { status: 401, title: 'The token is not valid' },
  OMS_SCOPE_INSUFFICIENT: { status: 403, title: 'The token is not good for this' },
  OMS_SOURCE_FORBIDDEN: { status: 403, title: 'The source system is not one of this client' },
  OMS_SECURITY_UNAVAILABLE: { status: 503, title: 'Nobody can vouch for the token at the moment' },
  OMS_CALLBACK_FORBIDDEN: { status: 400, title: 'The callback address is not allowed' },
  OMS_CALLBACKS_NOT_CONFIGURED: { status: 404, title: 'This OMS calls nobody back' },
  OMS_IDEMPOTENCY_KEY_INVALID: { status: 400, title: 'The Idempotency-Key is not valid' },
  OMS_IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The Idempotency-Key was used with another body' },
  OMS_IDEMPOTENCY_KEY_IN_USE: { status: 409, title: 'A request with this Idempotency-Key is being answered' },
  OMS_REQUEST_NOT_CANCELLABLE: { status: 409, title: 'The request cannot be cancelled any more' },
  OMS_HEAD_INVALID: { status: 400, title: 'The head of the request cannot be read' },
  OMS_BODY_TOO_SLOW: { status: 408, title: 'The body came too slowly' },
  OMS_UNREACHABLE: { status: 503, title: 'The service behind the edge is out of reach' },
  OMS_RATE_LIMITED: { status: 429, title: 'Too many requests from this client' },
  OMS_OVERLOADED: { status: 503, title: 'Too much work at once; nothing was accepted' },
  OMS_REFERENCE_NOT_FOUND: { status: 404, title: 'There is no such reference row' },
  OMS_REFERENCE_CONFLICT: { status: 409, title: 'The row contradicts another one' },
  OMS_IMPORT_REFUSED: { status: 422, title: 'Lines of the file are refused; nothing was changed' },
  OMS_PRECONDITION_FAILED: { status: 412, title: 'Somebody else has changed it meanwhile' },
  OMS_PRECONDITION_REQUIRED: { status: 428, title: 'Say with If-Match which version you change' },
  OMS_PARAMETER_INVALID: { status: 400, title: 'A parameter of the address is not valid' },
  OMS_REQUEST_NOT_FOUND: { status: 404, title: 'There is no such document request' },
  OMS_ROUTE_NOT_FOUND: { status: 404, title: 'There is nothing at this address' },
  OMS_METHOD_NOT_ALLOWED: { status: 405, title: 'This address does not answer that method' },
  OMS_CORRELATION_ID_TAKEN: { status: 409, title: 'The correlation id belongs to a request with another body' },
  OMS_DOCUMENT_NOT_READY: { status: 409, title: 'The document is not there (yet)' },
  OMS_DOCUMENT_GONE: { status: 410, title: 'Thunderhead does not keep this document any more' },
  OMS_THUNDERHEAD_UNAVAILABLE: { status: 502, title: 'Thunderhead is out of reach' },
  OMS_DATABASE_UNAVAILABLE: { status: 503, title: 'The database is out of reach' },
  OMS_INTERNAL_ERROR: { status: 500, title: 'Something went wrong on our side' },
} as const;

export type ProblemCode = keyof typeof problems;

/** One thing that is wrong with the input, and where. */
export interface FieldError {
  /** `documentMetadata[0].key` */
  field: string;
  message: string;
}

/** A body with a thousand mistakes is told about the first twenty. */
export const maxErrors = 20;

/** Names and values come from the client, and may be as long as its body. */
export const shortened = (text: string): string =>
  text.length > 200 ? `${text.slice(0, 200).toWellFormed()}...` : text;

export interface ProblemOptions {
  errors?: readonly FieldError[];
  headers?: Readonly<Record<string, string>>;
  /** When it is worth trying again: `Retry-After` (RFC 9110, section 10.2.3), whole seconds, 1 at the least. */
  retryAfterSeconds?: number;
}

/** An answer to the client that is not what it hoped for: RFC 9457, `application/problem+json`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  // A plain property: body-parser assigns to it, and an accessor that refuses would end the process.
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, { errors = [], headers, retryAfterSeconds }: ProblemOptions = {}) {
    super(detail);
    this.code = code;
    this.status = problems[code].status;
    this.errors = errors;
    this.headers = { ...headers, ...(retryAfterSeconds && { 'retry-after': String(retryAfterSeconds) }) };
  }

  toJSON(): object {
    const { status, title } = problems[this.code];
    return {
      type: `urn:oms:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...(this.errors.length > 0 && { errors: this.errors }),
    };
  }
}
