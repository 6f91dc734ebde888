import { randomUUID } from 'node:crypto';
import Joi from 'joi';
import { errors, jwtVerify, SignJWT } from 'jose';
import { mayEnter, type Visitor } from './gatekeeper.ts';

/** Somebody who has come in, until `expiresAt`. */
export interface Session extends Visitor {
  id: string;
}

export interface SessionOptions {
  key: Uint8Array;
  minutes: number;
  now: () => Date;
}

const signature = 'HS256';
const purpose = { issuer: 'oms', audience: 'oms-board' };
const type = 'oms-session+jwt';

interface Claims {
  /** The session's id. */
  jti: string;
  sub: string;
  client: string;
  /** Separated by spaces. */
  scope: string;
  exp: number;
}

const claimsOfSession = Joi.object<Claims, true>({
  jti: Joi.string().required(),
  sub: Joi.string().required(),
  client: Joi.string().required(),
  scope: Joi.string().required(),
  exp: Joi.number().required(),
}).unknown();

/**
 * A session is a signed cookie (a JWT) and nothing else: any process with the same key can read it, and no table is asked.
 * It holds who it is, never the access token. It ends with the token, or after `minutes`, whichever is sooner, and is not
 * prolonged by use: a cookie that was stolen cannot be kept alive.
 *
 * Signing out ends it at once in this process; elsewhere a copy of the cookie is good until it expires.
 */
export class Sessions {
  readonly #options: SessionOptions;
  /** Sessions that were signed out, by id, until they would have ended anyway. */
  readonly #ended = new Map<string, Date>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async open(visitor: Visitor): Promise<{ session: Session; cookie: string }> {
    const now = this.#options.now();
    const endsAt = Math.min(visitor.expiresAt.getTime(), now.getTime() + this.#options.minutes * 60_000);
    const { subject, client, scopes } = visitor;
    const session = { id: randomUUID(), subject, client, scopes, expiresAt: new Date(endsAt) };
    const cookie = await new SignJWT({ client, scope: scopes.join(' ') })
      .setProtectedHeader({ alg: signature, typ: type })
      .setJti(session.id)
      .setSubject(subject)
      .setIssuer(purpose.issuer)
      .setAudience(purpose.audience)
      .setIssuedAt(now)
      .setExpirationTime(session.expiresAt)
      .sign(this.#options.key);
    return { session, cookie };
  }

  /** Undefined for whatever is not a living session with the scope that the board demands. */
  async read(cookie: string | undefined): Promise<Session | undefined> {
    if (!cookie) return undefined;
    const claims = await this.#verified(cookie);
    if (!claims || this.#ended.has(claims.jti)) return undefined;
    const session = {
      id: claims.jti,
      subject: claims.sub,
      client: claims.client,
      scopes: claims.scope.split(' '),
      expiresAt: new Date(claims.exp * 1_000),
    };
    return mayEnter(session) ? session : undefined;
  }

  end({ id, expiresAt }: Pick<Session, 'id' | 'expiresAt'>): void {
    const now = this.#options.now();
    for (const [ended, until] of this.#ended) if (until <= now) this.#ended.delete(ended);
    this.#ended.set(id, expiresAt);
  }

  async #verified(cookie: string): Promise<Claims | undefined> {
    const { key, now } = this.#options;
    try {
      const { payload } = await jwtVerify(cookie, key, {
        ...purpose,
        typ: type,
        algorithms: [signature],
        requiredClaims: ['exp', 'jti', 'sub'],
        currentDate: now(),
      });
      return Joi.attempt(payload, claimsOfSession);
    } catch (error) {
      if (error instanceof errors.JOSEError || Joi.isError(error)) return undefined;
      throw error;
    }
  }
}
