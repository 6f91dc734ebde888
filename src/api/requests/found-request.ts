import Joi from 'joi';
import type { Pool } from 'pg';
import type { VisibleSources } from '#src/security/caller.ts';
import { Problem } from '../problem.ts';
import { uuid } from '../rules.ts';
import { findRequest, type RequestView } from './request-view.ts';

/** `{id}` of `/document-requests/{id}`. */
export const requestPath = Joi.object<{ id: string }>({
  id: uuid.required().description('the id of the request, as the POST answered it'),
});

export const requestAddress = '/api/v1/document-requests';

/** Where a client goes on from a request; paths, without the host. */
export const linksOf = (id: string) => ({
  self: `${requestAddress}/${id}`,
  history: `${requestAddress}/${id}/history`,
  batches: `${requestAddress}/${id}/batches`,
  events: `${requestAddress}/${id}/events`,
  document: `${requestAddress}/${id}/document`,
  cancel: `${requestAddress}/${id}/cancel`,
});

/**
 * The request of this id, if the caller may see it.
 * @throws Problem OMS_REQUEST_NOT_FOUND; that another tenant has it is nobody's business
 */
export async function foundRequest(
  { pool, firstStage }: { pool: Pool; firstStage: string },
  id: string,
  sources: VisibleSources,
): Promise<RequestView> {
  const view = await findRequest(pool, id, firstStage);
  if (!view || (sources !== 'all' && !sources.includes(view.sourceSystem)))
    throw new Problem('OMS_REQUEST_NOT_FOUND', `there is no request ${id}`);
  return view;
}
