import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/**
 * Guessing is slow: so many failures from an address, and so many for a client from wherever. Whoever guesses at a client
 * can keep its owner out in that way, so its pause is short, and a pasted token is not held up by it. Counted in each process.
 */
const perAddress = { points: 20, duration: 300 };
const perClient = { points: 10, duration: 60 };

export interface Attempt {
  address: string;
  /** Undefined when a token was pasted. */
  client: string | undefined;
}

export class Attempts {
  readonly #addresses = new RateLimiterMemory(perAddress);
  readonly #clients = new RateLimiterMemory(perClient);

  /** Counts before anybody is asked, so that a hundred at once are a hundred. Answers the seconds to wait when it is too many. */
  async count(attempt: Attempt): Promise<number | undefined> {
    try {
      for (const [limiter, key] of this.#keys(attempt)) await limiter.consume(key);
      return undefined;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
      throw refusal;
    }
  }

  /** It was no guess: it was right, or nobody could say. */
  async forgive(attempt: Attempt): Promise<void> {
    for (const [limiter, key] of this.#keys(attempt)) await limiter.reward(key);
  }

  #keys({ address, client }: Attempt): [RateLimiterMemory, string][] {
    return [[this.#addresses, address], ...(client ? [[this.#clients, client] as [RateLimiterMemory, string]] : [])];
  }
}
