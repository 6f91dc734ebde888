/** The job server: SOAP 1.1 over HTTP POST, its WSDL at `?wsdl` of the same address. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, type Listening, listen, mostBytes, type Reply, readBody, send } from '../http.ts';
import { envelope, jobNamespace, readMessage } from '../soap/envelope.ts';
import { tokenChecker, type User } from '../soap/username-token.ts';
import { faultEnvelope, faulty, type JobFault } from './job-faults.ts';
import { type JobWorld, operations } from './operations.ts';
import { wsdl } from './wsdl.ts';

const jobPath = '/thunderhead/job';

/** What the gateway is to say of itself. */
export const gatewayUser: User = { username: 'oms-gateway', password: 'oms-gateway-secret' };

/** What the gateway lets through must fit when it comes in an envelope. */
const mostEnvelopeBytes = mostBytes + 64 * 1024;
const xml = { 'Content-Type': 'text/xml; charset=utf-8' };

export interface JobServer extends Listening {
  soapUrl: string;
}

export async function startJobServer(at: { port: number; host: string }, world: JobWorld): Promise<JobServer> {
  const operation = operations(world);
  // Callers sign with the time of the day, whatever the sandbox is told the time is.
  const wrongToken = tokenChecker(gatewayUser, Date.now);

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const [path, query] = (request.url ?? '').split('?', 2);
    if (path !== jobPath) return { status: 404, text: '', headers: { 'Content-Type': 'text/plain' } };
    if (request.method === 'GET' && query?.toLowerCase() === 'wsdl') {
      return { status: 200, text: wsdl(`http://${request.headers.host}${jobPath}`), headers: xml };
    }
    if (request.method !== 'POST')
      return { status: 405, text: '', headers: { 'Content-Type': 'text/plain', Allow: 'POST' } };
    const body = await readBody(request, () => new TooLarge(), mostEnvelopeBytes);
    const message = readMessage(body.toString('utf8'));
    if ('flaw' in message)
      return faultReply(faulty(message.otherVersion ? 'OTHER_VERSION' : 'UNREADABLE', message.flaw));
    const wrong = wrongToken(message.header);
    if (wrong) return faultReply(faulty('NOT_AUTHENTICATED', wrong));
    const { name, namespace } = message.content;
    const run = namespace === jobNamespace && Object.hasOwn(operation, name) ? operation[name] : undefined;
    if (!run) return faultReply(faulty('NO_SUCH_OPERATION', `There is no operation {${namespace}}${name}.`));
    const result = await run(message.content, request.headers['idempotency-key']?.toString() ?? null);
    if (typeof result === 'string') {
      return { status: 200, text: envelope(`<job:${name}Response>${result}</job:${name}Response>`), headers: xml };
    }
    if ('fault' in result) return faultReply(result);
    return unanswered[result.unanswered];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const reply = await answer(request).catch((error: unknown) =>
      faultReply(
        error instanceof TooLarge ? faulty('TOO_LARGE') : faulty('SERVER_ERROR', `The sandbox itself failed: ${error}`),
      ),
    );
    const skewMs = world.skewMs();
    if (skewMs !== 0) response.setHeader('Date', new Date(Date.now() + skewMs).toUTCString());
    send(response, reply, undefined);
  };

  const listening = await listen(at, serve);
  return { ...listening, soapUrl: listening.origin + jobPath };
}

class TooLarge extends Error {}

const faultReply = (fault: JobFault): Reply => ({ status: 500, text: faultEnvelope(fault), headers: xml });

/** What a caller gets whose batch was accepted, and who is not to know. */
const unanswered: Record<'timeout' | 'reset' | 'malformed', Answer> = {
  timeout: 'silence',
  reset: 'reset',
  malformed: { status: 200, text: envelope('<job:submitBatchResponse><return>').slice(0, -60), headers: xml },
};
