/** The OMS logs JSON for machines; what a person at the terminal should see of it is one short line per warning. */
const SHOWN = new Set(['warn', 'error', 'fatal']);

/** Said otherwise, or of no use to a person. */
const LEFT_OUT = new Set(['level', 'time', 'service', 'pid', 'hostname', 'msg', 'err']);

/** Undefined for what is no warning, and for what is no log line at all. */
export function warningOf(line: string): string | undefined {
  const entry = parse(line);
  if (!SHOWN.has(`${entry?.level}`)) return undefined;
  const { level, time, msg = '', err } = entry as Record<string, unknown> & { err?: { message?: string } };
  const at = new Date(`${time}`);
  const clock = Number.isNaN(at.getTime()) ? '' : `${at.toTimeString().slice(0, 8)} `;
  const cause = err?.message && !`${msg}`.includes(err.message) ? `(${err.message})` : '';
  const details = Object.entries(entry as object)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const words = [msg, cause, ...details].filter(Boolean).join(' ').replaceAll(/\s+/g, ' ');
  return `${clock}${level}: ${words.length > 300 ? `${words.slice(0, 299)}…` : words}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
