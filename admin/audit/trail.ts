import { AsyncLocalStorage } from 'node:async_hooks';
import type { Request, RequestHandler, Response } from 'express';
import type { Orchestration } from '#queues/orchestration.ts';
import type { Audit, AuditEntry } from './audit.ts';
import { callOf } from './calls.ts';

export interface AuditTrail {
  /** In front of everything under `/admin`, also of the gate. */
  watch: RequestHandler;
  /** What tells its own story while a request is answered tells it here: where it came from is added, and nothing told twice. */
  audit: Audit;
  /** How many were rung for stands in the row: of what touches many, its address does not tell. */
  counted(orchestration: Ringing): Ringing;
}

type Ringing = Pick<Orchestration, 'signal'>;

interface Visit {
  origin: string | undefined;
  isTold: boolean;
  rung: number;
}

export interface AuditTrailParts {
  audit: Audit;
  log: { error(about: object, message: string): void };
}

/**
 * Whoever changes something leaves a row, and so does whoever is refused, although nobody thought of writing one: what a
 * route does not tell by itself is told here, as far as its address and its answer tell it.
 */
export function auditTrail({ audit, log }: AuditTrailParts): AuditTrail {
  const visits = new AsyncLocalStorage<Visit>();
  return {
    watch(request, response, next) {
      const visit: Visit = { origin: request.ip, isTold: false, rung: 0 };
      // Routers below shorten the path while they are at work.
      const { path } = request;
      // Not when it has been answered: who does not wait for the answer has done it all the same.
      response.once('close', () => {
        const entry = visit.isTold ? undefined : entryOf(visit, request, path, response);
        // The answer has gone: the log is the last who can be told.
        if (entry)
          audit
            .record({ ...entry, ...originOf(visit) })
            .catch((error) => log.error({ err: error, entry }, 'what was done could not be written down'));
      });
      visits.run(visit, next);
    },
    audit: {
      async record(entry) {
        const visit = visits.getStore();
        if (!visit) return audit.record(entry);
        visit.isTold = true;
        try {
          await audit.record({ ...originOf(visit), ...entry });
        } catch (error) {
          // It is tried once more when the request has ended.
          visit.isTold = false;
          throw error;
        }
      },
    },
    counted: (orchestration) => ({
      async signal(signals) {
        const isHeard = await orchestration.signal(signals);
        const visit = visits.getStore();
        if (visit && isHeard) visit.rung += signals.reduce((sum, { ids }) => sum + ids.length, 0);
        return isHeard;
      },
    }),
  };
}

const originOf = (visit: Visit | undefined) => (visit?.origin === undefined ? {} : { origin: visit.origin });

/** Undefined: nothing was changed, nor refused to somebody. Who has not said who they are is the log's, or they could fill the table. */
function entryOf({ rung }: Visit, request: Request, path: string, response: Response): AuditEntry | undefined {
  const { statusCode, locals } = response;
  const { method } = request;
  const looks = method === 'GET' || method === 'HEAD';
  const who: { subject: string; client: string } | undefined = locals.operator;
  if (statusCode !== 403 && (looks || !who)) return undefined;
  const result = statusCode === 403 ? 'refused' : statusCode < 400 ? 'done' : 'failed';
  const actor = who?.subject ?? 'unknown';
  return {
    actor,
    client: who?.client ?? 'unknown',
    ...callOf(method, path),
    result,
    details: { method, path, ...(response.writableEnded ? endOf(statusCode, rung) : unheard) },
  };
}

const endOf = (status: number, rung: number) => ({ status, ...(rung > 0 && { rung }) });

/** Nothing is known but that it was asked for, and begun. */
const unheard = { answer: 'not waited for' };
