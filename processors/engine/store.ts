import type { Pool } from 'pg';
import type { Reached } from './boundary.ts';
import { type Claim, type Claimed, claimRows } from './claim.ts';
import { GroupCommit } from './group-commit.ts';
import type { Progress } from './progress.ts';
import { type Settling, settleRows, tellReached } from './settle.ts';
import { isPoison, persistently } from './transaction.ts';

/**
 * The engine's statements: every change of a progress row is one of the verbs below, guarded and for many rows at once.
 * Claim by comparison: a row that does not come back is not yours.
 */
export class Store {
  readonly #durable: Pool;
  readonly #relaxed: Pool;
  readonly #reached: Reached | undefined;
  readonly #claims = new Map<string, GroupCommit<Claim, Claimed>>();
  readonly #settlings = new Map<string, GroupCommit<Settling, boolean>>();

  /** `durable` commits wait for the disk; `relaxed` ones do not, and a power cut may take back the newest of them. */
  constructor({ durable, relaxed }: { durable: Pool; relaxed: Pool }, reached?: Reached) {
    this.#durable = durable;
    this.#relaxed = relaxed;
    this.#reached = reached;
  }

  /**
   * Takes what is due into the caller's hands until `leaseUntil`. With `intent` the claim is on disk before it is
   * answered: whoever finds the row after a crash knows that the effect may have happened.
   */
  claim(stage: { pipeline: string; name: string; intent: boolean }, claim: Claim): Promise<Claimed> {
    const key = `${stage.pipeline}/${stage.name}`;
    let group = this.#claims.get(key);
    if (!group) {
      const pool = stage.intent ? this.#durable : this.#relaxed;
      group = new GroupCommit({
        lanes: 2,
        capacity: 20,
        flush: (claims) => persistently(() => claimRows(pool, stage, claims), { giveUpAfterMs: 2_000 }),
      });
      this.#claims.set(key, group);
    }
    return group.submit(claim);
  }

  /** Moves an item on, with its history, its error row and its facts. False: someone else has moved it meanwhile. */
  settle(settling: Settling): Promise<boolean> {
    const key = settling.durable ? 'durable' : 'relaxed';
    let group = this.#settlings.get(key);
    if (!group) {
      const pool = settling.durable ? this.#durable : this.#relaxed;
      group = new GroupCommit({
        lanes: 2,
        capacity: 500,
        isPoison,
        flush: async (settlings) => {
          const moved = await persistently(() => settleRows(pool, settlings, this.#reached));
          tellReached(this.#reached, 'after-commit', settlings);
          return moved;
        },
      });
      this.#settlings.set(key, group);
    }
    return group.submit(settling);
  }

  /** Keeps claimed rows in the caller's hands; answers the ids that still are. */
  async renew(held: readonly Pick<Progress, 'id' | 'revision'>[], leaseUntil: Date): Promise<ReadonlySet<string>> {
    const { rows } = await this.#relaxed.query<{ id: string }>(
      `update progress p set due_at = $3 from unnest($1::uuid[], $2::int[]) as held (id, revision)
       where p.id = held.id and p.revision = held.revision and p.status = 'running' returning p.id`,
      [held.map(({ id }) => id), held.map(({ revision }) => revision), leaseUntil],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
