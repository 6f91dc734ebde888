/** The document of every benchmark: a small premium invoice, about 1 KB of XML, told apart by its correlation id. */
export const documentBody = (correlationId: string) => ({
  documentType: 'INVOICE',
  documentName: 'IVZRECPA',
  documentLanguage: 'en',
  sourceSystem: 'ARCADE',
  sourceEnvironment: 'TEST',
  requestCorrelationId: correlationId,
  documentMetadata: [
    { key: 'LANGUAGE_CODE', value: 'en' },
    { key: 'FOOTER_ID', value: '0' },
    { key: 'CUSTOMER_ID', value: 'C-204711' },
  ],
  documentContent: {
    Invoice: {
      ID: correlationId,
      IssueDate: '2026-11-01',
      DueDate: '2026-12-01',
      InvoiceTypeCode: '380',
      DocumentCurrencyCode: 'EUR',
      AccountingSupplierParty: {
        Party: { PartyName: { Name: 'Harbour Mutual Insurance' }, PostalAddress: { CityName: 'Antwerp' } },
      },
      AccountingCustomerParty: { Party: { PartyName: { Name: 'M. Peeters' }, PostalAddress: { CityName: 'Ghent' } } },
      InvoiceLine: [
        {
          ID: '1',
          InvoicedQuantity: { '#text': '1', '@unitCode': 'EA' },
          LineExtensionAmount: { '#text': '184.20', '@currencyID': 'EUR' },
          Item: { Name: 'Home insurance, first quarter' },
        },
        {
          ID: '2',
          InvoicedQuantity: { '#text': '1', '@unitCode': 'EA' },
          LineExtensionAmount: { '#text': '21.80', '@currencyID': 'EUR' },
          Item: { Name: 'Glass cover' },
        },
      ],
      LegalMonetaryTotal: { PayableAmount: { '#text': '206.00', '@currencyID': 'EUR' } },
    },
  },
});
