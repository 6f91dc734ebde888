import { expect, test } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { batchBody, documentBody, fitting, mostBytes } from '#src/thunderhead/submission.ts';
import { handover } from './documents.ts';

const identity = { batchName: 'OMS-1', correlationId: 'c-1' };
const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', parseTagValue: false });
const xmlIn = (body: string): string => Buffer.from(JSON.parse(body).transactionData, 'base64').toString();

test('alone: the document itself, its properties beside it', () => {
  const properties = [{ name: 'FOOTER_ID', value: '3' }];
  const body = documentBody(identity, { handover: handover({ properties, priority: 7 }), element: '<Invoice/>' });
  expect(JSON.parse(body)).toMatchObject({
    ...{ batchConfigResId: 42, batchName: 'OMS-1', correlationId: 'c-1', projectId: 0, priority: 7 },
    ...{ transactionRange: '1', transactionDataType: 'application/xml', properties },
  });
  expect(xmlIn(body)).toBe('<?xml version="1.0" encoding="UTF-8"?><Invoice/>');
});

test('in company: each is a transaction with its own id and properties, whatever is in them', () => {
  const nasty = 'Åse & "Co" <b>';
  const documents = ['<Invoice>1</Invoice>', '<Offer>2</Offer>'].map((element, index) => ({
    element,
    handover: handover({ properties: index === 0 ? [{ name: 'NAME', value: nasty }] : [] }),
  }));
  const [first, second] = documents as [(typeof documents)[0], (typeof documents)[0]];
  const body = batchBody(identity, [first, second]);
  expect(JSON.parse(body)).toMatchObject({ transactionRange: '1-2', properties: [], batchName: 'OMS-1' });
  const { Transaction: transactions } = parser.parse(xmlIn(body)).Transactions;
  expect(transactions).toMatchObject([
    {
      '@correlationId': first.handover.progress.id,
      '@name': `OMS-${first.handover.progress.id}-1`,
      Properties: { Property: { '@name': 'NAME', '#text': nasty } },
      Data: { Invoice: '1' },
    },
    { '@correlationId': second.handover.progress.id, Data: { Offer: '2' } },
  ]);
});

test('a call is never longer than Thunderhead takes', () => {
  const documents = [3, 3, 3].map((megabytes) => ({
    handover: handover(),
    element: 'x'.repeat(megabytes * 1024 * 1024),
  }));
  expect(fitting(documents)).toBe(2);
  const [first, second] = documents as [(typeof documents)[0], (typeof documents)[0]];
  expect(batchBody(identity, [first, second]).length).toBeLessThan(10 * 1024 * 1024);
});

test('what is too long alone is sent, so that Thunderhead can refuse it', () => {
  expect(fitting([{ handover: handover(), element: 'x'.repeat(mostBytes) }])).toBe(1);
});
