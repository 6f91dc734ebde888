import { randomUUID } from 'node:crypto';
import type { Clock } from '#processors/engine/clock.ts';
import { GroupCommit } from '#processors/engine/group-commit.ts';
import type { Logger } from '#src/platform/log.ts';
import { seldom } from '#src/platform/quietly.ts';
import type { BudgetSettings, CallOutcome, CallRequest, Denied, Permit } from './call.ts';
import { failuresInARow } from './failures-in-a-row.ts';
import { type Ask, type Finish, type Turn, takeTurn } from './rules.ts';
import type { SharedState } from './shared-state.ts';
import { type BudgetView, viewOf } from './view.ts';

/** The calls to Thunderhead that all processes may make together. Nobody calls without a permit. */
export interface CallBudget extends AsyncDisposable {
  /** Never throws: when nobody can say how the budget stands the answer is to come back later. */
  ask(request: CallRequest): Promise<Permit | Denied>;
  /** What became of the call; the permit goes back. Never throws, and waits for nothing. */
  finish(permit: Permit, outcome: CallOutcome): void;
  /** @throws when what is shared cannot be read */
  look(): Promise<BudgetView>;
}

export interface CallBudgetParts {
  state: SharedState;
  /** Read with every ask: they may change at any time. */
  settings: () => BudgetSettings;
  clock: Clock;
  /** A permit that is not given back by then is taken for one of a dead process: longer than a call may take. */
  leaseMs: number;
  log: Pick<Logger, 'error' | 'info' | 'warn'>;
}

/** What has ended waits so long for an ask to travel with. */
const companyMs = 50;
const awayMs = 1_000;
/** Of what could not be written: beyond it leases end the calls. */
const mostKept = 5_000;
const mostTries = 30;

/**
 * All that is asked and finished in this process goes through one turn after the other: one read and one comparing write
 * serve as many as there are.
 */
export function openCallBudget({ state, settings, clock, leaseMs, log }: CallBudgetParts): CallBudget {
  const name = randomUUID().slice(-12);
  const failures = failuresInARow();
  const sayAway = seldom((error: unknown) => log.warn({ err: error }, 'the call budget cannot be reached'));
  let permits = 0;
  let ended: Finish[] = [];
  let timer: NodeJS.Timeout | undefined;
  let openedTimes: number | undefined;

  /** Undefined: others were always quicker. @throws when the store is away */
  const turn = async (asks: readonly Ask[], finishes: readonly Finish[]): Promise<Turn | undefined> => {
    for (let tries = 1; tries <= mostTries; tries++) {
      const { version, value } = await state.read();
      const now = clock.now().getTime();
      const taken = takeTurn(value, { asks, finishes }, { settings: settings(), leaseMs, now });
      if (await state.write(version, taken.state)) return taken;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * tries));
    }
    return undefined;
  };

  const conclude = ({ state: { breaker }, events }: Turn): void => {
    for (const { kind, reason } of events)
      if (kind === 'opened')
        log.error({ reason }, 'Thunderhead does not answer: it is being left alone, all calls wait');
      else log.info({ reason }, 'Thunderhead answers again');
    // Whatever was counted before it opened, here too, is of another time.
    if (!breaker.open && breaker.openedTimes !== openedTimes) failures.forget();
    if (!breaker.open) openedTimes = breaker.openedTimes;
  };

  const flush = async (entries: readonly (Ask | 'finishes')[]): Promise<readonly (Permit | Denied)[]> => {
    const asks = entries.filter((entry) => entry !== 'finishes');
    const finishes = ended;
    ended = [];
    if (asks.length + finishes.length === 0) return entries.map(() => ({ afterMs: 0, reason: 'nothing was asked' }));
    let refusal: Denied = { afterMs: awayMs, reason: 'the call budget cannot be reached' };
    try {
      const taken = await turn(asks, finishes);
      if (taken) {
        conclude(taken);
        const answers = taken.answers.values();
        return entries.map((entry) => (entry === 'finishes' ? refusal : (answers.next().value ?? refusal)));
      }
      refusal = { afterMs: awayMs, reason: 'too many ask for the call budget' };
    } catch (error) {
      sayAway(error);
    }
    ended = [...finishes, ...ended].slice(-mostKept);
    writeWithin(awayMs);
    return entries.map(() => refusal);
  };

  const commits = new GroupCommit<Ask | 'finishes', Permit | Denied>({ flush, lanes: 1, capacity: 1_000 });

  const writeWithin = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (ended.length > 0) void commits.submit('finishes');
    }, ms).unref();
  };

  return {
    ask: (request) => commits.submit({ ...request, id: `${name}-${++permits}` }),
    finish({ id }, outcome) {
      const opens = failures.note(outcome);
      ended.push({ id, outcome, opens, at: clock.now().getTime() });
      writeWithin(companyMs);
    },
    async look() {
      const { value } = await state.read();
      return viewOf(value, settings(), clock.now().getTime());
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      // Slots that nobody will use are free at once for the others. It waits for what is on its way, too.
      await commits.submit('finishes');
      clearTimeout(timer);
    },
  };
}
