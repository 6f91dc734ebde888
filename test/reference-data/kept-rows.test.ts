import { expect, test } from '@jest/globals';
import { KeptRows } from '#src/reference-data/cache/kept-rows.ts';
import type { ReferenceRows } from '#src/reference-data/cache/reference-rows.ts';
import type { Snapshot } from '#src/reference-data/cache/snapshot.ts';

const graceMs = 10_000;

/** Rows over a source that the test plays, on a clock that the test owns. */
function keeper() {
  const source = {
    version: '1',
    asked: 0,
    away: undefined as Error | undefined,
    /** Answers wait for it. */
    gate: Promise.resolve(),
    async newerThan(known: string | undefined): Promise<Snapshot | undefined> {
      this.asked++;
      const { version, away } = this;
      await this.gate;
      if (away) throw away;
      const empty = { rows: [], 'source-permissions': [], 'document-configurations': [] };
      return version === known ? undefined : { version, ...empty };
    },
  };
  let now = 0;
  const said: string[] = [];
  const kept = new KeptRows({
    ...{ source, graceMs, now: () => now },
    onStale: ({ message }) => void said.push(message),
    onFresh: () => void said.push('fresh'),
  });
  return {
    ...{ source, kept, said },
    pass: (ms: number) => {
      now += ms;
    },
    /** What a lookup gets, and whether it had to wait. */
    look: async (): Promise<[version: string, how: 'at once' | 'waited']> => {
      const rows: ReferenceRows | Promise<ReferenceRows> = kept.current();
      return rows instanceof Promise ? [(await rows).version, 'waited'] : [rows.version, 'at once'];
    },
    settled: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
}

test('a thousand lookups ask once', async () => {
  const { source, look } = keeper();
  const answers = await Promise.all(Array.from({ length: 1_000 }, look));
  expect(new Set(answers.map(([version]) => version))).toEqual(new Set(['1']));
  expect(source.asked).toBe(1);
});

test('rows that were confirmed lately are used as they are; a little later they are confirmed meanwhile', async () => {
  const { source, look, pass, settled } = keeper();
  await look();
  pass(299);
  expect([await look(), source.asked]).toEqual([['1', 'at once'], 1]);
  source.version = '2';
  pass(1);
  expect([await look(), await look(), source.asked]).toEqual([['1', 'at once'], ['1', 'at once'], 2]);
  await settled();
  expect([await look(), source.asked]).toEqual([['2', 'at once'], 2]);
});

test('rows that were not confirmed for 900 ms are not used before they are', async () => {
  const { source, look, pass } = keeper();
  await look();
  source.version = '2';
  pass(900);
  expect(await look()).toEqual(['2', 'waited']);
});

test('an answer counts from when it was asked for: a slow source makes no row older than it seems', async () => {
  const { source, look, pass } = keeper();
  const { promise, resolve } = Promise.withResolvers<void>();
  source.gate = promise;
  const first = look();
  pass(1_000);
  source.version = '2';
  resolve();
  await first;
  expect(await look()).toEqual(['2', 'waited']);
});

test('who has made a change sees it, even when an older answer is on its way', async () => {
  const { source, kept, look, settled } = keeper();
  await look();
  source.version = '2';
  kept.renew();
  expect(await look()).toEqual(['2', 'waited']);
  const { promise, resolve } = Promise.withResolvers<void>();
  source.gate = promise;
  kept.renew();
  const waiting = look();
  await settled();
  // The question is out, and will be answered with the version before this change.
  source.version = '3';
  kept.renew();
  resolve();
  expect(await waiting).toEqual(['3', 'waited']);
});

test('what is passed on was asked for afterwards', async () => {
  const { source, kept, look, settled } = keeper();
  const { promise, resolve } = Promise.withResolvers<void>();
  source.gate = promise;
  const first = look();
  await settled();
  source.version = '2';
  const newest = kept.newest();
  resolve();
  await first;
  expect((await newest).snapshot.version).toBe('2');
});

test('while the source is away the last rows answer at once for the grace, and then its error does', async () => {
  const { source, kept, look, pass, said, settled } = keeper();
  await look();
  expect(kept.state()).toEqual({ stale: false, ageMs: 0 });
  source.away = new Error('away');
  pass(1_000);
  expect(await look()).toEqual(['1', 'waited']);
  expect(kept.state()).toEqual({ stale: true, ageMs: 1_000 });
  for (let waited = 1_000; waited < graceMs - 100; waited += 100) {
    expect(await look()).toEqual(['1', 'at once']);
    await settled();
    pass(100);
  }
  // It was asked again and again, but not for every lookup.
  expect(source.asked).toBeGreaterThan(10);
  expect(source.asked).toBeLessThan(40);
  pass(100);
  await expect(look()).rejects.toThrow('away');
  expect(said).toEqual(['away']);
  source.away = undefined;
  source.version = '2';
  pass(300);
  expect(await look()).toEqual(['2', 'waited']);
  expect(said).toEqual(['away', 'fresh']);
  expect(kept.state()).toMatchObject({ stale: false });
});

test('without rows there is nothing to fall back on, and the next lookup asks again', async () => {
  const { source, look } = keeper();
  source.away = new Error('away');
  await expect(look()).rejects.toThrow('away');
  source.away = undefined;
  expect(await look()).toEqual(['1', 'waited']);
});

test('a source that does not answer at all counts as away', async () => {
  const { source, kept, look, pass } = keeper();
  await look();
  source.gate = new Promise(() => undefined);
  pass(1_000);
  expect(await look()).toEqual(['1', 'waited']);
  expect(kept.state().stale).toBe(true);
});
