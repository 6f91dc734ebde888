import { Migration } from '@mikro-orm/migrations';

const tables = ['reference_data', 'source_permission', 'document_configuration'];

/**
 * Every change of reference data is kept and gives all of it a new version, in the transaction that makes it. Triggers see
 * to both, so that a correction made by hand with SQL is explained later, and reaches every cache, like any other.
 */
export class Migration20261121000009_reference_changes extends Migration {
  override up(): void {
    this.addSql('create table reference_version (id int not null primary key, version uuid not null)');
    this.addSql('insert into reference_version (id, version) values (1, gen_random_uuid())');
    this.addSql(`create table reference_change (
      id bigserial primary key,
      collection text not null,
      row_id uuid not null,
      action text not null,
      actor text not null,
      before jsonb null,
      after jsonb null,
      at timestamptz(3) not null
    )`);
    this.addSql('create index reference_change_of_row on reference_change (row_id, id)');

    // The row of the version is also the lock that lets one change at a time in, so it is taken before any other row.
    this.addSql(`create function reference_version_anew() returns trigger language plpgsql as $$ begin
      update reference_version set version = gen_random_uuid();
      return null;
    end $$`);
    this.addSql(`create function reference_row_version() returns trigger language plpgsql as $$ begin
      new.version := old.version + 1;
      return new;
    end $$`);
    this.addSql(`create function reference_change_keep() returns trigger language plpgsql as $$ begin
      insert into reference_change (collection, row_id, action, actor, before, after, at) values (
        tg_table_name,
        case tg_op when 'DELETE' then old.id else new.id end,
        case when tg_op = 'INSERT' then 'created'
          when tg_op = 'DELETE' then 'removed'
          when old.deleted_at is null and new.deleted_at is not null then 'deleted'
          when old.deleted_at is not null and new.deleted_at is null then 'restored'
          else 'replaced' end,
        coalesce(nullif(current_setting('oms.actor', true), ''), 'sql/' || session_user),
        case tg_op when 'INSERT' then null else to_jsonb(old) end,
        case tg_op when 'DELETE' then null else to_jsonb(new) end,
        clock_timestamp());
      return null;
    end $$`);

    this.addSql(`create function reference_no_truncate() returns trigger language plpgsql as $$ begin
      raise exception 'truncate would leave no trace of the rows: delete them';
    end $$`);

    for (const table of tables) {
      this.addSql(`alter table ${table} add column version int not null default 1`);
      this.addSql(`insert into reference_change (collection, row_id, action, actor, before, after, at)
        select '${table}', id, 'created', 'migration', null, to_jsonb(${table}), now() from ${table} order by id`);
      this.addSql(`create trigger reference_version_anew before insert or update or delete on ${table}
        for each statement execute function reference_version_anew()`);
      this.addSql(`create trigger reference_row_version before update on ${table}
        for each row execute function reference_row_version()`);
      this.addSql(`create trigger reference_change_keep after insert or update or delete on ${table}
        for each row execute function reference_change_keep()`);
      this.addSql(`create trigger reference_no_truncate before truncate on ${table}
        for each statement execute function reference_no_truncate()`);
    }
  }
}
