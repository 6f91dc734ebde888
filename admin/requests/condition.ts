import { clockTime } from '../pages/times.ts';
import type { RequestHead } from './records.ts';
import type { Tone } from './tone.ts';

/** How the request stands, in one sentence. */
export function conditionOf(head: RequestHead, now: Date): { tone: Tone; headline: string } {
  const { stage, status, result, attempts, dueAt, cancelAsked } = head;
  if (status === 'ended' && result) return { tone: endTones[result], headline: endings[result] };
  const wish = cancelAsked ? '; it is to be cancelled' : '';
  if (result) return { tone: endTones[result], headline: `Its end is known (${result}) and about to be published` };
  if (status === 'running') return { tone: 'plain', headline: `Is in hand at ${stage}${wish}` };
  const tries = attempts > 0 ? ` for attempt ${attempts + 1}` : '';
  if (dueAt > now) return { tone: 'waiting', headline: `Waits at ${stage} until ${clockTime(dueAt)}${tries}${wish}` };
  return { tone: 'plain', headline: `Is due at ${stage}${tries}${wish}` };
}

const endings = {
  completed: 'The document was made, and its status published',
  rejected: 'It was rejected: an answer to its source, which was published',
  failed: 'It failed, and that was published. It waits for somebody to decide',
  cancelled: 'It was cancelled, and that was published',
  compensated: 'It was undone, and that was published',
} as const;

const endTones = {
  completed: 'good',
  rejected: 'bad',
  failed: 'bad',
  cancelled: 'waiting',
  compensated: 'waiting',
} as const;
