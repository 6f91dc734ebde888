import type { Oidm } from './oidm.ts';

/** The token with which the OMS itself calls other services of ours (client credentials). */
export type OwnToken = () => Promise<string>;

export interface OwnTokenParts {
  oidm: Pick<Oidm, 'issueToken'>;
  clientId: string;
  clientSecret: string;
  now?: () => number;
}

/** It is renewed when a tenth of its life is left: whoever is called still has to find it good. */
const usedUpTo = 0.9;

/** One token for all callers, fetched when somebody wants it and none is good. @throws NoAnswer, OwnClientRefused */
export function ownToken({ oidm, clientId, clientSecret, now = Date.now }: OwnTokenParts): OwnToken {
  let token: { text: string; goodUntil: number } | undefined;
  let fetching: Promise<string> | undefined;

  const fetch = async (): Promise<string> => {
    const askedAt = now();
    const issued = await oidm.issueToken(clientId, clientSecret);
    if (!issued) throw new OwnClientRefused(clientId);
    token = { text: issued.token, goodUntil: askedAt + issued.expiresInSeconds * 1_000 * usedUpTo };
    return token.text;
  };

  return async () => {
    if (token && now() < token.goodUntil) return token.text;
    fetching ??= fetch().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
}

/** `OIDM_CLIENT_ID` and `OIDM_CLIENT_SECRET` are not what OIDM has. An operator's matter; no retry mends it. */
export class OwnClientRefused extends Error {
  override readonly name = 'OwnClientRefused';

  constructor(clientId: string) {
    super(`OIDM gives no token to our client ${clientId}: see OIDM_CLIENT_ID and OIDM_CLIENT_SECRET`);
  }
}
