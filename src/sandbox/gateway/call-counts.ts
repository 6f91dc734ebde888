/** Every call of the facade, refused ones and those during an outage included: by operation, and by minute. */
export interface CallCounts {
  byOperation(): Readonly<Record<string, number>>;
  /** `[minute, calls]`, oldest first, of the last hour. */
  byMinute(): [number, number][];
  count(operation: string): void;
  clear(): void;
}

const minuteMs = 60_000;
const minutesKept = 60;

export function openCallCounts(now: () => number): CallCounts {
  const operations = new Map<string, number>();
  const minutes = new Map<number, number>();
  return {
    byOperation: () => Object.fromEntries(operations),
    byMinute: () => [...minutes],
    count(operation) {
      operations.set(operation, (operations.get(operation) ?? 0) + 1);
      const minute = Math.floor(now() / minuteMs) * minuteMs;
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
      for (const oldest of minutes.keys()) {
        if (oldest > minute - minutesKept * minuteMs) break;
        minutes.delete(oldest);
      }
    },
    clear() {
      operations.clear();
      minutes.clear();
    },
  };
}
