import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '#src/config.ts';
import { freePort } from '#src/local/ports.ts';
import { clientOf } from '#test/support/client.ts';
import { eventually } from '#test/support/eventually.ts';
import { type ReadyClient, requestToken, usualClient } from '#test/support/tokens.ts';
import type { Cell, Scene } from './cell.ts';
import { planDocuments } from './documents.ts';
import type { House } from './house.ts';
import { observe } from './observe.ts';
import { errorsAtRest, untilCalledBack, untilPublished } from './quiet.ts';
import { randomOf } from './random.ts';
import { openReceiver } from './receiver.ts';
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
  CALLBACK_KEY: 'a key of at least thirty-two characters',
  CALLBACK_TIMEOUT_MS: '2000',
  CALLBACK_PRIVATE_ADDRESSES: '127.0.0.1',
  CALLBACK_PLAIN_HTTP: 'true',
};

/** Builds a system, hands it documents, does to it what the cell says, and has judged what is seen of it afterwards. */
export async function runCell(cell: Cell, house: House, run: CellRun): Promise<Row> {
  const startedAt = performance.now();
  const random = randomOf(run.seed, cell.name);
  const complaints: string[] = [];
  let blows = 0;
  await using opened = new AsyncDisposableStack();
  const receiver = opened.use(await openReceiver(randomOf(run.seed, `${cell.name} receiver`)));
  const documents = planDocuments(random, run.documents, receiver.url);
  opened.defer(() => house.restore());
  const { databaseUrl, topic } = await house.begin(cell, receiver);
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
    opened.defer(async () => void (await supervised.stop()));
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
  await untilCalledBack(receiver, accepted);
  await delay(quietMs);

  // Before anybody is stopped: one that has to be killed in the end was not struck by us.
  const kills = all.reduce((sum, { killed }) => sum + killed, 0);
  const met = (await cell.blows?.(scene)) ?? (blows || kills);
  const { leastBlows: least } = cell;
  const needed = Math.ceil(typeof least === 'number' ? least : least(run.documents));
  if (met < needed) complaints.push(`only ${met} blows, and not ${needed}: nothing is shown`);
  const [sweep = api.supervised] = scene.of('sweep');
  const errorRows = await errorsAtRest(sweep);
  const stop = async (one: Supervised) => {
    const exit = await one.stop();
    if (exit?.code !== 0)
      complaints.push(`${one.roles} did not end well: ${exit?.signal ?? exit?.code ?? 'it was gone'}`);
  };
  await Promise.all(all.slice(1).map(stop));
  const { thunderhead } = house;
  const outside = { client, brokers: house.kafka.url, topic, thunderhead, calls: receiver.calls, errorRows };
  const seen = await observe(accepted, outside);
  await stop(api.supervised);
  const broken = [...judge(seen, rounds), ...complaints];
  const failures = all.flatMap((one) => one.failures);
  return {
    ...{ cell: cell.name, documents: accepted.length, blows: met, kills, broken },
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
