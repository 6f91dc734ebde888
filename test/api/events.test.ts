import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { invoice, offer, troubled } from '#test/support/documents.ts';
import { type Listener, listenTo } from '#test/support/event-source.ts';
import { type Oms, startOms } from '#test/support/oms.ts';
import { eventually } from '#test/support/services.ts';

let oms: Oms;
beforeAll(async () => {
  oms = await startOms();
});
afterAll(() => oms?.close());

const eventsOf = (id: string) => `/api/v1/document-requests/${id}/events`;
const listen = (id: string, query = ''): Listener =>
  listenTo({
    server: async () => ({ url: oms.url, token: await oms.token('ops') }),
    path: eventsOf(id) + query,
    names: ['step', 'status'],
  });
const shown = ({ events }: Pick<Listener, 'events'>) =>
  events
    .map(({ event, data }) => (event === 'step' ? `${data.from} -> ${data.to}` : data.status))
    // Nobody knows how often Thunderhead has to be asked.
    .filter((step) => step !== 'poll -> poll');
const happyWay = [
  'null -> validate',
  'validate -> submit',
  // Intended, before it is sent.
  'submit -> submit',
  'submit -> poll',
  'poll -> publish',
  'publish -> completed',
  'COMPLETED',
];

describe('the stream of one request', () => {
  test('tells its life, says how it ended, and is not asked for again', async () => {
    const id = await oms.post(invoice());
    using listener = listen(id);
    await eventually(() => listener.isClosed());
    expect(shown(listener)).toEqual(happyWay);
    expect(listener.answers).toEqual([200, 204]);
    const status = listener.events.at(-1)?.data;
    expect(status).toEqual((await oms.fetch(`/api/v1/document-requests/${id}`)).json);
    const steps = listener.events.slice(0, -1).map(({ data }) => data);
    expect(steps).toEqual(await oms.history(id));
  });

  test('that is cut after any event goes on with the next one', async () => {
    const { id } = await oms.through(invoice());
    const { json } = await oms.fetch(eventsOf(id));
    const all = json.items as Listener['events'];
    expect(shown({ events: all })).toEqual(happyWay);
    for (const [index, { id: after }] of all.entries()) {
      const headers = { accept: 'text/event-stream', 'last-event-id': after };
      const { status, bytes } = await oms.fetch(eventsOf(id), { headers });
      const ids = [...bytes.toString().matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
      expect(ids).toEqual(all.slice(index + 1).map(({ id }) => id));
      expect(status).toBe(index === all.length - 1 ? 204 : 200);
    }
  });

  test('waits while nothing happens, and goes on with what an operator sets going again', async () => {
    const { id, status } = await oms.through(troubled('error'));
    expect(status).toBe('FAILED');
    const first = (await oms.fetch(eventsOf(id))).json;
    expect([first.final, shown({ events: first.items as Listener['events'] }).at(-1)]).toEqual([true, 'FAILED']);
    const told = await oms.fetch(eventsOf(id), {
      headers: { accept: 'text/event-stream', 'last-event-id': first.next as string },
    });
    expect(told.status).toBe(204);
    // Set going again, and standing there: an operator's retrigger without the ring.
    await oms.pool.query(
      `with moved as (update progress set status = 'ready', result = null, ended_at = null, round = round + 1, stage = 'submit',
         due_at = now() + interval '1 hour', revision = revision + 1 where id = $1 returning id)
       insert into history (item_id, from_state, to_state, stage, reason, actor, at)
       select id, 'failed', 'submit', 'submit', 'again', 'admin', now() from moved`,
      [id],
    );
    using listener = listen(id, `?after=${first.next}`);
    await eventually(() => listener.events.length === 1);
    expect(shown(listener)).toEqual(['failed -> submit']);
    await oms.pool.query('update progress set due_at = now(), revision = revision + 1 where id = $1', [id]);
    await eventually(() => listener.isClosed());
    expect(shown(listener).slice(-2)).toEqual(['publish -> failed', 'FAILED']);
    expect(listener.answers).toEqual([200, 204]);
  });

  test('is read page by page too, each page from where the last one ended', async () => {
    const { id } = await oms.through(invoice());
    const read: Listener['events'] = [];
    let page: { items: Listener['events']; next: string; final: boolean };
    let after = '';
    do {
      const { json } = await oms.fetch(`${eventsOf(id)}?limit=2${after}`);
      page = json as unknown as typeof page;
      expect(page.items.length).toBeLessThanOrEqual(3);
      read.push(...page.items);
      after = `&after=${page.next}`;
    } while (!page.final);
    expect(shown({ events: read })).toEqual(happyWay);
    expect((await oms.fetch(`${eventsOf(id)}?limit=2${after}`)).json).toEqual({
      ...{ items: [], next: page.next, final: true },
    });
  });

  test('of another tenant is not there, and neither is one that never was', async () => {
    const { id } = await oms.through(offer());
    for (const [client, other] of [
      ['arcade', id],
      ['cibt', '019aa5b2-6f1c-7c3e-9d41-3f6a2c9b7e10'],
    ] as const)
      for (const accept of ['application/json', 'text/event-stream']) {
        const { status, json } = await oms.as(client).fetch(eventsOf(other), { headers: { accept } });
        expect([status, json.code]).toEqual([404, 'OMS_REQUEST_NOT_FOUND']);
      }
    expect((await oms.as('cibt').fetch(eventsOf(id))).status).toBe(200);
  });

  test.each(['x', '1-2', '-1', '1-final-final', "1'--"])('is not begun after %s', async (after) => {
    const { id } = await oms.through(invoice());
    const accept = 'text/event-stream';
    for (const answer of [
      await oms.fetch(eventsOf(id), { headers: { accept, 'last-event-id': after } }),
      await oms.fetch(`${eventsOf(id)}?after=${encodeURIComponent(after)}`, { headers: { accept } }),
    ])
      expect([answer.status, answer.json.code]).toEqual([400, 'OMS_PARAMETER_INVALID']);
  });
});
