/** What the document stages need from the outside world. They own these interfaces; `src/` implements them. */

export interface DocumentGenerator {
  /**
   * Hands one document over. A refusal is an answer; a fault (time-out, 5xx) is thrown and leaves the outcome unknown.
   * Repeating it with the same `batchName` is safe: the name travels as the idempotency key.
   */
  submit(handover: Handover, signal: AbortSignal): Promise<{ batchId: number } | { refused: GeneratorMessage }>;
  /** The batches the generator has accepted under this correlation id: the answer to an unknown submit. */
  find(correlationId: string, signal: AbortSignal): Promise<readonly BatchReport[]>;
  /** How a batch stands; null when the generator does not know it. Calls made together travel as one query. */
  status(batchId: number, signal: AbortSignal): Promise<BatchReport | null>;
  /** Asks it to stop a batch. False: the batch is final, or not known. Repeating it is harmless. */
  stop(batchId: number, signal: AbortSignal): Promise<boolean>;
  /** The generator's own messages about a batch that went wrong. */
  errors(batchId: number, signal: AbortSignal): Promise<readonly GeneratorMessage[]>;
}

export interface Handover {
  batchConfigResId: number;
  batchName: string;
  correlationId: string;
  priority: number;
  /** XML. */
  transactionData: string;
  properties: readonly { name: string; value: string }[];
}

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
}

export interface GeneratorMessage {
  code: string;
  message: string;
  details?: unknown;
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
   * status feed alone (`null`). Throws while the broker is out of reach.
   */
  publish(topic: string, event: StatusEvent): Promise<BrokerReceipt | null>;
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
