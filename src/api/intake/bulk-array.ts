import { Problem } from '../problem.ts';
import { isAccepted, type Outcome } from './accept-one.ts';
import type { Answer } from './idempotency.ts';
import { refuseUnstorable } from './refuse-unstorable.ts';

/** More belong into a stream of lines. */
export const mostItems = 1_000;

/**
 * Takes in the requests of an array side by side; they share inserts.
 * @throws Problem when it is no such array, or when the database took none of them because it is out of reach
 */
export async function answerArray(
  body: unknown,
  acceptOne: (read: () => unknown) => Promise<Outcome>,
): Promise<Answer> {
  const items = readItems(body);
  const outcomes = await Promise.all(
    items.map((item) =>
      acceptOne(() => {
        refuseUnstorable(item);
        return item;
      }),
    ),
  );
  const away = outcomes.flatMap((outcome) => ('problem' in outcome && outcome.status === 503 ? outcome.problem : []));
  if (away[0] && away.length === items.length) throw away[0];
  const accepted = outcomes.filter(isAccepted).length;
  return {
    status: 200,
    body: {
      accepted,
      rejected: items.length - accepted,
      items: outcomes.map((outcome, index) => ({ index, ...outcome })),
    },
    unfinished: outcomes.some(({ status }) => status >= 500),
  };
}

function readItems(body: unknown): unknown[] {
  const wrong = (message: string) =>
    new Problem('OMS_BODY_INVALID', `the body must be an array of 1 to ${mostItems} requests`, {
      errors: [{ field: '', message }],
    });
  if (!Array.isArray(body)) throw wrong('is not an array');
  if (body.length === 0) throw wrong('is empty');
  if (body.length > mostItems) throw wrong(`has ${body.length} entries; send so many as application/x-ndjson`);
  return body;
}
