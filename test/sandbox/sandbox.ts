import { type Settings, startThunderhead } from '#src/sandbox/thunderhead/server.ts';

export type Json = Record<string, unknown> & { [key: string]: never };

/** A sandbox in this process whose clock stands still until it is advanced. */
export async function openSandbox(settings: Settings = {}) {
  let time = Date.parse('2026-11-21T10:00:00Z');
  const thunderhead = await startThunderhead({ batchMs: 1000, now: () => time, ...settings });
  const origin = new URL(thunderhead.url).origin;
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(path.startsWith('/sandbox') ? origin + path : thunderhead.url + path, {
      method,
      headers,
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type') === 'application/json';
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: (isJson ? JSON.parse(text) : null) as Json,
    };
  };
  return {
    url: thunderhead.url,
    soapUrl: thunderhead.soapUrl,
    close: thunderhead.close,
    [Symbol.asyncDispose]: thunderhead.close,
    advance(ms: number) {
      time += ms;
    },
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    post: call.bind(null, 'POST'),
    submit: (body: unknown, key = 'key-1') => call('POST', '/documents', body, { 'Idempotency-Key': key }),
    /** Submits and answers the number of the batch. */
    async accept(body: unknown, key?: string): Promise<number> {
      const { status, json } = await call('POST', '/documents', body, key ? { 'Idempotency-Key': key } : {});
      if (status !== 202) throw new Error(`${status} ${JSON.stringify(json)}`);
      return json.batchId as unknown as number;
    },
    /** Hands over many at once and answers the number of their batch. */
    async acceptMany(transactions: readonly Transaction[], changes?: Record<string, unknown>): Promise<number> {
      const { status, json } = await call('POST', '/batches', bundle(transactions, changes));
      if (status !== 202) throw new Error(`${status} ${JSON.stringify(json)}`);
      return json.batchId as unknown as number;
    },
    counts: async () => (await call('GET', '/sandbox/counts')).json,
  };
}

export interface Transaction {
  correlationId: string;
  name?: string;
  sandbox?: string;
  properties?: Readonly<Record<string, string>>;
  xml?: string;
}

/** The body of a `POST /batches`. */
export function bundle(transactions: readonly Transaction[], changes: Record<string, unknown> = {}) {
  const own = { batchName: 'BATCH-1', correlationId: 'handover-1', transactionRange: '' };
  return handover(
    '',
    { ...own, ...changes },
    `<Transactions>${transactions.map(transactionXml).join('')}</Transactions>`,
  );
}

function transactionXml({ correlationId, name, sandbox, properties, xml = '<Letter/>' }: Transaction) {
  const all = Object.entries({ ...properties, ...(sandbox && { SANDBOX: sandbox }) });
  return (
    `<Transaction correlationId="${correlationId}" name="${name ?? `OMS-${correlationId}`}">` +
    `<Properties>${all.map(([key, value]) => `<Property name="${key}">${value}</Property>`).join('')}</Properties>` +
    `<Data>${xml}</Data></Transaction>`
  );
}

/** A submit body; `SANDBOX` chooses its fault. */
export function handover(sandbox = '', changes: Record<string, unknown> = {}, xml = '<Letter><to>Kåre</to></Letter>') {
  return {
    batchConfigResId: 1709524441,
    batchName: 'OMS-1-1',
    correlationId: 'request-1',
    projectId: 0,
    priority: 0,
    transactionRange: '1',
    transactionDataType: 'application/xml',
    transactionData: Buffer.from(xml).toString('base64'),
    properties: sandbox === '' ? [] : [{ name: 'SANDBOX', value: sandbox }],
    ...changes,
  };
}
