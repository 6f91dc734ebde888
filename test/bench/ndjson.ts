import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { migrate } from '#src/platform/migrate.ts';
import { requestToken } from '#test/support/tokens.ts';
import { median } from './contestant.ts';
import { cpuMs, rssMb } from './cpu.ts';
import { documentBody } from './documents.ts';
import { openHouse } from './house.ts';
import { spawnOms } from './oms.ts';
import { verdict } from './report.ts';

/**
 * `node test/bench/ndjson.ts`: lines a second that one API process takes in from one NDJSON stream, with tokens, every check
 * and a durable PostgreSQL; and its memory while a long stream goes through. No worker runs. The sender, in this process, has
 * made its lines before and counts the answers' line ends. `--lines`, `--rounds`, `--long 1000000` choose.
 */
const { values: flags } = parseArgs({
  options: {
    lines: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '3' },
    long: { type: 'string', default: '200000' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);

await using house = await openHouse(100);
const databaseUrl = await house.database('ndjson');
await migrate(databaseUrl);
const api = await spawnOms(house, 'ndjson api', ['api'], {
  ...{ DATABASE_URL: databaseUrl, REDIS_URL: `${house.services.redisUrl}/8` },
  ...{ THUNDERHEAD_URL: house.thunderhead.url, OIDM_URL: house.oidm.url },
});
const authorization = `Bearer ${await requestToken(house.oidm.url, 'arcade')}`;

const lines = Number(flags.lines);
const rates: number[] = [];
for (let round = 0; round <= Number(flags.rounds); round++) {
  const before = { api: cpuMs(api.pid), postgres: cpuMs(house.pidOf('PostgreSQL')) };
  const seconds = await stream(lines, `round-${round}`);
  const perLine = (name: keyof typeof before, now: number) => Math.round(((now - before[name]) * 1_000) / lines);
  // The first one warms up.
  if (round > 0) rates.push(lines / seconds);
  say(
    `  ${Math.round(lines / seconds)} lines/s; CPU a line: API ${perLine('api', cpuMs(api.pid))} us, ` +
      `PostgreSQL ${perLine('postgres', cpuMs(house.pidOf('PostgreSQL')))} us`,
  );
}
say(`NDJSON, one stream: ${verdict(median(rates), 5_000, 'lines/s', 'least')}`);

const long = Number(flags.long);
if (long > 0) {
  const seen: number[] = [];
  let over = false;
  const watched = (async () => {
    for (; !over; await sleep(500)) seen.push(rssMb(api.pid));
  })();
  const seconds = await stream(long, 'long');
  over = true;
  await watched;
  const quarter = seen.length >> 2;
  say(
    `${long} lines in one stream: ${Math.round(long / seconds)} lines/s; the API's memory ` +
      `${Math.round(median(seen.slice(0, quarter)))} MB in its first quarter, ${Math.round(median(seen.slice(-quarter)))} MB in its last`,
  );
}

/** Sends so many lines and reads as many answers; in seconds. */
function stream(count: number, run: string): Promise<number> {
  const prefix = `${run}-${process.pid}-${Date.now()}`;
  const template = JSON.stringify(documentBody('@'));
  const chunk = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => `${template.replaceAll('@"', `${prefix}-${from + n}"`)}\n`).join('');
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const sending = request(
      `${api.url}/api/v1/document-requests/bulk`,
      { method: 'POST', headers: { authorization, 'content-type': 'application/x-ndjson' } },
      (response) => {
        let answered = 0;
        let first = '';
        response.on('data', (bytes: Buffer) => {
          first ||= bytes.toString();
          for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) answered++;
        });
        response.on('end', () =>
          answered === count && first.startsWith('{"line":1,"status":202')
            ? resolve((performance.now() - startedAt) / 1_000)
            : reject(new Error(`${answered} answers for ${count} lines: ${first.slice(0, 1_000)}`)),
        );
      },
    );
    sending.on('error', reject);
    let next = 0;
    const send = () => {
      while (next < count) {
        const from = next;
        next = Math.min(count, next + 50);
        if (!sending.write(chunk(from, next))) return void sending.once('drain', send);
      }
      sending.end();
    };
    send();
  });
}
