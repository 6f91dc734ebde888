import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { persistently } from '#processors/engine/transaction.ts';

/** What stands under a key. */
export type Claim =
  /** Nothing yet: the request is ours to answer. */
  | { kind: 'ours'; keep(answer: unknown): Promise<void>; release(): Promise<void> }
  | { kind: 'answered'; answer: unknown }
  /** Its first request is being answered. */
  | { kind: 'busy' }
  /** It was used for another request. */
  | { kind: 'reused' };

export interface IdempotencyKeys {
  claim(client: string, key: string, fingerprint: Buffer): Promise<Claim>;
}

const keptMs = 24 * 3_600_000;

/** Longer than any request is answered in (`Prefer: wait` is 30 s). What a killed process had in hand is free then. */
const leaseMs = 60_000;

const purgeEveryMs = 60_000;
const purgedAtOnce = 1_000;

/**
 * The keys, in a table. Its commits need not wait for the disk: a key that a power cut forgets is claimed again, and the
 * correlation id makes sure that nothing is taken in twice. For the same reason a key whose holder died is simply worked
 * on again: what the dead one had taken in is found, and answered.
 */
export function openIdempotencyKeys({ pool, clock }: { pool: Pool; clock: Clock }): IdempotencyKeys {
  let purgedAt = Number.NEGATIVE_INFINITY;

  /** A bounded step at a time, by whoever is there. */
  const purge = async (now: Date): Promise<void> => {
    if (now.getTime() - purgedAt < purgeEveryMs) return;
    purgedAt = now.getTime();
    const { rowCount } = await pool.query(
      `delete from idempotency_key where (client, key) in
         (select client, key from idempotency_key where expires_at <= $1 limit ${purgedAtOnce} for update skip locked)`,
      [now],
    );
    if (rowCount === purgedAtOnce) purgedAt = Number.NEGATIVE_INFINITY;
  };

  return {
    async claim(client, key, fingerprint) {
      const now = clock.now();
      // Not awaited: old keys are in nobody's way, and the next claim tries again.
      void purge(now).catch(() => undefined);
      const holder = randomUUID();
      const own = [client, key, holder];
      for (;;) {
        if (await take(pool, { client, key, fingerprint, holder, now })) {
          // The answer is true even if it cannot be kept: then the key is free when its lease is over.
          const settle = (text: string, ...values: unknown[]) =>
            persistently(() => pool.query(text, [...own, ...values]), { giveUpAfterMs: 2_000 }).then(
              () => undefined,
              () => undefined,
            );
          return {
            kind: 'ours',
            keep: (answer) =>
              settle(
                'update idempotency_key set answer = $4 where client = $1 and key = $2 and holder = $3',
                JSON.stringify(answer),
              ),
            release: () => settle('delete from idempotency_key where client = $1 and key = $2 and holder = $3'),
          };
        }
        const found = await find(pool, client, key);
        // Undefined: it was released between the two statements.
        if (found) return claimOf(found, fingerprint);
      }
    },
  };
}

interface Row {
  fingerprint: Buffer;
  answer: unknown;
}

function claimOf({ fingerprint, answer }: Row, ours: Buffer): Claim {
  if (!fingerprint.equals(ours)) return { kind: 'reused' };
  return answer === null ? { kind: 'busy' } : { kind: 'answered', answer };
}

/** Takes the key if it is free, expired, or held by somebody who must be dead; never for another request than the first. */
async function take(
  pool: Pool,
  {
    client,
    key,
    fingerprint,
    holder,
    now,
  }: { client: string; key: string; fingerprint: Buffer; holder: string; now: Date },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'oms-claim-idempotency-key',
    text: `insert into idempotency_key as k (client, key, fingerprint, holder, held_until, expires_at)
      values ($1, $2, $3, $4, $6, $7)
      on conflict (client, key) do update set fingerprint = excluded.fingerprint, holder = excluded.holder,
        held_until = excluded.held_until, expires_at = excluded.expires_at, answer = null
      where k.expires_at <= $5
        or (k.answer is null and k.held_until <= $5 and k.fingerprint = excluded.fingerprint)`,
    values: [client, key, fingerprint, holder, now, after(now, leaseMs), after(now, keptMs)],
  });
  return rowCount === 1;
}

async function find(pool: Pool, client: string, key: string): Promise<Row | undefined> {
  const { rows } = await pool.query<Row>(
    'select fingerprint, answer from idempotency_key where client = $1 and key = $2',
    [client, key],
  );
  return rows[0];
}

const after = (moment: Date, ms: number): Date => new Date(moment.getTime() + ms);
