import Joi from 'joi';

/**
 * A moment as scripts and forms give it. What a browser's field for date and time sends names no time zone; our pages say
 * all times in UTC, so that is what it means.
 */
export const moment = Joi.string()
  .trim()
  .empty('')
  .isoDate()
  .custom((text: string): Date => new Date(/T[\d:.]+$/.test(text) ? `${text}Z` : text));
