/** The refusals that documents ask of the gateway itself: `SANDBOX=unavailable:2`, alone or within a batch. */

import { readScript, type TurnedAway } from '../thunderhead/faults.ts';
import type { Progress } from '../thunderhead/progress.ts';
import { readTransactions } from '../thunderhead/transactions.ts';
import { type Failure, fail, throttled } from './failures.ts';
import type { SubmitRequest } from './submit-request.ts';

const failures: Readonly<Record<Exclude<TurnedAway, 'server-error'>, () => Failure>> = {
  unavailable: () => fail('UNAVAILABLE'),
  throttled: () => throttled('429'),
  'throttled-503': () => throttled('503'),
  'throttled-500': () => throttled('500'),
};

export function scriptedRefusals(progress: Progress) {
  return (request: SubmitRequest, many: boolean): Failure | undefined => {
    for (const { name, properties } of [
      { name: request.batchName, properties: request.properties },
      ...(many ? transactionsIn(request.transactionData) : []),
    ]) {
      const script = readScript(properties);
      // What is wrong with a script is for the job server to say.
      if ('unknown' in script) continue;
      const refusal = progress.refuse(name, script.turnedAway, (turn) => turn !== 'server-error');
      if (refusal && refusal !== 'server-error') return failures[refusal]();
    }
    return undefined;
  };
}

function transactionsIn(transactionData: string) {
  const data = Buffer.from(transactionData, 'base64');
  // Looking for a word costs next to nothing; reading all of it twice would not.
  if (!data.includes('SANDBOX')) return [];
  const contents = readTransactions(data.toString('utf8'));
  return 'transactions' in contents ? (contents.transactions ?? []) : [];
}
