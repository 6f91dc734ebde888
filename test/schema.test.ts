import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { openOrm } from '#src/platform/database.ts';
import { freshDatabase } from './support/services.ts';

/** What MikroORM would do to the migrated database to make it fit the entities, statement by statement. */
async function difference(databaseUrl: string): Promise<string[]> {
  const orm = await openOrm(databaseUrl);
  try {
    const sql = await orm.schema.getUpdateSchemaSQL();
    return sql.split('\n').filter((line) => line.trim() !== '');
  } finally {
    await orm.close();
  }
}

test('the entities and the migrations describe the same tables', async () => {
  expect(await difference(await freshDatabase())).toEqual([]);
});

test('and a difference would be seen', async () => {
  const databaseUrl = await freshDatabase();
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`
    alter table batch drop column status_text;
    alter table progress add column surplus text;
    alter table progress alter column runs type bigint;
    alter table history alter column reason drop not null;
    alter table document_request alter column priority drop default;
    drop table source_permission;
    drop index history_of_item;
    alter table batch drop constraint batch_of_handover;`);
  await client.end();
  const seen = (await difference(databaseUrl)).join('\n');
  for (const name of 'status_text surplus runs reason priority source_permission history_of_item batch_of_handover'.split(
    ' ',
  ))
    expect(seen).toContain(`"${name}"`);
});
