import { Migration } from '@mikro-orm/migrations';

/** What clients' idempotency keys stand for, for a day. */
export class Migration20261121000004_idempotency_keys extends Migration {
  override up(): void {
    this.addSql(`create table idempotency_key (
      client text not null,
      key text not null,
      fingerprint bytea not null,
      holder uuid not null,
      answer json null,
      held_until timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      primary key (client, key)
    )`);
    this.addSql('create index idempotency_key_expiry on idempotency_key (expires_at)');
  }
}
