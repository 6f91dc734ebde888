import { subscribe } from 'node:diagnostics_channel';
import type { Reached } from '#processors/engine/boundary.ts';
import type { CallEdge, CrashPoint } from './crash-point.ts';

/** The process dies there as of `kill -9`: nothing more runs, and nothing is said to anybody. */
export function crashAt({ stage, edge, n }: CrashPoint): Reached {
  const arrive = dieAtThe(n);
  if (edge === 'intended' || edge === 'sent') onHandOver(edge, arrive);
  return (reached, step) => {
    if (step.pipeline === 'document' && step.stage === stage && reached === edge) arrive();
  };
}

function dieAtThe(n: number): () => void {
  let left = n;
  return () => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

/** The HTTP client tells of each of its requests; https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
const channels: Record<CallEdge, string> = { intended: 'undici:request:create', sent: 'undici:request:bodySent' };

function onHandOver(edge: CallEdge, arrive: () => void): void {
  subscribe(channels[edge], (message) => {
    const { request } = message as { request: { method: string; path: string } };
    if (request.method === 'POST' && /\/(documents|batches)$/.test(request.path)) arrive();
  });
}
