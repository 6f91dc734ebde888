import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';
import { environment } from '#src/config.ts';
import { startChild } from '#src/local/child.ts';
import { projectFolder, throwAwayFolder } from '#src/local/folders.ts';
import { freePort } from '#src/local/ports.ts';

/** Debian's nginx with the configuration that is shipped, on a free port. */
export interface Edge extends AsyncDisposable {
  url: string;
  port: number;
  /** What it wrote: a line for every call, and its complaints. */
  output(): string;
}

export interface EdgeOptions {
  api: string;
  security: string;
  /** The API's, unless told. */
  admin?: string;
  /** In place of the shipped rates, as nginx writes them: `10r/m`. */
  rate?: string;
}

const program = [...(environment.PATH ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'nginx'))
  .find((path) => existsSync(path));

/** Like `describe`; where there is no nginx all of it is reported as skipped, the reason in its name. */
export const describeWithNginx = (name: string, define: () => void): void =>
  program ? describe(name, define) : describe.skip(`${name} (no nginx: apt-get install nginx-light)`, define);

export async function startEdge({ api, security, admin = api, rate }: EdgeOptions): Promise<Edge> {
  if (!program) throw new Error('there is no nginx');
  const folder = throwAwayFolder('edge');
  const port = await freePort();
  cpSync(join(projectFolder, 'k8s/edge'), folder, { recursive: true });
  mkdirSync(join(folder, 'temporary'));
  const upstreams = Object.entries({ api, security, admin }).map(
    ([name, url]) => `upstream ${name} { server ${new URL(url).host} max_fails=0; keepalive 8; }\n`,
  );
  writeFileSync(join(folder, 'upstreams.conf'), upstreams.join(''));
  writeFileSync(join(folder, 'listen.conf'), `listen 127.0.0.1:${port}; set $outside_scheme $scheme;\n`);
  const zones = ['requests', 'probes'].map((zone) => `limit_req_zone $client_network zone=${zone}:1m rate=${rate};\n`);
  if (rate)
    writeFileSync(
      join(folder, 'rates.conf'),
      `${zones.join('')}limit_conn_zone $client_network zone=connections:1m;\n`,
    );
  // Its workers would become `nobody`, who may not write here.
  const asRoot = process.getuid?.() === 0 ? 'user root;' : '';
  const child = await startChild({
    name: 'nginx',
    command: program,
    args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', `daemon off; ${asRoot}`],
    environment: {},
    logFile: join(folder, 'nginx.log'),
    stopSignal: 'SIGTERM',
  });
  const url = `http://127.0.0.1:${port}`;
  await child.until(() =>
    fetch(`${url}/elsewhere`).then(
      () => true,
      () => undefined,
    ),
  );
  return {
    ...{ url, port, output: () => child.output() },
    async [Symbol.asyncDispose]() {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
