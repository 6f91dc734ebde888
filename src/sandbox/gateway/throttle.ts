/** A token bucket for all calls of the facade, and the three ways gateways have of saying that it is empty. */
import { type ThrottleDialect, throttled } from './failures.ts';

export interface ThrottleSettings {
  /** Null: as many as there are. */
  callsPerMinute: number | null;
  /** How many may come at once; a fifth of a minute's, and at least one, unless told. */
  burst: number;
  /** The policy that Oracle ships answers 500. */
  dialect: ThrottleDialect;
}

export interface Throttle {
  readonly settings: ThrottleSettings;
  /** Calls that were turned away. */
  readonly refused: number;
  /** From here on, with a full bucket. */
  set(settings: ThrottleSettings): void;
  /** @throws Failure when the bucket is empty */
  take(): void;
  clear(): void;
}

const unthrottled: ThrottleSettings = { callsPerMinute: null, burst: 1, dialect: '500' };

export function openThrottle(now: () => number): Throttle {
  let settings = unthrottled;
  let refused = 0;
  let tokens = 0;
  let filledAt = 0;
  return {
    get settings() {
      return settings;
    },
    get refused() {
      return refused;
    },
    set(wanted) {
      settings = wanted;
      tokens = wanted.burst;
      filledAt = now();
    },
    take() {
      const { callsPerMinute, burst, dialect } = settings;
      if (callsPerMinute === null) return;
      const at = now();
      const perMs = callsPerMinute / 60_000;
      tokens = Math.min(burst, tokens + Math.max(0, at - filledAt) * perMs);
      filledAt = at;
      if (tokens < 1) {
        refused += 1;
        throw throttled(dialect, (1 - tokens) / perMs);
      }
      tokens -= 1;
    },
    clear() {
      settings = unthrottled;
      refused = 0;
    },
  };
}
