import type { Signal } from '#processors/engine/signal.ts';
import type { Ring } from '#queues/orchestration.ts';
import type { Random } from './random.ts';

/** Shares of the rings, 0 to 1, that something befalls. */
export interface BadBells {
  doubled?: number;
  late?: number;
  lost?: number;
}

/** Told of every bell that something was done to. */
export type Harmed = (harm: keyof BadBells, signals: readonly Signal[]) => void;

const longestMs = 3_000;

/** A bell that rings twice, late, or not at all: in the one place that all rings of a process go through. */
export const withBadBells =
  ({ doubled = 0, late = 0, lost = 0 }: BadBells, random: Random, harmed: Harmed) =>
  (ring: Ring): Ring => {
    const ringLater: Ring = async (signals) => {
      setTimeout(() => void ring(signals), random() * longestMs).unref();
      return true;
    };
    return async (signals) => {
      if (random() < lost) {
        harmed('lost', signals);
        return true;
      }
      if (random() < late) {
        harmed('late', signals);
        return ringLater(signals);
      }
      if (random() < doubled) {
        harmed('doubled', signals);
        // Once at the same time, which may come to two workers at once, or to one within one chunk; and once much later.
        await (random() < 0.5 ? ring([...signals, ...signals]) : ringLater(signals));
      }
      return ring(signals);
    };
  };
