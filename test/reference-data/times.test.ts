import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';
import { type ReferenceApi, referenceApi, row } from './api.ts';

let oms: Oms;
let api: ReferenceApi;
beforeAll(async () => {
  oms = await startOms({ roles: ['reference-data'] });
  api = referenceApi(oms);
});
afterAll(() => oms?.close());

/** The database's clock, once it has gone on since the last change. */
async function now(): Promise<string> {
  return eventually(async () => {
    const { rows } = await oms.pool.query(
      'select clock_timestamp() as now, clock_timestamp() > max(at) + interval $$2 ms$$ as later from reference_change',
    );
    return rows[0].later && rows[0].now.toISOString();
  });
}

test('`at` shows the rows that apply on a day; it begins at midnight UTC, and the last one does not count', async () => {
  await api.create('rows', row.rows({ code: 'A', description: 'old', effectiveTo: '2026-07-01' }));
  await api.create('rows', row.rows({ code: 'A', description: 'new', effectiveFrom: '2026-07-01' }));
  const at = async (moment: string) => {
    const rows = await api.list(`/rows?${new URLSearchParams({ type: 'COLOUR', code: 'A', at: moment })}`);
    return rows.map(({ description }) => description);
  };
  expect(await at('2025-12-31')).toEqual([]);
  expect(await at('2026-01-01')).toEqual(['old']);
  expect(await at('2026-06-30')).toEqual(['old']);
  expect(await at('2026-06-30T23:59:59.999Z')).toEqual(['old']);
  expect(await at('2026-07-01T00:30:00+02:00')).toEqual(['old']);
  expect(await at('2026-07-01T00:00:00Z')).toEqual(['new']);
  expect(await at('2026-12-31')).toEqual(['new']);
  expect(await at('2027-01-01')).toEqual([]);
});

test('`knownAt` shows the rows as they were known, whatever was corrected or deleted since', async () => {
  const first = await now();
  const { id } = await api.create('rows', row.rows({ code: 'B', description: 'wrong' }));
  const second = await now();
  await api.put('rows', id, row.rows({ code: 'B', description: 'right' }), '"1"');
  const third = await now();
  await api.remove('rows', id, '"2"');
  const fourth = await now();
  const known = async (moment: string) => {
    const one = await api.get(`/rows/${id}?${new URLSearchParams({ knownAt: moment })}`);
    const query = new URLSearchParams({ type: 'COLOUR', code: 'B', at: '2026-06-01', knownAt: moment });
    const [listed] = await api.list(`/rows?${query}`);
    expect(listed?.description).toEqual(one.status === 404 ? undefined : one.json.description);
    return listed?.description;
  };
  expect(await known(first)).toBeUndefined();
  expect(await known(second)).toBe('wrong');
  expect(await known(third)).toBe('right');
  expect(await known(fourth)).toBeUndefined();
  // What an export knew is read back from a file, too.
  expect(await api.export(`?knownAt=${second}`)).toContain('"wrong"');
  expect(await api.export()).not.toContain('"wrong"');
});

test('who changed what, when, from what to what, is told for a row and for all', async () => {
  const { id } = await api.create('rows', row.rows({ code: 'C' }));
  await api.put('rows', id, row.rows({ code: 'C', description: 'Crimson' }), '"1"');
  await api.remove('rows', id, '"2"');
  const changes = await api.changes(`/rows/${id}/changes`);
  const bare = { id, ...row.rows({ code: 'C' }) };
  expect(changes).toMatchObject([
    { action: 'created', before: null, after: { ...bare, version: 1 } },
    { action: 'replaced', before: { ...bare, version: 1 }, after: { ...bare, description: 'Crimson', version: 2 } },
    {
      action: 'deleted',
      before: { version: 2, deletedAt: null },
      after: { version: 3, deletedAt: expect.any(String) },
    },
  ]);
  for (const change of changes) {
    expect(change).toMatchObject({ collection: 'rows', rowId: id, actor: expect.stringMatching(/^ops\/./) });
    expect(Math.abs(Date.parse(change.at) - Date.now())).toBeLessThan(60_000);
  }
  expect((await api.changes('/changes?collection=rows&limit=1000')).slice(-3)).toEqual(changes);
  expect(await api.changes(`/source-permissions/${id}/changes`)).toEqual([]);
});

test('a change that failed is not told', async () => {
  const { id } = await api.create('rows', row.rows({ code: 'D' }));
  await api.post('rows', row.rows({ code: 'D' }));
  await api.put('rows', id, row.rows({ code: 'D' }), '"9"');
  const ours = (await api.changes('/changes?limit=1000')).filter(
    ({ after }) => (after as { code?: string })?.code === 'D',
  );
  expect(ours).toMatchObject([{ action: 'created' }]);
});

test('what is done by hand with SQL is told too, and is another version of the row', async () => {
  const { id } = await api.create('rows', row.rows({ code: 'E' }));
  await oms.pool.query(`update reference_data set description = 'by hand' where id = $1`, [id]);
  expect(await api.put('rows', id, row.rows({ code: 'E' }), '"1"')).toMatchObject({ status: 412 });
  await expect(oms.pool.query('truncate reference_data')).rejects.toThrow('no trace');
  await oms.pool.query('delete from reference_data where id = $1', [id]);
  expect((await api.changes(`/rows/${id}/changes`)).slice(1)).toMatchObject([
    { action: 'replaced', actor: expect.stringMatching(/^sql\//), after: { description: 'by hand', version: 2 } },
    { action: 'removed', actor: expect.stringMatching(/^sql\//), after: null },
  ]);
});

test('read on from where you were, the changes of many writers are all there, once, in their order', async () => {
  const start = (await api.get('/changes?limit=1000')).json.next as string;
  const writing = Promise.all(
    Array.from({ length: 30 }, (_, n) => api.create('rows', row.rows({ code: `F${n}`, description: `${n}` }))),
  );
  const seen: { id: string; rowId: string }[] = [];
  let next = start;
  await eventually(async () => {
    const page = (await api.get(`/changes?limit=7&after=${next}`)).json as unknown as {
      items: typeof seen;
      next: string;
    };
    seen.push(...page.items);
    next = page.next;
    return seen.length >= 30;
  });
  const rows = await writing;
  expect(new Set(seen.map(({ rowId }) => rowId))).toEqual(new Set(rows.map(({ id }) => id)));
  expect(seen.map(({ id }) => Number(id))).toEqual(seen.map(({ id }) => Number(id)).sort((one, two) => one - two));
  expect(seen).toHaveLength(30);
});

test('the rows that came with the schema are told as well, so that the changes alone explain everything', async () => {
  const changes = await api.changes('/changes?limit=1000');
  expect(changes.filter(({ actor }) => actor === 'migration').length).toBeGreaterThan(20);
});
