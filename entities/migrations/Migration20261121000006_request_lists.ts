import { Migration } from '@mikro-orm/migrations';

/** What lists of requests are read by (see the entities for why these). */
export class Migration20261121000006_request_lists extends Migration {
  override up(): void {
    this.addSql('create index document_request_of_source on document_request (source_system, id)');
    this.addSql('create index document_request_of_type on document_request (source_system, document_type, id)');
    this.addSql('create index document_request_of_name on document_request (source_system, document_name, id)');
    this.addSql(`create index document_request_astray on document_request (received_at)
      where (received_at - uuid_extract_timestamp(id) between interval '-1 minute' and interval '1 minute') is not true`);
    this.addSql(`alter table progress add column ended_as text
      generated always as (case when ended_at is not null then result end) stored`);
    this.addSql(`create index progress_ended_as on progress (ended_as, id) where ended_as <> 'completed'`);
    this.addSql('create index stage_error_code on stage_error (code, item_id)');
  }
}
