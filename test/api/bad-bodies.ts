import { gzipSync } from 'node:zlib';
import type { ProblemCode } from '#src/api/problem.ts';
import { invoice } from '#test/support/documents.ts';

/** Every body that must be refused: what it is, what it looks like, and what the answer names. */
export interface BadBody {
  name: string;
  body: string | Uint8Array;
  headers: Record<string, string>;
  code: ProblemCode;
  /** Exactly these. */
  fields: readonly string[];
}

const json = { 'content-type': 'application/json' };

const bad = (
  name: string,
  body: string | Uint8Array,
  code: ProblemCode,
  fields: readonly string[] = [],
  headers: Record<string, string> = json,
): BadBody => ({ name, body, headers, code, fields });

/** A good body but for these fields, which may have any type. */
const but = (changes: Record<string, unknown>): string => JSON.stringify({ ...invoice(), ...changes });

/** A good body whose content is `{"A": <text>}`, put in as it is. */
const holding = (text: string): string => but({ documentContent: { A: '@here' } }).replace('"@here"', text);

const good = () => JSON.stringify(invoice());
const allFields = 'documentType documentName documentLanguage sourceSystem sourceEnvironment requestCorrelationId'
  .split(' ')
  .concat('documentMetadata', 'documentContent');

const shape = (name: string, changes: Record<string, unknown>, ...fields: string[]) =>
  bad(name, but(changes), 'OMS_BODY_INVALID', fields);
const text = (name: string, body: string, ...fields: string[]) => bad(name, body, 'OMS_BODY_TEXT_INVALID', fields);
const deep = 'OMS_BODY_TOO_DEEP';
const media = (name: string, headers: Record<string, string>) =>
  bad(name, good(), 'OMS_MEDIA_TYPE_NOT_SUPPORTED', [], headers);

export const badBodies = (): BadBody[] => [
  bad('no JSON', 'documentType=INVOICE', 'OMS_BODY_NOT_JSON'),
  bad('JSON that is cut off', good().slice(0, -1), 'OMS_BODY_NOT_JSON'),
  bad('two JSON values', `${good()}${good()}`, 'OMS_BODY_NOT_JSON'),
  bad('UTF-8 that is none', Buffer.from('{"a":"\xff\xfe"}', 'latin1'), 'OMS_BODY_NOT_JSON'),
  bad('gzip that is none', good(), 'OMS_BODY_NOT_JSON', [], { ...json, 'content-encoding': 'gzip' }),
  bad('an empty body', '', 'OMS_BODY_INVALID', ['']),
  bad('an array', '[]', 'OMS_BODY_INVALID', ['']),
  bad('a string', '"invoice"', 'OMS_BODY_INVALID', ['']),
  bad('a number', '7', 'OMS_BODY_INVALID', ['']),
  bad('null', 'null', 'OMS_BODY_INVALID', ['']),
  media('plain text', { 'content-type': 'text/plain' }),
  media('a form', { 'content-type': 'application/x-www-form-urlencoded' }),
  media('UTF-16', { 'content-type': 'application/json; charset=utf-16' }),
  media('Latin 1', { 'content-type': 'application/json; charset=iso-8859-1' }),
  media('a charset that nobody knows', { 'content-type': 'application/json; charset=klingon' }),
  media('an encoding that nobody knows', { ...json, 'content-encoding': 'zip' }),

  bad('no field at all', '{}', 'OMS_BODY_INVALID', allFields),
  shape(
    'a wrong type in each field',
    Object.fromEntries(allFields.map((field) => [field, field === 'documentContent' ? 'text' : 7])),
    ...allFields,
  ),
  shape('null in each field', Object.fromEntries(allFields.map((field) => [field, null])), ...allFields),
  shape('unknown fields', { documenttype: 'INVOICE', callback: 'x' }, 'documenttype', 'callback'),
  shape(
    'fields that are ours to set',
    {
      id: 'x',
      status: 'COMPLETED',
      stage: 'publish',
      client: 'cibt',
      receivedAt: '2020-01-01T00:00:00Z',
      bodyHash: '',
    },
    ...'id status stage client receivedAt bodyHash'.split(' '),
  ),
  shape('constructor as a field', { constructor: { prototype: { polluted: true } } }, 'constructor'),
  shape('the wrong environment', { sourceEnvironment: 'prod' }, 'sourceEnvironment'),
  shape('a language that is none', { documentLanguage: 'norsk bokmål' }, 'documentLanguage'),
  shape('codes that are none', { documentType: 'IN VOICE', sourceSystem: "';--" }, 'documentType', 'sourceSystem'),
  shape('a code of 10 MB', { documentName: 'x'.repeat(10_000_000) }, 'documentName'),
  shape('a name of 1 MB', { ['x'.repeat(1_000_000)]: 1 }, `${'x'.repeat(200)}...`),
  shape('an empty correlation id', { requestCorrelationId: '' }, 'requestCorrelationId'),
  shape('a correlation id with a line break', { requestCorrelationId: 'a\r\nSet-Cookie: b' }, 'requestCorrelationId'),
  shape('a correlation id with a tab', { requestCorrelationId: 'a\tb' }, 'requestCorrelationId'),
  shape('a correlation id with a C1 control character', { requestCorrelationId: 'a\u0085b' }, 'requestCorrelationId'),
  shape('a correlation id too long', { requestCorrelationId: 'x'.repeat(129) }, 'requestCorrelationId'),
  shape('priorities that are none', { priority: '1' }, 'priority'),
  shape('a priority in between', { priority: 1.5 }, 'priority'),
  shape('a priority beyond', { priority: 10 }, 'priority'),
  ...[
    'tomorrow',
    '2026-11-21T10:00',
    '2026-02-30T10:00:00Z',
    '-002026-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
  ].map((notBefore) => shape(`notBefore ${notBefore}`, { notBefore }, 'notBefore')),
  shape(
    'metadata of the wrong form',
    { documentMetadata: [{ key: 'A', value: 'b' }, { key: 'C' }, { key: 1, value: 2, more: 3 }, 'text'] },
    'documentMetadata[1].value',
    'documentMetadata[2].key',
    'documentMetadata[2].value',
    'documentMetadata[2].more',
    'documentMetadata[3]',
  ),
  shape('101 metadata entries', { documentMetadata: Array(101).fill({ key: 'A', value: 'b' }) }, 'documentMetadata'),
  shape('200,000 wrong metadata entries', { documentMetadata: Array(200_000).fill(7) }, 'documentMetadata'),
  shape('100,000 unknown fields', Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`f${n}`, n])), ''),
  shape(
    '100,000 unknown fields in metadata',
    { documentMetadata: [{}, Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`f${n}`, n]))] },
    'documentMetadata[1]',
  ),
  shape('empty content', { documentContent: {} }, 'documentContent'),
  shape('content that is an array', { documentContent: [{}] }, 'documentContent'),
  ...['1a', 'a b', '<a>', '', '@', '@@a', '#comment', 'a:b:c', ':a', 'a/', '-a', 'µ', 'a²', '?xml', '!--'].map((name) =>
    shape(
      `content named ${JSON.stringify(name)}`,
      { documentContent: { A: [{ [name]: 1 }] } },
      `documentContent.A[0].${name}`,
    ),
  ),
  shape(
    'attributes and text that are objects',
    { documentContent: { A: { '@a': {}, '@b': null, '#text': [1] } } },
    'documentContent.A.@a',
    'documentContent.A.@b',
    'documentContent.A.#text',
  ),
  shape('arrays within arrays', { documentContent: { A: [1, [2]] } }, 'documentContent.A[1]'),
  shape(
    'a shape and a name that are wrong',
    { priority: -1, documentContent: { 'a b': 1 } },
    'priority',
    'documentContent.a b',
  ),

  bad('11 MB', but({ documentContent: { A: 'x'.repeat(11_000_000) } }), 'OMS_BODY_TOO_LARGE'),
  bad('a gzip bomb', gzipSync(Buffer.alloc(200_000_000, ' ')), 'OMS_BODY_TOO_LARGE', [], {
    ...json,
    'content-encoding': 'gzip',
  }),
  text(
    'NUL in values',
    but({ requestCorrelationId: 'a\u0000', documentContent: { A: ['b\u0000'] } }),
    'requestCorrelationId',
    'documentContent.A[0]',
  ),
  text('NUL in a name', but({ documentContent: { 'A\u0000': 1 } }), 'documentContent.A\\u0000'),
  text(
    'NUL in metadata',
    but({ documentMetadata: [{ key: 'CUSTOMER_ID', value: '\u0000' }] }),
    'documentMetadata[0].value',
  ),
  text(
    'half a surrogate pair',
    holding('["\\ud83d", "\\ude00\\ud83d", "\\ud83d\\ude00"]'),
    'documentContent.A[0]',
    'documentContent.A[1]',
  ),
  text('half a surrogate pair in a name', holding('{"\\ud83d": 1}'), 'documentContent.A.\ufffd'),
  ...['\u0001', '\u0008', '\u000b', '\u000c', '\u001b', '\u001f', '\ufffe', '\uffff'].map((control) =>
    text(
      `control character ${JSON.stringify(control)}`,
      but({ documentContent: { A: `a${control}` } }),
      'documentContent.A',
    ),
  ),
  text('__proto__', '{"__proto__": {"polluted": true}}', '__proto__'),
  text(
    '__proto__ in the content',
    holding('[{"b": {"__proto__": {"polluted": true}}}]'),
    'documentContent.A[0].b.__proto__',
  ),
  text(
    '__proto__ in metadata',
    but({}).replace('{"key":', '{"__proto__": {"polluted": true}, "key":'),
    'documentMetadata[0].__proto__',
  ),
  text('a number of 10 MB', holding('7'.repeat(10_000_000)), 'documentContent.A'),
  text('a fraction of 10 MB', holding(`0.${'7'.repeat(10_000_000)}`), 'documentContent.A'),
  text('1e999', holding('[1, -1e999]'), 'documentContent.A[1]'),
  text('a number that would become 0', holding('1e-999'), 'documentContent.A'),
  text(
    'whole numbers beyond 2^53',
    holding('[9007199254740993, -9007199254740993, 1e16, 9007199254740991]'),
    ...[0, 1, 2].map((n) => `documentContent.A[${n}]`),
  ),
  text(
    'a fraction that would be rounded',
    holding('[{"Amount": 0.12345678901234567890}]'),
    'documentContent.A[0].Amount',
  ),
  text('a fraction that would be cut off', holding('{"Amount": 9007199254740991.4}'), 'documentContent.A.Amount'),
  text(
    'a thousand flaws, of which twenty are named',
    but({ documentContent: { A: Array(1_000).fill('\u0000') } }),
    ...Array.from({ length: 20 }, (_, n) => `documentContent.A[${n}]`),
  ),
  bad('200 levels', holding(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`), deep, [
    `documentContent.A${'.a'.repeat(62)}`,
  ]),
  bad('65 levels', holding(`${'{"a":'.repeat(63)}1${'}'.repeat(63)}`), deep, [`documentContent.A${'.a'.repeat(62)}`]),
  bad('100,000 levels', holding('['.repeat(100_000) + ']'.repeat(100_000)), deep, [
    `documentContent.A${'[0]'.repeat(61)}...`,
  ]),
];
