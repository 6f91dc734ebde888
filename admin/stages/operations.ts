import { promote } from '#processors/engine/due.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';
import { signalsFor } from '#processors/engine/signal.ts';
import { cancelAndRing } from '#queues/cancel.ts';
import type { Operator } from '../access.ts';
import { Refusal } from '../board/refusal.ts';
import { type RetriggerParts, retrigger } from '../retrigger.ts';
import type { PipelineCounts } from './counts.ts';
import { resumeStages, type StagePauses } from './pause.ts';
import { rejectedAt } from './queries.ts';
import { type Retried, retryAllAt } from './retry-all.ts';

export interface StageOperationParts extends RetriggerParts {
  pipeline: PipelineShape;
  stage: string;
  /** The stage that runs whatever the result, or ''. */
  always: string;
  pauses: StagePauses;
  counts: Pick<PipelineCounts, 'forget'>;
  /** Who is at work, for the history. Asked within a request. */
  operator: () => Operator;
  log: { info(about: object, message: string): void };
}

/** What an operator can do at one stage. What it comes to is in the history of each document. */
export interface StageOperations {
  retry(id: string): Promise<void>;
  /** All that has failed here until now. What was rejected is an answer to its source, and is left as it is: `skipped`. */
  retryAll(): Promise<Retried & { skipped: number }>;
  /** Due now, whatever it waits for. */
  promote(id: string): Promise<void>;
  promoteAll(): Promise<void>;
  cancel(id: string): Promise<void>;
  isPaused(): boolean;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

const retried = 'retriggered on the board';
const promoted = 'due now: promoted on the board';
const removed = 'removed on the board';

export function stageOperations(parts: StageOperationParts): StageOperations {
  const { pool, clock, orchestration, pipeline, stage, always, pauses, counts, log } = parts;
  const { name } = pipeline;
  const actor = () => parts.operator().subject;

  /** Whoever did something looks next, and the log says who it was. */
  const done = (message: string, about: object) => {
    counts.forget();
    log.info({ actor: actor(), stage, ...about }, message);
  };

  const promoteSome = async (id?: string): Promise<number> => {
    const now = clock.now();
    const wish = { pipeline: name, stage, now, actor: actor(), reason: promoted, ...(id && { id }) };
    let count = 0;
    for await (const due of promote(pool, wish)) {
      await orchestration.signal(signalsFor(name, due, now));
      count += due.length;
    }
    return count;
  };

  return {
    async retry(id) {
      const [reopened] = await retrigger(parts, [id], { pipeline: name, reason: retried, actor: actor() });
      counts.forget();
      if (!reopened) throw notFailed(id);
      done(retried, { requestId: id });
    },

    async retryAll() {
      try {
        const came = await retryAllAt(parts, stage);
        done(retried, came);
        return { ...came, skipped: await rejectedAt(pool, { pipeline: name, stage, always }) };
      } finally {
        counts.forget();
      }
    },

    async promote(id) {
      if ((await promoteSome(id)) === 0) throw notDelayed(id);
      done(promoted, { requestId: id });
    },

    async promoteAll() {
      done(promoted, { count: await promoteSome() });
    },

    async cancel(id) {
      const wish = { id, actor: actor(), reason: removed, now: clock.now() };
      const answer = await cancelAndRing(parts, wish);
      counts.forget();
      if (!answer?.heard) throw tooLate(id);
      done(removed, { requestId: id });
    },

    isPaused: () => pauses.has(name, stage),
    async pause() {
      await pauses.set(name, [stage], true, actor());
      done('paused on the board', {});
    },
    async resume() {
      const rung = await resumeStages(parts, { pipeline: name, stages: [stage], actor: actor() });
      done('resumed on the board', { rung });
    },
  };
}

const notFailed = (id: string) =>
  new Refusal(
    `Document ${id} is not failed any more, so there is nothing to retry; its history tells what happened.`,
    409,
    { key: 'ERRORS.JOB_NOT_RETRIABLE', options: { state: 'unknown' } },
  );

const notDelayed = (id: string) =>
  new Refusal(`Document ${id} does not wait for a later time here (any more), so it cannot be sooner.`, 409, {
    key: 'ERRORS.JOB_NOT_DELAYED',
  });

const tooLate = (id: string) =>
  new Refusal(
    `Document ${id} has come to its end, or nothing can stop it any more. Nothing is ever removed: to remove means to cancel.`,
    409,
  );
