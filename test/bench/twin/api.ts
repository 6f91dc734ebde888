import express from 'express';
import { v7 as uuidv7 } from 'uuid';
import { readDocumentRequest } from '#src/api/intake/document-request.ts';
import { environment } from '#src/config.ts';
import { TwinHistory, TwinRequest } from './entities.ts';
import { newRequest, openOrm, openQueues, openRedis } from './parts.ts';

/** The twin's API: checks the body, inserts the request in a transaction, adds its first job. */
const orm = await openOrm();
const queues = openQueues(openRedis());
const app = express();

app.post('/api/v1/document-requests', express.json({ limit: '10mb' }), async (request, response) => {
  const body = readDocumentRequest(request.body);
  const id = uuidv7();
  await orm.em.fork().transactional(async (em) => {
    em.create(TwinRequest, newRequest(id, body));
    em.create(TwinHistory, { requestId: id, fromStage: '', toStage: 'validate', reason: 'received', at: new Date() });
  });
  await queues.add('validate', id);
  response.status(202).location(`/api/v1/document-requests/${id}`).json({ id, status: 'QUEUED' });
});

app.listen(Number(environment.PORT), '127.0.0.1', () => process.stdout.write('{"ready":true}\n'));
process.once('SIGTERM', () => process.exit(0));
