import Joi from 'joi';

/** What the sign-in page sends. */
export type SignIn = { csrf: string; to: string } & (
  | { client: string; secret: string; token?: never }
  | { token: string; client?: never; secret?: never }
);

const text = (longest: number) => Joi.string().trim().max(longest).required();
const always = { csrf: Joi.string().allow('').max(200).default(''), to: Joi.string().allow('').max(2_000).default('') };

const schema = Joi.alternatives(
  Joi.object({ ...always, client: text(200), secret: Joi.string().max(1_000).required() }),
  // People paste what they have, and that is often the whole header.
  Joi.object({ ...always, token: text(16_000).replace(/^bearer\s+/i, '') }),
);

/** Undefined when something is missing, too long, or not of this form. */
export function readSignIn(body: unknown): SignIn | undefined {
  const { value, error } = schema.validate(body);
  return error ? undefined : value;
}
