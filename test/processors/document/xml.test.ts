import { describe, expect, test } from '@jest/globals';
import { XMLValidator } from 'fast-xml-parser';
import { toXml } from '#processors/document/xml.ts';

const head = '<?xml version="1.0" encoding="UTF-8"?>';

/** The XML without its head, which every document has; well-formed, or the test fails. */
function xml(content: Record<string, unknown>): string {
  const text = toXml(content);
  expect(XMLValidator.validate(text)).toBe(true);
  expect(text.startsWith(head)).toBe(true);
  return text.slice(head.length);
}

describe('the root', () => {
  test('is the only key', () => expect(xml({ Invoice: { ID: '1' } })).toBe('<Invoice><ID>1</ID></Invoice>'));
  test('may be a text', () => expect(xml({ Note: 'a' })).toBe('<Note>a</Note>'));
  test.each([
    ['two keys', { A: '1', B: '2' }, '<Document><A>1</A><B>2</B></Document>'],
    ['an array', { A: ['1', '2'] }, '<Document><A>1</A><A>2</A></Document>'],
    ['an attribute', { '@id': '7' }, '<Document id="7"/>'],
    ['a text', { '#text': 'a' }, '<Document>a</Document>'],
    ['null', { A: null }, '<Document><A/></Document>'],
    ['nothing', {}, '<Document/>'],
  ])('is Document when the content is %s', (_, content, expected) => expect(xml(content)).toBe(expected));
});

describe('elements', () => {
  test.each([
    ['attributes beside text', { A: { '@currencyID': 'NOK', '#text': '12.50' } }, '<A currencyID="NOK">12.50</A>'],
    ['attributes beside elements', { A: { '@a': '1', B: 'x', '@b': '2' } }, '<A a="1" b="2"><B>x</B></A>'],
    ['attributes alone', { A: { '@a': '' } }, '<A a=""/>'],
    ['an attribute that is true', { A: { '@a': true, '@b': 'true', '@c': false } }, '<A a="true" b="true" c="false"/>'],
    ['an attribute that is a number', { A: { '@a': 0, '@b': -1.5 } }, '<A a="0" b="-1.5"/>'],
    [
      'arrays',
      { R: { A: ['1', '2'], B: [{ C: 'x' }, { C: 'y' }] } },
      '<R><A>1</A><A>2</A><B><C>x</C></B><B><C>y</C></B></R>',
    ],
    [
      'an array of all sorts',
      { R: { A: ['', null, 0, false, { '@a': '1' }] } },
      '<R><A/><A/><A>0</A><A>false</A><A a="1"/></R>',
    ],
    ['an empty array', { R: { A: [], B: '1' } }, '<R><B>1</B></R>'],
    ['null, nothing and an empty object', { R: { A: null, B: '', C: {} } }, '<R><A/><B/><C/></R>'],
    [
      'numbers',
      { R: { A: 0, B: -0.5, C: 1e-7, D: 1250.5, E: 9_007_199_254_740_991 } },
      '<R><A>0</A><B>-0.5</B><C>1e-7</C><D>1250.5</D><E>9007199254740991</E></R>',
    ],
    ['booleans', { R: { A: true, B: false } }, '<R><A>true</A><B>false</B></R>'],
    ['a text that is 0 or false', { A: { '@a': '1', '#text': 0 } }, '<A a="1">0</A>'],
    ['prefixes', { 'cbc:ID': { '@xmlns:cbc': 'urn:x', '#text': '1' } }, '<cbc:ID xmlns:cbc="urn:x">1</cbc:ID>'],
    [
      'names every object has',
      { R: { constructor: '1', toString: '2', hasOwnProperty: '3', valueOf: { length: '4' } } },
      '<R><constructor>1</constructor><toString>2</toString><hasOwnProperty>3</hasOwnProperty><valueOf><length>4</length></valueOf></R>',
    ],
  ])('%s', (_, content, expected) => expect(xml(content)).toBe(expected));

  test('keep their order', () => {
    const names = ['Zebra', 'Apple', 'B', '_a', 'A', 'Ægir', 'a10', 'a9'];
    const R = Object.fromEntries(names.map((name, n) => [name, String(n)]));
    expect(xml({ R })).toBe(`<R>${names.map((name, n) => `<${name}>${n}</${name}>`).join('')}</R>`);
  });
});

describe('text', () => {
  const awkward = `<b> & "double" 'single' ]]> &amp; &#65; <!-- -->`;
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

  test('is escaped once', () => {
    const [, inside] = /^<A>(.*)<\/A>$/.exec(xml({ A: awkward })) ?? [];
    expect(inside?.replaceAll('&quot;', '"').replaceAll('&apos;', "'")).toBe(escaped(awkward));
  });

  test('is escaped in attributes too, quotes included', () => {
    const [, inside] = /^<A a="([^"<>]*)"\/>$/.exec(xml({ A: { '@a': awkward } })) ?? [];
    expect(inside?.replaceAll('&quot;', '"').replaceAll('&apos;', "'")).toBe(escaped(awkward));
  });

  test('that looks like something else stays text', () => {
    expect(xml({ R: { A: '<![CDATA[x]]>', B: '<?php ?>', C: '007', D: ' 1.0 ' } })).toBe(
      '<R><A>&lt;![CDATA[x]]&gt;</A><B>&lt;?php ?&gt;</B><C>007</C><D> 1.0 </D></R>',
    );
  });

  test('keeps line breaks, Norwegian letters and everything beyond', () => {
    const text = 'Kjære Åse Ødegård,\n\tblåbærsyltetøy 🫐 中文 e\u0301\u00a0\u2028';
    expect(xml({ Brev: { Kjøper: text, '@språk': 'blåbær' } })).toBe(
      `<Brev språk="blåbær"><Kjøper>${text}</Kjøper></Brev>`,
    );
  });
});
