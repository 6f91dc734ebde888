import type { AuditEntry, AuditTargetType } from './audit.ts';

type Call = readonly [call: string, action: string, target: AuditTargetType];

/** What a call of the board does, and on what, by its address: for Bull Board's own routes, which tell nothing themselves. */
const boardCalls: readonly Call[] = [
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

/** The request page tells what it does; not what is refused at the gate, or breaks off. */
const pageCalls: readonly Call[] = [
  ['POST /requests/:document/retrigger', 'document.retrigger', 'document'],
  ['POST /requests/:document/cancel', 'document.cancel', 'document'],
  ['POST /requests/:document/unmask', 'document.unmask', 'document'],
  ['POST /requests/:document/download', 'document.download', 'document'],
];

/** The router takes capitals for small letters, and a stroke at the end for none. */
const patternOf = ([call, action, type]: Call) => ({
  pattern: new RegExp(`^${call.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`, 'i'),
  ...{ action, type },
});

const patterns = [
  // Bull Board asks nobody why.
  ...boardCalls.map((call) => ({ ...patternOf(call), reason: 'on the board' })),
  ...pageCalls.map(patternOf),
];

/** A call that is not known goes by its address. */
export function callOf(method: string, path: string): Pick<AuditEntry, 'action' | 'target' | 'reason'> {
  for (const { pattern, type, ...told } of patterns) {
    const match = pattern.exec(`${method} ${path}`);
    if (match) return { ...told, target: targetOf(type, match.groups?.[type]) };
  }
  return { action: 'call', target: { type: 'address', id: path } };
}

function targetOf(type: AuditTargetType, id: string | undefined): AuditEntry['target'] {
  if (id === undefined) return { type };
  return { type, id: type === 'document' ? readable(id).toLowerCase() : readable(id) };
}

/** As it was sent, when it cannot be read. */
function readable(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
