import { Problem } from '#src/api/problem.ts';

/** How a token is asked for, or refused: with a challenge that says what would do (RFC 6750, section 3). */

const challenge = (parameters = ''): { headers: Record<string, string> } => ({
  headers: { 'www-authenticate': `Bearer realm="oms"${parameters}` },
});

/** There is none to look at. No error code: the client may not have known (RFC 6750, section 3.1). */
export const tokenMissing = (detail: string): Problem => new Problem('OMS_TOKEN_MISSING', detail, challenge());

/** There is a token, and it is not good. */
export const tokenInvalid = (detail: string): Problem =>
  new Problem('OMS_TOKEN_INVALID', detail, challenge(', error="invalid_token"'));

/** With the scopes that would do, when any are known to. */
export const scopeInsufficient = (detail: string, wanted: readonly string[] = []): Problem => {
  const scope = wanted.length > 0 ? `, scope="${wanted.join(' ')}"` : '';
  return new Problem('OMS_SCOPE_INSUFFICIENT', detail, challenge(`, error="insufficient_scope"${scope}`));
};
