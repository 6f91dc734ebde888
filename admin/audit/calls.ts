import type { AuditEntry } from './audit.ts';

/** What a call of the board does, and on what, by its address: for Bull Board's own routes, which tell nothing themselves. */
const calls: readonly [call: string, action: string, target: 'document' | 'scheduler' | 'stage' | 'board'][] = [
  ['PUT /api/queues/pause', 'stage.pause-all', 'board'],
  ['PUT /api/queues/resume', 'stage.resume-all', 'board'],
  ['PUT /api/queues/:stage/pause', 'stage.pause', 'stage'],
  ['PUT /api/queues/:stage/resume', 'stage.resume', 'stage'],
  ['PUT /api/queues/:stage/promote', 'stage.promote-all', 'stage'],
  ['PUT /api/queues/:stage/empty', 'stage.empty', 'stage'],
  ['PUT /api/queues/:stage/obliterate', 'stage.obliterate', 'stage'],
  ['PUT /api/queues/:stage/concurrency', 'stage.concurrency', 'stage'],
  ['PUT /api/queues/:stage/rate-limit', 'stage.rate-limit', 'stage'],
  ['PUT /api/queues/:stage/rate-limit/release', 'stage.rate-limit', 'stage'],
  ['PUT /api/queues/:stage/job-schedulers/:scheduler/run', 'scheduler.run', 'scheduler'],
  ['PUT /api/queues/:stage/job-schedulers/:scheduler/remove', 'scheduler.remove', 'scheduler'],
  ['PATCH /api/queues/:stage/job-schedulers/:scheduler', 'scheduler.change', 'scheduler'],
  ['POST /api/queues/:stage/add', 'document.add', 'stage'],
  ['PUT /api/queues/:stage/retry/:status', 'stage.retry-all', 'stage'],
  ['PUT /api/queues/:stage/clean/:status', 'stage.clean', 'stage'],
  ['PUT /api/queues/:stage/:document/retry', 'document.retry', 'document'],
  ['PUT /api/queues/:stage/:document/promote', 'document.promote', 'document'],
  ['PUT /api/queues/:stage/:document/clean', 'document.remove', 'document'],
  ['PUT /api/queues/:stage/:document/remove-unprocessed-children', 'document.remove', 'document'],
  ['PATCH /api/queues/:stage/:document/delay', 'document.delay', 'document'],
  ['PATCH /api/queues/:stage/:document/priority', 'document.priority', 'document'],
  ['PATCH /api/queues/:stage/:document/update-data', 'document.edit', 'document'],
];

const patterns = calls.map(([call, action, type]) => ({
  pattern: new RegExp(`^${call.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
  ...{ action, type },
}));

/** A call that is not known goes by its address. */
export function callOf(method: string, path: string): Pick<AuditEntry, 'action' | 'target'> {
  for (const { pattern, action, type } of patterns) {
    const match = pattern.exec(`${method} ${path}`);
    if (match) return { action, target: targetOf(type, match.groups?.[type]) };
  }
  return { action: 'call', target: { type: 'address', id: path } };
}

const targetOf = (type: string, id: string | undefined): AuditEntry['target'] =>
  id === undefined ? { type } : { type, id: readable(id) };

/** As it was sent, when it cannot be read. */
function readable(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
