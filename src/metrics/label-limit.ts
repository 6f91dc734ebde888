/** Every value of a label is a series of its own, kept for ever: what clients name freely is told apart only so often. */
const most = 200;
export const other = 'other';

/** The value itself for the first two hundred different ones, and `other` for the rest. */
export function limitedLabel(limit = most): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.size < limit) known.add(value);
    return known.has(value) ? value : other;
  };
}
