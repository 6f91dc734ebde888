/** Taking a hand-over in: its scripts decide whether it is refused, how it will end, and whether the caller hears of it. */
import type { Element } from '../soap/element.ts';
import { field } from '../soap/envelope.ts';
import type { Batch } from './batch.ts';
import type { Batches } from './batches.ts';
import type { Chance } from './chance.ts';
import { type Ending, knownFaults, readScript, type Script } from './faults.ts';
import { faulty, type JobFault, type JobMessage } from './job-faults.ts';
import type { JobAnswer } from './operations.ts';
import type { Progress } from './progress.ts';
import { readSubmission, type Submission } from './submission.ts';
import { packed } from './submitted.ts';

export interface SubmitParts {
  batches: Batches;
  progress: Progress;
  chance: Chance;
  batchMs: () => number;
  now: () => number;
}

/** Who is scripted how: the batch as a whole, and each of its transactions. */
interface Scripted {
  name: string;
  /** Null for the whole batch. */
  no: number | null;
  script: Script;
}

export function submitter(parts: SubmitParts) {
  const { batches, progress, chance, batchMs, now } = parts;
  /** SOAP knows no idempotency key: whatever gets through here is a new batch. */
  return async (request: Element | undefined, key: string | null): Promise<JobAnswer> => {
    const submission = readSubmission(request);
    if ('fault' in submission) return submission;
    const cast = readScripts(submission);
    if ('fault' in cast) return cast;
    for (const { name, script } of cast) {
      if (progress.refuse(name, script.turnedAway, (refusal) => refusal === 'server-error'))
        return faulty('SERVER_ERROR');
    }
    const refusal = refusalOf(cast);
    if (refusal) return refusal;

    const drawn = chance.next();
    const { batchName, correlationId, from, count, many, transactions } = submission;
    const batch = await batches.accept(
      {
        ...{ batchName, correlationId, key, from, count, many },
        ...(transactions && { transactions: transactions.map(({ correlationId, name }) => ({ correlationId, name })) }),
        ...endingOf(cast, count),
        ...{ purged: cast.some(({ script }) => script.purged), lost: cast.some(({ script }) => script.lost) },
        ...{ acceptedAt: now(), durationMs: durationOf(cast) ?? batchMs(), cancelledAt: null },
      },
      packed(submission),
    );
    // Every name has its trouble once, also when another one's comes first.
    const scripted = cast.filter(({ name, script }) => script.unanswered && progress.first(name));
    const unanswered = scripted[0]?.script.unanswered ?? drawn;
    return unanswered ? { unanswered } : field('return', batch.batchId);
  };
}

function readScripts({ batchName, properties, transactions }: Submission): Scripted[] | JobFault {
  const cast: Scripted[] = [];
  const unknown: { no: number | null; said: string }[] = [];
  const whole = { name: batchName, no: null, properties };
  for (const { name, no, properties } of [whole, ...(transactions ?? [])]) {
    const script = readScript(properties);
    if ('unknown' in script) unknown.push({ no, said: script.unknown });
    else cast.push({ name, no, script });
  }
  if (unknown.length === 0) return cast;
  const messages = unknown.map(({ no, said }) => refusedData(no, { msgId: 10102, msgText: said, args: knownFaults }));
  return faulty('UNKNOWN_FAULT', unknown[0]?.said, messages);
}

function refusalOf(cast: readonly Scripted[]): JobFault | undefined {
  const refused = cast.filter(({ script }) => script.refused !== null);
  if (refused.length === 0) return undefined;
  if (refused.some(({ script }) => script.refused === 'client-fault')) return faulty('CLIENT_FAULT');
  return faulty('REJECTED', undefined, refused.map(rejected));
}

function rejected({ no }: Scripted): JobMessage {
  const what = no === null ? 'The batch' : `Transaction ${no}`;
  return refusedData(no, {
    ...{ msgId: 10101, args: ['SANDBOX'] },
    msgText: `${what} was refused by its batch configuration.`,
  });
}

const refusedData = (no: number | null, said: Pick<JobMessage, 'msgId' | 'msgText' | 'args'>): JobMessage => ({
  ...{ msgType: 'E', category: 'DATA', retryable: false, ...said },
  ...(no !== null && { transactionNo: no }),
});

/** What concerns the whole batch comes first; else its transactions fail one by one. */
function endingOf(cast: readonly Scripted[], count: number): Pick<Batch, 'ending' | 'errored' | 'partial'> {
  const endsAs = (ending: Ending) => cast.filter(({ script }) => script.ending === ending);
  for (const ending of ['NEVER', 'STOPPED'] as const) if (endsAs(ending).length > 0) return { ending };
  const whole = cast.find(({ no }) => no === null)?.script.ending ?? 'COMPLETED';
  if (whole !== 'COMPLETED') return { ending: whole };
  const errored = numbers(endsAs('ERRORED'));
  const partial = numbers(endsAs('COMPLETED_WITH_ERRORS'));
  if (errored.length + partial.length === 0) return { ending: 'COMPLETED' };
  if (errored.length === count) return { ending: 'ERRORED' };
  return { ending: 'COMPLETED_WITH_ERRORS', errored, partial };
}

const numbers = (scripted: readonly Scripted[]) => scripted.flatMap(({ no }) => (no === null ? [] : [no]));

/** A batch takes as long as its slowest transaction. */
function durationOf(cast: readonly Scripted[]): number | null {
  const asked = cast.flatMap(({ script }) => (script.durationMs === null ? [] : [script.durationMs]));
  return asked.length === 0 ? null : Math.max(...asked);
}
