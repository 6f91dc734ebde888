import { randomUUID } from 'node:crypto';

/** Bodies of document requests that the API takes and the pipeline completes, each with a correlation id of its own. */
export interface RequestBody {
  documentType: string;
  documentName: string;
  documentLanguage: string;
  sourceSystem: string;
  sourceEnvironment: string;
  requestCorrelationId: string;
  documentMetadata: { key: string; value: string }[];
  documentContent: Record<string, unknown>;
  priority?: number;
  notBefore?: string;
  callbackUrl?: string;
}

export const newCorrelationId = (): string => `test-${randomUUID()}`;

export const metadata = (entries: Record<string, string>): RequestBody['documentMetadata'] =>
  Object.entries(entries).map(([key, value]) => ({ key, value }));

export const invoice = (changes: Partial<RequestBody> = {}): RequestBody => ({
  documentType: 'INVOICE',
  documentName: 'IVZRECPA',
  documentLanguage: 'nb-NO',
  sourceSystem: 'ARCADE',
  sourceEnvironment: 'TEST',
  requestCorrelationId: newCorrelationId(),
  documentMetadata: metadata({ CUSTOMER_ID: 'C-1001' }),
  documentContent: {
    Invoice: {
      ID: 'F-17',
      IssueDate: '2026-11-21',
      Note: 'Kjære Åse Bjørnøy, «blåbær» & fløte',
      InvoiceLine: [
        { ID: '1', LineExtensionAmount: { '@currencyID': 'NOK', '#text': 1250.5 } },
        { ID: '2', LineExtensionAmount: { '@currencyID': 'NOK', '#text': 99 } },
      ],
    },
  },
  ...changes,
});

export const offer = (changes: Partial<RequestBody> = {}): RequestBody =>
  invoice({
    documentType: 'POLICY',
    documentName: 'POSHOOFF',
    sourceSystem: 'CIBT',
    documentContent: { Offer: { CustomerName: 'Øystein Sæther', Premium: 4312 } },
    ...changes,
  });

/** An invoice that asks the Thunderhead sandbox for a fault: `error`, `unavailable:2`, ... */
export const troubled = (fault: string, changes: Partial<RequestBody> = {}): RequestBody =>
  invoice({ documentMetadata: metadata({ CUSTOMER_ID: 'C-1001', SANDBOX: fault }), ...changes });
