import { setImmediate as turn } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '#processors/engine/transaction.ts';
import { type FieldError, maxErrors, Problem, shortened } from '#src/api/problem.ts';
import type { Collection, Stored } from '../collections/collection.ts';
import { collections } from '../collections/index.ts';
import { allRows } from '../rows/read.ts';
import { changing, insertRows, updateRows } from '../rows/write.ts';
import { type Line, readLine } from './line.ts';
import { type LineResult, type Plan, planImport } from './plan.ts';

export interface ImportReport {
  dryRun: boolean;
  created: number;
  replaced: number;
  unchanged: number;
  refused: number;
  lines: readonly LineResult[];
}

/** Says line by line what an import would do, and does nothing. */
export const tryImport = async (pool: Pool, lines: readonly Line[]): Promise<ImportReport> =>
  reportOf(true, await inTransaction(pool, (client) => planFor(client, lines)));

/**
 * All of the file, or nothing of it.
 * @throws Problem OMS_IMPORT_REFUSED naming lines
 */
export async function importLines(pool: Pool, actor: string, lines: readonly Line[]): Promise<ImportReport> {
  const plan = await changing(pool, actor, async (client) => {
    const plan = await planFor(client, lines);
    refuseSome(plan.results);
    for (const [collection, rows] of plan.replaces) await updateRows(client, collection, rows);
    for (const [collection, rows] of plan.creates) await insertRows(client, collection, rows);
    return plan;
  });
  return reportOf(false, plan);
}

async function planFor(client: PoolClient, lines: readonly Line[]): Promise<Plan> {
  const existing = new Map<Collection, readonly Stored[]>();
  for (const collection of collections) {
    const rows: Stored[] = [];
    for await (const row of allRows(client, collection, 'now')) rows.push(row);
    existing.set(collection, rows);
  }
  return planImport(lines, existing);
}

/** The space; carriage returns and tabs come before it. */
const blank = 0x20;

/** Empty lines are passed over, and counted. */
export async function linesOf(file: Buffer): Promise<Line[]> {
  const lines: Line[] = [];
  for (let number = 1, start = 0; start < file.length; number++) {
    const newline = file.indexOf('\n', start);
    const end = newline === -1 ? file.length : newline;
    const text = file.subarray(start, end);
    if (text.some((byte) => byte > blank)) lines.push(readLine(number, text));
    start = end + 1;
    // Others are served in between: a large file takes seconds to check.
    if (number % 200 === 0) await turn();
  }
  return lines;
}

function refuseSome(results: readonly LineResult[]): void {
  const refused = results.filter(({ result }) => result === 'refused');
  if (refused.length === 0) return;
  const errors = refused.flatMap(({ line, errors = [] }): FieldError[] =>
    errors.map(({ field, message }) => ({ field: shortened(`line ${line}${field && `: ${field}`}`), message })),
  );
  throw new Problem(
    'OMS_IMPORT_REFUSED',
    `${refused.length} of ${results.length} lines are refused; nothing was changed`,
    {
      errors: errors.slice(0, maxErrors),
    },
  );
}

function reportOf(dryRun: boolean, { results }: Plan): ImportReport {
  const count = (wanted: LineResult['result']) => results.filter(({ result }) => result === wanted).length;
  return {
    ...{ dryRun, created: count('created'), replaced: count('replaced') },
    ...{ unchanged: count('unchanged'), refused: count('refused'), lines: results },
  };
}
