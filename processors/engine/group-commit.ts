/**
 * Group commit: what arrives while a flush is out travels together in the next one. A flush leaves as soon as a lane is
 * idle and never waits for company, so a lone entry pays nothing and a crowd shares one statement.
 */
export class GroupCommit<Entry, Answer> {
  readonly #flush: (entries: readonly Entry[]) => Promise<readonly Answer[]>;
  readonly #lanes: number;
  readonly #capacity: number;
  readonly #isPoison: (error: unknown) => boolean;
  #queue: Waiting<Entry, Answer>[] = [];
  #busy = 0;
  #scheduled = false;

  constructor(options: {
    /** Answers in the order of the entries. All or nothing: when it throws, no entry has taken effect. */
    flush: (entries: readonly Entry[]) => Promise<readonly Answer[]>;
    /** Flushes that may be out at the same time. */
    lanes: number;
    /** Entries in one flush at the most. */
    capacity: number;
    /** Was it the content of an entry that made the flush fail? Then it is found by splitting, and fails alone. */
    isPoison?: (error: unknown) => boolean;
  }) {
    this.#flush = options.flush;
    this.#lanes = options.lanes;
    this.#capacity = options.capacity;
    this.#isPoison = options.isPoison ?? (() => false);
  }

  submit(entry: Entry): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry, resolve, reject });
      this.#schedule();
    });
  }

  /** One turn of the event loop later: what is submitted in the same turn belongs together. */
  #schedule(): void {
    if (this.#scheduled || this.#busy >= this.#lanes) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#queue.length > 0 && this.#busy < this.#lanes)
        void this.#depart(this.#queue.splice(0, this.#capacity));
    });
  }

  async #depart(waiting: Waiting<Entry, Answer>[]): Promise<void> {
    this.#busy++;
    try {
      await this.#commit(waiting);
    } finally {
      this.#busy--;
      if (this.#queue.length > 0) this.#schedule();
    }
  }

  async #commit(waiting: Waiting<Entry, Answer>[]): Promise<void> {
    try {
      const answers = await this.#flush(waiting.map(({ entry }) => entry));
      waiting.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer);
      });
    } catch (error) {
      if (waiting.length === 1 || !this.#isPoison(error)) {
        for (const { reject } of waiting) reject(error);
        return;
      }
      const middle = waiting.length >> 1;
      await this.#commit(waiting.slice(0, middle));
      await this.#commit(waiting.slice(middle));
    }
  }
}

interface Waiting<Entry, Answer> {
  entry: Entry;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}
