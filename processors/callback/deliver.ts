import { done, Fault, reject } from '#processors/engine/outcome.ts';
import type { Stage } from '#processors/engine/stage.ts';
import type { Callback, CallbackSender } from './ports.ts';
import { receiverOf } from './receiver.ts';

/** The longest that a receiver may put us off. */
const longestMs = 3_600_000;

/**
 * Posts one final status to its source, until it is taken or the attempts are used up. It tells sooner what the feed tells
 * anyway: a call that is lost changes nothing of the document.
 */
export const deliver = (
  sender: CallbackSender,
  { attempts, timeoutMs }: { attempts: number; timeoutMs: number },
): Stage<Callback, never> => ({
  name: 'deliver',
  // Twelve attempts take half an hour.
  retry: { attempts, firstMs: 1_000, capMs: 600_000 },
  timeoutMs,
  async run(callback, signal) {
    const answer = await sender.post(callback, signal);
    const receiver = receiverOf(callback);
    if (answer.kind === 'forbidden')
      return reject({
        code: 'OMS_CALLBACK_FORBIDDEN',
        category: 'VALIDATION_ERROR',
        description: `${receiver}: ${answer.reason}`,
      });
    const { status, retryAfterMs } = answer;
    if (status >= 200 && status < 300) return done({ reason: `${new URL(callback.url).host} answered ${status}` });
    if (status === 410)
      return reject({
        code: 'OMS_CALLBACK_GONE',
        category: 'INTERNAL_ERROR',
        description: `${receiver} answered 410: it does not want to be called any more`,
      });
    const told = status === 429 || status === 503 ? retryAfterMs : undefined;
    throw new Fault(
      {
        code: 'OMS_CALLBACK_REFUSED',
        category: 'INTERNAL_ERROR',
        // A redirect leads where nobody has looked whether we may go.
        description: `${receiver} answered ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`,
      },
      told === undefined ? {} : { afterMs: Math.min(told, longestMs) },
    );
  },
});
