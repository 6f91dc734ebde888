import type { AuditRow } from '../audit/audit.ts';
import type { BatchRecord, CancellationRecord, EventRecord, HistoryRecord, RequestRecords } from './records.ts';
import type { Tone } from './tone.ts';

/** The whole story of a request as one list, from the call of the API to the last action of an operator. */
export interface TimelineEntry {
  at: Date;
  kind: 'received' | 'step' | 'handover' | 'event' | 'cancellation' | 'callback' | 'operator';
  tone: Tone;
  title: string;
  /** In the words of whoever did it. */
  detail?: string;
  /** What can be copied into another system: ids, offsets. */
  facts?: readonly (readonly [name: string, value: string])[];
  actor?: string;
}

/** Oldest first; of what happened in the same millisecond, what was learnt comes before the step that it led to. */
export function timelineOf(
  { head, batches, events, cancellations, history }: RequestRecords,
  audit: readonly AuditRow[],
): TimelineEntry[] {
  const steps = history.map(stepOf);
  const [first] = steps;
  if (first) Object.assign(first, receivedBy(head.client));
  return [
    ...steps.filter(({ staysThere }) => staysThere),
    ...batches.flatMap(handoverOf),
    ...events.map(eventOf),
    ...cancellations.flatMap(passedOn),
    ...steps.filter(({ staysThere }) => !staysThere),
    ...audit.map(operatorOf),
  ]
    .sort((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ staysThere: _, ...entry }: TimelineEntry & { staysThere?: boolean }) => entry);
}

const receivedBy = (client: string | null) => ({
  kind: 'received' as const,
  title: `Received${client ? ` from ${client}` : ''}`,
});

const ends: Record<string, Tone> = {
  completed: 'good',
  failed: 'bad',
  rejected: 'bad',
  cancelled: 'waiting',
  compensated: 'waiting',
};

function stepOf({ of, from, to, stage, reason, actor, at }: HistoryRecord): TimelineEntry & { staysThere: boolean } {
  const fault = /^OMS_[A-Z_]+: /.test(reason);
  const byPerson = actor !== 'worker' && actor !== 'api';
  const tone = ends[to] ?? (fault ? 'bad' : byPerson ? 'person' : 'plain');
  return {
    ...{ at, kind: of === 'callback' ? 'callback' : 'step', tone, detail: reason, actor },
    staysThere: from === null || from === to,
    title: `${of === 'callback' ? 'Callback: ' : ''}${titleOf({ from, to, stage })}`,
  };
}

function titleOf({ from, to, stage }: Pick<HistoryRecord, 'from' | 'to' | 'stage'>): string {
  if (from === to) return `At ${stage}`;
  if (to in ends) return `Ended: ${to}`;
  return from && from in ends ? `Set going again: ${from} → ${to}` : `${from ?? 'new'} → ${to}`;
}

/** The states of a hand-over: intended is a step of the history; the rest is told by the batch. */
function handoverOf(batch: BatchRecord): TimelineEntry[] {
  const { name, correlationId, thunderheadBatchId, transactionNo, transactionCount, status, statusText } = batch;
  const entry = (at: Date | null, tone: Tone, title: string, more: Partial<TimelineEntry> = {}) =>
    at ? [{ at, kind: 'handover' as const, tone, title, ...more }] : [];
  // What its people look for there, also while nobody has said that it is there.
  const asked = [
    ['hand-over', name],
    ['correlation id', correlationId],
  ] as const;
  const facts = [
    ...asked,
    ...(thunderheadBatchId ? [['Thunderhead batch', thunderheadBatchId] as const] : []),
    ['transaction', `${transactionNo} of ${transactionCount}`],
  ] as const;
  const isReported = batch.confirmedAt && batch.updatedAt > batch.confirmedAt;
  return [
    ...entry(batch.sentAt, 'plain', 'Hand-over sent to Thunderhead', { facts: asked }),
    ...entry(batch.unknownAt, 'waiting', 'Not known whether Thunderhead has it: it will be asked, not sent again', {
      facts: asked,
    }),
    ...entry(batch.confirmedAt, 'plain', 'Confirmed: Thunderhead has it', { facts }),
    ...entry(isReported ? batch.updatedAt : null, 'plain', `Thunderhead reported last: ${status}`, {
      ...(statusText && { detail: statusText }),
    }),
  ];
}

const eventOf = ({ id, type, topic, partition, offset, publishedAt }: EventRecord): TimelineEntry => ({
  ...{ at: publishedAt, kind: 'event', tone: 'plain', title: 'Status published' },
  detail: type,
  facts: [
    ['topic', topic],
    ...(partition === null ? [] : [['partition', String(partition)] as const]),
    ...(offset === null ? [] : [['offset', offset] as const]),
    ['event', id],
  ],
});

/** The wish itself is a step of the history. */
const passedOn = ({ passedOnAt, reason }: CancellationRecord): TimelineEntry[] =>
  passedOnAt
    ? [{ at: passedOnAt, kind: 'cancellation', tone: 'waiting', title: 'Thunderhead asked to stop', detail: reason }]
    : [];

const operatorOf = ({ at, actor, client, action, reason, origin, result }: AuditRow): TimelineEntry => ({
  ...{ at, kind: 'operator', tone: result === 'done' ? 'person' : 'bad', actor },
  title: `Operator: ${action.replace(/^document\./, '')}${result === 'done' ? '' : `, ${result}`}`,
  ...(reason !== undefined && { detail: `“${reason}”` }),
  facts: [['client', client], ...(origin === undefined ? [] : [['from', origin] as const])],
});
