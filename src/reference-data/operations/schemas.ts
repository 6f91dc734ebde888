import Joi from 'joi';
import { uuid } from '#src/api/rules.ts';
import { type Collection, type Content, collectionNames } from '../collections/collection.ts';
import { changeActions } from '../rows/changes.ts';
import { bookkeeping, moment } from '../rules.ts';

/** What the operations of all three collections have in common. */

export const json = (schema: Joi.Schema, example?: unknown) => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
});

export const etag = { description: 'the version of the row, for If-Match', schema: Joi.string().example('"3"') };

/** A row as it is answered: what was sent, and the bookkeeping. */
export const storedSchema = ({ schema, component }: Collection<Content>): Joi.ObjectSchema =>
  (schema as Joi.ObjectSchema).keys(bookkeeping).meta({ component: `Stored${component}` });

export const storedExample = ({ example }: Collection<Content>): object => ({
  id: '019a1f2e-7a54-7c1e-9b55-0f4c1a2b3c4d',
  version: 1,
  ...example,
  deletedAt: null,
});

export const rowPath = Joi.object<{ id: string }>({
  id: uuid.required().description('the id of the row, as the list tells it'),
});

export const limit = (most: number, usual: number) =>
  Joi.number().integer().min(1).max(most).default(usual).description('rows in a page, at the most');

/** Two times: when a row applies, and when it was known. */
export const at = moment.description(
  'only rows that apply on this day, or at this moment (days begin at midnight UTC); without it, rows of any time',
);
export const knownAt = moment.description(
  'the rows as they were known at this moment: corrections and deletions that were made later are left out. Without it, as they are known today',
);

const changeSchema = Joi.object({
  id: Joi.string().required().description('grows in the order in which changes were made'),
  collection: Joi.valid(...collectionNames).required(),
  rowId: Joi.string().guid().required(),
  action: Joi.valid(...changeActions)
    .required()
    .description('removed: somebody has deleted the row itself, with SQL'),
  actor: Joi.string().required().description('client/subject; sql/user for what was done by hand').example('ops/ops'),
  at: Joi.string().isoDate().required().description('when'),
  before: Joi.object().unknown().allow(null).required().description('the whole row; null when it was created'),
  after: Joi.object().unknown().allow(null).required().description('the whole row; null when it was removed'),
}).meta({ component: 'ReferenceChange' });

export const changesPage = Joi.object({
  items: Joi.array().items(changeSchema).required().description('oldest first'),
  next: Joi.string().allow(null).required().description('send it back as `after` to read on, now or later'),
}).meta({ component: 'ReferenceChanges' });

export const changesAfter = Joi.string()
  .pattern(/^\d{1,18}$/, 'id of a change')
  .description('the `next` of the page before');
