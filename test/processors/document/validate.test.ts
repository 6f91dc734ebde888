import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { invoice, metadata, offer, type RequestBody } from '#test/support/documents.ts';
import { type Oms, startOms } from '#test/support/oms.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms();
  // Before the first document: reference data is read when it is needed, and then kept for two seconds.
  await oms.pool.query(`
    insert into reference_data (id, type, code, description, attributes, effective_from, effective_to, deleted_at)
    select gen_random_uuid(), 'DOCUMENT_NAME', code, code, '{"documentType": "INVOICE"}', current_date + starts,
      current_date + ends, case when deleted then now() end
    from (values ('IVENDED', -9, 0, false), ('IVLASTDAY', -9, 1, false), ('IVFIRSTDAY', 0, 9, false),
      ('IVTOMORROW', 1, 9, false), ('IVDELETED', -9, 9, true), ('IVAGAIN', -9, 0, false), ('IVAGAIN', 0, 9, false))
      as i (code, starts, ends, deleted)`);
  await oms.pool.query(`
    insert into source_permission (id, source_system, document_type, effective_from, effective_to)
    values (gen_random_uuid(), 'CIBT', 'INVOICE', current_date - 9, current_date)`);
  // The client speaks for sources that the OMS does not know.
  await oms.pool.query(`
    update reference_data set attributes = '{"sourceSystems": ["ARCADE", "ACME", "arcade"]}'
    where type = 'CLIENT' and code = 'arcade'`);
});
afterAll(() => oms?.close());

const invoiceWith = (entries: Record<string, string>) => invoice({ documentMetadata: metadata(entries) });
const customer = { key: 'CUSTOMER_ID', value: 'C-1' };

/** Rejected at validate, for these reasons and no others, and so says the event. */
async function expectRejected(body: RequestBody, ...codes: string[]): Promise<void> {
  const view = await oms.through(body);
  expect(view).toMatchObject({ status: 'REJECTED', batch: null });
  const [error, ...others] = view.errors;
  expect(others).toEqual([]);
  const details = error?.details ?? {};
  const { violations } = details as { violations: { code: string; category: string; description: string }[] };
  expect(violations.map(({ code }) => code)).toEqual(codes);
  expect(error).toMatchObject({ stage: 'validate', code: codes[0], category: violations[0]?.category });
  expect(error?.description).toContain(violations[0]?.description);
  const [event, ...more] = await oms.events(view.id);
  expect(more).toEqual([]);
  expect(event?.data).toMatchObject({ status: 'REJECTED', errors: [{ stage: 'validate', code: codes[0] }] });
}

describe('each rule', () => {
  test.each<[string, RequestBody, ...string[]]>([
    ['an unknown name', invoice({ documentName: 'IVNOSUCH' }), 'OMS_DOCUMENT_NAME_UNKNOWN'],
    ['a name of another type', invoice({ documentName: 'POSHOOFF' }), 'OMS_NAME_NOT_OF_TYPE'],
    ['a source that may not', invoice({ sourceSystem: 'CIBT' }), 'OMS_SOURCE_NOT_ALLOWED'],
    ['a source that nobody knows', invoice({ sourceSystem: 'ACME' }), 'OMS_SOURCE_UNKNOWN'],
    ['a code in other letters', invoice({ sourceSystem: 'arcade' }), 'OMS_SOURCE_UNKNOWN'],
    ['an unknown metadata key', invoiceWith({ CUSTOMER_ID: 'C', SHOE_SIZE: '44' }), 'OMS_METADATA_KEY_UNKNOWN'],
    ['a key twice', invoice({ documentMetadata: [customer, customer] }), 'OMS_METADATA_KEY_TWICE'],
    ['a footer beyond', invoiceWith({ CUSTOMER_ID: 'C', FOOTER_ID: '5' }), 'OMS_FOOTER_UNKNOWN'],
    ['a footer that is none', invoiceWith({ CUSTOMER_ID: 'C', FOOTER_ID: '01' }), 'OMS_FOOTER_UNKNOWN'],
    ['an empty footer', invoiceWith({ CUSTOMER_ID: 'C', FOOTER_ID: '' }), 'OMS_FOOTER_UNKNOWN'],
    ['a required key missing', invoiceWith({ LANGUAGE_CODE: 'nb' }), 'OMS_METADATA_MISSING'],
    ['a required key empty', invoiceWith({ CUSTOMER_ID: '' }), 'OMS_METADATA_MISSING'],
    ['no metadata for an offer', offer({ documentMetadata: [] }), 'OMS_METADATA_MISSING'],
    ['an unknown type', invoice({ documentType: 'POSTCARD' }), 'OMS_DOCUMENT_TYPE_UNKNOWN', 'OMS_NAME_NOT_OF_TYPE'],
    [
      'everything at once',
      invoice({
        documentName: 'NOSUCH',
        sourceSystem: 'ACME',
        documentMetadata: metadata({ SHOE_SIZE: '44', FOOTER_ID: 'x' }),
      }),
      'OMS_DOCUMENT_NAME_UNKNOWN',
      'OMS_SOURCE_UNKNOWN',
      'OMS_METADATA_KEY_UNKNOWN',
      'OMS_FOOTER_UNKNOWN',
      'OMS_METADATA_MISSING',
    ],
  ])('%s', (_, body, ...codes) => expectRejected(body, ...codes));

  test('what is missing has a category of its own', async () => {
    const { errors } = await oms.through(invoiceWith({}));
    expect(errors[0]).toMatchObject({ code: 'OMS_METADATA_MISSING', category: 'MISSING_DATA' });
  });

  test('a rejected document of an unknown family is told where all of them are', async () => {
    const { id } = await oms.through(invoice({ documentName: 'NOSUCH' }));
    expect((await oms.events(id))[0]?.topic).toBe('oms.document-status');
  });
});

describe('reference rows', () => {
  test.each(['IVENDED', 'IVTOMORROW', 'IVDELETED'])('%s does not apply today', (documentName) =>
    expectRejected(invoice({ documentName }), 'OMS_DOCUMENT_NAME_UNKNOWN'),
  );

  test.each(['IVLASTDAY', 'IVFIRSTDAY', 'IVAGAIN'])('%s applies today', async (documentName) => {
    expect(await oms.through(invoice({ documentName }))).toMatchObject({ status: 'COMPLETED' });
  });
});
