/**
 * What may go wrong on request: a document whose metadata carries `SANDBOX` chooses its own trouble, so that a demo
 * or a test gets exactly the fault it asks for while everything around it runs well.
 */
import { type FailureName, fail } from './failures.ts';

export interface Property {
  name: string;
  value: string;
}

export type Ending = 'COMPLETED' | 'COMPLETED_WITH_ERRORS' | 'ERRORED' | 'STOPPED' | 'NEVER';

export interface Script {
  /** Answers of the first attempts, in this order; only the attempt after them is looked at. */
  turnedAway: readonly FailureName[];
  reject: boolean;
  ending: Ending;
  /** Instead of the sandbox's own `batchMs`. */
  durationMs: number | null;
  /** Accepted, but the caller is not told: `timeout` is silent the first time, `reset` every time. */
  unanswered: 'timeout' | 'reset' | null;
  purged: boolean;
  lost: boolean;
}

const plain: Script = {
  turnedAway: [],
  reject: false,
  ending: 'COMPLETED',
  durationMs: null,
  unanswered: null,
  purged: false,
  lost: false,
};

const words: Readonly<Record<string, Partial<Script>>> = {
  reject: { reject: true },
  error: { ending: 'ERRORED' },
  partial: { ending: 'COMPLETED_WITH_ERRORS' },
  stop: { ending: 'STOPPED' },
  never: { ending: 'NEVER' },
  timeout: { unanswered: 'timeout' },
  reset: { unanswered: 'reset' },
  purged: { purged: true },
  lost: { lost: true },
};

const counted: Readonly<Record<string, FailureName>> = {
  unavailable: 'UNAVAILABLE',
  throttled: 'THROTTLED',
  'throttled-500': 'THROTTLED_AS_500',
  'server-error': 'SERVER_ERROR',
};

export const knownFaults: readonly string[] = [
  ...Object.keys(words),
  'slow:<ms>',
  ...Object.keys(counted).map((word) => `${word}:<n>`),
];

const mostAttempts = 100;

/** `SANDBOX=unavailable:2,slow:3000,error`; several `SANDBOX` properties add up. */
export function readScript(properties: readonly Property[]): Script {
  let script = plain;
  for (const { name, value } of properties) {
    if (name !== 'SANDBOX') continue;
    for (const part of value.split(',')) {
      const wish = part.trim();
      if (wish !== '') script = combine(script, wish);
    }
  }
  return script;
}

function combine(script: Script, wish: string): Script {
  const [word = '', number] = wish.split(':', 2);
  if (Object.hasOwn(words, wish)) {
    const added = words[wish] as Partial<Script>;
    if (added.ending && script.ending !== 'COMPLETED' && script.ending !== added.ending) {
      throw fail('UNKNOWN_FAULT', `SANDBOX '${wish}' asks for a second ending of the same batch.`, [...knownFaults]);
    }
    return { ...script, ...added };
  }
  const amount = /^\d{1,9}$/.test(number ?? '') ? Number(number) : null;
  if (word === 'slow' && amount !== null) return { ...script, durationMs: amount };
  if (Object.hasOwn(counted, word) && amount !== null && amount <= mostAttempts) {
    const times = Array.from({ length: amount }, () => counted[word] as FailureName);
    return { ...script, turnedAway: [...script.turnedAway, ...times] };
  }
  throw fail(
    'UNKNOWN_FAULT',
    `SANDBOX '${wish}' is not known here; known are ${knownFaults.join(', ')} (n up to ${mostAttempts}).`,
    [...knownFaults],
  );
}
