import { createHmac, hkdfSync } from 'node:crypto';

/**
 * Standard Webhooks (standardwebhooks.com): each client has a secret of its own with which what we post to it is signed.
 * It is derived from the one key (HKDF, RFC 5869), so that none is stored; another key makes other secrets.
 */
export const clientSecret = (key: string, client: string): string =>
  `whsec_${secretBytes(key, client).toString('base64')}`;

const secretBytes = (key: string, client: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `oms callback secret of ${client}`, 32));

/** The headers that let the receiver know that it is us, that it is whole, and when it was sent. */
export function signedHeaders(
  { id, body, at }: { id: string; body: string; at: Date },
  { key, client }: { key: string; client: string },
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signature = createHmac('sha256', secretBytes(key, client))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
