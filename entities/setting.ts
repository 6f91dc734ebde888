import { defineEntity, p } from '@mikro-orm/core';

/** What operators change while everything runs. What no row says, the configuration says. */
const SettingSchema = defineEntity({
  name: 'Setting',
  tableName: 'setting',
  properties: {
    key: p.text().primary(),
    value: p.json(),
    changedBy: p.text(),
    changedAt: p.datetime(3),
  },
});

export class Setting extends SettingSchema.class {}
SettingSchema.setClass(Setting);
