import type { Clock } from '#processors/engine/clock.ts';
import { GroupCommit } from '#processors/engine/group-commit.ts';
import { type Settlement, type Signal, signalsFor, urgentFrom } from '#processors/engine/signal.ts';
import type { Stage } from '#processors/engine/stage.ts';
import { within } from '#processors/engine/within.ts';
import { namesOf } from '../names.ts';
import type { Orchestration, Ring, RingLog } from '../orchestration.ts';
import type { QueueBackend, StageQueue, StageWorker } from './backend.ts';

export interface BullmqOptions {
  backend: QueueBackend;
  clock: Clock;
  pipelines: readonly { name: string; stages: readonly Pick<Stage<never>, 'name' | 'sideBySide'>[] }[];
  /** Chunks that one process runs side by side, per stage. */
  concurrency: number;
  log: RingLog;
  /** What a test does to every bell, those that a settlement rings too (`test/chaos`). */
  interfere?: ((ring: Ring) => Ring) | undefined;
}

/** A ring that takes longer is given up; the sweep rings again. */
const ringTimeoutMs = 2_000;
/** Urgent rings jump the line: so many are looked at to find one that has waited in it. */
const headOfLine = 4;
/** How long a queue may take to let its worker go. */
const closeTimeoutMs = 2_000;
/** A dead worker's chunk comes back after this; a living one renews. */
const lockMs = 5_000;

type Handle = (signal: Signal) => AsyncIterable<Settlement>;

/**
 * One queue per stage, one job per chunk. A job never fails because a document did: retries and delays belong to the
 * engine. A failed job means that the machinery broke, and it is kept only to be looked at.
 */
export function bullmqOrchestration(options: BullmqOptions): Orchestration {
  const { backend, clock, pipelines, concurrency, log, interfere = (ring) => ring } = options;
  const stages = pipelines.flatMap(({ name, stages }) =>
    stages.map((stage) => ({ pipeline: name, stage: stage.name, chunks: concurrency * (stage.sideBySide ?? 1) })),
  );
  const queues = new Map<string, StageQueue>();
  const workers: StageWorker[] = [];

  const queueOf = (pipeline: string, stage: string): StageQueue => {
    const { queue } = namesOf(pipeline, stage);
    let open = queues.get(queue);
    if (!open) {
      open = backend.queue(queue);
      queues.set(queue, open);
    }
    return open;
  };

  // Rings that come together while one is on its way share jobs: small waves grow back into whole chunks.
  const rings = new GroupCommit<readonly Signal[], void>({
    lanes: 2,
    capacity: 200,
    flush: async (entries) => {
      const merged = Map.groupBy(merge(entries.flat(), clock.now()), ({ pipeline, stage }) => queueOf(pipeline, stage));
      await Promise.all([...merged].map(([queue, ofQueue]) => queue.addBulk(ofQueue.map(jobOf))));
      return entries.map(() => undefined);
    },
  });

  const jobOf = ({ stage, ids, dueAt, urgent }: Signal) => {
    const delay = Math.max(0, Math.ceil(dueAt.getTime() - clock.now().getTime()));
    return {
      name: stage,
      data: { ids: [...ids], dueAt: dueAt.toISOString() },
      // To the front of the line. BullMQ's own priorities cost every job more, and put what has none before what has some.
      opts: {
        ...(delay > 0 ? { delay } : urgent && { lifo: true }),
        removeOnComplete: true,
        removeOnFail: { count: 200 },
      },
    };
  };

  /** Rings and chunks that a shutdown waits for. */
  const underWay = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const tracked = work.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
    return tracked;
  };

  const lost = lostRings(log);
  const ring = interfere(async (signals) => {
    try {
      await within(ringTimeoutMs, 'the queue', rings.submit(signals));
      return true;
    } catch (error) {
      lost(error, signals.flatMap(({ ids }) => ids).length);
      return false;
    }
  });
  const signal: Ring = async (signals) => signals.length === 0 || track(ring(signals));

  const answer = async (rung: Signal, handle: Handle): Promise<void> => {
    for await (const { next } of handle(rung)) await signal(next);
  };

  const nextInLine = async (pipeline: string, stage: string): Promise<readonly [string, Date][]> => {
    const next = await queueOf(pipeline, stage).getWaiting(0, headOfLine - 1);
    const due = next.map(({ data }) => Date.parse(data.dueAt));
    return due.length > 0 ? [[stage, new Date(Math.min(...due))]] : [];
  };

  return {
    name: 'bullmq',
    signal,
    async inLineSince(pipeline) {
      const ours = stages.filter((stage) => stage.pipeline === pipeline);
      const asked = Promise.all(ours.map(({ stage }) => nextInLine(pipeline, stage)));
      return new Map((await within(ringTimeoutMs, 'the queue', asked).catch(() => [])).flat());
    },
    async start(handle) {
      for (const { pipeline, stage, chunks } of stages)
        workers.push(
          backend.worker(
            namesOf(pipeline, stage).queue,
            ({ data }) => track(answer({ pipeline, stage, ids: data.ids, dueAt: new Date(data.dueAt) }, handle)),
            { concurrency: chunks, lockDuration: lockMs, stalledInterval: lockMs / 2, maxStalledCount: 3 },
          ),
        );
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    },
    async [Symbol.asyncDispose]() {
      // Takes no new work from here on, and settles what is in hand. A queue that is away does not keep us.
      const closed = Promise.all(workers.map((worker) => worker.close()));
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await within(closeTimeoutMs, 'the queue', closed).catch((error) =>
        log.warn({ err: error }, 'the queues did not say goodbye'),
      );
      await Promise.allSettled([...queues.values()].map((queue) => within(closeTimeoutMs, 'the queue', queue.close())));
    },
  };
}

/** Small waves grow back into chunks. */
function merge(signals: readonly Signal[], now: Date): Signal[] {
  const items = ({ ids, stage, dueAt, urgent }: Signal) =>
    ids.map((id) => ({ id, stage, dueAt, priority: urgent ? urgentFrom : 0 }));
  return [...Map.groupBy(signals, ({ pipeline }) => pipeline)].flatMap(([pipeline, ofPipeline]) =>
    signalsFor(pipeline, ofPipeline.flatMap(items), now),
  );
}

/** A queue that is away loses a ring with every document; the log says so at once, and then every five seconds how many. */
function lostRings(log: RingLog): (error: unknown, documents: number) => void {
  const silenceMs = 5_000;
  let documents = 0;
  let saidAt = Number.NEGATIVE_INFINITY;
  return (error, more) => {
    documents += more;
    if (performance.now() - saidAt < silenceMs) return;
    log.warn({ err: error, documents }, 'rings were lost; the sweep will ring again');
    saidAt = performance.now();
    documents = 0;
  };
}
