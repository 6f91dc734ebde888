import Joi from 'joi';
import type { Caller } from './caller.ts';
import { Refused } from './verdict.ts';

/** What a token says, in one shape. */
export interface Claims {
  iss: string;
  sub: string;
  jti: string;
  exp: number;
  client: string;
  domain: string;
  aud: readonly string[];
  scope: readonly string[];
  roles: readonly string[];
}

const name = Joi.string().max(256);
/** RFC 6749, section 3.3. Narrow, so that no scope can pass for two of them when they are written side by side. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const list = (item: Joi.StringSchema) => Joi.array().items(item).max(100);

const schema = Joi.object<Claims>({
  iss: name.required(),
  sub: name.required(),
  jti: name.required(),
  exp: Joi.number().integer().strict().required(),
  client: name.required(),
  domain: name.required(),
  aud: list(name).required(),
  scope: list(name.pattern(scopeToken)).required(),
  roles: list(name).default([]),
}).unknown();

/** A list comes as a string, or as an array. */
const words = (list: unknown): unknown => (typeof list === 'string' ? list.split(' ').filter(Boolean) : list);

/** @throws Refused naming the claims that are missing or odd, but not their values */
export function readClaims(payload: unknown): Claims {
  const { aud, scope, roles } = Object(payload) as Record<string, unknown>;
  const { value, error } = schema.validate(
    { ...Object(payload), aud: typeof aud === 'string' ? [aud] : aud, scope: words(scope), roles: words(roles) },
    { abortEarly: false, convert: false },
  );
  if (!error) return value;
  const odd = new Set(error.details.map(({ path }) => path[0]).filter(Boolean));
  throw new Refused('invalid', `claims are missing or odd: ${[...odd].sort().join(', ')}`);
}

const compared = ['iss', 'sub', 'jti', 'exp', 'client', 'domain', 'aud', 'scope'] as const;

/** The claims about which OIDM and the token's own signature do not say the same. */
export const disagreements = (own: Claims, said: Claims): string[] =>
  compared.filter((claim) => sorted(own[claim]) !== sorted(said[claim]));

const sorted = (value: string | number | readonly string[]): string =>
  JSON.stringify(Array.isArray(value) ? [...new Set(value)].sort() : value);

/** Who calls, by the claims of a token that was found good. */
export const callerOf = ({ sub, client, domain, scope, roles, exp }: Claims): Caller => ({
  subject: sub,
  ...{ client, domain, roles },
  scopes: new Set(scope),
  expiresAt: new Date(exp * 1_000),
});
