import type { Logger } from '#src/platform/log.ts';
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

/** Takes in one of many: what is wrong with it is its own affair. Never rejects. */
export async function acceptOne(
  read: () => unknown,
  asking: Asking,
  { intake, log }: { intake: Intake; log: Pick<Logger, 'error'> },
): Promise<Outcome> {
  try {
    const { id, repeated } = await intake.accept(readPermitted(read(), asking), asking.caller.client);
    return { status: 202, id, links: { self: `${requestAddress}/${id}` }, ...(repeated && { repeated }) };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === 'OMS_INTERNAL_ERROR') log.error({ err: error }, 'a request of a bulk could not be taken in');
    return { status: problem.status, problem };
  }
}

export const isAccepted = (outcome: Outcome): boolean => outcome.status === 202;
