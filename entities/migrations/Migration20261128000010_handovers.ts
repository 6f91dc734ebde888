import { Migration } from '@mikro-orm/migrations';

/**
 * A hand-over to Thunderhead is known before it is sent: its row is the intent, and says what became of it. Several
 * documents may travel in one. With it comes what all processes share about the calls they make there.
 */
export class Migration20261128000010_handovers extends Migration {
  override up(): void {
    this.addSql(`alter table batch
      alter column thunderhead_batch_id drop not null,
      add column handover int not null default 1,
      add column correlation_id uuid null,
      add column transaction_no int not null default 1,
      add column transaction_count int not null default 1,
      add column sent_at timestamptz(3) null,
      add column unknown_at timestamptz(3) null,
      add column confirmed_at timestamptz(3) null,
      drop constraint batch_of_round`);
    // Until now each document travelled alone, under its own id, and had a row once Thunderhead had accepted it.
    this.addSql('update batch set correlation_id = request_id, sent_at = created_at, confirmed_at = created_at');
    this.addSql(`alter table batch
      alter column correlation_id set not null,
      add constraint batch_of_handover unique (request_id, round, handover)`);
    // What a version before this one may have sent without having heard the answer: Thunderhead is asked about it.
    this.addSql(`insert into batch (id, request_id, round, correlation_id, name, status, created_at, updated_at, sent_at, unknown_at)
      select gen_random_uuid(), id, round, id, 'OMS-' || id || '-' || round, 'PROCESSING_OMS', now(), now(), now(), now()
      from progress where pipeline = 'document' and stage = 'submit' and ended_at is null and (runs > 0 or round > 1)
      on conflict do nothing`);

    this.addSql('alter table document_request add column content_bytes int not null default 0');

    this.addSql(
      'create table call_budget (name text not null primary key, version bigint not null, state jsonb not null)',
    );
    this.addSql(`create table setting (
      key text not null primary key,
      value jsonb not null,
      changed_by text not null,
      changed_at timestamptz(3) not null
    )`);
    this.addSql(`create table generation_time (
      document_name text not null primary key,
      samples int[] not null,
      updated_at timestamptz(3) not null
    )`);
  }
}
