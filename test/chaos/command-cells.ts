import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '#src/local/child.ts';
import { projectFolder } from '#src/local/folders.ts';
import type { Cell, Scene } from './cell.ts';
import { between } from './random.ts';

/** How often the recovery sets a failed document going again here; it fails again each time. */
const recoveries = 2;

/** Runs a command of the product; with a time it is killed then, if it is not over yet. */
async function command(scene: Scene, words: readonly string[], killAfterMs?: number): Promise<void> {
  const child = await startChild({
    name: words.join(' '),
    command: process.execPath,
    args: ['src/main.ts', ...words],
    environment: { ...scene.environment },
    workingDirectory: projectFolder,
    logFile: `${scene.directory}/${words[0]}-commands.log`,
  });
  if (killAfterMs !== undefined) {
    await Promise.race([delay(killAfterMs), child.exited]);
    process.kill(child.pid, 'SIGKILL');
  }
  const { code, signal } = await child.exited;
  if (code !== 0 && signal !== 'SIGKILL') scene.complain(`${words.join(' ')} ended with ${code}: ${child.output()}`);
  scene.blow();
}

export const commandCells: readonly Cell[] = [
  {
    name: 'two-recoveries',
    overMs: 20_000,
    leastBlows: 4,
    recoveries,
    environment: { RECOVERY_POLICY: `THUNDERHEAD_ERROR:${recoveries}x1`, RECOVERY_EVERY_SECONDS: '1' },
    processes: [['worker'], ['worker'], ['sweep'], ['recovery'], ['recovery']],
    // Both schedules share one job. Commands beside them make sure that passes overlap, and are killed in the middle.
    async disturb(scene) {
      await scene.until(0.2);
      while (!scene.isOver()) {
        const once = ['recovery', '--once'];
        await Promise.all([command(scene, once), command(scene, once, between(scene.random, 800, 2_000))]);
      }
    },
  },
  {
    name: 'queues-rebuilt',
    overMs: 12_000,
    leastBlows: 3,
    async disturb(scene) {
      for (const share of [0.2, 0.5, 0.8]) {
        await scene.until(share);
        await command(scene, ['rebuild-queues']);
      }
    },
  },
];
