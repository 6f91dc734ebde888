/**
 * What a person sees while the documents are on their way: on a terminal one line each, drawn again as things move;
 * elsewhere (a log, a pipe) one line per change.
 */
export interface Progress {
  show(rows: readonly ProgressRow[]): void;
}

export interface ProgressRow {
  name: string;
  /** Those behind it, and the one it is at. */
  stage: string;
  status: string;
  ended: boolean;
}

const STAGES = ['validate', 'submit', 'poll', 'publish'];

interface Screen {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  write(text: string): unknown;
}

export function openProgress(screen: Screen, since = Date.now()): Progress {
  const wide = (rows: readonly ProgressRow[]) => Math.min(40, Math.max(...rows.map(({ name }) => name.length)));
  // More lines than the terminal has cannot be drawn again: the cursor does not go above its top.
  const redraws = (rows: readonly ProgressRow[]) => screen.isTTY === true && rows.length < (screen.rows || 24) - 1;
  const known = new Map<number, string>();
  let drawn = 0;
  return {
    show(rows) {
      if (redraws(rows)) {
        const up = drawn > 0 ? `\x1b[${drawn}A` : '';
        const lines = rows.map((row) => `\x1b[2K${line(row, wide(rows)).slice(0, (screen.columns || 80) - 1)}\n`);
        screen.write(up + lines.join(''));
        drawn = rows.length;
        return;
      }
      rows.forEach((row, index) => {
        const now = row.ended ? row.status : row.stage;
        if (known.get(index) === now) return;
        known.set(index, now);
        const seconds = ((Date.now() - since) / 1000).toFixed(1).padStart(6);
        screen.write(`${seconds} s  ${row.name.padEnd(wide(rows))}  ${now}\n`);
      });
    },
  };
}

function line({ name, stage, status, ended }: ProgressRow, width: number): string {
  // Only what was completed has been through all of them.
  const at = !ended ? STAGES.indexOf(stage) : status === 'COMPLETED' ? STAGES.length : -1;
  const path = STAGES.map((each, index) => (index < at ? `${each} ✓` : index === at ? `${each} …` : `${each}  `));
  return `  ${name.slice(0, width).padEnd(width)}  ${path.join('  ')}  ${ended ? status : ''}`;
}
