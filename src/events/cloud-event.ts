import type { StatusEvent } from '#processors/document/ports.ts';

/**
 * A status event as a Kafka record: CloudEvents 1.0 in binary mode, so the attributes are headers (`ce_...`) and the
 * value is the bare JSON of the data. The key is the request id, which keeps the events of one request in order.
 */
export interface CloudEventRecord {
  key: Buffer;
  value: Buffer;
  headers: Record<string, string>;
}

export function cloudEventRecord(event: StatusEvent, traceparent?: string): CloudEventRecord {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: '/oms',
    ce_type: event.type,
    ce_subject: event.subject,
    ce_time: event.time,
  };
  if (traceparent) headers.traceparent = traceparent;
  return { key: Buffer.from(event.subject), value: Buffer.from(JSON.stringify(event.data)), headers };
}

/** What the record weighs in a batch, give or take a few bytes of framing. */
export function bytesOf(record: CloudEventRecord): number {
  let bytes = record.key.length + record.value.length + 32;
  for (const [name, value] of Object.entries(record.headers)) bytes += name.length + value.length + 4;
  return bytes;
}
