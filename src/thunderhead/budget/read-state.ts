import { type BudgetState, newSource, newState } from './state.ts';

/** No time in a state lies further ahead: whatever says so was written by a clock that was wrong. */
const mostAheadMs = 2 * 3_600_000;

/** A copy of what is shared. What is not there, or is not such a state, counts as lost: it begins nearly empty. */
export function readState(value: unknown, now: number): BudgetState {
  const state = copyOf(value, sample) as BudgetState | undefined;
  return state && isOfItsTime(state, now) ? state : newState(now);
}

/** What each field looks like; null stands for what may be null or a string. */
const sample: BudgetState = {
  ...newState(0),
  inFlight: [{ id: '', source: null, since: 0, until: 0 }],
  breaker: { ...newState(0).breaker, probe: null },
  sources: [newSource('')],
};

/** With the fields of the shape, each of its kind; undefined when one is not. */
function copyOf(value: unknown, shape: unknown): unknown {
  if (shape === null) return value === null || typeof value === 'string' ? value : undefined;
  if (typeof shape === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof shape !== 'object') return typeof value === typeof shape ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(shape)) {
    const items = Array.isArray(value) ? value.map((item) => copyOf(item, shape[0])) : [undefined];
    return items.includes(undefined) ? undefined : items;
  }
  const copy: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(shape)) {
    copy[key] = copyOf((value as Record<string, unknown>)[key], field);
    if (copy[key] === undefined) return undefined;
  }
  return copy;
}

const isOfItsTime = ({ at, pausedUntil, breaker }: BudgetState, now: number): boolean =>
  Math.max(at, pausedUntil, breaker.until) <= now + mostAheadMs;
