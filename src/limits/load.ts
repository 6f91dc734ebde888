/** The most that may be in hand at one time. */
export interface Most {
  /** Requests being worked on. */
  requests: number;
  /** Bytes their bodies may take in memory. */
  bytes: number;
  /** Requests that mostly wait: streams of events, `Prefer: wait`. */
  streams: number;
}

/** What is in hand, of all clients together or of one. */
export class Load {
  readonly #most: Most;
  readonly #inHand: Most = { requests: 0, bytes: 0, streams: 0 };

  constructor(most: Most) {
    this.#most = most;
  }

  /** For one more request with such a body. A body that fits into nothing is taken when it is alone. */
  hasRoomFor(bytes: number): boolean {
    const fits = this.#inHand.bytes === 0 || this.#inHand.bytes + bytes <= this.#most.bytes;
    return this.#inHand.requests < this.#most.requests && fits;
  }

  get hasRoomToWait(): boolean {
    return this.#inHand.streams < this.#most.streams;
  }

  add({ requests = 0, bytes = 0, streams = 0 }: Partial<Most>): void {
    this.#inHand.requests += requests;
    this.#inHand.bytes += bytes;
    this.#inHand.streams += streams;
  }
}
