/** Markup that is safe to send. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

/** A template whose values are escaped, unless they are markup themselves; what is false or undefined is left out. */
export function html(parts: TemplateStringsArray, ...values: (Html | string | number | false | undefined)[]): Html {
  const texts = values.map((value) => {
    if (value instanceof Html) return value.text;
    return value === false || value === undefined ? '' : escaped(String(value));
  });
  return new Html(String.raw({ raw: parts }, ...texts));
}

export const joined = (pieces: readonly Html[]): Html => new Html(pieces.map(({ text }) => text).join(''));
