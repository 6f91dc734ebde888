/**
 * Just enough HTTP around a table of routes: bare node:http, because benchmarks of the product run against this on the
 * same two cores, and a framework would cost more than the work itself.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  /** What stands for the `{...}` of the path. */
  params: readonly string[];
  query: URLSearchParams;
  body: Buffer;
  /** The path under which the route was found: `/thunderhead/v1`. */
  base: string;
  header(name: string): string | undefined;
}

/** `silence`: the socket stays open and nothing is said. `reset`: the connection is torn down. */
export type Answer = Reply | 'silence' | 'reset';

export interface Reply {
  status: number;
  json?: unknown;
  bytes?: Buffer;
  /** As it is; `Content-Type` comes with the headers. */
  text?: string;
  headers?: Record<string, string>;
}

export interface Route<Called = Call> {
  method: 'GET' | 'POST';
  /** Below the base; `{id}` stands for a number. */
  path: string;
  /** The operation, as it is counted. */
  name: string;
  handle(call: Called): Answer | Promise<Answer>;
}

export const mostBytes = 10 * 1024 * 1024;
/** A caller may go on sending up to here and still hear a proper 413; beyond, the connection is torn down. */
const patienceBytes = 4 * mostBytes;
const longestSilenceMs = 60_000;

export type Find<Called> = (
  method: string,
  path: string,
) => { route: Route<Called>; params: readonly string[] } | undefined;

/** Exact paths by one look-up, the others by trying their patterns. */
export function findIn<Called>(routes: readonly Route<Called>[]): Find<Called> {
  const exact = new Map<string, Route<Called>>();
  const patterns: { route: Route<Called>; pattern: RegExp }[] = [];
  for (const route of routes) {
    if (!route.path.includes('{')) exact.set(`${route.method} ${route.path}`, route);
    else patterns.push({ route, pattern: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '(\\d{1,12})')}$`) });
  }
  return (method, path) => {
    const route = exact.get(`${method} ${path}`);
    if (route) return { route, params: [] };
    for (const { route, pattern } of patterns) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match) return { route, params: match.slice(1) };
    }
    return undefined;
  };
}

/** @throws what `tooLarge` makes, when there are more than ten megabytes, or as many as are said */
export function readBody(request: IncomingMessage, tooLarge: () => Error, most = mostBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= most) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes > patienceBytes) request.destroy();
    });
    request.on('end', () => {
      if (bytes > most) reject(tooLarge());
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });
}

export function send(response: ServerResponse, answer: Answer, correlationId: string | undefined): void {
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
  } else if (answer === 'silence') {
    const timer = setTimeout(() => response.destroy(), longestSilenceMs);
    response.on('close', () => clearTimeout(timer));
  } else {
    // A string leaves in one packet with the head; a buffer would take a second write, a fifth of all the work here.
    const body = answer.bytes ?? answer.text ?? JSON.stringify(answer.json);
    response.writeHead(answer.status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      ...(correlationId && { 'X-Correlation-ID': correlationId }),
      ...answer.headers,
    });
    response.end(body);
  }
}

export interface Listening {
  origin: string;
  /** While it refuses, nobody listens at its port, and whoever was connected is torn off. */
  refuse(refusing: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Listens until it is closed; then connections that are still open are torn down. Port 0: any free one. */
export async function listen(
  { port, host }: { port: number; host: string },
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Listening> {
  // Longer than callers keep idle sockets, or they would now and then write into one that is just being closed.
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => void serve(request, response));
  const open = async (at: number) => {
    server.listen(at, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const shut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const own = await open(port);
  return {
    origin: `http://${host}:${own}`,
    async refuse(refusing) {
      if (refusing) await shut();
      else if (!server.listening) await open(own);
    },
    close: shut,
  };
}
