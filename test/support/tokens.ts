import type { JWTPayload } from 'jose';
import { newSigningKey, type SigningKey } from '#src/sandbox/oidm/keys.ts';
import { type Oidm, type Settings, startOidm } from '#src/sandbox/oidm/server.ts';

/** The ready clients of the OIDM sandbox. */
export type ReadyClient = 'arcade' | 'cibt' | 'ops';

/** An OIDM of a test's own, with its control surface. */
export interface TestOidm extends AsyncDisposable {
  url: string;
  /** As any client would get it, once per client: later ones are the same. */
  token(client: ReadyClient): Promise<string>;
  /** Whatever a test wants signed; `null` takes a claim away. */
  issue(client?: ReadyClient, claims?: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  revoke(token: string): Promise<void>;
  rotate(forget?: boolean): Promise<void>;
  outage(mode: 'none' | 'unavailable' | 'hang'): Promise<void>;
  /** What it says of a token, whatever the token says itself. */
  distort(claims: Record<string, unknown>): Promise<void>;
  /** Calls of each operation: token, validate, keys. */
  calls(): Promise<Record<string, number>>;
  reset(): Promise<void>;
}

let key: Promise<SigningKey> | undefined;

/** Making a key takes longer than all the rest: the tests of one file share their first one. */
export async function openOidm(settings: Settings = {}): Promise<TestOidm> {
  key ??= newSigningKey();
  return oidmOf(await startOidm({ key: await key, ...settings }));
}

function oidmOf({ url, close }: Oidm): TestOidm {
  const tokens = new Map<string, Promise<string>>();
  const turn = async <T>(dial: string, value?: object): Promise<T> => {
    const response = await fetch(`${url}/sandbox/${dial}`, value && { method: 'POST', body: JSON.stringify(value) });
    if (!response.ok) throw new Error(`the OIDM sandbox answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    url,
    token(client) {
      const token = tokens.get(client) ?? requestToken(url, client);
      tokens.set(client, token);
      return token;
    },
    issue: async (client = 'arcade', claims = {}, header = {}) =>
      (await turn<{ access_token: string }>('issue', { client, claims, header })).access_token,
    revoke: (token) => turn('revoke', { token }),
    rotate: (forget = false) => turn('rotate', { forget }),
    outage: (mode) => turn('outage', { mode }),
    distort: (claims) => turn('distort', claims),
    calls: async () => (await turn<{ calls: Record<string, number> }>('counts')).calls,
    reset: () => turn('reset', {}),
    [Symbol.asyncDispose]: close,
  };
}

/** As a client gets it: client credentials, RFC 6749 section 4.4. */
export async function requestToken(oidm: string, client: ReadyClient): Promise<string> {
  const response = await fetch(`${oidm}/oauth2/rest/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${client}-secret`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  if (!response.ok) throw new Error(`no token for ${client}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Whom a test speaks as when it does not say: the source system of what it posts, or an operator. */
export const usualClient = (method: string, path: string, body: unknown): ReadyClient => {
  if (method !== 'POST' || !path.startsWith('/api/v1/document-requests')) return 'ops';
  return /"sourceSystem"\s*:\s*"CIBT"/.test(String(body)) ? 'cibt' : 'arcade';
};
