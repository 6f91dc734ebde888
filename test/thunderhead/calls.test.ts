import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import type { OwnToken } from '#src/security/own-token.ts';
import { NoAnswer } from '#src/security/verdict.ts';
import type { CallOutcome } from '#src/thunderhead/budget/call.ts';
import { openCalls } from '#src/thunderhead/calls.ts';
import { remoteClock } from '#src/thunderhead/remote-clock.ts';
import { eventually } from '#test/support/services.ts';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** A gateway that answers as it is told, and what is left of the permits given for it. */
async function house(answering: Answering, token?: OwnToken) {
  const seen: IncomingMessage['headers'][] = [];
  const finished: CallOutcome[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    request.resume().on('end', () => answering(request, response));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const budget = {
    ask: async () => ({ id: '1', probe: false }),
    finish: (_: unknown, outcome: CallOutcome) => void finished.push(outcome),
    look: () => Promise.reject(new Error('nobody looks')),
    [Symbol.asyncDispose]: async () => undefined,
  };
  const { port } = server.address() as AddressInfo;
  const calls = openCalls(
    { url: `http://127.0.0.1:${port}/thunderhead/v1`, timeoutMs: 300 },
    { budget, token, remoteClock: remoteClock(), clock: { now: () => new Date() } },
  );
  const permit = { id: '1', probe: false };
  return {
    ...{ calls, seen, finished, permit },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await calls[Symbol.asyncDispose]();
    },
  };
}

const status = { operation: 'status', method: 'POST', path: '/batches/status:query', body: '{}' } as const;
const errors = { operation: 'errors', method: 'GET', path: '/batches/1/errors' } as const;

test('every call carries a correlation id and an idempotency key, and never the same', async () => {
  await using gateway = await house((_, response) => response.end('{}'));
  for (const call of [status, errors, status]) await gateway.calls.send(gateway.permit, call);
  const ids = gateway.seen.flatMap((headers) => [headers['x-correlation-id'], headers['idempotency-key']]);
  expect(ids).toEqual(ids.map(() => expect.stringMatching(/^[\da-f-]{36}$/)));
  expect(new Set(ids).size).toBe(3);
  const own = { 'x-correlation-id': 'request-1', 'idempotency-key': 'OMS-1' };
  await gateway.calls.send(gateway.permit, { ...status, headers: own });
  expect(gateway.seen.at(-1)).toMatchObject(own);
});

test('a token that the gateway does not take is not shown to it again, and nothing counts as sent', async () => {
  let given = 0;
  const token: OwnToken = Object.assign(async () => `token-${given}`, { refused: () => void given++ });
  await using gateway = await house((request, response) => {
    response.statusCode = request.headers.authorization === 'Bearer token-0' ? 401 : 200;
    response.end('{}');
  }, token);
  expect(await gateway.calls.send(gateway.permit, errors)).toMatchObject({ kind: 'later' });
  expect(await gateway.calls.send(gateway.permit, errors)).toMatchObject({ kind: 'answered', answer: { status: 200 } });
  expect(gateway.seen.map(({ authorization }) => authorization)).toEqual(['Bearer token-0', 'Bearer token-1']);
});

test('without a token nothing is sent, and it says nothing about Thunderhead', async () => {
  const away = new NoAnswer('OIDM did not answer');
  const token: OwnToken = Object.assign(() => Promise.reject(away), { refused: () => undefined });
  await using gateway = await house((_, response) => response.end('{}'), token);
  expect(await gateway.calls.send(gateway.permit, errors)).toMatchObject({ kind: 'later', afterMs: 1_000 });
  expect([gateway.seen, gateway.finished]).toEqual([[], [{ kind: 'unused' }]]);
});

test.each<[string, Answering]>([
  ['says nothing', () => undefined],
  ['begins and does not end', (_, response) => void response.writeHead(200, { 'content-length': '9' }).write('{')],
  ['hangs up', (_, response) => void response.socket?.destroy()],
])('a gateway that %s leaves the outcome unknown, and the permit goes back', async (_, answering) => {
  await using gateway = await house(answering);
  expect(await gateway.calls.send(gateway.permit, status)).toMatchObject({ kind: 'unanswered' });
  expect(gateway.finished).toMatchObject([{ kind: 'unavailable' }]);
});

test('the permit of a stream goes back when the stream is over, also when nobody reads on', async () => {
  await using gateway = await house((_, response) => void response.writeHead(200).write('x'.repeat(1_000)));
  const streamed = await gateway.calls.stream(gateway.permit, errors, new AbortController().signal);
  expect([streamed.kind, gateway.finished]).toEqual(['streaming', []]);
  if (streamed.kind === 'streaming') streamed.body.on('error', () => undefined).destroy();
  await eventually(() => gateway.finished.length === 1);
  expect(gateway.finished).toEqual([{ kind: 'answered' }]);
});
