/** The REST facade's operations, one route each (sandbox contract; Thunderhead's own is SOAP). */
import { hash } from 'node:crypto';
import type { Call, Reply, Route } from '../http.ts';
import { type Batch, documentsOf, isFinal, messagesOf, report, statusOf, transactionsOf } from './batch.ts';
import type { Batches } from './batches.ts';
import type { Dials } from './control.ts';
import { renderDocument } from './document.ts';
import { fail } from './failures.ts';
import { type Property, readScript } from './faults.ts';
import { readJson, readSubmission, type Submission } from './submission.ts';

export interface World {
  batches: Batches;
  now: () => number;
  dials: Dials;
}

const mostIds = 100;

export function operations({ batches, now, dials }: World): Route[] {
  const { attempts } = dials;

  const submit = (many: boolean) => async (call: Call) => {
    const key = call.header('idempotency-key') ?? null;
    const bodyHash = hash('sha1', call.body, 'base64');
    const earlier = key === null ? undefined : batches.repeatOf(key);
    if (earlier) {
      if (earlier.bodyHash !== bodyHash) throw fail('KEY_REUSED');
      await batches.written();
      return earlier.unanswered === 'reset' ? 'reset' : accepted(call, earlier);
    }
    const submission = readSubmission(call.body, many);
    const script = readScript(submission.properties);
    const sender = key ?? submission.batchName;
    if (script.turnedAway.length > 0) {
      const attempt = attempts.get(sender) ?? 0;
      attempts.set(sender, attempt + 1);
      const answer = script.turnedAway[attempt];
      if (answer) throw fail(answer);
      attempts.delete(sender);
    }
    if (script.reject) throw fail('REJECTED', undefined, [{ msgId: 10101, msgType: 'E', args: ['SANDBOX'] }]);
    const { batchName, correlationId, from, count } = submission;
    const { ending, unanswered, purged, lost } = script;
    const batch = await batches.accept(
      {
        ...{ batchName, correlationId, key, bodyHash, from, count, many, ending, unanswered, purged, lost },
        acceptedAt: now(),
        durationMs: script.durationMs ?? dials.batchMs,
        cancelledAt: null,
      },
      pack(submission),
    );
    return unanswered === 'timeout' ? 'silence' : (unanswered ?? accepted(call, batch));
  };

  const known = (call: Call): Batch => {
    const batch = batches.find(Number(call.params[0]));
    if (!batch) throw fail('NO_SUCH_BATCH', `There is no batch ${call.params[0]}.`);
    return batch;
  };

  return [
    { method: 'POST', path: '/documents', name: 'submitDocument', handle: submit(false) },
    { method: 'POST', path: '/batches', name: 'submitBatch', handle: submit(true) },
    {
      method: 'GET',
      path: '/batches',
      name: 'findBatches',
      handle({ query }) {
        const correlationId = query.get('correlationId');
        if (!correlationId) throw fail('BAD_QUERY', 'The query parameter correlationId is missing.');
        return ok({ results: batches.under(correlationId).map((batch) => report(batch, now())) });
      },
    },
    {
      method: 'POST',
      path: '/batches/status:query',
      name: 'getBatchStatuses',
      handle({ body }) {
        const { batchIds } = readJson(body);
        if (!Array.isArray(batchIds) || batchIds.length > mostIds || !batchIds.every(Number.isSafeInteger)) {
          throw fail('INVALID_REQUEST', `batchIds must be a list of up to ${mostIds} batch numbers.`, [
            { field: 'batchIds', rule: `up to ${mostIds} integers` },
          ]);
        }
        const found = batchIds.map((batchId) => batches.find(batchId));
        return ok({
          results: found.filter((batch) => batch !== undefined).map((batch) => report(batch, now())),
          notFound: batchIds.filter((_, index) => !found[index]),
        });
      },
    },
    {
      method: 'GET',
      path: '/batches/{id}',
      name: 'getBatchStatus',
      handle: (call) => ok(report(known(call), now())),
    },
    {
      method: 'GET',
      path: '/batches/{id}/transactions',
      name: 'getTransactionStatuses',
      handle: (call) => ok({ transactions: transactionsOf(known(call), now()) }),
    },
    {
      method: 'GET',
      path: '/batches/{id}/errors',
      name: 'getBatchErrors',
      handle: (call) => ok({ errors: messagesOf(known(call), now()) }),
    },
    {
      method: 'POST',
      path: '/batches/{id}/cancel',
      name: 'stopBatch',
      async handle(call) {
        const batch = known(call);
        if (isFinal(statusOf(batch, now()))) throw fail('ALREADY_FINAL');
        if (batch.cancelledAt === null) await batches.cancel(batch, now());
        return { status: 202, json: report(batch, now()) };
      },
    },
    {
      method: 'GET',
      path: '/batches/{id}/documents/{n}/content',
      name: 'getChannelDocument',
      async handle(call) {
        const batch = known(call);
        const no = Number(call.params[1]);
        if (no < batch.from || no >= batch.from + batch.count) throw fail('NO_SUCH_DOCUMENT');
        if (!isFinal(statusOf(batch, now()))) throw fail('NOT_READY');
        if (!documentsOf(batch, now()).includes(no)) throw fail('NO_SUCH_DOCUMENT', `No document ${no} was made.`);
        const content = batch.purged ? undefined : batches.contentOf(batch);
        if (content === undefined) throw fail('PURGED');
        const { properties, xml } = unpack(content);
        const { batchName, acceptedAt, many } = batch;
        return pdf(await renderDocument({ xml, properties, batchName, at: acceptedAt, transaction: many ? no : null }));
      },
    },
    {
      method: 'POST',
      path: '/documents:preview',
      name: 'executePreview',
      async handle({ body }) {
        const { batchName, properties, xml } = readSubmission(body, false);
        if (readScript(properties).reject) throw fail('REJECTED');
        return pdf(await renderDocument({ xml, properties, batchName, at: now(), transaction: null }));
      },
    },
  ];
}

const ok = (json: unknown): Reply => ({ status: 200, json });
const pdf = (bytes: Buffer): Reply => ({ status: 200, bytes, headers: { 'Content-Type': 'application/pdf' } });

/** A repeat gets the first answer, word for word: `QUEUED`, however far the batch has come. */
const accepted = (call: Call, { batchId, batchName, correlationId }: Batch): Reply => ({
  status: 202,
  json: { batchId, batchName, correlationId, status: 'QUEUED' },
  headers: { Location: `${call.base}/batches/${batchId}` },
});

const pack = ({ properties, xml }: Submission) => `${JSON.stringify(properties)}\n${xml}`;

function unpack(content: string): { properties: Property[]; xml: string } {
  const line = content.indexOf('\n');
  return { properties: JSON.parse(content.slice(0, line)), xml: content.slice(line + 1) };
}
