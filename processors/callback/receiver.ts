import type { Callback } from './ports.ts';

/** Who is called, and of which request it is told; for whoever has to find out why it does not answer. */
export function receiverOf({ url, event }: Pick<Callback, 'url' | 'event'>): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)} (of request ${event.subject})`;
}
