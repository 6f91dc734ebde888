import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Finds Redis on this machine, or has the system's own package manager install it when nobody needs to be asked for a
 * password. The service that Debian's package brings is kept from starting: ours is a separate instance.
 */
export interface RedisProgram {
  program: string;
}

export async function redisProgram(
  environment: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<RedisProgram | { unavailable: string }> {
  const found = findRedis(environment);
  if (found) return { program: found };
  if (environment.OMS_INSTALL === 'never') {
    return { unavailable: 'no redis-server on this machine, and OMS_INSTALL=never forbids installing it' };
  }
  const recipe = RECIPES.find(({ tool }) => onPath(environment, tool));
  if (!recipe) return { unavailable: 'no redis-server on this machine, and no package manager that we know' };
  const become = recipe.asRoot ? asRoot(environment) : [];
  if (!become) {
    return { unavailable: `no redis-server on this machine; as an administrator: ${recipe.byHand}` };
  }
  log(`no redis-server on this machine: installing it with ${[...become, recipe.tool].join(' ')} (once)`);
  const { code, output } = await run([...become, 'sh', '-c', recipe.script], environment);
  const installed = findRedis(environment);
  if (installed) return { program: installed };
  return {
    unavailable: `${recipe.tool} could not install Redis (exit code ${code}): ${output.trim().split('\n').at(-1)}`,
  };
}

function findRedis(environment: NodeJS.ProcessEnv): string | undefined {
  return onPath(environment, 'redis-server') ?? onPath(environment, 'valkey-server');
}

/** Package managers put servers into folders that are not on everybody's PATH. */
const MORE_FOLDERS = ['/usr/local/bin', '/usr/bin', '/usr/sbin', '/opt/homebrew/bin'];

function onPath(environment: NodeJS.ProcessEnv, program: string): string | undefined {
  return [...(environment.PATH ?? '').split(delimiter), ...MORE_FOLDERS]
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** What to put in front of a command to run it as root without being asked for anything; undefined when that cannot be. */
function asRoot(environment: NodeJS.ProcessEnv): string[] | undefined {
  if (process.getuid?.() === 0) return [];
  const sudo = onPath(environment, 'sudo');
  return sudo && spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n'] : undefined;
}

interface Recipe {
  tool: string;
  asRoot: boolean;
  byHand: string;
  script: string;
}

const RECIPES: readonly Recipe[] = [
  {
    tool: 'apt-get',
    asRoot: true,
    byHand: 'apt-get install redis-server',
    // policy-rc.d is Debian's way to say "install it, but start nothing". A broken foreign source may fail the update;
    // the install tells whether it mattered. Another apt-get at work is waited for.
    script: `
      if [ ! -e /usr/sbin/policy-rc.d ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d
      fi
      export DEBIAN_FRONTEND=noninteractive
      wait='-o DPkg::Lock::Timeout=120'
      apt-get $wait -q update
      apt-get $wait -q -y --no-install-recommends install redis-server
      installed=$?
      if command -v systemctl > /dev/null; then systemctl disable redis-server > /dev/null 2>&1; fi
      exit $installed`,
  },
  { tool: 'dnf', asRoot: true, byHand: 'dnf install redis', script: 'dnf -y install redis || dnf -y install valkey' },
  {
    tool: 'apk',
    asRoot: true,
    byHand: 'apk add redis',
    script: 'apk add --no-cache redis || apk add --no-cache valkey',
  },
  { tool: 'brew', asRoot: false, byHand: 'brew install redis', script: 'brew install redis' },
];

function run([command, ...args]: string[], environment: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command as string, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
