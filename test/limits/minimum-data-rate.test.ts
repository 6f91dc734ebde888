import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import express from 'express';
import { demandDataRate } from '#src/limits/minimum-data-rate.ts';
import { type HttpListener, listen } from '#src/platform/listen.ts';

let listener: HttpListener;
/** Opened by a test when the server may begin to read. */
let reading: PromiseWithResolvers<void>;

beforeEach(async () => {
  reading = Promise.withResolvers();
  const app = express();
  app.use(demandDataRate({ windowMs: 600, bytes: 20, lingerMs: 200 }));
  app.post('/read', async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    response.json({ bytes });
  });
  app.post('/busy', async (request, response) => {
    await reading.promise;
    response.json({ bytes: Buffer.concat(await request.toArray()).length });
  });
  app.post('/refuse', (_request, response) => void response.status(503).end());
  listener = await listen(app, { host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await listener[Symbol.asyncDispose]();
});

function upload(path: string, length: number) {
  const sending = request(listener.url + path, { method: 'POST', headers: { 'content-length': length } });
  sending.on('error', () => undefined);
  const answered = once(sending, 'response').then(([response]) => response as IncomingMessage);
  // Not `once`: it rejects when the connection was reset, which is one way to be gone.
  const gone = new Promise<void>((resolve) => sending.once('close', resolve));
  return { sending, answered, gone };
}
const textOf = async (response: IncomingMessage) => Buffer.concat(await response.toArray()).toString();

test('a body that trickles is given up: 408, and the connection ends', async () => {
  const { sending, answered, gone } = upload('/read', 1_000);
  const trickle = setInterval(() => sending.write('x'), 50);
  const response = await answered;
  clearInterval(trickle);
  expect([response.statusCode, response.headers.connection]).toEqual([408, 'close']);
  expect(JSON.parse(await textOf(response))).toMatchObject({ code: 'OMS_BODY_TOO_SLOW', status: 408 });
  await gone;
});

test('one that moves may take many windows', async () => {
  const { sending, answered } = upload('/read', 1_000);
  for (let piece = 0; piece < 40; piece++) {
    sending.write('x'.repeat(25));
    await sleep(40);
  }
  sending.end();
  expect(JSON.parse(await textOf(await answered))).toEqual({ bytes: 1_000 });
});

test('what we have received and not looked at is not held against the client', async () => {
  const { sending, answered } = upload('/busy', 1_000);
  sending.write('x'.repeat(900));
  // Two windows in which nothing moves, because of us.
  await sleep(1_300);
  reading.resolve();
  sending.end('x'.repeat(100));
  expect(JSON.parse(await textOf(await answered))).toEqual({ bytes: 1_000 });
});

test('a body that goes on coming after its answer is cut off, after the client had time to see the answer', async () => {
  const { sending, answered, gone } = upload('/refuse', 1_000_000);
  const pour = setInterval(() => sending.write('x'.repeat(50)), 20);
  expect((await answered).statusCode).toBe(503);
  await gone;
  clearInterval(pour);
});
