/** WS-Security's UsernameToken (OASIS profile 1.0 and 1.1): a password in plain words, or digested with a nonce. */
import { hash, timingSafeEqual } from 'node:crypto';
import { boundedMap } from '../bounded-map.ts';
import { childOf, type Element, fieldOf } from './element.ts';
import { escaped } from './envelope.ts';

export interface User {
  username: string;
  password: string;
}

const oasis = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
export const wsse = `${oasis}-wssecurity-secext-1.0.xsd`;
const profile = `${oasis}-username-token-profile-1.0`;

/** A header that names the user and says the password as it is; between gateway and job server lies a closed network. */
export const usernameToken = ({ username, password }: User): string =>
  `<wsse:Security xmlns:wsse="${wsse}" soapenv:mustUnderstand="1"><wsse:UsernameToken>` +
  `<wsse:Username>${escaped(username)}</wsse:Username>` +
  `<wsse:Password Type="${profile}#PasswordText">${escaped(password)}</wsse:Password>` +
  '</wsse:UsernameToken></wsse:Security>';

/** How old a digest may be, and how far ahead: the profile recommends five minutes. */
const freshMs = 5 * 60_000;
const mostNonces = 100_000;

/** Says what is wrong with a header; undefined when the user is who they say. */
export function tokenChecker(user: User, now: () => number): (header: Element | undefined) => string | undefined {
  const used = boundedMap<string, number>(mostNonces);

  const digested = (token: Element, given: string): string | undefined => {
    const nonce = fieldOf(token, 'Nonce') ?? '';
    const created = fieldOf(token, 'Created') ?? '';
    if (nonce === '' || created === '') return 'a digest needs Nonce and Created';
    if (!(Math.abs(now() - Date.parse(created)) <= freshMs)) return 'the digest is not fresh';
    const content = Buffer.concat([Buffer.from(nonce, 'base64'), Buffer.from(created + user.password)]);
    if (!same(given, hash('sha1', content, 'base64'))) return 'unknown user or wrong password';
    const before = used.get(nonce);
    if (before !== undefined && now() - before <= 2 * freshMs) return 'the nonce was used before';
    used.set(nonce, now());
    return undefined;
  };

  return (header) => {
    const token = childOf(childOf(header, 'Security'), 'UsernameToken');
    const password = childOf(token, 'Password');
    if (!token || !password) return 'there is no UsernameToken with a password';
    if (fieldOf(token, 'Username') !== user.username) return 'unknown user or wrong password';
    // Without a type it is the text, says the profile.
    const type = password.attributes.get('Type') ?? `${profile}#PasswordText`;
    if (type === `${profile}#PasswordDigest`) return digested(token, password.text);
    if (type !== `${profile}#PasswordText`) return 'a type of password that is not known';
    return same(password.text, user.password) ? undefined : 'unknown user or wrong password';
  };
}

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
