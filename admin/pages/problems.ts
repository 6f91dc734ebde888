import type Joi from 'joi';

/** All that is wrong with what was sent, field by field, in words. */
export const problemsOf = ({ details }: Joi.ValidationError): { field: string; message: string }[] =>
  details.map(({ path, message }) => ({ field: path.join('.'), message: message.replaceAll('"', '') }));
