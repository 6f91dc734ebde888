import type { QueueJob, QueueJobJson } from '@bull-board/api/typings/app';
import type { PoolClient } from 'pg';
import { refuse } from '../board/refusal.ts';
import type { StageState } from '../stages/queries.ts';

/** A call to a source, as the board sees it. Of the address only whose it is: the rest may hold a secret. */
interface CallColumns {
  id: string;
  status: 'ready' | 'running' | 'ended';
  result: string | null;
  attempts: number;
  due_at: Date;
  since: Date;
  request_id: string;
  source_system: string;
  client: string | null;
  callback_url: string;
  type: string;
  published_at: Date;
  code: string | null;
  description: string | null;
  last_failed_at: Date | null;
}

/** In the order of the ids; those that do not exist are left out. */
export async function callsOf(
  client: PoolClient,
  { pipeline, stage, now }: { pipeline: string; stage: string; now: Date },
  ids: readonly string[],
): Promise<QueueJob[]> {
  const { rows } = await client.query<CallColumns>(
    `select p.id, p.status, p.result, p.attempts, p.due_at, p.since, v.request_id, r.source_system, r.client, r.callback_url,
       v.type, v.published_at, e.code, e.description, e.last_failed_at
     from unnest($1::uuid[]) with ordinality as page (id, position)
     join progress p on p.id = page.id and p.pipeline = $2
     join status_event v on v.id = page.id join document_request r on r.id = v.request_id
     left join stage_error e on e.item_id = page.id and e.stage = $3
     order by page.position`,
    [ids, pipeline, stage],
  );
  return rows.map((row) => jobOf(row, now));
}

/** To look at: what is to be done about a call is done where it goes, and the engine tries again by itself. */
const jobOf = (call: CallColumns, now: Date): QueueJob => ({
  opts: {},
  toJSON: () => jsonOf(call, stateOf(call, now)),
  getState: async () => stateOf(call, now),
  retry: refuse,
  promote: refuse,
  remove: refuse,
  updateData: refuse,
  changeDelay: refuse,
  changePriority: refuse,
});

function stateOf({ status, result, due_at }: CallColumns, now: Date): StageState {
  if (status === 'ended') return result === 'completed' ? 'completed' : 'failed';
  if (status === 'running') return 'active';
  return due_at <= now ? 'waiting' : 'delayed';
}

function jsonOf(call: CallColumns, state: StageState): QueueJobJson {
  const published = call.published_at.getTime();
  const receiver = URL.parse(call.callback_url)?.host ?? '';
  const delay = state === 'delayed' && { delay: Math.max(0, call.due_at.getTime() - published) };
  return {
    id: call.id,
    name: `${receiver} (${call.source_system})${call.result === 'rejected' ? ' · rejected' : ''}`,
    timestamp: published,
    ...(state === 'active' && { processedOn: call.since.getTime() }),
    ...(state === 'failed' && call.last_failed_at && { finishedOn: call.last_failed_at.getTime() }),
    ...delay,
    attemptsMade: call.attempts,
    failedReason: call.code ? `${call.code}: ${call.description}` : '',
    stacktrace: null,
    data: {
      requestId: call.request_id,
      sourceSystem: call.source_system,
      client: call.client,
      receiver,
      event: call.type,
    },
    returnvalue: null,
    progress: { status: call.status, ...(call.result && { result: call.result }), attempts: call.attempts },
    opts: { ...delay },
  };
}
