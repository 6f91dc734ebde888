import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoRequest } from './requests.ts';
import type { Tokens } from './tokens.ts';

/** The OMS as its clients see it: the few calls of its API that a demo makes, over HTTP and nothing else. */
export interface Receipt {
  id: string;
}

export interface Standing {
  status: string;
  stage: string;
  /** Why it does not get on, newest first. */
  errors: { code: string; description: string }[];
}

export interface Transition {
  from: string | null;
  to: string;
  reason: string;
  at: string;
}

export interface FeedEvent {
  id: string;
  /** The request. */
  subject: string;
}

/** The OMS said no; the message is its problem document in one line. */
export class Refused extends Error {}

export function omsApi(base: string, tokens: Tokens, signal: AbortSignal) {
  const requests = `${base}/api/v1/document-requests`;
  const get = async (url: string) =>
    refuseUnlessOk(await fetch(url, { headers: { authorization: `Bearer ${await tokens.reader()}` }, signal }));
  return {
    async post({ body, sourceSystem }: Pick<DemoRequest, 'body' | 'sourceSystem'>): Promise<Receipt> {
      const authorization = `Bearer ${await tokens.of(sourceSystem)}`;
      const headers = { 'content-type': 'application/json', authorization };
      return (await refuseUnlessOk(await fetch(requests, { method: 'POST', headers, body, signal }))).json() as never;
    },
    async standing(id: string): Promise<Standing> {
      return (await get(`${requests}/${id}`)).json() as never;
    },
    async history(id: string): Promise<Transition[]> {
      return ((await (await get(`${requests}/${id}/history`)).json()) as { items: Transition[] }).items;
    },
    async document(id: string): Promise<Uint8Array> {
      return new Uint8Array(await (await get(`${requests}/${id}/document`)).arrayBuffer());
    },
    /**
     * Reads the feed from its start until it has an event for every request. The feed holds an event back while an
     * older transaction is still open, so it may be a moment behind the requests.
     */
    async feed(requestIds: readonly string[], timeoutMs = 10_000): Promise<FeedEvent[]> {
      const all: FeedEvent[] = [];
      const missing = new Set(requestIds);
      const deadline = Date.now() + timeoutMs;
      for (let after = ''; missing.size > 0 && Date.now() < deadline; ) {
        const page = (await (
          await get(`${base}/api/v1/status-events${after && `?after=${after}`}`)
        ).json()) as FeedPage;
        for (const event of page.items) missing.delete(event.subject);
        all.push(...page.items);
        after = page.next ?? '';
        if (page.items.length === 0) await sleep(100);
      }
      return all;
    },
  };
}

interface FeedPage {
  items: FeedEvent[];
  next: string | null;
}

async function refuseUnlessOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  try {
    const {
      code,
      title,
      detail,
      errors = [],
    } = JSON.parse(text) as {
      [name in 'code' | 'title' | 'detail']?: string;
    } & { errors?: { field: string; message: string }[] };
    const fields = errors.map(({ field, message }) => (message.startsWith(field) ? message : `${field} ${message}`));
    const words = [code, detail ?? title, fields.length > 0 && `(${fields.join('; ')})`];
    throw new Refused(`${response.status} ${words.filter(Boolean).join(' ')}`);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(`${response.status} ${text.slice(0, 200)}`);
  }
}
