import { type Boundary, boundaries } from '#processors/engine/boundary.ts';

/** Around the call that hands documents over: its intent is on disk and it goes out now; it is out and not answered. */
export const callEdges = ['intended', 'sent'] as const;
export type CallEdge = (typeof callEdges)[number];

/** Where a process ends itself: the n-th time that a step of this stage comes so far. */
export interface CrashPoint {
  stage: string;
  edge: Boundary | CallEdge;
  n: number;
}

/** `submit:after-effect:3` */
export const wordOf = ({ stage, edge, n }: CrashPoint): string => `${stage}:${edge}:${n}`;

export function readCrashPoint(word: string): CrashPoint {
  const [stage = '', edge, n] = word.split(':');
  const known = [...boundaries, ...callEdges].find((name) => name === edge);
  if (!known || !(Number(n) >= 1)) throw new Error(`${word} is no crash point`);
  return { stage, edge: known, n: Number(n) };
}
