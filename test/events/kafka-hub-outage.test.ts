import { rm } from 'node:fs/promises';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '#processors/engine/outcome.ts';
import { environment } from '#src/config.ts';
import { throwAwayFolder } from '#src/local/folders.ts';
import { type RunningKafka, startKafka } from '#src/local/kafka.ts';
import { freePort } from '#src/local/ports.ts';
import { eventually } from '#test/support/services.ts';
import { closeHubs, event, events, fates, newTopic, openHub, place, readPlaces } from './observed.ts';

// A broker of its own: these tests kill it.
const directory = throwAwayFolder('kafka-outage');
const log = { debug() {}, info() {}, warn() {}, error() {} };
const start = (port?: number) => startKafka({ directory, log, ...(port && { port }) });
const started = await start();
if ('unavailable' in started && environment.CI === 'true') throw new Error(started.unavailable);
const [about, reason, brokers] =
  'unavailable' in started
    ? [describe.skip, ` (no Kafka: ${started.unavailable})`, '']
    : [describe, '', started.brokers];
let broker = started as RunningKafka;

const kill = () => void process.kill(broker.pid, 'SIGKILL');
async function restart(): Promise<void> {
  broker = (await start(Number(brokers.split(':')[1]))) as RunningKafka;
}

about(`the event hub while Kafka comes and goes${reason}`, () => {
  afterEach(closeHubs);

  afterAll(async () => {
    await broker.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test('without Kafka it opens, says so once, and answers quickly: come later', async () => {
    const { hub, lines } = openHub(`127.0.0.1:${await freePort()}`);
    const since = Date.now();
    await expect(hub.publish('oms.test', event('r-1'))).rejects.toMatchObject({
      failure: { code: 'OMS_EVENT_HUB_UNAVAILABLE', category: 'INTERNAL_ERROR' },
    });
    expect(Date.now() - since).toBeLessThan(5_000);
    await expect(hub.publish('oms.test', event('r-1'))).rejects.toMatchObject({ failure: { code: 'later' } });
    expect(hub.connected).toBe(false);
    expect(lines).toEqual([expect.stringContaining('Kafka is out of reach')]);
  });

  test('Kafka killed in the middle: publishes throw, what was acknowledged is there, and the same hub goes on', async () => {
    const topic = newTopic();
    const { hub, lines } = openHub(brokers, { timeoutMs: 2_000 });
    const acknowledged = new Map<string, string>();
    const faults: Fault[] = [];
    let over = false;
    const publishers = Array.from({ length: 50 }, async () => {
      while (!over) {
        const one = event();
        await hub.publish(topic, one).then(
          (receipt) => acknowledged.set(place(receipt), one.id),
          async (fault) => {
            faults.push(fault);
            // As the engine would: not at once again.
            await eventually(() => hub.connected || over, { timeoutMs: 60_000 });
          },
        );
      }
    });
    await eventually(() => acknowledged.size > 500);
    kill();
    await eventually(() => faults.length >= 50 && !hub.connected);
    const before = acknowledged.size;
    expect(new Set(faults.map(({ failure }) => failure.code))).toEqual(new Set(['OMS_EVENT_HUB_UNAVAILABLE']));

    await restart();
    await eventually(() => acknowledged.size > before + 500, { timeoutMs: 30_000 });
    over = true;
    await Promise.all(publishers);
    const found = await readPlaces(brokers, topic);
    expect([...acknowledged].filter(([at, id]) => found.get(at) !== id)).toEqual([]);
    expect(lines.filter((line) => line.startsWith('Kafka is'))).toEqual([
      expect.stringContaining('Kafka is out of reach'),
      'Kafka is back',
    ]);
  });

  test('readiness follows Kafka without any traffic', async () => {
    const { hub, lines } = openHub(brokers);
    await eventually(() => hub.connected);
    kill();
    await eventually(() => !hub.connected);
    await restart();
    await eventually(() => hub.connected, { timeoutMs: 20_000 });
    expect(lines).toEqual(['connected to Kafka', expect.stringContaining('Kafka is out of reach'), 'Kafka is back']);
  });

  test('one of several seed brokers may be down', async () => {
    const [topic, { hub, lines }] = [newTopic(), openHub(`127.0.0.1:${await freePort()},${brokers}`)];
    await Promise.all(events(50).map((one) => hub.publish(topic, one)));
    const sameProducer = await hub.publish(topic, event());
    expect(sameProducer.topic).toBe(topic);
    expect(hub.connected).toBe(true);
    expect(lines).not.toContainEqual(expect.stringContaining('Kafka is'));
  });

  test('a broker that hangs costs the time-out, not the hub', async () => {
    const topic = newTopic();
    const { hub } = openHub(brokers, { timeoutMs: 1_000 });
    await hub.publish(topic, event());
    process.kill(broker.pid, 'SIGSTOP');
    const since = Date.now();
    const results = await Promise.allSettled(events(20).map((one) => hub.publish(topic, one)));
    const tookMs = Date.now() - since;
    process.kill(broker.pid, 'SIGCONT');
    expect(new Set(fates(results))).toEqual(new Set(['OMS_EVENT_HUB_UNAVAILABLE']));
    expect(tookMs).toBeLessThan(1_500);
    await eventually(() => hub.publish(topic, event()), { timeoutMs: 20_000 });
  });
});
