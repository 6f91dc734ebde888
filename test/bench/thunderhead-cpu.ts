import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import type { Handover } from '#processors/document/ports.ts';
import { toElement } from '#processors/document/xml.ts';
import { chunks } from '#processors/engine/signal.ts';
import { openCallBudget } from '#src/thunderhead/budget/budget.ts';
import { redisState } from '#src/thunderhead/budget/redis-state.ts';
import { openCalls } from '#src/thunderhead/calls.ts';
import { openDispatch } from '#src/thunderhead/dispatch.ts';
import { handOver } from '#src/thunderhead/hand-over.ts';
import { remoteClock } from '#src/thunderhead/remote-clock.ts';
import { batchBody, documentBody, type Written } from '#src/thunderhead/submission.ts';
import { median } from './contestant.ts';
import { documentBody as requestBody } from './documents.ts';
import type { House } from './house.ts';

/** CPU of this process per document, in microseconds: the client, and undici alone with bodies that it has to write as well. */
export interface ClientCost {
  size: number;
  bareUs: number;
  clientUs: number;
  /** Of both: making XML, base64 and JSON. */
  writingUs: number;
}

const clock = { now: () => new Date() };
const silent = { error() {}, info() {}, warn() {} };

/** Budget on Redis, breaker, gathering and writing; the intents' statements are PostgreSQL's, and left out. */
export async function clientCost(
  house: House,
  { size, documents, rounds }: { size: number; documents: number; rounds: number },
): Promise<ClientCost> {
  const url = house.thunderhead.url;
  const redis = new Redis(`${house.services.redisUrl}/11`);
  const settings = { callsPerMinute: 1_000_000, callsInFlight: 64 };
  await using budget = openCallBudget({
    state: redisState(redis),
    settings: () => settings,
    clock,
    leaseMs: 20_000,
    log: silent,
  });
  await using calls = openCalls(
    { url, timeoutMs: 10_000 },
    { budget, token: undefined, remoteClock: remoteClock(), clock },
  );
  const content = requestBody('bench').documentContent;
  const intents = {
    store: async ({ batches }: { batches: readonly { handover: Handover }[] }) =>
      new Set(batches.map(({ handover }) => handover.progress.id)),
    close: async () => undefined,
    withdraw: async () => undefined,
    markUnknown: async () => undefined,
  };
  const contents = async (ids: readonly string[]) => new Map(ids.map((id) => [id, content]));
  const send = handOver({ calls, clock, callTimeoutMs: 10_000, intents, contents });
  const dispatch = openDispatch(calls, send, { size: () => size, lingerMs: () => 0 });
  const signal = new AbortController().signal;

  const client = async () => {
    // As many at a time as may be under way.
    for (const some of chunks(handovers(documents), size * settings.callsInFlight)) {
      const answers = await Promise.all(some.map((handover) => dispatch.submit(handover, signal)));
      const lost = answers.find(({ kind }) => kind !== 'accepted');
      if (lost) throw new Error(JSON.stringify(lost));
    }
  };
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 64 });
  const bare = async (bodies: readonly string[]) => {
    const path = `${pathname}${size === 1 ? '/documents' : '/batches'}`;
    const headers = { 'content-type': 'application/json' };
    await Promise.all(
      bodies.map(async (body) => {
        const { statusCode, body: answer } = await pool.request({ method: 'POST', path, headers, body });
        await answer.text();
        if (statusCode !== 202) throw new Error(`${statusCode}`);
      }),
    );
  };
  const write = () =>
    bodiesOf(
      handovers(documents).map((handover) => ({ handover, element: toElement(content) })),
      size,
    );

  const costs: Record<'bare' | 'client' | 'writing', number[]> = { bare: [], client: [], writing: [] };
  for (let round = 0; round <= rounds; round++) {
    const bodies = write();
    const cost = {
      writing: await cpuOf(async () => void write()),
      bare: await cpuOf(() => bare(bodies)),
      client: await cpuOf(client),
    };
    // The first round warms all up.
    if (round > 0)
      for (const name of ['bare', 'client', 'writing'] as const) costs[name].push((cost[name] * 1_000) / documents);
  }
  await pool.close();
  redis.disconnect();
  const writingUs = median(costs.writing);
  return { size, bareUs: median(costs.bare) + writingUs, clientUs: median(costs.client), writingUs };
}

const handovers = (count: number): Handover[] =>
  Array.from({ length: count }, () => ({
    progress: { id: randomUUID(), revision: 1, round: 1, attempts: 0 },
    ...{
      no: 1,
      sourceSystem: 'ARCADE',
      weight: 1,
      batchConfigResId: 42,
      priority: 0,
      contentBytes: 900,
      returning: false,
    },
    properties: [
      { name: 'LANGUAGE_CODE', value: 'en' },
      { name: 'FOOTER_ID', value: '0' },
      { name: 'CUSTOMER_ID', value: 'C-204711' },
    ],
  }));

function bodiesOf(written: readonly Written[], size: number): string[] {
  const identity = () => ({ batchName: randomUUID(), correlationId: randomUUID() });
  if (size === 1) return written.map((document) => documentBody(identity(), document));
  return Array.from({ length: Math.ceil(written.length / size) }, (_, index) =>
    batchBody(identity(), written.slice(index * size, (index + 1) * size) as [Written, ...Written[]]),
  );
}

/** Milliseconds. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
