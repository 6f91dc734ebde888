import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import PdfDocument from 'pdfkit';
import { timePerStage } from '#src/local/demo/follow.ts';
import { pagesOf } from '#src/local/demo/pdf.ts';
import { openProgress } from '#src/local/demo/progress.ts';
import { readRequests } from '#src/local/demo/requests.ts';
import { throwAwayFolder } from '#src/local/folders.ts';

/** The parts of the demo that must not flatter. */
const folder = throwAwayFolder('demo-test');
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

test('all unusable files are named at once', () => {
  mkdirSync(join(folder, 'folder.json'));
  const files = [
    'missing.json',
    'folder.json',
    write('torn.json', '{"a":'),
    write('list.json', '[]'),
    write('null.json', 'null'),
  ];
  expect(() => readRequests(files, folder)).toThrow(
    /missing\.json: is not there\n.*folder\.json: is a folder\n.*torn\.json: is not JSON .*\n.*list\.json: holds JSON, but not one request.*\n.*null\.json: holds/,
  );
});

test('a file with the correlation id of an earlier one is marked, and whether it says the same', () => {
  const body = { sourceSystem: 'ARCADE', requestCorrelationId: 'one', documentName: 'IVZRECPA' };
  const [first, same, other, elsewhere] = readRequests(
    [
      write('first.json', body),
      write('same.json', JSON.stringify(body, null, 2)),
      write('other.json', { ...body, documentName: 'IVBRKCOM' }),
      write('elsewhere.json', { ...body, sourceSystem: 'CIBT' }),
    ],
    folder,
  ).slice(-4);
  expect(first?.repeats).toBeUndefined();
  expect(same?.repeats).toEqual({ file: first?.file, sameBody: true });
  expect(other?.repeats).toEqual({ file: first?.file, sameBody: false });
  expect(elsewhere?.repeats).toBeUndefined();
});

test('pages are counted in the bytes of the PDF', async () => {
  const pdf = (pages: number) =>
    new Promise<Buffer>((resolve) => {
      const chunks: Buffer[] = [];
      const document = new PdfDocument({ autoFirstPage: false });
      document.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
      for (let page = 1; page <= pages; page++) document.addPage().text(`/Type /Page number ${page}`);
      document.end();
    });
  expect(pagesOf(await pdf(1))).toBe(1);
  expect(pagesOf(await pdf(3))).toBe(3);
  expect(pagesOf((await pdf(3)).subarray(0, -100))).toBeUndefined();
  expect(pagesOf(Buffer.from('<html>not a PDF</html>'))).toBeUndefined();
});

test('the time in a stage is the sum of its visits', () => {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  const step = (from: string | null, to: string, seconds: number) => ({ from, to, reason: '', at: at(seconds) });
  const times = timePerStage([
    step(null, 'validate', 0),
    step('validate', 'submit', 1),
    step('submit', 'poll', 3),
    step('poll', 'submit', 4),
    step('submit', 'poll', 6),
    step('poll', 'completed', 10),
  ]);
  expect(Object.fromEntries(times)).toEqual({ validate: 1_000, submit: 4_000, poll: 5_000 });
});

test('progress is redrawn on a terminal, and told change by change elsewhere', () => {
  const draw = (isTTY: boolean) => {
    const written: string[] = [];
    const progress = openProgress({ isTTY, columns: 80, rows: 24, write: (text) => written.push(text) });
    const row = { name: 'one', status: 'PROCESSING', ended: false };
    progress.show([{ ...row, stage: 'submit' }]);
    progress.show([{ ...row, stage: 'submit' }]);
    progress.show([{ ...row, stage: 'publish', status: 'COMPLETED', ended: true }]);
    return written;
  };
  expect(draw(false).map((text) => text.trim().split(/ {2,}/).at(-1))).toEqual(['submit', 'COMPLETED']);
  expect(draw(true)).toHaveLength(3);
  expect(draw(true)[1]).toContain('\x1b[1A');
});
