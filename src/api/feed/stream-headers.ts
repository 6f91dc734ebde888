import type { Request, Response } from 'express';
import type Joi from 'joi';
import { everyMistake } from '../checked.ts';
import { Problem } from '../problem.ts';
import { eventStreamType } from './event-stream.ts';

/** Whether the client asks for a stream rather than for a page. */
export function wantsStream(request: Request, response: Response): boolean {
  response.vary('Accept');
  return request.accepts(['application/json', eventStreamType]) === eventStreamType;
}

/**
 * The last event that a client has had before it connects again. It goes before `after`, which stands in the address and
 * says where the first connection began.
 *
 * @throws Problem
 */
export function lastEventId(request: Request, cursor: Joi.StringSchema): string | undefined {
  const header = request.get('last-event-id');
  if (!header) return undefined;
  const { error } = cursor.label('Last-Event-ID').validate(header, everyMistake);
  if (!error) return header;
  throw new Problem('OMS_PARAMETER_INVALID', 'Last-Event-ID is not the id of an event', {
    errors: [{ field: 'Last-Event-ID', message: error.message }],
  });
}
