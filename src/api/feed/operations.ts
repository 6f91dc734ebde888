import Joi from 'joi';
import type { Pool } from 'pg';
import type { Streams } from '#src/limits/ceiling.ts';
import type { Caller } from '#src/security/caller.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { foundRequest, requestPath } from '../requests/found-request.ts';
import { whileListening } from '../waiting/listening.ts';
import type { RequestWatch } from '../waiting/request-watch.ts';
import { beginning } from './cursor.ts';
import { eventStreamType, type ServerSentEvent, sendEventStream } from './event-stream.ts';
import type { FeedTail } from './feed-tail.ts';
import { followFeed } from './follow-feed.ts';
import { followRequest } from './follow-request.ts';
import { readRequestEvents } from './request-events.ts';
import {
  feedCursor,
  feedPageSchema,
  feedQuery,
  requestEventsCursor,
  requestEventsQuery,
  requestEventsSchema,
} from './schemas.ts';
import { endOfFeed, type FeedEntry, readFeed } from './status-feed.ts';
import { lastEventId, wantsStream } from './stream-headers.ts';

export interface FeedOperationPorts {
  pool: Pool;
  firstStage: string;
  tail: FeedTail;
  watch: RequestWatch;
  streams: Streams;
  /** Aborted when the process stops: streams end then, and their clients connect again elsewhere. */
  stopping: AbortSignal;
}

const headers = {
  'Last-Event-ID': {
    description: 'Of a stream that was cut: the id of the last event that arrived. It goes before `after`',
    schema: Joi.string(),
  },
};
const streamed = { schema: Joi.string().description('Server-sent events, as the WHATWG HTML standard has them') };

/** How clients learn of what happens: page by page, or as a stream. */
export function feedOperations(ports: FeedOperationPorts): Operation[] {
  const { pool, tail, streams, stopping } = ports;

  /** Until the last event; and no longer than the caller's token is good for. */
  const stream = async (
    { response, caller }: { response: Call['response']; caller: Caller },
    events: (signal: AbortSignal) => AsyncIterable<readonly ServerSentEvent[]>,
  ): Promise<void> => {
    streams.enter(response);
    using listening = whileListening(response, { forMs: caller.expiresAt.getTime() - Date.now(), stopping });
    await sendEventStream(response, events(listening.signal), listening);
  };

  return [
    operation({
      id: 'listStatusEvents',
      method: 'get',
      path: '/status-events',
      tag: 'Events',
      summary: 'Final statuses, in the order in which they were published',
      description: `As a page, or with \`Accept: ${eventStreamType}\` as a stream that goes on. A stream begins with an event \`position\`, so that a client that is cut off before anything happened misses nothing either; each final status is an event with the type of its CloudEvent, the cursor as its id, and the entry of the page as its data. A stream ends with the token it was opened with: connect again with another one.`,
      scopes: ['oms.request', 'oms.read'],
      parameters: { query: feedQuery },
      headers,
      answers: {
        200: {
          description: 'A page, or the stream',
          content: { 'application/json': { schema: feedPageSchema }, [eventStreamType]: streamed },
        },
      },
      problems: ['OMS_OVERLOADED'],
      async handle({ request, response, query, sources, caller }) {
        const start = async (after?: string) => (after === 'now' ? await endOfFeed(pool) : after);
        if (wantsStream(request, response)) {
          const after = (await start(lastEventId(request, feedCursor) ?? query.after)) ?? beginning;
          return stream({ response, caller }, async function* (signal) {
            yield [{ id: after, event: 'position', data: { after } }];
            for await (const entries of followFeed({ pool, tail }, { after, sources, signal }))
              yield entries.map(eventOf);
          });
        }
        const after = await start(query.after);
        const items = await readFeed(pool, { after: after ?? beginning, limit: query.limit, sources });
        response.json({ items, next: items.at(-1)?.cursor ?? after ?? null });
      },
    }),
    operation({
      id: 'listDocumentRequestEvents',
      method: 'get',
      path: '/document-requests/{id}/events',
      tag: 'Events',
      summary: 'The life of one request: its steps, and its final status',
      description: `As a page, or with \`Accept: ${eventStreamType}\` as a stream of events \`step\`, until \`status\` says how it ended. Who connects again after that is answered 204, which tells an EventSource to stay away.`,
      scopes: ['oms.request', 'oms.read'],
      parameters: { path: requestPath, query: requestEventsQuery },
      headers,
      answers: {
        200: {
          description: 'A page, or the stream',
          content: { 'application/json': { schema: requestEventsSchema }, [eventStreamType]: streamed },
        },
        204: { description: 'The stream has been read to its end' },
      },
      problems: ['OMS_REQUEST_NOT_FOUND', 'OMS_OVERLOADED'],
      async handle({ request, response, path, query, sources, caller }) {
        const { id } = await foundRequest(ports, path.id, sources);
        const asksForStream = wantsStream(request, response);
        const after = (asksForStream ? lastEventId(request, requestEventsCursor) : undefined) ?? query.after;
        const { items, next, final } = await readRequestEvents(ports, { id, after, limit: query.limit });
        if (!asksForStream) return void response.json({ items, next, final });
        if (final && items.length === 0) return void response.status(204).end();
        await stream({ response, caller }, (signal) => followRequest(ports, { id, after, signal }));
      },
    }),
  ];
}

const eventOf = (entry: FeedEntry): ServerSentEvent => ({ id: entry.cursor, event: entry.type, data: entry });
