import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FeedEvent, omsApi } from './api.ts';
import { type Followed, timePerStage } from './follow.ts';
import type { ReadEvent } from './kafka-reader.ts';
import { pagesOf } from './pdf.ts';
import { table } from './table.ts';

/**
 * What came of each request, from what can be seen outside: its history, its PDF, and the event that a reader of the
 * broker found. Anything that is not as it should be is a complaint, and one complaint fails the demo.
 */
export interface Finding {
  one: Followed;
  times: Map<string, number>;
  pages: number | undefined;
  event: string;
  complaints: string[];
}

export interface Events {
  /** The broker's; null when there is none, and the feed is all there is. */
  fromBroker: readonly ReadEvent[] | null;
  fromFeed: readonly FeedEvent[];
}

const STAGES = ['validate', 'submit', 'poll', 'publish'];

export async function look(
  one: Followed,
  api: ReturnType<typeof omsApi>,
  events: Events,
  folder: string,
): Promise<Finding> {
  const finding: Finding = { one, times: new Map(), pages: undefined, event: '-', complaints: [] };
  const { id, status, note, request } = one;
  if (!id) {
    finding.complaints.push(`refused: ${note}`);
    return finding;
  }
  if (!one.ended)
    finding.complaints.push(`not ended in time, still at ${one.stage}${one.unanswered ? ` (${one.unanswered})` : ''}`);
  else if (status !== 'COMPLETED') finding.complaints.push(`ended ${status}: ${await reasonOf(id, api)}`);
  if (note?.startsWith('a repeat')) finding.complaints.push(note);
  finding.times = timePerStage(await api.history(id));
  if (status === 'COMPLETED') {
    const pdf = await api.document(id);
    const name = `${request.documentName}-${basename(request.file, '.json')}-${id.slice(-8)}.pdf`;
    writeFileSync(join(folder, name.replaceAll(/[^\w.-]+/g, '_')), pdf);
    finding.pages = pagesOf(pdf);
    if (!finding.pages) finding.complaints.push('its document is no PDF whose pages can be counted');
  }
  if (one.ended) Object.assign(finding, seenOutside(one, events, finding.complaints));
  return finding;
}

function seenOutside({ id, status }: Followed, { fromBroker, fromFeed }: Events, complaints: string[]) {
  const told = fromFeed.filter(({ subject }) => subject === id);
  if (told.length === 0) complaints.push('its event is not in the status feed');
  if (!fromBroker) return { event: told.length > 0 ? 'status feed' : 'none', complaints };
  const read = fromBroker.find((event) => event.requestId === id && told.some((entry) => entry.id === event.id));
  if (!read) complaints.push('its event was not read back from the broker');
  else if (read.status !== status) complaints.push(`its event says ${read.status}`);
  return { event: read ? `${read.topic}/${read.partition}@${read.offset}` : 'none', complaints };
}

async function reasonOf(id: string, api: ReturnType<typeof omsApi>): Promise<string> {
  const [error] = (await api.standing(id)).errors;
  return error ? `${error.code}: ${error.description}` : ((await api.history(id)).at(-1)?.reason ?? 'no reason given');
}

export function findingsTable(findings: readonly Finding[], withBroker: boolean): string {
  return table(
    ['request', 'id', 'status', ...STAGES, 'pages', withBroker ? 'Kafka topic/partition@offset' : 'event'],
    findings.map(({ one, times, pages, event }) => [
      one.request.correlationId.slice(0, 40) + (one.request.repeats?.sameBody ? ' (repeat)' : ''),
      one.id ? `…${one.id.slice(-8)}` : '-',
      one.ended ? one.status : `${one.status}, at ${one.stage}`,
      ...STAGES.map((stage) => (times.has(stage) ? `${((times.get(stage) ?? 0) / 1000).toFixed(2)} s` : '-')),
      pages === undefined ? '-' : String(pages),
      event,
    ]),
  );
}
