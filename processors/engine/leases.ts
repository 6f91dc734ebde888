import type { Clock } from './clock.ts';
import type { Progress } from './progress.ts';
import type { Store } from './store.ts';

/**
 * Keeps alive the leases of what this process has in hand. A lease is short, so that the work of a dead process is soon
 * taken over; a living one renews it as long as its run needs. When that fails until the lease is over the run is
 * aborted: someone else may have the item by now, and what its stage does would be done twice.
 */
export class Leases implements Disposable {
  readonly leaseMs: number;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #held = new Set<Held>();
  readonly #timer: NodeJS.Timeout;
  #renewing = false;

  constructor(options: { store: Store; clock: Clock; leaseMs: number }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.leaseMs = options.leaseMs;
    this.#timer = setInterval(() => void this.renew(), options.leaseMs / 3).unref();
  }

  /** Until disposed of; `abort` is called when the lease is lost. */
  hold(items: ReadonlyMap<string, Progress>, expiresAt: Date, abort: (reason: Error) => void): Disposable {
    const held: Held = { items, expiresAt: expiresAt.getTime(), abort };
    this.#held.add(held);
    return { [Symbol.dispose]: () => this.#held.delete(held) };
  }

  async renew(): Promise<void> {
    this.#abortExpired();
    const now = this.#clock.now().getTime();
    // What was taken a moment ago has time; most runs are over before they are seen here.
    const due = [...this.#held].filter(({ expiresAt }) => expiresAt - now < (this.leaseMs * 2) / 3);
    if (this.#renewing || due.length === 0) return;
    this.#renewing = true;
    try {
      const leaseUntil = new Date(now + this.leaseMs);
      await this.#store.renew(
        due.flatMap(({ items }) => [...items.values()]),
        leaseUntil,
      );
      for (const held of due) held.expiresAt = leaseUntil.getTime();
    } catch {
      // The database is away: the next turn tries again, until the lease is over.
    } finally {
      this.#renewing = false;
    }
  }

  #abortExpired(): void {
    const now = this.#clock.now().getTime();
    for (const held of this.#held) if (held.expiresAt <= now) held.abort(new Error('the lease ran out'));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

interface Held {
  items: ReadonlyMap<string, Progress>;
  expiresAt: number;
  abort(reason: Error): void;
}
