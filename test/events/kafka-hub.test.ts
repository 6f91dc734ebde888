import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import type { KafkaMessage } from 'kafkajs';
import type { BrokerReceipt, StatusEvent } from '#processors/document/ports.ts';
import { describeWithKafka, eventually } from '#test/support/services.ts';
import { asAdmin, closeHubs, event, events, fates, newTopic, openHub, place, read, readPlaces } from './observed.ts';

describeWithKafka('the event hub on a real broker', (brokers) => {
  afterEach(closeHubs);

  test('every receipt names the place where a consumer finds that very event', async () => {
    const [topic, sent] = [newTopic(), events(1_200)];
    const opened = openHub(brokers).hub;
    const receipts = await Promise.all(sent.map((one) => opened.publish(topic, one)));
    const found = await readPlaces(brokers, topic);
    expect(receipts.map((receipt) => found.get(place(receipt)))).toEqual(sent.map(({ id }) => id));
    expect(found.size).toBe(sent.length);
    expect(new Set(receipts.map(({ partition }) => partition)).size).toBe(3);
  });

  test('the events of one request stay in order', async () => {
    const [topic, request, opened] = [newTopic(), randomUUID(), openHub(brokers).hub];
    const publishing: Promise<BrokerReceipt>[] = [];
    for (let version = 1; version <= 700; version++) {
      publishing.push(opened.publish(topic, event(request, version)), opened.publish(topic, event()));
      // In several batches.
      if (version % 100 === 0) await publishing[0];
    }
    await Promise.all(publishing);
    const ours = (await read(brokers, topic)).filter(({ message }) => message.key?.toString() === request);
    const versions = ours.map(({ message }) => JSON.parse(`${message.value}`).statusVersion);
    expect(versions).toEqual(Array.from({ length: 700 }, (_, index) => index + 1));
    expect(new Set(ours.map(({ partition }) => partition)).size).toBe(1);
  });

  test('an event is a CloudEvent in binary mode', async () => {
    const [topic, one] = [newTopic(), event()];
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await openHub(brokers).hub.publish(topic, one);
    await openHub(brokers, { traceparent: () => traceparent }).hub.publish(topic, one);
    const [plain, traced] = (await read(brokers, topic)).map(({ message }) => message);
    const expected = {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: one.id,
      ce_source: '/oms',
      ce_type: 'com.oms.document.status.final.v1',
      ce_subject: one.subject,
      ce_time: one.time,
    };
    const headers = (message?: KafkaMessage) =>
      Object.fromEntries(Object.entries(message?.headers ?? {}).map(([key, value]) => [key, `${value}`]));
    expect(headers(plain)).toEqual(expected);
    expect(headers(traced)).toEqual({ ...expected, traceparent });
    expect(plain?.key?.toString()).toBe(one.subject);
    expect(JSON.parse(`${plain?.value}`)).toEqual(one.data);

    const kcat = await promisify(execFile)('kcat', [
      '-b',
      brokers,
      '-C',
      '-t',
      topic,
      '-e',
      '-q',
      '-f',
      '%k %h\n',
    ]).catch((error) => error.code as string);
    if (kcat === 'ENOENT') return;
    expect(kcat).toMatchObject({ stdout: expect.stringContaining(`${one.subject} content-type=application/json`) });
    expect(kcat).toMatchObject({ stdout: expect.stringContaining(`ce_id=${one.id},ce_source=/oms`) });
  });

  test('an event that is too large fails alone', async () => {
    const [topic, sent] = [newTopic(), events(100)];
    sent[40] = event(randomUUID(), 1, 'x'.repeat(2_000_000));
    const opened = openHub(brokers).hub;
    const results = await Promise.allSettled(sent.map((one) => opened.publish(topic, one)));
    expect(fates(results)).toEqual(sent.map((_, index) => (index === 40 ? 'OMS_EVENT_REFUSED' : 'published')));
    expect(await read(brokers, topic)).toHaveLength(99);
    expect(opened.connected).toBe(true);
  });

  test('a batch that a topic refuses is sent in parts, and nothing twice', async () => {
    const [small, other] = [newTopic(), newTopic()];
    const configEntries = [{ name: 'max.message.bytes', value: '10000' }];
    await asAdmin(brokers, (admin) =>
      admin.createTopics({ topics: [{ topic: small, numPartitions: 2, configEntries }] }),
    );
    const sent = events(200).map((one, index) => ({ topic: index % 4 === 0 ? other : small, one }));
    sent[77] = { topic: small, one: event(randomUUID(), 1, 'x'.repeat(20_000)) };
    const opened = openHub(brokers).hub;
    const results = await Promise.allSettled(sent.map(({ topic, one }) => opened.publish(topic, one)));
    expect(fates(results)).toEqual(sent.map((_, index) => (index === 77 ? 'OMS_EVENT_REFUSED' : 'published')));
    for (const topic of [small, other]) {
      const found = await readPlaces(brokers, topic);
      const receipts = results.flatMap((result, index) =>
        result.status === 'fulfilled' && sent[index]?.topic === topic
          ? [[place(result.value), sent[index].one.id]]
          : [],
      );
      expect([...found].sort()).toEqual(receipts.sort());
    }
  });

  test('a topic that cannot be fails alone', async () => {
    const [topic, sent, opened] = [newTopic(), events(30), openHub(brokers).hub];
    const publish = (one: StatusEvent, index: number) => opened.publish(index === 7 ? 'no such/topic!' : topic, one);
    const results = await Promise.allSettled(sent.map(publish));
    expect(fates(results)).toEqual(sent.map((_, index) => (index === 7 ? 'OMS_EVENT_HUB_UNAVAILABLE' : 'published')));
    expect(await read(brokers, topic)).toHaveLength(29);
    await expect(opened.publish(topic, event())).resolves.toMatchObject({ topic });
  });

  test('closing publishes what was accepted', async () => {
    const [topic, opened] = [newTopic(), openHub(brokers).hub];
    const publishing = events(300).map((one) => opened.publish(topic, one));
    await opened.close();
    expect(fates(await Promise.allSettled(publishing))).toEqual(publishing.map(() => 'published'));
    await expect(opened.publish(topic, event('r-1'))).rejects.toMatchObject({
      message: expect.stringContaining('closed'),
    });
  });

  test('a topic that was deleted is made again', async () => {
    const [topic, { hub }] = [newTopic(), openHub(brokers)];
    await Promise.all(events(20).map((one) => hub.publish(topic, one)));
    await asAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic] }));
    const receipt = await eventually(() => hub.publish(topic, event()));
    expect(receipt.offset).toBe('0');
  });

  test('nothing is said on the console, not even by kafkajs', async () => {
    const script = `
      import { openKafkaHub } from '#src/events/kafka-hub.ts';
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const hub = openKafkaHub({ brokers: ['${brokers}'], clientId: 'quiet', log });
      await hub.publish('${newTopic()}', ${JSON.stringify(event())});
      await hub.close();`;
    const quiet = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    expect(quiet).toEqual({ stdout: '', stderr: '' });
  });
});
