import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import type { Cell } from './cell.ts';
import { commandCells } from './command-cells.ts';
import { crashCells } from './crash-cells.ts';
import { openHouse } from './house.ts';
import { outageCells } from './outage-cells.ts';
import { processCells } from './process-cells.ts';
import { head, type Row, rowOf } from './report.ts';
import { runCell } from './run-cell.ts';
import { versionCell } from './version-cell.ts';

/**
 * `npm run chaos`: whatever dies, every accepted request reaches exactly one final status. See README.md beside this file.
 * `-- --seed 7` repeats the choices of a run, `-- --only submit:after-effect,redis-gone` chooses cells (a name ending with `:`
 * means all that begin so), `-- --quick` is the cut of two and a half minutes, `-- --json` ends with one line for scripts.
 */
const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    only: { type: 'string' },
    documents: { type: 'string' },
    previous: { type: 'string' },
  },
});
const seed = Number(flags.seed ?? Date.now() % 1_000_000);
const documents = Number(flags.documents ?? (flags.quick ? 200 : 1_000));
const scale = flags.quick ? 0.15 : 1;
const say = (line = '') => void process.stdout.write(`${line}\n`);

/** Each kind of blow once, and the edges around the one effect that cannot be taken back. */
const quickCut = [
  ...['validate:after-claim', 'submit:after-effect', 'submit:before-commit', 'publish:after-effect'],
  ...['redis-flushed', 'postgres-restarted', 'signals-doubled'],
];

await using house = await openHouse({ keep: flags.keep });
const known = [
  ...crashCells,
  ...outageCells,
  ...processCells,
  ...commandCells,
  versionCell(house.directory, flags.previous),
];
const wanted = flags.only?.split(',') ?? (flags.quick ? quickCut : undefined);
const cells = wanted ? wanted.flatMap(named) : known;

say(`${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}, Linux ${release()}; ${house.directory}`);
say(`seed ${seed}, ${documents} documents in each cell\n`);
say(head());
const rows: Row[] = [];
for (const cell of cells) {
  const row = await rowFor(cell);
  rows.push(row);
  say(rowOf(row));
}
for (const { cell, notes } of rows) for (const note of notes) say(`\n${cell}: ${note}`);
const red = rows.filter(({ broken }) => broken.length > 0).length;
const notRun = rows.filter(({ notRun }) => notRun !== undefined).length;
const verdict = `${rows.length - red - notRun} green, ${red} red, ${notRun} not run`;
say(`\n${verdict}. Again: npm run chaos -- --seed ${seed} --documents ${documents}`);
if (flags.json) say(JSON.stringify({ cells: rows.length - notRun, red, ...(notRun > 0 && { notRun }), seed }));
if (red > 0) process.exitCode = 1;

async function rowFor(cell: Cell): Promise<Row> {
  const startedAt = performance.now();
  const nothing = { cell: cell.name, documents: 0, blows: 0, kills: 0, notes: [], broken: [] };
  const notRun = cell.refusal?.();
  if (notRun !== undefined) return { ...nothing, notRun, seconds: 0 };
  return runCell(cell, house, { seed, documents, scale }).catch((error: Error) => ({
    ...nothing,
    broken: [`it could not be run: ${error.message.split('\n', 1)}`],
    seconds: (performance.now() - startedAt) / 1_000,
  }));
}

function named(name: string): Cell[] {
  const found = known.filter((cell) => cell.name === name || (name.endsWith(':') && cell.name.startsWith(name)));
  if (found.length === 0) throw new Error(`there is no cell ${name}: ${known.map((cell) => cell.name).join(', ')}`);
  return found;
}
