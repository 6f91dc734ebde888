/** What came of one cell. */
export interface Row {
  cell: string;
  documents: number;
  /** How many blows are known to have met it. */
  blows: number;
  /** Processes that had been ready, and died of SIGKILL before anybody was told to end. */
  kills: number;
  seconds: number;
  /** Why it is red; empty: it is green. */
  broken: readonly string[];
  notes: readonly string[];
  /** It would have shown nothing, and was left out. */
  notRun?: string;
}

const columns = ['cell', 'documents', 'blows', 'kills', 'seconds', 'verdict'];

/** As Markdown, so that it can stand in the README as it is. */
export const head = (): string => `${line(columns)}\n${line(columns.map(() => '---'))}`;

export const rowOf = (row: Row): string => {
  const { cell, documents, blows, kills, seconds } = row;
  return line([cell, documents, blows, kills, seconds.toFixed(0), verdictOf(row)]);
};

function verdictOf({ broken, notRun }: Row): string {
  if (broken.length > 0) return `RED: ${broken.join('; ')}`;
  return notRun === undefined ? 'green' : `not run: ${notRun}`;
}

const widths = [30, 9, 5, 5, 7];

const line = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell, index) => `${cell}`.padEnd(widths[index] ?? 0)).join(' | ')} |`;
