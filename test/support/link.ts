import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network link to a service that is there all the time: a test cuts it and mends it. */
export interface Link extends AsyncDisposable {
  /** The service's address, through the link. */
  url: string;
  cut(): void;
  mend(): void;
}

export async function linkTo(address: string): Promise<Link> {
  const url = new URL(address);
  const service = { port: Number(url.port), host: url.hostname };
  const sockets = new Set<Socket>();
  let broken = false;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (broken) return void near.destroy();
    const far = connect(service);
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    broken = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    mend: () => {
      broken = false;
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
    },
  };
}
