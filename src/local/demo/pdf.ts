import { inflateSync } from 'node:zlib';

/**
 * How many pages a PDF has, counted in its bytes: the page objects themselves, wherever they are, also in compressed
 * object streams. Undefined when it is no whole PDF, or when its page tree claims another number than there are pages.
 */
export function pagesOf(pdf: Uint8Array): number | undefined {
  const text = Buffer.from(pdf).toString('latin1');
  if (!text.startsWith('%PDF-') || !text.trimEnd().endsWith('%%EOF')) return undefined;
  let objects = '';
  let at = 0;
  for (const match of text.matchAll(/stream\r?\n([\s\S]*?)\r?\n?endstream/g)) {
    const dictionary = text.slice(at, match.index);
    objects += dictionary;
    at = match.index + match[0].length;
    if (/\/Type\s*\/ObjStm\b/.test(dictionary.slice(dictionary.lastIndexOf('obj')))) {
      objects += inflate(match[1] as string);
    }
  }
  objects += text.slice(at);
  const pages = [...objects.matchAll(/\/Type\s*\/Page(?![A-Za-z])/g)].length;
  const claimed = [...objects.matchAll(/\/Count\s+(\d+)/g)].map(([, count]) => Number(count));
  return pages > 0 && claimed.includes(pages) ? pages : undefined;
}

function inflate(stream: string): string {
  try {
    return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
  } catch {
    return '';
  }
}
