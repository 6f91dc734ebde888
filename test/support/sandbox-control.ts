import type { Thunderhead } from '#src/sandbox/thunderhead/server.ts';

/** The sandbox's control surface, as far as tests ask. */
export interface Sandbox {
  url: string;
  counts(): Promise<SandboxCounts>;
  /** Every batch that was accepted for a request, oldest first. */
  accepted(requestId: string): Promise<AcceptedBatch[]>;
  turn(dial: 'outage' | 'batch-ms' | 'faults' | 'throttle' | 'clock' | 'reset', value: object): Promise<void>;
}

export interface SandboxCounts {
  accepted: number;
  acceptedTwice: string[];
  submitCalls: number;
  /** By operation: all that reached the gateway. */
  calls: Record<string, number>;
  /** Accepted submits that met a fault of `faults`. */
  unansweredByChance: number;
}

export interface AcceptedBatch {
  batchId: number;
  batchName: string;
  status: string;
  idempotencyKey: string;
}

export function sandboxOf(url: Thunderhead['url']): Sandbox {
  const { origin } = new URL(url);
  const call = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const response = await fetch(`${origin}/sandbox${path}`, init);
    if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    url,
    counts: () => call('/counts'),
    accepted: async (requestId) =>
      (await call<{ accepted: AcceptedBatch[] }>(`/accepted?correlationId=${requestId}`)).accepted,
    async turn(dial, value) {
      await call(`/${dial}`, { method: 'POST', body: JSON.stringify(value) });
    },
  };
}
