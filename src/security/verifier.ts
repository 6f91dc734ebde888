import { hash } from 'node:crypto';
import type { SecurityConfig } from '#src/config/security.ts';
import type { Logger } from '#src/platform/log.ts';
import { seldom } from '#src/platform/quietly.ts';
import { callerOf, disagreements, readClaims } from './claims.ts';
import type { LocalCheck } from './local-check.ts';
import { type Oidm, restSeconds } from './oidm.ts';
import type { ValidationCache } from './validation-cache.ts';
import { NoAnswer, Refused, type TokenVerifier, type Verdict } from './verdict.ts';
import type { VerdictCache } from './verdict-cache.ts';

export interface VerifierParts {
  config: Pick<SecurityConfig, 'domains' | 'positiveCacheMs' | 'negativeCacheMs'>;
  local: LocalCheck;
  oidm: Pick<Oidm, 'validate'>;
  verdicts: VerdictCache;
  validations: ValidationCache;
  now: () => number;
  log: Pick<Logger, 'warn' | 'error'>;
}

/** A token of ours has about one kilobyte. */
const longest = 8_192;

/**
 * A token is good when its own signature and claims say so, OIDM says so, and both say the same (DOMAIN: section 3).
 * What was found out is kept: a good token for `TOKEN_CACHE_MS` or until it expires, which is how long one that OIDM
 * revokes may still be let in; a bad one for `TOKEN_REFUSAL_CACHE_MS`; that nobody answered, not at all.
 */
export function tokenVerifier(parts: VerifierParts): TokenVerifier {
  const { config, verdicts, now } = parts;
  const flights = new Map<string, Promise<Verdict>>();
  const complain = seldom(({ message }: NoAnswer) => parts.log.warn(`a token could not be verified: ${message}`));

  const judged = async (token: string, key: string): Promise<Verdict> => {
    const verdict = await judge(parts, token, key).catch((error: unknown) => verdictOf(error, complain, parts.log));
    if (verdict.kind === 'valid') await verdicts.remember(key, verdict, verdict.until - now());
    else if (verdict.kind !== 'unavailable') await verdicts.remember(key, verdict, config.negativeCacheMs);
    return verdict;
  };

  return {
    async verify(token) {
      if (token.length > longest) return { kind: 'invalid', reason: `it is longer than ${longest} characters` };
      const key = hash('sha256', token, 'base64url');
      const known = await verdicts.find(key);
      if (known && (known.kind !== 'valid' || known.until > now())) return known;
      let flight = flights.get(key);
      if (!flight) {
        flight = judged(token, key).finally(() => flights.delete(key));
        flights.set(key, flight);
      }
      return flight;
    },
  };
}

/**
 * Both are asked at the same time when our check needs OIDM's keys first. With the key at hand it takes a moment and no
 * call, so it goes first: forged tokens, however many, never reach OIDM.
 * @throws Refused, NoAnswer
 */
async function judge(parts: VerifierParts, token: string, key: string): Promise<Verdict> {
  const peeked = parts.local.peek(token);
  const { domain, keyAtHand } = peeked;
  const mayAsk = parts.config.domains.includes(domain as string);
  const checking = parts.local.check(token, peeked);
  const vouching =
    keyAtHand || !mayAsk ? checking.then(() => vouch(parts, token, key, domain)) : vouch(parts, token, key, domain);
  const [checked, word] = await Promise.allSettled([checking, vouching]);
  if (checked.status === 'rejected') throw checked.reason;
  if (word.status === 'rejected') throw word.reason;

  const claims = checked.value;
  const { said, known } = word.value;
  const different = said === undefined ? [] : disagreements(claims, readClaims(said));
  if (different.length > 0) {
    const { client, jti } = claims;
    parts.log.error({ client, jti, claims: different }, 'OIDM and a token that it signed do not say the same');
    throw new Refused('invalid', `OIDM says something else about: ${different.join(', ')}`);
  }
  const until = Math.min(word.value.until, claims.exp * 1_000);
  if (!known && until > parts.now()) parts.validations.remember(validationKey(domain, key), until, parts.now());
  return { kind: 'valid', caller: callerOf(claims), until };
}

interface Word {
  /** OIDM's claims; undefined: they were compared when it vouched, and that is known. */
  said?: unknown;
  known: boolean;
  until: number;
}

/** @throws Refused, NoAnswer */
async function vouch(
  { config, oidm, validations, now }: VerifierParts,
  token: string,
  key: string,
  domain: unknown,
): Promise<Word> {
  // From before the question: what is revoked while OIDM answers is not let in for longer.
  const latest = now() + config.positiveCacheMs;
  const until = Math.min(await validations.until(validationKey(domain, key)), latest);
  if (until > now()) return { known: true, until };
  const said = await oidm.validate(token, domain as string);
  if (said === undefined) throw new Refused('invalid', 'OIDM does not accept it');
  return { said, known: false, until: latest };
}

const validationKey = (domain: unknown, hash: string): string => `oms:token:${domain}:${hash}`;

function verdictOf(error: unknown, complain: (error: NoAnswer) => void, log: VerifierParts['log']): Verdict {
  if (error instanceof Refused) return { kind: error.kind, reason: error.message };
  if (error instanceof NoAnswer) complain(error);
  else log.error({ err: error }, 'a token could not be verified');
  return { kind: 'unavailable', retryAfterSeconds: restSeconds };
}
