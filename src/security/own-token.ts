import type { Oidm } from './oidm.ts';

/** The token with which the OMS itself calls other services of ours (client credentials). */
export interface OwnToken {
  (): Promise<string>;
  /** It was not taken where it was shown: the next one is another. */
  refused(token: string): void;
}

export interface OwnTokenParts {
  oidm: Pick<Oidm, 'issueToken'>;
  id: string;
  secret: string;
  now?: () => number;
}

/** It is renewed when a tenth of its life is left: whoever is called still has to find it good. */
const usedUpTo = 0.9;

/** One token for all callers, fetched when somebody wants it and none is good. @throws NoAnswer, OwnClientRefused */
export function ownToken({ oidm, id, secret, now = Date.now }: OwnTokenParts): OwnToken {
  let token: { text: string; goodUntil: number } | undefined;
  let fetching: Promise<string> | undefined;

  const fetch = async (): Promise<string> => {
    const askedAt = now();
    const issued = await oidm.issueToken(id, secret);
    if (!issued) throw new OwnClientRefused(id);
    token = { text: issued.token, goodUntil: askedAt + issued.expiresInSeconds * 1_000 * usedUpTo };
    return token.text;
  };

  const give = async () => {
    if (token && now() < token.goodUntil) return token.text;
    fetching ??= fetch().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  return Object.assign(give, {
    refused(text: string) {
      if (token?.text === text) token = undefined;
    },
  });
}

/** `OIDM_CLIENT_ID` and `OIDM_CLIENT_SECRET` are not what OIDM has. An operator's matter; no retry mends it. */
export class OwnClientRefused extends Error {
  override readonly name = 'OwnClientRefused';

  constructor(clientId: string) {
    super(`OIDM gives no token to our client ${clientId}: see OIDM_CLIENT_ID and OIDM_CLIENT_SECRET`);
  }
}
