import type { JobCounts, JobStatus, QueueJob, QueueJobJson, Status } from '@bull-board/api/typings/app';
import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { readOnly } from '#processors/engine/read-only.ts';
import { isUuid } from '#processors/engine/uuid.ts';
import { delimiter } from '../board/delimiter.ts';
import { TableAdapter } from '../board/table-adapter.ts';
import { PipelineCounts } from '../stages/counts.ts';
import { historyLines } from '../stages/items.ts';
import { pageOfIds, type StageState } from '../stages/queries.ts';
import { callsOf } from './items.ts';

export interface CallbackAdapterOptions {
  pool: Pool;
  clock: Clock;
  pipeline: string;
  stage: string;
  /** See `PipelineCounts`. */
  countingShare?: number | undefined;
}

/** Not what was delivered: no index finds those among the documents, and each is in its own history. */
const states: StageState[] = ['active', 'waiting', 'delayed', 'failed'];

/** The calls to sources that wait for their answer or got none that is good, to look at: who does not answer, and why. */
export class CallbackAdapter extends TableAdapter {
  readonly #options: CallbackAdapterOptions;
  readonly #counts: PipelineCounts;

  constructor(options: CallbackAdapterOptions) {
    super({
      ...{ prefix: `Callbacks${delimiter}`, delimiter, displayName: options.stage },
      description: 'Calls to sources that are not taken yet, or will not be, as the database knows them',
      readOnlyMode: true,
      externalJobUrl: ({ data }: QueueJobJson) => ({
        displayText: 'Request',
        href: `/admin/requests/${data.requestId}`,
      }),
    });
    this.#options = options;
    const { pool, clock, pipeline, stage, countingShare: share } = options;
    this.#counts = new PipelineCounts({ pool, clock, pipeline, stages: [stage], always: '', share });
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
    return [this.#counts.caveat(), super.getDescription()].filter(Boolean).join('. ');
  }

  async getJobCounts(): Promise<JobCounts> {
    return (await this.#counts.standing(this.#options.stage)) as JobCounts;
  }

  getJobs(wanted: JobStatus[], start = 0, end = 19): Promise<QueueJob[]> {
    const place = this.#place();
    const window = { offset: start, limit: Math.max(0, end - start + 1) };
    return readOnly(this.#options.pool, async (client) => {
      const ids: string[] = [];
      for (const state of states)
        if (wanted.includes(state)) ids.push(...(await pageOfIds(client, place, state, window)));
      return callsOf(client, place, ids);
    });
  }

  async getJob(id: string): Promise<QueueJob | undefined> {
    if (!isUuid(id)) return undefined;
    const [job] = await readOnly(this.#options.pool, (client) => callsOf(client, this.#place(), [id]));
    return job;
  }

  async getJobLogs(id: string): Promise<string[]> {
    return isUuid(id) ? historyLines(this.#options.pool, id) : [];
  }

  #place() {
    const { pipeline, stage, clock } = this.#options;
    return { pipeline, stage, later: [], always: '', now: clock.now() };
  }
}
