import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { readConfig } from '#src/config.ts';
import { openSecurity, type Security } from '#src/security/open-security.ts';
import type { Verdict } from '#src/security/verdict.ts';
import { openOidm, type TestOidm } from '#test/support/tokens.ts';

export interface GateOptions {
  oidm?: Parameters<typeof openOidm>[0];
  settings?: Record<string, string>;
  keysCooldownMs?: number;
}

/** The Security Service's code before an OIDM of its own, with a clock that can be set forward. */
export interface Gate extends AsyncDisposable {
  oidm: TestOidm;
  security: Security;
  /** `valid`, or the kind of the refusal with its reason. */
  verdict(token: string): Promise<string>;
  verify(token: string): Promise<Verdict>;
  /** How often OIDM was asked about a token. */
  asked(): Promise<number>;
  pass(seconds: number): void;
  log: string[];
  /** Another process with the same settings, as fresh as after a restart. */
  another(redis?: Redis): Security;
}

export async function openGate(options: GateOptions = {}, redis?: Redis): Promise<Gate> {
  await using opened = new AsyncDisposableStack();
  const oidm = opened.use(await openOidm(options.oidm));
  const { security: config } = readConfig({
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    THUNDERHEAD_URL: 'http://127.0.0.1:1',
    OIDM_URL: oidm.url,
    ...options.settings,
  });
  const log: string[] = [];
  let ahead = 0;
  const { keysCooldownMs = 50 } = options;
  const another = (shared?: Redis) =>
    openSecurity(config, {
      redis: shared,
      log: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
      now: () => Date.now() + ahead,
      keysCooldownMs,
    });
  const security = opened.use(another(redis));
  const stack = opened.move();
  return {
    ...{ oidm, security, another: (shared) => stack.use(another(shared)), log },
    verify: (token) => security.verifier.verify(token),
    async verdict(token) {
      const verdict = await security.verifier.verify(token);
      return 'reason' in verdict ? `${verdict.kind}: ${verdict.reason}` : verdict.kind;
    },
    asked: async () => (await oidm.calls()).validate ?? 0,
    pass(seconds) {
      ahead += seconds * 1_000;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Seconds since 1970, so many from now. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

/** A token whose parts are as given, the signature too. */
export const assembled = (header: object, claims: object | string, signature: Buffer | string = ''): string =>
  [
    Buffer.from(JSON.stringify(header)).toString('base64url'),
    typeof claims === 'string' ? claims : Buffer.from(JSON.stringify(claims)).toString('base64url'),
    typeof signature === 'string' ? signature : signature.toString('base64url'),
  ].join('.');
