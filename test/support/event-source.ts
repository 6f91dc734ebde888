import { type ErrorEvent, EventSource } from 'eventsource';

/** A client of server-sent events that somebody else has written, and what it has heard. */
export interface Listener extends Disposable {
  events: { id: string; event: string; data: Record<string, unknown> }[];
  /** What each connection was answered, oldest first. */
  answers: number[];
  /** Why connections ended: a clean end has no reason. */
  ends: (string | undefined)[];
  /** It does not connect any more. */
  isClosed(): boolean;
  /** Breaks the connection in the middle of whatever it brings. */
  cut(): void;
}

export interface ListenerOptions {
  /** Asked for each connection: where the server is at the moment, and the token for it. */
  server(): Promise<{ url: string; token: string }>;
  /** Below the server's address. */
  path: string;
  /** Names of the events to listen to. */
  names: readonly string[];
}

export const finalStatus = 'com.oms.document.status.final.v1';

export function listenTo({ server, path, names }: ListenerOptions): Listener {
  const events: Listener['events'] = [];
  const answers: number[] = [];
  const ends: Listener['ends'] = [];
  let connection = new AbortController();
  const source = new EventSource(`http://oms.test${path}`, {
    async fetch(_url, { headers, signal }) {
      const { url, token } = await server();
      connection = new AbortController();
      const response = await fetch(url + path, {
        headers: { ...headers, authorization: `Bearer ${token}` },
        signal: AbortSignal.any([signal, connection.signal]),
      });
      answers.push(response.status);
      return response;
    },
  });
  for (const name of names)
    source.addEventListener(name, ({ lastEventId: id, data }: MessageEvent) =>
      events.push({ id, event: name, data: JSON.parse(data) }),
    );
  source.onerror = ({ message }: ErrorEvent) => ends.push(message);
  return {
    ...{ events, answers, ends },
    isClosed: () => source.readyState === source.CLOSED,
    cut: () => connection.abort(new Error('cut')),
    [Symbol.dispose]: () => source.close(),
  };
}
