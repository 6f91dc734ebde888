import { startChild } from '#src/local/child.ts';
import { projectFolder } from '#src/local/folders.ts';
import type { Cell, Scene } from './cell.ts';

/** How often the recovery sets a failed document going again here; it fails again each time. */
const recoveries = 2;

/** What a turn of a command came to, as it says it itself. */
interface Turn {
  diedAt?: string;
  thrownAway?: number;
  rung?: number;
}

/** A command of the product, turn after turn for as long as documents come in, and again when it has died as it was to. */
async function repeat(scene: Scene, words: readonly string[], onTurn: (turn: Turn) => void): Promise<void> {
  while (!scene.isOver()) {
    const child = await startChild({
      name: words.join(' '),
      command: process.execPath,
      args: ['test/chaos/command.ts', ...words],
      environment: { ...scene.environment },
      workingDirectory: projectFolder,
      logFile: `${scene.directory}/${words.join('-')}.log`,
    });
    const { code, signal } = await child.exited;
    const lines = child.output().trimEnd().split('\n');
    const turns = lines.filter((line) => /^\{"(diedAt|recovered|thrownAway)"/.test(line));
    for (const turn of turns) onTurn(JSON.parse(turn) as Turn);
    const isMeant = signal === 'SIGKILL' && lines.at(-1)?.includes('diedAt');
    if (code !== 0 && !isMeant) scene.complain(`${words.join(' ')} ended with ${signal ?? code}: ${lines.at(-1)}`);
  }
}

export const commandCells: readonly Cell[] = [
  {
    name: 'two-recoveries',
    overMs: 20_000,
    leastBlows: 2,
    recoveries,
    environment: { RECOVERY_POLICY: `THUNDERHEAD_ERROR:${recoveries}x1`, RECOVERY_EVERY_SECONDS: '1' },
    processes: [['worker'], ['worker'], ['sweep'], ['recovery'], ['recovery']],
    // Both schedules share one job. Commands beside them make sure that passes overlap, and die in the middle.
    async disturb(scene) {
      const die = (at: string) =>
        repeat(scene, ['--die', at, '--', 'recovery', '--once'], ({ diedAt }) => void (diedAt && scene.blow()));
      await Promise.all(['open', 'committed'].map(die));
    },
  },
  {
    name: 'queues-rebuilt',
    overMs: 16_000,
    leastBlows: 3,
    disturb: (scene) =>
      repeat(scene, ['rebuild-queues'], ({ thrownAway = 0, rung = 0 }) => {
        if (thrownAway > 0 && rung > 0) scene.blow();
      }),
  },
];
