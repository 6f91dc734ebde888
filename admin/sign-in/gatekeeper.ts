/** Somebody who wants to come in, as whoever vouches for them says. */
export interface Visitor {
  /** The person, or the client again where there is no person. */
  subject: string;
  /** The OAuth client: `ops`. */
  client: string;
  scopes: readonly string[];
  /** When the token that they came with ends. */
  expiresAt: Date;
}

export type Verdict =
  | { kind: 'admitted'; who: Visitor }
  /** `unknown`: nobody vouches for them. `forbidden`: they are known, and this is not for them. */
  | { kind: 'refused'; reason: 'unknown' | 'forbidden' }
  /** Nobody can be asked at the moment; it says nothing about the visitor. */
  | { kind: 'unavailable' };

/** Says who a visitor is. The board's only way to OIDM, and all it needs of it. */
export interface Gatekeeper {
  byCredentials(client: string, secret: string): Promise<Verdict>;
  byToken(token: string): Promise<Verdict>;
}

/** What the board and every route under it demand. */
const boardScope = 'oms.admin';

export const mayEnter = ({ scopes }: Pick<Visitor, 'scopes'>): boolean => scopes.includes(boardScope);

/** Who is admitted without the scope is not admitted here; nor who comes with a token in the last seconds of its life. */
export function forTheBoard(verdict: Verdict, now: Date): Verdict {
  if (verdict.kind !== 'admitted') return verdict;
  if (!mayEnter(verdict.who)) return { kind: 'refused', reason: 'forbidden' };
  return verdict.who.expiresAt > now ? verdict : { kind: 'refused', reason: 'unknown' };
}
