import { code, rowSchema } from '../rules.ts';
import type { Collection, Content } from './collection.ts';

export interface SourcePermissionContent extends Content {
  sourceSystem: string;
  documentType: string;
}

/** Which source system may ask for which type of document. */
export const sourcePermissions: Collection<SourcePermissionContent> = {
  name: 'source-permissions',
  noun: 'source permission',
  component: 'SourcePermission',
  table: 'source_permission',
  columns: { sourceSystem: 'source_system', documentType: 'document_type' },
  key: ['sourceSystem', 'documentType'],
  schema: rowSchema<SourcePermissionContent>('SourcePermission', {
    sourceSystem: code.required().description('who may ask').example('ARCADE'),
    documentType: code.required().description('for documents of which type').example('INVOICE'),
  }),
  example: { sourceSystem: 'ARCADE', documentType: 'POLICY', effectiveFrom: '2026-01-01', effectiveTo: '4712-12-31' },
  filters: { sourceSystem: code, documentType: code },
};
