import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import type { ConfigurationLookup, ReferenceData } from '#processors/document/ports.ts';
import { databaseSource } from '#src/reference-data/cache/database-source.ts';
import { httpSource } from '#src/reference-data/cache/http-source.ts';
import { KeptRows } from '#src/reference-data/cache/kept-rows.ts';
import type { ReferenceSource } from '#src/reference-data/cache/source.ts';
import { referenceReader } from '#src/reference-data/reader.ts';
import { linkTo } from '#test/support/link.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually, redisUrl } from '#test/support/services.ts';
import { type ReferenceApi, referenceApi, row } from './api.ts';

/** A reader of the rows of an OMS that a test can take the source from. */
interface Subject {
  reference: ReferenceData;
  kept: KeptRows;
  cut(): void;
  mend(): void;
}

type Open = (
  oms: Oms,
  graceMs: number,
  opened: AsyncDisposableStack,
) => Promise<Omit<Subject, 'reference' | 'kept'> & { source: ReferenceSource }>;

const fromDatabase: Open = async (oms, _graceMs, opened) => {
  const link = opened.use(await linkTo(oms.databaseUrl));
  const pool = new Pool({ connectionString: link.url, max: 2, connectionTimeoutMillis: 1_000 });
  pool.on('error', () => undefined);
  opened.defer(() => pool.end());
  const redis = new Redis(redisUrl());
  opened.defer(() => redis.disconnect());
  return { ...link, source: databaseSource({ pool, redis }) };
};

const overHttp: Open = async (oms, _graceMs, opened) => {
  const link = opened.use(await linkTo(oms.url));
  const token = async () => oms.oidm.issue('arcade', { scope: 'oms.read' });
  return { ...link, source: httpSource({ url: link.url.replace(/\/$/, ''), token }) };
};

referenceContract('the database', fromDatabase);
referenceContract('HTTP', overHttp);

/** What whoever looks at reference data may rely on, wherever it comes from. */
function referenceContract(name: string, open: Open): void {
  describe(`reference data from ${name}`, () => {
    let oms: Oms;
    let api: ReferenceApi;
    beforeAll(async () => {
      oms = await startOms({ roles: ['reference-data'] });
      api = referenceApi(oms);
    });
    afterAll(() => oms?.close());

    const today = new Date('2026-11-21T12:00:00Z');
    async function subject(opened: AsyncDisposableStack, graceMs = 60_000): Promise<Subject> {
      const { source, cut, mend } = await open(oms, graceMs, opened);
      const kept = new KeptRows({ source, graceMs });
      return { kept, cut, mend, reference: referenceReader(kept) };
    }

    test('finds rows, permissions and configurations as they apply at a moment', async () => {
      await using opened = new AsyncDisposableStack();
      const { reference } = await subject(opened);
      expect(await reference.find('DOCUMENT_TYPE', 'INVOICE', today)).toEqual({
        code: 'INVOICE',
        description: 'Invoices and credit notes',
        attributes: { specPrefix: 'IV', requiredMetadata: ['CUSTOMER_ID'] },
      });
      expect(await reference.find('DOCUMENT_TYPE', 'INVOICE', new Date('2019-12-31T23:59:59.999Z'))).toBeUndefined();
      expect(await reference.find('DOCUMENT_TYPE', 'INVOICE', new Date('2020-01-01T00:00:00Z'))).toBeDefined();
      expect(await reference.find('DOCUMENT_NAME', 'INVOICE', today)).toBeUndefined();
      expect(await reference.find('DOCUMENT_TYPE', '__proto__', today)).toBeUndefined();
      expect(await reference.allows('ARCADE', 'INVOICE', today)).toBe(true);
      expect(await reference.allows('CIBT', 'INVOICE', today)).toBe(false);
      expect(await reference.allows('ARCADE', 'INVOICE', new Date('2019-01-01'))).toBe(false);
      const signee = (lookup: Omit<ConfigurationLookup, 'code'>) =>
        reference.configuration({ ...lookup, code: 'SIGNEE_1' }, today);
      expect(await signee({ documentName: 'IVZRECPA', footerId: 1 })).toBe('Head of Collections');
      expect(await signee({ documentName: 'IVZRECPA', footerId: 2 })).toBe('Customer Services');
    });

    test('a row that is created, replaced, deleted, or changed by hand is seen so by another process', async () => {
      await using opened = new AsyncDisposableStack();
      const { reference } = await subject(opened);
      const description = async () => (await reference.find('COLOUR' as never, 'SEEN', today))?.description;
      const seen = (wanted: string | undefined) =>
        eventually(async () => (await description()) === wanted, { timeoutMs: 2_000 });
      expect(await description()).toBeUndefined();
      const { id } = await api.create('rows', row.rows({ code: 'SEEN', description: 'one' }));
      await seen('one');
      await api.put('rows', id, row.rows({ code: 'SEEN', description: 'two' }), '"1"');
      await seen('two');
      // Nobody who could tell of it: the change is all there is, as when its process dies right after the commit.
      await oms.pool.query(`update reference_data set description = 'three' where id = $1`, [id]);
      await seen('three');
      await api.remove('rows', id, '"3"');
      await seen(undefined);
    });

    test('while the source is away the last rows answer, marked stale, and afterwards the newest do', async () => {
      await using opened = new AsyncDisposableStack();
      const { reference, kept, cut, mend } = await subject(opened);
      expect(await reference.allows('ARCADE', 'INVOICE', today)).toBe(true);
      cut();
      await eventually(async () => {
        expect(await reference.allows('ARCADE', 'INVOICE', today)).toBe(true);
        return kept.state().stale;
      });
      const { id } = await api.create('source-permissions', row['source-permissions']());
      expect(await reference.allows('ARCADE', 'RED', today)).toBe(false);
      mend();
      await eventually(() => reference.allows('ARCADE', 'RED', today));
      expect(kept.state().stale).toBe(false);
      await api.remove('source-permissions', id, '*');
    });

    test('after the grace nothing answers, as when a server is away', async () => {
      await using opened = new AsyncDisposableStack();
      const { reference, cut, mend } = await subject(opened, 1);
      expect(await reference.allows('ARCADE', 'INVOICE', today)).toBe(true);
      cut();
      const error = await eventually(() =>
        reference.allows('ARCADE', 'INVOICE', today).then(
          () => undefined,
          (refusal) => refusal,
        ),
      );
      expect(String(error.code ?? error.message)).toMatch(/ECONN|terminated/);
      mend();
      await eventually(() => reference.allows('ARCADE', 'INVOICE', today));
    });

    test('without any rows nothing answers', async () => {
      await using opened = new AsyncDisposableStack();
      const { reference, cut } = await subject(opened);
      cut();
      await expect(reference.allows('ARCADE', 'INVOICE', today)).rejects.toThrow();
    });
  });
}
