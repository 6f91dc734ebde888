import { oauthError } from './failures.ts';

export interface Credentials {
  id: string;
  secret: string;
}

/** RFC 6749, section 2.3.1: by Basic, or in the form, but not by both. */
export function readCredentials(authorization: string | undefined, form: URLSearchParams): Credentials {
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  const basic = /^Basic ([\w+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) {
    if (id === null || secret === null) throw oauthError('invalid_client', 'client credentials are missing');
    return { id, secret };
  }
  if (secret !== null) throw oauthError('invalid_request', 'credentials by Basic and in the form');
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(basic, 'base64').toString()) ?? [];
  if (user === undefined || password === undefined) throw oauthError('invalid_client', 'not Basic credentials');
  return { id: unescaped(user), secret: unescaped(password) };
}

/** Both parts are form-encoded before they are put together. */
const unescaped = (text: string): string => [...new URLSearchParams(`x=${text}`).values()][0] ?? '';
