/** From the XML of a hand-over to its PDF: an invoice when it is one, a letter otherwise. Runs only on demand. */
import type { Property } from './faults.ts';
import { drawInvoice, footOf } from './invoice.ts';
import { type Language, languageOf } from './labels.ts';
import { drawLetter, humanise, letterFacts } from './letter.ts';
import { ink, openPaper, type Paper } from './paper.ts';
import { readBill } from './peppol.ts';
import { readXml, type XmlNode } from './xml.ts';

export interface DocumentOrder {
  xml: string;
  properties: readonly Property[];
  batchName: string;
  /** When it was accepted: the date of the letter, and of the file. */
  at: number;
  /** Which child of the root element is the document; null: the root itself. */
  child: number | null;
}

export async function renderDocument({ xml, properties, batchName, at, child }: DocumentOrder): Promise<Buffer> {
  const property = (name: string) => properties.find((candidate) => candidate.name === name)?.value ?? '';
  const language = languageOf(property('LANGUAGE_CODE'));
  const { name, node } = pick(xml, child);
  const kind = name === 'Invoice' || name === 'CreditNote' ? name : null;
  const bill = kind ? readBill(kind, node) : null;
  const { words } = language;
  const title = bill ? `${bill.credit ? words.creditNote : words.invoice} ${bill.number}`.trim() : humanise(name);
  const paper = openPaper({ title, subject: batchName, at });
  if (bill) drawInvoice(paper, bill, language);
  else drawLetter(paper, title, node, letterFacts(batchName, property('CUSTOMER_ID'), at, language));
  drawSignees(paper, [property('SIGNEE_1'), property('SIGNEE_2')].filter(Boolean), bill?.supplier.name, language);
  const owner = bill ? footOf(bill, language) : 'Thunderhead sandbox';
  return paper.finish({
    left: `${owner}\n${paper.substituted ? words.substituted : batchName}`,
    page: (page, pages) => `${words.page} ${page} ${words.of} ${pages}`,
  });
}

function pick(xml: string, child: number | null): { name: string; node: XmlNode } {
  try {
    const { name, root } = readXml(xml);
    return childrenIn(root)[(child ?? 0) - 1] ?? { name, node: root };
  } catch (error) {
    // Well-formed, yet the parser will not have it: an element called `constructor`, for one.
    return { name: 'Document', node: `This content cannot be shown: ${(error as Error).message}` };
  }
}

/** In the order of their names' first appearance. */
function childrenIn(root: XmlNode): { name: string; node: XmlNode }[] {
  if (typeof root === 'string') return [];
  return Object.entries(root)
    .filter(([name]) => !name.startsWith('@') && name !== '#text')
    .flatMap(([name, nodes]) => [nodes].flat().map((node) => ({ name, node: node as XmlNode })));
}

function drawSignees(paper: Paper, signees: readonly string[], house: string | undefined, { words }: Language) {
  if (signees.length === 0) return;
  paper.room(70);
  const top = paper.y + 34;
  signees.forEach((signee, index) => {
    const x = paper.left + index * (paper.width / 2);
    paper.rule(top, x, x + 180, ink.soft);
    const below = paper.text(signee, x, top + 5, 200, { bold: true });
    paper.y = paper.text(house ? `${words.signed} ${house}` : words.signee, x, below, 200, {
      size: 7.5,
      colour: ink.soft,
    });
  });
}
