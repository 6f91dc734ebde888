import type { Progress } from '#processors/engine/progress.ts';
import type { BatchReport, StatusEvent } from './ports.ts';

/**
 * What a stage knows of a document request. `batch`, its latest hand-over, is there from submit on, `errors` and
 * `callbackUrl` for publish.
 */
export interface DocumentItem {
  progress: Progress;
  id: string;
  sourceSystem: string;
  requestCorrelationId: string;
  documentType: string;
  documentName: string;
  documentLanguage: string;
  sourceEnvironment: string;
  priority: number;
  metadata: readonly { key: string; value: string }[];
  /** How long its content is as JSON. */
  contentBytes: number;
  batch?: KnownBatch;
  errors?: StatusEvent['data']['errors'];
  /** Its source wishes it cancelled (see `progress.cancelAsked`); since when Thunderhead may have been asked to stop. */
  cancellation?: { actor: string; passedOnAt: Date | null };
  /** Where its final status is posted to. */
  callbackUrl?: string;
}

/** A document's part in a hand-over. */
export interface KnownBatch {
  id: string;
  round: number;
  /** 1, and one more for every hand-over of the same round. */
  handover: number;
  /** Under which Thunderhead knows the hand-over; with the name it tells it from every other one. */
  correlationId: string;
  name: string;
  /** Null: its acceptance is not confirmed. */
  thunderheadBatchId: number | null;
  transactionNo: number;
  transactionCount: number;
  status: BatchStatus;
  dmsDocumentId: number | null;
  intendedAt: Date;
  /** How many hand-overs of its round Thunderhead left without an answer; known at submit. */
  unanswered: number;
  /** When Thunderhead's word came that it has it. */
  confirmedAt: Date | null;
}

/**
 * Our word for a hand-over's state; Thunderhead's own are in `BatchState`. PROCESSING_OMS: it is intended, and until
 * Thunderhead confirms it nobody may send the document again; FAILED_OMS: it is certain that Thunderhead has not accepted it.
 */
export type BatchStatus =
  | 'PROCESSING_OMS'
  | 'PROCESSING_THUNDERHEAD'
  | 'STOPPED_THUNDERHEAD'
  | 'FAILED_OMS'
  | 'FAILED_THUNDERHEAD'
  | 'COMPLETED';

/** What a run of a document stage learnt; kept in the transaction that moves the document. */
export type DocumentFacts =
  | { kind: 'confirmed'; batchId: string; thunderheadBatchId: number; at: Date }
  | { kind: 'unaccepted'; batchId: string; at: Date }
  | {
      kind: 'reported';
      batchId: string;
      status: BatchStatus;
      report: BatchReport;
      dmsDocumentId: number | null;
      at: Date;
    }
  | { kind: 'stopping'; requestId: string; round: number; at: Date }
  | {
      kind: 'published';
      topic: string;
      event: StatusEvent;
      partition: number | null;
      offset: string | null;
      at: Date;
      callbackUrl?: string;
    };

export const metadataOf = (document: Pick<DocumentItem, 'metadata'>, key: string): string | undefined =>
  document.metadata.find((entry) => entry.key === key)?.value;

/** FOOTER_ID of the metadata; 0 when it is not given. */
export const footerOf = (document: Pick<DocumentItem, 'metadata'>): number =>
  Number(metadataOf(document, 'FOOTER_ID') ?? 0);
