import type { Pool } from 'pg';
import { persistently } from '#processors/engine/transaction.ts';
import type { RequestWatch } from '../waiting/request-watch.ts';
import { type RequestEvent, readRequestEvents } from './request-events.ts';

export interface RequestEventPorts {
  pool: Pool;
  firstStage: string;
  watch: RequestWatch;
}

const pageSize = 100;

/** The life of one request from a cursor on, as it happens, until its end or the signal. */
export async function* followRequest(
  { pool, firstStage, watch }: RequestEventPorts,
  { id, after, signal }: { id: string; after: string | undefined; signal: AbortSignal },
): AsyncGenerator<readonly RequestEvent[], void> {
  let position = after;
  while (!signal.aborted) {
    const read = { id, after: position, limit: pageSize };
    const page = await persistently(() => readRequestEvents({ pool, firstStage }, read));
    if (page.items.length > 0) yield page.items;
    if (page.final) return;
    position = page.next ?? undefined;
    if (page.items.length < pageSize) await watch.until(id, ({ revision }) => revision !== page.revision, signal);
  }
}
