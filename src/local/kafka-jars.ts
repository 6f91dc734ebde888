import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/**
 * Apache Kafka's own jars, fetched once by the user's Maven and kept in the project's cache. Which registry they come
 * from is the user's Maven settings' business; no address stands here.
 */
export async function kafkaJars(cacheDirectory: string, log: Log, signal?: AbortSignal): Promise<Jars> {
  const found = await findJava();
  if (!found) return { unavailable: `Kafka needs Java ${oldestJava} or newer, and there is no java on PATH` };
  const { java, version } = found;
  if (version < oldestJava)
    return { unavailable: `Kafka needs Java ${oldestJava} or newer; java on PATH is ${version}` };

  // Absolute, because it becomes the class path of a process that starts elsewhere.
  const directory = resolve(cacheDirectory, `kafka-${kafkaVersion}`);
  if (existsSync(directory)) return { java, directory };
  if (!(await runs('mvn', ['--version']))) {
    return { unavailable: 'Kafka is fetched with Maven the first time, and there is no mvn on PATH' };
  }

  log.info({ version: kafkaVersion, directory }, 'fetching Apache Kafka with Maven (about 45 MB), only this once');
  const problem = await fetchInto(directory, signal);
  return problem === undefined ? { java, directory } : { unavailable: problem };
}

/** The newest that resolves completely: 4.4.0's pom names a kafka-tools-api that the registry does not have yet. */
const kafkaVersion = '4.3.1';
const oldestJava = 17;

/** `java` is the program's full path, so that the broker needs nothing of our environment. */
export type Jars = { java: string; directory: string } | { unavailable: string };

export interface Log {
  debug(object: object, message: string): void;
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
  error(object: object, message: string): void;
}

// The slf4j binding is not among Kafka's dependencies; its series must match the slf4j (1.7) and log4j that Kafka brings.
const pom = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>oms.local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.4</version></dependency>
  </dependencies>
</project>
`;
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Under another name until complete: neither a killed download nor a second process leaves half a cache. */
async function fetchInto(directory: string, signal?: AbortSignal): Promise<string | undefined> {
  const unfinished = `${directory}.part-${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    const pomFile = join(unfinished, 'pom.xml');
    await writeFile(pomFile, pom);
    const goal = [copyDependencies, '-DincludeScope=runtime', `-DoutputDirectory=${unfinished}`];
    await run('mvn', ['--batch-mode', '--quiet', '-Dstyle.color=never', '--file', pomFile, ...goal], {
      timeout: 600_000,
      ...(signal && { signal }),
    });
    await rename(unfinished, directory);
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    // Another process was quicker: a rename onto its folder fails, and its jars are as good as ours.
    if (existsSync(directory)) return undefined;
    return `Maven could not fetch Apache Kafka ${kafkaVersion}: ${firstComplaint(error)}`;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const run = promisify(execFile);

const runs = (command: string, args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );

async function findJava(): Promise<{ java: string; version: number } | undefined> {
  try {
    const { stderr } = await run('java', ['-XshowSettings:properties', '-version']);
    const property = (name: string) => new RegExp(`^\\s*${name} = (.+)$`, 'm').exec(stderr)?.[1]?.trim() ?? '';
    // Java 8 calls itself 1.8: not a number we mistake for a newer one.
    const version = Number.parseInt(property('java.specification.version'), 10);
    return { java: join(property('java.home'), 'bin', 'java'), version };
  } catch {
    return undefined;
  }
}

function firstComplaint(error: unknown): string {
  const { stdout = '', stderr = '', message = String(error) } = error as { stdout?: string; stderr?: string } & Error;
  return /\[ERROR\] (.+?)(?: -> \[Help \d+\])?$/m.exec(stdout + stderr)?.[1] ?? message;
}
