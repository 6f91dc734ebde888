import { rmSync } from 'node:fs';

/** Stops what the set-up started, and takes its folder away. */
interface Run {
  directory: string;
  stop(): Promise<void>;
}

/** Set-up and teardown are loaded as two modules; the process is what they share. */
const shared = globalThis as { omsTestRun?: Run };

export function keepForTeardown(run: Run): void {
  shared.omsTestRun = run;
}

export default async function globalTeardown(): Promise<void> {
  const run = shared.omsTestRun;
  if (!run) return;
  await run.stop();
  rmSync(run.directory, { recursive: true, force: true });
}
