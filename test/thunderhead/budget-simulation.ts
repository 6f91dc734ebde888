import { type BudgetSettings, type CallOutcome, isPermit } from '#src/thunderhead/budget/call.ts';
import { type Ask, type Finish, takeTurn } from '#src/thunderhead/budget/rules.ts';

/** Documents that wait for calls, on a clock of their own: hours in a second. All that is random comes from a seed. */

export interface Demand {
  source: string | null;
  weight?: number;
  urgent?: boolean;
  /** How many requests, and how much of a call each fills. */
  requests: number;
  fill?: number;
  /** Of the first request, and between two of them. */
  fromMs?: number;
  everyMs?: number;
}

export interface World {
  settings: BudgetSettings;
  demands: readonly Demand[];
  untilMs: number;
  /** How long a call takes. */
  callMs?: number;
  /** Who is told to come back is late by up to this. */
  jitterMs?: number;
  /** How a call ends that left at a time. The first failure opens the breaker. */
  outcome?: (at: number) => CallOutcome;
}

export interface Grant {
  at: number;
  askedAt: number;
  source: string | null;
  urgent: boolean;
  fill: number;
  inFlight: number;
}

export interface Story {
  asks: number;
  /** Of them, those that nobody had told to come. */
  firsts: number;
  grants: Grant[];
  /** How many requests were waiting at a time. */
  waitingAt(ms: number): number;
}

interface Waiting {
  demand: Demand;
  fill: number;
  first: number;
  returning: boolean;
}

/** The clock starts at a time like ours, in the middle of a minute. */
const epoch = 1_790_000_012_345;

export function simulate({ settings, demands, untilMs, callMs = 200, jitterMs = 0, outcome }: World): Story {
  const agenda = new Agenda<Waiting | Finish>();
  const random = randomFrom(42);
  const changes: [number, number][] = [];
  const grants: Grant[] = [];
  let state: unknown;
  let asks = 0;
  let firsts = 0;
  for (const demand of demands)
    for (let index = 0; index < demand.requests; index++) {
      const first = (demand.fromMs ?? 0) + index * (demand.everyMs ?? 0);
      agenda.add(first, { demand, fill: demand.fill ?? 1, first, returning: false });
      changes.push([first, 1]);
    }
  for (let due = agenda.next(); due && due.at <= untilMs; due = agenda.next()) {
    const { at } = due;
    const waiting = shared(due.entries.filter((entry) => 'demand' in entry));
    const finishes = due.entries.filter((entry) => 'outcome' in entry);
    firsts += waiting.filter(({ returning }) => !returning).length;
    const asked = waiting.map(
      ({ demand, fill, returning }): Ask => ({
        id: `c${++asks}`,
        source: demand.source,
        weight: demand.weight ?? 1,
        urgent: demand.urgent ?? false,
        fill,
        returning,
      }),
    );
    const now = epoch + at;
    const turn = takeTurn(state, { asks: asked, finishes }, { settings, leaseMs: 60_000, now });
    state = turn.state;
    for (const [index, answer] of turn.answers.entries()) {
      const { demand, fill, first, members } = waiting[index] as Waiting & { members: Waiting[] };
      if (isPermit(answer)) {
        const { source, urgent = false } = demand;
        grants.push({ at, askedAt: first, source, urgent, fill, inFlight: turn.state.inFlight.length });
        for (const _ of members) changes.push([at, -1]);
        const ended = outcome?.(at) ?? { kind: 'answered' };
        agenda.add(at + callMs, {
          id: answer.id,
          outcome: ended,
          opens: ended.kind === 'unavailable',
          at: now + callMs,
        });
      } else {
        for (const member of members) {
          const late = Math.floor(random() * jitterMs);
          agenda.add(at + answer.afterMs + late, { ...member, returning: true });
        }
      }
    }
  }
  changes.sort(([one], [other]) => one - other);
  return {
    asks,
    firsts,
    grants,
    waitingAt: (ms) => changes.reduce((sum, [at, by]) => (at <= ms ? sum + by : sum), 0),
  };
}

/** Those of one source that come at the same time fill calls together. */
function shared(waiting: readonly Waiting[]): (Waiting & { members: Waiting[] })[] {
  const calls: (Waiting & { members: Waiting[] })[] = [];
  const open = new Map<string, Waiting & { members: Waiting[] }>();
  for (const one of waiting) {
    const key = `${one.demand.source} ${one.demand.urgent} ${one.returning}`;
    const call = open.get(key);
    if (call && call.fill + one.fill <= 1 + 1e-9) {
      call.fill += one.fill;
      call.members.push(one);
    } else {
      const begun = { ...one, members: [one] };
      open.set(key, begun);
      calls.push(begun);
    }
  }
  return calls;
}

/** Mulberry32: the same numbers each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What is to happen when, in whole milliseconds: a heap of times, and the entries of each. */
class Agenda<Entry> {
  readonly #entries = new Map<number, Entry[]>();
  readonly #times: number[] = [];

  add(at: number, entry: Entry): void {
    const known = this.#entries.get(at);
    if (known) return void known.push(entry);
    this.#entries.set(at, [entry]);
    this.#times.push(at);
    for (let index = this.#times.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if ((this.#times[parent] as number) <= (this.#times[index] as number)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  next(): { at: number; entries: Entry[] } | undefined {
    const at = this.#times[0];
    if (at === undefined) return undefined;
    const last = this.#times.pop() as number;
    if (this.#times.length > 0) this.#times[0] = last;
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = index;
      for (const child of [left, right])
        if (child < this.#times.length && (this.#times[child] as number) < (this.#times[least] as number))
          least = child;
      if (least === index) break;
      this.#swap(index, least);
      index = least;
    }
    const entries = this.#entries.get(at) as Entry[];
    this.#entries.delete(at);
    return { at, entries };
  }

  #swap(one: number, other: number): void {
    [this.#times[one], this.#times[other]] = [this.#times[other] as number, this.#times[one] as number];
  }
}
