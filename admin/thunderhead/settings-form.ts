import { type Html, html, joined } from '../pages/html.ts';
import { dateAndTime } from '../pages/times.ts';
import type { LastChange, SettingProblem } from './controls.ts';
import { inWords, type SettingField, settingFields, type TypedSettings } from './form.ts';

export interface SettingsForm {
  typed: TypedSettings;
  forgeryToken: string;
  lastChange: LastChange | null | undefined;
  problems: readonly SettingProblem[];
  error: string | undefined;
}

/** The browser checks nothing: what is wrong is said for all fields at once, in the same words as to scripts. */
export const settingsForm = ({ typed, forgeryToken, lastChange, problems, error }: SettingsForm): Html => {
  const isWrong = ({ name }: SettingField) => problems.some(({ field }) => field === name);
  return html`<section class="card">
        <h2>Settings</h2>
        <p class="lead">${lastChangeInWords(lastChange)} A change is known to every process within two seconds.</p>
        ${error && html`<p class="message error" role="alert">${error}</p>`}
        ${problems.length > 0 && problemList(problems)}
        <form method="post" action="/admin/thunderhead" autocomplete="off" novalidate>
          <input type="hidden" name="csrf" value="${forgeryToken}">
          <div class="fields">${joined(settingFields.map((field) => control(field, typed[field.name], isWrong(field))))}
          </div>
          <button type="submit">Save the settings</button>
        </form>
      </section>`;
};

const problemList = (
  problems: readonly SettingProblem[],
): Html => html`<div class="message error" role="alert" id="problems">
          <p>Nothing was changed:</p>
          <ul>${joined(problems.map((problem) => html`<li>${inWords(problem)}</li>`))}</ul>
        </div>`;

const control = ({ name, label, unit, hint }: SettingField, typed: string, isWrong: boolean): Html => html`
            <div>
              <label for="${name}">${label}${unit && html` <span>(${unit})</span>`}</label>
              <input id="${name}" name="${name}" value="${typed}" inputmode="numeric" maxlength="20"
                aria-describedby="${name}-hint${isWrong && ' problems'}"${isWrong && html` aria-invalid="true"`}>
              <p class="hint" id="${name}-hint">${hint}</p>
            </div>`;

function lastChangeInWords(lastChange: LastChange | null | undefined): Html {
  if (lastChange === undefined) return html`Who changed them last is not known at the moment.`;
  if (lastChange === null) return html`As configured: nobody has changed them here.`;
  const { by, at } = lastChange;
  return html`Last changed by <strong>${by}</strong>, ${dateAndTime(at)}.`;
}
