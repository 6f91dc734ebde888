import type { RequestStatus } from '#processors/document/ports.ts';
import type { FeedPage } from '#src/api/feed/status-feed.ts';
import type { HistoryView } from '#src/api/requests/history.ts';
import type { RequestView } from '#src/api/requests/request-view.ts';
import type { RequestBody } from './documents.ts';
import { eventually } from './eventually.ts';

/** A client of the API, as a source system would write it. */
export interface Client {
  url: string;
  /** Anything, as it is. */
  send(body: string | Uint8Array, headers?: Record<string, string>): Promise<Answer>;
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  /** Posts a request that is taken in, and answers its id. */
  post(body: RequestBody): Promise<string>;
  get(id: string): Promise<RequestView>;
  history(id: string): Promise<HistoryView[]>;
  feed(after?: string, limit?: number): Promise<FeedPage>;
  /** The events of one request, once there are as many as asked for. */
  events(id: string, count?: number): Promise<FeedPage['items']>;
  /** Where the request stands when it has ended. */
  finished(id: string, timeoutMs?: number): Promise<RequestView>;
  /** Posts, and waits for the end. */
  through(body: RequestBody, timeoutMs?: number): Promise<RequestView>;
}

export interface Answer {
  status: number;
  headers: Headers;
  bytes: Buffer;
  /** Undefined when the body is no JSON. */
  json: Record<string, unknown> & Partial<ProblemBody>;
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors: { field: string; message: string }[];
}

const final: readonly RequestStatus[] = ['COMPLETED', 'FAILED', 'STOPPED', 'REJECTED', 'CANCELLED'];
const requests = '/api/v1/document-requests';

/** The token that goes with a request; undefined: none does. */
export type Bearer = (method: string, path: string, body: unknown) => Promise<string | undefined>;

/** Sends a token with everything that does not bring an Authorization header of its own. */
export function clientOf(url: string, bearer: Bearer): Client {
  const call = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers(init.headers);
    const token = headers.has('authorization') ? undefined : await bearer(init.method ?? 'GET', path, init.body);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(url + path, { signal: AbortSignal.timeout(30_000), ...init, headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: isJson ? JSON.parse(bytes.toString()) : undefined,
    };
  };

  const read = async <T>(path: string): Promise<T> => {
    const { status, bytes, json } = await call(path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${bytes}`);
    return json as T;
  };

  const client: Client = {
    url,
    fetch: call,
    send: (body, headers = { 'content-type': 'application/json' }) =>
      call(requests, { method: 'POST', body: body as string, headers }),
    async post(body) {
      const { status, bytes, json } = await client.send(JSON.stringify(body));
      if (status !== 202) throw new Error(`${status} ${bytes}`);
      return json.id as string;
    },
    get: (id) => read(`${requests}/${id}`),
    history: async (id) => (await read<{ items: HistoryView[] }>(`${requests}/${id}/history`)).items,
    feed: (after, limit = 1_000) => read(`/api/v1/status-events?limit=${limit}${after ? `&after=${after}` : ''}`),
    events: (id, count = 1) =>
      eventually(async () => {
        const { items } = await client.feed();
        const ours = items.filter(({ subject }) => subject === id);
        return ours.length >= count && ours;
      }),
    finished: (id, timeoutMs = 30_000) =>
      eventually(
        async () => {
          const view = await client.get(id);
          if (final.includes(view.status)) return view;
          throw new Error(`${id} is ${view.status} at ${view.stage}: ${JSON.stringify(view.errors)}`);
        },
        { timeoutMs },
      ),
    through: async (body, timeoutMs) => client.finished(await client.post(body), timeoutMs),
  };
  return client;
}

/** Where a history does not go on from where it was: empty when every step starts where the last one led. */
export const gapsIn = (history: readonly Pick<HistoryView, 'from' | 'to'>[]): string[] =>
  history.flatMap(({ from, to }, index) => {
    const before = history[index - 1]?.to ?? null;
    return from === before ? [] : [`${before} ... ${from} -> ${to}`];
  });
