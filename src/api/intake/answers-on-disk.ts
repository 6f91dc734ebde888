import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { Problem } from '../problem.ts';
import { type Exchange, type OpenOutlet, passOver } from './answer-outlet.ts';

export interface DiskLimits {
  /** Of answers to one upload; what the window holds may come on top. */
  bytes: number;
  /** How long the rest of an upload that is not read any more may keep its answers waiting. */
  lingerMs: number;
}

/** Some 1.7 million answers. MAX_IN_FLIGHT_BYTES lets in 25 uploads at once, so at most 6.4 GB lie on the disk. */
const usual: DiskLimits = { bytes: 256 * 1024 * 1024, lingerMs: 10_000 };

/**
 * To the client once it has sent everything; until then they are kept in a temporary file. This is for an API behind nginx:
 * as soon as an answer has begun, nginx gives up noticing that its upstream can take more of the body (`preserve_output` in
 * ngx_http_upstream.c; only its gRPC and HTTP/2 upstreams have it), and long uploads hang for ever.
 */
export const afterUpload =
  ({ bytes, lingerMs }: DiskLimits = usual): OpenOutlet =>
  async (exchange) => {
    const { response } = exchange;
    const file = await openNameless();
    const answers = file.createWriteStream({ autoClose: false });
    // A disk that is full: nothing more is read, and `send` throws it.
    answers.on('error', (error) => answers.destroy(error));
    response.once('close', () => answers.destroy());
    return {
      answers,
      get exhausted() {
        if (answers.bytesWritten < bytes) return undefined;
        return new Problem('OMS_BODY_TOO_LARGE', `behind the edge ${bytes} bytes of answers to one upload are kept`);
      },
      async send() {
        await ended(exchange, lingerMs);
        try {
          await finished(answers.end());
          await pipeline(file.createReadStream({ start: 0, autoClose: false }), response);
        } catch (error) {
          // The client has hung up, or stood still and was told so.
          if (!response.closed) throw error;
        }
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  };

/** Resolves at the end of the upload. One that is not worth waiting for is answered before it: who reads gets that too. */
async function ended({ request, stopping }: Exchange, lingerMs: number): Promise<void> {
  passOver(request);
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(lingerMs)]);
  await finished(request, { writable: false, cleanup: true, signal }).catch(() => undefined);
}

/** A file that is gone when it is closed, or when this process dies. */
async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `oms-answers-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
