/** Who calls: what OIDM and the token's own signature agree on. */
export interface Caller {
  subject: string;
  /** The OAuth client: `arcade`. Limits, tenants and idempotency keys go by it. */
  client: string;
  domain: string;
  scopes: ReadonlySet<string>;
  roles: readonly string[];
  expiresAt: Date;
}

/** What a token may be good for. */
export const scopes = {
  'oms.request': 'ask for documents, and follow those of your own source systems',
  'oms.read': 'follow the documents of every source system',
  'oms.reference': 'manage reference data',
  'oms.admin': 'the board, and setting documents going again',
} as const;

export type Scope = keyof typeof scopes;

/** Whose documents a caller may see: those of every source system, or of these. */
export type VisibleSources = 'all' | readonly string[];

export interface CallerSources {
  /** The source systems it speaks for: it may ask for their documents, and take requests back. */
  ownSources: readonly string[];
  sources: VisibleSources;
}
