import type { ReferenceData } from '#processors/document/ports.ts';
import type { KeptRows } from './cache/kept-rows.ts';
import { effective, permissionKey, type ReferenceRows, referenceKey } from './cache/reference-rows.ts';
import { configurationOf } from './cache/resolve.ts';

/** The port through which everything else looks at reference data, wherever the rows come from. */
export const referenceReader = (kept: Pick<KeptRows, 'current'>): ReferenceData => {
  /** Waits only when there is something to wait for. */
  const look = async <T>(answer: (rows: ReferenceRows) => T): Promise<T> => {
    const rows = kept.current();
    return answer(rows instanceof Promise ? await rows : rows);
  };
  return {
    find: (type, code, at) => look(({ reference }) => effective(reference.get(referenceKey(type, code)), at)?.row),
    allows: (sourceSystem, documentType, at) =>
      look(
        ({ permissions }) => effective(permissions.get(permissionKey(sourceSystem, documentType)), at) !== undefined,
      ),
    configuration: (lookup, at) => look((rows) => configurationOf(rows, lookup, at)),
  };
};
