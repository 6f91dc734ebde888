import { parseArgs } from 'node:util';
import pg from 'pg';
import { migrate } from '#src/platform/migrate.ts';
import { openHouse } from './house.ts';
import { verdict } from './report.ts';

/**
 * `node test/bench/rebuild.ts`: how long `rebuild-queues` takes, from its start to its end, with so many documents in flight:
 * at every stage, a third of them due now and the others at times of their own within the hour. Once into empty queues, and
 * once more, when all of that is thrown away first. `--rows`, `--backend redis | postgres` choose.
 */
const { values: flags } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, backend: { type: 'string', default: 'redis' } },
});
const rows = Number(flags.rows);
const goalSeconds = 60;
const say = (line: string) => process.stdout.write(`${line}\n`);

await using house = await openHouse(100);
const databaseUrl = await house.database('rebuild');
await migrate(databaseUrl);
await fill(databaseUrl);
const settings = {
  ...{ DATABASE_URL: databaseUrl, THUNDERHEAD_URL: house.thunderhead.url, OIDM_URL: house.oidm.url },
  ...(flags.backend === 'redis' && { REDIS_URL: `${house.services.redisUrl}/11` }),
};
for (const queues of ['empty', 'full']) {
  const startedAt = performance.now();
  const output = await house.run('rebuild', ['src/main.ts', 'rebuild-queues'], settings);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { rung, thrownAway } = JSON.parse(output.split('\n').at(-1) ?? '') as { rung: number; thrownAway: number };
  if (rung !== rows) throw new Error(`${rung} of ${rows} were rung`);
  say(
    `  ${rows} in flight, ${queues} queues on ${flags.backend} (${thrownAway} jobs thrown away): ${verdict(seconds, goalSeconds, 's')}`,
  );
}

async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into progress (id, pipeline, stage, status, due_at, since)
     select gen_random_uuid(), 'document', (array['validate', 'submit', 'poll', 'publish'])[1 + n % 4], 'ready',
       now() + (n % 3) * random() * interval '30 minutes', now()
     from generate_series(1, $1) as n`,
    [rows],
  );
  await client.query('vacuum analyze progress');
  await client.end();
}
