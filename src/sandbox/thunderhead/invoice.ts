/** How an invoice or a credit note looks on paper. */
import type { Language } from './labels.ts';
import { type Cell, ink, type Paper } from './paper.ts';
import type { Bill, Line, Party } from './peppol.ts';

type Pair = [label: string, value: string];

export function drawInvoice(paper: Paper, bill: Bill, language: Language): void {
  drawHead(paper, bill, language);
  drawParties(paper, bill, language);
  for (const note of bill.notes) paper.y = paper.text(note, paper.left, paper.y, paper.width, { colour: ink.soft }) + 8;
  drawLines(paper, bill, language);
  drawTotals(paper, bill, language);
  drawPayment(paper, bill, language);
}

function drawHead(paper: Paper, { supplier, credit, number }: Bill, { words }: Language) {
  const { doc, left, right, width } = paper;
  const top = doc.y;
  doc.roundedRect(left, top, 34, 34, 6).fill(ink.accent);
  const initial = supplier.name.trim().charAt(0).toUpperCase();
  paper.text(initial, left + 11, top + 9, 20, { bold: true, size: 17, colour: '#ffffff' });
  const below = paper.text(supplier.name, left + 46, top, width / 2 - 46, { bold: true, size: 13 });
  const under = paper.text(supplier.address.join(', '), left + 46, below + 2, width / 2 - 46, {
    ...{ size: 8, colour: ink.soft },
  });
  const title = credit ? words.creditNote : words.invoice;
  const titleEnd = paper.text(title, right - 240, top - 3, 240, {
    ...{ bold: true, size: 24, colour: ink.accent, align: 'right' },
  });
  const numberEnd = paper.text(number, right - 240, titleEnd, 240, { size: 11, colour: ink.soft, align: 'right' });
  paper.y = Math.max(under, numberEnd, top + 34) + 12;
  paper.rule(paper.y, left, right, ink.accent, 1.4);
  paper.y += 16;
}

function drawParties(paper: Paper, bill: Bill, language: Language) {
  const { words, date } = language;
  const top = paper.y;
  const half = paper.width / 2 - 16;
  let y = heading(paper, words.billTo, paper.left, top, half);
  y = paper.text(bill.customer.name, paper.left, y, half, { bold: true, size: 11 });
  for (const line of [...bill.customer.address, ...numbers(bill.customer, language), bill.customer.contact]) {
    if (line) y = paper.text(line, paper.left, y + 1, half);
  }

  const x = paper.left + paper.width / 2 + 16;
  let z = heading(paper, words.details, x, top, half);
  const facts: Pair[] = [
    [words.number, bill.number],
    [words.issued, date(bill.issued)],
    [words.due, date(bill.due)],
    [words.period, bill.period.map(date).join(' – ')],
    [words.original, bill.originals.join(', ')],
    [words.buyerReference, bill.buyerReference],
    [words.order, [bill.order, bill.salesOrder].filter(Boolean).join(' / ')],
    [words.contract, bill.contract],
    [words.project, bill.project],
    [words.delivered, date(bill.delivered)],
    [words.deliveredTo, bill.deliveredTo.join(', ')],
  ];
  z = drawPairs(paper, facts, x, z, half, 92);
  paper.y = Math.max(y, z) + 18;
}

function drawLines(paper: Paper, { lines, currency }: Bill, language: Language) {
  const { words, amount, quantity, unit } = language;
  const price = (line: Line) =>
    amount(line.price) + (Number(line.priceBase || 1) === 1 ? '' : ` ${words.per} ${quantity(line.priceBase)}`);
  const adjustments = (line: Line) =>
    line.adjustments.map(
      ({ charge, reason, amount: value }) =>
        `${charge ? words.charge : words.discount}${reason ? ` (${reason})` : ''}: ${charge ? '' : '–'}${amount(value)}`,
    );
  paper.table(
    [
      { title: '#', width: 5 },
      { title: words.item, width: 42 },
      { title: words.quantity, width: 14, align: 'right' },
      { title: words.unitPrice, width: 15, align: 'right' },
      { title: `${words.vat} %`, width: 9, align: 'right' },
      { title: `${words.amount} ${currency}`, width: 17, align: 'right' },
    ],
    lines.map((line): Cell[] => [
      line.id,
      { text: line.name, small: [...line.details, ...adjustments(line)].join('\n') },
      `${quantity(line.quantity)} ${unit(line.unit)}`.trim(),
      price(line),
      line.vat && quantity(line.vat),
      amount(line.amount),
    ]),
  );
  paper.y += 10;
}

function drawTotals(paper: Paper, bill: Bill, language: Language) {
  const { words, amount } = language;
  const sums: Pair[] = [
    [words.sumOfLines, bill.sumOfLines],
    ...bill.adjustments.map(
      ({ charge, reason, amount: value }): Pair => [
        reason || (charge ? words.charge : words.discount),
        charge ? value : `-${value}`,
      ],
    ),
    [words.withoutVat, bill.withoutVat],
    [words.totalVat, bill.totalVat],
    [words.withVat, bill.withVat],
    [words.prepaid, Number(bill.prepaid || 0) === 0 ? '' : `-${bill.prepaid}`],
    [words.rounding, Number(bill.rounding || 0) === 0 ? '' : bill.rounding],
  ].filter((pair): pair is Pair => pair[1] !== '');
  const [left, right] = [paper.width * 0.5, paper.width * 0.42];
  paper.room(Math.max(sums.length * 15 + 46, bill.taxes.length * 24 + 56));
  const top = paper.y;

  const x = paper.right - right;
  for (const [label, value] of sums) {
    paper.text(label, x, paper.y, right - 110, { colour: ink.soft });
    paper.text(amount(value), paper.right - 114, paper.doc.y - 12.5, 110, { align: 'right' });
    paper.y += 2;
  }
  const box = paper.y + 3;
  paper.doc.roundedRect(x - 8, box, right + 8, 28, 4).fill(ink.accent);
  const due = { bold: true, size: 11.5, colour: '#ffffff' };
  paper.text(bill.credit ? words.toCredit : words.toPay, x, box + 8.5, right / 2, due);
  paper.text(`${bill.currency} ${amount(bill.payable)}`, x, box + 8.5, right - 8, { ...due, align: 'right' });
  const below = box + 28;

  if (bill.taxes.length > 0) {
    paper.y = top;
    paper.table(
      [
        { title: words.vatBreakdown, width: 34 },
        { title: words.taxable, width: 33, align: 'right' },
        { title: words.vat, width: 30, align: 'right' },
      ],
      bill.taxes.map((tax): Cell[] => [
        {
          text: `${tax.category} ${tax.percent && `${language.quantity(tax.percent)} %`}`.trim(),
          small: tax.exemption,
        },
        amount(tax.taxable),
        amount(tax.tax),
      ]),
      paper.left,
      left,
    );
  }
  paper.y = Math.max(paper.y, below) + 18;
}

function drawPayment(paper: Paper, bill: Bill, language: Language) {
  const { words, means } = language;
  const pairs = bill.payments.flatMap((payment): Pair[] => [
    [words.means, payment.means || means(payment.code)],
    [words.account, [payment.account, payment.accountName].filter(Boolean).join(' · ')],
    [words.bic, payment.bic],
    [words.reference, payment.reference],
    [words.mandate, payment.mandate],
  ]);
  pairs.push([words.payee, bill.payee], [words.terms, bill.terms.join('\n')]);
  pairs.push([words.contact, bill.supplier.contact]);
  const shown = pairs.filter(([, value]) => value !== '');
  if (shown.length === 0) return;
  paper.room(shown.length * 15 + 24);
  const y = heading(paper, words.payment, paper.left, paper.y, paper.width);
  paper.y = drawPairs(paper, shown, paper.left, y, paper.width, 112) + 8;
}

const numbers = ({ companyNumber, vatNumber }: Party, { words }: Language) => [
  companyNumber && `${words.companyNumber} ${companyNumber}`,
  vatNumber && `${words.vatNumber} ${vatNumber}`,
];

export const footOf = ({ supplier }: Bill, language: Language): string =>
  [supplier.name, ...numbers(supplier, language)].filter(Boolean).join(' · ');

function heading(paper: Paper, title: string, x: number, y: number, width: number): number {
  return paper.text(title.toUpperCase(), x, y, width, { bold: true, size: 7.5, colour: ink.accent }) + 3;
}

function drawPairs(paper: Paper, pairs: readonly Pair[], x: number, y: number, width: number, label: number): number {
  let below = y;
  for (const [name, value] of pairs) {
    if (value === '') continue;
    const next = paper.text(name, x, below, label - 6, { colour: ink.soft });
    below = Math.max(next, paper.text(value, x + label, below, width - label)) + 1;
  }
  return below;
}
