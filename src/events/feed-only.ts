import type { StatusPublisher } from '#processors/document/ports.ts';

/** Without Kafka the status feed alone carries the events; it reads the rows, so there is nothing left to publish. */
export const feedOnly: StatusPublisher = { publish: async () => null };
