import { createHash } from 'node:crypto';
import express from 'express';
import pg from 'pg';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { type BoardParts, createBoard } from '#admin/board.ts';
import { callbackPipeline } from '#processors/callback/pipeline.ts';
import { documentPipeline } from '#processors/document/pipeline.ts';
import type { StatusPublisher } from '#processors/document/ports.ts';
import { begin } from '#processors/engine/begin.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import { Runner } from '#processors/engine/runner.ts';
import type { Signal } from '#processors/engine/signal.ts';
import { Store } from '#processors/engine/store.ts';
import { inTransaction } from '#processors/engine/transaction.ts';
import { openBackend } from '#queues/bullmq/backend.ts';
import { thunderheadControls } from '#src/compose/thunderhead-controls.ts';
import { listen } from '#src/platform/listen.ts';
import { openPausedStages } from '#src/platform/paused-stages.ts';
import { openRedis } from '#src/platform/redis.ts';
import { openSettings } from '#src/platform/settings.ts';
import { databaseSource } from '#src/reference-data/cache/database-source.ts';
import { KeptRows } from '#src/reference-data/cache/kept-rows.ts';
import { referenceReader } from '#src/reference-data/reader.ts';
import { openCallBudget } from '#src/thunderhead/budget/budget.ts';
import { postgresState } from '#src/thunderhead/budget/postgres-state.ts';
import { redisState } from '#src/thunderhead/budget/redis-state.ts';
import { callSettings } from '#src/thunderhead/call-settings.ts';
import { eventually } from '#test/support/eventually.ts';
import { scriptedGatekeeper } from './scripted-gatekeeper.ts';
import { scriptedThunderhead } from './scripted-thunderhead.ts';
import { visitorOf } from './visitor.ts';

/**
 * The real document pipeline on a real database, with the board in front of it. Thunderhead and the broker do what a
 * document's metadata key `SANDBOX` says; nothing moves unless the test runs a stage, and the test owns the clock. Whoever
 * asks has signed in as Olga, who is an operator, unless a test does it otherwise.
 */
export async function openHouse({
  databaseUrl,
  redisUrl,
  access,
  recovery,
}: {
  databaseUrl: string;
  redisUrl: string | undefined;
  access?: Partial<BoardParts['access']>;
  recovery?: BoardParts['recovery'];
}) {
  await using opened = new AsyncDisposableStack();
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  opened.defer(() => pool.end());
  const clock = new OwnClock();
  const store = new Store({ durable: pool, relaxed: pool });
  const thunderhead = scriptedThunderhead({ pool, clock });
  const gatekeeper = scriptedGatekeeper(clock);
  const publisher: StatusPublisher = {
    publish: async (topic) => {
      if (thunderhead.brokerIsAway) throw new Error('no broker');
      return { topic, partition: 0, offset: String(++thunderhead.offset) };
    },
  };
  const reference = referenceReader(new KeptRows({ source: databaseSource({ pool }), graceMs: 60_000 }));
  const pipeline = documentPipeline(
    { generator: thunderhead, times: nothingLearnt, reference, publisher, clock, pool },
    { callTimeoutMs: 1_000, unknownGraceMs: 1_000, pollFirstMs: 1_000, pollCapMs: 10_000, pollDeadlineMs: 60_000 },
  ) as unknown as Pipeline<never>;
  const callbacks = callbackPipeline(
    { sender: { post: async () => ({ kind: 'answered', status: 204 }) }, pool },
    { attempts: 1, timeoutMs: 1_000 },
  ) as unknown as Pipeline<never>;
  const ownLog = pino({ level: 'silent' });
  const pauses = opened.use(openPausedStages(await openSettings({ pool, log: ownLog })));
  const runner = opened.use(new Runner({ pipelines: [pipeline], store, clock, leaseMs: 60_000, paused: pauses }));
  const rung: Signal[] = [];
  const log: { about: object; message: string }[] = [];
  const note = (about: object, message: string) => void log.push({ about, message });
  const redis = redisUrl ? opened.use(openRedis(redisUrl, () => undefined)).redis : undefined;
  // One that is slow to answer is asked again by its client: an `error` on the way is no end.
  if (redis) await eventually(() => redis.status === 'ready');
  const openCallSettings = async () => callSettings(await openSettings({ pool, log: ownLog }), configuredCalls);
  const chosen = await openCallSettings();
  const budget = opened.use(
    openCallBudget({
      ...{ state: redis ? redisState(redis) : postgresState(pool), settings: chosen.current, clock },
      ...{ leaseMs: 60_000, log: ownLog },
    }),
  );
  const backend = opened.use(await openBackend({ redisUrl, databaseUrl, workers: 0, concurrency: 0 }, () => undefined));
  const board = createBoard({
    pool,
    clock,
    orchestration: {
      signal: async (signals) => {
        rung.push(...signals);
        await house.onRing(signals);
        return true;
      },
    },
    pipelines: [pipeline],
    callbacks,
    engineRoom: [pipeline, callbacks],
    backend,
    pauses,
    documents: { contents: (batchId, no, signal) => house.contents(batchId, no, signal) },
    recovery,
    thunderhead: thunderheadControls({ budget, callSettings: chosen }),
    countingShare: 1,
    log: { error: note, warn: note, info: note },
    access: { gatekeeper, sessionMinutes: 30, now: clock.now, ...access },
  });
  const app = express().set('trust proxy', 'loopback').set('query parser', 'simple').use('/admin', board);
  const listener = opened.use(await listen(app, { host: '127.0.0.1', port: 0 }));
  const olga = visitorOf(listener.url);

  const house = {
    url: `${listener.url}/admin`,
    gatekeeper,
    /** The browser of somebody who has not signed in yet. */
    visitor: () => visitorOf(listener.url),
    pool,
    clock,
    backend,
    pauses,
    thunderhead,
    /** The calls that all processes may make together; nobody makes any here, unless the test does. */
    budget,
    /** How another process of ours is told to call Thunderhead. */
    anotherProcess: openCallSettings,
    store,
    rung,
    log,
    contents: (async () => ({ kind: 'gone' })) as BoardParts['documents']['contents'],
    onRing: async (_signals: readonly Signal[]): Promise<void> => undefined,
    /** New requests; each is told apart by the fault it asks for. */
    async offer(count: number, { sandbox = '', documentName = 'IVZRECPA', dueInMs = 0 } = {}): Promise<string[]> {
      const now = clock.now();
      const ids = Array.from({ length: count }, () => uuidv7({ msecs: clock.tick() }));
      await inTransaction(pool, async (transaction) => {
        for (const id of ids) await insertRequest(transaction, { id, sandbox, documentName, at: now });
        const dueAt = new Date(now.getTime() + dueInMs);
        await begin(
          transaction,
          ids.map((item) => ({ id: item, dueAt })),
          { pipeline: 'document', stage: 'validate', actor: 'api', now },
        );
      });
      return ids;
    },
    async run(stage: string, ids: readonly string[]): Promise<void> {
      for await (const _ of runner.run({ pipeline: 'document', stage, ids, dueAt: clock.now() }));
    },
    /** Through all stages, with time enough in between. */
    async runAll(ids: readonly string[]): Promise<void> {
      for (const stage of ['validate', 'submit', 'poll', 'publish']) {
        await house.run(stage, ids);
        clock.advance(2_000);
      }
    },
    /** A call of the board's API, as its page makes it. */
    async ask(path: string, { method = 'GET', body }: { method?: string; body?: unknown } = {}) {
      if (!olga.cookies.has('oms-session')) await olga.signIn({ client: 'ops', secret: 'ops-secret' });
      const { status, json } = await olga.call(path, { method, body });
      return { status, body: json };
    },
    /** What the board shows of one stage: as its page asks for it. */
    async show(stage: string, status = 'latest', { page = 1, jobsPerPage = 10 } = {}): Promise<ShownQueue> {
      const query = new URLSearchParams({
        activeQueue: `Documents.${stage}`,
        status,
        page: `${page}`,
        jobsPerPage: `${jobsPerPage}`,
      });
      const { body } = await house.ask(`queues?${query}`);
      return body.queues.find(({ name }: ShownQueue) => name === `Documents.${stage}`);
    },
  };
  const all = opened.move();
  return Object.assign(house, { [Symbol.asyncDispose]: () => all.disposeAsync() });
}

/** The counts of a stage where nothing is. */
export const nothing = { active: 0, waiting: 0, delayed: 0, failed: 0, completed: 0 };

export interface ShownQueue {
  name: string;
  description: string;
  counts: Record<string, number>;
  pagination: { pageCount: number };
  jobs: {
    id: string;
    name: string;
    timestamp: number;
    processedOn?: number;
    finishedOn?: number;
    delay?: number;
    attempts: number;
    failedReason?: string;
    data: Record<string, unknown>;
    returnValue: Record<string, unknown> | null;
    progress: Record<string, unknown>;
  }[];
}

const nothingLearnt = { median: () => undefined, observe: () => undefined };

const configuredCalls = { callsPerMinute: 600, callsInFlight: 16, batchSize: 50, batchLingerMs: 0 };

class OwnClock implements Clock {
  #now = Date.parse('2026-11-21T10:00:00Z');
  now = () => new Date(this.#now);
  advance(ms: number): void {
    this.#now += ms;
  }
  /** A millisecond later, for ids in order. */
  tick = () => ++this.#now;
}

async function insertRequest(
  transaction: pg.PoolClient,
  { id, sandbox, documentName, at }: { id: string; sandbox: string; documentName: string; at: Date },
): Promise<void> {
  const metadata = [{ key: 'CUSTOMER_ID', value: 'C-1001' }];
  if (sandbox) metadata.push({ key: 'SANDBOX', value: sandbox });
  await transaction.query(
    `insert into document_request (id, source_system, request_correlation_id, document_type, document_name,
       document_language, source_environment, metadata, content, priority, body_hash, received_at)
     values ($1, 'ARCADE', $2, 'INVOICE', $3, 'nb-NO', 'TEST', $4, '{"Invoice":{"Name":"Kari Nordmann"}}', 5, $5, $6)`,
    [id, `corr-${id}`, documentName, JSON.stringify(metadata), createHash('sha256').update(id).digest(), at],
  );
}
