import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Child, ChildFailed, lastLines, startChild } from './child.ts';
import { cacheFolder } from './folders.ts';
import { kafkaJars, type Log } from './kafka-jars.ts';
import { answersMetadata } from './kafka-metadata.ts';
import { adopt } from './orphan.ts';
import { freePort } from './ports.ts';
import { identify, type ProcessIdentity } from './process.ts';

/**
 * A real Apache Kafka without Docker: one node that is broker and controller, on loopback, its data in
 * `directory/kafka`. It survives restarts and kill -9; nothing of an earlier start is adopted, only its data.
 */
export async function startKafka(options: KafkaStart): Promise<RunningKafka | { unavailable: string }> {
  const { log, signal } = options;
  const directory = resolve(options.directory);
  const jars = await kafkaJars(options.cacheDirectory ?? cacheFolder, log, signal);
  if ('unavailable' in jars) return jars;
  signal?.throwIfAborted();

  await mkdir(directory, { recursive: true });
  await stopLeftOver(directory);
  await writeFile(join(directory, 'kafka-log4j2.properties'), log4j);
  // The quick compiler only: ready in 1.5 s instead of 2.1, and just as fast for what one machine sends.
  const java = (...args: string[]): Program => ({
    command: jars.java,
    args: ['-Xmx512m', `-Dlog4j2.configurationFile=${join(directory, 'kafka-log4j2.properties')}`]
      .concat('-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars.directory, '*'))
      .concat(args),
    environment: { PATH: `${dirname(jars.java)}:/usr/local/bin:/usr/bin:/bin` },
    logFile: join(directory, 'kafka.log'),
  });
  await formatOnce(directory, java);

  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(options.port ?? (await freePort()), directory, java, signal);
    } catch (error) {
      // A port that was free a moment ago was taken by another start. One that was asked for by number is no accident.
      const portLost = /Address already in use/.test(String(error));
      if (!portLost || options.port !== undefined || attempt === 3) throw error;
    }
  }
}

export interface KafkaStart {
  directory: string;
  /** A free one unless told. */
  port?: number;
  /** Where the jars are kept; `data/cache` unless told. */
  cacheDirectory?: string;
  signal?: AbortSignal;
  log: Log;
}

export interface RunningKafka {
  /** `127.0.0.1:<port>`. */
  brokers: string;
  pid: number;
  /** To notice when it dies. */
  child: Child;
  stop(): Promise<void>;
}

interface Program {
  command: string;
  args: readonly string[];
  environment: NodeJS.ProcessEnv;
  logFile: string;
}

type Java = (...args: string[]) => Program;

async function startOn(port: number, directory: string, java: Java, signal?: AbortSignal): Promise<RunningKafka> {
  const settings = join(directory, 'kafka.properties');
  await writeFile(settings, properties(join(directory, 'kafka'), port, await freePortBut(port)));
  const child = await startChild({ name: 'Kafka', ...java('kafka.Kafka', settings) });
  await writeFile(pidFile(directory), JSON.stringify(identify(child.pid)));
  const stop = async () => {
    await child.stop();
    await rm(pidFile(directory), { force: true });
  };
  try {
    await child.until(async () => (await answersMetadata('127.0.0.1', port)) || undefined, {
      timeoutMs: 60_000,
      signal,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { brokers: `127.0.0.1:${port}`, pid: child.pid, child, stop };
}

/** Under another name until complete, so that a format killed half-way is simply done again. */
async function formatOnce(directory: string, java: Java): Promise<void> {
  const data = join(directory, 'kafka');
  if (existsSync(join(data, 'meta.properties'))) return;
  const unfinished = join(directory, 'kafka.new');
  await rm(unfinished, { recursive: true, force: true });
  const settings = join(directory, 'kafka-format.properties');
  await writeFile(settings, properties(unfinished, 1, 2));
  // A cluster id is a UUID in base64url; one that begins with a dash would be taken for an option.
  const clusterId = `O${randomBytes(16).toString('base64url').slice(1)}`;
  const format = java('kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', settings);
  const child = await startChild({ name: "Kafka's formatter", ...format });
  const { code } = await child.exited;
  if (code !== 0) throw new ChildFailed(`Kafka could not format its data.${lastLines(child.output(), child.logFile)}`);
  await rename(unfinished, data);
  await rm(settings);
}

/** The broker of a start that was killed: two brokers on one folder would ruin it. */
async function stopLeftOver(directory: string): Promise<void> {
  const leftOver = parsed(await readFile(pidFile(directory), 'utf8').catch(() => ''));
  if (leftOver) await adopt(leftOver, { name: 'Kafka', logFile: join(directory, 'kafka.log') }).stop();
}

/** Null when the record is missing or was cut short by a kill. */
function parsed(record: string): ProcessIdentity | null {
  try {
    return JSON.parse(record);
  } catch {
    return null;
  }
}

const pidFile = (directory: string): string => join(directory, 'kafka.pid.json');

async function freePortBut(taken: number): Promise<number> {
  const port = await freePort();
  return port === taken ? freePortBut(taken) : port;
}

const properties = (data: string, port: number, controllerPort: number): string => `process.roles=broker,controller
node.id=1
# The static way of naming the controller: the address of a dynamic quorum is kept in its data, and ours changes.
controller.quorum.voters=1@127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${data}
num.partitions=3
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=3
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=3
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=true
# After a kill -9 the controller waits for the broker's old session to end (9 s by default) before it lets it in again.
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=500
`;

const log4j = `rootLogger.level = warn
rootLogger.appenderRef.out.ref = OUT
appender.out.type = Console
appender.out.name = OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1}: %m%n
`;
