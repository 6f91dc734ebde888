import { pipeline as pipe } from 'node:stream/promises';
import type { Response } from 'express';
import { type FinishedDocuments, isLater } from '#processors/document/ports.ts';
import type { PipelineShape } from '#processors/engine/pipeline.ts';
import { cancelAndRing } from '#queues/cancel.ts';
import { type RetriggerParts, retrigger } from '../retrigger.ts';
import type { NoticeName } from './notices.ts';
import type { RequestRecords } from './records.ts';

export interface ActionParts extends RetriggerParts {
  pipeline: PipelineShape;
  documents: FinishedDocuments;
}

interface Wish {
  id: string;
  actor: string;
  reason: string;
}

export async function setGoingAgain(parts: ActionParts, { id, actor, reason }: Wish): Promise<NoticeName> {
  const wish = { pipeline: parts.pipeline.name, actor, reason: `retriggered on its page: ${reason}` };
  return (await retrigger(parts, [id], wish)).length > 0 ? 'retriggered' : 'not-failed';
}

export async function takeBack(parts: ActionParts, wish: Wish): Promise<NoticeName> {
  const answer = await cancelAndRing(parts, { ...wish, now: parts.clock.now() });
  if (!answer?.heard) return 'too-late';
  return answer.at.result === 'cancelled' ? 'cancelled' : 'to-be-cancelled';
}

/** Passes the bytes on as they come. Undefined: they are on their way. */
export async function sendDocument(
  documents: FinishedDocuments,
  { head, batches }: RequestRecords,
  response: Response,
  begin: () => Promise<void>,
): Promise<NoticeName | undefined> {
  const batch = batches.at(-1);
  if (batch?.status !== 'COMPLETED' || batch.thunderheadBatchId === null) return 'no-document';
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  const document = await documents.contents(Number(batch.thunderheadBatchId), batch.transactionNo, closed.signal);
  if (isLater(document)) return 'thunderhead-away';
  if (document.kind === 'not-ready') return 'no-document';
  if (document.kind === 'gone') return 'document-gone';
  await begin();
  response.type(document.mimeType);
  response.set('content-disposition', `attachment; filename="${head.documentName}-${head.id}.pdf"`);
  if (document.length) response.set('content-length', document.length);
  // Who goes away in the middle is nobody's fault.
  await pipe(document.body, response).catch((error) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
  return undefined;
}
