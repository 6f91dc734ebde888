import { beforeEach, expect, test } from '@jest/globals';
import { limitedLabel } from '#src/metrics/label-limit.ts';
import { readShared } from '#src/metrics/shared-source.ts';
import { type Level, type Metrics, openMetrics } from '#src/platform/metrics.ts';
import { parse } from './scrape.ts';

let now: number;
let asked: number;
let answer: () => Promise<number>;
let metrics: Metrics;
let level: Level<never>;

beforeEach(() => {
  now = 0;
  asked = 0;
  answer = async () => 7;
  metrics = openMetrics();
  level = metrics.gauge({ name: 'oms_level', help: 'The level.', labels: [] });
  const source = {
    name: 'stages',
    async ask() {
      asked++;
      level.replace([{ value: await answer() }]);
    },
    forget: () => level.replace([]),
  } as const;
  readShared(metrics, [source], () => now);
});

const read = async () => {
  const { values } = parse((await metrics.read()).text);
  return { level: values('oms_level'), up: values('oms_metrics_source_up') };
};

test('nothing is asked before somebody reads, and then every fifteen seconds at the most', async () => {
  expect(asked).toBe(0);
  await Promise.all([read(), read(), read()]);
  now += 14_999;
  expect(await read()).toEqual({ level: [7], up: [1] });
  expect(asked).toBe(1);
  now += 1;
  await read();
  expect(asked).toBe(2);
});

test('what takes long is asked less often: for a fiftieth of the time', async () => {
  answer = async () => {
    now += 1_000;
    return 7;
  };
  await read();
  now += 48_999;
  await read();
  expect(asked).toBe(1);
  now += 1_001;
  await read();
  expect(asked).toBe(2);
});

test('what cannot be had is missing, not old, until it is there again', async () => {
  await read();
  now += 15_000;
  answer = () => Promise.reject(new Error('away'));
  expect(await read()).toEqual({ level: [], up: [0] });
  now += 15_000;
  answer = async () => 8;
  expect(await read()).toEqual({ level: [8], up: [1] });
});

test('what does not answer holds no reading up for more than two seconds, and is not asked again meanwhile', async () => {
  await read();
  now += 15_000;
  let late = (_: number) => {};
  answer = () =>
    new Promise((resolve) => {
      late = resolve;
    });
  const startedAt = performance.now();
  expect(await read()).toEqual({ level: [], up: [0] });
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  now += 15_000;
  const second = read();
  late(9);
  expect(await second).toEqual({ level: [9], up: [1] });
  expect(asked).toBe(2);
});

test('a label keeps its first values apart, and the rest together', () => {
  const label = limitedLabel(2);
  expect(['a', 'b', 'c', 'a', 'd'].map(label)).toEqual(['a', 'b', 'other', 'a', 'other']);
});
