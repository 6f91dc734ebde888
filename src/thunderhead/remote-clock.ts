/** What time it is at Thunderhead, worked out from the `Date` headers of its gateway's answers. */
export interface RemoteClock {
  /** An answer: its `Date` header, and when on our clock the call left and the head of the answer came. */
  observe(answer: { date: unknown; sentAt: Date; receivedAt: Date }): void;
  /**
   * How long a batch took on our clock that ended at `endedAt` on theirs. A time that cannot be true is not believed, which
   * makes it undefined: whoever stamps batches may have another clock than the gateway, and be minutes off.
   */
  took(batch: { handedOverAt: Date; endedAt: Date; polledAt: Date }): number | undefined;
}

/** Their clock less ours, in ms: not less than `low`, not more than `high`. */
interface Bounds {
  low: number;
  high: number;
}

/** Two clocks that are kept right go apart by less than this (NTP reckons with 15 ppm). */
const driftPerMs = 20e-6;

/**
 * A `Date` header tells whole seconds, but each answer bounds the difference of the clocks, and no two answers by the same
 * amounts: what they leave together is some milliseconds wide after a few dozen of them.
 */
export function remoteClock(): RemoteClock {
  let known: (Bounds & { at: number }) | undefined;

  /** Their moment in ms of our clock, as well as it is known. */
  const onOurClock = (at: Date) => known && at.getTime() - (known.low + known.high) / 2;

  return {
    observe({ date, sentAt, receivedAt }) {
      const bounds = boundsOf(date, sentAt.getTime(), receivedAt.getTime());
      if (!bounds) return;
      const at = receivedAt.getTime();
      const drift = known ? Math.abs(at - known.at) * driftPerMs : 0;
      const low = Math.max(bounds.low, known ? known.low - drift : bounds.low);
      const high = Math.min(bounds.high, known ? known.high + drift : bounds.high);
      // Nothing is left: one of the clocks was set, and what was known is true no more.
      known = low <= high ? { low, high, at } : { ...bounds, at };
    },
    took({ handedOverAt, endedAt, polledAt }) {
      const tookMs = (onOurClock(endedAt) ?? Number.NaN) - handedOverAt.getTime();
      return tookMs > 0 && tookMs <= polledAt.getTime() - handedOverAt.getTime() ? tookMs : undefined;
    },
  };
}

/** IMF-fixdate, the one form that a sender may use (RFC 9110, section 5.6.7). */
const fixdate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * The header was written between the two moments, and what it left out is less than a second. A moment of ours has lost
 * its fraction of a millisecond, too. Undefined: no such header, or our own clock was set during the call.
 */
function boundsOf(date: unknown, sentAt: number, receivedAt: number): Bounds | undefined {
  const written = typeof date === 'string' && fixdate.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(written) || receivedAt < sentAt) return undefined;
  return { low: written - (receivedAt + 1), high: written + 1_000 - sentAt };
}
