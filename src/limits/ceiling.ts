import type { IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { Problem } from '#src/api/problem.ts';
import { Load, type Most } from './load.ts';

/** Of all clients together. */
export interface CeilingLimits extends Most {
  /** How much of it one client may have, percent. */
  clientShare: number;
  /** The most that one body may hold. */
  maxBodyBytes: number;
}

export interface Ceiling {
  /** Before it is known who calls, and before the body is read. @throws Problem OMS_OVERLOADED */
  admit: RequestHandler;
  /** As soon as it is known who calls. @throws Problem OMS_RATE_LIMITED when the client has its share in hand */
  admitClient(client: string, response: Response): void;
  streams: Streams;
}

/** The places among the streams; the end of its answer gives a stream's place back. */
export interface Streams {
  /**
   * Moves a request out of the ceiling for work: it will wait rather than work from here on.
   *
   * @throws Problem OMS_OVERLOADED when there are as many as there may be, OMS_RATE_LIMITED when they are as many of its client
   */
  enter(response: Response): void;
}

/** A request in hand. It is a part of what all have, and of what its client has once that is known. */
interface InHand {
  bytes: number;
  client?: string;
  waits: boolean;
}

/**
 * Sheds what is too much for this process before its body is read: it must refuse some, or it will lose all. So that the
 * refused are not always the others, no client may have more than its share.
 */
export function ceiling({ clientShare, maxBodyBytes, ...most }: CeilingLimits): Ceiling {
  const all = new Load(most);
  const share = shareOf(most, clientShare);
  /** Those that OIDM knows: a few. */
  const clients = new Map<string, Load>();
  const inHand = new WeakMap<Response, InHand>();

  const loadOf = (client: string): Load => {
    const load = clients.get(client) ?? new Load(share);
    clients.set(client, load);
    return load;
  };
  const loadsOf = ({ client }: InHand): Load[] => (client === undefined ? [all] : [all, loadOf(client)]);

  const admit: RequestHandler = (request, response, next) => {
    const bytes = weightOf(request, maxBodyBytes);
    if (!all.hasRoomFor(bytes)) throw overloaded();
    all.add({ requests: 1, bytes });
    const mine: InHand = { bytes, waits: false };
    inHand.set(response, mine);
    response.once('close', () => {
      inHand.delete(response);
      // Who waits does no work, and its body is in memory all the same.
      for (const load of loadsOf(mine)) load.add({ [mine.waits ? 'streams' : 'requests']: -1, bytes: -bytes });
    });
    next();
  };

  const admitClient = (client: string, response: Response): void => {
    const mine = inHand.get(response);
    if (!mine) return;
    const load = loadOf(client);
    if (!load.hasRoomFor(mine.bytes)) throw beyondShare(client);
    load.add({ requests: 1, bytes: mine.bytes });
    mine.client = client;
  };

  const enter = (response: Response): void => {
    const mine = inHand.get(response);
    if (!mine) return;
    if (!all.hasRoomToWait) throw overloaded();
    if (mine.client !== undefined && !loadOf(mine.client).hasRoomToWait) throw beyondShare(mine.client);
    for (const load of loadsOf(mine)) load.add({ requests: -1, streams: 1 });
    mine.waits = true;
  };

  return { admit, admitClient, streams: { enter } };
}

/** At least one of each, or nobody would ever be let in. */
function shareOf(most: Most, percent: number): Most {
  const part = (whole: number) => Math.max(1, Math.floor((whole * percent) / 100));
  return { requests: part(most.requests), bytes: part(most.bytes), streams: part(most.streams) };
}

/**
 * What a body may come to hold in memory. One that does not say its length, or says only how long it is compressed, counts as
 * the longest there may be; so does a longer one, which is a stream that is read piece by piece.
 */
function weightOf({ headers }: IncomingMessage, most: number): number {
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined) return most;
  return Math.min(Number(headers['content-length'] ?? 0), most);
}

const retryAfterSeconds = 1;

const overloaded = (): Problem =>
  new Problem('OMS_OVERLOADED', 'this process has as much in hand as it can carry; try again in a moment', {
    retryAfterSeconds,
  });

const beyondShare = (client: string): Problem =>
  new Problem(
    'OMS_RATE_LIMITED',
    `${client} has its share of this process in hand; let some of it come to its end, or try again in a moment`,
    { retryAfterSeconds },
  );
