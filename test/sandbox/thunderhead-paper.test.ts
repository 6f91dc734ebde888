import { expect, test } from '@jest/globals';
import { scan } from '#src/sandbox/soap/scan.ts';
import { renderDocument } from '#src/sandbox/thunderhead/document.ts';
import { humanise } from '#src/sandbox/thunderhead/letter.ts';
import { toWinAnsi } from '#src/sandbox/thunderhead/paper.ts';
import { readBill } from '#src/sandbox/thunderhead/peppol.ts';
import { readXml } from '#src/sandbox/thunderhead/xml.ts';

const order = { properties: [], batchName: 'OMS-1-1', at: Date.parse('2026-11-21T10:00:00Z'), child: null };
const render = async (xml: string) => (await renderDocument({ ...order, xml })).toString('latin1');
const pages = (pdf: string) => pdf.match(/\/Type \/Page\n/g)?.length;

const line = (
  id: number,
) => `<cac:InvoiceLine><cbc:ID>${id}</cbc:ID><cbc:InvoicedQuantity unitCode="DAY">7</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount currencyID="NOK">2800</cbc:LineExtensionAmount><cac:Item><cbc:Name>Blåbær &amp; fløte</cbc:Name>
  <cac:ClassifiedTaxCategory><cbc:Percent>25</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item>
  <cac:Price><cbc:PriceAmount currencyID="NOK">400</cbc:PriceAmount></cac:Price></cac:InvoiceLine>`;
const invoice = (
  lines: number,
) => `<?xml version="1.0"?><Invoice xmlns:cbc="urn:b" xmlns:cac="urn:a"><cbc:ID>F-1</cbc:ID>
  <cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Kåre</cbc:Name></cac:PartyName></cac:Party></cac:AccountingCustomerParty>
  ${Array.from({ length: lines }, (_, index) => line(index + 1)).join('')}</Invoice>`;

test('the same document comes out byte for byte the same, with its title and batch name', async () => {
  const pdf = await render(invoice(1));
  expect(await render(invoice(1))).toBe(pdf);
  expect(pdf).toContain('(Invoice F-1)');
  expect(pdf).toContain('(OMS-1-1)');
  expect(pdf).toContain('%%EOF');
});

test('a long invoice goes on over as many pages as it needs', async () => {
  expect(pages(await render(invoice(1)))).toBe(1);
  expect(pages(await render(invoice(100)))).toBeGreaterThan(3);
});

test('an invoice is read from its UBL elements, whatever their prefixes', () => {
  const { root } = readXml(invoice(2));
  const bill = readBill('Invoice', root);
  expect(bill).toMatchObject({ credit: false, number: 'F-1', customer: { name: 'Kåre' } });
  expect(bill.lines).toHaveLength(2);
  expect(bill.lines[1]).toMatchObject({
    ...{ id: '2', name: 'Blåbær & fløte', quantity: '7', unit: 'DAY', price: '400', vat: '25', amount: '2800' },
  });
});

test.each([
  ['an empty invoice', '<Invoice/>'],
  ['a bare text', '<Note>Only words</Note>'],
  ['long words and long texts', `<Note><a>${'x'.repeat(5000)}</a><b>${'word '.repeat(5000)}</b></Note>`],
  ['names that JavaScript knows', '<a><constructor>1</constructor><toString>2</toString></a>'],
  ['the deepest nesting that is accepted', `${'<a>'.repeat(90)}x${'</a>'.repeat(90)}`],
  ['an empty root', '<a/>'],
])('%s becomes a valid document', async (_, xml) => {
  expect(scan(xml)).toBeUndefined();
  expect(pages(await render(xml))).toBeGreaterThan(0);
});

test.each([
  ['Blåbærsyltetøy ÆØÅ – “€ 5”', 'Blåbærsyltetøy ÆØÅ – “€ 5”', false],
  ['a\u030angstro\u0308m', 'ångström', false],
  ['1\u202f000\u00a0\u2212 5', '1 000 - 5', false],
  ['Dvořák, Łódź', 'Dvorák, ¿ódz', true],
  ['日本 😀', '¿¿ ¿', true],
])('%j is printed as %j', (text, printable, changed) => {
  expect(toWinAnsi(text)).toEqual([printable, changed]);
});

test.each([
  ...['', 'text', '<a>', '<a></b>', '<a/><b/>', '<a/>text', '</a>', '<1a/>', '<a><</a>', '<a>&</a>', '<a>&x;</a>'],
  ...['<a x=1/>', '<a x="1" x="2"/>', '<a x="1"y="2"/>', '<a x="&"/>', '<a x="<"/>', '<a><!-- </a>', '<a>\u0001</a>'],
  ...['<![CDATA[x]]>', '<!DOCTYPE a><a/>', '<a><!ENTITY x "y"></a>', `${'<a>'.repeat(91)}${'</a>'.repeat(91)}`],
])('%j is malformed', (xml) => {
  expect(scan(xml)).toEqual(expect.any(String));
});

test.each([
  '<a/>',
  '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<a>\n</a >\n<!-- end -->',
  '<æ:å x:y="1 &amp; &#xE6;" z=\'"\'>&lt;<![CDATA[<x>&]]><?pi <?></æ:å>',
])('%j is well-formed', (xml) => {
  expect(scan(xml)).toBeUndefined();
});

test('names of elements become labels for people', () => {
  const names = ['policyHolderName', 'POLICY_HOLDER', '@currencyID', 'sum-insured', 'År', 'IBANNumber'];
  expect(names.map(humanise)).toEqual([
    'Policy holder name',
    'Policy holder',
    'Currency ID',
    'Sum insured',
    'År',
    'IBAN number',
  ]);
});
