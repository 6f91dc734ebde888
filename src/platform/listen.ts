import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpListener extends AsyncDisposable {
  url: string;
}

/**
 * Against clients that hold connections and say nothing: the head of a request must come at once, and no connection may be
 * silent in both directions for long. There is no limit to how long a request takes as a whole, because an upload may
 * last for hours; `limits/minimum-data-rate.ts` sees to it that it moves.
 */
const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};
const silenceMs = 120_000;

/** Resolves when the port answers. Closing lets answers that are on their way arrive, for at most five seconds. */
export function listen(
  handler: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<HttpListener> {
  const server = createServer(timeouts, handler).setTimeout(silenceMs);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`PORT: ${host}:${port} is taken by another program`) : error),
    );
    server.listen(port, host, () => {
      const { address, port: actual, family } = server.address() as AddressInfo;
      const name = family === 'IPv6' ? `[${address}]` : address;
      resolve({
        url: `http://${name}:${actual}`,
        [Symbol.asyncDispose]: () =>
          new Promise<void>((closed) => {
            const impatient = setTimeout(() => server.closeAllConnections(), 5_000);
            server.close(() => {
              clearTimeout(impatient);
              closed();
            });
            server.closeIdleConnections();
          }),
      });
    });
  });
}
