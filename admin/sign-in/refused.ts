import type { Response } from 'express';

/** Why a call of the board's API is not answered. The codes are those of the API, where it has them. */
const refusals = {
  OMS_SESSION_MISSING: { status: 401, title: 'Sign in first', challenge: 'Bearer realm="oms"' },
  OMS_TOKEN_INVALID: {
    status: 401,
    title: 'The token is not valid',
    challenge: 'Bearer realm="oms", error="invalid_token"',
  },
  OMS_SCOPE_INSUFFICIENT: {
    status: 403,
    title: 'The token is not good for this',
    challenge: 'Bearer realm="oms", error="insufficient_scope", scope="oms.admin"',
  },
  OMS_REQUEST_FORGED: { status: 403, title: 'This did not come from a page of the board', challenge: undefined },
  OMS_BODY_INVALID: { status: 400, title: 'The body does not fit its schema', challenge: undefined },
  OMS_PARAMETER_INVALID: { status: 400, title: 'A parameter of the address is not valid', challenge: undefined },
  OMS_REQUEST_NOT_FOUND: { status: 404, title: 'There is no such request', challenge: undefined },
  OMS_RETRIGGER_NOT_FOUND: { status: 404, title: 'There is no such plan', challenge: undefined },
  OMS_RETRIGGER_NOT_POSSIBLE: { status: 409, title: 'As the plan stands this cannot be done', challenge: undefined },
  OMS_SECURITY_UNAVAILABLE: {
    status: 503,
    title: 'Nobody can vouch for the token at the moment',
    challenge: undefined,
  },
} as const;

export type RefusalCode = keyof typeof refusals;

/** RFC 9457; `error` and `message` are what Bull Board's page shows of it. */
export function refuseCall(
  response: Response,
  code: RefusalCode,
  detail: string,
  errors?: readonly { field: string; message: string }[],
): void {
  const { status, title, challenge } = refusals[code];
  response.locals.code = code;
  if (challenge) response.set('www-authenticate', challenge);
  if (status === 503) response.set('retry-after', '5');
  const shown = { error: { key: 'ERRORS.FORBIDDEN' }, message: detail };
  const problem = { type: `urn:oms:problem:${code}`, title, status, code, detail, ...(errors && { errors }), ...shown };
  response.status(status).type('application/problem+json').send(JSON.stringify(problem));
}
