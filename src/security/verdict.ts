import type { Caller } from './caller.ts';

/** What is to be thought of a token. Reasons are for people, and never hold any of the token. */
export type Verdict =
  /** Good until then (milliseconds since 1970); after that it has to be asked for anew. */
  | { kind: 'valid'; caller: Caller; until: number }
  | { kind: 'invalid'; reason: string }
  /** The token is genuine, but not for us: its domain, or none of our scopes. */
  | { kind: 'forbidden'; reason: string }
  /** Nobody can vouch for it at the moment, so it lets nobody in. */
  | { kind: 'unavailable'; retryAfterSeconds: number };

export interface TokenVerifier {
  /** Never throws. */
  verify(token: string): Promise<Verdict>;
}

/** Thrown on the way to a verdict that is a no. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly kind: 'invalid' | 'forbidden';

  constructor(kind: Refused['kind'], reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/** OIDM gave no answer, or one that nobody can read. Never carries what was asked: that was a token, or a secret. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}
