import { v7 as uuidv7 } from 'uuid';
import { chunks } from '#processors/engine/signal.ts';
import { documentBody } from '../documents.ts';
import { TwinHistory, TwinRequest } from './entities.ts';
import { newRequest, openOrm, openQueues, openRedis } from './parts.ts';

/** The twin's bulk intake: transactions of five hundred inserts, then their jobs with one addBulk. */
const count = Number(process.argv[2]);
const orm = await openOrm();
const redis = openRedis();
const queues = openQueues(redis);
const run = `bulk-${process.pid}-${Date.now()}`;
const bodies = Array.from({ length: count }, (_, index) => documentBody(`${run}-${index}`));

const before = process.cpuUsage();
for (const part of chunks(bodies, 500)) {
  const chunk = part.map((body) => newRequest(uuidv7(), body));
  await orm.em.fork().transactional(async (em) => {
    await em.insertMany(TwinRequest, chunk);
    const at = new Date();
    await em.insertMany(
      TwinHistory,
      chunk.map(({ id }) => ({ requestId: id, fromStage: '', toStage: 'validate', reason: 'received', at })),
    );
  });
  await queues.addBulk(
    'validate',
    chunk.map(({ id }) => id),
  );
}
const { user, system } = process.cpuUsage(before);
await queues.close();
redis.disconnect();
await orm.close();
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1_000 })}\n`);
