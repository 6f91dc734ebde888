/**
 * A4 paper: text in boxes, tables that go on over the page with their head repeated, a foot on every page. Uses the
 * fonts every PDF reader has, so nothing is embedded; what they cannot show is replaced visibly, never garbled.
 */
import PDFDocument from 'pdfkit';

export const ink = { text: '#1d2733', soft: '#5b6876', line: '#d5dce3', accent: '#0b5c6b', tint: '#eef4f5' };
const margin = 52;
const footHeight = 46;

export interface Column {
  title: string;
  width: number;
  align?: 'left' | 'right';
}
/** A cell is a text, or one with a smaller second line. */
export type Cell = string | { text: string; small: string };

export interface Style {
  bold?: boolean;
  size?: number;
  colour?: string;
  align?: 'left' | 'right';
}

export type Paper = ReturnType<typeof openPaper>;

export function openPaper(info: { title: string; subject: string; at: number }) {
  const doc = new PDFDocument({
    size: 'A4',
    margins: { top: margin, bottom: footHeight + 24, left: margin, right: margin },
    bufferPages: true,
    info: {
      Title: info.title,
      Subject: info.subject,
      Author: 'Thunderhead sandbox',
      Creator: 'OMS Thunderhead sandbox',
      CreationDate: new Date(info.at), // not now: the same document must come out byte for byte the same
    },
  });
  const left = margin;
  const right = doc.page.width - margin;
  const width = right - left;
  const bottom = doc.page.height - footHeight - 24;
  let substituted = false;

  const clean = (text: string, longest = 20_000) => {
    const [printable, changed] = toWinAnsi(text.length > longest ? `${text.slice(0, longest)}…` : text);
    substituted ||= changed;
    return printable;
  };
  const font = ({ bold = false, size = 9.5, colour = ink.text }: Style) =>
    doc
      .font(bold ? 'Helvetica-Bold' : 'Helvetica')
      .fontSize(size)
      .fillColor(colour);

  const paper = {
    doc,
    left,
    right,
    width,
    get y() {
      return doc.y;
    },
    set y(value: number) {
      doc.y = value;
    },
    get substituted() {
      return substituted;
    },
    /** Writes at (x, y) in a box and answers the y below it. */
    text(text: string, x: number, y: number, boxWidth: number, style: Style = {}): number {
      font(style).text(clean(text), x, y, { width: boxWidth, align: style.align ?? 'left', lineGap: 1.5 });
      return doc.y;
    },
    height(text: string, boxWidth: number, style: Style = {}): number {
      return font(style).heightOfString(clean(text), { width: boxWidth, lineGap: 1.5 });
    },
    /** A new page when `height` does not fit on this one; true when it was needed. */
    room(height: number): boolean {
      if (doc.y + height <= bottom || doc.y <= margin) return false;
      doc.addPage();
      return true;
    },
    rule(y: number, from = left, to = right, colour = ink.line, thickness = 0.6) {
      doc.moveTo(from, y).lineTo(to, y).lineWidth(thickness).strokeColor(colour).stroke();
    },
    /** The columns' widths are shares of the paper's; rows are kept whole. */
    table(columns: readonly Column[], rows: readonly (readonly Cell[])[], x = left, tableWidth = width) {
      const shares = columns.reduce((sum, column) => sum + column.width, 0);
      const boxes = columns.map((column) => (column.width / shares) * tableWidth - 8);
      const starts = boxes.map((_, index) => x + boxes.slice(0, index).reduce((sum, box) => sum + box + 8, 4));
      const head = () => {
        const y = doc.y;
        doc.rect(x, y, tableWidth, 18).fill(ink.tint);
        columns.forEach(({ title, align = 'left' }, index) => {
          paper.text(title, starts[index] ?? x, y + 5, boxes[index] ?? 10, {
            ...{ bold: true, size: 8, colour: ink.accent, align },
          });
        });
        doc.y = y + 22;
      };
      paper.room(60);
      head();
      for (const row of rows) {
        const cells = row.map((cell) => (typeof cell === 'string' ? { text: cell, small: '' } : cell));
        const texts = cells.map(({ text, small }) => ({ text: clean(text, 500), small: clean(small, 1500) }));
        const heights = texts.map(({ text, small }, index) => {
          const box = boxes[index] ?? 10;
          return paper.height(text, box, { size: 9 }) + (small ? paper.height(small, box, { size: 7.5 }) + 1 : 0);
        });
        const height = Math.max(...heights);
        if (paper.room(height + 8)) head();
        const y = doc.y;
        texts.forEach(({ text, small }, index) => {
          const align = columns[index]?.align ?? 'left';
          const [start = x, box = 10] = [starts[index], boxes[index]];
          const below = text ? paper.text(text, start, y + 2, box, { size: 9, align }) : y + 2;
          if (small) paper.text(small, start, below + 1, box, { size: 7.5, colour: ink.soft, align });
        });
        doc.y = y + height + 8;
        paper.rule(doc.y - 3, x, x + tableWidth);
      }
    },
    /** Foots every page and hands the file over. */
    finish(foot: { left: string; page: (page: number, pages: number) => string }): Promise<Buffer> {
      const { start, count } = doc.bufferedPageRange();
      for (let index = 0; index < count; index += 1) {
        doc.switchToPage(start + index);
        doc.page.margins.bottom = 0; // or writing this low would begin a new page
        const y = doc.page.height - footHeight;
        paper.rule(y);
        paper.text(foot.left, left, y + 7, width - 100, { size: 7.5, colour: ink.soft });
        paper.text(foot.page(index + 1, count), right - 100, y + 7, 100, {
          ...{ size: 7.5, colour: ink.soft, align: 'right' },
        });
      }
      const chunks: Buffer[] = [];
      return new Promise((resolve, reject) => {
        doc.on('data', (chunk: Buffer) => chunks.push(chunk));
        doc.on('end', () => resolve(Buffer.concat(chunks)));
        doc.on('error', reject);
        doc.end();
      });
    },
  };
  return paper;
}

/** The characters above Latin-1 that WinAnsi, the encoding of the standard fonts, has a place for. */
const winAnsiExtras = new Set('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ');

/** As the standard fonts can show it, and whether anything had to be changed for that. */
export function toWinAnsi(text: string): [printable: string, changed: boolean] {
  if (/^[\n\x20-\x7e\xa1-\xac\xae-\xff]*$/.test(text)) return [text, false];
  let printable = '';
  let changed = false;
  for (const character of text.normalize('NFC').replaceAll(/\r\n?/g, '\n')) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 10 || (code >= 0x20 && code < 0x7f) || (code > 0xa0 && code <= 0xff && code !== 0xad)) {
      printable += character;
    } else if (winAnsiExtras.has(character)) {
      printable += character;
    } else if (/\s/u.test(character)) {
      printable += ' ';
    } else if (character === '\u2212' || character === '\u2010' || character === '\u2011') {
      printable += '-';
    } else if (!/[\p{Cc}\p{Cf}\p{Mn}]/u.test(character)) {
      const [letter = ''] = character.normalize('NFKD');
      printable += letter > ' ' && letter <= '\xff' && letter !== character ? letter : '¿';
      changed = true;
    } else {
      changed ||= !/\p{Cf}/u.test(character);
    }
  }
  return [printable, changed];
}
