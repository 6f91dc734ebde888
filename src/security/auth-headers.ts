import type { Caller } from './caller.ts';

/**
 * The caller as headers (DOMAIN: section 3): Subject, Client, Domain, Scopes, Roles (lists with a space between) and
 * Expires (seconds since 1970, as in the token).
 */
export const headersOf = (caller: Caller, prefix: string): Record<string, string> => ({
  [`${prefix}Subject`]: headerText(caller.subject),
  [`${prefix}Client`]: headerText(caller.client),
  [`${prefix}Domain`]: headerText(caller.domain),
  [`${prefix}Scopes`]: [...caller.scopes].join(' '),
  [`${prefix}Roles`]: caller.roles.map(headerText).join(' '),
  [`${prefix}Expires`]: String(Math.floor(caller.expiresAt.getTime() / 1_000)),
});

/**
 * Names come from a token. What a header cannot carry, and what would end it, is percent-encoded as UTF-8, so that no
 * name becomes a second header or two names; plain names are as they were.
 */
const headerText = (text: string): string =>
  /^[\x21-\x24\x26-\x7e]*$/.test(text)
    ? text
    : text.toWellFormed().replaceAll(/[^\x21-\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character));

/** What was encoded by `headerText`. Anything else stays as it is. */
export function textOf(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}
