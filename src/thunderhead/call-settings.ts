import Joi from 'joi';
import type { CallSettings } from '#admin/thunderhead/controls.ts';
import type { Settings } from '#src/platform/settings.ts';

/** How Thunderhead is called: what operators change while everything runs. The configuration says it until they do. */
export interface CallSettingsStore {
  current(): CallSettings;
  /** Known everywhere within two seconds. @throws Joi.ValidationError, with everything that is wrong */
  change(value: unknown, actor: string): Promise<CallSettings>;
  /** Undefined: nobody has changed them, the configuration says them. @throws while the database is away */
  lastChange(): Promise<{ by: string; at: Date } | undefined>;
}

export const callLimits = {
  callsPerMinute: Joi.number().integer().min(1).max(1_000_000),
  callsInFlight: Joi.number().integer().min(1).max(1_000),
  batchSize: Joi.number().integer().min(1).max(500),
  batchLingerMs: Joi.number().integer().min(0).max(10_000),
};

const key = 'thunderhead.calls';
const schema = Joi.object<CallSettings>(callLimits).options({ presence: 'required' });

export function callSettings(settings: Settings, { ...configured }: CallSettings): CallSettingsStore {
  const { callsPerMinute, callsInFlight, batchSize, batchLingerMs } = configured;
  const fallback = { callsPerMinute, callsInFlight, batchSize, batchLingerMs };
  const current = () => settings.current(key, schema, fallback);
  return {
    current,
    async change(value, actor) {
      const checked = await schema.validateAsync(value, { abortEarly: false });
      await settings.change(key, checked, actor);
      return current();
    },
    async lastChange() {
      const setting = (await settings.list()).find((each) => each.key === key);
      return setting && { by: setting.changedBy, at: setting.changedAt };
    },
  };
}
