import { setTimeout as sleep } from 'node:timers/promises';
import { type omsApi, Refused, type Transition } from './api.ts';
import type { ProgressRow } from './progress.ts';
import type { DemoRequest } from './requests.ts';

/** Posts the requests and looks after each of them until it has ended, or the time is over. */
export interface Followed {
  request: DemoRequest;
  /** Absent when the OMS refused it; `note` says why. */
  id?: string;
  stage: string;
  status: string;
  ended: boolean;
  note?: string;
  /** Why the OMS does not say how it stands. */
  unanswered?: string;
}

const ENDED = new Set(['COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'STOPPED']);

export async function postAndFollow(
  requests: readonly DemoRequest[],
  api: ReturnType<typeof omsApi>,
  { signal, onChange }: { signal: AbortSignal; onChange: (rows: readonly ProgressRow[]) => void },
): Promise<Followed[]> {
  const followed: Followed[] = requests.map((request) => ({
    ...{ request, stage: 'validate', status: 'posted', ended: false },
  }));
  const show = () => onChange(followed.map((one) => ({ ...one, name: one.request.correlationId })));
  show();
  // In their order, one after the other: a repeat must come after what it repeats.
  for (const one of followed) {
    await post(one, api, followed);
    show();
  }
  while (followed.some(({ ended }) => !ended) && !signal.aborted) {
    await sleep(100, undefined, { signal }).catch(() => undefined);
    await Promise.all(
      followed
        .filter(({ ended }) => !ended)
        .map(async (one) => {
          const standing = await api.standing(one.id as string).catch((error) => {
            // Not an answer about this request; it is asked for again until the time is over.
            if (!signal.aborted) one.unanswered = String(error);
          });
          if (!standing) return;
          delete one.unanswered;
          // A status is final only once its event is published, so there is nothing more to wait for.
          Object.assign(one, { stage: standing.stage, status: standing.status, ended: ENDED.has(standing.status) });
        }),
    );
    show();
  }
  return followed;
}

async function post(one: Followed, api: ReturnType<typeof omsApi>, all: readonly Followed[]): Promise<void> {
  const { repeats } = one.request;
  const earlier = repeats && all.find(({ request }) => request.file === repeats.file);
  try {
    const { id } = await api.post(one.request);
    one.id = id;
    if (!earlier) return;
    if (id !== earlier.id) one.note = 'a repeat was taken for a new request';
    else one.note = `same correlation id as ${earlier.request.file}: the first request came back`;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const hint = repeats && !repeats.sameBody ? ` (same correlation id as ${repeats.file}, other content)` : '';
    Object.assign(one, { ended: true, status: 'refused', note: `${error.message}${hint}` });
  }
}

/** How long it was in each stage; a stage it came back to counts again. */
export function timePerStage(history: readonly Transition[]): Map<string, number> {
  const times = new Map<string, number>();
  history.forEach(({ to, at }, index) => {
    const next = history[index + 1];
    if (next) times.set(to, (times.get(to) ?? 0) + Date.parse(next.at) - Date.parse(at));
  });
  return times;
}
