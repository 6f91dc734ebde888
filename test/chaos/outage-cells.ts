import { setTimeout as delay } from 'node:timers/promises';
import type { Cell, Scene } from './cell.ts';
import { flush, type House } from './house.ts';
import { between, oneOf } from './random.ts';

type ServerName = 'postgres' | 'redis' | 'kafka';

/** Killed, or stopped in an orderly way, and started again at once. */
async function restart({ house, random, blow }: Scene, name: ServerName): Promise<void> {
  await house[name].stop(oneOf(random, ['kill', 'gently']));
  await house[name].start();
  blow();
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
    await house[name].stop('kill');
    await delay(ms * scale);
    await house[name].start();
    blow();
  },
});

const thunderheadFaults = (name: string, rates: object): Cell => ({
  name: `thunderhead-${name}`,
  overMs: 8_000,
  leastBlows: 1,
  async disturb({ house, random, blow, until }) {
    await house.thunderhead.turn('faults', { ...rates, seed: between(random, 1, 1_000_000) });
    blow();
    await until(1);
  },
});

async function thunderheadAway(house: House, mode: string, ms: number): Promise<void> {
  await house.thunderhead.turn('outage', { mode });
  await delay(ms);
  await house.thunderhead.turn('outage', { mode: 'none' });
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
        await flush(house.redis.url);
        blow();
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
        await thunderheadAway(house, mode, 5_000 * scale);
        blow();
      }
    },
  },
];
