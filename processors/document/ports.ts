import type { Readable } from 'node:stream';
import type { Progress } from '#processors/engine/progress.ts';
import type { KnownBatch } from './document.ts';

/** What the document stages need from the outside world. They own these interfaces; `src/` implements them. */

export interface DocumentGenerator {
  /**
   * Hands one document over, in one call with others of its kind that are ready at the same time. Before anything is sent, the
   * intent is stored where the next run of the document finds it; without one nothing was sent.
   */
  submit(handover: Handover, signal: AbortSignal): Promise<HandoverAnswer>;
  /** What became of a hand-over that was left without an answer; null when the generator does not know it. */
  find(batch: Pick<KnownBatch, 'name' | 'correlationId'>): Promise<BatchReport | null | Later>;
  /** How a batch stands; null when the generator does not know it. Calls made together travel as one query. */
  status(batchId: number): Promise<BatchReport | null | Later>;
  /** What a batch came to, document by document, with the generator's messages about what went wrong. */
  details(batch: BatchReport): Promise<BatchDetails | Later>;
  /** Asks it to stop a batch. False: the batch is final, or not known. Repeating it is harmless. */
  stop(batchId: number): Promise<boolean | Later>;
}

/** Not now: nothing was sent, or the generator has said that it did nothing with it. Nobody's failure. */
export interface Later {
  kind: 'later';
  afterMs: number;
  reason: string;
}

export const isLater = (answer: unknown): answer is Later => (answer as Partial<Later> | null)?.kind === 'later';

/** One document, as it is to be handed over. Its content is read when the call goes out, and no sooner. */
export interface Handover {
  /** The row in our hands; a hand-over is intended only as long as it still is. */
  progress: Pick<Progress, 'id' | 'revision' | 'round' | 'attempts'>;
  /** 1, and one more for every hand-over of the same round. */
  no: number;
  sourceSystem: string;
  /** The source's share against other sources', when not all can go at once. */
  weight: number;
  batchConfigResId: number;
  /** 0 to 9. */
  priority: number;
  properties: readonly { name: string; value: string }[];
  /** Of the content as JSON. */
  contentBytes: number;
  /** It was told to come back later, and does. */
  returning: boolean;
}

export type HandoverAnswer =
  | { kind: 'accepted'; batch: KnownBatch }
  /** The document itself is to blame. */
  | { kind: 'refused'; message: GeneratorMessage }
  /** Its content cannot be written as the generator wants it, so nothing was sent. */
  | { kind: 'unusable'; reason: string }
  /** The generator failed at it, and says that it has accepted nothing. */
  | { kind: 'failed'; message: GeneratorMessage }
  /** Sent, and no telling whether it was accepted. */
  | { kind: 'unknown'; reason: string }
  | Later;

/** Thunderhead's vocabulary (DOMAIN: status of the REST facade). */
export type BatchState =
  | 'QUEUED'
  | 'RUNNING'
  | 'WORKFLOW'
  | 'STOPPING'
  | 'STOPPED'
  | 'COMPLETED'
  | 'COMPLETED_WITH_ERRORS'
  | 'ERRORED';

export interface BatchReport {
  batchId: number;
  batchName: string;
  status: BatchState;
  statusText: string;
  final: boolean;
  transactions: { count: number; completed: number; errored: number; stopped: number; workflow: number };
  channelJobs: { created: number; completed: number; errored: number; stopped: number; workflow: number };
  documents: readonly { no: number; mimeType: string; dmsDocumentId: number }[];
  /** How long it took from the hand-over to its end, on our clock; undefined while it lasts, or when that cannot be told. */
  tookMs?: (sinceHandover: Date) => number | undefined;
}

export interface BatchDetails {
  /** By transaction number; empty for a batch of one. */
  transactions: ReadonlyMap<number, BatchState>;
  messages: readonly GeneratorMessage[];
}

export interface GeneratorMessage {
  code: string;
  message: string;
  /** The document of a batch that it is about; undefined: the batch as a whole. */
  transactionNo?: number;
  details?: unknown;
}

/** Finished documents, straight from the generator. */
export interface FinishedDocuments {
  contents(batchId: number, transactionNo: number, signal: AbortSignal): Promise<FinishedDocument>;
}

export type FinishedDocument =
  | { kind: 'found'; mimeType: string; length: string | undefined; body: Readable }
  | { kind: 'not-ready' }
  | { kind: 'gone' }
  | Later;

/** How long the generator usually takes. */
export interface GenerationTimes {
  /** Milliseconds; undefined while too little is known of documents of this name. */
  median(documentName: string): number | undefined;
  observe(documentName: string, tookMs: number): void;
}

export interface ReferenceData {
  /** The row of this type and code that is effective at `at`; undefined when there is none. */
  find(type: ReferenceType, code: string, at: Date): Promise<ReferenceRow | undefined>;
  /** May this source ask for documents of this type? */
  allows(sourceSystem: string, documentType: string, at: Date): Promise<boolean>;
  /** The configuration value that applies: exact name, then type prefix, then `*`; footer, then footer 0. */
  configuration(lookup: ConfigurationLookup, at: Date): Promise<string | undefined>;
}

export type ReferenceType = 'DOCUMENT_TYPE' | 'DOCUMENT_NAME' | 'SOURCE_SYSTEM' | 'METADATA_KEY' | 'CLIENT';

export interface ReferenceRow {
  code: string;
  description: string;
  attributes: {
    documentType?: string;
    requiredMetadata?: readonly string[];
    specPrefix?: string;
    /** DOCUMENT_TYPE: how long the generator may take before the request fails with TIMEOUT. */
    deadlineSeconds?: number;
    /** SOURCE_SYSTEM: its share of the calls to the generator, against other sources', when not all can go at once. */
    weight?: number;
    /** CLIENT: the source systems it speaks for, and the hosts that may be called back. */
    sourceSystems?: readonly string[];
    callbackHosts?: readonly string[];
  };
}

export interface ConfigurationLookup {
  documentName: string;
  footerId: number;
  code: 'SIGNEE_1' | 'SIGNEE_2' | 'BATCH_CONFIG_ID' | 'TOPIC_NAME';
}

export interface StatusPublisher {
  /**
   * Resolves when the event is where downstream teams find it: acknowledged by the broker, or, without one, in the
   * status feed alone (`null`). `Later`: the broker is known to be out of reach, and nothing was sent. Throws when it was
   * sent, or would have been, and was not acknowledged.
   */
  publish(topic: string, event: StatusEvent): Promise<BrokerReceipt | null | Later>;
}

export interface BrokerReceipt {
  topic: string;
  partition: number;
  offset: string;
}

/** A CloudEvent 1.0: `com.oms.document.status.final.v1`, keyed by request id. */
export interface StatusEvent {
  /** Deterministic (uuidv5), so that a second publish of the same fact can be recognised. */
  id: string;
  type: string;
  subject: string;
  time: string;
  data: StatusEventData;
}

export interface StatusEventData {
  requestId: string;
  correlationId: string;
  sourceSystem: string;
  documentType: string;
  documentName: string;
  status: RequestStatus;
  batch: { id: string; thunderheadBatchId: number; name: string } | null;
  dmsDocumentId: number | null;
  errors: readonly { stage: string; category: string; code: string; description: string }[];
  attempt: number;
  statusVersion: number;
  occurredAt: string;
}

export type RequestStatus = 'QUEUED' | 'PROCESSING' | 'STOPPED' | 'FAILED' | 'REJECTED' | 'CANCELLED' | 'COMPLETED';
