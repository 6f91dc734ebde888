import { Migration } from '@mikro-orm/migrations';

/** What a plan came to stands in its row when it has ended: nobody counts its documents any more, and they may be many. */
export class Migration20261128000016_ended_plans extends Migration {
  override up(): void {
    this.addSql('alter table retrigger_plan add column counts jsonb null');
    this.addSql(`update retrigger_plan l set counts = (
      select coalesce(jsonb_object_agg(state, count), '{}') from
        (select state, count(*)::int as count from retrigger_item where plan_id = l.id group by state) c)
      where ended_at is not null`);
  }
}
