import type { Pool } from 'pg';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import type { Progress } from '#processors/engine/progress.ts';
import { deliver } from './deliver.ts';
import type { Callback, CallbackSender } from './ports.ts';

export interface CallbackTiming {
  attempts: number;
  /** One call, from the name of the host to the end of the answer. */
  timeoutMs: number;
}

/** One stage, `deliver`. An item is an event, under its id, and begins in the transaction that keeps that event. */
export function callbackPipeline(
  { sender, pool }: { sender: CallbackSender; pool: Pool },
  { attempts, timeoutMs }: CallbackTiming,
): Pipeline<Callback, never> {
  return {
    name: 'callback',
    // A run outlives its own call, so that the call's own words for what went wrong are kept.
    stages: [deliver(sender, { attempts, timeoutMs: timeoutMs + 2_000 })],
    load: (_stage, claimed) => loadCallbacks(pool, claimed),
    keep: async () => undefined,
  };
}

async function loadCallbacks(pool: Pool, claimed: readonly Progress[]): Promise<ReadonlyMap<string, Callback>> {
  const { rows } = await pool.query<CallbackColumns>({
    name: 'oms-load-callbacks',
    text: `select e.id, e.type, e.request_id, e.data, r.callback_url, r.client
      from status_event e join document_request r on r.id = e.request_id where e.id = any($1::uuid[])`,
    values: [claimed.map(({ id }) => id)],
  });
  return new Map(rows.map((row) => [row.id, callbackOf(row)]));
}

interface CallbackColumns {
  id: string;
  type: string;
  request_id: string;
  data: { occurredAt: string };
  callback_url: string;
  client: string;
}

const callbackOf = ({ id, type, request_id, data, callback_url, client }: CallbackColumns): Callback => ({
  id,
  url: callback_url,
  client,
  event: {
    specversion: '1.0',
    id,
    source: '/oms',
    type,
    subject: request_id,
    time: data.occurredAt,
    datacontenttype: 'application/json',
    data,
  },
});
