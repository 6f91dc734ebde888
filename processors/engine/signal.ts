import type { Progress } from './progress.ts';

/** "Look at these ids now." It carries no truth: a lost one delays work, a doubled one changes nothing. */
export interface Signal {
  pipeline: string;
  stage: string;
  /** One to fifty. */
  ids: readonly string[];
  dueAt: Date;
  /** To be looked at before what waits already. */
  urgent?: boolean;
}

/** From this priority on an item passes the others. Two classes and not ten, or whole chunks would fall apart. */
export const urgentFrom = 5;

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

/** What is due within the same stretch shares a ring, at the latest of its times: a twentieth of the delay, 2 to 500 ms. */
const stretchOf = (delayMs: number): number => Math.min(500, Math.max(2, 2 ** Math.floor(Math.log2(delayMs / 20))));

/** The fewest signals that ring all these items: one stage, one time and one class each, at most fifty ids. Never early. */
export function signalsFor(
  pipeline: string,
  items: Iterable<Pick<Progress, 'id' | 'stage' | 'dueAt'> & { priority?: number }>,
  now: Date,
): Signal[] {
  const groups = new Map<string, { stage: string; dueAt: Date; urgent: boolean; ids: string[] }>();
  for (const { id, stage, dueAt, priority = 0 } of items) {
    const delayMs = dueAt.getTime() - now.getTime();
    const urgent = priority >= urgentFrom;
    const key = `${stage} ${urgent} ${delayMs <= 0 ? 'now' : Math.floor(dueAt.getTime() / stretchOf(delayMs))}`;
    const group = groups.get(key) ?? { stage, dueAt: now, urgent, ids: [] };
    if (group.ids.push(id) === 1) groups.set(key, group);
    if (dueAt > group.dueAt) group.dueAt = dueAt;
  }
  return [...groups.values()].flatMap(({ stage, dueAt, urgent, ids }) =>
    chunks(ids, chunkSize).map((chunk) => ({ pipeline, stage, ids: chunk, dueAt, ...(urgent && { urgent }) })),
  );
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
