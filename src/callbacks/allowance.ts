import { isIP } from 'node:net';
import type { ReferenceData } from '#processors/document/ports.ts';
import type { Clock } from '#processors/engine/clock.ts';
import type { CallbacksConfig } from '#src/config/callbacks.ts';
import type { Addresses } from './addresses.ts';
import { namesHostOf } from './callback-host.ts';

export const maxUrlLength = 2_000;

/** Why a client may not have this address called; undefined: it may. */
export type CallbackAllowance = (url: string, client: string) => Promise<string | undefined>;

/**
 * The address itself, and whose it is: the CLIENT row's `callbackHosts` names hosts (`hooks.example.com`, or
 * `*.example.com` for all below it), each for the scheme's own port unless it names another (`hooks.example.com:8443`).
 */
export function callbackAllowance(
  { reference, clock, addresses }: { reference: Pick<ReferenceData, 'find'>; clock: Clock; addresses: Addresses },
  { key, plainHttp }: Pick<CallbacksConfig, 'key' | 'plainHttp'>,
): CallbackAllowance {
  return async (text, client) => {
    if (key === undefined) return 'callbacks are not configured here';
    const flaw = flawOf(text, plainHttp);
    if (flaw) return flaw;
    const url = new URL(text);
    const row = await reference.find('CLIENT', client, clock.now());
    if (!row?.attributes.callbackHosts?.some((entry) => namesHostOf(entry, url)))
      return `${url.host} is not one of the hosts that this client may have called`;
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) && !addresses.allows(literal)) return `${url.host} is a private address`;
    return undefined;
  };
}

function flawOf(text: string, plainHttp: boolean): string | undefined {
  if (text.length > maxUrlLength) return `is longer than ${maxUrlLength} characters`;
  const url = URL.parse(text);
  if (!url) return 'is not a URL';
  if (url.protocol !== 'https:' && !(plainHttp && url.protocol === 'http:')) return 'must be an https: address';
  if (url.username || url.password) return 'must not hold a name or a password';
  if (text.includes('#')) return 'must not have a fragment';
  return undefined;
}
