import { gapsIn } from '#test/support/client.ts';
import type { Everything, Seen, Told } from './observe.ts';
import type { Call } from './receiver.ts';

interface Broken {
  rule: string;
  id: string;
  what: string;
}

const finals: readonly string[] = ['COMPLETED', 'FAILED', 'STOPPED', 'REJECTED', 'CANCELLED'];
const good = 'COMPLETED';

/**
 * What is wrong with what was seen, one line for each rule that is broken: how often, and the first example. `rounds`: how often
 * what fails has been tried in all, 1 where nobody sets it going again.
 */
export function judge(seen: Everything, rounds = 1): string[] {
  const broken = seen.requests.flatMap((request) => judgeOne(request, rounds));
  const lines = [...Map.groupBy(broken, ({ rule }) => rule)].map(
    ([rule, all]) => `${rule} (${all.length}, as ${all[0]?.id}: ${all[0]?.what})`,
  );
  const { known, requests, acceptedTwice, madeInAll } = seen;
  if (known !== requests.length) lines.push(`the API knows ${known} requests, and told of ${requests.length}`);
  if (acceptedTwice.length > 0)
    lines.push(`Thunderhead accepted ${acceptedTwice.length} documents twice, as ${acceptedTwice[0]}`);
  const completed = requests.filter(({ view }) => view.status === good).length;
  if (madeInAll < completed) lines.push(`${completed} are completed, and Thunderhead has made ${madeInAll}`);
  return [...lines, ...judgeErrorRows(seen)];
}

/** What is in the error table and stands with no request; `judgeOne` sees to it that those which do explain its end. */
function judgeErrorRows({ errorRows, requests }: Everything): string[] {
  const shown = Map.groupBy(
    requests.flatMap(({ view }) => view.errors),
    ({ stage, code }) => `document/${stage} ${code}`,
  );
  return errorRows.flatMap(({ labels: { pipeline, stage, code }, value }) => {
    const place = `${pipeline}/${stage} ${code}`;
    const explained = shown.get(place)?.length ?? 0;
    return value > explained ? [`${value} error rows of ${place}, and ${explained} requests that have one`] : [];
  });
}

function judgeOne(request: Seen, roundsOfFailed: number): Broken[] {
  const { accepted, view, history, published, fed, made } = request;
  const broken: Broken[] = [];
  const breaks = (rule: string, what: string) =>
    void broken.push({ rule, id: accepted.id, what: `${accepted.kind}, ${what}` });
  const { status, stage, errors } = view;
  const said = `${status} at ${stage}`;
  const code = errors[0]?.code;

  if (!finals.includes(status)) breaks('no final status', said);
  if (!(accepted.ends as readonly string[]).includes(status))
    breaks('another end than it had to have', `${said} ${code ?? ''}`);

  const rounds = accepted.ends.includes('FAILED') ? roundsOfFailed : 1;
  if (view.attempt !== rounds) breaks('not tried as often as it had to be', `${view.attempt} times`);
  for (let version = 1; version <= view.attempt; version++) {
    const told = (events: readonly Told[]) => events.filter((event) => event.version === version);
    const [inTopic, inFeed] = [told(published), told(fed)];
    const ids = new Set([...inTopic, ...inFeed].map(({ eventId }) => eventId));
    const words = new Set([...inTopic, ...inFeed].map((event) => event.status));
    if (version === view.attempt) words.add(status);
    if (inTopic.length === 0) breaks('never published', said);
    if (inFeed.length !== 1) breaks('not once in the status feed', `${inFeed.length} times`);
    if (ids.size > 1) breaks('published under several ids', [...ids].join(' '));
    if (words.size > 1) breaks('several final statuses', [...words].join(' '));
  }
  const beyond = [...published, ...fed].filter(({ version }) => version > view.attempt);
  if (beyond.length > 0) breaks('told of an end that it has not had', `version ${beyond[0]?.version}`);

  const standing = made.filter((batch) => batch.status !== 'STOPPED');
  if (status === 'REJECTED' && made.length > 0) breaks('made although rejected', `batch ${made[0]?.batchId}`);
  if (accepted.cancel === 'before' && made.length > 0) breaks('made although withdrawn', `batch ${made[0]?.batchId}`);
  if (status === 'CANCELLED' && standing.length > 0) breaks('made although cancelled', `batch ${standing[0]?.batchId}`);

  const needsReason = status === 'FAILED' || status === 'STOPPED' || status === 'REJECTED';
  const codes = errors.map((error) => error.code).join(', ');
  if (needsReason && codes !== accepted.code)
    breaks('ended badly for another reason than it had to', `${codes || 'none'} instead of ${accepted.code}`);
  if (!needsReason && errors.length > 0) breaks('an error that is over is still there', `${code}`);

  broken.push(...judgeCalls(request).map(([rule, what]) => ({ rule, id: accepted.id, what })));

  const gaps = gapsIn(history);
  if (gaps.length > 0) breaks('a gap in the history', gaps.join(', '));
  const last = history.at(-1)?.to;
  if (finals.includes(status) && !endings[status]?.includes(`${last}`)) breaks('the history ends elsewhere', `${last}`);
  return broken;
}

/** Who wants to be called back is, at least once, and always under the id that the event has in the feed. */
function judgeCalls({ accepted, view, fed, called }: Seen): [rule: string, what: string][] {
  if (!accepted.body.callbackUrl) return called.length > 0 ? [['called back unasked', `${called.length} times`]] : [];
  const broken: [string, string][] = [];
  if (!called.some(({ taken, status }) => taken && status === view.status))
    broken.push(['its end was not called back', `${called.length} calls, ${view.status}`]);
  const isFed = ({ webhookId, status, version }: Call) =>
    fed.some((told) => told.eventId === webhookId && told.status === status && told.version === version);
  const other = called.find((call) => !isFed(call));
  if (other) broken.push(['called back with what the feed does not have', `${other.webhookId} ${other.status}`]);
  return broken;
}

/** What the last line of a history says of an end. */
const endings: Readonly<Record<string, readonly string[]>> = {
  COMPLETED: ['completed'],
  FAILED: ['failed'],
  STOPPED: ['failed'],
  REJECTED: ['rejected'],
  CANCELLED: ['cancelled', 'compensated'],
};
