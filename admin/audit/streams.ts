import type { AuditRow } from './audit.ts';
import type { AuditFilter } from './filter.ts';
import type { AuditStore } from './store.ts';

/** The whole audit, or what a filter leaves of it, as a file: newest first, and never all of it in memory. */

const rowsAtOnce = 1_000;

async function* rowsOf(store: Pick<AuditStore, 'page'>, filter: AuditFilter): AsyncGenerator<AuditRow> {
  let before: string | undefined;
  for (;;) {
    const rows = await store.page(filter, { before, limit: rowsAtOnce });
    yield* rows;
    if (rows.length < rowsAtOnce) return;
    before = rows.at(-1)?.id;
  }
}

export async function* auditLines(store: Pick<AuditStore, 'page'>, filter: AuditFilter): AsyncGenerator<string> {
  for await (const row of rowsOf(store, filter)) yield `${JSON.stringify(row)}\n`;
}

/** RFC 4180. */
export async function* auditTable(store: Pick<AuditStore, 'page'>, filter: AuditFilter): AsyncGenerator<string> {
  yield `${columns.map(([name]) => name).join(',')}\r\n`;
  for await (const row of rowsOf(store, filter)) yield `${columns.map(([, value]) => cell(value(row))).join(',')}\r\n`;
}

const columns: readonly [name: string, value: (row: AuditRow) => string][] = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at.toISOString()],
  ['actor', ({ actor }) => actor],
  ['client', ({ client }) => client],
  ['action', ({ action }) => action],
  ['target_type', ({ target }) => target.type],
  ['target_id', ({ target }) => target.id ?? ''],
  ['result', ({ result }) => result],
  ['reason', ({ reason }) => reason ?? ''],
  ['origin', ({ origin }) => origin ?? ''],
  ['details', ({ details }) => (details ? JSON.stringify(details) : '')],
];

/** A spreadsheet would run a text that begins like a formula, and anybody may have typed it as a reason. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
