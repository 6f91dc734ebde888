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
import type { Thunderhead } from '#src/thunderhead/generator.ts';

export interface PipelineParts {
  pool: Pool;
  clock: Clock;
  reference: ReferenceData;
  publisher: StatusPublisher;
  thunderhead: Pick<Thunderhead, 'generator' | 'times'>;
}

export interface OpenPipelines extends AsyncDisposable {
  documents: Pipeline<never>;
  callbacks: Pipeline<never>;
  all: readonly Pipeline<never>[];
  /** Which addresses a client may have called. */
  allowance: CallbackAllowance;
}

/** Documents, and the calls that tell their clients; with what their stages reach the world through. */
export function openPipelines(config: Config, parts: PipelineParts): OpenPipelines {
  const { pool, clock, reference, publisher, thunderhead } = parts;
  const opened = new AsyncDisposableStack();
  const addresses = callableAddresses(config.callbacks.privateAddresses);
  const allowance = callbackAllowance({ reference, clock, addresses }, config.callbacks);
  const sender = opened.use(openCallbackSender({ allowance, addresses, clock }, config.callbacks));
  const callbacks = callbackPipeline({ sender, pool }, config.callbacks);
  const { generator, times } = thunderhead;
  const documents = documentPipeline(
    {
      ...{ generator, times, reference, publisher, clock, pool },
      callbacks: { pipeline: callbacks.name, stage: callbacks.stages[0].name },
    },
    { ...config.thunderhead, callTimeoutMs: config.thunderhead.timeoutMs },
  );
  // What an item is, is each pipeline's own affair.
  const all = [documents, callbacks] as unknown as readonly [Pipeline<never>, Pipeline<never>];
  return {
    ...{ documents: all[0], callbacks: all[1], all, allowance },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
