/**
 * XML checked and read in one pass: whoever listens is told of every element, and the answer is what keeps the text from
 * being well-formed. Our own, because it stands in the hot path of every call: fast-xml-parser's validator takes two and
 * a half times as long and lets more pass. A DOCTYPE is refused outright, so there are no entities to expand (billion
 * laughs) and no files to include.
 */
export interface Listener {
  /** A start tag ends at `to`; prefixes belong to the names. */
  open(name: string, attributes: Attributes, to: number): void;
  /** An end tag begins at `from`; that of `<a/>` where the start tag has ended. */
  close(from: number): void;
}

/** Unescaped. */
export type Attributes = ReadonlyMap<string, string>;

/** fast-xml-parser, which draws the documents, stops at 100. */
export const deepest = 90;

const name = '[A-Za-z_\\u00c0-\\uffff][\\w.\\u00b7-\\uffff-]*(?::[A-Za-z_\\u00c0-\\uffff][\\w.\\u00b7-\\uffff-]*)?';
const attribute = `\\s+${name}\\s*=\\s*(?:"[^<"]*"|'[^<']*')`;
const startTag = new RegExp(`<(${name})((?:${attribute})*)\\s*(/?)>`, 'y');
const attributePattern = new RegExp(`(${name})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
/** Start tags without attributes, once found to be well-formed: most are, and the same few names come again and again. */
const simpleNames = new Set<string>();
const mostSimpleNames = 5_000;
const noAttributes: Attributes = new Map();
const text = /[^<&]*/y;
const reference = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});/y;
const bareAmpersand = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 forbids
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** What keeps this from being well-formed XML, in one sentence; undefined when nothing does. */
export function scan(xml: string, listener?: Listener, maxDepth = deepest): string | undefined {
  if (forbidden.test(xml)) return 'it contains a control character that XML does not allow';
  const open: string[] = [];
  let rooted = false;
  let at = xml.charCodeAt(0) === 0xfeff ? 1 : 0;
  const say = (what: string) => `${what} at character ${at + 1}`;
  while (at < xml.length) {
    const code = xml.charCodeAt(at);
    if (code !== 60) {
      const end = code === 38 ? match(reference, xml, at) : match(text, xml, at);
      if (end <= at) return say('a bare & or an undeclared entity');
      if (open.length === 0 && (code === 38 || xml.slice(at, end).trim() !== '')) return say('text outside the root');
      at = end;
      continue;
    }
    const next = xml.charCodeAt(at + 1);
    if (next === 47) {
      const expected = open.pop();
      const end = expected === undefined ? -1 : endOfTag(xml, at + 2, expected);
      if (end === -1) {
        return say(expected === undefined ? 'an end tag that closes nothing' : `expected the end of <${expected}>`);
      }
      listener?.close(at);
      at = end;
    } else if (next === 33 || next === 63) {
      const end = skipAside(xml, at, open.length > 0);
      if (typeof end === 'string') return say(end);
      at = end;
    } else {
      if (open.length === 0 && rooted) return say('a second root element');
      rooted = true;
      const tag = readStartTag(xml, at);
      if (typeof tag === 'string') return say(tag);
      at = tag.to;
      listener?.open(tag.name, tag.attributes, at);
      if (tag.empty) listener?.close(at);
      else open.push(tag.name);
      if (open.length > maxDepth) return say(`elements nested deeper than ${maxDepth}`);
    }
  }
  if (open.length > 0) return say(`<${open.at(-1)}> is never closed, the text ends`);
  return rooted ? undefined : 'it has no root element';
}

/** Where `name>` ends, which may have white space before its `>`; -1 when something else stands there. */
function endOfTag(xml: string, at: number, name: string): number {
  if (!xml.startsWith(name, at)) return -1;
  const end = xml.indexOf('>', at + name.length);
  return end === at + name.length || (end !== -1 && xml.slice(at + name.length, end).trim() === '') ? end + 1 : -1;
}

interface StartTag {
  name: string;
  attributes: Attributes;
  empty: boolean;
  to: number;
}

function readStartTag(xml: string, at: number): StartTag | string {
  const end = xml.indexOf('>', at);
  const simple = end === -1 ? '' : xml.slice(at + 1, end);
  if (simpleNames.has(simple)) return { name: simple, attributes: noAttributes, empty: false, to: end + 1 };
  startTag.lastIndex = at;
  const [whole, name = '', raw, empty] = startTag.exec(xml) ?? [];
  if (whole === undefined) return 'a tag that is not well-formed';
  const attributes = raw ? readAttributes(raw) : noAttributes;
  if (!attributes) return 'an attribute that is repeated or has a bare &';
  if (name === simple && simpleNames.size < mostSimpleNames) simpleNames.add(copied(name));
  return { name, attributes, empty: empty === '/', to: at + whole.length };
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Character data as it stands between two tags, without what is aside from it. Only for what `scan` has let pass. */
export function textOf(raw: string): string {
  if (!raw.includes('<')) return unescaped(raw);
  return raw.replace(/<!\[CDATA\[(.*?)\]\]>|<!--.*?-->|<\?.*?\?>|([^<]+)/gs, (_, data, plain) =>
    plain === undefined ? (data ?? '') : unescaped(plain),
  );
}

/** For what is to be kept: a slice would keep the whole message in memory that it was taken from. */
export const copied = (slice: string): string => Buffer.from(slice).toString();

const unescaped = (raw: string): string =>
  raw.includes('&')
    ? raw.replace(/&(?:#x([\da-fA-F]+)|#(\d+)|(\w+));/g, (all, hex, decimal, word) => {
        if (word) return named[word] ?? all;
        const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
        return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
      })
    : raw;

function match(pattern: RegExp, xml: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(xml) ? pattern.lastIndex : -1;
}

/** Past a comment, a CDATA section, a processing instruction; or what is wrong with it. */
function skipAside(xml: string, at: number, inside: boolean): number | string {
  const [opening, closing] = xml.startsWith('<!--', at)
    ? ['<!--', '-->']
    : xml.startsWith('<?', at)
      ? ['<?', '?>']
      : ['<![CDATA[', ']]>'];
  if (!xml.startsWith(opening, at)) return 'a DOCTYPE or another declaration, which is not accepted,';
  if (opening === '<![CDATA[' && !inside) return 'text outside the root';
  const end = xml.indexOf(closing, at + opening.length);
  return end === -1 ? `${opening} is never closed` : end + closing.length;
}

/** Undefined when one is repeated or has a bare ampersand. */
function readAttributes(raw: string): Attributes | undefined {
  const found = new Map<string, string>();
  attributePattern.lastIndex = 0;
  for (let match = attributePattern.exec(raw); match; match = attributePattern.exec(raw)) {
    const [, key = '', double, single] = match;
    const value = double ?? single ?? '';
    const escapes = value.includes('&');
    if (found.has(key) || (escapes && bareAmpersand.test(value))) return undefined;
    found.set(key, escapes ? unescaped(value) : value);
  }
  return found;
}
