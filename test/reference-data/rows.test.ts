import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { collectionNames } from '#src/reference-data/collections/collection.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { type ReferenceApi, referenceApi, root, row } from './api.ts';

let oms: Oms;
let api: ReferenceApi;
beforeAll(async () => {
  oms = await startOms({ roles: ['reference-data'] });
  api = referenceApi(oms);
});
afterAll(() => oms?.close());

/** What a test has made is gone before the next. */
beforeEach(async () => {
  await oms.pool.query(
    `delete from reference_data where type in ('COLOUR', 'CLIENT') and code not in ('arcade', 'cibt')`,
  );
  await oms.pool.query(`delete from source_permission where document_type = 'RED'`);
  await oms.pool.query(`delete from document_configuration where spec = 'RED'`);
});

describe.each(collectionNames)('%s', (name) => {
  const red = row[name];

  test('a row is created, read, replaced and deleted; each answer has its ETag', async () => {
    const created = await api.post(name, red());
    expect(created).toMatchObject({ status: 201, json: { ...red(), version: 1, deletedAt: null } });
    expect(created.headers.get('etag')).toBe('"1"');
    const { id } = created.json as { id: string };
    expect(created.headers.get('location')).toBe(`${root}/${name}/${id}`);

    expect(await api.get(`/${name}/${id}`)).toMatchObject({ status: 200, json: created.json });
    const replaced = await api.put(name, id, red({ effectiveTo: '2028-01-01' }), '"1"');
    expect(replaced).toMatchObject({ status: 200, json: { id, ...red({ effectiveTo: '2028-01-01' }), version: 2 } });
    expect(replaced.headers.get('etag')).toBe('"2"');

    expect(await api.remove(name, id, '"2"')).toMatchObject({ status: 204 });
    expect(await api.get(`/${name}/${id}`)).toMatchObject({ status: 404, json: { code: 'OMS_REFERENCE_NOT_FOUND' } });
    const deleted = await api.get(`/${name}/${id}?includeDeleted=true`);
    expect(deleted.json).toMatchObject({ id, version: 3, deletedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(await api.put(name, id, red(), '"3"')).toMatchObject({ status: 404 });
    expect(await api.remove(name, id, '*')).toMatchObject({ status: 404 });
    // What is deleted is in nobody's way.
    expect(await api.post(name, red())).toMatchObject({ status: 201 });
  });

  test('who knows the row is not sent it again', async () => {
    const { id } = await api.create(name, red());
    const known = async (etag: string) => (await api.get(`/${name}/${id}`, { 'if-none-match': etag })).status;
    expect(await known('"1"')).toBe(304);
    expect(await known('W/"1", "7"')).toBe(304);
    expect(await known('*')).toBe(304);
    expect(await known('"2"')).toBe(200);
  });

  test('a change without If-Match is refused, and one with another version too', async () => {
    const { id } = await api.create(name, red());
    const required = { status: 428, json: { code: 'OMS_PRECONDITION_REQUIRED' } };
    const failed = { status: 412, json: { code: 'OMS_PRECONDITION_FAILED' } };
    expect(await api.put(name, id, red())).toMatchObject(required);
    expect(await api.remove(name, id)).toMatchObject(required);
    for (const etag of ['"2"', 'W/"1"', '""']) {
      expect(await api.put(name, id, red(), etag)).toMatchObject(failed);
      expect(await api.remove(name, id, etag)).toMatchObject(failed);
    }
    const errors = [{ field: 'If-Match', message: 'an entity tag stands in quotes, like "3"' }];
    const invalid = { status: 400, json: { code: 'OMS_PARAMETER_INVALID', errors } };
    for (const etag of ['1', '"1', 'x', '1, "1"', '']) {
      expect(await api.put(name, id, red(), etag)).toMatchObject(invalid);
      expect(await api.remove(name, id, etag)).toMatchObject(invalid);
    }
    expect(await api.put(name, id, red(), '"7", "1"')).toMatchObject({ status: 200 });
    expect(await api.put(name, id, red(), '*')).toMatchObject({ status: 200, json: { version: 3 } });
  });

  test('of many who change the same version one wins', async () => {
    const { id } = await api.create(name, red());
    const day = (n: number) => `2027-02-${String(n + 1).padStart(2, '0')}`;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => api.put(name, id, red({ effectiveTo: day(n) }), '"1"')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(412)]);
    const won = answers.find(({ status }) => status === 200);
    expect((await api.get(`/${name}/${id}`)).json).toEqual(won?.json);
  });

  test('two rows of one key on one day are refused, naming the other', async () => {
    const { id } = await api.create(name, red());
    const conflict = { status: 409, json: { code: 'OMS_REFERENCE_CONFLICT', detail: expect.stringContaining(id) } };
    expect(await api.post(name, red())).toMatchObject(conflict);
    expect(await api.post(name, red({ effectiveFrom: '2026-12-31', effectiveTo: '2030-01-01' }))).toMatchObject(
      conflict,
    );
    expect(await api.post(name, red({ effectiveFrom: '2020-01-01', effectiveTo: '4712-12-31' }))).toMatchObject(
      conflict,
    );
    // The day on which one ends the next may begin.
    const next = await api.create(name, red({ effectiveFrom: '2027-01-01', effectiveTo: '4712-12-31' }));
    await api.create(name, red({ effectiveFrom: '2020-01-01', effectiveTo: '2026-01-01' }));
    expect(await api.put(name, next.id, red({ effectiveFrom: '2026-12-31' }), '"1"')).toMatchObject(conflict);
  });

  test('of many who create the same row one succeeds', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => api.post(name, red())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(11).fill(409)]);
  });

  test('a list is read page by page, each row once, in the order of keys and time', async () => {
    const years = Array.from({ length: 7 }, (_, n) => ({
      effectiveFrom: `${2019 + n}-01-01`,
      effectiveTo: `${2020 + n}-01-01`,
    }));
    for (const year of [...years].reverse()) await api.create(name, red(year));
    const all = await api.list(`/${name}?limit=1000`);
    const pages: unknown[] = [];
    for (let after = ''; ; ) {
      const { items, next } = (await api.get(`/${name}?limit=2${after}`)).json as {
        items: unknown[];
        next: string | null;
      };
      expect(items.length).toBeLessThanOrEqual(2);
      pages.push(...items);
      if (!next) break;
      after = `&after=${next}`;
    }
    expect(pages).toEqual(all);
    const ours = all.filter((each) => each.effectiveFrom !== '2020-01-01' || each.effectiveTo !== '4712-12-31');
    expect(ours.map(({ effectiveFrom }) => effectiveFrom)).toEqual(years.map(({ effectiveFrom }) => effectiveFrom));
  });

  test('what is deleted is listed only when asked for', async () => {
    const { id } = await api.create(name, red());
    await api.remove(name, id, '"1"');
    const ids = async (query: string) => (await api.list(`/${name}?limit=1000${query}`)).map((each) => each.id);
    expect(await ids('')).not.toContain(id);
    expect(await ids('&includeDeleted=true')).toContain(id);
  });

  test('an id that nobody has', async () => {
    const nobodys = '01a1fc5b-26c8-750d-8c3d-9f6e7e9ebbe8';
    for (const answer of [
      await api.get(`/${name}/${nobodys}`),
      await api.put(name, nobodys, red(), '"1"'),
      await api.remove(name, nobodys, '"1"'),
    ])
      expect(answer).toMatchObject({ status: 404, json: { code: 'OMS_REFERENCE_NOT_FOUND' } });
    expect(await api.get(`/${name}/1`)).toMatchObject({ status: 400, json: { code: 'OMS_PARAMETER_INVALID' } });
  });

  test('nobody manages with the scope of a client, or one that only reads; the latter reads', async () => {
    const { id } = await api.create(name, red());
    const reader = referenceApi(oms.with(await oms.oidm.issue('arcade', { scope: 'oms.read' })));
    const refused = { status: 403, json: { code: 'OMS_SCOPE_INSUFFICIENT' } };
    for (const stranger of [referenceApi(oms.as('arcade')), reader]) {
      expect(await stranger.post(name, red())).toMatchObject(refused);
      expect(await stranger.put(name, id, red(), '"1"')).toMatchObject(refused);
      expect(await stranger.remove(name, id, '"1"')).toMatchObject(refused);
    }
    for (const path of [`/${name}`, `/${name}/${id}`, `/${name}/${id}/changes`]) {
      expect(await referenceApi(oms.as('arcade')).get(path)).toMatchObject(refused);
      expect(await reader.get(path)).toMatchObject({ status: 200 });
      expect(await referenceApi(oms.with(undefined)).get(path)).toMatchObject({ status: 401 });
    }
  });
});

describe('lists', () => {
  test('are filtered by what the rows hold', async () => {
    await api.create('rows', row.rows());
    expect(await api.list('/rows?type=COLOUR')).toHaveLength(1);
    expect(await api.list('/rows?type=COLOUR&code=BLUE')).toEqual([]);
    expect(await api.list('/source-permissions?sourceSystem=CIBT')).toMatchObject([{ documentType: 'POLICY' }]);
    expect(await api.list('/document-configurations?code=SIGNEE_1&footerId=1')).toMatchObject([{ spec: 'IV' }]);
    expect(await api.list('/document-configurations?spec=*&code=TOPIC_NAME')).toMatchObject([{ spec: '*' }]);
  });

  const injections = [`x' or '1'='1`, `x'; drop table reference_data; --`, '%00', '1) or (1=1', '$1', `\\'`];
  test.each([
    ...['type', 'code', 'at', 'knownAt', 'after', 'limit', 'includeDeleted'].map((name) => ['rows', name]),
    ...['sourceSystem', 'documentType'].map((name) => ['source-permissions', name]),
    ...['code', 'spec', 'footerId'].map((name) => ['document-configurations', name]),
    ...['collection', 'after', 'limit'].map((name) => ['changes', name]),
    ...['documentName', 'footerId', 'code', 'at', 'knownAt'].map((name) => ['resolve', name]),
  ])('%s: SQL in %s is refused or finds nothing, and does nothing', async (path, name) => {
    const others = path === 'resolve' ? { documentName: 'IVZRECPA', code: 'SIGNEE_1' } : {};
    for (const injection of injections) {
      const query = new URLSearchParams({ ...others, [name]: injection.replace('%00', '\0') });
      expect(await api.get(`/${path}?${query}`)).toMatchObject({
        status: 400,
        json: { code: 'OMS_PARAMETER_INVALID' },
      });
    }
  });

  test('SQL where any text is allowed is text', async () => {
    for (const injection of injections.filter((text) => text !== '%00')) {
      expect(await api.changes(`/changes?${new URLSearchParams({ actor: injection })}`)).toEqual([]);
      const description = `${injection} ✓`;
      const { id } = await api.create('rows', row.rows({ description, attributes: { [description]: description } }));
      expect((await api.get(`/rows/${id}`)).json).toMatchObject({
        description,
        attributes: { [description]: description },
      });
      await api.remove('rows', id, '*');
    }
  });
});

describe('what a row may hold', () => {
  test.each([
    ['rows', { type: 'DOCUMENT_TYPE', attributes: {} }, 'attributes.specPrefix'],
    [
      'rows',
      { type: 'DOCUMENT_TYPE', attributes: { specPrefix: 'X', requiredMetadata: 'K' } },
      'attributes.requiredMetadata',
    ],
    ['rows', { type: 'DOCUMENT_TYPE', attributes: { specPrefix: 'X', other: 1 } }, 'attributes.other'],
    ...[0, 604_801, 1.5, '60', null].map(
      (deadlineSeconds) =>
        [
          'rows',
          { type: 'DOCUMENT_TYPE', attributes: { specPrefix: 'X', deadlineSeconds } },
          'attributes.deadlineSeconds',
        ] as const,
    ),
    ...[0, 101, 1.5, '2', null].map(
      (weight) => ['rows', { type: 'SOURCE_SYSTEM', attributes: { weight } }, 'attributes.weight'] as const,
    ),
    ['rows', { type: 'SOURCE_SYSTEM', attributes: { wieght: 2 } }, 'attributes.wieght'],
    ['rows', { type: 'DOCUMENT_NAME', attributes: {} }, 'attributes.documentType'],
    ['rows', { type: 'CLIENT', attributes: { callbackHosts: [] } }, 'attributes.sourceSystems'],
    [
      'rows',
      { type: 'CLIENT', attributes: { sourceSystems: ['A'], callbackHosts: ['a/b'] } },
      'attributes.callbackHosts[0]',
    ],
    ['rows', { attributes: [] }, 'attributes'],
    ['rows', { type: 'colour' }, 'type'],
    ['rows', { code: 'A B' }, 'code'],
    ['rows', { code: '-' }, 'code'],
    ['rows', { code: 'x'.repeat(65) }, 'code'],
    ['rows', { code: undefined }, 'code'],
    ['rows', { effectiveFrom: '2026-02-30' }, 'effectiveFrom'],
    ['rows', { effectiveFrom: '2026-01-01T00:00:00Z' }, 'effectiveFrom'],
    ['rows', { effectiveFrom: '0000-01-01' }, 'effectiveFrom'],
    ['rows', { effectiveTo: '4713-01-01' }, 'effectiveTo'],
    ['rows', { effectiveFrom: '2026-01-01', effectiveTo: '2026-01-01' }, ''],
    ['rows', { version: 7 }, 'version'],
    ['rows', { id: '01a1fc5b-26c8-750d-8c3d-9f6e7e9ebbe8' }, 'id'],
    ['rows', { deletedAt: null }, 'deletedAt'],
    ['source-permissions', { documentType: '*' }, 'documentType'],
    ['document-configurations', { footerId: 5 }, 'footerId'],
    ['document-configurations', { footerId: '1' }, 'footerId'],
    ['document-configurations', { code: 'SIGNEE_3' }, 'code'],
    ['document-configurations', { spec: '**' }, 'spec'],
    ['document-configurations', { code: 'BATCH_CONFIG_ID', value: '1e3' }, 'value'],
    ['document-configurations', { code: 'BATCH_CONFIG_ID', value: '-1' }, 'value'],
    ['document-configurations', { code: 'TOPIC_NAME', value: 'a topic' }, 'value'],
    ['document-configurations', { code: 'TOPIC_NAME', value: '..' }, 'value'],
    ['document-configurations', { value: 'line\nbreak' }, 'value'],
  ] as const)('%s: %j is refused at %s', async (name, changes, field) => {
    const answer = await api.post(name, row[name](changes));
    expect(answer).toMatchObject({ status: 400, json: { code: 'OMS_BODY_INVALID' } });
    expect(answer.json.errors?.map((error) => error.field)).toContain(field);
  });

  test('what is not said is what it usually is', async () => {
    const { effectiveTo: _, ...open } = row.rows({
      type: 'CLIENT',
      code: 'some-client',
      attributes: { sourceSystems: ['CIBT'] },
    });
    expect(await api.create('rows', open)).toMatchObject({
      effectiveTo: '4712-12-31',
      attributes: { sourceSystems: ['CIBT'], callbackHosts: [] },
    });
  });

  test.each([
    ['DOCUMENT_TYPE', { specPrefix: 'X', requiredMetadata: [], deadlineSeconds: 1 }],
    ['DOCUMENT_TYPE', { specPrefix: 'X', requiredMetadata: [], deadlineSeconds: 604_800 }],
    // As the rows are that came with the database: read, and sent again, they are the same.
    ['SOURCE_SYSTEM', {}],
    ['SOURCE_SYSTEM', { weight: 1 }],
    ['SOURCE_SYSTEM', { weight: 100 }],
  ])('%s may have %j', async (type, attributes) => {
    const { id, attributes: created } = await api.create('rows', row.rows({ type, attributes }));
    expect(created).toEqual(attributes);
    await api.remove('rows', id, '*');
  });

  test('what JavaScript would stumble over is refused, and nothing is left behind', async () => {
    const text = JSON.stringify(row.rows()).replace('{"hex":"#f00"}', '{"__proto__":{"polluted":true}}');
    const answer = await oms.fetch(`${root}/rows`, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer).toMatchObject({ status: 400, json: { code: 'OMS_BODY_TEXT_INVALID' } });
    expect(await api.list('/rows?type=COLOUR')).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('none of it was our fault', () => {
  expect(oms.log.filter(({ level }) => level !== 'warn')).toEqual([]);
});
