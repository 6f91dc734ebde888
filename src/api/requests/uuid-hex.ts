/** The 32 hexadecimal digits of a UUID, to reckon with or to pack, and the UUID of such digits. */
export const hexOf = (uuid: string): string => uuid.replaceAll('-', '');

export const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/**
 * The roundest UUID above `lower` and up to `upper`: what both begin with, one bit more, and zeros. It parts those two as
 * well as `upper` would, and is neither of them.
 */
export function roundestBetween(lower: string, upper: string): string {
  const [bottom, top] = [lower, upper].map((uuid) => BigInt(`0x${hexOf(uuid)}`)) as [bigint, bigint];
  const zeros = BigInt((top ^ bottom).toString(2).length - 1);
  return uuidOf(((top >> zeros) << zeros).toString(16).padStart(32, '0'));
}
