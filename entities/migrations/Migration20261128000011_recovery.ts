import { Migration } from '@mikro-orm/migrations';

/** Failures of one cause are one line, and the recovery job knows which it may set going again, and how often it has. */
export class Migration20261128000011_recovery extends Migration {
  override up(): void {
    this.addSql(`alter table stage_error
      add column fingerprint text null,
      add column recoveries int not null default 0`);
    this.addSql('create index stage_error_fingerprint on stage_error (fingerprint, item_id)');
    this.addSql('create index stage_error_recovery on stage_error (category, recoveries, last_failed_at)');
    // A constant default is kept beside the table: no row is rewritten.
    this.addSql(`alter table progress add column orchestration text not null default 'bullmq'`);
  }
}
