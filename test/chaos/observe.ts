import type { StatusEventData } from '#processors/document/ports.ts';
import type { HistoryView } from '#src/api/requests/history.ts';
import type { RequestView } from '#src/api/requests/request-view.ts';
import { read } from '#test/events/observed.ts';
import type { Client } from '#test/support/client.ts';
import type { AcceptedBatch, Sandbox } from '#test/support/sandbox-control.ts';
import type { Sample } from './evidence.ts';
import type { Call } from './receiver.ts';
import type { Accepted } from './source.ts';

/** What somebody outside sees of one request when all is over. */
export interface Seen {
  accepted: Accepted;
  view: RequestView;
  history: readonly HistoryView[];
  /** From the topic, in the order of arrival. */
  published: readonly Told[];
  /** From the status feed of the API. */
  fed: readonly Told[];
  /** At Thunderhead; asked for only of those that ought not to be there. */
  made: readonly AcceptedBatch[];
  /** At its client, called back. */
  called: readonly Call[];
}

export interface Told {
  eventId: string;
  status: string;
  /** 1, and one more for each time that it was set going again. */
  version: number;
}

export interface Everything {
  requests: readonly Seen[];
  /** How many requests the API knows. */
  known: number;
  acceptedTwice: readonly string[];
  madeInAll: number;
  /** All that is in the error table, by pipeline, stage and code. */
  errorRows: readonly Sample[];
}

export interface Outside {
  client: Client;
  brokers: string;
  topic: string;
  thunderhead: Sandbox;
  calls: readonly Call[];
  errorRows: readonly Sample[];
}

const sideBySide = 16;

export async function observe(
  accepted: readonly Accepted[],
  { client, brokers, topic, thunderhead, calls, errorRows }: Outside,
): Promise<Everything> {
  const records = (await read(brokers, topic)).map(({ message }) => {
    const { status, statusVersion } = JSON.parse(`${message.value}`) as StatusEventData;
    return { subject: `${message.key}`, eventId: `${message.headers?.ce_id}`, status, version: statusVersion };
  });
  const published = Map.groupBy(records, ({ subject }) => subject);
  const called = Map.groupBy(calls, ({ subject }) => subject);
  const fed = Map.groupBy(await readFeed(client), ({ subject }) => subject);
  const requests: Seen[] = [];
  let next = 0;
  const look = async () => {
    while (next < accepted.length) {
      const one = accepted[next++] as Accepted;
      const [view, history] = await Promise.all([client.get(one.id), client.history(one.id)]);
      requests.push({
        ...{ accepted: one, view, history },
        published: published.get(one.id) ?? [],
        fed: fed.get(one.id) ?? [],
        made: view.status === 'COMPLETED' ? [] : await thunderhead.accepted(one.id),
        called: called.get(one.id) ?? [],
      });
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, look));
  const { acceptedTwice, accepted: madeInAll } = await thunderhead.counts();
  return { requests, known: await countKnown(client), acceptedTwice, madeInAll, errorRows };
}

async function readFeed(client: Client): Promise<(Told & { subject: string })[]> {
  const told: (Told & { subject: string })[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await client.feed(after);
    if (items.length === 0) return told;
    told.push(
      ...items.map(({ id, subject, data }) => ({
        subject,
        eventId: id,
        status: data.status,
        version: data.statusVersion,
      })),
    );
    after = next ?? undefined;
  }
}

async function countKnown(client: Client): Promise<number> {
  const { json } = await client.fetch('/api/v1/document-requests?limit=1&total=true');
  return json.total as number;
}
