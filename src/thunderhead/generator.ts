import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { closeIntents, markUnknown, storeIntents, withdrawIntents } from '#processors/document/intents.ts';
import { loadContents } from '#processors/document/load.ts';
import type { DocumentGenerator, FinishedDocuments, GenerationTimes } from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { ThunderheadConfig } from '#src/config/thunderhead.ts';
import type { Logger } from '#src/platform/log.ts';
import type { Settings } from '#src/platform/settings.ts';
import type { OwnToken } from '#src/security/own-token.ts';
import { type CallBudget, openCallBudget } from './budget/budget.ts';
import { postgresState } from './budget/postgres-state.ts';
import { redisState } from './budget/redis-state.ts';
import { type CallSettingsStore, callSettings } from './call-settings.ts';
import { type CallObserver, openCalls } from './calls.ts';
import { thunderheadClient } from './client.ts';
import { openDispatch } from './dispatch.ts';
import { openGenerationTimes } from './generation-times.ts';
import { handOver } from './hand-over.ts';
import { remoteClock as openRemoteClock } from './remote-clock.ts';

export interface ThunderheadParts {
  /** Where intents survive a power cut, and where what is only learnt is kept. */
  connections: { durable: Pool; relaxed: Pool };
  /** Where all processes count their calls together; undefined: in a table. */
  redis: Redis | undefined;
  settings: Settings;
  token: OwnToken | undefined;
  clock: Clock;
  log: Logger;
  observe?: CallObserver | undefined;
}

export interface Thunderhead extends AsyncDisposable {
  generator: DocumentGenerator;
  contents: FinishedDocuments;
  times: GenerationTimes;
  budget: CallBudget;
  callSettings: CallSettingsStore;
}

/** Thunderhead behind its gateway, with all that makes calling it safe and frugal. */
export function openThunderhead(config: ThunderheadConfig, parts: ThunderheadParts): Thunderhead {
  const { connections, redis, settings, token, clock, log, observe } = parts;
  const opened = new AsyncDisposableStack();
  const chosen = callSettings(settings, config);
  const { timeoutMs } = config;
  const budget = opened.use(
    openCallBudget({
      state: redis ? redisState(redis) : postgresState(connections.relaxed),
      settings: chosen.current,
      // A call that is longer under way is over, whatever has become of its process.
      leaseMs: timeoutMs * 2,
      ...{ clock, log },
    }),
  );
  const remoteClock = openRemoteClock();
  const calls = opened.use(openCalls(config, { budget, token, remoteClock, clock, observe }));
  const client = thunderheadClient(calls, { remoteClock, clock });
  const pool = connections.durable;
  const send = handOver({
    ...{ calls, clock, callTimeoutMs: timeoutMs },
    contents: (ids) => loadContents(connections.relaxed, ids),
    intents: {
      store: (intent) => storeIntents(pool, intent),
      close: (intent) => closeIntents(pool, intent),
      withdraw: (intent) => withdrawIntents(pool, intent),
      markUnknown: (intent) => markUnknown(pool, intent),
    },
  });
  const dispatch = openDispatch(calls, send, {
    size: () => chosen.current().batchSize,
    lingerMs: () => chosen.current().batchLingerMs,
  });
  const times = opened.use(openGenerationTimes({ pool: connections.relaxed, clock, log }));
  return {
    generator: { ...client, submit: dispatch.submit },
    ...{ contents: client, times, budget, callSettings: chosen },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
