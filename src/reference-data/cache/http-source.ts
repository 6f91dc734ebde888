import { type Snapshot, snapshotSchema } from './snapshot.ts';
import type { ReferenceSource } from './source.ts';

export interface HttpSourceOptions {
  /** Where the role `reference-data` listens. */
  url: string;
  /** A bearer token that may read reference data. */
  token: () => Promise<string>;
  timeoutMs?: number;
}

/** The rows as the Reference Data API gives them, for processes that shall not know its tables. */
export const httpSource = ({ url, token, timeoutMs = 1_500 }: HttpSourceOptions): ReferenceSource => ({
  async newerThan(known) {
    const signal = AbortSignal.timeout(timeoutMs);
    const outOfReach = (error: Error) => {
      throw unavailable(`is out of reach: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    };
    const bearer = await token().catch(outOfReach);
    const response = await fetch(`${url}/api/v1/reference-data/snapshot`, {
      headers: { authorization: `Bearer ${bearer}`, ...(known && { 'if-none-match': `"${known}"` }) },
      signal,
      redirect: 'error',
    }).catch(outOfReach);
    // The service's own grace must not be added to ours.
    if (isStale(response)) {
      await response.body?.cancel();
      throw unavailable('knows only rows that may be stale');
    }
    if (response.status === 304) return undefined;
    if (response.status !== 200) {
      await response.body?.cancel();
      throw unavailable(`answered ${response.status}`);
    }
    const { value, error } = snapshotSchema.validate(await response.json().catch(outOfReach), { convert: false });
    if (error) throw new Error(`the Reference Data API sent what is no reference data: ${error.message}`);
    return value as Snapshot;
  },
});

/** RFC 9211: what is older than it should be has a negative `ttl`. */
const isStale = ({ headers }: Response): boolean => /;\s*ttl=-/.test(headers.get('cache-status') ?? '');

/** Counts as a server that is away. */
const unavailable = (what: string): Error =>
  Object.assign(new Error(`the Reference Data API ${what}`), { code: 'ECONNREFUSED' });
