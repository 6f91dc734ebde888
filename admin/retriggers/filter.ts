import Joi from 'joi';
import { moment } from '../pages/moment.ts';

/** Which failed documents are meant. What is not said is not asked; nothing said means all that have failed. */
export interface RetriggerFilter {
  /** Where it failed, as the board says it. */
  stage?: string;
  category?: string;
  code?: string;
  /** Of one cause: see `processors/engine/fingerprint.ts`. */
  fingerprint?: string;
  sourceSystem?: string;
  documentName?: string;
  failedFrom?: Date;
  /** Before it. */
  failedTo?: Date;
  /** Only those that Thunderhead may have already, or only the others. See `may-exist.ts`. */
  mayExist?: boolean;
  ids?: string[];
  /** A rejected document was answered: what was asked for is wrong. It goes again only when somebody says so. */
  includeRejected?: boolean;
}

type FieldKind = 'stage' | 'category' | 'text' | 'moment' | 'either' | 'ids' | 'tick';

interface FilterField {
  kind: FieldKind;
  /** In the form. */
  label: string;
  /** In a sentence, before the value. */
  words: string;
}

/**
 * Every field, once: the schema, the form, what a preview hands on to the start and what is said of a filter are made of
 * this list. A field that one of them forgot would silently widen a plan.
 */
export const filterFields = {
  stage: { kind: 'stage', label: 'Failed at', words: 'stage' },
  category: { kind: 'category', label: 'Category', words: 'category' },
  code: { kind: 'text', label: 'Error code', words: 'error code' },
  fingerprint: { kind: 'text', label: 'Cause (fingerprint)', words: 'cause' },
  sourceSystem: { kind: 'text', label: 'Source system', words: 'source' },
  documentName: { kind: 'text', label: 'Document name', words: 'document' },
  failedFrom: { kind: 'moment', label: 'Failed from (UTC)', words: 'failed from' },
  failedTo: { kind: 'moment', label: 'Failed before (UTC)', words: 'failed before' },
  mayExist: { kind: 'either', label: 'May exist at Thunderhead', words: 'may exist at Thunderhead:' },
  ids: { kind: 'ids', label: 'Document ids', words: 'named documents' },
  includeRejected: { kind: 'tick', label: 'The rejected too', words: 'the rejected too' },
} as const satisfies Record<keyof RetriggerFilter, FilterField>;

export type FieldName = keyof typeof filterFields;
export const fieldNames = Object.keys(filterFields) as FieldName[];

const text = Joi.string().trim().empty('').max(200);
const yesOrNo = Joi.boolean().truthy('yes').falsy('no').empty('');
const mostIds = 10_000;

const schemas: Record<FieldKind, Joi.Schema> = {
  ...{ stage: text, category: text, text, moment, either: yesOrNo, tick: yesOrNo },
  ids: Joi.array().items(Joi.string().uuid()).max(mostIds),
};

export const retriggerFilter = Joi.object<RetriggerFilter>(
  Object.fromEntries(fieldNames.map((name) => [name, schemas[filterFields[name].kind]])),
);

/** A filter as a form sends it: ids stand in one field, whatever is between them. */
export const filterOf = (typed: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    fieldNames.flatMap((name) => {
      const value = filterFields[name].kind === 'ids' ? idsIn(typed[name]) : typed[name];
      return value ? [[name, value]] : [];
    }),
  );

function idsIn(typed: unknown): string[] | undefined {
  const ids = String(typed ?? '')
    .split(/[\s,;]+/)
    .filter(Boolean);
  return ids.length > 0 ? ids : undefined;
}
