import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { firstAnswer } from './database.ts';

const readAgainMs = 10_000;

/**
 * The database's clock, read every ten seconds and counted on in between with the monotonic one: a machine whose clock
 * is wrong, or is set while it works, neither delays a document nor takes one that is not due.
 */
export async function databaseClock(pool: Pool): Promise<Clock & Disposable> {
  let offsetMs = 0;
  const read = async () => {
    const sentAt = performance.now();
    const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
    const halfWay = (sentAt + performance.now()) / 2;
    offsetMs = (rows[0] as { now: Date }).now.getTime() - halfWay;
  };
  await firstAnswer(read());
  const timer = setInterval(() => read().catch(() => {}), readAgainMs).unref();
  return {
    now: () => new Date(performance.now() + offsetMs),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
