import { clockTime } from '../pages/times.ts';
import type { CallUse } from './controls.ts';

/** Whether calls go out, and if not, until when and why: in words, for the page and for the board's queues. */
export interface Condition {
  tone: 'good' | 'waiting' | 'bad' | 'unknown';
  headline: string;
  /** What Thunderhead, or the network, had to say. */
  reason?: string | undefined;
}

export function conditionOf(use: CallUse | undefined, now: Date): Condition {
  if (!use) return { tone: 'unknown', headline: 'How the calls to Thunderhead stand is not known at the moment' };
  const { breaker, pausedUntil } = use;
  const reason = breaker.reason ?? undefined;
  if (breaker.state === 'probing')
    return { tone: 'waiting', headline: 'One call is finding out whether Thunderhead answers again', reason };
  if (breaker.until && breaker.until > now)
    return { tone: 'bad', headline: `Thunderhead is being left alone until ${clockTime(breaker.until)}`, reason };
  // Also when the breaker is open and has rested: the call that was to find out may have been told to wait.
  if (pausedUntil && pausedUntil > now)
    return { tone: 'waiting', headline: `Thunderhead's gateway wants no calls until ${clockTime(pausedUntil)}` };
  if (breaker.state === 'open')
    return {
      tone: 'bad',
      headline: 'Thunderhead is being left alone; the next call finds out whether it answers again',
      reason,
    };
  return { tone: 'good', headline: 'Calls go out' };
}
