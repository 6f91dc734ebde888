/** The words and formats of a printed document, in the language of its `LANGUAGE_CODE`: English or Norwegian. */

const english = {
  invoice: 'Invoice',
  creditNote: 'Credit note',
  billTo: 'Bill to',
  details: 'Details',
  number: 'Number',
  issued: 'Issue date',
  due: 'Due date',
  period: 'Period',
  buyerReference: 'Your reference',
  order: 'Order',
  contract: 'Contract',
  project: 'Cost code',
  original: 'Original invoice',
  delivered: 'Delivered',
  deliveredTo: 'Delivered to',
  payee: 'Payee',
  vatNumber: 'VAT no.',
  companyNumber: 'Company no.',
  item: 'Description',
  quantity: 'Quantity',
  unitPrice: 'Unit price',
  per: 'per',
  vat: 'VAT',
  amount: 'Amount',
  discount: 'Discount',
  charge: 'Charge',
  vatBreakdown: 'VAT breakdown',
  rate: 'Rate',
  taxable: 'Taxable amount',
  exempt: 'Exempt',
  sumOfLines: 'Sum of lines',
  allowances: 'Discounts',
  charges: 'Charges',
  withoutVat: 'Total without VAT',
  totalVat: 'Total VAT',
  withVat: 'Total with VAT',
  prepaid: 'Already paid',
  rounding: 'Rounding',
  toPay: 'Amount due',
  toCredit: 'Amount credited',
  payment: 'Payment',
  means: 'Means of payment',
  account: 'Account',
  bic: 'BIC',
  reference: 'Payment reference',
  mandate: 'Mandate',
  terms: 'Terms',
  contact: 'Contact',
  signed: 'On behalf of',
  signee: 'Signatory',
  page: 'Page',
  of: 'of',
  from: 'From',
  to: 'To',
  date: 'Date',
  subject: 'Reference',
  substituted: 'Some characters are not in the fonts of this sandbox; they are shown as ¿ or without their accent.',
};

export type Words = typeof english;

const norwegian: Words = {
  invoice: 'Faktura',
  creditNote: 'Kreditnota',
  billTo: 'Kunde',
  details: 'Opplysninger',
  number: 'Nummer',
  issued: 'Fakturadato',
  due: 'Forfallsdato',
  period: 'Periode',
  buyerReference: 'Deres referanse',
  order: 'Ordre',
  contract: 'Kontrakt',
  project: 'Kostnadssted',
  original: 'Opprinnelig faktura',
  delivered: 'Levert',
  deliveredTo: 'Levert til',
  payee: 'Betalingsmottaker',
  vatNumber: 'MVA-nr.',
  companyNumber: 'Org.nr.',
  item: 'Beskrivelse',
  quantity: 'Antall',
  unitPrice: 'Enhetspris',
  per: 'per',
  vat: 'MVA',
  amount: 'Beløp',
  discount: 'Rabatt',
  charge: 'Gebyr',
  vatBreakdown: 'MVA-spesifikasjon',
  rate: 'Sats',
  taxable: 'Grunnlag',
  exempt: 'Fritatt',
  sumOfLines: 'Sum linjer',
  allowances: 'Rabatter',
  charges: 'Gebyrer',
  withoutVat: 'Sum uten MVA',
  totalVat: 'Sum MVA',
  withVat: 'Sum med MVA',
  prepaid: 'Forskuddsbetalt',
  rounding: 'Avrunding',
  toPay: 'Å betale',
  toCredit: 'Kreditert beløp',
  payment: 'Betaling',
  means: 'Betalingsmåte',
  account: 'Konto',
  bic: 'BIC',
  reference: 'Betalingsreferanse',
  mandate: 'Fullmakt',
  terms: 'Betingelser',
  contact: 'Kontakt',
  signed: 'På vegne av',
  signee: 'Undertegnet',
  page: 'Side',
  of: 'av',
  from: 'Fra',
  to: 'Til',
  date: 'Dato',
  subject: 'Referanse',
  substituted: 'Noen tegn finnes ikke i skriftene til denne sandkassen; de vises som ¿ eller uten aksent.',
};

/** UN/ECE codes that invoices really use; any other code is printed as it is. */
const units: Readonly<Record<string, string>> = {
  ...{ C62: '', EA: '', NAR: '', H87: '', ZZ: '', XPP: '', PR: 'pair', DAY: 'day', HUR: 'h', MIN: 'min' },
  ...{ MON: 'month', ANN: 'year', WEE: 'week', MTR: 'm', KMT: 'km', MTK: 'm²', KGM: 'kg', GRM: 'g', LTR: 'l' },
  ...{ KWH: 'kWh', P1: '%', SET: 'set', BX: 'box', PK: 'pack' },
};

const paymentMeans: Readonly<Record<string, string>> = {
  ...{ 10: 'Cash', 20: 'Cheque', 30: 'Credit transfer', 31: 'Debit transfer', 42: 'Bank account', 48: 'Bank card' },
  ...{ 49: 'Direct debit', 54: 'Credit card', 55: 'Debit card', 57: 'Standing agreement', 58: 'SEPA credit transfer' },
  ...{ 59: 'SEPA direct debit', 97: 'Clearing between partners' },
};

export interface Language {
  words: Words;
  /** `1234.5` -> `1,234.50`; what is no number stays as it is. */
  amount(value: string): string;
  quantity(value: string): string;
  date(value: string): string;
  unit(code: string): string;
  means(code: string): string;
}

const languages = { en: speak('en-GB', english), no: speak('nb-NO', norwegian) };

export const languageOf = (code: string | undefined): Language =>
  /^(no|nb|nn)\b/i.test(code ?? '') ? languages.no : languages.en;

function speak(locale: string, words: Words): Language {
  const money = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const numeric = (format: Intl.NumberFormat) => (value: string) =>
    /^[+-]?\d{1,15}(\.\d+)?$/.test(value) ? format.format(Number(value)) : value;
  return {
    words,
    amount: numeric(money),
    quantity: numeric(plain),
    date(value) {
      const time = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value.slice(0, 10)) : Number.NaN;
      return Number.isNaN(time) ? value : day.format(time);
    },
    unit: (code) => units[code] ?? code,
    means: (code) => paymentMeans[code] ?? code,
  };
}
