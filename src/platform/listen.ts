import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpListener extends AsyncDisposable {
  url: string;
}

/** Resolves when the port answers. Closing lets answers that are on their way arrive, for at most five seconds. */
export function listen(
  handler: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<HttpListener> {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 }, handler);
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
