import type { Pool } from 'pg';
import { callbackPipeline } from '#processors/callback/pipeline.ts';
import { documentPipeline } from '#processors/document/pipeline.ts';
import type { ReferenceData, StatusPublisher } from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import { callableAddresses } from '#src/callbacks/addresses.ts';
import { type CallbackAllowance, callbackAllowance } from '#src/callbacks/allowance.ts';
import { openCallbackSender } from '#src/callbacks/sender.ts';
import type { Config } from '#src/config.ts';
import { openThunderhead, type ThunderheadClient } from '#src/thunderhead/client.ts';

export interface PipelineParts {
  pool: Pool;
  clock: Clock;
  reference: ReferenceData;
  publisher: StatusPublisher;
}

export interface OpenPipelines extends AsyncDisposable {
  documents: Pipeline<never>;
  callbacks: Pipeline<never>;
  all: readonly Pipeline<never>[];
  thunderhead: ThunderheadClient;
  /** Which addresses a client may have called. */
  allowance: CallbackAllowance;
}

/** Documents, and the calls that tell their clients; with what their stages reach the world through. */
export function openPipelines(config: Config, { pool, clock, reference, publisher }: PipelineParts): OpenPipelines {
  const opened = new AsyncDisposableStack();
  const { thunderheadUrl, thunderheadTimeoutMs, pollFirstMs, pollCapMs, pollDeadlineMs } = config;
  const thunderhead = opened.use(openThunderhead({ url: thunderheadUrl, timeoutMs: thunderheadTimeoutMs }));
  const addresses = callableAddresses(config.callbacks.privateAddresses);
  const allowance = callbackAllowance({ reference, clock, addresses }, config.callbacks);
  const sender = opened.use(openCallbackSender({ allowance, addresses, clock }, config.callbacks));
  const callbacks = callbackPipeline({ sender, pool }, config.callbacks);
  const documents = documentPipeline(
    {
      ...{ generator: thunderhead, reference, publisher, clock, pool },
      callbacks: { pipeline: callbacks.name, stage: callbacks.stages[0].name },
    },
    { callTimeoutMs: thunderheadTimeoutMs, pollFirstMs, pollCapMs, pollDeadlineMs },
  );
  // What an item is, is each pipeline's own affair.
  const all = [documents, callbacks] as unknown as readonly [Pipeline<never>, Pipeline<never>];
  return {
    ...{ documents: all[0], callbacks: all[1], all, thunderhead, allowance },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
