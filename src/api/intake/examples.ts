import type { BodyDescription } from '../operation.ts';

const privateInvoice = {
  documentType: 'INVOICE',
  documentName: 'IVZRECPA',
  documentLanguage: 'nl-BE',
  sourceSystem: 'ARCADE',
  sourceEnvironment: 'TEST',
  requestCorrelationId: 'ARCADE-2026-000017',
  documentMetadata: [{ key: 'CUSTOMER_ID', value: 'C-204711' }],
  documentContent: {
    Invoice: {
      ID: 'F-17',
      IssueDate: '2026-11-21',
      InvoiceLine: [
        { ID: '1', LineExtensionAmount: { '@currencyID': 'EUR', '#text': '184.20' } },
        { ID: '2', LineExtensionAmount: { '@currencyID': 'EUR', '#text': '21.80' } },
      ],
    },
  },
};

const brokerInvoice = {
  ...privateInvoice,
  documentName: 'IVBRKCOM',
  requestCorrelationId: 'ARCADE-2026-000018',
  priority: 5,
  notBefore: '2026-11-21T08:00:00+01:00',
  documentContent: { Invoice: { ID: 'F-18', IssueDate: '2026-11-21' } },
};

/** Bodies that the client of ARCADE may send as they are. */
export const requestExamples: NonNullable<BodyDescription['examples']> = {
  invoice: { summary: 'An invoice to a private customer', value: privateInvoice },
  later: { summary: 'A commission invoice, not before a given moment', value: brokerInvoice },
};

export const arrayExamples: NonNullable<BodyDescription['examples']> = {
  invoices: { summary: 'Two invoices', value: [privateInvoice, brokerInvoice] },
};

/** A text: each line is one request. */
export const linesExamples: NonNullable<BodyDescription['examples']> = {
  invoices: {
    summary: 'Two invoices, one a line',
    value: [privateInvoice, brokerInvoice].map((request) => `${JSON.stringify(request)}\n`).join(''),
  },
};
