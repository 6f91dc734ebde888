import Joi from 'joi';
import type { SettingProblem, ThunderheadControls } from '#admin/thunderhead/controls.ts';
import { fieldErrors } from '#src/api/checked.ts';
import type { Thunderhead } from '#src/thunderhead/generator.ts';

/** What the board may see and change of the calls to Thunderhead. */
export function thunderheadControls({
  budget,
  callSettings,
}: Pick<Thunderhead, 'budget' | 'callSettings'>): ThunderheadControls {
  return {
    settings: callSettings.current,
    lastChange: callSettings.lastChange,
    use: () => budget.look(),
    async change(wanted, actor) {
      const before = callSettings.current();
      try {
        return { kind: 'changed', before, after: await callSettings.change(wanted, actor) };
      } catch (error) {
        if (!Joi.isError(error)) throw error;
        return { kind: 'refused', problems: fieldErrors(error).map(problemOf) };
      }
    },
  };
}

/** Joi begins with the name in quotes: `"batchSize" is required`. */
const problemOf = ({ field, message }: { field: string; message: string }): SettingProblem => ({
  field,
  what: message.replace(/^".*?" /, ''),
});
