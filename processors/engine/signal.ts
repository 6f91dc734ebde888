import type { Progress } from './progress.ts';

/** "Look at these ids now." It carries no truth: a lost one delays work, a doubled one changes nothing. */
export interface Signal {
  pipeline: string;
  stage: string;
  /** One to fifty. */
  ids: readonly string[];
  dueAt: Date;
}

/** What a run of a signal came to, as far as it has come. */
export interface Settlement {
  /** To be rung. */
  next: readonly Signal[];
  ended: readonly string[];
  failed: readonly string[];
  /** Not ours: gone on, ended, or in another worker's hands. */
  skipped: readonly string[];
}

export const chunkSize = 50;

/** Rings are rounded up to a grid, so that items due at almost the same time share one: a twentieth of the delay, 10 to 500 ms. */
const gridOf = (delayMs: number): number => Math.min(500, Math.max(10, 2 ** Math.floor(Math.log2(delayMs / 20))));

/** The fewest signals that ring all these items: one stage and one time each, at most fifty ids. */
export function signalsFor(
  pipeline: string,
  items: Iterable<Pick<Progress, 'id' | 'stage' | 'dueAt'>>,
  now: Date,
): Signal[] {
  const groups = new Map<string, { stage: string; at: number; ids: string[] }>();
  for (const { id, stage, dueAt } of items) {
    const grid = gridOf(dueAt.getTime() - now.getTime());
    const at = dueAt <= now ? 0 : Math.ceil(dueAt.getTime() / grid) * grid;
    const key = `${stage} ${at}`;
    const group = groups.get(key) ?? { stage, at, ids: [] };
    if (group.ids.push(id) === 1) groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ stage, at, ids }) =>
    chunks(ids, chunkSize).map((chunk) => ({ pipeline, stage, ids: chunk, dueAt: at === 0 ? now : new Date(at) })),
  );
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
