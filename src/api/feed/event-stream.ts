import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export interface ServerSentEvent {
  /** Comes back as `Last-Event-ID` when the client connects again. */
  id: string;
  event: string;
  data: unknown;
}

export const eventStreamType = 'text/event-stream';
const reconnectAfterMs = 2_000;

/** A line each: JSON has no line breaks of its own. */
const frameOf = ({ id, event, data }: ServerSentEvent): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/**
 * Answers with server-sent events (WHATWG HTML, "Server-sent events") until there are no more. What a client has not
 * taken yet is not added to: the next events are asked for when the last ones have left. Comments in between keep
 * proxies from closing a silent connection.
 */
export async function sendEventStream(
  response: ServerResponse,
  events: AsyncIterable<readonly ServerSentEvent[]>,
  { signal, heartbeatMs = 15_000 }: { signal: AbortSignal; heartbeatMs?: number },
): Promise<void> {
  response.writeHead(200, {
    'content-type': eventStreamType,
    'cache-control': 'no-store',
    // nginx would collect the events until its buffer is full.
    'x-accel-buffering': 'no',
    // Nothing else travels on a connection that ends when the stream does; so at the end nothing waits for it to be idle.
    connection: 'close',
  });
  response.write(`retry: ${reconnectAfterMs}\n\n`);
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, heartbeatMs);
  try {
    for await (const some of events) {
      if (signal.aborted) return;
      if (!response.write(some.map(frameOf).join(''))) await once(response, 'drain', { signal }).catch(() => undefined);
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}
