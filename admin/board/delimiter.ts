/** Bull Board makes groups of what stands before it in a queue's name. A dot needs no escaping in an address. */
export const delimiter = '.';
