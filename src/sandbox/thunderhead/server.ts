/** Thunderhead's REST facade as a server: the operations under `/thunderhead/v1`, the control surface under `/sandbox`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, findIn, listen, type Reply, readBody, send } from '../http.ts';
import { openBatches } from './batches.ts';
import { control, type Dials } from './control.ts';
import { Failure, fail } from './failures.ts';
import { operations } from './operations.ts';

export const base = '/thunderhead/v1';

export interface Settings {
  /** 0: any free port. */
  port?: number;
  host?: string;
  /** How long a batch takes from being accepted to its end. */
  batchMs?: number;
  /** File or folder that lets the batches outlive the process. */
  state?: string | undefined;
  now?: () => number;
  contentBytes?: number;
  mostBatches?: number;
}

export interface Thunderhead {
  /** The base of the facade; the control surface is at `/sandbox` of the same origin. */
  url: string;
  close(): Promise<void>;
}

export async function startThunderhead(settings: Settings = {}): Promise<Thunderhead> {
  const { port = 0, host = '127.0.0.1', batchMs = 1500, state, now = Date.now } = settings;
  const { contentBytes = 128 * 1024 * 1024, mostBatches = 500_000 } = settings;
  const dials: Dials = { outage: 'none', batchMs, calls: {}, attempts: new Map() };
  const batches = await openBatches({ now, state, contentBytes, mostBatches });
  const findOperation = findIn(operations({ batches, now, dials }));
  const findControl = findIn(control(dials, batches, now));

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const [path = '', search = ''] = (request.url ?? '/').split('?', 2);
    const facade = path.startsWith(`${base}/`);
    const inner = facade ? path.slice(base.length) : path.startsWith('/sandbox') ? path.slice('/sandbox'.length) : null;
    const found = inner === null ? undefined : (facade ? findOperation : findControl)(request.method ?? '', inner);
    if (found && facade) dials.calls[found.route.name] = (dials.calls[found.route.name] ?? 0) + 1;
    const body = await readBody(request, () => fail('TOO_LARGE'));
    if (facade && dials.outage === 'hang') return 'silence';
    if (facade && dials.outage === 'unavailable') throw fail('UNAVAILABLE');
    if (!found) throw fail('NO_SUCH_ROUTE');
    return found.route.handle({
      params: found.params,
      query: new URLSearchParams(search),
      body,
      base,
      header: (name) => request.headers[name]?.toString(),
    });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const correlationId = request.headers['x-correlation-id']?.toString();
    const reply = await answer(request).catch((error: unknown) => refusal(error, correlationId));
    send(response, reply, correlationId);
  };

  const server = await listen({ port, host }, serve);
  return {
    url: server.origin + base,
    async close() {
      await server.close();
      await batches.close();
    },
  };
}

function refusal(error: unknown, correlationId: string | undefined): Reply {
  const failure = error instanceof Failure ? error : fail('SERVER_ERROR', `The sandbox itself failed: ${error}`);
  return { status: failure.kind.status, json: failure.envelope(correlationId ?? null), headers: failure.headers };
}
