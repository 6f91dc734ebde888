import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import type { CallbackSender } from '#processors/callback/ports.ts';
import { receiverOf } from '#processors/callback/receiver.ts';
import type { Clock } from '#processors/engine/clock.ts';
import { Fault } from '#processors/engine/outcome.ts';
import type { CallbacksConfig } from '#src/config/callbacks.ts';
import type { Addresses } from './addresses.ts';
import type { CallbackAllowance } from './allowance.ts';
import { signedHeaders } from './signature.ts';

export interface SenderPorts {
  allowance: CallbackAllowance;
  addresses: Addresses;
  clock: Clock;
  /** How names become addresses. */
  lookup?: typeof systemLookup;
}

/** An answer is only its status; of its body no more than this is read, and thrown away. */
const maxAnswerBytes = 16 * 1024;

/**
 * Posts to addresses that strangers have chosen. A name is looked up by ourselves and the connection goes to the very
 * address that was looked at (a second lookup could answer otherwise); no redirect is followed and no proxy asked.
 */
export function openCallbackSender(
  { allowance, addresses, clock, lookup = systemLookup }: SenderPorts,
  { key = '', timeoutMs }: Pick<CallbacksConfig, 'key' | 'timeoutMs'>,
): CallbackSender & AsyncDisposable {
  const agent = new Agent({
    connect: { lookup: onlyTo(addresses, lookup), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // Calls to one host are rare; a connection that is kept is an address that is not looked at again.
    keepAliveTimeout: 1_000,
    keepAliveMaxTimeout: 1_000,
  });
  return {
    async post(callback, signal) {
      const { id, url, client, event } = callback;
      // Asked again: a host that was taken off the list since is not called any more. A literal address is looked at here.
      const reason = await allowance(url, client);
      if (reason) return { kind: 'forbidden', reason: `the callback address ${reason}` };
      const { origin, pathname, search } = new URL(url);
      const body = JSON.stringify(event);
      try {
        const answer = await agent.request({
          origin,
          path: pathname + search,
          method: 'POST',
          headers: {
            'content-type': 'application/cloudevents+json; charset=utf-8',
            'user-agent': 'oms-callback',
            ...signedHeaders({ id, body, at: clock.now() }, { key, client }),
          },
          body,
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        // Whatever happens to the rest of it, it has answered.
        await answer.body.dump({ limit: maxAnswerBytes }).catch(() => undefined);
        const retryAfterMs = retryAfter(answer.headers['retry-after'], clock.now());
        return {
          kind: 'answered',
          status: answer.statusCode,
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        };
      } catch (error) {
        throw unreachable(error, receiverOf(callback));
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

/** Every address of the name must be one that may be called: a name with both kinds is up to something. */
function onlyTo(addresses: Addresses, lookup: typeof systemLookup): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const forbidden = found.find(({ address }) => !addresses.allows(address));
      const [first] = found;
      if (forbidden || !first) return callback(new ForbiddenAddress(hostname), '');
      if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
}

class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';

  constructor(hostname: string) {
    super(`${hostname} leads to a private address`);
  }
}

function unreachable(error: unknown, receiver: string): Fault {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (error instanceof ForbiddenAddress)
    return new Fault({
      code: 'OMS_CALLBACK_ADDRESS_FORBIDDEN',
      category: 'INTERNAL_ERROR',
      description: `${receiver}: ${error.message}`,
    });
  const timedOut = name === 'TimeoutError' || /TIMEOUT/.test(code ?? '');
  return new Fault(
    {
      code: timedOut ? 'OMS_CALLBACK_TIMEOUT' : 'OMS_CALLBACK_UNREACHABLE',
      category: timedOut ? 'TIMEOUT' : 'INTERNAL_ERROR',
      description: timedOut ? `${receiver} did not answer in time` : `${receiver} is out of reach: ${code ?? message}`,
    },
    { cause: error },
  );
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | string[] | undefined, now: Date): number | undefined {
  const text = String(header ?? '').trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
