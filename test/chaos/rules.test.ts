import { expect, test } from '@jest/globals';
import type { HistoryView } from '#src/api/requests/history.ts';
import type { RequestView } from '#src/api/requests/request-view.ts';
import { invoice } from '#test/support/documents.ts';
import type { Everything, Seen } from './observe.ts';
import { judge } from './rules.ts';

/** A checker that finds nothing is only good if it would have found something: each rule is broken once. */
const step = (from: string | null, to: string): HistoryView => ({
  ...{ from, to, stage: from ?? to, reason: 'done', actor: 'worker', at: '2026-11-28T00:00:00.000Z' },
});

const told = { eventId: 'e-1', status: 'COMPLETED', version: 1 };

const fine: Seen = {
  accepted: { id: 'r-1', kind: 'good', body: invoice(), ends: ['COMPLETED'] },
  view: { status: 'COMPLETED', stage: 'publish', attempt: 1, errors: [] as RequestView['errors'] } as RequestView,
  history: [
    step(null, 'validate'),
    step('validate', 'submit'),
    step('submit', 'publish'),
    step('publish', 'completed'),
  ],
  ...{ published: [told, told], fed: [told], made: [], called: [] },
};

const batch = { batchId: 7, batchName: 'b', status: 'COMPLETED', idempotencyKey: 'b' };
const error = (code: string) => [{ stage: 'validate', code }] as unknown as RequestView['errors'];
const ended = (status: RequestView['status'], errors: RequestView['errors'] = []) => ({ ...fine.view, status, errors });
const rejected = {
  accepted: { ...fine.accepted, ends: ['REJECTED'] as const, code: 'OMS_SOURCE_UNKNOWN' },
  view: ended('REJECTED', error('OMS_SOURCE_UNKNOWN')),
  history: [step(null, 'validate'), step('validate', 'publish'), step('publish', 'rejected')],
  published: [{ ...told, status: 'REJECTED' }],
  fed: [{ ...told, status: 'REJECTED' }],
};
const call = { subject: 'r-1', webhookId: 'e-1', status: 'COMPLETED', version: 1, taken: true };
const calledBack = {
  accepted: { ...fine.accepted, body: invoice({ callbackUrl: 'http://127.0.0.1:9/' }) },
  called: [{ ...call, taken: false }, call, call],
};
const row = (pipeline: string, code: string, value: number) => ({
  labels: { pipeline, stage: 'validate', code },
  value,
});

const everything = (request: Partial<Seen>, more: Partial<Everything> = {}): Everything => ({
  ...{ requests: [{ ...fine, ...request }], known: 1, acceptedTwice: [], madeInAll: 1, errorRows: [], ...more },
});

test('nothing is wrong with a document that was made and told of, even told of twice', () => {
  expect(judge(everything({}))).toEqual([]);
  expect(judge(everything(rejected))).toEqual([]);
  expect(judge(everything(calledBack))).toEqual([]);
});

test.each<[string, Partial<Seen>]>([
  ['no final status', { view: ended('PROCESSING') }],
  ['another end than it had to have', { view: ended('FAILED', error('OMS_HANDOVER_UNANSWERED')) }],
  ['never published', { published: [] }],
  ['not once in the status feed', { fed: [] }],
  ['not once in the status feed', { fed: [told, told] }],
  ['published under several ids', { published: [told, { ...told, eventId: 'e-2' }] }],
  ['told of an end that it has not had', { published: [told, { ...told, eventId: 'e-2', version: 2 }] }],
  ['not tried as often as it had to be', { view: { ...fine.view, attempt: 2 } }],
  ['several final statuses', { published: [told, { ...told, status: 'FAILED' }] }],
  ['made although rejected', { ...rejected, made: [batch] }],
  ['made although withdrawn', { accepted: { ...fine.accepted, cancel: 'before' }, made: [batch] }],
  ['made although cancelled', { view: ended('CANCELLED'), made: [batch] }],
  ['ended badly for another reason', { ...rejected, view: ended('REJECTED') }],
  ['ended badly for another reason', { ...rejected, view: ended('REJECTED', error('OMS_FOOTER_UNKNOWN')) }],
  [
    'ended badly for another reason',
    { ...rejected, view: ended('REJECTED', [...error('OMS_SOURCE_UNKNOWN'), ...error('OMS_EVENT_REFUSED')]) },
  ],
  ['its end was not called back', { ...calledBack, called: [] }],
  ['its end was not called back', { ...calledBack, called: [{ ...call, taken: false }] }],
  ['called back with what the feed does not have', { ...calledBack, called: [call, { ...call, webhookId: 'e-2' }] }],
  ['called back unasked', { called: [call] }],
  ['an error that is over is still there', { view: ended('COMPLETED', error('OMS_BATCH_ERRORED')) }],
  ['a gap in the history', { history: fine.history.toSpliced(1, 1) }],
  ['the history ends elsewhere', { history: fine.history.slice(0, 3) }],
])('seen: %s', (rule, request) => {
  expect(judge(everything(request)).join()).toContain(rule);
});

test('an error row stands with a request that shows it, or with nobody', () => {
  const judged = (...errorRows: Everything['errorRows']) => judge(everything(rejected, { errorRows }));
  expect(judged(row('document', 'OMS_SOURCE_UNKNOWN', 1))).toEqual([]);
  expect(judged(row('document', 'OMS_SOURCE_UNKNOWN', 2)).join()).toContain('2 error rows');
  expect(judged(row('document', 'OMS_STAGE_TIMEOUT', 1)).join()).toContain('1 error rows');
  expect(judged(row('callback', 'OMS_SOURCE_UNKNOWN', 1)).join()).toContain('1 error rows');
});

test.each<[string, Partial<Everything>]>([
  ['the API knows 2 requests', { known: 2 }],
  ['twice', { acceptedTwice: ['r-1'] }],
  ['has made 0', { madeInAll: 0 }],
])('seen of all together: %s', (words, more) => {
  expect(judge(everything({}, more)).join()).toContain(words);
});
