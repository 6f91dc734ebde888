import type { ReferenceData } from '#processors/document/ports.ts';
import type { Caller, CallerSources } from './caller.ts';

/** Whose documents a caller may ask for, and see: its client's reference row says. A client without one speaks for nobody. */
export const sourcesOf =
  (reference: Pick<ReferenceData, 'find'>, clock: { now(): Date }) =>
  async ({ scopes, client }: Pick<Caller, 'scopes' | 'client'>): Promise<CallerSources> => {
    const ownSources = (await reference.find('CLIENT', client, clock.now()))?.attributes.sourceSystems ?? [];
    return { ownSources, sources: scopes.has('oms.read') || scopes.has('oms.admin') ? 'all' : ownSources };
  };
