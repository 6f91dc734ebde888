/** Puts a value beside a statement and answers its name in it: `$3`. Nothing a client sends becomes part of a text. */
export type Bind = (value: unknown) => string;

/** A statement that is told its values while it is written, as `pg` takes it. */
export function statement(write: (bind: Bind) => string): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  return { text: write((value) => `$${values.push(value)}`), values };
}
