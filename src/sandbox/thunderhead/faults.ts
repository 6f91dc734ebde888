/**
 * What may go wrong on request: a document whose metadata carries `SANDBOX` chooses its own trouble, so that a demo
 * or a test gets exactly the fault it asks for while everything around it runs well.
 */
export interface Property {
  name: string;
  value: string;
}

export type Ending = 'COMPLETED' | 'COMPLETED_WITH_ERRORS' | 'ERRORED' | 'STOPPED' | 'NEVER';

/** Accepted, but the caller is not told: silence, a connection torn down, an answer nobody can read. */
export type Unanswered = 'timeout' | 'reset' | 'malformed';

/** Ways to turn a submit away before it is accepted; all but `server-error` are the gateway's. */
export type TurnedAway = 'unavailable' | 'throttled' | 'throttled-503' | 'throttled-500' | 'server-error';

export interface Script {
  /** Answers of the first attempts, in this order; only the attempt after them is looked at. */
  turnedAway: readonly TurnedAway[];
  refused: 'reject' | 'client-fault' | null;
  ending: Ending;
  /** Instead of the sandbox's own `batchMs`. */
  durationMs: number | null;
  /** Once for each name: a second submit is answered, and accepted a second time. */
  unanswered: Unanswered | null;
  purged: boolean;
  lost: boolean;
}

const plain: Script = {
  ...{ turnedAway: [], refused: null, ending: 'COMPLETED', durationMs: null },
  ...{ unanswered: null, purged: false, lost: false },
};

const words: Readonly<Record<string, Partial<Script>>> = {
  reject: { refused: 'reject' },
  'client-fault': { refused: 'client-fault' },
  error: { ending: 'ERRORED' },
  partial: { ending: 'COMPLETED_WITH_ERRORS' },
  stop: { ending: 'STOPPED' },
  never: { ending: 'NEVER' },
  timeout: { unanswered: 'timeout' },
  reset: { unanswered: 'reset' },
  malformed: { unanswered: 'malformed' },
  purged: { purged: true },
  lost: { lost: true },
};

const counted = new Set<string>([
  ...(['unavailable', 'throttled', 'throttled-503', 'throttled-500', 'server-error'] satisfies TurnedAway[]),
]);

export const knownFaults: readonly string[] = [
  ...Object.keys(words),
  'slow:<ms>',
  ...[...counted].map((word) => `${word}:<n>`),
];

const mostAttempts = 100;

/** `SANDBOX=unavailable:2,slow:3000,error`; several `SANDBOX` properties add up. Or what is wrong with it. */
export function readScript(properties: readonly Property[]): Script | { unknown: string } {
  let script = plain;
  for (const { name, value } of properties) {
    if (name !== 'SANDBOX') continue;
    for (const part of value.split(',')) {
      const wish = part.trim();
      if (wish === '') continue;
      const next = combine(script, wish);
      if ('unknown' in next) return next;
      script = next;
    }
  }
  return script;
}

function combine(script: Script, wish: string): Script | { unknown: string } {
  const [word = '', number] = wish.split(':', 2);
  if (Object.hasOwn(words, wish)) {
    const added = words[wish] as Partial<Script>;
    if (added.ending && script.ending !== 'COMPLETED' && script.ending !== added.ending) {
      return { unknown: `SANDBOX '${wish}' asks for a second ending of the same batch.` };
    }
    return { ...script, ...added };
  }
  const amount = /^\d{1,9}$/.test(number ?? '') ? Number(number) : null;
  if (word === 'slow' && amount !== null) return { ...script, durationMs: amount };
  if (counted.has(word) && amount !== null && amount <= mostAttempts) {
    const times = Array.from({ length: amount }, () => word as TurnedAway);
    return { ...script, turnedAway: [...script.turnedAway, ...times] };
  }
  return {
    unknown: `SANDBOX '${wish}' is not known here; known are ${knownFaults.join(', ')} (n up to ${mostAttempts}).`,
  };
}
