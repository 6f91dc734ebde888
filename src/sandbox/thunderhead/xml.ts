/**
 * The XML of a hand-over: checked on submit, read only when somebody asks for its document.
 *
 * The check is our own single pass because it stands in the hot path: fast-xml-parser's validator takes two and a
 * half times as long and lets more pass. A DOCTYPE is refused outright, so there are no entities to expand (billion laughs) and no files to include.
 */
import { XMLParser } from 'fast-xml-parser';

/** An element: its attributes as `@name`, its text as `#text`, its children by name; a repeated child is an array. */
export interface XmlElement {
  [name: string]: XmlNode | readonly XmlNode[];
}
export type XmlNode = string | XmlElement;

const maxDepth = 90; // fast-xml-parser stops at 100
const name = '[A-Za-z_\\u00c0-\\uffff][\\w.\\u00b7-\\uffff-]*(?::[A-Za-z_\\u00c0-\\uffff][\\w.\\u00b7-\\uffff-]*)?';
const attribute = `\\s+${name}\\s*=\\s*(?:"[^<"]*"|'[^<']*')`;
const startTag = new RegExp(`<(${name})((?:${attribute})*)\\s*(/?)>`, 'y');
const attributeName = new RegExp(`(${name})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
const text = /[^<&]*/y;
const reference = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});/y;
const bareAmpersand = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 forbids
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** What keeps this from being well-formed XML, in one sentence; undefined when nothing does. */
export function malformed(xml: string): string | undefined {
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
      const end = xml.indexOf('>', at);
      if (expected === undefined || end === -1 || xml.slice(at + 2, end).trimEnd() !== expected) {
        return say(expected === undefined ? 'an end tag that closes nothing' : `expected the end of <${expected}>`);
      }
      at = end + 1;
    } else if (next === 33 || next === 63) {
      const end = skipAside(xml, at, open.length > 0);
      if (typeof end === 'string') return say(end);
      at = end;
    } else {
      startTag.lastIndex = at;
      const tag = startTag.exec(xml);
      if (!tag) return say('a tag that is not well-formed');
      if (open.length === 0 && rooted) return say('a second root element');
      if (tag[2] && !properAttributes(tag[2])) return say('an attribute that is repeated or has a bare &');
      rooted = true;
      if (!tag[3]) open.push(tag[1] as string);
      if (open.length > maxDepth) return say(`elements nested deeper than ${maxDepth}`);
      at = startTag.lastIndex;
    }
  }
  if (open.length > 0) return say(`<${open.at(-1)}> is never closed, the text ends`);
  return rooted ? undefined : 'it has no root element';
}

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

function properAttributes(attributes: string): boolean {
  const names = new Set<string>();
  for (const [, key, double, single] of attributes.matchAll(attributeName)) {
    if (names.has(key as string) || bareAmpersand.test(double ?? single ?? '')) return false;
    names.add(key as string);
  }
  return true;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true, // without it &#229; stays as it is
});

/** The root element and its name. Only for what `malformed` has let pass. */
export function readXml(xml: string): { name: string; root: XmlNode } {
  const [[name, root] = ['Document', '']] = Object.entries(parser.parse(xml) as XmlElement);
  return { name, root: root as XmlNode };
}
