import { once } from 'node:events';
import { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { openRedis } from '#src/platform/redis.ts';
import { type CallBudget, openCallBudget } from '#src/thunderhead/budget/budget.ts';
import {
  type BudgetSettings,
  type CallRequest,
  type Denied,
  isPermit,
  type Permit,
} from '#src/thunderhead/budget/call.ts';
import { postgresState } from '#src/thunderhead/budget/postgres-state.ts';
import { redisState } from '#src/thunderhead/budget/redis-state.ts';
import type { SharedState } from '#src/thunderhead/budget/shared-state.ts';
import { type Link, linkTo } from '#test/support/link.ts';
import { freshDatabase, redisUrl } from '#test/support/services.ts';

export type Kind = 'Redis' | 'PostgreSQL';
export const kinds = ['Redis', 'PostgreSQL'] as const satisfies Kind[];

export const leaseMs = 30_000;
export const anAsk: CallRequest = { source: 'ARCADE', weight: 1, urgent: true, fill: 1, returning: false };

/** Several processes on one real store, and the time they agree on. */
export interface Processes extends AsyncDisposable {
  /** A budget over connections of its own, as a process would have it; and what it said in its log. */
  open(): Promise<Process>;
  /** The store as one more process sees it. */
  store(): Promise<SharedState>;
  settings: BudgetSettings;
  advance(ms: number): void;
  /** FLUSHDB, or truncate. */
  wipe(): Promise<void>;
  /** Leaves that there in place of the state. */
  spoil(text: string): Promise<void>;
}

export interface Process {
  budget: CallBudget;
  lines: string[];
  /** Its way to the store. */
  link: Link;
}

export async function openProcesses(kind: Kind): Promise<Processes> {
  const opened = new AsyncDisposableStack();
  const stores = kind === 'Redis' ? redisStores(opened) : await postgresStores(opened);
  const settings = { callsPerMinute: 100, callsInFlight: 100 };
  let now = Date.parse('2026-11-28T10:00:00Z');
  const clock: Clock = { now: () => new Date(now) };
  const open = async (): Promise<Process> => {
    const link = opened.use(await linkTo(stores.url));
    const lines: string[] = [];
    const say = (level: string) => (_: object, line: string) => void lines.push(`${level}: ${line}`);
    const log = { error: say('error'), info: say('info'), warn: say('warn') };
    const state = await stores.connect(link.url);
    const budget = opened.use(openCallBudget({ state, settings: () => settings, clock, leaseMs, log: log as never }));
    return { budget, lines, link };
  };
  return {
    open,
    store: () => stores.connect(stores.url),
    settings,
    advance(ms) {
      now += ms;
    },
    wipe: stores.wipe,
    spoil: stores.spoil,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function redisStores(opened: AsyncDisposableStack) {
  const url = redisUrl();
  const connect = async (to: string) => {
    const { redis } = opened.use(openRedis(to, () => undefined));
    await once(redis, 'ready');
    return redis;
  };
  return {
    url,
    connect: async (to: string) => redisState(await connect(to)),
    wipe: async () => void (await (await connect(url)).flushdb()),
    spoil: async (text: string) => void (await (await connect(url)).hset('oms:thunderhead:calls', 'value', text)),
  };
}

async function postgresStores(opened: AsyncDisposableStack) {
  const url = await freshDatabase();
  const connect = (to: string) => {
    const pool = opened.adopt(new Pool({ connectionString: to, max: 2 }), (pool) => pool.end());
    return pool.on('error', () => undefined).on('connect', (client) => client.on('error', () => undefined));
  };
  const pool = connect(url);
  return {
    url,
    connect: async (to: string) => postgresState(connect(to)),
    wipe: async () => void (await pool.query('truncate call_budget')),
    spoil: async (text: string) => void (await pool.query('update call_budget set state = to_jsonb($1::text)', [text])),
  };
}

/** So many ask at once, each process in turn; what they were granted, and what they were told. */
export async function askAll(budgets: readonly CallBudget[], count: number, ask: Partial<CallRequest> = {}) {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      (budgets[index % budgets.length] as CallBudget).ask({ ...anAsk, ...ask }),
    ),
  );
  return {
    permits: answers.filter(isPermit) as Permit[],
    laters: answers.filter((answer): answer is Denied => !isPermit(answer)),
  };
}
