import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { projectFolder } from '../folders.ts';

/** The files a demo posts, read before anything starts: whatever is wrong with them is said at once, all of it. */
export interface DemoRequest {
  file: string;
  /** As it lies in the file; the OMS is to judge it, not us. */
  body: string;
  correlationId: string;
  documentName: string;
  sourceSystem: string;
  /** Set when an earlier file has the same correlation id: the OMS must answer with that request, or refuse. */
  repeats?: { file: string; sameBody: boolean };
}

class UnusableFiles extends Error {}

export function readRequests(given: readonly string[], from: string): DemoRequest[] {
  const samples = join(projectFolder, 'src/sandbox/samples');
  const own = readdirSync(samples)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(samples, name));
  const problems: string[] = [];
  const requests: DemoRequest[] = [];
  const first = new Map<string, DemoRequest>();
  for (const file of [...own, ...given.map((name) => resolve(from, name))]) {
    try {
      const body = readFileSync(file, 'utf8');
      const request: DemoRequest = { file, body, ...namesIn(JSON.parse(body), file) };
      const key = keyOf(JSON.parse(body));
      const earlier = first.get(key);
      if (earlier) {
        const sameBody = JSON.stringify(JSON.parse(earlier.body)) === JSON.stringify(JSON.parse(body));
        request.repeats = { file: earlier.file, sameBody };
      } else first.set(key, request);
      requests.push(request);
    } catch (error) {
      problems.push(`${file}: ${why(error)}`);
    }
  }
  if (problems.length > 0) {
    throw new UnusableFiles(`These files cannot be posted:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
  return requests;
}

type Body = Partial<Record<'sourceSystem' | 'requestCorrelationId' | 'documentName', unknown>>;

function namesIn(
  body: Body | null,
  file: string,
): Pick<DemoRequest, 'correlationId' | 'documentName' | 'sourceSystem'> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Error('holds JSON, but not one request (a JSON object)');
  }
  const { requestCorrelationId, documentName, sourceSystem } = body;
  return {
    correlationId: typeof requestCorrelationId === 'string' ? requestCorrelationId : `(${basename(file)})`,
    documentName: typeof documentName === 'string' ? documentName : '?',
    sourceSystem: typeof sourceSystem === 'string' ? sourceSystem : '?',
  };
}

const keyOf = ({ sourceSystem, requestCorrelationId }: Body) => JSON.stringify([sourceSystem, requestCorrelationId]);

function why(error: unknown): string {
  if (error instanceof SyntaxError) return `is not JSON (${error.message})`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'is not there';
  if (code === 'EISDIR') return 'is a folder';
  if (code === 'EACCES') return 'may not be read';
  return message;
}
