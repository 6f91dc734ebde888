import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '#test/support/eventually.ts';
import type { Cell, Scene } from './cell.ts';
import { flush, type House } from './house.ts';
import { between, oneOf } from './random.ts';

type ServerName = 'postgres' | 'redis' | 'kafka';

/** Killed, or stopped in an orderly way, and started again at once. */
async function restart({ house, random, blow }: Scene, name: ServerName): Promise<void> {
  if (await house[name].stop(oneOf(random, ['kill', 'gently']))) blow();
  await house[name].start();
}

/** Again and again, as long as documents come in. */
const restarted = (name: ServerName, everyMs: readonly [number, number], overMs: number): Cell => ({
  name: `${name}-restarted`,
  overMs,
  leastBlows: 1,
  async disturb(scene) {
    await scene.until(0.05);
    while (!scene.isOver()) {
      await restart(scene, name);
      await delay(between(scene.random, ...everyMs) * scene.scale);
    }
  },
});

/** Away for a while, in the middle. */
const gone = (name: ServerName, ms: number): Cell => ({
  name: `${name}-gone`,
  overMs: 8_000,
  leastBlows: 1,
  async disturb({ house, until, scale, blow }) {
    await until(0.25);
    if (await house[name].stop('kill')) blow();
    await delay(ms * scale);
    await house[name].start();
  },
});

const thunderheadFaults = (name: string, rates: object): Cell => ({
  name: `thunderhead-${name}`,
  overMs: 8_000,
  leastBlows: (documents) => documents / 200,
  // Many calls, for many faults.
  environment: { THUNDERHEAD_BATCH_SIZE: '5' },
  async disturb({ house, random, until }) {
    await house.thunderhead.turn('faults', { ...rates, seed: between(random, 1, 1_000_000) });
    await until(1);
  },
  blows: async ({ house }) => (await house.thunderhead.counts()).unansweredByChance,
});

/** So long, and until somebody has met it: after an absence nobody calls for a while. Answers whether somebody has. */
async function thunderheadAway({ thunderhead }: House, mode: string, ms: number): Promise<boolean> {
  const calls = async () => Object.values((await thunderhead.counts()).calls).reduce((sum, count) => sum + count, 0);
  await thunderhead.turn('outage', { mode });
  const before = await calls();
  await delay(ms);
  const isMet = await eventually(async () => (await calls()) > before).catch(() => false);
  await thunderhead.turn('outage', { mode: 'none' });
  return isMet;
}

export const outageCells: readonly Cell[] = [
  restarted('postgres', [5_000, 10_000], 30_000),
  gone('postgres', 30_000),
  restarted('redis', [3_000, 6_000], 20_000),
  {
    name: 'redis-flushed',
    overMs: 10_000,
    leastBlows: 2,
    async disturb({ house, until, blow }) {
      for (const share of [0.2, 0.4, 0.6, 0.8, 1]) {
        await until(share);
        if ((await flush(house.redis.url)) > 0) blow();
      }
    },
  },
  gone('redis', 30_000),
  restarted('kafka', [5_000, 8_000], 20_000),
  gone('kafka', 60_000),
  thunderheadFaults('timeouts', { timeout: 0.1 }),
  thunderheadFaults('resets', { reset: 0.1 }),
  thunderheadFaults('malformed', { malformed: 0.1 }),
  thunderheadFaults('faults', { timeout: 0.05, reset: 0.05, malformed: 0.05 }),
  {
    name: 'thunderhead-away',
    overMs: 16_000,
    leastBlows: 4,
    async disturb({ house, until, scale, blow }) {
      for (const [index, mode] of ['unavailable', 'hang', 'gateway-500', 'refuse'].entries()) {
        await until(0.1 + index * 0.2);
        if (await thunderheadAway(house, mode, 5_000 * scale)) blow();
      }
    },
  },
];
