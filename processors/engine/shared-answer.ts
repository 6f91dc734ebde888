export interface SharedAnswerOptions {
  /** How much of the time may go into asking; at 1 it is asked whenever somebody wants to know. */
  share: number;
  /** From one asking to the next, however quick the answer was. */
  leastMs?: number;
  now?: () => number;
}

/**
 * An answer that is shared by all who ask while it is on its way, and then until asking has taken no more than `share` of the
 * time. So is a failure: what could not be had is not asked for again at once by everybody.
 */
export class SharedAnswer<T> {
  readonly #ask: Ask<T>;
  readonly #options: Required<SharedAnswerOptions>;
  #current: Current<T> | undefined;
  #last: T | undefined;

  constructor(ask: Ask<T>, { leastMs = 0, now = () => performance.now(), ...options }: SharedAnswerOptions) {
    this.#ask = ask;
    this.#options = { ...options, leastMs, now };
  }

  read(): Promise<T> {
    if (!this.#current || this.#options.now() >= this.#current.until) this.#current = this.#fresh();
    return this.#current.answer;
  }

  /** What was answered last, for whoever can live with it when there is nothing newer. */
  get last(): T | undefined {
    return this.#last;
  }

  /** Something was changed: whoever asks next is given a new answer. */
  forget(): void {
    this.#current = undefined;
  }

  #fresh(): Current<T> {
    const { share, leastMs, now } = this.#options;
    const askedAt = now();
    let keptForMs: number | undefined;
    const answer = this.#ask((ms) => {
      keptForMs = ms;
    });
    const current: Current<T> = { answer, until: Number.POSITIVE_INFINITY };
    const rest = () => {
      current.until =
        keptForMs === undefined ? askedAt + Math.max(leastMs, (now() - askedAt) / share) : now() + keptForMs;
    };
    answer.then((known) => {
      this.#last = known;
      rest();
    }, rest);
    return current;
  }
}

/** Who is asked may know better than the rule for how long the answer holds. */
type Ask<T> = (keepFor: (ms: number) => void) => Promise<T>;

interface Current<T> {
  answer: Promise<T>;
  /** On the clock of `now`. */
  until: number;
}
