import type { ICustomPartitioner, Message } from 'kafkajs';

/**
 * The partition of a key, as every Java producer chooses it: murmur2 of the key, so that all producers of a topic agree.
 * We choose it ourselves to know it: a broker acknowledges a batch with the offset of its first record only, and which
 * record stands where in which batch follows from the partitions.
 */
export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** kafkajs asks here once per record and attempt; the first answer stands, so that an attempt repeats its batches. */
export function rememberingPartitioner(chosen: WeakMap<Message, number>): ICustomPartitioner {
  return () =>
    ({ partitionMetadata, message }) => {
      const partition = chosen.get(message) ?? partitionOf(message.key as Buffer, partitionMetadata.length);
      chosen.set(message, partition);
      return partition;
    };
}

/** Kafka's variant of murmur2, from `org.apache.kafka.common.utils.Utils`. (kafkajs has it too, in BigInt: 30 times slower.) */
export function murmur2(data: Buffer): number {
  const m = 0x5bd1e995;
  const whole = data.length & ~3;
  let h = 0x9747b28c ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(data.readInt32LE(at), m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = data.length - whole;
  if (rest > 0) h = Math.imul(h ^ data.readUIntLE(whole, rest), m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}
