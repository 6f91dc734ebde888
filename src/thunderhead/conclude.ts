import type { GeneratorMessage, HandoverAnswer } from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';
import { type Answer, type CallResult, messageOf } from './answer.ts';
import { type Intents, intentOf, type Part, type Tell } from './call-part.ts';
import type { Waiting } from './dispatch.ts';

const accepted = 202;
const refusals = [400, 413, 422];
/** Something came under this name before: what became of it has to be found out. */
const conflict = 409;
/** The gateway says it of the job server's own failure. */
const serverFault = 502;

/** Tells every document of a call what came of it; answers those that have to be sent again. */
export async function conclude(
  called: CallResult,
  going: readonly Part[],
  parts: { intents: Intents; clock: Clock },
  tell: Tell,
): Promise<readonly Waiting[]> {
  const { intents, clock } = parts;
  const tellAll = (answer: HandoverAnswer) => {
    for (const { waiting } of going) tell(waiting, answer);
    return [];
  };
  const withdraw = (of: readonly Part[], why: string) => intents.withdraw(intentOf(of, `not accepted: ${why}`, clock));

  if (called.kind === 'later') {
    await withdraw(going, called.reason);
    return tellAll(called);
  }
  const batchId = called.kind === 'answered' ? batchIdOf(called.answer) : undefined;
  if (batchId !== undefined) {
    for (const { waiting, batch } of going)
      tell(waiting, { kind: 'accepted', batch: { ...batch, thunderheadBatchId: batchId } });
    return [];
  }
  const lost = withoutWord(called);
  if (lost !== undefined) {
    const reason = `unknown: sent, but ${lost}`;
    await intents.markUnknown(intentOf(going, reason, clock));
    return tellAll({ kind: 'unknown', reason });
  }
  const { answer } = called as Extract<CallResult, { kind: 'answered' }>;
  const message = messageOf(answer);
  const why = `${message.code} ${message.message}`;
  if (!refusals.includes(answer.status)) {
    await withdraw(going, why);
    return tellAll({ kind: 'failed', message });
  }
  const named = transactionsIn(message);
  const blamed = new Set(going.filter(({ batch }) => going.length === 1 || named.has(batch.transactionNo)));
  if (blamed.size > 0) await intents.close(intentOf([...blamed], why, clock));
  for (const { waiting } of blamed) tell(waiting, { kind: 'refused', message });
  const company = going.filter((part) => !blamed.has(part));
  if (company.length === 0) return [];
  await withdraw(company, `in company that was refused: ${why}`);
  // One of them is to blame, and nobody says which: each half is sent by itself, until the bad one is alone.
  const most = Math.ceil(going.length / 2);
  return company.map(({ waiting }) => (blamed.size > 0 ? waiting : { ...waiting, most }));
}

function batchIdOf({ status, text }: Answer): number | undefined {
  if (status !== accepted) return undefined;
  try {
    const { batchId } = JSON.parse(text) as { batchId?: unknown };
    return typeof batchId === 'number' ? batchId : undefined;
  } catch {
    return undefined;
  }
}

/** Why it is not known whether it was accepted; undefined when it is. */
function withoutWord(called: CallResult): string | undefined {
  if (called.kind === 'unanswered') return called.reason;
  if (called.kind === 'later') return undefined;
  const { status } = called.answer;
  if (status === conflict || status < 400) return `the answer ${status} does not tell whether it was accepted`;
  return status >= 500 && status !== serverFault ? `the answer was ${status}` : undefined;
}

/** Thunderhead's messages name the transactions that they are about. */
function transactionsIn({ details }: GeneratorMessage): ReadonlySet<number> {
  const messages = Array.isArray(details) ? (details as { transactionNo?: unknown }[]) : [];
  return new Set(messages.flatMap(({ transactionNo }) => (typeof transactionNo === 'number' ? [transactionNo] : [])));
}
