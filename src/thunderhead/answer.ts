import type { GeneratorMessage } from '#processors/document/ports.ts';
import { Fault } from '#processors/engine/outcome.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** The failure envelope of the facade; a gateway may answer anything, so nothing in it is taken for granted. */
export function messageOf({ status, text }: Answer): GeneratorMessage {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: string; message?: string; details?: unknown } };
    if (error?.code) return { code: error.code, message: error.message ?? '', details: error.details };
  } catch {
    // Not JSON: a proxy's own page.
  }
  return { code: `HTTP-${status}`, message: text.slice(0, 500) };
}

/** An answer that says nothing about the document: throttled, broken, away. The engine tries again. */
export function faultOf(answer: Answer): Fault {
  const { code, message, details } = messageOf(answer);
  return new Fault({
    code: 'OMS_THUNDERHEAD_UNAVAILABLE',
    category: 'THUNDERHEAD_ERROR',
    description: `Thunderhead answered ${answer.status}: ${code} ${message}`.trim(),
    details: { status: answer.status, code, message, details },
  });
}

/** No answer at all: whether the call took effect is unknown. */
export function unanswered(error: unknown): Fault {
  const { code, message, name } = error as { code?: string; message?: string; name?: string };
  const timedOut = /TIMEOUT/.test(code ?? '') || name === 'AbortError' || name === 'TimeoutError';
  return new Fault(
    timedOut
      ? { code: 'OMS_THUNDERHEAD_TIMEOUT', category: 'TIMEOUT', description: 'Thunderhead did not answer in time' }
      : {
          code: 'OMS_THUNDERHEAD_UNAVAILABLE',
          category: 'THUNDERHEAD_ERROR',
          description: `Thunderhead is out of reach: ${[code, message].filter(Boolean).join(' ')}`,
        },
    { cause: error },
  );
}
