import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { Ring } from '#queues/orchestration.ts';
import { projectFolder } from '#src/local/folders.ts';
import { withBadBells } from './bad-bells.ts';
import { readCrashPoint, wordOf } from './crash-point.ts';
import { planDocuments } from './documents.ts';
import { bellHarmed, harmedBells, samplesOf } from './evidence.ts';
import { randomOf } from './random.ts';

const receiver = 'http://127.0.0.1:9/';

test('a cell makes the same choices for the same seed, and others for another', () => {
  const kinds = (seed: number, cell: string) =>
    planDocuments(randomOf(seed, cell), 200, receiver).map(({ kind }) => kind);
  expect(kinds(1, 'redis-gone')).toEqual(kinds(1, 'redis-gone'));
  expect(kinds(1, 'redis-gone')).not.toEqual(kinds(2, 'redis-gone'));
  expect(kinds(1, 'redis-gone')).not.toEqual(kinds(1, 'kafka-gone'));
});

test('the mix holds every kind of document', () => {
  const kinds = new Set(planDocuments(randomOf(1, 'mix'), 1_000, receiver).map(({ kind }) => kind));
  const all = ['good', 'invalid', 'refused', 'failing', 'unanswered', 'turned away', 'withdrawn', 'regretted'];
  expect([...kinds].toSorted()).toEqual(all.toSorted());
});

test('a crash point is read as it was written, and an unknown one is refused', () => {
  const point = { stage: 'submit', edge: 'after-effect', n: 3 } as const;
  expect(readCrashPoint(wordOf(point))).toEqual(point);
  for (const word of ['submit', 'submit:somewhere:1', 'submit:after-effect:0', 'submit:after-effect'])
    expect(() => readCrashPoint(word)).toThrow('no crash point');
});

test.each([
  ['doubled', { doubled: 1 }, [1, 2, 3]],
  ['lost', { lost: 1 }, [0]],
  ['late', { late: 1 }, [0]],
  ['as they are', {}, [1]],
])('bells are %s, and it is told of each that is not as it should be', async (name, bad, timesRung) => {
  const rung: string[] = [];
  const bell: Ring = async (signals) => {
    rung.push(...signals.flatMap(({ ids }) => ids));
    return true;
  };
  const harmed: string[] = [];
  const ring = withBadBells(bad, randomOf(1, 'bells'), (harm) => harmed.push(harm))(bell);
  await ring([{ pipeline: 'document', stage: 'poll', ids: ['r-1'], dueAt: new Date(0) }]);
  expect(timesRung).toContain(rung.length);
  expect(harmed).toEqual(name in bad ? [name] : []);
});

test('harmed bells are counted from what the processes have logged, by stage', () => {
  const log = [
    '{"msg":"ready"}',
    `{"harm":"lost","stages":["submit","poll"],"msg":"${bellHarmed}"}`,
    `{"harm":"lost","stages":["poll"],"msg":"${bellHarmed}"}`,
  ].join('\n');
  const bells = harmedBells([{ log: () => log }, { log: () => '' }]);
  expect(Object.fromEntries(bells)).toEqual({ submit: 1, poll: 2 });
});

test('a metric is read as a process tells it', () => {
  const text = '# HELP a_count of all\na_count{pipeline="document",stage="poll"} 7\na_counts{x="y"} 1\na_count 2.5\n';
  expect(samplesOf(text, 'a_count')).toEqual([
    { labels: { pipeline: 'document', stage: 'poll' }, value: 7 },
    { labels: {}, value: 2.5 },
  ]);
});

test('a process whose clock is wrong sees it everywhere, and measures durations rightly all the same', () => {
  const script = `
    const { setClockWrong } = await import('./test/chaos/wrong-clock.ts');
    const right = Date.now();
    setClockWrong(300_000);
    const off = (time) => Math.round((time - right) / 60_000);
    const given = new Date('2026-11-28T00:00:00.000Z');
    console.log(JSON.stringify([off(Date.now()), off(new Date().getTime()), off(Date.parse(Date())), given.toISOString(),
      given instanceof Date, performance.now() < 60_000]));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: projectFolder });
  expect(JSON.parse(`${said}`)).toEqual([5, 5, 5, '2026-11-28T00:00:00.000Z', true, true]);
});
