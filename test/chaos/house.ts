import { rmSync } from 'node:fs';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { environment } from '#src/config.ts';
import type { Child } from '#src/local/child.ts';
import { throwAwayFolder } from '#src/local/folders.ts';
import { startSandbox } from '#src/local/sandboxes.ts';
import { migrate } from '#src/platform/migrate.ts';
import { type Sandbox, sandboxOf } from '#test/support/sandbox-control.ts';
import type { Cell } from './cell.ts';
import type { Receiver } from './receiver.ts';
import { openServers, type Server } from './server.ts';

/** What all cells stand on: servers that can be taken away, and the two sandboxes. */
export interface House extends AsyncDisposable {
  directory: string;
  postgres: Server;
  redis: Server;
  kafka: Server;
  thunderhead: Sandbox;
  oidm: string;
  /**
   * A database of the cell's own, whose events go to a topic of their own, and whose clients may be called back there. Redis
   * and Thunderhead know nothing any more.
   */
  begin(
    cell: Pick<Cell, 'name' | 'migrate'>,
    receiver: Pick<Receiver, 'host'>,
  ): Promise<{ databaseUrl: string; topic: string }>;
  /** All servers run again, whatever the cell has done to them. */
  restore(): Promise<void>;
}

const batchMs = 100;
const template = 'chaos_template';

export async function openHouse({ keep }: { keep: boolean }): Promise<House> {
  const directory = throwAwayFolder('chaos');
  const { DATABASE_URL: _, REDIS_URL: __, KAFKA_BROKERS: ___, ...others } = environment;
  await using opened = new AsyncDisposableStack();
  opened.defer(() => (keep ? undefined : rmSync(directory, { recursive: true, force: true })));
  const servers = await openServers(directory, others);
  for (const each of Object.values(servers)) opened.defer(async () => void (await each.stop('gently')));
  const sandbox = async (name: 'thunderhead' | 'oidm') => {
    const onChild = (child: Child) => opened.defer(async () => void (await child.stop()));
    return (await startSandbox(name, { directory, environment: others, port: 0, batchMs, onChild })).url;
  };
  const thunderhead = sandboxOf(await sandbox('thunderhead'));
  const oidm = await sandbox('oidm');
  await query(servers.postgres.url, `create database ${template}`);
  await migrate(databaseOf(servers.postgres.url, template));

  const restore = async () => void (await Promise.all(Object.values(servers).map((each) => each.start())));
  let count = 0;
  const stack = opened.move();
  return {
    ...{ directory, ...servers, thunderhead, oidm, restore },
    async begin(cell, { host }) {
      const name = `chaos_${++count}`;
      const databaseUrl = databaseOf(servers.postgres.url, name);
      await query(
        servers.postgres.url,
        `create database ${name} ${cell.migrate ? '' : `template ${template} strategy file_copy`}`,
      );
      await cell.migrate?.(databaseUrl);
      const topic = `oms.chaos-${count}-${cell.name.replaceAll(':', '-')}`;
      await query(databaseUrl, `update document_configuration set value = $1 where code = 'TOPIC_NAME'`, [topic]);
      await query(
        databaseUrl,
        `update reference_data set attributes = attributes || jsonb_build_object('callbackHosts', $1::jsonb) where type = 'CLIENT'`,
        [JSON.stringify([host])],
      );
      await flush(servers.redis.url);
      await thunderhead.turn('reset', {});
      return { databaseUrl, topic };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Answers how many keys were thrown away. */
export async function flush(redisUrl: string): Promise<number> {
  const redis = new Redis(redisUrl);
  const keys = await redis.dbsize();
  await redis.flushall();
  redis.disconnect();
  return keys;
}

function databaseOf(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

async function query(url: string, text: string, values?: unknown[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text, values).finally(() => client.end());
}
