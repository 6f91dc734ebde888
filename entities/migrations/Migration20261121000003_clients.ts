import { Migration } from '@mikro-orm/migrations';

const clients: [client: string, description: string, attributes: Record<string, unknown>][] = [
  ['arcade', 'Billing', { sourceSystems: ['ARCADE'], callbackHosts: [] }],
  ['cibt', 'Insurance administration', { sourceSystems: ['CIBT'], callbackHosts: [] }],
];

/** Who asked, and which client speaks for which source systems. */
export class Migration20261121000003_clients extends Migration {
  override up(): void {
    this.addSql('alter table document_request add column client text null, add column callback_url text null');
    for (const [client, description, attributes] of clients)
      this.addSql(
        `insert into reference_data (id, type, code, description, attributes, effective_from, effective_to)
         values (gen_random_uuid(), 'CLIENT', '${client}', '${description}', '${JSON.stringify(attributes)}', '2020-01-01', '4712-12-31')`,
      );
  }
}
