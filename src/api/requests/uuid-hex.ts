/** The 32 hexadecimal digits of a UUID, to reckon with or to pack, and the UUID of such digits. */
export const hexOf = (uuid: string): string => uuid.replaceAll('-', '');

export const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
