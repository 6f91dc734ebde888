/** The edges of a step: where a process may die, and what it leaves behind is another thing each time. */
export const boundaries = [
  'before-claim',
  'after-claim',
  'after-effect',
  'before-commit',
  'after-commit',
  'before-ring',
] as const;

export type Boundary = (typeof boundaries)[number];

/** Told how far a step has come. Nobody listens in production; `npm run chaos` ends the process right there. */
export type Reached = (boundary: Boundary, step: { pipeline: string; stage: string }) => void;
