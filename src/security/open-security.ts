import type { Redis } from 'ioredis';
import type { SecurityConfig } from '#src/config/security.ts';
import type { Logger } from '#src/platform/log.ts';
import { localCheck } from './local-check.ts';
import { type Oidm, openOidm } from './oidm.ts';
import { openValidationCache } from './validation-cache.ts';
import type { TokenVerifier } from './verdict.ts';
import { openVerdictCache } from './verdict-cache.ts';
import { tokenVerifier } from './verifier.ts';

export interface Security extends AsyncDisposable {
  verifier: TokenVerifier;
  oidm: Oidm;
}

export interface SecurityParts {
  /** Undefined: what OIDM has vouched for is known in this process only. */
  redis: Redis | undefined;
  log: Logger;
  now?: () => number;
  keysCooldownMs?: number;
}

/** The Security Service's code, for the role `security` and for every role that asks it in its own process. */
export function openSecurity(
  config: SecurityConfig,
  { redis, log, now = Date.now, ...options }: SecurityParts,
): Security {
  const oidm = openOidm(config, log);
  const local = localCheck(config, oidm, { now, ...options });
  const parts = {
    config,
    local,
    oidm,
    verdicts: openVerdictCache(),
    validations: openValidationCache(redis),
    now,
    log,
  };
  return { oidm, verifier: tokenVerifier(parts), [Symbol.asyncDispose]: () => oidm[Symbol.asyncDispose]() };
}
