import type { Child } from '#src/local/child.ts';
import { startKafka } from '#src/local/kafka.ts';
import { freePort } from '#src/local/ports.ts';
import { startPostgres } from '#src/local/postgres.ts';
import { startRedis } from '#src/local/redis.ts';

/** One of the three services, which can be taken away and comes back under the same address with what it had on disk. */
export interface Server {
  url: string;
  /** `kill`: as a machine that dies; `gently`: as an operator who restarts it. Answers whether it was there, and is gone. */
  stop(how: 'kill' | 'gently'): Promise<boolean>;
  start(): Promise<void>;
}

interface Started {
  url: string;
  child: Child;
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export async function openServers(directory: string, environment: NodeJS.ProcessEnv) {
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const [postgres, redis, kafka] = await Promise.all([
    server(() => startPostgres({ directory: `${directory}/postgres`, port: ports[0] })),
    server(async () =>
      available(
        await startRedis({ directory: `${directory}/redis`, environment, port: ports[1], log: () => undefined }),
      ),
    ),
    server(async () => {
      const running = available(await startKafka({ directory: `${directory}/kafka`, port: ports[2], log: silent }));
      return { url: running.brokers, child: running.child };
    }),
  ]);
  return { postgres, redis, kafka };
}

function available<T extends object>(answer: T | { unavailable: string }): T {
  if ('unavailable' in answer) throw new Error(answer.unavailable);
  return answer;
}

async function server(start: () => Promise<Started>): Promise<Server> {
  let running: Started | undefined = await start();
  return {
    url: running.url,
    async stop(how) {
      const { child } = running ?? {};
      running = undefined;
      if (how === 'kill' && child) process.kill(child.pid, 'SIGKILL');
      return (await (how === 'kill' ? child?.exited : child?.stop())) !== undefined;
    },
    async start() {
      running ??= await start();
    },
  };
}
