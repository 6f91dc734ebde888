import type Joi from 'joi';
import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '#processors/engine/transaction.ts';
import type { Logger } from './log.ts';
import { seldom } from './quietly.ts';

/** What operators change while everything runs. What must be known before the database is reached is in `src/config.ts`. */
export interface Settings {
  /**
   * The value that was set, else the fallback; a value that the schema refuses counts as not set. From memory: whoever
   * keeps asking knows a change within two seconds, and the first question after a pause is answered as the last one was.
   * The schema should be the same object each time: a value is held against it once.
   */
  current<T>(key: string, schema: Joi.Schema<T>, fallback: T): T;
  /** This process knows it when the promise resolves. Who calls it has held the value against its schema. */
  change(key: string, value: unknown, actor: string): Promise<void>;
  /** From what is set now, not from memory: of two who change the same value at once, neither undoes the other's change. */
  update<T>(key: string, from: UpdateFrom<T>, change: (value: T) => T): Promise<void>;
  /** All that were ever set, and by whom; not from memory. */
  list(): Promise<readonly Setting[]>;
}

export interface Setting {
  key: string;
  value: unknown;
  changedBy: string;
  changedAt: Date;
}

export interface UpdateFrom<T> {
  /** A value that it refuses counts as not set. */
  schema: Joi.Schema<T>;
  fallback: T;
  actor: string;
}

export interface SettingsParts {
  pool: Pool;
  log: Pick<Logger, 'warn' | 'error'>;
  /** Milliseconds of a clock that is never set. */
  now?: () => number;
}

const readAfterMs = 1_000;
/** A database that does not answer counts as away. */
const patienceMs = 1_500;

/** A value with the schema it was last held against. */
interface Checked {
  setting: Setting;
  schema: Joi.Schema;
  accepted: { value: unknown } | undefined;
}

/** Comes with what is set already, so that no process begins with what an operator has overruled, unless the database is away. */
export async function openSettings(parts: SettingsParts): Promise<Settings> {
  const { pool, log, now = () => performance.now() } = parts;
  const complain = seldom((error: Error) => log.warn({ err: error }, 'settings: the last known ones are used'));
  let settings: ReadonlyMap<string, Setting> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  const checked = new Map<string, Checked>();
  const complainedOf = new WeakSet<Setting>();
  let reading: Promise<void> | undefined;

  const read = async () => {
    settings = keep(settings, await readAll(pool));
  };
  /** One question at a time, and none more often than once a second, also while the database is away. */
  const refresh = (): Promise<void> => {
    readAt = now();
    reading ??= read()
      .catch(complain)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const check = (setting: Setting, schema: Joi.Schema): Checked => {
    const { value, error } = schema.validate(setting.value, { convert: false });
    if (error && !complainedOf.has(setting)) {
      const { key, changedBy } = setting;
      log.error({ key, changedBy, reason: error.message }, 'a setting that cannot be is ignored');
      complainedOf.add(setting);
    }
    return { setting, schema, accepted: error ? undefined : { value } };
  };

  /** What is being read may be from before the change. */
  const refreshAfter = async () => {
    await reading;
    await refresh();
  };

  await refresh();
  return {
    current<T>(key: string, schema: Joi.Schema<T>, fallback: T): T {
      if (now() - readAt >= readAfterMs) void refresh();
      const setting = settings.get(key);
      if (!setting) return fallback;
      let known = checked.get(key);
      if (known?.setting !== setting || known.schema !== schema) {
        known = check(setting, schema);
        checked.set(key, known);
      }
      return known.accepted ? (known.accepted.value as T) : fallback;
    },
    async change(key, value, actor) {
      await write(pool, { key, value, actor });
      await refreshAfter();
    },
    async update(key, { schema, fallback, actor }, change) {
      await inTransaction(pool, async (transaction) => {
        const set = await readForUpdate(transaction, key);
        const { value, error } = schema.validate(set, { convert: false });
        const before = set === undefined || error ? fallback : value;
        await write(transaction, { key, value: change(before), actor });
      });
      await refreshAfter();
    },
    list: () => readAll(pool),
  };
}

/** What is as it was stays the same object: it need not be held against its schema again, nor complained of. */
function keep(known: ReadonlyMap<string, Setting>, read: readonly Setting[]): ReadonlyMap<string, Setting> {
  const same = (a: Setting, b: Setting) =>
    a.changedAt.getTime() === b.changedAt.getTime() && JSON.stringify(a.value) === JSON.stringify(b.value);
  return new Map(
    read.map((setting) => {
      const before = known.get(setting.key);
      return [setting.key, before && same(before, setting) ? before : setting];
    }),
  );
}

async function readAll(pool: Pool): Promise<readonly Setting[]> {
  const question = {
    text: `select key, value, changed_by as "changedBy", changed_at as "changedAt" from setting order by key`,
    query_timeout: patienceMs,
  };
  return (await pool.query<Setting>(question)).rows;
}

/** Whoever asks for the same key next waits until this transaction is over; also when there is no row yet. */
async function readForUpdate(transaction: PoolClient, key: string): Promise<unknown> {
  const lock = {
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`setting ${key}`],
    query_timeout: patienceMs,
  };
  await transaction.query(lock);
  const question = {
    text: 'select value from setting where key = $1',
    values: [key],
    query_timeout: patienceMs,
  };
  return (await transaction.query<Pick<Setting, 'value'>>(question)).rows[0]?.value;
}

async function write(
  connection: Pool | PoolClient,
  { key, value, actor }: { key: string; value: unknown; actor: string },
): Promise<void> {
  const statement = {
    text: `insert into setting (key, value, changed_by, changed_at) values ($1, $2, $3, now())
      on conflict (key) do update
      set value = excluded.value, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
    values: [key, JSON.stringify(value), actor],
    query_timeout: patienceMs,
  };
  await connection.query(statement);
}
