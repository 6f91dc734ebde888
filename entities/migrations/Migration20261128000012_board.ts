import { Migration } from '@mikro-orm/migrations';

/** What operators search requests by, beside what the lists of the API are read by. */
export class Migration20261128000012_board extends Migration {
  override up(): void {
    this.addSql(
      'create index batch_at_thunderhead on batch (thunderhead_batch_id) where thunderhead_batch_id is not null',
    );
  }
}
