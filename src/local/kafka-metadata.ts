import { connect } from 'node:net';

/**
 * Does a Kafka broker answer here, and does it serve? An open port says little: Kafka listens before it has joined its
 * own cluster. So this asks for metadata in Kafka's protocol, by hand, for the client library belongs to the event hub.
 */
export async function answersMetadata(host: string, port: number, timeoutMs = 1_000): Promise<boolean> {
  const reply = await ask(host, port, timeoutMs);
  if (!reply) return false;
  // size, correlation id, number of live brokers
  return reply.readInt32BE(4) === correlationId && reply.readInt32BE(8) > 0;
}

const correlationId = 7;

/** Metadata request, version 1: no topics (an empty array; null would mean all of them). */
function request(): Buffer {
  const client = 'oms-local';
  const frame = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4);
  let at = frame.writeInt32BE(frame.length - 4, 0);
  at = frame.writeInt16BE(3, at);
  at = frame.writeInt16BE(1, at);
  at = frame.writeInt32BE(correlationId, at);
  at = frame.writeInt16BE(client.length, at);
  at += frame.write(client, at);
  frame.writeInt32BE(0, at);
  return frame;
}

function ask(host: string, port: number, timeoutMs: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write(request()));
    let received = Buffer.alloc(0);
    const end = (reply: Buffer | null) => {
      socket.destroy();
      resolve(reply);
    };
    socket.setTimeout(timeoutMs, () => end(null));
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 12 && received.length >= 4 + received.readInt32BE(0)) end(received);
    });
  });
}
