import { boundaries } from '#processors/engine/boundary.ts';
import type { Cell } from './cell.ts';
import { type CrashPoint, callEdges, wordOf } from './crash-point.ts';
import { between } from './random.ts';

const stages = ['validate', 'submit', 'poll', 'publish'] as const;

/** Told of for each document, and not for each chunk. */
const mostTimes = (edge: CrashPoint['edge']): number => (edge === 'after-effect' ? 40 : 4);

const mostKillsOfOne = 3;

/**
 * Who dies here leaves an intent without an answer. Where Thunderhead has nothing of it (it was never asked, or refused the
 * document unheard) the document is handed over anew, three times in all; and the same ones are the first after each start.
 */
const lostThrice = ['submit:intended', 'submit:sent'];
const leftToAnOperator = ['OMS_HANDOVER_UNANSWERED'];

/** `kill -9` of both workers, again and again, at one edge of the steps of one stage. */
const crashCell = (stage: string, edge: CrashPoint['edge']): Cell => ({
  name: `${stage}:${edge}`,
  overMs: 6_000,
  leastBlows: 2,
  allowed: lostThrice.includes(`${stage}:${edge}`) ? leftToAnOperator : [],
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
