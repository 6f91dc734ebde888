import { isIP } from 'node:net';
import Joi from 'joi';

/** An entry of a CLIENT row's `callbackHosts`. */
interface CallbackHost {
  /** As `URL` spells it: lower case, punycode, `0x7f.1` as 127.0.0.1. */
  hostname: string;
  /** All hosts below it, and not it itself. */
  below: boolean;
  /** Undefined: the scheme's own. */
  port: number | undefined;
}

/**
 * `hooks.example.com`, `127.0.0.1`, `[::1]`, or `*.example.com` for all below it; each with `:8443` for another port than
 * the scheme's own. Undefined: it is none of these.
 */
function readHost(entry: string): CallbackHost | undefined {
  const [, star, host = '', digits] = /^(\*\.)?([^\s*/\\?#@:]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i.exec(entry) ?? [];
  const hostname = host && URL.parse(`https://${host}`)?.hostname;
  const below = star !== undefined;
  const port = digits === undefined ? undefined : Number(digits);
  if (!hostname || (below && isAddress(hostname)) || port === 0 || (port ?? 0) > 65_535) return undefined;
  return { hostname, below, port };
}

const isAddress = (hostname: string) => isIP(hostname.replace(/^\[|\]$/g, '')) > 0;

/** Whether the entry names the host and the port of an address. */
export function namesHostOf(entry: string, { protocol, hostname, port }: URL): boolean {
  const named = readHost(entry);
  if (!named) return false;
  const usual = protocol === 'https:' ? 443 : 80;
  if (Number(port || usual) !== (named.port ?? usual)) return false;
  return named.below ? hostname.endsWith(`.${named.hostname}`) && !isAddress(hostname) : hostname === named.hostname;
}

export const callbackHost = Joi.string()
  .max(300)
  .custom((entry: string, { error }) => (readHost(entry) ? entry : error('any.invalid')))
  .messages({
    'any.invalid':
      '{{#label}} must be a host, with its port where that is not the usual: hooks.example.com, *.example.com, 127.0.0.1:9999, [::1]:8443',
  });
