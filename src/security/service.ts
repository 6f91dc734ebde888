import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import Joi from 'joi';
import { onlyMethods } from '#src/api/errors.ts';
import { Problem } from '#src/api/problem.ts';
import type { SecurityConfig } from '#src/config/security.ts';
import { headersOf } from './auth-headers.ts';
import { admitted } from './authenticate.ts';
import { bearerOf } from './bearer.ts';
import { scopeInsufficient } from './challenges.ts';
import type { TokenVerifier } from './verdict.ts';

export interface ServiceParts {
  verifier: TokenVerifier;
  config: Pick<SecurityConfig, 'verifyPath' | 'headerPrefix'>;
  now?: () => number;
}

/** `?scope=oms.admin`, or several with a comma between. */
const querySchema = Joi.object<{ scope?: string }>({ scope: Joi.string().pattern(/^[\w.:-]+(,[\w.:-]+)*$/) });

/**
 * The role `security`: whether a request may pass the edge, and as whom (DOMAIN: `GET /internal/auth/verify`). For nginx's
 * `auth_request`: 200 with the caller in headers, 401, 403, or 503, which it turns into a 500 that the edge has to map.
 *
 * A place that wants more than any of our scopes says which: `?scope=oms.admin,oms.reference` demands one of them.
 */
export function securityService({ verifier, config, now = Date.now }: ServiceParts): Router {
  const routes = Router({ caseSensitive: true, strict: true });
  routes
    .route(config.verifyPath)
    .get(async (request, response) => {
      const wanted = wantedScopes(request.query);
      const { caller, until } = admitted(await verifier.verify(bearerOf(request as IncomingMessage)));
      if (wanted && !wanted.some((scope) => caller.scopes.has(scope)))
        throw scopeInsufficient(`this needs a token with the scope ${wanted.join(' or ')}`, wanted);
      // An edge that caches answers (nginx obeys this header) keeps one no longer than we do: the lags do not add up.
      const freshSeconds = Math.max(0, Math.floor((until - now()) / 1_000));
      response
        .writeHead(200, {
          ...headersOf(caller, config.headerPrefix),
          'Cache-Control': 'no-store',
          'X-Accel-Expires': freshSeconds,
          'Content-Length': 0,
        })
        .end();
    })
    .all(onlyMethods('GET'));
  return routes;
}

/** @throws Problem that no edge takes for a yes */
function wantedScopes(query: unknown): readonly string[] | undefined {
  const { value, error } = querySchema.validate(query);
  if (error) throw new Problem('OMS_PARAMETER_INVALID', 'scope must be scopes with a comma between, and nothing else');
  return value.scope?.split(',');
}
