import { Migration } from '@mikro-orm/migrations';

const from = '2020-01-01';
const to = '4712-12-31';

const reference: [type: string, code: string, description: string, attributes: Record<string, unknown>][] = [
  ['DOCUMENT_TYPE', 'POLICY', 'Insurance policies and offers', { specPrefix: 'PO', requiredMetadata: ['CUSTOMER_ID'] }],
  ['DOCUMENT_TYPE', 'INVOICE', 'Invoices and credit notes', { specPrefix: 'IV', requiredMetadata: ['CUSTOMER_ID'] }],
  ['DOCUMENT_NAME', 'POSHOOFF', 'Home insurance offer', { documentType: 'POLICY' }],
  ['DOCUMENT_NAME', 'IVZRECPA', 'Invoice to a private customer', { documentType: 'INVOICE' }],
  ['DOCUMENT_NAME', 'IVBRKCOM', 'Broker commission invoice', { documentType: 'INVOICE' }],
  ['DOCUMENT_NAME', 'IVCLFCAP', 'Claim settlement invoice', { documentType: 'INVOICE' }],
  ['SOURCE_SYSTEM', 'CIBT', 'Insurance administration', {}],
  ['SOURCE_SYSTEM', 'ARCADE', 'Billing', {}],
  ['METADATA_KEY', 'REQUEST_CORRELATION_ID', 'Correlation id of the source', {}],
  ['METADATA_KEY', 'SOURCE_ENVIRONMENT', 'Environment of the source', {}],
  ['METADATA_KEY', 'LANGUAGE_CODE', 'Language of the document', {}],
  ['METADATA_KEY', 'FOOTER_ID', 'Footer, 0 to 4', {}],
  ['METADATA_KEY', 'CUSTOMER_ID', 'Customer number', {}],
  ['METADATA_KEY', 'POLICY_NUMBER', 'Policy number', {}],
  ['METADATA_KEY', 'SANDBOX', 'Asks the Thunderhead sandbox for a scripted fault; the real one ignores it', {}],
];

const permissions: [source: string, documentType: string][] = [
  ['CIBT', 'POLICY'],
  ['ARCADE', 'INVOICE'],
];

const configuration: [footerId: number, spec: string, code: string, value: string][] = [
  [0, '*', 'BATCH_CONFIG_ID', '1709524441'],
  [0, 'IV', 'BATCH_CONFIG_ID', '1709524442'],
  [0, 'PO', 'BATCH_CONFIG_ID', '1709524443'],
  [0, '*', 'SIGNEE_1', 'Customer Services'],
  [0, 'PO', 'SIGNEE_1', 'Head of Underwriting'],
  [0, 'PO', 'SIGNEE_2', 'Head of Customer Services'],
  [1, 'IV', 'SIGNEE_1', 'Head of Collections'],
  [0, '*', 'TOPIC_NAME', 'oms.document-status'],
  [0, 'IV', 'TOPIC_NAME', 'oms.invoice-documents'],
  [0, 'POSHOOFF', 'TOPIC_NAME', 'oms.offer-documents'],
];

/** The rows without which no request of the known types can be answered. Later changes come through reference data. */
export class Migration20261121000002_reference_rows extends Migration {
  override up(): void {
    for (const [type, code, description, attributes] of reference)
      this.addSql(
        `insert into reference_data (id, type, code, description, attributes, effective_from, effective_to)
         values (gen_random_uuid(), '${type}', '${code}', '${description}', '${JSON.stringify(attributes)}', '${from}', '${to}')`,
      );
    for (const [source, documentType] of permissions)
      this.addSql(
        `insert into source_permission (id, source_system, document_type, effective_from, effective_to)
         values (gen_random_uuid(), '${source}', '${documentType}', '${from}', '${to}')`,
      );
    for (const [footerId, spec, code, value] of configuration)
      this.addSql(
        `insert into document_configuration (id, footer_id, spec, code, value, effective_from, effective_to)
         values (gen_random_uuid(), ${footerId}, '${spec}', '${code}', '${value}', '${from}', '${to}')`,
      );
  }
}
