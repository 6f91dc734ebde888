import { hkdfSync, randomBytes } from 'node:crypto';

export interface Keys {
  session: Uint8Array;
  forgery: Uint8Array;
}

/**
 * One key for each purpose, from one secret (HKDF, RFC 5869): what is signed for one can never pass for the other. Without
 * a secret they are this process's own, and nobody else's sessions are good here.
 */
export function keysFrom(secret: string | undefined): Keys {
  const root = secret ?? randomBytes(32);
  const derive = (purpose: string) => new Uint8Array(hkdfSync('sha256', root, '', `oms board: ${purpose}`, 32));
  return { session: derive('session'), forgery: derive('forgery') };
}
