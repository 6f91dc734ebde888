import { Batch } from './batch.ts';
import { DocumentConfiguration } from './document-configuration.ts';
import { DocumentRequest } from './document-request.ts';
import { History } from './history.ts';
import { ProgressRow } from './progress.ts';
import { ReferenceData, SourcePermission } from './reference-data.ts';
import { StageError } from './stage-error.ts';
import { StatusEventRow } from './status-event.ts';

/** Everything MikroORM knows. */
export const entities = [
  DocumentRequest,
  ProgressRow,
  History,
  StageError,
  Batch,
  StatusEventRow,
  ReferenceData,
  SourcePermission,
  DocumentConfiguration,
];
