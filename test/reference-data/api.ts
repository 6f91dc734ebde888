import type { ChangesPage } from '#src/reference-data/rows/changes.ts';
import type { Answer, Client } from '#test/support/client.ts';

/** The Reference Data API as somebody who manages it would call it. */
export interface ReferenceApi {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(collection: string, row: object): Promise<Answer>;
  put(collection: string, id: unknown, row: object, etag?: string): Promise<Answer>;
  remove(collection: string, id: unknown, etag?: string): Promise<Answer>;
  /** Posts a row that is taken, and answers it. */
  create(collection: string, row: object): Promise<StoredRow>;
  list(path: string): Promise<StoredRow[]>;
  changes(path: string): Promise<ChangesPage['items']>;
  import(lines: readonly object[] | string, query?: string): Promise<Answer>;
  export(query?: string): Promise<string>;
}

export type StoredRow = Record<string, unknown> & { id: string; version: number };

export const root = '/api/v1/reference-data';

export function referenceApi(client: Pick<Client, 'fetch'>): ReferenceApi {
  const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    client.fetch(root + path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const ifMatch = (etag: string | undefined): Record<string, string> =>
    etag === undefined ? {} : { 'if-match': etag };
  const good = async (answer: Promise<Answer>): Promise<Answer> => {
    const { status, bytes } = await answer;
    if (status >= 300) throw new Error(`${status} ${bytes}`);
    return answer;
  };
  const api: ReferenceApi = {
    get: (path, headers = {}) => client.fetch(root + path, { headers }),
    post: (collection, row) => send('POST', `/${collection}`, row),
    put: (collection, id, row, etag) => send('PUT', `/${collection}/${id}`, row, ifMatch(etag)),
    remove: (collection, id, etag) =>
      client.fetch(`${root}/${collection}/${id}`, { method: 'DELETE', headers: ifMatch(etag) }),
    create: async (collection, row) => (await good(api.post(collection, row))).json as StoredRow,
    list: async (path) => (await good(api.get(path))).json.items as StoredRow[],
    changes: async (path) => (await good(api.get(path))).json.items as ChangesPage['items'],
    import: (lines, query = '') =>
      client.fetch(`${root}/import${query}`, {
        method: 'POST',
        body: typeof lines === 'string' ? lines : lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
        headers: { 'content-type': 'application/x-ndjson' },
      }),
    export: async (query = '') => (await good(api.get(`/export${query}`))).bytes.toString(),
  };
  return api;
}

/** Rows of each collection that the API takes. */
export const row = {
  rows: (changes: object = {}) => ({
    ...{ type: 'COLOUR', code: 'RED', description: 'Red', attributes: { hex: '#f00' } },
    ...{ effectiveFrom: '2026-01-01', effectiveTo: '2027-01-01' },
    ...changes,
  }),
  'source-permissions': (changes: object = {}) => ({
    ...{ sourceSystem: 'ARCADE', documentType: 'RED' },
    ...{ effectiveFrom: '2026-01-01', effectiveTo: '2027-01-01' },
    ...changes,
  }),
  'document-configurations': (changes: object = {}) => ({
    ...{ code: 'SIGNEE_1', spec: 'RED', footerId: 3, value: 'Red' },
    ...{ effectiveFrom: '2026-01-01', effectiveTo: '2027-01-01' },
    ...changes,
  }),
};
