import type { Redis } from 'ioredis';
import type { AppParts } from '#src/api/app.ts';
import type { Operation } from '#src/api/operation.ts';
import { routerOf } from '#src/api/router.ts';
import type { Config, Role } from '#src/config.ts';
import { ceiling } from '#src/limits/ceiling.ts';
import { clientLimit } from '#src/limits/client-limit.ts';
import { pointStore } from '#src/limits/point-store.ts';
import { limitRefusals } from '#src/limits/refusals.ts';
import { documentation } from '#src/openapi/documentation.ts';
import { addressIn } from '#src/platform/networks.ts';
import type { OpenReferenceData } from '#src/reference-data/open.ts';
import { referenceOperations } from '#src/reference-data/operations.ts';
import { directAuthentication } from '#src/security/authenticate.ts';
import { edgeAuthentication } from '#src/security/edge.ts';
import type { Security } from '#src/security/open-security.ts';
import { sourcesOf } from '#src/security/sources.ts';
import { type ClientParts, clientOperations } from './operations.ts';

export interface FrontDoorParts extends Omit<ClientParts, 'streams'> {
  redis: Redis | undefined;
  security: Pick<Security, 'verifier'>;
  referenceData: Pick<OpenReferenceData, 'reference' | 'kept'>;
}

/** What stands between the world and the operations of these roles: who calls, how much it may, and whose documents. */
export function frontDoor(
  config: Config,
  roles: ReadonlySet<Role>,
  parts: FrontDoorParts,
): Pick<AppParts, 'api' | 'ceiling' | 'documentation'> {
  const { connections, clock, redis, security, referenceData } = parts;
  const { limits, maxBodyBytes } = config;
  const load = ceiling({ ...limits, requests: limits.inFlight, bytes: limits.inFlightBytes, maxBodyBytes });
  const operations: Operation[] = [];
  if (roles.has('api')) operations.push(...clientOperations(config, { ...parts, streams: load.streams }));
  if (roles.has('reference-data'))
    operations.push(
      ...referenceOperations({ pool: connections.durable, kept: referenceData.kept, clock, maxBodyBytes }),
    );
  const authenticate =
    config.security.mode === 'edge' ? edgeAuthentication(config.security) : directAuthentication(security.verifier);
  const countRequest = clientLimit(pointStore({ redis, pool: connections.relaxed }, limits), limits);
  return {
    api: routerOf({
      operations,
      authenticate: limitRefusals(authenticate, { ...limits, exempt: addressIn(config.security.trustedProxies) }),
      sourcesOf: sourcesOf(referenceData.reference, clock),
      admit: async (caller, response) => {
        await countRequest(caller, response);
        load.admitClient(caller.client, response);
      },
    }),
    ceiling: load.admit,
    documentation: documentation(operations, config.security),
  };
}
