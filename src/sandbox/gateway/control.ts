/** What a judge or a test may look at and turn (`/sandbox`): counts, what was accepted, outages, faults, the pace. */

import type { Call, Listening, Reply, Route } from '../http.ts';
import { type Batch, report } from '../thunderhead/batch.ts';
import type { Batches } from '../thunderhead/batches.ts';
import { type Chance, noRates } from '../thunderhead/chance.ts';
import { knownFaults } from '../thunderhead/faults.ts';
import type { Progress } from '../thunderhead/progress.ts';
import type { CallCounts } from './call-counts.ts';
import { fail, type ThrottleDialect, throttlings } from './failures.ts';
import type { Idempotency } from './idempotency.ts';
import type { GatewayOutage } from './server.ts';
import { readJson } from './submit-request.ts';
import type { Throttle } from './throttle.ts';

/** `refuse`: nobody listens at the job server's port. */
export type Outage = GatewayOutage | 'refuse';

export interface Dials {
  outage: Outage;
  batchMs: number;
  skewMs: number;
}

export interface Controlled {
  dials: Dials;
  batches: Batches;
  progress: Progress;
  chance: Chance;
  counts: CallCounts;
  throttle: Throttle;
  idempotency: Idempotency;
  jobServer: Pick<Listening, 'refuse'>;
  now: () => number;
}

const outages: readonly unknown[] = ['none', 'unavailable', 'hang', 'gateway-500', 'refuse'] satisfies Outage[];
const mostShown = 1000;

const explained = {
  'GET /sandbox/counts': 'calls by operation and by minute, what was accepted, and what was accepted twice',
  'GET /sandbox/accepted?correlationId=': 'every batch that was accepted, with the number of the transaction',
  'POST /sandbox/outage': '{"mode"}: 503, silence, a plain 500, or a job server whose port refuses',
  'POST /sandbox/throttle': '{"callsPerMinute": n|null, "dialect": "429"|"503"|"500", "burst": n}: a token bucket',
  'POST /sandbox/faults': '{"timeout", "reset", "malformed", "seed"}: shares of the accepted submits, 0 to 1',
  'POST /sandbox/clock': '{"skewMs"}: by how much the clock of the job server is wrong',
  'POST /sandbox/batch-ms': '{"ms"}: how long later batches take',
  'POST /sandbox/reset': 'nothing accepted, nothing counted, no outage, no faults, no throttling',
};

export function control(parts: Controlled): Route[] {
  const { dials, batches, progress, chance, counts, throttle, idempotency, jobServer, now } = parts;
  const judged = () => {
    const calls = counts.byOperation();
    return {
      calls,
      callsPerMinute: counts.byMinute(),
      submitCalls: (calls.submitDocument ?? 0) + (calls.submitBatch ?? 0),
      refusedByThrottle: throttle.refused,
      unansweredByChance: chance.met,
      accepted: batches.accepted,
      acceptedBatches: batches.acceptedBatches,
      acceptedTwice: [...batches.acceptedTwice],
      batches: batches.size,
    };
  };
  const setOutage = async (mode: Outage) => {
    await jobServer.refuse(mode === 'refuse');
    dials.outage = mode;
  };

  return [
    route('GET', '', () => ({
      ...{ explained, faults: knownFaults, outages, dials, rates: chance.rates, throttle: throttle.settings },
      ...judged(),
    })),
    route('GET', '/counts', judged),
    route('GET', '/accepted', (_, { query }) => {
      const correlationId = query.get('correlationId') ?? undefined;
      const found = batches.all(correlationId).slice(-mostShown);
      return { accepted: found.map((batch) => acceptance(batch, correlationId, now())) };
    }),
    route('POST', '/outage', async ({ mode }) => {
      if (!outages.includes(mode)) throw refused(`mode must be one of ${outages.join(', ')}.`);
      await setOutage(mode as Outage);
      return { mode };
    }),
    route('POST', '/throttle', ({ callsPerMinute = null, dialect = '500', burst }) => {
      const rate = callsPerMinute === null ? null : need('callsPerMinute', callsPerMinute, (n) => n > 0);
      if (!Object.hasOwn(throttlings, `${dialect}`)) throw refused('dialect must be 429, 503 or 500.');
      const most = burst === undefined ? Math.max(1, Math.ceil((rate ?? 0) / 5)) : need('burst', burst, (n) => n >= 1);
      throttle.set({ callsPerMinute: rate, burst: most, dialect: `${dialect}` as ThrottleDialect });
      return throttle.settings;
    }),
    route('POST', '/faults', ({ timeout = 0, reset = 0, malformed = 0, seed = 1 }) => {
      const share = (name: string, value: unknown) => need(name, value, (n) => n >= 0 && n <= 1);
      const rates = {
        ...{ timeout: share('timeout', timeout), reset: share('reset', reset) },
        ...{ malformed: share('malformed', malformed), seed: need('seed', seed, Number.isSafeInteger) },
      };
      if (rates.timeout + rates.reset + rates.malformed > 1) throw refused('together they must not exceed 1.');
      chance.set(rates);
      return rates;
    }),
    route('POST', '/clock', ({ skewMs }) => {
      dials.skewMs = need('skewMs', skewMs, Number.isSafeInteger);
      return { skewMs };
    }),
    route('POST', '/batch-ms', ({ ms }) => {
      dials.batchMs = need('ms', ms, (n) => Number.isSafeInteger(n) && n >= 0);
      return { ms };
    }),
    route('POST', '/reset', async () => {
      await setOutage('none');
      dials.skewMs = 0;
      chance.set(noRates);
      for (const each of [progress, counts, throttle, idempotency]) each.clear();
      await batches.clear();
      return { reset: true };
    }),
  ];
}

/** One batch as it was accepted; for a correlation id, with the number of the transaction that carries it. */
function acceptance(batch: Batch, correlationId: string | undefined, now: number) {
  const index = batch.transactions?.findIndex((each) => each.correlationId === correlationId) ?? 0;
  return {
    ...report(batch, now),
    idempotencyKey: batch.key,
    acceptedAt: new Date(batch.acceptedAt).toISOString(),
    transactionNo: index === -1 ? null : batch.from + index,
  };
}

type Body = Record<string, unknown>;

function route(method: Route['method'], path: string, act: (body: Body, call: Call) => unknown): Route {
  const handle = async (call: Call): Promise<Reply> => {
    const body = method === 'POST' && call.body.length > 0 ? readJson(call.body) : {};
    return { status: 200, json: await act(body, call) };
  };
  return { method, path, name: `sandbox${path}`, handle };
}

const refused = (message: string) => fail('INVALID_REQUEST', { message });

function need(name: string, value: unknown, fine: (value: number) => boolean): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || !fine(value)) throw refused(`${name} is out of range.`);
  return value;
}
