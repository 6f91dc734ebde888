import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { startOms } from '#test/support/oms.ts';
import { scrape } from './scrape.ts';

const readme = readFileSync(new URL('../../src/metrics/README.md', import.meta.url), 'utf8');

test('the README names every metric of ours, and none that there is not', async () => {
  await using oms = await startOms({ roles: ['api', 'sweep'] });
  const { types } = await scrape(oms.url);
  const rows = readme.split('\n').filter((line) => line.startsWith('| `oms_'));
  const named = rows.flatMap((row) => {
    const [first = '', ...more] = [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    const stem = first.replace(/_tokens$/, '');
    return [first, ...more.map((name) => (name.startsWith('_') ? stem + name : name))];
  });
  expect(named.sort()).toEqual([...types.keys()].filter((name) => name.startsWith('oms_')).sort());
});
