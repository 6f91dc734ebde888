import { Migration } from '@mikro-orm/migrations';

/** Unlogged: it is written often, and what a crash takes away is one window's count. */
export class Migration20261121000005_rate_limits extends Migration {
  override up(): void {
    this.addSql(`create unlogged table rate_limit (
      key text not null primary key,
      points int not null default 0,
      expire bigint null
    )`);
  }
}
