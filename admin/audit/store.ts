import type { Pool } from 'pg';
import type { Clock } from '#processors/engine/clock.ts';
import { readOnly } from '#processors/engine/read-only.ts';
import { storable } from '#processors/engine/settle.ts';
import { type Audit, type AuditRow, type AuditTargetType, isTargetType } from './audit.ts';
import type { AuditFilter } from './filter.ts';

/** The audit's table. The database itself refuses to change or delete what is in it. */
export interface AuditStore extends Audit {
  /** Newest first; those before the row with that id. */
  page(filter: AuditFilter, window: { before?: string | undefined; limit: number }): Promise<AuditRow[]>;
}

/** Who asks to have something done waits no longer than this for it to be written down. Milliseconds. */
const patienceMs = 5_000;

interface Columns extends Omit<AuditRow, 'target' | 'reason' | 'origin' | 'details'> {
  target_type: AuditTargetType;
  target_id: string | null;
  reason: string | null;
  origin: string | null;
  details: Record<string, unknown> | null;
}

export const auditStore = ({ pool, clock }: { pool: Pool; clock: Clock }): AuditStore => ({
  async record({ actor, client, action, target, reason, origin, result, details }) {
    const texts = [actor, client, action, target.type, target.id, reason, origin, result];
    const row = [...texts, details && JSON.stringify(details)].map((text) => (text ? storable(text) : null));
    await pool.query({
      text: `insert into audit (at, actor, client, action, target_type, target_id, reason, origin, result, details)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb)`,
      values: [clock.now(), ...row],
      query_timeout: patienceMs,
    } as { text: string; values: unknown[] });
  },

  async page({ from, to, actor, action, target = null, result }, { before, limit }) {
    // What is no kind of thing is a thing. Either has an index, and both in one condition would use none.
    const [type, id] = target !== null && isTargetType(target) ? [target, null] : [null, target];
    const { rows } = await readOnly(pool, (client) =>
      client.query<Columns>(
        `select id, at, actor, client, action, target_type, target_id, reason, origin, result, details from audit
       where ($1::bigint is null or id < $1) and ($2::timestamptz is null or at >= $2) and ($3::timestamptz is null or at < $3)
         and ($4::text is null or actor = $4 or client = $4)
         and ($5::text is null or action = $5 or starts_with(action, $5 || '.'))
         and ($6::text is null or target_type = $6) and ($7::text is null or target_id = $7)
         and ($8::text is null or result = $8)
       order by id desc limit $9`,
        [before, from, to, actor, action, type, id, result, limit],
      ),
    );
    return rows.map(rowOf);
  },
});

const rowOf = ({ target_type: type, target_id: id, reason, origin, details, ...columns }: Columns): AuditRow => ({
  ...columns,
  target: { type, ...(id !== null && { id }) },
  ...(reason !== null && { reason }),
  ...(origin !== null && { origin }),
  ...(details && { details }),
});
