import type { Pool } from 'pg';
import type { Progress } from '#processors/engine/progress.ts';
import { pollWhile } from './poll-while.ts';
import { unlessAborted } from './unless-aborted.ts';

export type Standing = Pick<Progress, 'id' | 'stage' | 'status' | 'result' | 'revision'>;

interface Waiter {
  id: string;
  isReached(standing: Standing): boolean;
  resolve(reached: boolean): void;
}

/** Tells when requests get somewhere. One statement at a time asks for all requests that anybody here waits for. */
export class RequestWatch {
  readonly #pool: Pick<Pool, 'query'>;
  readonly #waiters = new Set<Waiter>();
  readonly #wake: () => void;

  constructor({ pool, stopping }: { pool: Pick<Pool, 'query'>; stopping: AbortSignal }) {
    this.#pool = pool;
    this.#wake = pollWhile({ ask: () => this.#look(), isWaitedFor: () => this.#waiters.size > 0, stopping });
  }

  /** True as soon as the request stands where it `isReached`; false when the signal comes first. */
  until(id: string, isReached: Waiter['isReached'], signal: AbortSignal): Promise<boolean> {
    return unlessAborted(signal, false, (resolve) => {
      const waiter: Waiter = { id, isReached, resolve };
      this.#waiters.add(waiter);
      this.#wake();
      return () => this.#waiters.delete(waiter);
    });
  }

  async #look(): Promise<void> {
    const waiters = [...this.#waiters];
    const { rows } = await this.#pool.query<Standing>({
      name: 'oms-watch-requests',
      text: 'select id, stage, status, result, revision from progress where id = any($1::uuid[])',
      values: [[...new Set(waiters.map(({ id }) => id))]],
    });
    const standings = new Map(rows.map((standing) => [standing.id, standing]));
    for (const { id, isReached, resolve } of waiters) {
      const standing = standings.get(id);
      if (standing && isReached(standing)) resolve(true);
    }
  }
}
