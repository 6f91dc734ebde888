import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { JobCounts, JobStatus, QueueJob, QueueMetrics, Status } from '@bull-board/api/typings/app';
import { Refusal, refuse } from './refusal.ts';
import { type RetriggerParts, retrigger, retriggerStage } from './retrigger.ts';
import type { PipelineCounts } from './stage-counts.ts';
import { historyOf, type ItemColumns, itemsOf } from './stage-items.ts';
import { stageJob } from './stage-job.ts';
import { look, pageOfIds, type StageState } from './stage-queries.ts';
import type { LiveSentence } from './thunderhead/live-sentence.ts';

export interface StageAdapterOptions extends RetriggerParts {
  pipeline: string;
  stages: readonly string[];
  stage: string;
  /** The stage that runs whatever the result, or ''. */
  always: string;
  /** Shared by the stages of the pipeline. */
  counts: PipelineCounts;
  /** Who is at work, for the history. Asked within a request. */
  actor: () => string;
  log: { info(about: object, message: string): void };
  /** In front of the stage's name; what comes before `delimiter` is the group. */
  prefix: string;
  delimiter: string;
  displayName: string;
  description: string;
  /** What is said before the description, as it is at the moment: the page cuts off what is long. */
  live?: LiveSentence | undefined;
}

const states: StageState[] = ['active', 'waiting', 'delayed', 'failed', 'completed'];
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const reason = 'retriggered on the board';

/** A stage as Bull Board's idea of a queue, told by the database. Reads everything; the one thing it does is Retry. */
export class StageAdapter extends BaseAdapter {
  readonly #options: StageAdapterOptions;

  constructor(options: StageAdapterOptions) {
    // Not 'bullmq': for those the board opens flows and global concurrency, which only a real queue has.
    super('bull', { ...options, allowCompletedRetries: false });
    this.#options = options;
  }

  getName(): string {
    return `${this.prefix}${this.#options.stage}`;
  }

  getStatuses(): Status[] {
    return ['latest', ...states];
  }

  getJobStatuses(): JobStatus[] {
    return [...states];
  }

  override getDescription(): string {
    const { description, live } = this.#options;
    return live ? `${live.current()}. ${description}` : description;
  }

  /** Asked before the description is, which cannot wait for anything. */
  async getJobCounts(): Promise<JobCounts> {
    const { counts, stage, live } = this.#options;
    const [known] = await Promise.all([counts.of(stage), live?.refresh()]);
    return known as JobCounts;
  }

  /** `start` and `end` are inclusive and count within each state, as in BullMQ: "latest" asks for all states at once. */
  getJobs(wanted: JobStatus[], start = 0, end = 19): Promise<QueueJob[]> {
    const place = this.#place();
    const window = { offset: start, limit: Math.max(0, end - start + 1) };
    return look(this.#options.pool, async (client) => {
      const ids: string[] = [];
      for (const state of states)
        if (wanted.includes(state)) ids.push(...(await pageOfIds(client, place, state, window)));
      return this.#jobs(await itemsOf(client, place, ids), place.now);
    });
  }

  async getJob(id: string): Promise<QueueJob | undefined> {
    if (!uuid.test(id)) return undefined;
    const place = this.#place();
    const [job] = await look(this.#options.pool, async (client) =>
      this.#jobs(await itemsOf(client, place, [id]), place.now),
    );
    return job;
  }

  /** The document's history. */
  async getJobLogs(id: string): Promise<string[]> {
    if (!uuid.test(id)) return [];
    const history = await historyOf(this.#options.pool, id);
    return history.map(
      ({ at, from_state, to_state, reason, actor }) =>
        `${at.toISOString()}  ${from_state ?? 'new'} → ${to_state}  ${reason}  [${actor}]`,
    );
  }

  /** All that has failed here until now; answers how many. */
  async retryAll(): Promise<number> {
    const { pipeline, stage, always, counts, log, ...options } = this.#options;
    const actor = options.actor();
    try {
      const count = await retriggerStage(this.#options, { stage, always }, { pipeline, reason, actor });
      log.info({ actor, stage, count }, reason);
      return count;
    } finally {
      counts.forget();
    }
  }

  async #retry({ id }: ItemColumns): Promise<void> {
    const { pipeline, stage, counts, log, ...options } = this.#options;
    const actor = options.actor();
    const [reopened] = await retrigger(this.#options, [id], { pipeline, reason, actor });
    counts.forget();
    if (reopened) return log.info({ actor, stage, requestId: id }, reason);
    throw new Refusal(
      `Document ${id} is not failed any more, so there is nothing to retry; its history tells what happened.`,
      409,
      { key: 'ERRORS.JOB_NOT_RETRIABLE', options: { state: 'unknown' } },
    );
  }

  #place() {
    const { pipeline, stage, stages, always, clock } = this.#options;
    return { pipeline, stage, later: stages.slice(stages.indexOf(stage) + 1), always, now: clock.now() };
  }

  #jobs(items: readonly ItemColumns[], now: Date): QueueJob[] {
    const { stage, stages } = this.#options;
    return items.map((item) => stageJob(item, { stage, stages, now, retry: (failed) => this.#retry(failed) }));
  }

  // What a queue has and a stage does not.
  override getDatastoreStats = async () => null;
  getRedisInfo = async () => null;
  getGlobalConcurrency = async () => null;
  getJobSchedulers = async () => [];
  getJobSchedulersCount = async () => 0;
  isPaused = async () => false;
  getMetrics = async (): Promise<QueueMetrics> => ({ meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [], count: 0 });

  // No route leads here, see `refusal.ts`.
  clean = refuse;
  addJob = refuse;
  pause = refuse;
  resume = refuse;
  empty = refuse;
  obliterate = refuse;
  promoteAll = refuse;
  removeJobScheduler = refuse;
  updateJobScheduler = refuse;
  runJobSchedulerNow = refuse;
  setGlobalConcurrency = refuse;
}
