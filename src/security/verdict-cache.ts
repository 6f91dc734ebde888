import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import type { Verdict } from './verdict.ts';

/** The verdicts of this process, by hash of the token: the way on which a known token costs nothing. */
export interface VerdictCache {
  find(hash: string): Promise<Verdict | undefined>;
  remember(hash: string, verdict: Verdict, forMs: number): Promise<void>;
}

const most = 20_000;

/** Refusals have a room of their own: a flood of bad tokens drives out no good one. */
export function openVerdictCache(): VerdictCache {
  const room = () => bentostore().useL1Layer(memoryDriver({ maxItems: most, serialize: false }));
  const cache = new BentoCache({ default: 'good', stores: { good: room(), bad: room() } });
  return {
    find: async (key) =>
      (await cache.use('good').get<Verdict>({ key })) ?? (await cache.use('bad').get<Verdict>({ key })),
    async remember(key, verdict, forMs) {
      if (forMs > 0)
        await cache.use(verdict.kind === 'valid' ? 'good' : 'bad').set({ key, value: verdict, ttl: forMs });
    },
  };
}
