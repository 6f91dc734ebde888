import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import type { Operation } from '#src/api/operation.ts';
import type { KeptRows } from './cache/kept-rows.ts';
import { collections } from './collections/index.ts';
import { collectionOperations } from './operations/collection-operations.ts';
import { lookupOperations } from './operations/lookup-operations.ts';
import { transferOperations } from './operations/transfer-operations.ts';

export interface ReferencePorts {
  pool: Pool;
  /** The rows this process looks things up in; told of every change that is made here. */
  kept: KeptRows;
  clock: Clock;
  maxBodyBytes: number;
}

/** The Reference Data API. */
export const referenceOperations = ({ pool, kept, clock, maxBodyBytes }: ReferencePorts): Operation[] => {
  const changed = () => kept.renew();
  return [
    ...collections.flatMap((collection) => collectionOperations(collection, { pool, changed })),
    ...lookupOperations({ pool, kept, clock }),
    ...transferOperations({ pool, changed, maxBodyBytes }),
  ];
};
