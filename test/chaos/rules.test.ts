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
  ...{ published: [told, told], fed: [told], made: [] },
};

const batch = { batchId: 7, batchName: 'b', status: 'COMPLETED', idempotencyKey: 'b' };
const error = (code: string) => [{ code }] as unknown as RequestView['errors'];
const ended = (status: RequestView['status'], errors: RequestView['errors'] = []) => ({ ...fine.view, status, errors });
const rejected = {
  accepted: { ...fine.accepted, ends: ['REJECTED'] as const },
  view: ended('REJECTED', error('OMS_SOURCE_UNKNOWN')),
  history: [step(null, 'validate'), step('validate', 'publish'), step('publish', 'rejected')],
  published: [{ ...told, status: 'REJECTED' }],
  fed: [{ ...told, status: 'REJECTED' }],
};

const everything = (request: Partial<Seen>, more: Partial<Everything> = {}): Everything => ({
  ...{ requests: [{ ...fine, ...request }], known: 1, acceptedTwice: [], madeInAll: 1, ...more },
});

test('nothing is wrong with a document that was made and told of, even told of twice', () => {
  expect(judge(everything({}))).toEqual([]);
  expect(judge(everything(rejected))).toEqual([]);
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
  ['ended badly without a reason', { ...rejected, view: ended('REJECTED') }],
  ['ended badly without a reason', { ...rejected, view: ended('REJECTED', error('OMS_INTERNAL_ERROR')) }],
  ['an error that is over is still there', { view: ended('COMPLETED', error('OMS_BATCH_ERRORED')) }],
  ['a gap in the history', { history: fine.history.toSpliced(1, 1) }],
  ['the history ends elsewhere', { history: fine.history.slice(0, 3) }],
])('seen: %s', (rule, request) => {
  expect(judge(everything(request)).join()).toContain(rule);
});

test('a failure that an operator has to decide is none of ours where the cell says so, and nowhere else', () => {
  const unanswered = {
    view: ended('FAILED', error('OMS_HANDOVER_UNANSWERED')),
    history: [step(null, 'submit'), step('submit', 'failed')],
    published: [{ ...told, status: 'FAILED' }],
    fed: [{ ...told, status: 'FAILED' }],
  };
  expect(judge(everything(unanswered), { codes: ['OMS_HANDOVER_UNANSWERED'], rounds: 1 })).toEqual([]);
  expect(judge(everything(unanswered), { codes: ['OMS_BATCH_ERRORED'], rounds: 1 })).not.toEqual([]);
  const known = { ...unanswered, made: [batch] };
  expect(judge(everything(known), { codes: ['OMS_HANDOVER_UNANSWERED'], rounds: 1 })).not.toEqual([]);
});

test.each<[string, Partial<Everything>]>([
  ['the API knows 2 requests', { known: 2 }],
  ['twice', { acceptedTwice: ['r-1'] }],
  ['has made 0', { madeInAll: 0 }],
])('seen of all together: %s', (words, more) => {
  expect(judge(everything({}, more)).join()).toContain(words);
});
