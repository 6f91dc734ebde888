import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, readConfig, readRoles, roles } from '#src/config.ts';

const least = {
  DATABASE_URL: 'postgres://localhost/oms',
  THUNDERHEAD_URL: 'http://localhost:8090/thunderhead/v1',
  OIDM_URL: 'http://localhost:8091',
};

/** The settings that are complained about, and the whole message. */
function complaints(environment: Record<string, string>) {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    const { problems, message } = error as ConfigurationError;
    for (const problem of problems) expect(message).toContain(problem);
    return { names: problems.map((problem) => problem.split(/[\s:]/)[0]), message };
  }
  throw new Error('nothing was complained about');
}

describe('the configuration', () => {
  test('has defaults for all but the three addresses it cannot know', () => {
    expect(complaints({}).names).toEqual(['DATABASE_URL', 'THUNDERHEAD_URL', 'OIDM_URL']);
    expect(readConfig(least)).toMatchObject({
      ...{ host: '127.0.0.1', port: 8080, redisUrl: undefined, kafkaBrokers: [], logLevel: 'info' },
      ...{ databaseUrl: least.DATABASE_URL, maxBodyBytes: 10 * 1024 * 1024 },
    });
  });

  test('what is set but empty counts as not set', () => {
    expect(readConfig({ ...least, REDIS_URL: '', KAFKA_BROKERS: '' })).toMatchObject({
      redisUrl: undefined,
      kafkaBrokers: [],
    });
  });

  test('is read as it is meant', () => {
    expect(
      readConfig({ ...least, PORT: '0', KAFKA_BROKERS: 'a:1,b:65535', THUNDERHEAD_URL: 'https://x/y/' }),
    ).toMatchObject({
      port: 0,
      kafkaBrokers: ['a:1', 'b:65535'],
      thunderhead: { url: 'https://x/y' },
    });
  });

  test('callbacks are refused unless there is a key, and then go to public addresses only', () => {
    expect(readConfig(least).callbacks).toEqual({
      ...{ key: undefined, timeoutMs: 5_000, attempts: 12, privateAddresses: [], plainHttp: false },
    });
    expect(readConfig({ ...least, CALLBACK_PRIVATE_ADDRESSES: '10.0.0.0/8,::1' }).callbacks).toMatchObject({
      privateAddresses: ['10.0.0.0/8', '::1'],
    });
    const bad = {
      ...{ CALLBACK_KEY: 'too short', CALLBACK_ATTEMPTS: '0', CALLBACK_TIMEOUT_MS: '0', CALLBACK_PLAIN_HTTP: 'maybe' },
      CALLBACK_PRIVATE_ADDRESSES: '10.0.0.0/33',
    };
    const { names, message } = complaints({ ...least, ...bad });
    expect(names.sort()).toEqual(Object.keys(bad).sort());
    expect(message).not.toContain('too short');
  });

  test('how Thunderhead is called, until an operator says otherwise', () => {
    expect(readConfig(least).thunderhead).toEqual({
      ...{ url: least.THUNDERHEAD_URL, timeoutMs: 10_000, callsPerMinute: 600, callsInFlight: 16 },
      ...{ batchSize: 50, batchLingerMs: 0, unknownGraceMs: 30_000 },
      ...{ pollFirstMs: 100, pollCapMs: 15_000, pollDeadlineMs: 3_600_000 },
    });
    const bad = {
      ...{ THUNDERHEAD_CALLS_PER_MINUTE: '0', THUNDERHEAD_CALLS_IN_FLIGHT: '0', THUNDERHEAD_BATCH_SIZE: '501' },
      ...{ THUNDERHEAD_BATCH_LINGER_MS: '-1', THUNDERHEAD_UNKNOWN_GRACE_MS: 'long' },
    };
    expect(complaints({ ...least, ...bad }).names.sort()).toEqual(Object.keys(bad).sort());
  });

  test('no call may take so long that what is in hand outlives a stop', () => {
    const most = { THUNDERHEAD_TIMEOUT_MS: '10000', CALLBACK_TIMEOUT_MS: '22000' };
    expect(readConfig({ ...least, ...most })).toMatchObject({
      ...{ thunderhead: { timeoutMs: 10_000 }, callbacks: { timeoutMs: 22_000 } },
    });
    const { message } = complaints({ ...least, THUNDERHEAD_TIMEOUT_MS: '10001', CALLBACK_TIMEOUT_MS: '22001' });
    const reason = 'what is in hand must be settled within 25 s of SIGTERM';
    expect(message).toContain(`THUNDERHEAD_TIMEOUT_MS must be at most 10000: ${reason}`);
    expect(message).toContain(`CALLBACK_TIMEOUT_MS must be at most 22000: ${reason}`);
  });

  test('a client of our own has a name and a secret, or neither', () => {
    expect(complaints({ ...least, OIDM_CLIENT_ID: 'oms' }).message).toContain('OIDM_CLIENT_SECRET');
  });

  test('reference data is read from its tables, or from its API by a client of ours', () => {
    const api = { REFERENCE_DATA_URL: 'http://reference/', OIDM_CLIENT_ID: 'oms', OIDM_CLIENT_SECRET: 's3cret' };
    expect(readConfig(least)).toMatchObject({
      ...{ referenceData: { url: undefined, graceMs: 600_000 }, security: { ownClient: undefined } },
    });
    expect(readConfig({ ...least, ...api, REFERENCE_DATA_GRACE_MS: '0' })).toMatchObject({
      referenceData: { url: 'http://reference', graceMs: 0 },
      security: { ownClient: { id: 'oms', secret: 's3cret' } },
    });
    const { message } = complaints({ ...least, ...api, OIDM_CLIENT_ID: '' });
    expect(message).toMatch(/REFERENCE_DATA_URL.*OIDM_CLIENT_ID/);
    expect(message).not.toContain('s3cret');
  });

  test('one client may have half of what a process takes in hand, or another share, but neither none nor more than all', () => {
    expect(readConfig(least).limits.clientShare).toBe(50);
    expect(readConfig({ ...least, MAX_CLIENT_SHARE: '100' }).limits.clientShare).toBe(100);
    for (const share of ['0', '101', '1.5'])
      expect(complaints({ ...least, MAX_CLIENT_SHARE: share }).names).toEqual(['MAX_CLIENT_SHARE']);
  });

  test('what recovers by itself: what took too long and what broke; a batch that went wrong may have printed', () => {
    expect(readConfig(least)).toMatchObject({ stallMs: 30_000 });
    expect(readConfig(least).recovery).toEqual({
      rules: [
        { category: 'TIMEOUT', times: 3, everyMs: 900_000 },
        { category: 'INTERNAL_ERROR', times: 3, everyMs: 600_000 },
      ],
      ...{ limit: 1_000, everyMs: 60_000, retentionDays: undefined },
    });
    const empty = { RECOVERY_POLICY: '', RETENTION_DAYS: '' };
    expect(readConfig({ ...least, ...empty }).recovery).toMatchObject({ rules: [], retentionDays: undefined });
    expect(
      readConfig({ ...least, RECOVERY_POLICY: 'THUNDERHEAD_ERROR:1x60', RETENTION_DAYS: '90' }).recovery,
    ).toMatchObject({ rules: [{ category: 'THUNDERHEAD_ERROR', times: 1, everyMs: 60_000 }], retentionDays: 90 });
    const bad = { RECOVERY_LIMIT: '0', RECOVERY_EVERY_SECONDS: '0', RETENTION_DAYS: '0', STALL_SECONDS: '0' };
    expect(complaints({ ...least, ...bad }).names.sort()).toEqual(Object.keys(bad).sort());
  });

  test('a recovery policy that cannot be is refused, all that is wrong with it at once', () => {
    const policy = 'TIMEOUT:3x900,TIMEOUT:1x1,NO_SUCH:1x1,INTERNAL_ERROR:101x0,MISSING_DATA=3,';
    const { names, message } = complaints({ ...least, RECOVERY_POLICY: policy });
    expect(names).toEqual(['RECOVERY_POLICY']);
    for (const part of [
      'TIMEOUT is named twice',
      'NO_SUCH is none of',
      'at most 100 times',
      'seconds apart',
      '"MISSING_DATA=3"',
      '"" is not',
    ])
      expect(message).toContain(part);
  });

  test('cannot be changed afterwards', () => {
    const config = readConfig(least);
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
  });

  test('names every bad value at once', () => {
    const bad = {
      ...{ HOST: 'not a host', PORT: '65536', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://h/db', REDIS_URL: 'localhost' },
      ...{
        KAFKA_BROKERS: 'localhost',
        KAFKA_CLIENT_ID: '',
        THUNDERHEAD_URL: 'ftp://x',
        THUNDERHEAD_TIMEOUT_MS: 'soon',
      },
      ...{ WORKER_CONCURRENCY: '0', LEASE_MS: '5', SWEEP_INTERVAL_MS: '1.5', SWEEP_GRACE_MS: '-1', POLL_FIRST_MS: '0' },
      ...{ POLL_CAP_MS: 'x', POLL_DEADLINE_MS: '', MAX_BODY_BYTES: '1', OIDM_URL: 'x' },
    };
    expect(complaints(bad).names.sort()).toEqual(Object.keys(bad).sort());
  });

  test.each([
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['WORKER_CONCURRENCY', '201'],
    ['KAFKA_BROKERS', 'a:1,,b:2'],
    ['KAFKA_BROKERS', 'a:1, b:2'],
    ['KAFKA_BROKERS', 'a:99999'],
    ['KAFKA_BROKERS', 'a:0'],
    ['REDIS_URL', 'http://localhost:6379'],
    ['DATABASE_URL', ''],
  ])('%s=%s is refused', (name, value) => expect(complaints({ ...least, [name]: value }).names).toEqual([name]));

  test.each([
    [{ POLL_FIRST_MS: '500', POLL_CAP_MS: '400' }, 'POLL_CAP_MS'],
    [{ POLL_CAP_MS: '5000', POLL_DEADLINE_MS: '4000' }, 'POLL_DEADLINE_MS'],
  ])('%j contradict each other', (pair, name) => expect(complaints({ ...least, ...pair }).names).toEqual([name]));

  test.each([
    { DATABASE_URL: 'mysql://oms:s3cret@host/db' },
    { REDIS_URL: 'http://:s3cret@host' },
    { DATABASE_URL: 'postgres://oms:s3cret@ho st/db' },
    { DATABASE_URL: 'oms:s3cret@host' },
    { DATABASE_URL: 'postgres//oms:s3cret/@host/db' },
    { REDIS_URL: 'redis://:s3/cret@ho st' },
    { THUNDERHEAD_URL: 'ftp://user:s3cret@host/path?key=s3cret' },
    { KAFKA_BROKERS: 'user:s3cret@host:9092' },
  ])('no secret is repeated: %j', (environment) => {
    const { names, message } = complaints({ ...least, ...environment });
    expect(names.sort()).toEqual(Object.keys(environment).sort());
    expect(message).not.toMatch(/s3cret|s3|cret@/);
  });
});

describe('the settings of security', () => {
  test('are safe unless told otherwise: an issuer and an audience are always demanded', () => {
    expect(readConfig({ ...least, OIDM_URL: 'http://oidm:8091/base/' }).security).toMatchObject({
      ...{
        mode: 'direct',
        trustedProxies: [],
        oidmUrl: 'http://oidm:8091/base',
        issuer: 'http://oidm:8091/base/oauth2',
      },
      ...{
        audience: 'oms',
        domains: ['OMSDomain'],
        leewaySeconds: 30,
        positiveCacheMs: 60_000,
        negativeCacheMs: 5_000,
      },
      requiredScopes: ['oms.request', 'oms.read', 'oms.reference', 'oms.admin'],
    });
    expect(readConfig({ ...least, TOKEN_ISSUER: '' }).security.issuer).toBe('http://localhost:8091/oauth2');
    expect(readConfig({ ...least, TOKEN_ISSUER: 'https://x' }).security.issuer).toBe('https://x');
  });

  test.each([
    ['TOKEN_CACHE_MS', '60001'],
    ['TOKEN_REFUSAL_CACHE_MS', '5001'],
    ['TOKEN_LEEWAY_SECONDS', '31'],
    ['TOKEN_DOMAINS', ''],
    ['TOKEN_SCOPES', 'a, b'],
    ['TOKEN_AUDIENCE', ''],
    ['OIDM_VERIFY_METHOD', 'PUT'],
    ['OIDM_VERIFY_PATH', '/x?token=1'],
    ['OIDM_VERIFY_PATH', 'https://elsewhere'],
    ['AUTH_MODE', 'none'],
    ['AUTH_HEADER_PREFIX', 'X Auth'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['SESSION_KEY', 'short'],
  ])('%s=%s is refused', (name, value) => expect(complaints({ ...least, [name]: value }).names).toEqual([name]));

  test('headers of a proxy are believed only when it is said whose', () => {
    const edge = { ...least, AUTH_MODE: 'edge' };
    expect(complaints(edge).names).toEqual(['TRUSTED_PROXIES']);
    expect(() => readConfig(edge)).toThrow('TRUSTED_PROXIES is required when AUTH_MODE is edge');
  });
});

describe('roles', () => {
  test('are read as given', () => expect(readRoles(['api', 'sweep'])).toEqual(['api', 'sweep']));
  test('all unknown ones are named, and what is known', () => {
    expect(() => readRoles(['api', 'wroker', 'toString'])).toThrow(/wroker.*\n.*toString/);
    expect(() => readRoles(['wroker'])).toThrow(new RegExp(roles.join(', ')));
  });
  test('there must be one', () => expect(() => readRoles([])).toThrow(ConfigurationError));
});

describe('node src/main.ts', () => {
  /** Exit code and what it wrote. */
  async function main(words: string[], environment: Record<string, string>) {
    const cwd = new URL('..', import.meta.url).pathname;
    return promisify(execFile)(process.execPath, ['src/main.ts', ...words], {
      cwd,
      env: environment,
      timeout: 20_000,
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  }

  test('refuses to start with bad values, names them, and repeats no secret', async () => {
    const { code, stdout, stderr } = await main(['api'], {
      ...{ PORT: 'x', DATABASE_URL: 'mysql://oms:s3cret@host/db', THUNDERHEAD_URL: least.THUNDERHEAD_URL },
    });
    expect([code, stdout]).toEqual([1, '']);
    const complained = [...stderr.matchAll(/^ {2}- (\w+)/gm)].map(([, name]) => name);
    expect(complained.sort()).toEqual(['DATABASE_URL', 'OIDM_URL', 'PORT']);
    expect(stderr).not.toContain('s3cret');
    expect(stderr).not.toContain('    at ');
  });

  test('refuses roles it does not know', async () => {
    const { code, stderr } = await main(['api', 'wroker'], least);
    expect([code, stderr]).toEqual([1, expect.stringContaining('wroker: no such role')]);
  });

  test('says in its log why it cannot start, and repeats no secret', async () => {
    const { code, stdout } = await main(['api'], { ...least, DATABASE_URL: 'postgres://oms:s3cret@127.0.0.1:1/oms' });
    expect(code).toBe(1);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      level: 'fatal',
      msg: expect.stringMatching(/^cannot start: .*DATABASE_URL: .*ECONNREFUSED/),
    });
    expect(stdout).not.toContain('s3cret');
  });
});
