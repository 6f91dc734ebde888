/** One line of a stream of lines. */
export interface Line {
  /** From 1, as an editor counts: blank ones too. */
  number: number;
  /** Without its end. Undefined when the line is too long; nothing of it was kept. */
  bytes: Buffer | undefined;
}

const newline = 0x0a;

/**
 * The lines of a stream of bytes, those of one chunk together. They end with LF or CRLF, the last one also with the
 * stream; blank ones are left out. Never holds more than one chunk and one unfinished line of `maxBytes`.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Line[]> {
  let number = 1;
  /** Of the line that is not finished yet. */
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer) => {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  };
  const finish = (): Line => {
    const bytes = length > maxBytes ? undefined : parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    length = 0;
    return { number: number++, bytes };
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, end));
      lines.push(finish());
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
    yield lines.filter(isNotBlank);
  }
  if (length > 0) yield [finish()].filter(isNotBlank);
}

/** Spaces, tabs and the CR of a CRLF. */
const isNotBlank = ({ bytes }: Line): boolean =>
  bytes === undefined || bytes.some((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0d);
