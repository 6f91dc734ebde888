import { Migration } from '@mikro-orm/migrations';

/** Wishes to cancel, and priorities that the queues know of. No index holds either: both are read with the row. */
export class Migration20261121000007_callbacks extends Migration {
  override up(): void {
    this.addSql(`alter table progress add column priority smallint not null default 0,
      add column cancel_asked boolean not null default false`);
    this.addSql(`create table cancellation (
      item_id uuid not null,
      round int not null,
      actor text not null,
      reason text not null,
      asked_at timestamptz(3) not null,
      passed_on_at timestamptz(3) null,
      primary key (item_id, round)
    )`);
  }
}
