import type { Gatekeeper, Verdict } from '#admin/sign-in/gatekeeper.ts';
import type { Clock } from '#processors/engine/clock.ts';

/** Knows two clients, and vouches for a token by its name; the test can send it away. Times go by the test's clock. */
export function scriptedGatekeeper(clock: Clock) {
  const admitted = (subject: string, client: string, scopes: readonly string[]): Verdict => ({
    kind: 'admitted',
    who: { subject, client, scopes, expiresAt: new Date(clock.now().getTime() + gatekeeper.tokenMs) },
  });
  const answer = (known: Verdict | undefined): Verdict => {
    gatekeeper.asked++;
    if (gatekeeper.isAway) return { kind: 'unavailable' };
    return known ?? { kind: 'refused', reason: 'unknown' };
  };
  const gatekeeper = {
    isAway: false,
    asked: 0,
    tokenMs: 3_600_000,
    async byCredentials(client: string, secret: string) {
      if (secret !== `${client}-secret`) return answer(undefined);
      if (client === 'ops') return answer(admitted('olga', 'ops', ['oms.read', 'oms.admin']));
      return answer(client === 'arcade' ? admitted('arcade', 'arcade', ['oms.request']) : undefined);
    },
    async byToken(token: string) {
      if (token === 'token-of-otto') return answer(admitted('otto', 'console', ['oms.admin']));
      return answer(token === 'token-to-read' ? admitted('rita', 'console', ['oms.read']) : undefined);
    },
  } satisfies Gatekeeper & Record<string, unknown>;
  return gatekeeper;
}
