/** What a Peppol BIS Billing 3 invoice or credit note says, taken out of its UBL elements into plain words. */
import type { XmlNode } from './xml.ts';

export interface Party {
  name: string;
  address: readonly string[];
  companyNumber: string;
  vatNumber: string;
  contact: string;
}

export interface Line {
  id: string;
  name: string;
  details: readonly string[];
  quantity: string;
  unit: string;
  price: string;
  priceBase: string;
  vat: string;
  amount: string;
  adjustments: readonly Adjustment[];
}

export interface Adjustment {
  charge: boolean;
  reason: string;
  amount: string;
}

export type Bill = ReturnType<typeof readBill>;

export function readBill(kind: 'Invoice' | 'CreditNote', root: XmlNode) {
  const totals = child(root, 'LegalMonetaryTotal');
  const payments = all(root, 'PaymentMeans');
  const period = child(root, 'InvoicePeriod');
  return {
    credit: kind === 'CreditNote',
    number: text(root, 'ID'),
    issued: text(root, 'IssueDate'),
    due: text(root, 'DueDate') || text(root, 'PaymentMeans.PaymentDueDate'),
    period: [text(period, 'StartDate'), text(period, 'EndDate')].filter(Boolean),
    currency: text(root, 'DocumentCurrencyCode'),
    notes: all(root, 'Note').map(content).filter(Boolean),
    buyerReference: text(root, 'BuyerReference'),
    order: text(root, 'OrderReference.ID'),
    salesOrder: text(root, 'OrderReference.SalesOrderID'),
    contract: text(root, 'ContractDocumentReference.ID'),
    project: text(root, 'AccountingCost'),
    originals: all(root, 'BillingReference').map((reference) => text(reference, 'InvoiceDocumentReference.ID')),
    supplier: readParty(child(root, 'AccountingSupplierParty.Party')),
    customer: readParty(child(root, 'AccountingCustomerParty.Party')),
    payee: text(root, 'PayeeParty.PartyName.Name'),
    delivered: text(root, 'Delivery.ActualDeliveryDate'),
    deliveredTo: [
      text(root, 'Delivery.DeliveryParty.PartyName.Name'),
      ...readAddress(child(root, 'Delivery.DeliveryLocation.Address')),
    ].filter(Boolean),
    payments: payments.map((payment) => ({
      code: text(payment, 'PaymentMeansCode'),
      means: attribute(child(payment, 'PaymentMeansCode'), 'name'),
      reference: all(payment, 'PaymentID').map(content).join(', '),
      account: text(payment, 'PayeeFinancialAccount.ID'),
      accountName: text(payment, 'PayeeFinancialAccount.Name'),
      bic: text(payment, 'PayeeFinancialAccount.FinancialInstitutionBranch.ID'),
      mandate: text(payment, 'PaymentMandate.ID'),
    })),
    terms: all(root, 'PaymentTerms').map((terms) => text(terms, 'Note')),
    adjustments: all(root, 'AllowanceCharge').map(readAdjustment),
    taxes: all(root, 'TaxTotal')
      .flatMap((total) => all(total, 'TaxSubtotal'))
      .map((subtotal) => ({
        category: text(subtotal, 'TaxCategory.ID'),
        percent: text(subtotal, 'TaxCategory.Percent'),
        exemption: text(subtotal, 'TaxCategory.TaxExemptionReason'),
        taxable: text(subtotal, 'TaxableAmount'),
        tax: text(subtotal, 'TaxAmount'),
      })),
    totalVat: text(root, 'TaxTotal.TaxAmount'),
    sumOfLines: text(totals, 'LineExtensionAmount'),
    allowances: text(totals, 'AllowanceTotalAmount'),
    charges: text(totals, 'ChargeTotalAmount'),
    withoutVat: text(totals, 'TaxExclusiveAmount'),
    withVat: text(totals, 'TaxInclusiveAmount'),
    prepaid: text(totals, 'PrepaidAmount'),
    rounding: text(totals, 'PayableRoundingAmount'),
    payable: text(totals, 'PayableAmount'),
    lines: all(root, `${kind}Line`).map(readLine),
  };
}

function readLine(line: XmlNode): Line {
  const [quantityName = 'InvoicedQuantity'] = ['InvoicedQuantity', 'CreditedQuantity'].filter((name) =>
    child(line, name),
  );
  const period = [text(line, 'InvoicePeriod.StartDate'), text(line, 'InvoicePeriod.EndDate')].filter(Boolean);
  const seller = text(line, 'Item.SellersItemIdentification.ID');
  const properties = all(child(line, 'Item'), 'AdditionalItemProperty');
  return {
    id: text(line, 'ID'),
    name: text(line, 'Item.Name'),
    details: [
      text(line, 'Item.Description'),
      [
        seller && `# ${seller}`,
        ...properties.map((property) => `${text(property, 'Name')}: ${text(property, 'Value')}`),
        period.join(' – '),
      ]
        .filter(Boolean)
        .join(' · '),
      text(line, 'Note'),
    ].filter(Boolean),
    quantity: text(line, quantityName),
    unit: attribute(child(line, quantityName), 'unitCode'),
    price: text(line, 'Price.PriceAmount'),
    priceBase: text(line, 'Price.BaseQuantity'),
    vat: text(line, 'Item.ClassifiedTaxCategory.Percent'),
    amount: text(line, 'LineExtensionAmount'),
    adjustments: all(line, 'AllowanceCharge').map(readAdjustment),
  };
}

const readAdjustment = (node: XmlNode): Adjustment => ({
  charge: text(node, 'ChargeIndicator') === 'true',
  reason: text(node, 'AllowanceChargeReason'),
  amount: text(node, 'Amount'),
});

function readParty(party: XmlNode | undefined): Party {
  const schemes = all(party, 'PartyTaxScheme');
  const vat = schemes.find((scheme) => text(scheme, 'TaxScheme.ID') === 'VAT');
  const contact = child(party, 'Contact');
  return {
    name: text(party, 'PartyName.Name') || text(party, 'PartyLegalEntity.RegistrationName'),
    address: readAddress(child(party, 'PostalAddress')),
    companyNumber: text(party, 'PartyLegalEntity.CompanyID'),
    vatNumber: text(vat, 'CompanyID'),
    contact: ['Name', 'Telephone', 'ElectronicMail']
      .map((name) => text(contact, name))
      .filter(Boolean)
      .join(' · '),
  };
}

const readAddress = (address: XmlNode | undefined): string[] =>
  [
    text(address, 'StreetName'),
    text(address, 'AdditionalStreetName'),
    text(address, 'AddressLine.Line'),
    [text(address, 'PostalZone'), text(address, 'CityName')].filter(Boolean).join(' '),
    [text(address, 'CountrySubentity'), text(address, 'Country.IdentificationCode')].filter(Boolean).join(', '),
  ].filter(Boolean);

/** The elements of this name; an absent one is an empty list, a single one a list of one. */
function all(node: XmlNode | undefined, name: string): XmlNode[] {
  if (node === undefined || typeof node === 'string' || !Object.hasOwn(node, name)) return [];
  return [node[name] ?? []].flat() as XmlNode[];
}

const child = (node: XmlNode | undefined, path: string): XmlNode | undefined =>
  path.split('.').reduce<XmlNode | undefined>((at, name) => all(at, name)[0], node);

const content = (node: XmlNode | undefined): string =>
  (typeof node === 'string' ? node : typeof node?.['#text'] === 'string' ? node['#text'] : '')
    .replaceAll(/\s+/g, ' ')
    .trim();

const text = (node: XmlNode | undefined, path: string): string => content(child(node, path));

const attribute = (node: XmlNode | undefined, name: string): string => {
  const value = typeof node === 'object' ? node[`@${name}`] : undefined;
  return typeof value === 'string' ? value : '';
};
