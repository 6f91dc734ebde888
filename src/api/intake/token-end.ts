import type { Caller } from '#src/security/caller.ts';
import { tokenInvalid } from '#src/security/challenges.ts';
import type { Problem } from '../problem.ts';

/** For so long after its end a token is still taken: `TOKEN_LEEWAY_SECONDS`, at the most. */
const leewayMs = 30_000;

/** An upload may last for hours; its token says for how long. Why no more of it may be taken in, when that is so. */
export const tokenEnded = ({ expiresAt }: Pick<Caller, 'expiresAt'>): Problem | undefined =>
  expiresAt.getTime() + leewayMs < Date.now()
    ? tokenInvalid('the token has expired during the upload; go on with another one')
    : undefined;
