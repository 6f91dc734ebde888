import type { Reply } from '../http.ts';

/** A refusal, with the body its caller expects. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(status: number, json: object, headers: Record<string, string> = {}) {
    super(JSON.stringify(json));
    this.reply = { status, json, headers };
  }
}

type TokenError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable';

/** RFC 6749, section 5.2. A client that is not known is told so with 401. */
export const oauthError = (error: TokenError, description: string): Refusal =>
  error === 'invalid_client'
    ? new Refusal(401, { error, error_description: description }, { 'WWW-Authenticate': 'Basic realm="oidm"' })
    : new Refusal(400, { error, error_description: description });

/** How a token is refused that is to be validated (DOMAIN: section 3). */
export const tokenRefused = (description: string): Refusal =>
  new Refusal(400, { errorCode: 'OAUTH-00001', errorDesc: 'Token validation failed', secErrorDesc: description });
