import { parseSetCookie, type SetCookie, stringifyCookie } from 'cookie';

export interface Shown {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it is, the test says what it expects
  json: any;
  /** The cookies it sets or takes away, with their attributes. */
  cookies: Map<string, SetCookie>;
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A browser as far as the sign-in goes: it keeps cookies, says where a request comes from, and follows nothing. */
export function visitorOf(url: string) {
  const cookies = new Map<string, string>();
  const visitor = {
    cookies,
    async open(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Shown> {
      const cookie = stringifyCookie(Object.fromEntries(cookies));
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: { accept: 'text/html', ...(cookie && { cookie }), ...headers },
        ...(body !== undefined && { body }),
      });
      const given = new Map(
        response.headers.getSetCookie().map((text) => {
          const set = parseSetCookie(text);
          return [set.name, set];
        }),
      );
      for (const { name, value, expires } of given.values())
        if (value && !(expires && expires.getTime() === 0)) cookies.set(name, value);
        else cookies.delete(name);
      const text = await response.text();
      const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
        cookies: given,
      };
    },
    /** Sends a form of a page, with the token that stands in it; `fields` go over what is hidden in it. */
    async submit(page: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
      const { text } = await visitor.open(page);
      const hidden = text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
      const body = new URLSearchParams({
        ...Object.fromEntries([...hidden].map(([, name = '', value = '']) => [name, value])),
        ...fields,
      });
      return visitor.open(page.replace(/\?.*/, ''), {
        method: 'POST',
        headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: String(body),
      });
    },
    async signIn(who: { client: string; secret: string } | { token: string }): Promise<void> {
      const { status, text } = await visitor.submit('/admin/sign-in', who);
      if (status !== 303) throw new Error(`not signed in: ${status} ${text}`);
    },
    /** A call of the board's API, as Bull Board's page (axios) makes it. */
    call(
      path: string,
      { method = 'GET', body, headers }: { method?: string; body?: unknown; headers?: Asked['headers'] } = {},
    ) {
      const token = cookies.get('XSRF-TOKEN');
      return visitor.open(`/admin/api/${path}`, {
        method,
        headers: {
          accept: 'application/json, text/plain, */*',
          ...(method !== 'GET' && { origin: url }),
          ...(token && { 'x-xsrf-token': token }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
  };
  return visitor;
}

export type Visitor = ReturnType<typeof visitorOf>;
