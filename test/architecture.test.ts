import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** Who may import whom, and the other rules of the house that no compiler knows. Each test lists the offenders. */
const root = join(import.meta.dirname, '..');

/** Each room imports itself and what stands before it; `test` sees all. */
const rooms = ['entities', 'processors', 'queues', 'admin', 'src', 'test'] as const;

/** Folders of a room that its other folders build on; the rest are siblings. */
const shared = ['processors/engine'];

interface File {
  path: string;
  /** Without comments: a rule may be explained where it holds. */
  code: string;
  lines: number;
  imports: string[];
}

const files: File[] = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => read(join(room, path))),
);

function read(path: string): File {
  const text = readFileSync(join(root, path), 'utf8');
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(),])\/\/.*$/gm, '');
  const specifiers = [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s*)(['"])([^'"\n]+)\1/gm)];
  return {
    path,
    code,
    lines: text.split('\n').length - 1,
    imports: specifiers.map(([, , specifier = '']) => resolved(path, specifier)),
  };
}

/** `queues/names.ts` for our own files, however they are called; a package by its name. */
function resolved(from: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return relative(root, join(root, dirname(from), specifier));
  return specifier.match(/^(?:@[^/]+\/)?[^/]+/)?.[0] ?? specifier;
}

const roomOf = (path: string) => rooms.findIndex((room) => path.startsWith(`${room}/`));
/** `processors/document`; undefined for a file that stands in the room itself. */
const folderOf = (path: string) => path.match(/^[^/]+\/[^/]+(?=\/)/)?.[0];
const within = (...places: string[]) => {
  return ({ path }: File) => places.some((place) => path === place || path.startsWith(`${place}/`));
};

/** `file: what it does`, for each import that breaks the rule. */
const importing = (breaks: (file: File, imported: string) => boolean): string[] =>
  files.flatMap((file) =>
    file.imports.filter((imported) => breaks(file, imported)).map((imported) => `${file.path}: imports ${imported}`),
  );
const whose = (breaks: (file: File) => boolean): string[] => files.filter(breaks).map(({ path }) => path);

test('the rooms are there, and are looked into', () => {
  for (const room of rooms) expect(files.filter(({ path }) => path.startsWith(`${room}/`))).not.toEqual([]);
  expect(files.flatMap(({ imports }) => imports).filter((imported) => roomOf(imported) >= 0).length).toBeGreaterThan(
    100,
  );
});

test('entities <- processors <- queues <- admin <- src: a room imports only itself and the rooms before it', () => {
  expect(importing(({ path }, imported) => roomOf(imported) > roomOf(path))).toEqual([]);
});

test('siblings never import each other: documents and orders, bullmq and kafka', () => {
  const hasSiblings = within('processors', 'queues');
  expect(
    importing((file, imported) => {
      const [own, other] = [folderOf(file.path), folderOf(imported)];
      if (!hasSiblings(file) || !own || !other || shared.includes(other)) return false;
      return own !== other && roomOf(own) === roomOf(other);
    }),
  ).toEqual([]);
});

describe('packages that belong to a place', () => {
  test.each<[string, RegExp, string[]]>([
    ['bullmq', /^bullmq$/, ['queues/bullmq', 'admin', 'test']],
    ['Bull Board', /^@bull-board$|^@bull-board\//, ['admin', 'test']],
    ['express', /^express$/, ['queues/api', 'admin', 'src', 'test']],
    ['kafkajs', /^kafkajs$/, ['queues/kafka', 'src/events', 'test']],
    ['MikroORM', /^@mikro-orm\//, ['entities', 'src', 'test']],
    ['prom-client', /^prom-client$/, ['src/platform/metrics.ts', 'test']],
    ['Jest', /^@jest\/|^jest/, ['test']],
  ])('%s', (_, name, places) => {
    const allowed = within(...places);
    expect(importing((file, imported) => name.test(imported) && !allowed(file))).toEqual([]);
  });
});

test('the environment is read in src/config.ts, and nowhere else', () => {
  const reads = /\bprocess\s*\.\s*env\b|\bprocess\s*\[\s*['"]env/;
  const importsIt = /import\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"](?:node:)?process['"]/;
  const allowed = within('src/config.ts', 'test/architecture.test.ts');
  expect(whose((file) => !allowed(file) && (reads.test(file.code) || importsIt.test(file.code)))).toEqual([]);
});

test('queues retry nothing: that is the engine’s, so no job is given attempts or a backoff', () => {
  const inQueues = within('queues');
  expect(whose((file) => inQueues(file) && /\b(?:attempts|backoff)['"]?\s*:/.test(file.code))).toEqual([]);
});

test('no file is longer than 250 lines', () => {
  const free = within('test', 'entities/migrations');
  const long = files.filter((file) => file.lines > 250 && !free(file));
  expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
});

test('file and folder names are kebab-case', () => {
  const named = within('entities/migrations');
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;
  const stem = (path: string) => basename(path).replace(/(\.test|\.d)?\.ts$/, '');
  expect(
    whose(
      (file) => !named(file) && ![...dirname(file.path).split('/'), stem(file.path)].every((name) => kebab.test(name)),
    ),
  ).toEqual([]);
});
