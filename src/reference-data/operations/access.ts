import type { Caller, Scope } from '#src/security/caller.ts';

type Scopes = readonly [Scope, ...Scope[]];

/** Who reads: `oms.read` sees the documents of every source system, and these rows hold no secrets. */
export const readers: Scopes = ['oms.reference', 'oms.read'];
export const managers: Scopes = ['oms.reference'];

/** Who changes a row, as its changes tell it: `ops/ops`. */
export const actorOf = ({ client, subject }: Caller): string => `${client}/${subject}`;
