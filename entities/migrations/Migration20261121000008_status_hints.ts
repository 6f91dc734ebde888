import { Migration } from '@mikro-orm/migrations';

/** A tenant reads its few events among everybody's many in the feed's order, without walking over the others'. */
export class Migration20261121000008_status_hints extends Migration {
  override up(): void {
    this.addSql(
      "create index status_event_of_source on status_event ((data ->> 'sourceSystem'), transaction, sequence)",
    );
  }
}
