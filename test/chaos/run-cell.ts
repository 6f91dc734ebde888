import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '#src/config.ts';
import { freePort } from '#src/local/ports.ts';
import { type Client, clientOf } from '#test/support/client.ts';
import { eventually } from '#test/support/eventually.ts';
import { type ReadyClient, requestToken, usualClient } from '#test/support/tokens.ts';
import type { Cell, Scene } from './cell.ts';
import { planDocuments } from './documents.ts';
import type { House } from './house.ts';
import { observe } from './observe.ts';
import { randomOf } from './random.ts';
import type { Row } from './report.ts';
import { judge } from './rules.ts';
import { type Accepted, handIn } from './source.ts';
import { type Supervised, supervise } from './supervised.ts';

export interface CellRun {
  seed: number;
  documents: number;
  /** 1, or less for a short cut. */
  scale: number;
}

const leaseMs = 2_000;
/** What is late comes within a lease and a sweep: a second print, a second event. */
const quietMs = leaseMs + 1_500;
const patienceMs = 90_000;

const usual: readonly (readonly Role[])[] = [['worker'], ['worker'], ['sweep']];

const settings = {
  LOG_LEVEL: 'info',
  LEASE_MS: `${leaseMs}`,
  SWEEP_INTERVAL_MS: '300',
  SWEEP_GRACE_MS: '1000',
  THUNDERHEAD_TIMEOUT_MS: '1000',
  THUNDERHEAD_UNKNOWN_GRACE_MS: '1000',
  THUNDERHEAD_CALLS_PER_MINUTE: '1000000',
  THUNDERHEAD_CALLS_IN_FLIGHT: '64',
  POLL_FIRST_MS: '50',
  POLL_CAP_MS: '500',
};

/** Builds a system, hands it documents, does to it what the cell says, and has judged what is seen of it afterwards. */
export async function runCell(cell: Cell, house: House, run: CellRun): Promise<Row> {
  const startedAt = performance.now();
  const random = randomOf(run.seed, cell.name);
  const documents = planDocuments(random, run.documents);
  const complaints: string[] = [];
  let blows = 0;
  await using opened = new AsyncDisposableStack();
  opened.defer(() => house.restore());
  const { databaseUrl, topic } = await house.begin(cell);
  const directory = join(house.directory, cell.name.replaceAll(':', '-'));
  mkdirSync(directory);

  const environment = {
    ...settings,
    ...{ DATABASE_URL: databaseUrl, REDIS_URL: house.redis.url, KAFKA_BROKERS: house.kafka.url },
    ...{ THUNDERHEAD_URL: house.thunderhead.url, OIDM_URL: house.oidm },
    ...cell.environment,
  };
  const begin = async (roles: readonly Role[], more: Record<string, string> = {}): Promise<Started> => {
    const program = cell.program?.(roles, random);
    const start = {
      roles,
      directory,
      environment: { PORT: '0', ...environment, ...more },
      ...(program && { program }),
    };
    const supervised = await supervise(start);
    opened.defer(() => supervised.stop());
    return { roles, supervised };
  };
  const api = await begin(['api'], { PORT: `${await freePort()}` });
  const started = [api, ...(await allOrNone((cell.processes ?? usual).map((roles) => begin(roles))))];
  const all = started.map(({ supervised }) => supervised);
  const client = clientOf(api.supervised.url, bearers(house.oidm));

  const accepted: Accepted[] = [];
  let isOver = false;
  const scene: Scene = {
    ...{ house, environment, directory, random, all, scale: run.scale },
    of: (role) => started.flatMap(({ roles, supervised }) => (roles.includes(role) ? [supervised] : [])),
    async until(share) {
      const isReached = () => accepted.length >= documents.length * share;
      await eventually(() => isReached() || isOver, { timeoutMs: 300_000 });
      if (!isReached()) throw new Error('the documents were not taken in');
    },
    isOver: () => isOver,
    blow: () => void blows++,
    complain: (what) => void complaints.push(what),
  };
  const handingIn = handIn(client, documents, {
    overMs: cell.overMs * Math.max(run.scale, 0.5),
    onAccepted: (one) => void accepted.push(one),
  }).finally(() => {
    isOver = true;
  });
  // Whoever disturbs is through before the next cell begins.
  await allOrNone([handingIn, cell.disturb?.(scene) ?? Promise.resolve()]);
  await house.restore();
  const failing = documents.filter(({ ends }) => ends.includes('FAILED')).length;
  const rounds = 1 + (cell.recoveries ?? 0);
  await untilPublished(client, documents.length + failing * (rounds - 1));
  await delay(quietMs);
  for (const one of all.slice(1)) await one.stop();

  const kills = all.reduce((sum, { killed }) => sum + killed, 0);
  if (Math.max(blows, kills) < cell.leastBlows)
    complaints.push(`only ${Math.max(blows, kills)} blows: nothing is shown`);
  const { thunderhead } = house;
  const seen = await observe(accepted, { client, brokers: house.kafka.url, topic, thunderhead });
  const broken = [...judge(seen, { codes: cell.allowed ?? [], rounds }), ...complaints];
  const failures = all.flatMap((one) => one.failures);
  return {
    ...{ cell: cell.name, documents: accepted.length, blows: Math.max(blows, kills), kills, broken },
    seconds: (performance.now() - startedAt) / 1_000,
    notes: failures.length > 0 ? [`${failures.length} ended by themselves: ${failures[0]}`] : [],
  };
}

/** Also when one goes wrong, the others are waited for: what they begin has to be ended. */
async function allOrNone<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

interface Started {
  roles: readonly Role[];
  supervised: Supervised;
}

/** One token for each client. */
function bearers(oidm: string) {
  const tokens = new Map<ReadyClient, Promise<string>>();
  return (method: string, path: string, body: unknown): Promise<string> => {
    const client = usualClient(method, path, body);
    const token = tokens.get(client) ?? requestToken(oidm, client);
    tokens.set(client, token);
    return token;
  };
}

/** When it takes too long, the checker says what is open. */
async function untilPublished(client: Client, count: number): Promise<void> {
  const ends = new Set<string>();
  let after: string | undefined;
  const isDone = async () => {
    const { items, next } = await client.feed(after);
    for (const { subject, data } of items) ends.add(`${subject} ${data.statusVersion}`);
    after = next ?? undefined;
    return ends.size >= count;
  };
  await eventually(isDone, { timeoutMs: patienceMs, everyMs: 100 }).catch(() => undefined);
}
