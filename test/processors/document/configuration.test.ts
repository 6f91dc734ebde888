import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import type { ConfigurationLookup, ReferenceData } from '#processors/document/ports.ts';
import { databaseSource } from '#src/reference-data/cache/database-source.ts';
import { KeptRows } from '#src/reference-data/cache/kept-rows.ts';
import { referenceReader } from '#src/reference-data/reader.ts';
import { invoice } from '#test/support/documents.ts';
import { startOms } from '#test/support/oms.ts';
import { eventually, freshDatabase } from '#test/support/services.ts';

const add = `insert into document_configuration (id, footer_id, spec, code, value, effective_from, effective_to, deleted_at)
  select gen_random_uuid(), footer_id, spec, 'SIGNEE_1', value, starts::date, ends::date, deleted_at::timestamptz
  from json_to_recordset($1) as i (footer_id int, spec text, value text, starts text, ends text, deleted_at text)`;

describe('document configuration', () => {
  let databaseUrl: string;
  let pool: Pool;
  let reference: ReferenceData;
  beforeAll(async () => {
    databaseUrl = await freshDatabase();
    pool = new Pool({ connectionString: databaseUrl });
    await pool.query(`delete from document_configuration where code = 'SIGNEE_1'`);
    const always = { starts: '2020-01-01', ends: '4712-12-31' };
    await pool.query(add, [
      JSON.stringify([
        { footer_id: 0, spec: '*', value: 'everybody', ...always },
        { footer_id: 2, spec: '*', value: 'everybody, footer 2', ...always },
        { footer_id: 0, spec: 'IV', value: 'invoices', ...always },
        { footer_id: 1, spec: 'IV', value: 'invoices, footer 1', ...always },
        { footer_id: 1, spec: 'IVZRECPA', value: 'private, footer 1', ...always },
        { footer_id: 0, spec: 'IVBRKCOM', value: 'broker', ...always },
        // A prefix is what the reference data calls one, not any beginning of a name.
        { footer_id: 0, spec: 'IVZ', value: 'never', ...always },
        { footer_id: 3, spec: 'IVCLFCAP', value: 'deleted', ...always, deleted_at: '2026-01-01' },
        { footer_id: 0, spec: 'PO', value: 'last year', starts: '2025-01-01', ends: '2026-01-01' },
        { footer_id: 0, spec: 'PO', value: 'this year', starts: '2026-01-01', ends: '2027-01-01' },
      ]),
    ]);
    reference = referenceReader(new KeptRows({ source: databaseSource({ pool }), graceMs: 60_000 }));
  });
  afterAll(() => pool?.end());

  const signee = (
    documentName: string,
    footerId: number,
    at = '2026-11-21T12:00:00Z',
    code: ConfigurationLookup['code'] = 'SIGNEE_1',
  ) => reference.configuration({ documentName, footerId, code }, new Date(at));

  test.each([
    ['IVZRECPA', 1, 'private, footer 1'],
    // No row of that name with footer 0: the prefix decides, and there the footer first.
    ['IVZRECPA', 0, 'invoices'],
    ['IVZRECPA', 4, 'invoices'],
    ['IVBRKCOM', 0, 'broker'],
    ['IVBRKCOM', 1, 'broker'],
    ['IVCLFCAP', 1, 'invoices, footer 1'],
    ['IVCLFCAP', 2, 'invoices'],
    ['IVCLFCAP', 3, 'invoices'],
    ['POSHOOFF', 0, 'this year'],
    ['UNKNOWN', 0, 'everybody'],
    ['UNKNOWN', 2, 'everybody, footer 2'],
    ['UNKNOWN', 3, 'everybody'],
    ['IV', 0, 'invoices'],
  ])('%s with footer %i: %s', async (name, footer, expected) => expect(await signee(name, footer)).toBe(expected));

  test('what applied on a day still does on that day', async () => {
    expect(await signee('POSHOOFF', 0, '2025-12-31T12:00:00Z')).toBe('last year');
    expect(await signee('POSHOOFF', 0, '2026-01-01T12:00:00Z')).toBe('this year');
    expect(await signee('POSHOOFF', 0, '2027-01-01T12:00:00Z')).toBe('everybody');
    expect(await signee('POSHOOFF', 0, '2024-12-31T12:00:00Z')).toBe('everybody');
  });

  test('nothing is what applies when no row does', async () => {
    expect(await signee('IVZRECPA', 0, '2026-11-21T12:00:00Z', 'SIGNEE_2')).toBeUndefined();
  });
});

test('without a batch configuration a document waits, says why, and goes on when there is one', async () => {
  await using oms = await startOms();
  await oms.pool.query(`update document_configuration set deleted_at = now() where code = 'BATCH_CONFIG_ID'`);
  const id = await oms.post(invoice());
  const [error] = await eventually(async () => {
    const { errors } = await oms.get(id);
    return errors.length > 0 && errors;
  });
  expect(error).toMatchObject({ stage: 'submit', category: 'MISSING_DATA', code: 'OMS_BATCH_CONFIGURATION_MISSING' });
  expect(error?.nextRetryAt).not.toBeNull();
  await oms.pool.query(`update document_configuration set deleted_at = null`);
  expect(await oms.finished(id)).toMatchObject({ status: 'COMPLETED', errors: [] });
  expect(await oms.sandbox.counts()).toMatchObject({ accepted: 1, submitCalls: 1 });
});
