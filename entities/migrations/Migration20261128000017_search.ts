import { Migration } from '@mikro-orm/migrations';

/**
 * What else operators look for: actions on one kind of thing, what failed last, and the documents of a hand-over that
 * several share. None of it holds a column that changes on the way, nor costs a document that goes well and alone anything.
 */
export class Migration20261128000017_search extends Migration {
  override up(): void {
    this.addSql('create index audit_of_type on audit (target_type, id)');
    this.addSql(`create index progress_failed_last on progress (pipeline, ended_at, id) where ended_as = 'failed'`);
    this.addSql('create index batch_in_company on batch (correlation_id) where transaction_count > 1');
  }
}
