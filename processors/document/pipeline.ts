import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import type { Pipeline } from '#processors/engine/pipeline.ts';
import type { DocumentFacts, DocumentItem } from './document.ts';
import { loadDocuments } from './load.ts';
import { poll } from './poll.ts';
import type { DocumentGenerator, GenerationTimes, ReferenceData, StatusPublisher } from './ports.ts';
import { publish } from './publish.ts';
import { type Callbacks, keepDocumentFacts, ringsOf } from './records.ts';
import { submit } from './submit.ts';
import { validate } from './validate.ts';

export interface DocumentPorts {
  generator: DocumentGenerator;
  times: GenerationTimes;
  reference: ReferenceData;
  publisher: StatusPublisher;
  clock: Clock;
  /** Where documents are read from. */
  pool: Pool;
  /** The pipeline that calls clients back, and its first stage; without one nobody is called. */
  callbacks?: Callbacks;
}

export interface DocumentTiming {
  /** One call to Thunderhead. */
  callTimeoutMs: number;
  unknownGraceMs: number;
  pollFirstMs: number;
  pollCapMs: number;
  pollDeadlineMs: number;
}

/** validate -> submit -> poll -> publish. From the hand-over on there is no way back, only an end. */
export function documentPipeline(ports: DocumentPorts, timing: DocumentTiming): Pipeline<DocumentItem, DocumentFacts> {
  const { reference, publisher, clock, pool, callbacks } = ports;
  const { callTimeoutMs, unknownGraceMs, pollFirstMs, pollCapMs, pollDeadlineMs } = timing;
  // A run outlives its own call, or the answer that is just coming in would be thrown away.
  const timeoutMs = callTimeoutMs + 2_000;
  return {
    name: 'document',
    pivot: 'submit',
    stages: [
      validate(reference, clock),
      submit(ports, { callTimeoutMs, unknownGraceMs, unknownDeadlineMs: pollDeadlineMs, firstPollMs: pollFirstMs }),
      poll(ports, { firstMs: pollFirstMs, capMs: pollCapMs, deadlineMs: pollDeadlineMs, timeoutMs: timeoutMs * 2 }),
      publish({ publisher, reference, clock }, { timeoutMs }),
    ],
    load: (stage, claimed) => loadDocuments(pool, stage, claimed),
    keep: (facts, transaction) => keepDocumentFacts(facts, transaction, callbacks),
    rings: (facts, now) => ringsOf(facts, now, callbacks),
  };
}
