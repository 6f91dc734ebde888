import type { Logger } from '#src/platform/log.ts';
import type { Caller } from '#src/security/caller.ts';
import { tokenInvalid } from '#src/security/challenges.ts';
import { problemOf } from '../errors.ts';
import type { Call } from '../operation.ts';
import { Problem } from '../problem.ts';
import { requestAddress } from '../requests/found-request.ts';
import { type DocumentRequestBody, readDocumentRequest } from './document-request.ts';
import type { Intake } from './intake.ts';

/** Who asks, and for whose documents it may. */
export type Asking = Pick<Call, 'caller' | 'ownSources'>;

/** What became of one request among many. */
export type Outcome =
  | { status: 202; id: string; links: { self: string }; repeated?: true }
  | { status: number; problem: Problem };

/** @throws Problem when it is no request, or not one that this client may make */
export function readPermitted(body: unknown, { caller, ownSources }: Asking): DocumentRequestBody {
  const asked = readDocumentRequest(body);
  if (!ownSources.includes(asked.sourceSystem))
    throw new Problem('OMS_SOURCE_FORBIDDEN', `client ${caller.client} may not ask for ${asked.sourceSystem}`, {
      errors: [{ field: 'sourceSystem', message: 'is not one of the source systems of this client' }],
    });
  return asked;
}

/** For so long after its end a token is still taken: `TOKEN_LEEWAY_SECONDS`, at the most. */
const leewayMs = 30_000;

/** An upload may last for hours; its token says for how long. @throws Problem OMS_TOKEN_INVALID */
function refuseAfterEnd({ expiresAt }: Caller): void {
  if (expiresAt.getTime() + leewayMs < Date.now())
    throw tokenInvalid('the token has expired during the upload; send this, and what comes after it, with another one');
}

/** Takes in one of many: what is wrong with it is its own affair. Never rejects. */
export async function takeIn(
  read: () => unknown,
  asking: Asking,
  { intake, log }: { intake: Intake; log: Pick<Logger, 'error'> },
): Promise<Outcome> {
  try {
    refuseAfterEnd(asking.caller);
    const { id, repeated } = await intake.accept(readPermitted(read(), asking), asking.caller.client);
    return { status: 202, id, links: { self: `${requestAddress}/${id}` }, ...(repeated && { repeated }) };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === 'OMS_INTERNAL_ERROR') log.error({ err: error }, 'a request of a bulk could not be taken in');
    return { status: problem.status, problem };
  }
}

export const isAccepted = (outcome: Outcome): boolean => outcome.status === 202;
