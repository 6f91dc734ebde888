import type { Collection, CollectionName } from './collection.ts';
import { documentConfigurations } from './document-configurations.ts';
import { referenceRows } from './reference-rows.ts';
import { sourcePermissions } from './source-permissions.ts';

/** All reference data. */
export const collections: readonly Collection[] = [
  referenceRows,
  sourcePermissions,
  documentConfigurations,
] as unknown as readonly Collection[];

export const collectionOf = (name: CollectionName): Collection =>
  collections.find((collection) => collection.name === name) as Collection;
