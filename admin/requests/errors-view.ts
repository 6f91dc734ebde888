import { type Html, html, joined } from '../pages/html.ts';
import { dateAndTime } from '../pages/times.ts';
import { fact } from './frame.ts';
import type { ErrorRecord } from './records.ts';

/** Why it does not get on, newest first, with what Thunderhead itself had to say. */
export const errorsCard = (errors: readonly ErrorRecord[]): Html | false =>
  errors.length > 0 &&
  html`<section class="card">
        <h2>${errors.length === 1 ? 'Why' : 'Why, newest first'}</h2>
        ${joined(errors.map(errorOf))}
      </section>`;

const errorOf = ({
  stage,
  category,
  code,
  description,
  details,
  fingerprint,
  resumeAt,
  ...error
}: ErrorRecord): Html => html`<article class="error">
          <h3><code>${code}</code><span class="badge bad">${category}</span></h3>
          <p>${description}</p>
          ${messageList(messagesIn(details))}
          <dl class="facts">
            ${fact('Failed at', stage)}
            ${fact('Attempts', String(error.attempts))}
            ${fact('First', dateAndTime(error.firstFailedAt))}
            ${fact('Last', dateAndTime(error.lastFailedAt))}
            ${fact('Next attempt', error.nextRetryAt ? dateAndTime(error.nextRetryAt) : 'when somebody decides')}
            ${fact('Set going again from', resumeAt)}
            ${
              fingerprint !== null &&
              fact(
                'Fingerprint',
                html`<a href="/admin/requests?q=${fingerprint}" title="All that fail for the same cause"><code>${fingerprint}</code></a>`,
              )
            }
          </dl>
          ${details !== null && html`<details><summary>Details</summary><pre>${JSON.stringify(details, null, 2)}</pre></details>`}
        </article>`;

interface Message {
  code?: unknown;
  message?: unknown;
}

function messagesIn(details: unknown): Message[] {
  const messages = (details as { messages?: unknown } | null)?.messages;
  return Array.isArray(messages) ? messages.filter((each) => typeof each === 'object' && each !== null) : [];
}

const messageList = (messages: readonly Message[]): Html | false =>
  messages.length > 0 &&
  html`<p class="says">Thunderhead says</p>
          <ul class="messages">${joined(
            messages.map(
              ({ code, message }) =>
                html`<li>${code !== undefined && html`<code>${String(code)}</code> `}${String(message ?? '')}</li>`,
            ),
          )}</ul>`;
