import type { Request, Response } from 'express';
import Joi from 'joi';
import type { Streams } from '#src/limits/ceiling.ts';
import type { HeaderDescription } from '../operation.ts';
import { Problem } from '../problem.ts';
import { whileListening } from './listening.ts';
import { preferencesOf, waitOf } from './prefer.ts';
import type { RequestWatch, Standing } from './request-watch.ts';

/**
 * Waits as long as the client prefers (RFC 7240): `Prefer: wait=10, wait-for=validated`. True when the request got there
 * in time; false when the time is over, the client has hung up or the process stops; undefined without the preference.
 */
export type PreferredWait = (request: Request, response: Response, id: string) => Promise<boolean | undefined>;

export interface WaitPorts {
  watch: RequestWatch;
  /** Who waits does not count as work. */
  streams: Streams;
  firstStage: string;
  /** Aborted when the process stops: nobody waits any longer then. */
  stopping: AbortSignal;
}

export function preferredWait({ watch, streams, firstStage, stopping }: WaitPorts): PreferredWait {
  const isFinal = ({ status }: Standing): boolean => status === 'ended';
  // One that is rejected is on its way to its end already: its client is told the end.
  const isValidated = (standing: Standing): boolean =>
    isFinal(standing) || (standing.stage !== firstStage && standing.result !== 'rejected');

  return async (request, response, id) => {
    const preferences = preferencesOf(request.headers.prefer);
    const wait = waitOf(preferences);
    if (!wait || !hasRoom(streams, response)) return undefined;
    const goal = preferences.get('wait-for');
    const known = goal === 'validated' || goal === 'final';
    response.set('preference-applied', known ? `${wait.applied}, wait-for=${goal}` : wait.applied);
    using listening = whileListening(response, { forMs: wait.seconds * 1_000, stopping });
    return await watch.until(id, goal === 'validated' ? isValidated : isFinal, listening.signal);
  };
}

/** The request is taken in; that there is no room to wait in is no reason to answer otherwise. */
function hasRoom(streams: Streams, response: Response): boolean {
  try {
    streams.enter(response);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** For the description of operations that wait. */
export const preferHeader: Record<string, HeaderDescription> = {
  Prefer: {
    description:
      'RFC 7240: `wait=N` waits up to N seconds (30 at the most) until the request is final, or, with `wait-for=validated`, until it is validated; `Preference-Applied` says what was honoured',
    schema: Joi.string().example('wait=10, wait-for=validated'),
  },
};

export const preferenceApplied: Record<string, HeaderDescription> = {
  'Preference-Applied': { description: 'The preference that was honoured', schema: Joi.string().example('wait=10') },
};
