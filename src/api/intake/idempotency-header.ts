import type { Request } from 'express';
import { Problem } from '../problem.ts';

const longest = 255;

/** A String of Structured Fields (RFC 9651, section 3.3.3), as the draft wants it. */
const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;

/** What most clients send: the bare key. A comma would be two fields that a proxy has joined. */
const bare = /^[!#-+\--~]+$/;

/**
 * The key in the `Idempotency-Key` header: `"8e03978e"` and `8e03978e` are the same. Undefined: there is none.
 * @throws Problem OMS_IDEMPOTENCY_KEY_INVALID
 */
export function readIdempotencyKey({ headersDistinct }: Request): string | undefined {
  const fields = headersDistinct['idempotency-key'];
  if (fields === undefined) return undefined;
  if (fields.length > 1) throw invalid('is there more than once');
  const [field = ''] = fields;
  const key = quoted.exec(field)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? bare.exec(field)?.[0];
  if (!key) throw invalid('must be a quoted string or a bare word of printable ASCII characters');
  if (key.length > longest) throw invalid(`may have ${longest} characters`);
  return key;
}

const invalid = (message: string): Problem =>
  new Problem('OMS_IDEMPOTENCY_KEY_INVALID', `the Idempotency-Key ${message}`, {
    errors: [{ field: 'Idempotency-Key', message }],
  });
