import { decodeJwt } from 'jose';
import type { Call, Reply, Route } from '../http.ts';
import { Refusal } from './failures.ts';
import type { World } from './operations.ts';
import { claimsFor, sign } from './tokens.ts';

export type Outage = 'none' | 'unavailable' | 'hang';

export interface Dials {
  outage: Outage;
  /** Calls of each operation, refused ones and those during an outage included. */
  calls: Record<string, number>;
}

const outages: readonly unknown[] = ['none', 'unavailable', 'hang'] satisfies Outage[];

const explained = {
  'GET /sandbox/counts': 'calls of each operation',
  'POST /sandbox/rotate': '{"forget": true|false}: a new key signs; forgotten old ones are published no more',
  'POST /sandbox/outage': '{"mode": "none"|"unavailable"|"hang"}',
  'POST /sandbox/revoke': '{"token"} or {"jti"}: valid no more',
  'POST /sandbox/issue':
    '{"client", "claims", "header"}: a token as the client would get it, with these changes; null takes a claim away',
  'POST /sandbox/distort': '{...claims}: put over whatever validation answers',
  'POST /sandbox/reset': 'no outage, no distortion, nothing revoked, counts at zero',
};

/** What a test may look at and turn (`/sandbox`). */
export const control = (dials: Dials, world: World): Route[] => [
  route('GET', '', () => ({
    ...{ explained, outages, outage: dials.outage, issuer: world.issuer, calls: dials.calls },
    clients: world.clients.map(({ id, domain, scopes }) => ({ id, domain, scopes })),
  })),
  route('GET', '/counts', () => ({ calls: dials.calls })),
  route('POST', '/rotate', async (body) => {
    await world.keys.rotate({ forget: body.forget === true });
    return { kid: world.keys.current.kid };
  }),
  route('POST', '/outage', ({ mode }) => {
    if (!outages.includes(mode)) throw bad(`mode must be one of ${outages.join(', ')}`);
    dials.outage = mode as Outage;
    return { mode };
  }),
  route('POST', '/revoke', ({ token, jti }) => {
    const revoked = typeof token === 'string' ? decodeJwt(token).jti : jti;
    if (typeof revoked !== 'string') throw bad('token or jti is missing');
    world.revoked.add(revoked);
    return { revoked };
  }),
  route('POST', '/issue', async ({ client: id = 'arcade', claims = {}, header = {} }) => {
    const client = world.clients.find((known) => known.id === id);
    if (!client) throw bad(`no such client: ${id}`);
    const changed = { ...claimsFor(client, client.scopes, world), ...(claims as object) };
    const kept = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null));
    return { access_token: await sign(kept, world, header as Record<string, unknown>) };
  }),
  route('POST', '/distort', (claims) => {
    world.distortion = claims;
    return { distortion: claims };
  }),
  route('POST', '/reset', () => {
    dials.outage = 'none';
    dials.calls = {};
    world.distortion = {};
    world.revoked.clear();
    return { reset: true };
  }),
];

type Body = Record<string, unknown>;

function route(method: Route['method'], path: string, act: (body: Body) => unknown): Route {
  const handle = async (call: Call): Promise<Reply> => ({ status: 200, json: await act(bodyOf(call)) });
  return { method, path, name: `sandbox${path}`, handle };
}

function bodyOf({ body }: Call): Body {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString()) as Body;
  } catch {
    throw bad('the body is not JSON');
  }
}

const bad = (reason: string) => new Refusal(400, { error: reason });
