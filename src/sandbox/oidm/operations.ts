import type { Call, Reply, Route } from '../http.ts';
import type { OAuthClient } from './clients.ts';
import { readCredentials } from './credentials.ts';
import { oauthError, tokenRefused } from './failures.ts';
import { claimsFor, sign, type TokenWorld, validate } from './tokens.ts';

export interface World extends TokenWorld {
  clients: readonly OAuthClient[];
  /** Put over what validation answers: an OIDM whose word is not what the token says. */
  distortion: Record<string, unknown>;
}

const domainHeader = 'x-oauth-identity-domain-name';

/** Below `/oauth2/rest`. */
export function operations(world: World): Route[] {
  const validation: Route['handle'] = async (call) => {
    const token = /^Bearer ([^\s,]+)$/.exec(call.header('authorization') ?? '')?.[1];
    if (!token) throw tokenRefused('the token is missing: Authorization: Bearer');
    return ok({ ...(await validate(token, call.header(domainHeader), world)), ...world.distortion });
  };

  return [
    { method: 'POST', path: '/token', name: 'token', handle: (call) => issue(call, world) },
    ...(['GET', 'POST'] as const).flatMap((method) => [
      { method, path: '/token/info', name: 'validate', handle: validation },
      { method, path: '/rest/token', name: 'validate', handle: validation },
    ]),
    { method: 'GET', path: '/security', name: 'keys', handle: () => ok({ keys: world.keys.published() }) },
  ];
}

/** RFC 6749, section 4.4. */
async function issue(call: Call, world: World): Promise<Reply> {
  const form = new URLSearchParams(call.body.toString());
  const { id, secret } = readCredentials(call.header('authorization'), form);
  const client = world.clients.find((known) => known.id === id && known.secret === secret);
  if (!client) throw oauthError('invalid_client', 'no such client, or another secret');
  if (form.get('grant_type') !== 'client_credentials')
    throw oauthError('unsupported_grant_type', 'grant_type must be client_credentials');
  const domain = call.header(domainHeader);
  if (domain !== undefined && domain !== client.domain)
    throw oauthError('invalid_client', `the client is not of the domain ${domain}`);
  const scopes = form.get('scope')?.split(' ').filter(Boolean) ?? client.scopes;
  const foreign = scopes.filter((scope) => !client.scopes.includes(scope));
  if (foreign.length > 0) throw oauthError('invalid_scope', `not for this client: ${foreign.join(' ')}`);
  return ok(
    {
      access_token: await sign(claimsFor(client, scopes, world), world),
      token_type: 'Bearer',
      expires_in: world.tokenSeconds,
      scope: scopes.join(' '),
    },
    { 'Cache-Control': 'no-store' },
  );
}

const ok = (json: unknown, headers?: Record<string, string>): Reply => ({
  status: 200,
  json,
  ...(headers && { headers }),
});
