import type { Orchestration } from '#queues/orchestration.ts';
import type { Random } from './random.ts';

/** Shares of the rings, 0 to 1, that something befalls. */
export interface BadBells {
  doubled?: number;
  late?: number;
  lost?: number;
}

const longestMs = 3_000;

/** The same orchestration with a bell that rings twice, late, or not at all. */
export const withBadBells =
  ({ doubled = 0, late = 0, lost = 0 }: BadBells, random: Random) =>
  (orchestration: Orchestration): Orchestration => {
    const ringLater: Orchestration['signal'] = async (signals) => {
      setTimeout(() => void orchestration.signal(signals), random() * longestMs).unref();
      return true;
    };
    return {
      ...orchestration,
      async signal(signals) {
        if (signals.length === 0) return true;
        if (random() < lost) return true;
        if (random() < late) return ringLater(signals);
        // Once at the same time, which may come to two workers at once, or to one within one chunk; and once much later.
        if (random() < doubled)
          await (random() < 0.5 ? orchestration.signal([...signals, ...signals]) : ringLater(signals));
        return orchestration.signal(signals);
      },
    };
  };
