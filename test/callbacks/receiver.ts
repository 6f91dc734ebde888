import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What a source system runs to be called back: takes every call, and answers as it is told. */
export interface Receiver extends AsyncDisposable {
  host: string;
  url: string;
  calls: readonly Call[];
  /** How the next calls are answered, one after the other; 204 when nothing is said. */
  answer(...answers: Answer[]): void;
}

export interface Call {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Answer = number | ((response: ServerResponse) => void);

export async function openReceiver(): Promise<Receiver> {
  const calls: Call[] = [];
  let answers: Answer[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    calls.push({ path: request.url ?? '', headers: request.headers, body });
    const next = answers.shift() ?? 204;
    if (typeof next === 'number') response.writeHead(next).end();
    else next(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ host, calls, url: `http://${host}/oms/status?tenant=7` },
    answer: (...next) => {
      answers = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** What the library of Standard Webhooks makes of a call. @throws when it is not signed with this secret */
export const verified = (secret: string, { headers, body }: Call): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);
