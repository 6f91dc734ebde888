import type { Writable } from 'node:stream';

/** How much may be under way at once before no more is read. */
export interface Window {
  lines: number;
  /** Of lines that are read and not answered. */
  bytes: number;
  /** Of answers that the client has not taken yet. */
  unread: number;
}

interface Slot {
  bytes: number;
  text?: string;
}

/** Answers to lines that are worked on side by side, written out in the order of the lines. */
export class OrderedAnswers {
  readonly #out: Writable;
  readonly #window: Window;
  readonly #slots: Slot[] = [];
  #bytes = 0;
  #scheduled = false;
  #change = Promise.withResolvers<void>();

  constructor(out: Writable, window: Window) {
    this.#out = out;
    this.#window = window;
    for (const event of ['drain', 'close']) out.on(event, () => this.#changed());
  }

  /** The client has hung up. */
  get abandoned(): boolean {
    return this.#out.destroyed;
  }

  /** Room for one more line? It may be the one that exceeds the bytes. */
  get isFull(): boolean {
    const { lines, bytes, unread } = this.#window;
    return this.#slots.length >= lines || this.#bytes >= bytes || this.#out.writableLength >= unread;
  }

  /** Keeps the place of a line that has so many bytes; the answer must not reject. */
  add(bytes: number, answer: Promise<string>): void {
    const slot: Slot = { bytes };
    this.#slots.push(slot);
    this.#bytes += bytes;
    void answer.then((text) => {
      slot.text = text;
      this.#schedule();
    });
  }

  /** Resolves when there is room, or nobody to answer any more. */
  async room(): Promise<void> {
    while (this.isFull && !this.abandoned) await this.#change.promise;
  }

  /** Resolves when all are written out, or nobody is there to read them. */
  async written(): Promise<void> {
    while (this.#slots.length > 0 && !this.abandoned) await this.#change.promise;
  }

  /** One turn of the event loop later: answers of one insert leave with one write. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#write();
    });
  }

  #write(): void {
    const waiting = this.#slots.findIndex(({ text }) => text === undefined);
    const ready = this.#slots.splice(0, waiting < 0 ? this.#slots.length : waiting);
    if (ready.length === 0) return;
    for (const { bytes } of ready) this.#bytes -= bytes;
    if (!this.abandoned) this.#out.write(ready.map(({ text }) => text).join(''));
    this.#changed();
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
