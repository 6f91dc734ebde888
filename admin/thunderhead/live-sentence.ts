import type { Clock } from '#processors/engine/clock.ts';
import { useIfKnown } from './calls-view.ts';
import { conditionOf } from './condition.ts';
import type { CallSettings, CallUse, ThunderheadControls } from './controls.ts';

/** How the calls stand, in one sentence, for whoever cannot wait for it. */
export interface LiveSentence {
  /** As it was at the last look. */
  current(): string;
  /** Looks again, at most once a second, and not for long: the board does not wait for a store that is away. */
  refresh(): Promise<void>;
}

const refreshAfterMs = 1_000;

export interface LiveSentenceParts {
  controls: Pick<ThunderheadControls, 'settings' | 'use'>;
  clock: Clock;
  /** Milliseconds of a clock that is never set. */
  now?: () => number;
}

export function liveSentence({ controls, clock, now = () => performance.now() }: LiveSentenceParts): LiveSentence {
  let sentence = conditionOf(undefined, clock.now()).headline;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking = Promise.resolve();
  const look = async () => {
    sentence = sentenceOf(await useIfKnown(controls), controls.settings(), clock.now());
  };
  return {
    current: () => sentence,
    refresh() {
      if (now() - lookedAt < refreshAfterMs) return looking;
      lookedAt = now();
      looking = look();
      return looking;
    },
  };
}

function sentenceOf(use: CallUse | undefined, { callsPerMinute }: CallSettings, now: Date): string {
  const { tone, headline, reason } = conditionOf(use, now);
  if (use && tone === 'good') {
    const calls = `${callsPerMinute.toLocaleString('en')} ${callsPerMinute === 1 ? 'call' : 'calls'}`;
    return `${calls} a minute, ${use.grantedInLastMinute} used in the last one; breaker closed`;
  }
  return reason ? `${headline}: ${reason}` : headline;
}
