/** OIDM as a server: its REST services under `/oauth2/rest`, the control surface under `/sandbox`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, findIn, listen, readBody, send } from '../http.ts';
import { type OAuthClient, readyClients } from './clients.ts';
import { control, type Dials } from './control.ts';
import { Refusal } from './failures.ts';
import { newSigningKey, openKeyRing, type SigningKey } from './keys.ts';
import { operations, type World } from './operations.ts';

const base = '/oauth2/rest';

export interface Settings {
  /** 0: any free port. */
  port?: number;
  host?: string;
  clients?: readonly OAuthClient[];
  now?: () => number;
  tokenSeconds?: number;
  /** The `iss` of its tokens; unless told, its own address and `/oauth2`. */
  issuer?: string | undefined;
  /** What it signs with first; unless told, a fresh key: tokens die with the sandbox. */
  key?: SigningKey;
}

export interface Oidm {
  /** Its origin: the services are below `/oauth2/rest`, the control surface is at `/sandbox`. */
  url: string;
  close(): Promise<void>;
}

export async function startOidm(settings: Settings = {}): Promise<Oidm> {
  const { port = 0, host = '127.0.0.1', clients = readyClients, now = Date.now, tokenSeconds = 3_600 } = settings;
  const dials: Dials = { outage: 'none', calls: {} };
  const keys = openKeyRing(settings.key ?? (await newSigningKey()));
  const world: World = { keys, clients, now, tokenSeconds, issuer: '', revoked: new Set(), distortion: {} };
  const findOperation = findIn(operations(world));
  const findControl = findIn(control(dials, world));

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const [path = ''] = (request.url ?? '/').split('?', 1);
    const service = path.startsWith(`${base}/`);
    const inner = service
      ? path.slice(base.length)
      : path.startsWith('/sandbox')
        ? path.slice('/sandbox'.length)
        : null;
    const found = inner === null ? undefined : (service ? findOperation : findControl)(request.method ?? '', inner);
    if (found && service) dials.calls[found.route.name] = (dials.calls[found.route.name] ?? 0) + 1;
    const body = await readBody(request, () => new Refusal(413, { error: 'the body is too large' }));
    if (service && dials.outage === 'hang') return 'silence';
    if (service && dials.outage === 'unavailable') throw new Refusal(503, { error: 'temporarily_unavailable' });
    if (!found) throw new Refusal(404, { error: 'there is nothing at this address' });
    // The query is not looked at: a token in it would be in every log on the way.
    const header = (name: string) => request.headers[name]?.toString();
    return found.route.handle({ params: found.params, query: new URLSearchParams(), body, base, header });
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const reply = await answer(request).catch((error: unknown) =>
      error instanceof Refusal ? error.reply : { status: 500, json: { error: `the sandbox itself failed: ${error}` } },
    );
    send(response, reply, undefined);
  };

  const { origin, close } = await listen({ port, host }, serve);
  world.issuer = settings.issuer ?? `${origin}/oauth2`;
  return { url: origin, close };
}
