import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';

/** An upload of lines whose answers are read while it goes on. */
export interface BulkStream {
  send(bytes: string | Uint8Array): void;
  /** The next answer. */
  next(): Promise<LineAnswer>;
  /** Ends the upload; the answers that are left. */
  end(): Promise<LineAnswer[]>;
  /** Hangs up in the middle. */
  cut(): void;
  response: Promise<IncomingMessage>;
}

export interface LineAnswer {
  line: number | null;
  status: number;
  id?: string;
  links?: { self: string };
  repeated?: true;
  problem?: { code: string; detail: string; errors?: { field: string }[] };
}

export function openBulk(url: string, token: string, headers: Record<string, string> = {}): BulkStream {
  const upload = request(`${url}/api/v1/document-requests/bulk`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson', ...headers },
  });
  const response = once(upload, 'response').then(([message]) => message as IncomingMessage);
  // A test that cuts the upload expects it.
  response.catch(() => undefined);
  upload.on('error', () => undefined);
  const lines = response.then((message) => createInterface({ input: message })[Symbol.asyncIterator]());
  lines.catch(() => undefined);
  const next = async (): Promise<LineAnswer | undefined> => {
    const { done, value } = await (await lines).next();
    return done ? undefined : (JSON.parse(value) as LineAnswer);
  };
  return {
    response,
    send: (bytes) => void upload.write(bytes),
    async next() {
      const answer = await next();
      if (!answer) throw new Error('the stream has ended');
      return answer;
    },
    async end() {
      upload.end();
      const answers: LineAnswer[] = [];
      for (let answer = await next(); answer; answer = await next()) answers.push(answer);
      return answers;
    },
    cut: () => void upload.destroy(),
  };
}

/** Each on a line. */
export const linesOf = (...bodies: unknown[]): string => bodies.map((body) => `${JSON.stringify(body)}\n`).join('');
