import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '#src/config.ts';
import type { Cell, Scene } from './cell.ts';
import { harmedBells, stepsOf } from './evidence.ts';
import { between, oneOf } from './random.ts';

const worker: readonly Role[] = ['worker'];
const sweep: readonly Role[] = ['sweep'];

const stages = ['validate', 'submit', 'poll', 'publish'];

/** How many bells were harmed; those that only a worker rings must be among them. */
function countBells({ all, complain }: Scene): number {
  const bells = harmedBells(all);
  for (const stage of stages) if (!bells.has(stage)) complain(`no bell of ${stage} was harmed`);
  return [...bells.values()].reduce((sum, count) => sum + count, 0);
}

/** With bad bells, by the flags of `process.ts`, in the processes that have one of these roles. */
const badBells = (name: string, flags: readonly string[], ...roles: Role[]): Cell => ({
  name,
  overMs: 6_000,
  leastBlows: (documents) => documents / 20,
  program: (own, random) => {
    if (!own.some((role) => roles.includes(role))) return undefined;
    const seed = `${between(random, 1, 1_000_000)}`;
    return () => ({ args: ['test/chaos/process.ts', ...flags, '--seed', seed] });
  },
  blows: countBells,
});

/** The first worker's clock is wrong; the second one's, the API's and the sweep's are right. */
const wrongClock = (name: string, ms: number): Cell => {
  let workers = 0;
  return {
    name,
    overMs: 6_000,
    leastBlows: (documents) => documents / 2,
    program: (roles) => {
      if (!roles.includes('worker') || workers++ % 2 === 1) return undefined;
      return () => ({ args: ['test/chaos/process.ts', `--clock-ms=${ms}`] });
    },
    // Steps taken by whoever's own log was as late, or as early, as he should be.
    async blows({ of }) {
      const wrong = of('worker').filter(({ clockOffMs }) => Math.abs(clockOffMs - ms) < Math.abs(ms) / 10);
      const steps = await Promise.all(wrong.map(stepsOf));
      return steps.reduce((sum, count) => sum + count, 0);
    },
  };
};

const killedAnywhere = async ({ all, random, scale, isOver, until }: Scene): Promise<void> => {
  await until(0.05);
  while (!isOver()) {
    await oneOf(random, all).kill();
    await delay(between(random, 500, 2_500) * scale);
  }
};

export const processCells: readonly Cell[] = [
  badBells('signals-doubled', ['--doubled', '0.2'], 'api', 'worker', 'sweep'),
  badBells('signals-late', ['--late', '0.2'], 'api', 'worker', 'sweep'),
  badBells('signals-lost', ['--lost', '0.2'], 'api', 'worker'),
  wrongClock('clock-ahead', 300_000),
  wrongClock('clock-behind', -300_000),
  {
    name: 'two-sweeps',
    overMs: 10_000,
    leastBlows: 2,
    processes: [worker, worker, sweep, sweep],
    // Something to sweep: every fifth bell is not heard, and a worker dies now and then.
    program: (roles) =>
      roles.includes('sweep') ? undefined : () => ({ args: ['test/chaos/process.ts', '--lost', '0.2'] }),
    async disturb({ of, until }) {
      for (const [index, share] of [0.3, 0.5, 0.7].entries()) {
        await until(share);
        await of('worker')[index % 2]?.kill();
      }
    },
    blows(scene) {
      countBells(scene);
      return scene.of('worker').reduce((sum, { killed }) => sum + killed, 0);
    },
  },
  { name: 'killed-anywhere', overMs: 20_000, leastBlows: 2, disturb: killedAnywhere },
  {
    name: 'killed-anywhere-without-redis',
    overMs: 20_000,
    leastBlows: 2,
    environment: { REDIS_URL: '' },
    disturb: killedAnywhere,
  },
  {
    name: 'sigterm-under-load',
    overMs: 15_000,
    leastBlows: 3,
    async disturb({ all, until, blow, complain }) {
      for (const [index, one] of [...all, ...all].entries()) {
        await until((index + 1) / (all.length * 2 + 1));
        const { code, seconds } = await one.terminate();
        if (code !== 0) complain(`exit code ${code} after SIGTERM`);
        if (seconds > 30) complain(`${Math.round(seconds)} s from SIGTERM to the end`);
        if (code === 0) blow();
      }
    },
  },
];
