import { Migration } from '@mikro-orm/migrations';

/** What happened in an hour or on a day, for the charts of the board. */
export class Migration20261128000014_metrics extends Migration {
  override up(): void {
    this.addSql('create index history_at on history using brin (at) with (pages_per_range = 32, autosummarize = on)');
  }
}
