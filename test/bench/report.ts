import { median, processes, type Run } from './contestant.ts';

/** The runs of both, in turns. */
export interface Duel {
  oms: Run[];
  twin: Run[];
}

const rateOf = (runs: readonly Run[]): number => median(runs.map(({ docsPerSecond }) => docsPerSecond));
const cpuOf = (runs: readonly Run[], name: keyof Run['cpu'] = 'counted'): number =>
  median(runs.map(({ cpu }) => cpu[name]));

/** How many times as many documents a second. */
export const ratio = ({ oms, twin }: Duel): number => rateOf(oms) / rateOf(twin);

/** Which part of the CPU for each. */
export const cpuRatio = ({ oms, twin }: Duel): number => cpuOf(oms) / cpuOf(twin);

export function showDuel(title: string, duel: Duel): string {
  const head = ['docs/s', 'CPU us', ...processes].map((name) => (name === 'kafka' ? '| kafka' : name));
  const row = (name: keyof Duel) => {
    const cells = [rateOf(duel[name]), cpuOf(duel[name]), ...processes.map((process) => cpuOf(duel[name], process))];
    return `  ${name.padEnd(6)}${cells.map((cell) => `${Math.round(cell)}`.padStart(9)).join('')}`;
  };
  const rates = (name: keyof Duel) => duel[name].map(({ docsPerSecond }) => Math.round(docsPerSecond)).join(', ');
  return [
    `\n${title} (CPU per document; what is right of the bar is not counted)`,
    `        ${head.map((name) => name.padStart(9)).join('')}`,
    row('oms'),
    row('twin'),
    `  documents/s ${verdict(ratio(duel), 8, 'times', 'least')}   CPU ${verdict(cpuRatio(duel), 1 / 8, 'of it')}`,
    `  rounds: oms ${rates('oms')}; twin ${rates('twin')} documents/s`,
  ].join('\n');
}

/** `9.3 times (goal >= 8: ok)` */
export function verdict(value: number, goal: number, unit: string, kind: 'least' | 'most' = 'most'): string {
  const met = kind === 'least' ? value >= goal : value <= goal;
  const digits = value < 1 ? 3 : value < 100 ? 1 : 0;
  const shown = unit === 'times' && kind === 'most' ? value.toFixed(2) : value.toFixed(digits);
  return `${shown} ${unit} (goal ${kind === 'least' ? '>=' : '<='} ${goal}: ${met ? 'ok' : 'missed'})`;
}
