import type { Pool } from 'pg';
import { linksOf } from '../requests/found-request.ts';
import { type HistoryColumns, type HistoryView, historyView } from '../requests/history.ts';
import { findRequest, type RequestView } from '../requests/request-view.ts';
import type { ServerSentEvent } from './event-stream.ts';

/** A step that a request has made; or, when it is final, where it stands, as `GET` of the request answers it. */
export type RequestEvent = ServerSentEvent &
  ({ event: 'step'; data: HistoryView } | { event: 'status'; data: RequestView & { links: object } });

export interface RequestEventsPage {
  items: readonly RequestEvent[];
  /** Send it back as `after` to read on. */
  next: string | null;
  /** The request has ended, and nothing comes after these; unless an operator sets it going again. */
  final: boolean;
}

/** `17`: the step of this number has been read; `17-final`: and the status that followed it. */
export const requestCursor = /^\d{1,18}(-final)?$/;

export interface RequestEventsRead {
  id: string;
  after: string | undefined;
  limit: number;
}

/**
 * The life of one request from a cursor on. Steps of one request are numbered in the order in which they were committed:
 * each is written by the transaction that holds the request's row.
 */
export async function readRequestEvents(
  { pool, firstStage }: { pool: Pool; firstStage: string },
  { id, after, limit }: RequestEventsRead,
): Promise<RequestEventsPage & { revision: number }> {
  const [lastRead = '0', toldEnd] = after?.split('-') ?? [];
  const { ended, revision, steps } = await readSteps(pool, id, lastRead, limit);
  const items: RequestEvent[] = steps.map(({ id, ...data }) => ({ id, event: 'step', data }));
  const atTheEnd = ended && steps.length < limit;
  const isTold = toldEnd !== undefined && steps.length === 0;
  // Looked at later than the steps: it may have been set going again in between, and is followed on then.
  const view = atTheEnd && !isTold ? await findRequest(pool, id, firstStage) : undefined;
  if (view?.endedAt)
    items.push({
      id: `${items.at(-1)?.id ?? lastRead}-final`,
      event: 'status',
      data: { ...view, links: linksOf(id) },
    });
  const final = atTheEnd && (isTold || !!view?.endedAt);
  return { items, next: items.at(-1)?.id ?? after ?? null, final, revision };
}

interface Step extends HistoryView {
  id: string;
}

/** In one statement: whether it has ended, and the steps up to there. */
async function readSteps(
  pool: Pool,
  id: string,
  after: string,
  limit: number,
): Promise<{ ended: boolean; revision: number; steps: Step[] }> {
  const { rows } = await pool.query<StepRow>({
    name: 'oms-request-events',
    text: `select p.status = 'ended' as ended, p.revision, h.* from progress p
      left join lateral (
        select id, from_state, to_state, stage, reason, actor, at from history
        where item_id = p.id and id > $2::bigint order by id limit $3) h on true
      where p.id = $1 order by h.id`,
    values: [id, after, limit],
  });
  const { ended = false, revision = 0 } = rows[0] ?? {};
  const steps = rows.flatMap(({ id, ...step }) => (id === null ? [] : [{ id, ...historyView(step) }]));
  return { ended, revision, steps };
}

interface StepRow extends HistoryColumns {
  ended: boolean;
  revision: number;
  /** Null when there is no step to read, and all that follows with it. */
  id: string | null;
}
