import { type Html, html } from '../pages/html.ts';
import { type AtThunderhead, askedFirstMeans, madeBeforeMeans } from '../retriggers/may-exist.ts';
import type { RequestRecords } from './records.ts';

/**
 * What can be done about the request as it stands. What cannot be done is not offered. `kept` is what Thunderhead may have
 * of one that has failed.
 */
export function actionsCard(
  { head, batches, errors }: RequestRecords,
  kept: AtThunderhead | undefined,
  forgeryToken: string,
): Html | false {
  const { id, status, result, cancelAsked } = head;
  const hasEnded = status === 'ended';
  const canRetrigger = hasEnded && (result === 'failed' || result === 'rejected');
  const canCancel = !hasEnded && result === null && !cancelAsked;
  const hasDocument = batches.at(-1)?.status === 'COMPLETED';
  if (!canRetrigger && !canCancel && !hasDocument) return false;
  const form = (action: string, content: Html) => html`
          <form method="post" action="/admin/requests/${id}/${action}" autocomplete="off">
            <input type="hidden" name="csrf" value="${forgeryToken}">${content}
          </form>`;
  return html`<section class="card">
        <h2>What can be done</h2>
        <div class="actions">${
          canRetrigger &&
          form(
            'retrigger',
            html`${warning(kept)}${withReason('retrigger', 'Set going again', retriggerHint(result, errors[0]?.resumeAt))}`,
          )
        }${
          canCancel &&
          form(
            'cancel',
            withReason('cancel', 'Cancel', 'Before the hand-over it ends at once; after it, Thunderhead is asked.'),
          )
        }${
          hasDocument &&
          form(
            'download',
            withReason(
              'download',
              'Download the document',
              'The whole letter, with all that was sent; who took it and why is kept.',
              'second',
            ),
          )
        }
        </div>
      </section>`;
}

const retriggerHint = (result: string | null, stage = 'the stage where it failed'): string =>
  `${result === 'rejected' ? 'It was rejected, and its source knows. ' : ''}It goes on from ${stage}, and its source is told again how it ends.`;

/** What is made again may be printed twice; what is asked about first is not. */
function warning(kept: AtThunderhead | undefined): Html | false {
  const means = kept?.madeBefore ? madeBeforeMeans : kept?.askedFirst && askedFirstMeans;
  return means !== undefined && means !== false && html`<p class="hint warning">It was ${means}.</p>`;
}

/** The reason is kept in the history and in the audit. */
export const withReason = (name: string, label: string, hint: string, style = ''): Html => html`
            <label for="${name}-reason">Why</label>
            <div class="row"><input id="${name}-reason" name="reason" maxlength="500" required aria-describedby="${name}-hint">
            <button type="submit"${style && html` class="${style}"`}>${label}</button></div>
            <p class="hint" id="${name}-hint">${hint}</p>`;
