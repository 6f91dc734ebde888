import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Where a document or a callback may fail: the stages, and what they reach the world through. */
const places = ['processors', 'src/thunderhead', 'src/events', 'src/callbacks/sender.ts'];

const filesIn = (place: string): string[] =>
  place.endsWith('.ts')
    ? [place]
    : readdirSync(join(root, place), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(place, name));

test('the README names every code that a document or a callback can fail with, and none that there is not', () => {
  const thrown = places.flatMap(filesIn).flatMap((file) => read(file).match(/(?<=')OMS_[A-Z_]+(?=')/g) ?? []);
  const named = [...read('processors/README.md').matchAll(/^\| `(OMS_\w+)`/gm)].map(([, code]) => code);
  expect(named.sort()).toEqual([...new Set(thrown)].sort());
});
