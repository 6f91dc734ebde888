import { AuditRow } from './audit.ts';
import { Batch } from './batch.ts';
import { CallBudgetRow } from './call-budget.ts';
import { Cancellation } from './cancellation.ts';
import { DocumentConfiguration } from './document-configuration.ts';
import { DocumentRequest } from './document-request.ts';
import { GenerationTime } from './generation-time.ts';
import { History } from './history.ts';
import { IdempotencyKey } from './idempotency-key.ts';
import { ProgressRow } from './progress.ts';
import { RateLimit } from './rate-limit.ts';
import { ReferenceChange, ReferenceVersion } from './reference-change.ts';
import { ReferenceData, SourcePermission } from './reference-data.ts';
import { RetriggerItem, RetriggerPlan } from './retrigger.ts';
import { Setting } from './setting.ts';
import { StageError } from './stage-error.ts';
import { StatusEventRow } from './status-event.ts';

/** Everything MikroORM knows. */
export const entities = [
  DocumentRequest,
  ProgressRow,
  Cancellation,
  History,
  StageError,
  Batch,
  StatusEventRow,
  ReferenceData,
  SourcePermission,
  DocumentConfiguration,
  ReferenceChange,
  ReferenceVersion,
  RateLimit,
  IdempotencyKey,
  CallBudgetRow,
  Setting,
  GenerationTime,
  AuditRow,
  RetriggerPlan,
  RetriggerItem,
];
