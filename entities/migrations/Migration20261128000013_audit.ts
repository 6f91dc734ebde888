import { Migration } from '@mikro-orm/migrations';

/**
 * What operators do is written down for good: the database itself refuses to change or delete a row. With it come the
 * plans by which many failed documents are set going again, at the pace that Thunderhead allows.
 */
export class Migration20261128000013_audit extends Migration {
  override up(): void {
    this.addSql(`create table audit (
      id bigserial primary key,
      at timestamptz(3) not null,
      actor text not null,
      client text not null,
      action text not null,
      target_type text not null,
      target_id text null,
      reason text null,
      origin text null,
      result text not null,
      details jsonb null
    )`);
    this.addSql('create index audit_at on audit (at)');
    this.addSql('create index audit_of_target on audit (target_id, id)');
    this.addSql(`create function audit_is_kept() returns trigger language plpgsql as $$ begin
      raise exception 'the audit is only ever added to';
    end $$`);
    this.addSql(`create trigger audit_is_kept before update or delete or truncate on audit
      for each statement execute function audit_is_kept()`);

    this.addSql(`create table retrigger_plan (
      id uuid not null primary key,
      filter jsonb not null,
      reason text not null,
      actor text not null,
      client text not null,
      status text not null,
      created_at timestamptz(3) not null,
      changed_at timestamptz(3) not null,
      changed_by text not null,
      ended_at timestamptz(3) null
    )`);
    this.addSql('create index retrigger_plan_open on retrigger_plan (id) where ended_at is null');
    this.addSql(`create table retrigger_item (
      plan_id uuid not null,
      item_id uuid not null,
      state text not null,
      round int not null,
      note text null,
      changed_at timestamptz(3) not null,
      primary key (plan_id, item_id)
    )`);
    this.addSql('create index retrigger_item_state on retrigger_item (plan_id, state, item_id)');
  }
}
