import type { Progress, Result } from '#processors/engine/progress.ts';
import { stoppedCode } from './poll.ts';
import type { RequestStatus } from './ports.ts';

/**
 * How a request stands, in the words of its clients. A status is final only once it has been published: who reads
 * COMPLETED here finds the event in the topic.
 */
export function statusOf(
  progress: Pick<Progress, 'status' | 'result' | 'stage'>,
  firstStage: string,
  errorCodes: readonly string[],
): RequestStatus {
  if (progress.status === 'ended' && progress.result) return finalStatusOf(progress.result, errorCodes);
  return progress.status === 'ready' && progress.stage === firstStage ? 'QUEUED' : 'PROCESSING';
}

/** The same in SQL, of what has not ended; `p` is the row of `progress`, the parameter names the first stage. */
export const statusInFlight = (firstStage: `$${number}`): string =>
  `case when p.status = 'ready' and p.stage = ${firstStage} then 'QUEUED' else 'PROCESSING' end`;

export function finalStatusOf(result: Result, errorCodes: readonly string[]): RequestStatus {
  if (result === 'failed') return errorCodes.includes(stoppedCode) ? 'STOPPED' : 'FAILED';
  const words = {
    completed: 'COMPLETED',
    rejected: 'REJECTED',
    cancelled: 'CANCELLED',
    compensated: 'CANCELLED',
  } as const;
  return words[result];
}
