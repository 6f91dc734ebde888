import { RateLimiterRes } from 'rate-limiter-flexible';

/** How many requests each client has in a window. */
export interface Quota {
  requests: number;
  windowSeconds: number;
}

/** Where all processes count together. Rejects with what is known when there are not so many points left. */
export interface PointStore {
  consume(key: string, points: number): Promise<RateLimiterRes>;
}

/** How a client stands after one request. */
export interface QuotaState {
  admitted: boolean;
  remaining: number;
  resetSeconds: number;
}

/** Points that this process has fetched for a client, and may spend without asking. */
interface Block {
  left: number;
  /** What was left for others when it was fetched. */
  beyond: number;
  /** On the clock of `performance.now()`. */
  endsAt: number;
}

/**
 * Counts a client's requests, in windows. Points are fetched from the store a hundredth of the quota at a time, so that two
 * thousand requests a second ask it a few times a second. Fetched points are spent for all to see: a client never gets more
 * than its quota from any number of processes, and at most a hundredth less for each process that it stopped using
 * before the window's end. A quota below two hundred is counted one by one.
 */
export function countRequests(store: PointStore, quota: Quota): (client: string) => Promise<QuotaState> {
  const size = Math.max(1, Math.floor(quota.requests / 100));
  const blocks = new Map<string, Block>();
  const fetches = new Map<string, Promise<void>>();

  const usable = (client: string): Block | undefined => {
    const block = blocks.get(client);
    const answers = block && (block.left > 0 || block.beyond === 0) && block.endsAt > performance.now();
    return answers ? block : undefined;
  };
  const fetchBlock = async (client: string): Promise<void> => {
    const { points, consumed, endsInMs } = await fetchPoints(store, client, size, quota);
    const beyond = Math.max(0, quota.requests - consumed);
    blocks.set(client, { left: points, beyond, endsAt: performance.now() + Math.max(1, endsInMs) });
  };
  /** Whoever comes while a block is on its way waits for the same one. */
  const fetchOnce = (client: string): Promise<void> => {
    const underWay = fetches.get(client) ?? fetchBlock(client).finally(() => fetches.delete(client));
    fetches.set(client, underWay);
    return underWay;
  };

  return async (client) => {
    let block = usable(client);
    while (!block) {
      await fetchOnce(client);
      block = usable(client);
    }
    const admitted = block.left > 0;
    if (admitted) block.left--;
    const resetSeconds = Math.max(1, Math.ceil((block.endsAt - performance.now()) / 1_000));
    return { admitted, remaining: block.left + block.beyond, resetSeconds };
  };
}

/** A whole block, or what is left of the quota. */
async function fetchPoints(store: PointStore, client: string, size: number, quota: Quota) {
  const found = await store.consume(client, size).catch((refusal: unknown) => {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  });
  const { consumedPoints: consumed, msBeforeNext: endsInMs } = found;
  const points = Math.min(size, Math.max(0, quota.requests - (consumed - size)));
  return { points, consumed, endsInMs };
}
