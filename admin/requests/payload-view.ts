import { type Html, html, joined } from '../pages/html.ts';
import { withReason } from './actions-view.ts';
import type { MetadataEntry } from './mask.ts';
import { type RequestHead, shownBytes } from './records.ts';

/** What the source sent, as far as it is shown. */
export interface PayloadView {
  isMasked: boolean;
  metadata: readonly MetadataEntry[];
  /** Undefined: too much for a page. */
  content: unknown;
}

export const payloadCard = (
  { id, contentBytes }: RequestHead,
  { isMasked, metadata, content }: PayloadView,
  forgeryToken: string,
): Html => html`<section class="card" id="payload">
        <h2>What was sent</h2>
        <p class="lead">${
          isMasked
            ? 'The names of the fields; the values may be about a person, and are hidden.'
            : 'With all values. This page shows them once; that you have seen them, and why, stands in the audit.'
        }</p>
        ${
          metadata.length > 0 &&
          html`<h3>Metadata</h3>
        <dl class="facts">${joined(metadata.map(({ key, value }) => html`<div><dt>${key}</dt><dd>${value}</dd></div>`))}</dl>`
        }
        <h3>Content <small>${contentBytes > 0 && `${contentBytes.toLocaleString('en')} bytes`}</small></h3>
        ${
          content === undefined
            ? html`<p class="none">More than ${(shownBytes / 1024).toLocaleString('en')} KiB: too much to be shown on a page.</p>`
            : html`<pre class="content">${JSON.stringify(content, null, 2)}</pre>`
        }
        ${
          isMasked &&
          html`<form method="post" action="/admin/requests/${id}/unmask" autocomplete="off">
          <input type="hidden" name="csrf" value="${forgeryToken}">${withReason(
            'unmask',
            'Show the values',
            'They are shown once, and who saw them and why is kept.',
            'second',
          )}
        </form>`
        }
      </section>`;
