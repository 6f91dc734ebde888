import type { JobCounts, JobStatus, QueueJob, QueueJobJson, QueueMetrics, Status } from '@bull-board/api/typings/app';
import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { readOnly } from '#processors/engine/read-only.ts';
import { isUuid } from '#processors/engine/uuid.ts';
import { type Operable, stageCalls } from '../board/refusal.ts';
import { TableAdapter } from '../board/table-adapter.ts';
import type { LastHour } from '../past/last-hour.ts';
import type { LiveSentence } from '../thunderhead/live-sentence.ts';
import type { PipelineCounts } from './counts.ts';
import { historyLines, type ItemColumns, itemsOf } from './items.ts';
import { stageJob } from './job.ts';
import type { StageOperations } from './operations.ts';
import { pageOfIds, type StageState } from './queries.ts';

export interface StageAdapterOptions {
  pool: Pool;
  clock: Clock;
  pipeline: string;
  stages: readonly string[];
  stage: string;
  /** The stage that runs whatever the result, or ''. */
  always: string;
  /** Shared by the stages of the pipeline. */
  counts: PipelineCounts;
  /** Shared as well. */
  lastHour: LastHour;
  operations: StageOperations;
  /** In front of the stage's name; what comes before `delimiter` is the group. */
  prefix: string;
  delimiter: string;
  displayName: string;
  description: string;
  /** What is said before the description, as it is at the moment: the page cuts off what is long. */
  live?: LiveSentence | undefined;
}

const states: StageState[] = ['active', 'waiting', 'delayed', 'failed', 'completed'];
/** All there is to know of a document, on a page of our own. */
const requestPage = ({ id }: QueueJobJson) => ({ displayText: 'Request', href: `/admin/requests/${id}` });

/** A stage as Bull Board's idea of a queue, told by the database; what is done here, the stage's operations do. */
export class StageAdapter extends TableAdapter implements Operable {
  readonly calls = stageCalls;
  readonly #options: StageAdapterOptions;

  constructor(options: StageAdapterOptions) {
    super({ ...options, allowCompletedRetries: false, externalJobUrl: requestPage });
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
    const { description, live, counts } = this.#options;
    return [counts.caveat(), live?.current(), description].filter(Boolean).join('. ');
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
    return readOnly(this.#options.pool, async (client) => {
      const ids: string[] = [];
      for (const state of states)
        if (wanted.includes(state)) ids.push(...(await pageOfIds(client, place, state, window)));
      return this.#jobs(await itemsOf(client, place, ids), place.now);
    });
  }

  async getJob(id: string): Promise<QueueJob | undefined> {
    if (!isUuid(id)) return undefined;
    const place = this.#place();
    const [job] = await readOnly(this.#options.pool, async (client) =>
      this.#jobs(await itemsOf(client, place, [id]), place.now),
    );
    return job;
  }

  /** The document's history. */
  async getJobLogs(id: string): Promise<string[]> {
    return isUuid(id) ? historyLines(this.#options.pool, id) : [];
  }

  /** See `StageOperations`. */
  get operations(): StageOperations {
    return this.#options.operations;
  }

  override isPaused = async () => this.operations.isPaused();
  override pause = () => this.operations.pause();
  override resume = () => this.operations.resume();
  override promoteAll = () => this.operations.promoteAll();

  #place() {
    const { pipeline, stage, stages, always, clock } = this.#options;
    return { pipeline, stage, later: stages.slice(stages.indexOf(stage) + 1), always, now: clock.now() };
  }

  #jobs(items: readonly ItemColumns[], now: Date): QueueJob[] {
    const { stage, stages, operations } = this.#options;
    return items.map((item) => stageJob(item, { stage, stages, now, operations }));
  }

  override getMetrics(what: 'completed' | 'failed'): Promise<QueueMetrics> {
    return this.#options.lastHour(this.#options.stage, what);
  }
}
