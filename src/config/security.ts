import Joi from 'joi';
import { list, milliseconds, networks, path, secret, url, words } from './rules.ts';

/** Who may come in, and who says so. */
export interface SecurityConfig {
  /** `direct`: the API asks the Security Service's code itself; `edge`: a proxy has done so and says who it is. */
  mode: 'direct' | 'edge';
  /** CIDR: whose `X-Auth-*` are believed in edge mode, and whose `X-Forwarded-*` say address and https. */
  trustedProxies: readonly string[];
  verifyPath: string;
  /** `X-Auth-`: what the headers about the caller begin with. */
  headerPrefix: string;
  oidmUrl: string;
  oidmTokenPath: string;
  oidmVerifyPath: string;
  oidmVerifyMethod: 'GET' | 'POST';
  oidmKeysPath: string;
  oidmTimeoutMs: number;
  /** As whom the OMS itself calls others; undefined: as nobody. */
  ownClient: { id: string; secret: string } | undefined;
  domains: readonly string[];
  /** The `iss` of every token. */
  issuer: string;
  audience: string;
  /** A token must have one of these, whatever it is used for. */
  requiredScopes: readonly string[];
  leewaySeconds: number;
  positiveCacheMs: number;
  negativeCacheMs: number;
  /** Signs the board's sessions; all processes with the role admin share it. Undefined: each process makes its own. */
  sessionKey: string | undefined;
  sessionMinutes: number;
}

export const settings = {
  AUTH_MODE: Joi.string().valid('direct', 'edge').default('direct'),
  TRUSTED_PROXIES: networks.when('AUTH_MODE', { not: 'edge', otherwise: Joi.required() }).messages({
    'any.required': '{{#label}} is required when AUTH_MODE is edge',
  }),
  AUTH_VERIFY_PATH: path.default('/internal/auth/verify'),
  AUTH_HEADER_PREFIX: Joi.string()
    .pattern(/^[A-Za-z][A-Za-z0-9-]*-$/, 'header prefix')
    .default('X-Auth-'),
  OIDM_URL: url('http', 'https').required(),
  OIDM_TOKEN_PATH: path.default('/oauth2/rest/token'),
  OIDM_VERIFY_PATH: path.default('/oauth2/rest/rest/token'),
  OIDM_VERIFY_METHOD: Joi.string().valid('GET', 'POST').default('GET'),
  OIDM_KEYS_PATH: path.default('/oauth2/rest/security'),
  OIDM_CLIENT_ID: Joi.string().empty(''),
  OIDM_CLIENT_SECRET: Joi.string().empty(''),
  OIDM_TIMEOUT_MS: milliseconds.max(10_000).default(1_500),
  TOKEN_DOMAINS: words.default('OMSDomain'),
  TOKEN_ISSUER: Joi.string().empty(''),
  TOKEN_AUDIENCE: Joi.string().default('oms'),
  TOKEN_SCOPES: words.default('oms.request,oms.read,oms.reference,oms.admin'),
  TOKEN_LEEWAY_SECONDS: Joi.number().integer().min(0).max(30).default(30),
  TOKEN_CACHE_MS: milliseconds.max(60_000).default(60_000),
  TOKEN_REFUSAL_CACHE_MS: milliseconds.max(5_000).default(5_000),
  SESSION_KEY: secret,
  SESSION_MINUTES: Joi.number().integer().min(1).max(720).default(30),
};

// biome-ignore lint/suspicious/noExplicitAny: checked by Joi
export const read = (value: any): SecurityConfig =>
  Object.freeze({
    mode: value.AUTH_MODE,
    trustedProxies: list(value.TRUSTED_PROXIES),
    verifyPath: value.AUTH_VERIFY_PATH,
    headerPrefix: value.AUTH_HEADER_PREFIX,
    oidmUrl: value.OIDM_URL.replace(/\/$/, ''),
    oidmTokenPath: value.OIDM_TOKEN_PATH,
    oidmVerifyPath: value.OIDM_VERIFY_PATH,
    oidmVerifyMethod: value.OIDM_VERIFY_METHOD,
    oidmKeysPath: value.OIDM_KEYS_PATH,
    oidmTimeoutMs: value.OIDM_TIMEOUT_MS,
    ownClient: value.OIDM_CLIENT_ID && { id: value.OIDM_CLIENT_ID, secret: value.OIDM_CLIENT_SECRET },
    domains: list(value.TOKEN_DOMAINS),
    // Where OIDM's tokens say they are from unless it was told otherwise; it is never left unchecked.
    issuer: value.TOKEN_ISSUER ?? `${value.OIDM_URL.replace(/\/$/, '')}/oauth2`,
    audience: value.TOKEN_AUDIENCE,
    requiredScopes: list(value.TOKEN_SCOPES),
    leewaySeconds: value.TOKEN_LEEWAY_SECONDS,
    positiveCacheMs: value.TOKEN_CACHE_MS,
    negativeCacheMs: value.TOKEN_REFUSAL_CACHE_MS,
    sessionKey: value.SESSION_KEY,
    sessionMinutes: value.SESSION_MINUTES,
  });
