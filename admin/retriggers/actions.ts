import type { Clock } from '#processors/engine/clock.ts';
import type { Operator } from '../access.ts';
import type { Audit } from '../audit/audit.ts';
import type { RetriggerFilter } from './filter.ts';
import { type HeldUpParts, heldUpBy } from './held-up.ts';
import { type Pace, type PaceParts, paceFor } from './pace.ts';
import { changePlan, type Plan, type PlanChange, startPlan, toldOf } from './plans.ts';
import { type Preview, preview } from './preview.ts';

export interface RetriggersParts extends PaceParts, HeldUpParts {
  clock: Clock;
  operator: () => Operator;
  audit: Audit;
}

/** What an operator does about plans, whoever asks, a page or a script: the one way to each, and each is written down. */

export async function lookAhead(parts: RetriggersParts, filter: RetriggerFilter): Promise<Preview> {
  const seen = await preview(parts, filter);
  await tell(parts, 'look', undefined, { filter: toldOf(filter), documents: seen.documents });
  return seen;
}

/** Undefined: nothing that has failed is meant. */
export async function start(
  parts: RetriggersParts,
  { filter, reason }: { filter: RetriggerFilter; reason: string },
): Promise<string | undefined> {
  const { subject, client } = parts.operator();
  const id = await startPlan(parts, { filter, reason, actor: subject, client });
  await tell(parts, 'start', id, { filter: toldOf(filter) }, { reason, isDone: id !== undefined });
  return id;
}

/** False: the plan does not stand so that this can be done. */
export async function change(parts: RetriggersParts, id: string, wanted: PlanChange): Promise<boolean> {
  const isDone = await changePlan(parts, id, wanted, parts.operator().subject);
  await tell(parts, wanted, id, undefined, { isDone });
  return isDone;
}

/** How a plan gets on. */
export interface PlanPace extends Pace {
  /** Why nothing of it gets to Thunderhead at the moment, whatever its pace. */
  heldUpBy: readonly string[];
}

/** Undefined: nothing of it is left to go. */
export async function paceOf(parts: RetriggersParts, { id, counts, endedAt }: Plan): Promise<PlanPace | undefined> {
  if (endedAt !== null || counts.pending === 0) return undefined;
  const [pace, reasons] = await Promise.all([paceFor(parts, counts.pending, id), heldUpBy(parts)]);
  return { ...pace, heldUpBy: reasons };
}

async function tell(
  { audit, operator }: RetriggersParts,
  what: 'look' | 'start' | PlanChange,
  id: string | undefined,
  details: Record<string, unknown> | undefined,
  { reason, isDone = true }: { reason?: string; isDone?: boolean } = {},
): Promise<void> {
  const { subject: actor, client } = operator();
  await audit.record({
    ...{ actor, client, action: `retrigger.${what}`, target: { type: 'plan', ...(id !== undefined && { id }) } },
    result: isDone ? 'done' : 'failed',
    ...(reason !== undefined && { reason }),
    ...(details && { details }),
  });
}
