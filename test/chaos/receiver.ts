import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StatusEventData } from '#processors/document/ports.ts';
import type { Random } from './random.ts';

/** A source system that is called back, and is not always up to it: now and then it answers 500, or not at all. */
export interface Receiver extends AsyncDisposable {
  host: string;
  url: string;
  /** In the order of arrival. */
  calls: readonly Call[];
}

export interface Call {
  /** The request's id. */
  subject: string;
  webhookId: string;
  status: string;
  version: number;
  /** Answered with 204: from then on nobody needs to call again. */
  taken: boolean;
}

const refused = 0.1;
const unanswered = 0.05;

export async function openReceiver(random: Random): Promise<Receiver> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    // Whoever calls may be killed while he speaks.
    const body = await request.toArray().catch(() => undefined);
    if (!body) return;
    const fate = random();
    const { subject, data } = JSON.parse(`${Buffer.concat(body)}`) as { subject: string; data: StatusEventData };
    calls.push({
      ...{ subject, webhookId: `${request.headers['webhook-id']}`, status: data.status, version: data.statusVersion },
      taken: fate >= refused + unanswered,
    });
    if (fate >= refused + unanswered) response.writeHead(204).end();
    else if (fate < refused) response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ host, calls, url: `http://${host}/oms` },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
