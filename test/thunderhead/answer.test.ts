import { expect, test } from '@jest/globals';
import { classify, messageOf, retryAfterMs, withoutAnswer } from '#src/thunderhead/answer.ts';

const failure = (code: string, faultcode = 'soapenv:Client') =>
  JSON.stringify({ error: { code, message: 'said so', faultcode, retryable: true, details: [] } });

const answered = { kind: 'answered' };
const unavailable = { kind: 'unavailable' };

test.each([
  ['accepted', 202, '{"batchId":1}', answered, answered],
  ['a refusal is an answer', 422, failure('TH-1003'), answered, answered],
  ['no such batch is an answer', 404, failure('TH-1404'), answered, answered],
  ['too large is an answer', 413, 'Request Entity Too Large', answered, answered],
  ['throttled', 429, '', { kind: 'later' }, { kind: 'throttled' }],
  ['throttled, in the dialect of proxies', 503, failure('TH-2429'), { kind: 'later' }, { kind: 'throttled' }],
  ['throttled, as the gateway ships', 500, failure('TH-2429'), { kind: 'later' }, { kind: 'throttled' }],
  ['the job server is away', 503, failure('TH-2503'), { kind: 'later' }, unavailable],
  ['not let in', 401, '', { kind: 'later' }, unavailable],
  ['not allowed', 403, '<html>', { kind: 'later' }, unavailable],
  ['a fault of the job server is its own word', 502, failure('TH-2500', 'soapenv:Server'), answered, unavailable],
  ['garbage from the job server', 502, failure('TH-2502', 'soapenv:Server'), { kind: 'unanswered' }, unavailable],
  ['the job server did not answer the gateway', 504, failure('TH-2504'), { kind: 'unanswered' }, unavailable],
  ['some proxy on the way', 502, '<html>Bad Gateway</html>', { kind: 'unanswered' }, unavailable],
  ['the gateway fails', 500, 'oops', { kind: 'unanswered' }, unavailable],
])('%s (%i)', (_, status, text, called, outcome) => {
  expect(classify({ status, text, headers: {} })).toMatchObject({ called, outcome });
});

test('a body that nobody understands may quote what was sent: it is a detail, and in no sentence', () => {
  const { code, message, details } = messageOf({ status: 400, text: '<p>NO-4711 is wrong</p>', headers: {} });
  expect([code, details]).toEqual(['HTTP-400', { body: '<p>NO-4711 is wrong</p>' }]);
  expect(message).not.toContain('NO-4711');
});

test('whoever is throttled comes back when the gateway says, all together', () => {
  const { called, outcome } = classify({ status: 429, text: '', headers: { 'retry-after': '7' } });
  expect([called, outcome]).toMatchObject([{ afterMs: 7_000 }, { kind: 'throttled', afterMs: 7_000 }]);
});

test.each([
  ['seconds', { 'retry-after': '120' }, 120_000],
  ['a date', { 'retry-after': 'Sat, 28 Nov 2026 10:00:30 GMT', date: 'Sat, 28 Nov 2026 10:00:00 GMT' }, 30_000],
  ['a date that is over', { 'retry-after': 'Sat, 28 Nov 2026 10:00:00 GMT', date: 'Sat, 28 Nov 2026 10:00:30 GMT' }, 0],
  ['a word', { 'retry-after': 'soon' }, undefined],
  ['nothing', {}, undefined],
])('Retry-After: %s', (_, headers, ms) => {
  expect(retryAfterMs({ headers })).toBe(ms);
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT'])('%s: nothing was sent', (code) => {
  expect(withoutAnswer(Object.assign(new Error('no'), { code })).called).toMatchObject({ kind: 'later' });
});

test.each(['ECONNRESET', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'EPIPE'])('%s: it may have been sent', (code) => {
  expect(withoutAnswer(Object.assign(new Error('no'), { code }))).toMatchObject({
    called: { kind: 'unanswered' },
    outcome: { kind: 'unavailable' },
  });
});

test('a call that took too long may have been sent', () => {
  const error = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  expect(withoutAnswer(error).called).toEqual({ kind: 'unanswered', reason: 'Thunderhead did not answer in time' });
});
