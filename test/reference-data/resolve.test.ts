import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rowsOf } from '#src/reference-data/cache/reference-rows.ts';
import { resolve } from '#src/reference-data/cache/resolve.ts';
import type { Snapshot } from '#src/reference-data/cache/snapshot.ts';
import { referenceReader } from '#src/reference-data/reader.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';
import { type ReferenceApi, referenceApi } from './api.ts';

describe('an explanation', () => {
  const years = ['2025-01-01', '2026-01-01', '2027-01-01', '4712-12-31'] as const;
  const stored = { id: '', version: 1, deletedAt: null };
  const periods = fc.tuple(fc.nat(2), fc.nat(2)).map(([from, more]) => ({
    effectiveFrom: years[from] ?? '',
    effectiveTo: years[Math.min(3, from + 1 + more)] ?? '',
  }));
  const names = ['IVONE', 'POTWO', 'UNKNOWN'] as const;
  const configurations = fc.uniqueArray(
    fc.record({
      spec: fc.constantFrom(...names, 'IV', 'PO', 'I', '*'),
      footerId: fc.nat(4),
      period: periods,
      value: fc.string({ minLength: 1 }),
    }),
    // Rows of one key do not overlap: here there is one of each.
    { selector: ({ spec, footerId }) => `${spec} ${footerId}`, maxLength: 40 },
  );
  const type = (code: string, specPrefix: string, period: object) =>
    ({ ...stored, type: 'DOCUMENT_TYPE', code, description: '', attributes: { specPrefix }, ...period }) as never;
  const name = (code: string, documentType: string, period: object) =>
    ({ ...stored, type: 'DOCUMENT_NAME', code, description: '', attributes: { documentType }, ...period }) as never;

  test('names the value that the pipeline gets, and every row that it did not get, for all rows and all lookups', async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        configurations,
        fc.tuple(periods, periods),
        fc.record({ documentName: fc.constantFrom(...names), footerId: fc.nat(4) }),
        fc.constantFrom('2024-06-01', '2025-06-01', '2026-01-01', '2026-06-01', '2027-06-01'),
        async (rows, [ofType, ofName], lookup, day) => {
          const snapshot: Snapshot = {
            version: '',
            rows: [
              type('INVOICE', 'IV', ofType),
              type('POLICY', 'PO', ofName),
              name('IVONE', 'INVOICE', ofName),
              name('POTWO', 'POLICY', ofType),
            ],
            'source-permissions': [],
            'document-configurations': rows.map(({ period, ...row }, id) => ({
              ...{ ...stored, ...row, ...period, code: 'SIGNEE_1', id: String(id) },
            })),
          };
          const indexed = rowsOf(snapshot);
          const at = new Date(day);
          const asked = { ...lookup, code: 'SIGNEE_1' } as const;
          const { value, candidates } = resolve(indexed, asked, at);
          const answered = await referenceReader({ current: () => indexed }).configuration(asked, at);
          expect(value).toBe(answered ?? null);
          for (const { outcome } of candidates) outcomes.add(outcome);
          const won = candidates.filter(({ outcome }) => outcome === 'won');
          expect(won.map(({ row }) => row?.value)).toEqual(answered === undefined ? [] : [answered]);
          // Before the winner nothing applies, behind it what applies is outranked.
          const winner = candidates.findIndex(({ outcome }) => outcome === 'won');
          candidates.forEach(({ outcome, row }, index) => {
            const applies = row !== null && row.effectiveFrom <= day && day < row.effectiveTo;
            expect(applies).toBe(outcome === 'won' || outcome === 'outranked');
            if (outcome === 'outranked') expect(index).toBeGreaterThan(winner);
          });
        },
      ),
      { numRuns: 2_000 },
    );
    expect([...outcomes].sort()).toEqual(['no row', 'not effective', 'outranked', 'won']);
  });
});

describe('GET /reference-data/resolve', () => {
  let oms: Oms;
  let api: ReferenceApi;
  beforeAll(async () => {
    oms = await startOms({ roles: ['reference-data'] });
    api = referenceApi(oms);
  });
  afterAll(() => oms?.close());
  const ask = async (query: Record<string, string>) =>
    (await api.get(`/resolve?${new URLSearchParams(query)}`)).json as unknown as {
      value: string | null;
      candidates: { outcome: string; spec: string; footerId: number; reason: string; row: object | null }[];
    };

  test('tells in their order what was tried, what won, and why the others did not', async () => {
    expect(await ask({ documentName: 'IVZRECPA', footerId: '1', code: 'SIGNEE_1' })).toMatchObject({
      ...{ value: 'Head of Collections', specPrefix: 'IV', stale: false },
      candidates: [
        { matchedBy: 'name', spec: 'IVZRECPA', footerId: 1, outcome: 'no row', row: null },
        { matchedBy: 'name', spec: 'IVZRECPA', footerId: 0, outcome: 'no row' },
        { matchedBy: 'type prefix', spec: 'IV', footerId: 1, outcome: 'won', row: { value: 'Head of Collections' } },
        { matchedBy: 'type prefix', spec: 'IV', footerId: 0, outcome: 'no row' },
        { matchedBy: 'any', spec: '*', footerId: 1, outcome: 'no row' },
        { matchedBy: 'any', spec: '*', footerId: 0, outcome: 'outranked', reason: 'IV, footer 1 comes before it' },
      ],
    });
  });

  test('tells that nothing applies, and that a name is not known', async () => {
    expect(await ask({ documentName: 'NOBODYS', code: 'SIGNEE_2' })).toMatchObject({
      ...{ value: null, specPrefix: null },
      candidates: [
        { matchedBy: 'name', outcome: 'no row' },
        { matchedBy: 'any', outcome: 'no row' },
      ],
    });
  });

  test('sees a change at once, and explains with yesterday’s knowledge what was answered yesterday', async () => {
    const lookup = { documentName: 'IVBRKCOM', code: 'SIGNEE_1' };
    const then = new Date((await oms.pool.query('select clock_timestamp() as now')).rows[0].now).toISOString();
    await eventually(async () => {
      const { rows } = await oms.pool.query(
        'select clock_timestamp() > $1::timestamptz + interval $$5 ms$$ as passed',
        [then],
      );
      return rows[0].passed as boolean;
    });
    expect(await ask(lookup)).toMatchObject({ value: 'Customer Services' });
    await api.create('document-configurations', {
      ...{ code: 'SIGNEE_1', spec: 'IVBRKCOM', footerId: 0, value: 'Broker desk', effectiveFrom: '2020-01-01' },
    });
    expect(await ask(lookup)).toMatchObject({ value: 'Broker desk' });
    expect(await ask({ ...lookup, at: then })).toMatchObject({ value: 'Broker desk' });
    expect(await ask({ ...lookup, at: then, knownAt: then })).toMatchObject({ value: 'Customer Services' });
    expect(await ask({ ...lookup, at: '2019-12-31' })).toMatchObject({
      value: null,
      candidates: [{ outcome: 'not effective', reason: 'it applies from 2020-01-01 until before 4712-12-31' }, {}],
    });
  });
});
