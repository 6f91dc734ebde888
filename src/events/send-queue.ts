/**
 * Group commit towards a broker: what arrives while a send is out travels together in the next one, up to a count and a
 * size. A lone item waits for no company, under load the sends fill by themselves, and nothing waits for ever.
 */
export class SendQueue<Item, Answer> {
  #waiting: Entry<Item, Answer>[] = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #limits: Limits<Item>;
  readonly #ready: () => Promise<unknown>;
  readonly #flush: (batch: readonly Entry<Item, Answer>[]) => Promise<void>;

  /** `ready` is awaited before each flush, and when it throws, everything that waits fails. `flush` settles its entries. */
  constructor(
    limits: Limits<Item>,
    ready: () => Promise<unknown>,
    flush: (batch: readonly Entry<Item, Answer>[]) => Promise<void>,
  ) {
    this.#limits = limits;
    this.#ready = ready;
    this.#flush = flush;
  }

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, since: Date.now(), resolve, reject });
      this.#watch();
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything that was added has been answered. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // What is added in the same tick goes along.
    await null;
    while (this.#waiting.length > 0) {
      try {
        await this.#ready();
      } catch (error) {
        for (const entry of this.#waiting.splice(0)) entry.reject(error);
        break;
      }
      const batch = this.#take();
      if (batch.length === 0) continue;
      await this.#flush(batch).catch((error) => {
        for (const entry of batch) entry.reject(error);
      });
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // In the same turn as the last look at what waits: what is added after it begins a run of its own.
    this.#running = undefined;
  }

  #take(): Entry<Item, Answer>[] {
    const { maxItems, maxBytes, bytesOf } = this.#limits;
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length && count < maxItems; count++) {
      bytes += bytesOf((this.#waiting[count] as Entry<Item, Answer>).item);
      // One that is too large by itself travels alone, so that only it can be refused.
      if (bytes > maxBytes && count > 0) break;
    }
    return this.#waiting.splice(0, count);
  }

  /** One timer for all: the first in the queue is the oldest. */
  #watch(): void {
    const oldest = this.#waiting[0];
    if (!oldest || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        const { maxWaitMs } = this.#limits;
        const late = new Error(`waited longer than ${maxWaitMs} ms to be sent`);
        const firstInTime = this.#waiting.findIndex((entry) => Date.now() - entry.since < maxWaitMs);
        const expired = this.#waiting.splice(0, firstInTime < 0 ? this.#waiting.length : firstInTime);
        for (const entry of expired) entry.reject(late);
        this.#watch();
      },
      Math.max(0, oldest.since + this.#limits.maxWaitMs - Date.now()),
    );
  }
}

export interface Entry<Item, Answer> {
  readonly item: Item;
  readonly since: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export interface Limits<Item> {
  maxItems: number;
  maxBytes: number;
  maxWaitMs: number;
  bytesOf(item: Item): number;
}
