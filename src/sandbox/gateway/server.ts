/** The Oracle API Gateway's part: REST under `/thunderhead/v1` in, SOAP out; the sandbox's control surface beside it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, findIn, type Listening, listen, type Route, readBody, send } from '../http.ts';
import { ConnectionLost } from './backend.ts';
import type { CheckBearer } from './bearer.ts';
import type { CallCounts } from './call-counts.ts';
import { Failure, fail } from './failures.ts';
import { type RouteParts, routes } from './routes.ts';
import type { Throttle } from './throttle.ts';

export const base = '/thunderhead/v1';
const controlBase = '/sandbox';

/** `unavailable` 503, `hang` silence, `gateway-500` a 500 that is no throttling. */
export type GatewayOutage = 'none' | 'unavailable' | 'hang' | 'gateway-500';

export interface GatewayParts extends RouteParts {
  counts: CallCounts;
  throttle: Throttle;
  outage: () => GatewayOutage;
  /** None is asked for unless there is somebody who signs them. */
  checkBearer: CheckBearer | undefined;
  control: readonly Route[];
}

export function startGateway(at: { port: number; host: string }, parts: GatewayParts): Promise<Listening> {
  const { counts, throttle, outage, checkBearer } = parts;
  const findOperation = findIn(routes(parts));
  const findControl = findIn(parts.control);
  const tooLarge = () => fail('TOO_LARGE');

  /** The policies, in the order in which a call meets them. */
  const facade = async (request: IncomingMessage, called: Called, gone: AbortSignal): Promise<Answer> => {
    const found = findOperation(request.method ?? '', called.path.slice(base.length));
    if (found) counts.count(found.route.name);
    const body = await readBody(request, tooLarge);
    const mode = outage();
    if (mode === 'hang') return 'silence';
    if (mode === 'unavailable') throw fail('UNAVAILABLE');
    if (mode === 'gateway-500') throw fail('GATEWAY_ERROR');
    await checkBearer?.(request.headers.authorization);
    throttle.take();
    if (!found) throw fail('NO_SUCH_ROUTE');
    return found.route.handle({ ...callOf(request, called, body, found.params), gone });
  };

  const control = async (request: IncomingMessage, called: Called): Promise<Answer> => {
    const found = findControl(request.method ?? '', called.path.slice(controlBase.length));
    const body = await readBody(request, tooLarge);
    if (!found) throw fail('NO_SUCH_ROUTE');
    return found.route.handle(callOf(request, called, body, found.params));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const [path = '', search = ''] = (request.url ?? '/').split('?', 2);
    const called = { path, search };
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const correlationId = request.headers['x-correlation-id']?.toString();
    const answering = path.startsWith(`${base}/`)
      ? facade(request, called, gone.signal)
      : path === controlBase || path.startsWith(`${controlBase}/`)
        ? control(request, called)
        : Promise.reject(fail('NO_SUCH_ROUTE'));
    send(response, await answering.catch((error: unknown) => refusal(error, correlationId)), correlationId);
  };

  return listen(at, serve);
}

interface Called {
  path: string;
  search: string;
}

const callOf = (request: IncomingMessage, { search }: Called, body: Buffer, params: readonly string[]) => ({
  ...{ params, query: new URLSearchParams(search), body, base },
  header: (name: string) => request.headers[name]?.toString(),
});

function refusal(error: unknown, correlationId: string | undefined): Answer {
  if (error instanceof ConnectionLost) return 'reset';
  const failure = error instanceof Failure ? error : fail('GATEWAY_ERROR', { message: `The sandbox failed: ${error}` });
  return failure.reply(correlationId);
}
