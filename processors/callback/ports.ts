/** What the callback stage needs from the outside world; `src/callbacks/` implements it. */
export interface CallbackSender {
  /** Posts a final status to its source. Throws while the receiver is out of reach. */
  post(callback: Callback, signal: AbortSignal): Promise<CallbackAnswer>;
}

/** A final status and where it is to be posted. */
export interface Callback {
  /** The event's own: a second call with the same id is the same news. */
  id: string;
  url: string;
  /** The OAuth client that asked to be called: whose hosts are allowed, and whose secret signs. */
  client: string;
  event: CloudEvent;
}

/** CloudEvents 1.0, structured JSON: the event of the broker and the feed in one piece. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  /** RFC 3339. */
  time: string;
  datacontenttype: 'application/json';
  data: unknown;
}

export type CallbackAnswer =
  | { kind: 'answered'; status: number; retryAfterMs?: number }
  /** Never sent: the address is not one that this client may have called (any more). */
  | { kind: 'forbidden'; reason: string };
