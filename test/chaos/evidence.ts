import type { Supervised } from './supervised.ts';

/** What processes have said of themselves: a blow that was meant and never met anything shows nothing. */

export const bellHarmed = 'a bell was harmed';

/** How many bells of each stage were harmed, as the processes that harmed them have logged it. */
export function harmedBells(processes: readonly Pick<Supervised, 'log'>[]): ReadonlyMap<string, number> {
  const bells = new Map<string, number>();
  for (const line of processes.flatMap((one) => one.log().split('\n'))) {
    if (!line.includes(bellHarmed)) continue;
    const { stages } = JSON.parse(line) as { stages: string[] };
    for (const stage of stages) bells.set(stage, (bells.get(stage) ?? 0) + 1);
  }
  return bells;
}

export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** The samples of one metric, as a process tells it now. */
export async function readMetric(url: string, name: string): Promise<Sample[]> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET ${url}/metrics: ${response.status}`);
  return samplesOf(await response.text(), name);
}

export const samplesOf = (text: string, name: string): Sample[] =>
  text.split('\n').flatMap((line) => {
    const [, found, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (found !== name) return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text] as const);
    return [{ labels: Object.fromEntries(pairs), value: Number(value) }];
  });

/** How many documents got past a stage in this process since it was started. */
export async function stepsOf({ url }: Pick<Supervised, 'url'>): Promise<number> {
  const samples = await readMetric(url, 'oms_stage_duration_seconds_count');
  return samples.reduce((sum, { value }) => sum + value, 0);
}

/** The whole error table, by pipeline, stage and code; `url` is of a process that tells what all share. */
export async function readErrorRows(url: string): Promise<Sample[]> {
  const isUp = (await readMetric(url, 'oms_metrics_source_up')).find(({ labels }) => labels.source === 'errors');
  if (isUp?.value !== 1) throw new Error('the metrics do not say what is in the tables');
  return readMetric(url, 'oms_error_rows');
}
