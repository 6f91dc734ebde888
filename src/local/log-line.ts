/** The OMS logs JSON for machines; what a person at the terminal should see of it is one short line per warning. */
const WARNING = 40;

const NAMES: Readonly<Record<number, string>> = { 40: 'warning', 50: 'error', 60: 'fatal' };

/** These are said otherwise, or say nothing to a person. */
const BORING = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'msg',
  'name',
  'err',
  'v',
  '@timestamp',
  'log.level',
  'message',
]);

/** Undefined for what is no warning, and for what is no log line at all. */
export function warningOf(line: string): string | undefined {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  const level = Number(entry?.level);
  if (!(level >= WARNING)) return undefined;
  const at = new Date(entry.time as number | string);
  const time = Number.isNaN(at.getTime()) ? '' : `${at.toTimeString().slice(0, 8)} `;
  const error = entry.err as { message?: string } | undefined;
  const details = Object.entries(entry)
    .filter(([name]) => !BORING.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const words = [entry.msg, error?.message && error.message !== entry.msg ? `(${error.message})` : '', ...details];
  return `${time}${NAMES[level] ?? 'warning'}: ${words.filter(Boolean).join(' ')}`.replaceAll('\n', ' ').slice(0, 300);
}
