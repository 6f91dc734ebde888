import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Oms, startOms } from '#test/support/oms.ts';
import { type ReferenceApi, referenceApi, row } from './api.ts';

let oms: Oms;
let api: ReferenceApi;
beforeAll(async () => {
  oms = await startOms({ roles: ['reference-data'], environment: { MAX_BODY_BYTES: '100000' } });
  api = referenceApi(oms);
});
afterAll(() => oms?.close());

const red = (changes: object = {}) => ({ collection: 'rows', ...row.rows(changes) });
const sorted = (file: string) => file.trim().split('\n').sort();
const changeCount = async () => (await oms.pool.query('select count(*)::int as n from reference_change')).rows[0].n;
/** In the words of the report. */
const results = (report: Record<string, unknown>) =>
  (report.lines as { line: number; result: string }[]).map(({ line, result }) => `${line} ${result}`);

test('an export that is imported again changes nothing', async () => {
  const file = await api.export();
  expect(file.trim().split('\n').length).toBeGreaterThan(25);
  const before = await changeCount();
  const { status, json } = await api.import(file);
  expect([status, json]).toMatchObject([200, { dryRun: false, created: 0, replaced: 0, refused: 0 }]);
  expect(json.unchanged).toBe(file.trim().split('\n').length);
  expect(await changeCount()).toBe(before);
});

test('into an empty system it recreates everything', async () => {
  await api.create('rows', row.rows({ code: 'A', description: 'Blåbær «æøå» \u2028 \\n "x"' }));
  const file = await api.export();
  await using other = await startOms({ roles: ['reference-data'] });
  for (const table of ['reference_data', 'source_permission', 'document_configuration'])
    await other.pool.query(`delete from ${table}`);
  const there = referenceApi(other);
  expect(await there.export()).toBe('');
  expect(await there.import(file)).toMatchObject({ status: 200, json: { replaced: 0, unchanged: 0 } });
  expect(sorted(await there.export())).toEqual(sorted(file));
  // What was made there is told there.
  expect((await there.changes('/changes?limit=1000')).at(-1)).toMatchObject({ action: 'created', actor: /^ops\// });
});

describe('a dry run', () => {
  test('says what would happen to each line, and why one is refused, and does nothing', async () => {
    const { id } = await api.create('rows', row.rows({ code: 'DRY' }));
    const before = [await api.export(), await changeCount()];
    const lines = [
      red({ code: 'DRY' }),
      red({ code: 'DRY', description: 'other' }),
      red({ code: 'NEW' }),
      red({ code: 'NEW' }),
      red({ code: 'NEW', effectiveFrom: '2026-06-01' }),
      red({ code: 'DRY', effectiveFrom: '2025-01-01' }),
      { ...red(), collection: 'colours' },
      red({ code: 'no code' }),
      [],
    ];
    const file = `${lines.map((line) => JSON.stringify(line)).join('\n\n')}\n{"half":\n\r\n`;
    const { status, json } = await api.import(file, '?dryRun=true');
    expect(status).toBe(200);
    expect(results(json)).toEqual([
      ...['1 unchanged', '3 refused', '5 created', '7 refused', '9 refused', '11 refused'],
      ...['13 refused', '15 refused', '17 refused', '18 refused'],
    ]);
    const reasons = (json.lines as { line: number; errors?: { field: string; message: string }[] }[]).map(
      ({ errors = [] }) => errors.map(({ field, message }) => `${field}: ${message}`).join('; '),
    );
    expect(reasons[1]).toContain('names the same row as line 1');
    expect(reasons[3]).toContain('names the same row as line 5');
    expect(reasons[4]).toContain('overlaps with line 5');
    expect(reasons[5]).toContain('overlaps with line 1');
    expect(reasons[6]).toContain('collection');
    expect(reasons[7]).toContain('code');
    expect(reasons[8]).toContain('collection');
    expect(reasons[9]).toMatch(/JSON/);
    expect((json.lines as { id?: string }[])[0]?.id).toBe(id);
    expect(json).toMatchObject({ dryRun: true, created: 1, unchanged: 1, refused: 8 });
    expect([await api.export(), await changeCount()]).toEqual(before);
  });

  test('and the run that follows does just that', async () => {
    await api.create('rows', row.rows({ code: 'SAME' }));
    await api.create('rows', row.rows({ code: 'OTHER' }));
    const lines = [
      red({ code: 'SAME' }),
      red({ code: 'OTHER', description: 'other' }),
      red({ code: 'NEXT' }),
      { collection: 'source-permissions', ...row['source-permissions']() },
      { collection: 'document-configurations', ...row['document-configurations']() },
    ];
    const dry = await api.import(lines, '?dryRun=true');
    const real = await api.import(lines);
    expect(real.json).toEqual({ ...dry.json, dryRun: false });
    expect(results(real.json)).toEqual(['1 unchanged', '2 replaced', '3 created', '4 created', '5 created']);
    const again = await api.import(lines);
    expect(again.json).toMatchObject({ unchanged: 5 });
  });
});

test('one bad line, and nothing of the file is taken; the lines are named', async () => {
  const before = [await api.export(), await changeCount()];
  const many = Array.from({ length: 50 }, (_, n) => red({ code: `MANY${n}` }));
  const answer = await api.import([...many, red({ code: 'BAD', effectiveTo: '2020-01-01' })]);
  expect(answer).toMatchObject({ status: 422, json: { code: 'OMS_IMPORT_REFUSED' } });
  expect(answer.json.errors).toEqual([{ field: 'line 51', message: 'effectiveTo must be after effectiveFrom' }]);
  expect([await api.export(), await changeCount()]).toEqual(before);
});

test('a file may end one row and begin the next, in any order', async () => {
  await api.create('rows', row.rows({ code: 'TURN', effectiveTo: '4712-12-31' }));
  const next = red({ code: 'TURN', effectiveFrom: '2026-07-01', effectiveTo: '4712-12-31' });
  expect(await api.import([next])).toMatchObject({ status: 422 });
  const { json } = await api.import([next, red({ code: 'TURN', effectiveTo: '2026-07-01' })]);
  expect(results(json)).toEqual(['1 created', '2 replaced']);
});

test('two files at once: one after the other, and no row twice', async () => {
  const files = Array.from({ length: 6 }, () => [red({ code: 'ONCE1' }), red({ code: 'ONCE2' })]);
  const answers = await Promise.all(files.map((file) => api.import(file)));
  expect(answers.map(({ json }) => json.created).sort()).toEqual([0, 0, 0, 0, 0, 2]);
});

test('a deleted row is not in the file, and is made anew by one', async () => {
  const { id } = await api.create('rows', row.rows({ code: 'GONE' }));
  await api.remove('rows', id, '"1"');
  expect(await api.export()).not.toContain('GONE');
  expect((await api.import([red({ code: 'GONE' })])).json).toMatchObject({ created: 1 });
});

test('a file that is too large, or no NDJSON, is refused', async () => {
  expect(await api.import('x'.repeat(100_001))).toMatchObject({ status: 413, json: { code: 'OMS_BODY_TOO_LARGE' } });
  const asJson = await oms.fetch('/api/v1/reference-data/import', {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  expect(asJson).toMatchObject({ status: 415 });
  expect(await api.import('')).toMatchObject({ status: 200, json: { lines: [] } });
});

test('only who manages imports; who reads exports', async () => {
  const reader = referenceApi(oms.with(await oms.oidm.issue('arcade', { scope: 'oms.read' })));
  for (const stranger of [reader, referenceApi(oms.as('arcade'))])
    for (const query of ['', '?dryRun=true'])
      expect(await stranger.import([red()], query)).toMatchObject({ status: 403 });
  expect(await reader.export()).toContain('IVZRECPA');
});
