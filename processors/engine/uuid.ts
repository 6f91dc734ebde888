/** Ids of items, however they were typed. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Before every id that there is. */
export const nilUuid = '00000000-0000-0000-0000-000000000000';
