import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Ports on loopback. A free one is only free until somebody takes it: whoever binds must be ready to ask again. */
export function freePort(): Promise<number> {
  return bind(0).then((port) => port ?? Promise.reject(new Error('no free port on 127.0.0.1')));
}

export async function isFree(port: number): Promise<boolean> {
  return (await bind(port)) !== undefined;
}

/**
 * The port that the last start used for this name, if it is still free; else the preferred one, if that is; else any, which
 * is then remembered.
 */
export function rememberedPorts(file: string): (name: string, preferred?: number) => Promise<number> {
  return async (name, preferred) => {
    const known = remembered(file)[name];
    if (known !== undefined && (await isFree(known))) return known;
    const port = preferred !== undefined && (await isFree(preferred)) ? preferred : await freePort();
    writeFileSync(file, `${JSON.stringify({ ...remembered(file), [name]: port }, null, 2)}\n`);
    return port;
  };
}

function remembered(file: string): Record<string, number> {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  } catch {
    // Half a file, from a start that was killed while writing: what was remembered is a convenience.
    return {};
  }
}

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
