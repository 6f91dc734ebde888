import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A plain HTTP server that remembers what reached it: what stands behind the edge when only the edge is looked at. */
export interface Upstream extends AsyncDisposable {
  url: string;
  seen: Seen[];
}

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface Seen {
  method: string;
  path: string;
  /** Every header line, in order. */
  headers: [name: string, value: string][];
}

export async function startUpstream(answer: Answer): Promise<Upstream> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', path: request.url ?? '', headers: linesOf(request) });
    // A client that goes away in the middle is none of the upstream's troubles.
    Promise.resolve(answer(request, response)).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, [Symbol.asyncDispose]: stop };
}

const linesOf = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ''] as [string, string]] : [],
  );
