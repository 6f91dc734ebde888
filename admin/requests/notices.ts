/** What came of an action, as the page it leads back to says it. The address carries only the word. */
const notices = {
  retriggered: 'It is set going again.',
  'not-failed': 'It has not failed (any more), so there is nothing to set going again.',
  cancelled: 'It is cancelled.',
  'to-be-cancelled': 'The wish is noted. It ends as cancelled if it can still be stopped; the timeline will tell.',
  'too-late': 'It has come to its end, or nothing can stop it any more.',
  'reason-missing': 'Nothing was done: please say why. The reason is kept with what you do.',
  'no-document': 'There is no finished document to download.',
  'document-gone': 'Thunderhead has purged the document.',
  'thunderhead-away': 'Thunderhead cannot be asked at the moment; please try again shortly.',
} as const;

export type NoticeName = keyof typeof notices;

export interface Notice {
  isError: boolean;
  text: string;
}

const good: readonly string[] = ['retriggered', 'cancelled', 'to-be-cancelled'];

export function noticeOf(name: unknown): Notice | undefined {
  if (typeof name !== 'string' || !Object.hasOwn(notices, name)) return undefined;
  return { isError: !good.includes(name), text: notices[name as NoticeName] };
}
