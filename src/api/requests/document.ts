import { pipeline as pipe } from 'node:stream/promises';
import type { Response } from 'express';
import { type FinishedDocuments, isLater } from '#processors/document/ports.ts';
import { Problem } from '../problem.ts';
import type { RequestView } from './request-view.ts';

/** Passes the bytes on as they come; the document is never held whole. */
export async function sendDocument(view: RequestView, contents: FinishedDocuments, response: Response): Promise<void> {
  const { id, batch, documentName, status } = view;
  if (batch?.status !== 'COMPLETED' || batch.thunderheadBatchId === null)
    throw new Problem('OMS_DOCUMENT_NOT_READY', `request ${id} is ${status}; it has no finished document`);
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  const document = await contents.contents(batch.thunderheadBatchId, batch.transactionNo, closed.signal);
  if (isLater(document))
    throw new Problem('OMS_THUNDERHEAD_UNAVAILABLE', document.reason, {
      retryAfterSeconds: Math.max(1, Math.ceil(document.afterMs / 1_000)),
    });
  if (document.kind === 'not-ready')
    throw new Problem('OMS_DOCUMENT_NOT_READY', `batch ${batch.thunderheadBatchId} is not finished`);
  if (document.kind === 'gone')
    throw new Problem('OMS_DOCUMENT_GONE', `Thunderhead has purged batch ${batch.thunderheadBatchId}`);
  response.type(document.mimeType).set('content-disposition', `inline; filename="${documentName}-${id}.pdf"`);
  if (document.length) response.set('content-length', document.length);
  await pipe(document.body, response);
}
