import type { AccessParts } from '#admin/access.ts';
import type { Gatekeeper, Verdict } from '#admin/sign-in/gatekeeper.ts';
import type { SecurityConfig } from '#src/config/security.ts';
import type { Logger } from '#src/platform/log.ts';
import type { Oidm } from './oidm.ts';
import { NoAnswer, type TokenVerifier } from './verdict.ts';

interface GateParts {
  oidm: Pick<Oidm, 'issueToken'>;
  verifier: TokenVerifier;
}

/** Who may come to the board, and for how long. */
export function boardAccess(
  { sessionKey, sessionMinutes }: SecurityConfig,
  { log, ...parts }: GateParts & { log: Logger },
): Omit<AccessParts, 'audit' | 'log'> {
  if (!sessionKey)
    log.warn('SESSION_KEY is not set: who is signed in to the board is so in this process only, and until it ends');
  return { gatekeeper: boardGate(parts), sessionKey, sessionMinutes };
}

/**
 * Whoever wants to see the board is asked for like any other caller: credentials become a token of OIDM, and a token has to
 * pass the Security Service. Neither is kept.
 */
function boardGate({ oidm, verifier }: GateParts): Gatekeeper {
  const byToken = async (token: string): Promise<Verdict> => {
    const verdict = await verifier.verify(token);
    if (verdict.kind === 'unavailable') return { kind: 'unavailable' };
    if (verdict.kind !== 'valid')
      return { kind: 'refused', reason: verdict.kind === 'forbidden' ? 'forbidden' : 'unknown' };
    const { subject, client, scopes, expiresAt } = verdict.caller;
    return { kind: 'admitted', who: { subject, client, scopes: [...scopes], expiresAt } };
  };
  return {
    byToken,
    async byCredentials(client, secret) {
      try {
        const issued = await oidm.issueToken(client, secret);
        return issued ? await byToken(issued.token) : { kind: 'refused', reason: 'unknown' };
      } catch (error) {
        if (error instanceof NoAnswer) return { kind: 'unavailable' };
        throw error;
      }
    },
  };
}
