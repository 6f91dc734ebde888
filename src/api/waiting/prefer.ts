/** Longer ones are nobody's. */
const longest = 1_000;

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const members = new RegExp(`(?:[^",]|${quoted})+`, 'g');
/** What stands before a member's parameters; none is defined for what we know. */
const preference = new RegExp(String.raw`^\s*(${token})\s*(?:=\s*(?:(${token})|(${quoted}))?\s*)?(?:;|$)`);

/**
 * The preferences of a `Prefer` header (RFC 7240), by their names in lower case; one without a value has the empty one.
 * Of a preference that is said twice the first counts; what is malformed is ignored, like what is unknown.
 */
export function preferencesOf(header: string | readonly string[] | undefined): Map<string, string> {
  const text = [header ?? []].flat().join(',');
  const found = new Map<string, string>();
  if (text.length > longest) return found;
  for (const [member] of text.matchAll(members)) {
    const [, name, plain, inQuotes] = preference.exec(member) ?? [];
    if (!name || found.has(name.toLowerCase())) continue;
    found.set(name.toLowerCase(), plain ?? inQuotes?.slice(1, -1).replaceAll(/\\(.)/g, '$1') ?? '');
  }
  return found;
}

export interface WaitPreference {
  seconds: number;
  /** What `Preference-Applied` says. */
  applied: string;
}

const longestWaitSeconds = 30;

/** `wait=N`, for thirty seconds at the most. Undefined: the client does not ask us to wait. */
export function waitOf(preferences: ReadonlyMap<string, string>): WaitPreference | undefined {
  const wait = preferences.get('wait');
  if (!wait || !/^\d{1,9}$/.test(wait)) return undefined;
  const seconds = Math.min(Number(wait), longestWaitSeconds);
  return { seconds, applied: `wait=${seconds}` };
}
