/** Of what a source sent only the names are shown, unless somebody says why they have to see more. */
const dots = '••••••';

/** The same shape with the same keys; every value is the same dots, so that not even its length is told. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner)]));
  return dots;
}

export interface MetadataEntry {
  key: string;
  value: string;
}

export const maskedMetadata = (metadata: unknown): MetadataEntry[] =>
  Array.isArray(metadata) ? metadata.map(({ key }) => ({ key: String(key), value: dots })) : [];
