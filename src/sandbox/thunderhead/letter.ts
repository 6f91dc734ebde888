/**
 * Any other content as a letter one can read: plain values as label and value, groups under headings, and lists of
 * like things as tables. Knows nothing of what the elements mean.
 */
import type { Language } from './labels.ts';
import { ink, type Paper } from './paper.ts';
import type { XmlElement, XmlNode } from './xml.ts';

const mostColumns = 6;
/** A longer text gets a heading and the whole width. */
const longText = 400;

export function drawLetter(paper: Paper, title: string, root: XmlNode, facts: readonly [string, string][]): void {
  const { left, width } = paper;
  paper.y = paper.text(title, left, paper.y, width, { bold: true, size: 21, colour: ink.accent }) + 4;
  for (const [label, value] of facts) {
    const y = paper.y;
    paper.text(label, left, y, 90, { colour: ink.soft });
    paper.y = paper.text(value, left + 96, y, width - 96);
  }
  paper.y += 10;
  paper.rule(paper.y, left, paper.right, ink.accent, 1.4);
  paper.y += 16;
  if (typeof root === 'string') paper.text(root, left, paper.y, width);
  else drawGroup(paper, root, 0);
}

function drawGroup(paper: Paper, group: XmlElement, depth: number) {
  const indent = Math.min(depth, 4) * 12;
  const entries = Object.entries(group);
  const short = (node: XmlNode | readonly XmlNode[]) => isPlain(node) && show(node).length <= longText;
  const plain = entries.filter(([, node]) => short(node));
  for (const [name, node] of plain) drawPair(paper, name, show(node), indent);
  if (plain.length > 0) paper.y += 6;
  for (const [name, node] of entries) {
    if (short(node)) continue;
    const items = [node].flat() as XmlNode[];
    const columns = tableColumns(items);
    paper.room(60);
    const size = depth === 0 ? 11 : 9.5;
    paper.y = paper.text(humanise(name), paper.left + indent, paper.y + 4, paper.width - indent, {
      ...{ bold: true, size, colour: depth === 0 ? ink.accent : ink.text },
    });
    paper.y += 4;
    if (isPlain(node)) {
      paper.y = paper.text(show(node), paper.left + indent, paper.y, paper.width - indent) + 6;
    } else if (columns) {
      const rows = items.map((item) => columns.map((column) => show((item as XmlElement)[column] ?? '')));
      const heads = columns.map((column) => ({ title: humanise(column), width: 1 }));
      paper.table(heads, rows, paper.left + indent, paper.width - indent);
      paper.y += 8;
    } else {
      for (const item of items) {
        if (typeof item === 'string') drawPair(paper, '', item, indent);
        else drawGroup(paper, item, depth + 1);
      }
    }
  }
}

function drawPair(paper: Paper, name: string, value: string, indent: number) {
  paper.room(16);
  const x = paper.left + indent;
  const label = name === '' || name === '#text' ? '' : humanise(name);
  const y = paper.y;
  const page = paper.doc.bufferedPageRange().count;
  const below = label ? paper.text(label, x, y, 150, { colour: ink.soft }) : y;
  const end = paper.text(value || '–', x + (label ? 160 : 0), y, paper.width - indent - (label ? 160 : 0));
  // A long value may have gone on to the next page: then its own end counts.
  paper.y = (paper.doc.bufferedPageRange().count === page ? Math.max(below, end) : end) + 2;
}

/** The columns, when these are two or more flat things that are like each other. */
function tableColumns(items: readonly XmlNode[]): string[] | undefined {
  if (items.length < 2) return undefined;
  const names = new Set<string>();
  for (const item of items) {
    if (typeof item === 'string' || !Object.values(item).every(isPlain)) return undefined;
    for (const name of Object.keys(item)) names.add(name);
  }
  return names.size >= 1 && names.size <= mostColumns ? [...names] : undefined;
}

/** A text, perhaps with attributes, or a list of such. */
const isPlain = (node: XmlNode | readonly XmlNode[]): boolean =>
  [node].flat().every((item) => typeof item === 'string' || Object.keys(item).every((key) => /^[@#]/.test(key)));

function show(node: XmlNode | readonly XmlNode[]): string {
  return ([node].flat() as XmlNode[])
    .map((item) => {
      if (typeof item === 'string') return item.trim();
      const attributes = Object.entries(item)
        .filter(([name]) => name !== '#text')
        .map(([name, value]) => `${humanise(name).toLowerCase()} ${value}`)
        .join(', ');
      const text = typeof item['#text'] === 'string' ? item['#text'] : '';
      return text && attributes ? `${text} (${attributes})` : text || attributes;
    })
    .join('\n');
}

/** `policyHolderName`, `PolicyHolderName` and `POLICY_HOLDER_NAME` -> `Policy holder name`; `currencyID` -> `Currency ID`. */
export function humanise(name: string): string {
  const shouted = name.length > 4 && name === name.toUpperCase();
  const words = (shouted ? name.toLowerCase() : name)
    .replaceAll(/(\p{Ll}|\d)(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$& ')
    .split(/[\s@_.-]+/)
    .map((word) => (word === word.toUpperCase() ? word : word.toLowerCase()));
  const label = words.join(' ').trim();
  return label.charAt(0).toUpperCase() + label.slice(1);
}

export const letterFacts = (batchName: string, customer: string, at: number, { words, date }: Language) =>
  [
    [words.to, customer],
    [words.date, date(new Date(at).toISOString())],
    [words.subject, batchName],
  ].filter((fact): fact is [string, string] => fact[1] !== '');
