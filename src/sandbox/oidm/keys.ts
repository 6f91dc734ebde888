import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, type JWK } from 'jose';

/** What tokens are signed with, and what is published of it. */
export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** As the key set publishes it. */
  jwk: JWK;
}

export const algorithm = 'RS256';

export async function newSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = `oidm-${randomBytes(4).toString('hex')}`;
  return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' } };
}

/** The key that signs, and the older ones that are still believed. */
export interface KeyRing {
  readonly current: SigningKey;
  find(kid: string | undefined): SigningKey | undefined;
  published(): JWK[];
  /** From here on a new key signs. The old ones stay published, unless they are to be forgotten. */
  rotate(options: { forget: boolean }): Promise<void>;
}

export function openKeyRing(first: SigningKey): KeyRing {
  let keys: [SigningKey, ...SigningKey[]] = [first];
  return {
    get current() {
      return keys[0];
    },
    find: (kid) => keys.find((key) => key.kid === kid),
    published: () => keys.map(({ jwk }) => jwk),
    async rotate({ forget }) {
      const next = await newSigningKey();
      keys = forget ? [next] : [next, ...keys];
    },
  };
}
