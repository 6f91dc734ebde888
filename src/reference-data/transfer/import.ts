import { setImmediate as turn } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '#processors/engine/transaction.ts';
import { linesOf } from '#src/api/intake/lines.ts';
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

/** More rows than ten megabytes hold. Each line, be it empty, costs memory and has its place in the report. */
const mostLines = 100_000;

/**
 * Blank lines are passed over, and counted.
 * @throws Problem OMS_BODY_TOO_LARGE
 */
export async function readLines(file: Buffer): Promise<Line[]> {
  refuseEndless(file);
  const read: Line[] = [];
  for await (const lines of linesOf([file], file.length))
    for (const { number, bytes } of lines) {
      if (bytes) read.push(readLine(number, bytes));
      // Others are served in between: a large file takes seconds to check.
      if (read.length % 200 === 0) await turn();
    }
  return read;
}

function refuseEndless(file: Buffer): void {
  let ends = 0;
  for (let at = file.indexOf('\n'); at >= 0; at = file.indexOf('\n', at + 1)) ends++;
  if (ends > mostLines) throw new Problem('OMS_BODY_TOO_LARGE', `a file may have ${mostLines} lines`);
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
