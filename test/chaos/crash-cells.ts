import { boundaries } from '#processors/engine/boundary.ts';
import type { Cell } from './cell.ts';
import { type CrashPoint, callEdges, wordOf } from './crash-point.ts';
import { between } from './random.ts';

const stages = ['validate', 'submit', 'poll', 'publish'] as const;

/** Told of for each document, and not for each chunk. */
const mostTimes = (edge: CrashPoint['edge']): number => (edge === 'after-effect' ? 40 : 4);

const mostKillsOfOne = 3;

/** `kill -9` of both workers, again and again, at one edge of the steps of one stage. */
const crashCell = (stage: string, edge: CrashPoint['edge']): Cell => ({
  name: `${stage}:${edge}`,
  overMs: 6_000,
  leastBlows: 2,
  program: (roles, random) => {
    if (!roles.includes('worker')) return undefined;
    const points = Array.from({ length: mostKillsOfOne }, () => between(random, 1, mostTimes(edge)));
    return (killed) => {
      const n = points[killed];
      if (n === undefined) return undefined;
      return { args: ['test/chaos/process.ts', '--crash', wordOf({ stage, edge, n })] };
    };
  },
});

export const crashCells: readonly Cell[] = [
  ...stages.flatMap((stage) => boundaries.map((boundary) => crashCell(stage, boundary))),
  ...callEdges.map((edge) => crashCell('submit', edge)),
];
