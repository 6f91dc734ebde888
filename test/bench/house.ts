import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { environment } from '#src/config.ts';
import { type Child, startChild } from '#src/local/child.ts';
import { projectFolder } from '#src/local/folders.ts';
import { nodeFlags } from '#src/local/our-process.ts';
import { freePort } from '#src/local/ports.ts';
import { type Services, startServices } from '#src/local/services.ts';
import type { Loaded } from './contestant.ts';

/** What both contestants stand on: one PostgreSQL (durable, as in production), one Redis, one Kafka, and one of each sandbox. */
export interface House extends AsyncDisposable {
  services: Services;
  thunderhead: { url: string; pid: number };
  oidm: { url: string };
  /** Runs a TypeScript file of this project as a process of its own. */
  spawn(name: string, args: readonly string[], settings: Record<string, string>): Promise<Child>;
  /** Runs it to its end. @throws when it fails */
  run(name: string, args: readonly string[], settings?: Record<string, string>): Promise<string>;
  /** Runs a loader to its end; the last line it writes says what CPU the loading took. */
  load(name: string, args: readonly string[], settings: Record<string, string>): Promise<Loaded>;
  /** A new database. */
  database(name: string): Promise<string>;
  pidOf(service: 'PostgreSQL' | 'Redis' | 'Kafka'): number;
}

export async function openHouse(batchMs: number): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), 'oms-bench-'));
  const { DATABASE_URL: _, REDIS_URL: __, KAFKA_BROKERS: ___, ...others } = environment;
  const services = await startServices({ directory, environment: others, ports: 'free', log: () => undefined });
  const children: Child[] = [];

  const spawn: House['spawn'] = async (name, args, settings) => {
    const child = await startChild({
      name,
      command: process.execPath,
      args: [...nodeFlags, '--disable-warning=ExperimentalWarning', ...args],
      environment: { PATH: others.PATH ?? '', LOG_LEVEL: 'warn', ...settings },
      workingDirectory: projectFolder,
      logFile: join(directory, 'logs', `${name.replaceAll(' ', '-')}.log`),
      graceMs: 30_000,
    });
    children.push(child);
    return child;
  };

  const run: House['run'] = async (name, args, settings = {}) => {
    const child = await spawn(name, args, settings);
    const { code } = await child.exited;
    if (code !== 0) throw new Error(`the ${name} failed: ${child.output()}`);
    return child.output().trim();
  };

  const sandbox = async (what: 'thunderhead' | 'oidm', ...flags: string[]) => {
    const args = [`src/sandbox/${what}/main.ts`, '--port', `${await freePort()}`, ...flags];
    const child = await spawn(`${what} sandbox`, args, {});
    return { url: await child.until(() => /"ready":true,"url":"([^"]+)"/.exec(child.output())?.[1]), pid: child.pid };
  };
  const thunderhead = await sandbox('thunderhead', '--batch-ms', `${batchMs}`);
  const oidm = await sandbox('oidm');

  return {
    services,
    thunderhead,
    oidm,
    spawn,
    run,
    load: async (...what) => JSON.parse((await run(...what)).split('\n').at(-1) ?? '') as Loaded,
    async database(name) {
      const client = new pg.Client({ connectionString: services.databaseUrl });
      await client.connect();
      await client.query(`create database bench_${name}`).finally(() => client.end());
      const address = new URL(services.databaseUrl);
      address.pathname = `bench_${name}`;
      return address.href;
    },
    pidOf(service) {
      const child = services.children.find(({ name }) => name.startsWith(service));
      if (!child) throw new Error(`no ${service} of our own: ${services.children.map(({ name }) => name)}`);
      return child.pid;
    },
    async [Symbol.asyncDispose]() {
      for (const child of children.toReversed()) await child.stop();
      await services.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
