import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { advance } from '#processors/engine/advance.ts';
import { done, Fault, type Outcome, reject, wait } from '#processors/engine/outcome.ts';
import type { Progress } from '#processors/engine/progress.ts';
import type { Settling } from '#processors/engine/settle.ts';
import { failure, shape } from './shape.ts';
import { collect, gate, keepNotes, openToy, type Toy, type ToyFact, type ToyStage, together } from './toy.ts';

let toy: Toy;
beforeAll(async () => {
  toy = await openToy();
});
afterAll(() => toy[Symbol.asyncDispose]());

const tail: ToyStage = { name: 'tail', run: async () => done() };
const note = ({ id }: Progress, text: string): Outcome<ToyFact> => done({ facts: { id, note: text } });

describe('a poison entry in a flush', () => {
  /** Fifty items of which one answers (or throws) something that cannot be written down. */
  async function among49(badAnswer: (item: Progress) => Promise<Outcome<ToyFact>>) {
    const ids = await toy.begin(50);
    const bad = ids[23] as string;
    const worker = toy.worker([
      {
        name: 'a',
        retry: { firstMs: 10 },
        run: async (item) => (item.id === bad ? badAnswer(item) : note(item, 'fine')),
      },
      tail,
    ]);
    const { next } = await worker.ring('a', ids);
    const others = ids.filter((id) => id !== bad);
    // The other forty-nine go on with everything they brought, and are rung.
    expect((await toy.rows(others)).every(({ stage, attempts }) => stage === 'tail' && attempts === 0)).toBe(true);
    expect(await toy.notes(others)).toHaveLength(49);
    expect(
      next
        .filter(({ stage }) => stage === 'tail')
        .flatMap(({ ids: rung }) => rung)
        .filter((id) => id !== bad),
    ).toHaveLength(49);
    return { bad, worker, row: await toy.row(bad), errors: await toy.errors(bad), history: await toy.history(bad) };
  }

  test('facts that violate a constraint: the item fails with that, alone', async () => {
    const { bad, row, errors, history } = await among49(async (item) => note(item, 'poison'));
    expect(row).toMatchObject({ stage: 'a', status: 'ready', attempts: 1 });
    expect(errors).toMatchObject([{ code: 'OMS_INTERNAL_ERROR', attempts: 1, next_retry_at: row.due_at }]);
    expect(errors[0]?.description).toMatch(/violates check constraint/);
    expect(history).toHaveLength(2);
    expect(await toy.notes([bad])).toEqual([]);
  });

  test('and it ends failed when it is poison every time', async () => {
    const { bad, worker } = await among49(async (item) => note(item, 'poison'));
    await worker.drive('a', [bad]);
    expect(await toy.row(bad)).toMatchObject({ status: 'ended', result: 'failed' });
    expect(await toy.errors(bad)).toMatchObject([{ attempts: 5, next_retry_at: null }]);
  });

  test('a delay that is no time', async () => {
    const { row, errors } = await among49(async () => wait(Number.NaN, 'a slip'));
    expect(row).toMatchObject({ stage: 'a', status: 'ready', attempts: 1 });
    expect(errors).toHaveLength(1);
  });

  test('a fault whose code PostgreSQL cannot store', async () => {
    const { row, errors, worker } = await among49(() => Promise.reject(new Fault({ ...failure, code: 'A\0B' })));
    expect(row).toMatchObject({ stage: 'a', status: 'ready', attempts: 1 });
    expect(errors).toMatchObject([{ code: 'OMS_INTERNAL_ERROR' }]);
    expect(worker.unsettled).toEqual([]);
  });

  test('details that refer to themselves', async () => {
    const details: Record<string, unknown> = {};
    details.self = details;
    const refused = await among49(async () => reject({ ...failure, details }));
    expect(refused.row).toMatchObject({ stage: 'a', status: 'ready', attempts: 1 });
    const thrown = await among49(() => Promise.reject(new Fault({ ...failure, details })));
    expect(thrown.row).toMatchObject({ stage: 'a', status: 'ready', attempts: 1 });
    expect(thrown.errors).toHaveLength(1);
    expect(thrown.worker.unsettled).toEqual([]);
  });
});

describe('text that PostgreSQL does not store as it is', () => {
  const strange = 'a\0b \ud800 c \udc00 \u{1f4c4}';
  const readable = 'a\ufffdb \ufffd c \ufffd \u{1f4c4}';

  test('in a reason is made readable', async () => {
    const [id = ''] = await toy.begin(1);
    await toy.worker([{ name: 'a', run: async () => done({ reason: strange }) }, tail]).ring('a', [id]);
    expect((await toy.history(id)).at(-1)).toBe(`a>tail ${readable}`);
  });

  test.each([
    ['refusal', (stranger: Fault) => Promise.resolve(reject<ToyFact>(stranger.failure))],
    ['fault', (stranger: Fault) => Promise.reject(stranger)],
  ])('in the description and the details of a %s is made readable', async (_, answer) => {
    const stranger = new Fault({
      ...failure,
      description: strange,
      details: { [strange]: [strange], path: 'C:\\u0000', plain: 'ö' },
    });
    const [id = ''] = await toy.begin(1);
    await toy.worker([{ name: 'a', run: () => answer(stranger) }]).ring('a', [id]);
    expect(await toy.errors(id)).toMatchObject([
      { code: 'TOY_REFUSED', description: readable, details: { [readable]: [readable], plain: 'ö' } },
    ]);
    expect((await toy.history(id)).at(-1)).toMatch(`TOY_REFUSED: ${readable}`);
  });
});

describe('a late writer', () => {
  test('whose item another worker has taken over changes nothing, and its facts are not kept', async () => {
    const [id = ''] = await toy.begin(1);
    const late = gate();
    const slow = toy.worker([{ name: 'a', run: (item) => late.passed.then(() => note(item, 'late')) }, tail]);
    const fresh = toy.worker([{ name: 'a', run: async (item) => note(item, 'fresh') }, tail]);
    const dead = collect(slow.signal('a', [id]));
    // Whoever rings now is told when the lease is over; then the item can be had.
    const [ring] = (await claimedElsewhere(fresh, id)).next;
    toy.clock.advanceTo(ring?.dueAt as Date);
    await fresh.ring('a', [id]);
    const settled = await toy.row(id);
    expect(settled).toMatchObject({ stage: 'tail', status: 'ready' });

    late.open();
    expect(together(await dead)).toMatchObject({ next: [], skipped: [id] });
    expect(await toy.row(id)).toEqual(settled);
    expect(await toy.notes([id])).toEqual(['fresh']);
    expect(await toy.history(id)).toEqual(['>a received', 'a>tail done']);
  });

  test('is told apart from the one who has the item now even when both share a flush', async () => {
    const [id = ''] = await toy.begin(1);
    const { store } = toy.worker([tail]);
    const claim = async () => {
      const leaseUntil = new Date(toy.clock.now().getTime() + 1_000);
      const stage = { pipeline: 'toy', name: 'a', intent: false };
      const { mine } = await store.claim(stage, { ids: [id], now: toy.clock.now(), leaseUntil });
      toy.clock.advance(1_001);
      return mine[0] as Progress;
    };
    const settling = (at: Progress, text: string): Settling => ({
      pipeline: 'toy',
      at,
      next: advance(at, done(), shape({ stages: ['a', 'tail'] }), toy.clock.now()),
      now: toy.clock.now(),
      durable: false,
      reason: text,
      failure: null,
      facts: { id, note: text },
      keep: keepNotes as Settling['keep'],
    });
    const stale = await claim();
    const current = await claim();
    expect(
      await Promise.all([store.settle(settling(stale, 'late')), store.settle(settling(current, 'fresh'))]),
    ).toEqual([false, true]);
    expect(await toy.notes([id])).toEqual(['fresh']);
    expect(await toy.history(id)).toEqual(['>a received', 'a>tail fresh']);
  });

  test('is fenced by a retrigger or any other change of the row', async () => {
    const [id = ''] = await toy.begin(1);
    const late = gate();
    const worker = toy.worker([{ name: 'a', run: (item) => late.passed.then(() => note(item, 'late')) }, tail]);
    const running = collect(worker.signal('a', [id]));
    await claimedElsewhere(worker, id);
    await toy.admin.query('update progress set revision = revision + 1 where id = $1', [id]);
    const changed = await toy.row(id);
    late.open();
    expect(together(await running).skipped).toEqual([id]);
    expect(await toy.row(id)).toEqual(changed);
    expect(await toy.notes([id])).toEqual([]);
  });

  /** Asks until the item is in someone's hands; the answer is "not yet". */
  async function claimedElsewhere(worker: ReturnType<Toy['worker']>, id: string) {
    for (;;) {
      const { status } = await toy.row(id);
      if (status === 'running') return worker.ring('a', [id]);
    }
  }
});

describe('facts and the move', () => {
  test('are one transaction', async () => {
    const ids = await toy.begin(3);
    await toy.worker([{ name: 'a', run: async (item) => note(item, 'learnt') }, tail]).ring('a', ids);
    const { rows } = await toy.admin.query(
      'select distinct p.xmin::text = s.transaction::text as same from progress p join scratch s on s.item_id = p.id where p.id = any($1)',
      [ids],
    );
    expect(rows).toEqual([{ same: true }]);
  });

  test('are both not there when keeping fails for a reason that is no item’s fault; the lease brings them back', async () => {
    const ids = await toy.begin(20);
    let broken = true;
    const worker = toy.worker([{ name: 'a', run: async (item) => note(item, 'learnt') }, tail], {
      keep: async (facts, transaction) => {
        await keepNotes(facts, transaction);
        if (broken) throw new Error('a slip in the code that keeps');
      },
    });
    const { next, skipped } = await worker.ring('a', ids);
    expect({ next, skipped: [...skipped].sort() }).toEqual({ next: [], skipped: ids });
    expect(worker.unsettled).toHaveLength(20);
    expect(await toy.notes(ids)).toEqual([]);
    expect((await toy.rows(ids)).every(({ stage, status }) => stage === 'a' && status === 'running')).toBe(true);

    broken = false;
    toy.clock.advance(60_001);
    await worker.ring('a', ids);
    expect(await toy.notes(ids)).toHaveLength(20);
    expect((await toy.rows(ids)).every(({ stage, runs }) => stage === 'tail' && runs === 0)).toBe(true);
  });

  test('of a waiting item are kept, too', async () => {
    const [id = ''] = await toy.begin(1);
    const worker = toy.worker([{ name: 'a', run: async () => wait(1_000, 'later', { id, note: 'half way' }) }, tail]);
    await worker.ring('a', [id]);
    expect(await toy.notes([id])).toEqual(['half way']);
    expect(await toy.row(id)).toMatchObject({ stage: 'a', status: 'ready' });
  });
});
