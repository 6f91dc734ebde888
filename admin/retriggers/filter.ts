import Joi from 'joi';
import { moment } from '../pages/moment.ts';

/** Which failed documents are meant. What is not said is not asked; nothing said means all that have failed. */
export interface RetriggerFilter {
  /** Where it failed. */
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
  ids?: string[];
  /** A rejected document was answered: what was asked for is wrong. It goes again only when somebody says so. */
  includeRejected?: boolean;
}

const text = Joi.string().trim().empty('').max(200);
const mostIds = 10_000;

export const retriggerFilter = Joi.object<RetriggerFilter>({
  ...{ stage: text, category: text, code: text, fingerprint: text, sourceSystem: text, documentName: text },
  ...{ failedFrom: moment, failedTo: moment },
  ids: Joi.array().items(Joi.string().uuid()).max(mostIds),
  includeRejected: Joi.boolean(),
});

/** A filter as a form sends it: ids in one field, whatever stands between them, and a tick for the rejected. */
export function filterOf(typed: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = ['stage', 'category', 'code', 'fingerprint', 'sourceSystem', 'documentName', 'failedFrom', 'failedTo'];
  const ids = String(typed.ids ?? '')
    .split(/[\s,;]+/)
    .filter(Boolean);
  return {
    ...Object.fromEntries(names.flatMap((name) => (typed[name] ? [[name, typed[name]]] : []))),
    ...(ids.length > 0 && { ids }),
    ...(typed.includeRejected ? { includeRejected: true } : {}),
  };
}
