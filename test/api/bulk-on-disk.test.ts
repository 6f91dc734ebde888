import { afterEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '#src/api/app.ts';
import { afterUpload, type DiskLimits } from '#src/api/intake/answers-on-disk.ts';
import { answerLines } from '#src/api/intake/bulk-lines.ts';
import { demandDataRate } from '#src/limits/minimum-data-rate.ts';
import { type HttpListener, listen } from '#src/platform/listen.ts';
import { answerFiles } from '#test/support/answers-on-disk.ts';
import { eventually } from '#test/support/services.ts';
import { type BulkStream, openBulk } from './bulk-stream.ts';

/** Lines answered behind an edge, each with an answer of `answerBytes` and more. */
interface Setting extends Partial<DiskLimits> {
  answerBytes?: number;
  stopping?: AbortSignal;
}

let listener: HttpListener;
let taken = 0;
let bulk: BulkStream;
/** Resolves when the handler has come to its end. */
let handled: Promise<void>;
afterEach(async () => {
  bulk.cut();
  await listener[Symbol.asyncDispose]();
});

async function open(
  { answerBytes = 1, stopping, ...limits }: Setting = {},
  dataRate = demandDataRate(),
): Promise<void> {
  taken = 0;
  const openOutlet = afterUpload({ bytes: 1e9, lingerMs: 3_600_000, ...limits });
  const acceptOne = async () => ({ status: 202, id: `${++taken}`.padEnd(answerBytes), links: { self: '' } }) as const;
  const ready = async () => ({});
  const app = createApp({
    api: (request, response, next) =>
      dataRate(request, response, () => {
        const ends = { ended: () => undefined, stopping: stopping ?? new AbortController().signal };
        const options = { maxLineBytes: 100, acceptOne, openOutlet, ...ends };
        handled = answerLines(request, response, options).catch(next);
      }),
    ...{ ready, log: pino({ level: 'silent' }) },
  });
  listener = await listen(app, { host: '127.0.0.1', port: 0 });
  bulk = openBulk(listener.url, 'nobody asks', { connection: 'close' });
}

test('no answer begins before the upload has ended', async () => {
  await open();
  let begun = false;
  void bulk.response.then(() => {
    begun = true;
  });
  for (let line = 1; line <= 3; line++) {
    bulk.send(`${line}\n`);
    await eventually(() => taken === line);
  }
  expect(begun).toBe(false);
  expect((await bulk.end()).map(({ line }) => line)).toEqual([1, 2, 3]);
});

test('an upload with more answers than are kept is read no further, and the last line says how far that was', async () => {
  await open({ bytes: 1_000_000, answerBytes: 10_000 });
  const lines = 50_000;
  for (let line = 0; line < lines; line++) bulk.send('1\n');
  const answers = await bulk.end();
  const last = answers.pop();
  expect(last).toMatchObject({ line: null, status: 413, problem: { code: 'OMS_BODY_TOO_LARGE' } });
  expect(last?.problem?.detail).toContain(`as far as line ${answers.length};`);
  expect(answers.map(({ line }) => line)).toEqual(answers.map((_, index) => index + 1));
  expect([answers.length > 100, answers.length < lines, taken]).toEqual([true, true, answers.length]);
});

test('the rest of an upload that is read no further keeps its answers waiting for a while only', async () => {
  await open({ bytes: 1, lingerMs: 1 });
  const sending = setInterval(() => bulk.send('1\n'), 5);
  try {
    expect((await bulk.response).statusCode).toBe(200);
  } finally {
    clearInterval(sending);
  }
  expect((await bulk.end()).at(-1)).toMatchObject({ line: null, status: 413 });
});

test('a process that stops answers what it has read, without waiting for the rest', async () => {
  const stop = new AbortController();
  await open({ stopping: stop.signal });
  bulk.send('1\n');
  await eventually(() => taken === 1);
  stop.abort();
  bulk.send('2\n');
  await bulk.response;
  expect((await bulk.end()).map(({ line, status }) => [line, status])).toEqual([
    [1, 202],
    [null, 503],
  ]);
});

test('an upload that stands still is told so, and holds no file any longer', async () => {
  await open({}, demandDataRate({ windowMs: 50, bytes: 1_024, lingerMs: 50 }));
  bulk.send('1\n');
  expect((await bulk.response).statusCode).toBe(408);
  expect(await bulk.next()).toMatchObject({ code: 'OMS_BODY_TOO_SLOW' });
  await handled;
  expect(answerFiles()).toBe(0);
});
