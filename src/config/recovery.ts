import Joi from 'joi';
import { failureCategories } from '#processors/document/failure-categories.ts';
import type { RecoveryRule } from '#processors/engine/recover.ts';

/** What is set going again by itself, and what is forgotten. */
export interface RecoveryConfig {
  rules: readonly RecoveryRule[];
  /** Items of one pass. */
  limit: number;
  /** Until an operator says otherwise on the board. */
  everyMs: number;
  /** Undefined: nothing is ever deleted. */
  retentionDays: number | undefined;
}

const categories: readonly string[] = failureCategories;
const longestSeconds = 30 * 86_400;

/**
 * `TIMEOUT:3x900,INTERNAL_ERROR:3x600`: how often, and how many seconds apart. A category that is not named waits for an
 * operator: a batch that went wrong may have printed.
 */
const policy = Joi.string()
  .allow('')
  .custom((text: string, { error, original }) => {
    const problems = problemsOf(original);
    return problems.length === 0 ? text : error('any.invalid', { problems: problems.join('; ') });
  })
  .messages({ 'any.invalid': '{{#label}}: {{#problems}}' });

const entriesOf = (text: string): string[] => (text === '' ? [] : text.split(','));
const fieldsOf = (entry: string) => /^([A-Z_]+):(\d{1,9})x(\d{1,9})$/.exec(entry) ?? [];

function problemsOf(text: string): string[] {
  const seen = new Set<string>();
  return entriesOf(text).flatMap((entry) => {
    const [, category = '', times, seconds] = fieldsOf(entry);
    if (!category) return [`"${entry}" is not CATEGORY:TIMESxSECONDS`];
    const problems: string[] = [];
    if (!categories.includes(category)) problems.push(`${category} is none of ${categories.join(', ')}`);
    if (seen.has(category)) problems.push(`${category} is named twice`);
    if (Number(times) > 100) problems.push(`${entry}: at most 100 times`);
    if (Number(seconds) < 1 || Number(seconds) > longestSeconds)
      problems.push(`${entry}: 1 to ${longestSeconds} seconds apart`);
    seen.add(category);
    return problems;
  });
}

export const settings = {
  RECOVERY_POLICY: policy.default('TIMEOUT:3x900,INTERNAL_ERROR:3x600'),
  RECOVERY_LIMIT: Joi.number().integer().min(1).max(100_000).default(1_000),
  RECOVERY_EVERY_SECONDS: Joi.number().integer().min(1).max(86_400).default(60),
  RETENTION_DAYS: Joi.number().integer().min(1).max(36_500).empty(''),
};

// biome-ignore lint/suspicious/noExplicitAny: checked by Joi
export const read = (value: any): RecoveryConfig =>
  Object.freeze({
    rules: Object.freeze(entriesOf(value.RECOVERY_POLICY).map(ruleOf)),
    limit: value.RECOVERY_LIMIT,
    everyMs: value.RECOVERY_EVERY_SECONDS * 1_000,
    retentionDays: value.RETENTION_DAYS,
  });

function ruleOf(entry: string): RecoveryRule {
  const [, category = '', times, seconds] = fieldsOf(entry);
  return Object.freeze({ category, times: Number(times), everyMs: Number(seconds) * 1_000 });
}
