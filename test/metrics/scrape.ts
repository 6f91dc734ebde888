/**
 * The text format of Prometheus (0.0.4), read as strictly as it is written: every line is a HELP, a TYPE or a sample of the
 * metric that was announced last; no series comes twice. @throws Error with the line that is not
 */
export function parse(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('the last line is not ended');
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  let helped: string | undefined;
  let typed: string | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const help = /^# HELP ([a-zA-Z_:][\w:]*) (\S.*)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary)$/.exec(line);
    if (help) helped = help[1];
    else if (type) {
      typed = type[1] as string;
      if (typed !== helped) throw new Error(`no help: ${line}`);
      if (types.has(typed)) throw new Error(`announced twice: ${line}`);
      types.set(typed, type[2] as string);
    } else {
      const sample = sampleOf(line);
      if (!typed || sample.name.replace(/_(bucket|sum|count)$/, '') !== typed.replace(/_(bucket|sum|count)$/, ''))
        throw new Error(`a sample of nothing that was announced: ${line}`);
      const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
      if (seen.has(key)) throw new Error(`twice: ${line}`);
      seen.add(key);
      samples.push(sample);
    }
  }
  const matching = (name: string, labels: Record<string, string>) =>
    samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  return {
    types,
    samples,
    values: (name, labels = {}) => matching(name, labels).map(({ value }) => value),
    sum: (name, labels = {}) => matching(name, labels).reduce((total, { value }) => total + value, 0),
  };
}

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Scrape {
  types: ReadonlyMap<string, string>;
  samples: readonly Sample[];
  /** Of all series with at least these labels. */
  values(name: string, labels?: Record<string, string>): number[];
  sum(name: string, labels?: Record<string, string>): number;
}

/** The library writes `Nan`; Prometheus reads it in any case of letters. */
function sampleOf(line: string): Sample {
  const [, name, inner = '', value] =
    /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\[\\n"])*",?)+)\})? (Na[Nn]|[+-]Inf|-?[\d.]+(?:e[+-]?\d+)?)$/.exec(
      line,
    ) ?? [];
  if (!name || !value) throw new Error(`no sample: ${line}`);
  const labels = [...inner.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\n"])*)"/g)];
  return {
    name,
    labels: Object.fromEntries(labels.map(([, label = '', text = '']) => [label, text])),
    value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value),
  };
}

export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  const contentType = response.headers.get('content-type');
  if (!contentType?.startsWith('text/plain; version=0.0.4')) throw new Error(`content type ${contentType}`);
  return parse(await response.text());
}
