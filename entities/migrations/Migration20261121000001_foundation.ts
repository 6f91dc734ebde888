import { Migration } from '@mikro-orm/migrations';

/** The tables of the engine (progress, history, stage_error), of the documents, and of the reference data. */
export class Migration20261121000001_foundation extends Migration {
  override up(): void {
    this.addSql(`create table document_request (
      id uuid not null primary key,
      source_system text not null,
      request_correlation_id text not null,
      document_type text not null,
      document_name text not null,
      document_language text not null,
      source_environment text not null,
      metadata json not null,
      content json not null,
      priority int not null default 0,
      not_before timestamptz(3) null,
      body_hash bytea not null,
      received_at timestamptz(3) not null,
      constraint document_request_correlation unique (source_system, request_correlation_id)
    )`);

    // Half of every page stays free, so that an update finds room beside the old row and touches no index.
    this.addSql(`create table progress (
      id uuid not null primary key,
      pipeline text not null,
      stage text not null,
      status text not null,
      result text null,
      direction text not null default 'forward',
      attempts int not null default 0,
      runs int not null default 0,
      round int not null default 1,
      due_at timestamptz(3) not null,
      since timestamptz(3) not null,
      revision int not null default 0,
      rung_at timestamptz(3) null,
      ended_at timestamptz(3) null
    ) with (fillfactor = 50)`);
    this.addSql('create index progress_in_flight on progress (id) where ended_at is null');

    this.addSql(`create table history (
      id bigserial primary key,
      item_id uuid not null,
      from_state text null,
      to_state text not null,
      stage text not null,
      reason text not null,
      actor text not null,
      at timestamptz(3) not null
    )`);
    this.addSql('create index history_of_item on history (item_id, id)');

    this.addSql(`create table stage_error (
      item_id uuid not null,
      stage text not null,
      pipeline text not null,
      category text not null,
      code text not null,
      description text not null,
      details jsonb null,
      resume_at text not null,
      attempts int not null,
      first_failed_at timestamptz(3) not null,
      last_failed_at timestamptz(3) not null,
      next_retry_at timestamptz(3) null,
      primary key (item_id, stage)
    )`);
    this.addSql('create index stage_error_at_stage on stage_error (pipeline, stage, last_failed_at)');

    this.addSql(`create table batch (
      id uuid not null primary key,
      request_id uuid not null,
      round int not null,
      thunderhead_batch_id bigint not null,
      name text not null,
      status text not null,
      status_text text not null default '',
      dms_document_id bigint null,
      transactions jsonb null,
      channel_jobs jsonb null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      constraint batch_of_round unique (request_id, round)
    )`);

    this.addSql(`create table status_event (
      id uuid not null primary key,
      request_id uuid not null,
      type text not null,
      topic text not null,
      data json not null,
      kafka_partition int null,
      kafka_offset bigint null,
      published_at timestamptz(3) not null,
      transaction xid8 not null default pg_current_xact_id(),
      sequence bigserial
    )`);
    this.addSql('create index status_event_feed on status_event (transaction, sequence)');
    this.addSql('create index status_event_of_request on status_event (request_id)');

    this.addSql(`create table reference_data (
      id uuid not null primary key,
      type text not null,
      code text not null,
      description text not null,
      attributes jsonb not null,
      effective_from date not null,
      effective_to date not null,
      deleted_at timestamptz(3) null
    )`);
    this.addSql('create index reference_data_code on reference_data (type, code)');

    this.addSql(`create table source_permission (
      id uuid not null primary key,
      source_system text not null,
      document_type text not null,
      effective_from date not null,
      effective_to date not null,
      deleted_at timestamptz(3) null
    )`);
    this.addSql('create index source_permission_source on source_permission (source_system)');

    this.addSql(`create table document_configuration (
      id uuid not null primary key,
      footer_id int not null,
      spec text not null,
      code text not null,
      value text not null,
      effective_from date not null,
      effective_to date not null,
      deleted_at timestamptz(3) null
    )`);
    this.addSql('create index document_configuration_code on document_configuration (code, spec, footer_id)');
  }
}
