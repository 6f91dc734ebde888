import type { IncomingMessage } from 'node:http';
import { Problem } from '#src/api/problem.ts';
import { bearerOf } from './bearer.ts';
import type { Caller } from './caller.ts';
import { scopeInsufficient, tokenInvalid } from './challenges.ts';
import type { TokenVerifier, Verdict } from './verdict.ts';

export type ValidVerdict = Extract<Verdict, { kind: 'valid' }>;

/** Without an edge in front: the Security Service's own code vouches for the caller. @throws Problem when it does not */
export const directAuthentication =
  (verifier: TokenVerifier) =>
  async (request: Pick<IncomingMessage, 'headersDistinct'>): Promise<Caller> =>
    admitted(await verifier.verify(bearerOf(request))).caller;

/** @throws Problem for every verdict but a good one */
export function admitted(verdict: Verdict): ValidVerdict {
  switch (verdict.kind) {
    case 'valid':
      return verdict;
    case 'invalid':
      throw tokenInvalid(`the token is refused: ${verdict.reason}`);
    case 'forbidden':
      throw scopeInsufficient(`the token is not good for this system: ${verdict.reason}`);
    case 'unavailable':
      throw new Problem('OMS_SECURITY_UNAVAILABLE', 'OIDM does not answer; try again in a moment', {
        retryAfterSeconds: verdict.retryAfterSeconds,
      });
  }
}
