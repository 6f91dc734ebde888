import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { pino } from 'pino';
import { openPausedStages } from '#src/platform/paused-stages.ts';
import { openSettings } from '#src/platform/settings.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';

let pool: Pool;
beforeAll(async () => {
  pool = new Pool({ connectionString: await freshDatabase(), max: 8 });
});
afterAll(() => pool.end());
beforeEach(() => pool.query('truncate setting'));

/** The pauses as one process knows them. */
const openProcess = async () => openPausedStages(await openSettings({ pool, log: pino({ level: 'silent' }) }));

test('no stage is paused until somebody pauses it; who did stands in the setting', async () => {
  using pauses = await openProcess();
  expect([pauses.has('document', 'poll'), pauses.of('document')]).toEqual([false, []]);
  await pauses.set('document', ['poll', 'submit'], true, 'olga');
  expect(pauses.has('document', 'poll')).toBe(true);
  expect([pauses.of('document'), pauses.of('callback')]).toEqual([['poll', 'submit'], []]);
  const { rows } = await pool.query('select key, value, changed_by from setting');
  expect(rows).toEqual([{ key: 'stages.paused', value: ['document/poll', 'document/submit'], changed_by: 'olga' }]);
  await pauses.set('document', ['poll'], false, 'olga');
  expect(pauses.of('document')).toEqual(['submit']);
});

test('a process that has had nothing to do knows of a pause, and of its end, within two seconds', async () => {
  using here = await openProcess();
  using idle = await openProcess();
  for (const paused of [true, false]) {
    await here.set('document', ['poll'], paused, 'olga');
    const from = performance.now();
    // Asked once: the first answer after a pause must be right, because it decides about a claim.
    await eventually(() => performance.now() - from >= 1_900);
    expect(idle.has('document', 'poll')).toBe(paused);
  }
});

test('stages that are paused at the same moment by several are all paused', async () => {
  const stages = ['validate', 'submit', 'poll', 'publish'];
  const processes = await Promise.all(stages.map(openProcess));
  await Promise.all(processes.map((each, index) => each.set('document', [`${stages[index]}`], true, 'olga')));
  using fresh = await openProcess();
  expect(fresh.of('document').toSorted()).toEqual(stages.toSorted());
  for (const each of processes) each[Symbol.dispose]();
});

test('a value that cannot be counts as none, and is put right by the next pause', async () => {
  await pool.query(`insert into setting values ('stages.paused', '{"poll": true}', 'a typing error', now())`);
  using pauses = await openProcess();
  expect(pauses.of('document')).toEqual([]);
  await pauses.set('document', ['poll'], true, 'olga');
  expect(pauses.of('document')).toEqual(['poll']);
});
