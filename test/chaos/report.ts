/** What came of one cell. */
export interface Row {
  cell: string;
  documents: number;
  /** What was done to it, kills included. */
  blows: number;
  kills: number;
  seconds: number;
  /** Why it is red; empty: it is green. */
  broken: readonly string[];
  notes: readonly string[];
}

const columns = ['cell', 'documents', 'blows', 'kills', 'seconds', 'verdict'];

/** As Markdown, so that it can stand in the README as it is. */
export const head = (): string => `${line(columns)}\n${line(columns.map(() => '---'))}`;

export const rowOf = ({ cell, documents, blows, kills, seconds, broken }: Row): string =>
  line([
    cell,
    documents,
    blows,
    kills,
    seconds.toFixed(0),
    broken.length === 0 ? 'green' : `RED: ${broken.join('; ')}`,
  ]);

const widths = [30, 9, 5, 5, 7];

const line = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell, index) => `${cell}`.padEnd(widths[index] ?? 0)).join(' | ')} |`;
