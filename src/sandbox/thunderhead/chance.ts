/** Faults by chance instead of by script: a share of the accepted submits, the same ones for the same seed. */
import type { Unanswered } from './faults.ts';

export interface Rates {
  timeout: number;
  reset: number;
  malformed: number;
  seed: number;
}

export interface Chance {
  readonly rates: Rates;
  /** How many submits have met something since the rates were set. */
  readonly met: number;
  /** From here on, counted from the first submit. */
  set(rates: Rates): void;
  /** What the next accepted submit meets. */
  next(): Unanswered | null;
}

export const noRates: Rates = { timeout: 0, reset: 0, malformed: 0, seed: 1 };

export function openChance(): Chance {
  let rates = noRates;
  let call = 0;
  let met = 0;
  const choose = (): Unanswered | null => {
    const { timeout, reset, malformed, seed } = rates;
    if (timeout + reset + malformed === 0) return null;
    const drawn = draw(seed, call);
    if (drawn < timeout) return 'timeout';
    if (drawn < timeout + reset) return 'reset';
    return drawn < timeout + reset + malformed ? 'malformed' : null;
  };
  return {
    get rates() {
      return rates;
    },
    get met() {
      return met;
    },
    set(wanted) {
      rates = wanted;
      call = 0;
      met = 0;
    },
    next() {
      call += 1;
      const chosen = choose();
      if (chosen) met += 1;
      return chosen;
    },
  };
}

/** A number in [0, 1) that depends on nothing else (the finalizer of MurmurHash3, which mixes neighbours well). */
function draw(seed: number, call: number): number {
  let mixed = Math.imul(seed | 0, 0x9e3779b1) ^ call;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
