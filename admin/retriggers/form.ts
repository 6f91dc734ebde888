import { failureCategories } from '#processors/document/failure-categories.ts';
import { type Html, html, joined } from '../pages/html.ts';
import { moment } from '../pages/moment.ts';
import { type FieldName, fieldNames, filterFields } from './filter.ts';

/** What was typed, word for word. */
export type Typed = Readonly<Record<string, string>>;

export interface PlanForm {
  typed: Typed;
  /** What it would do stands above it. */
  looked: boolean;
  stages: readonly string[];
  forgeryToken: string;
}

/** Which failed documents are meant. It starts nothing: what it would do is shown first. */
export const planForm = ({ typed, looked, stages, forgeryToken }: PlanForm): Html => html`<section class="card">
        <h1>Retrigger failed documents</h1>
        <p class="lead">Choose by what they failed of, by whom they were asked for, or by when. They go again from the stage
          that failed, at the pace that Thunderhead allows. What is left empty is not asked.</p>
        <form method="post" action="/admin/retriggers" autocomplete="off">
          <input type="hidden" name="csrf" value="${forgeryToken}">
          <div class="fields">${joined(small.map((name) => field(name, { typed, stages })))}
          </div>${joined(large.map((name) => field(name, { typed, stages })))}
          <button type="submit" name="intent" value="look"${looked && html` class="second"`}>Look what it would do</button>
        </form>
      </section>`;

/** These have a line of their own, below the others. */
const isLarge = (name: FieldName): boolean => ['ids', 'tick'].includes(filterFields[name].kind);
const small = fieldNames.filter((name) => !isLarge(name));
const large = fieldNames.filter(isLarge);

function field(name: FieldName, { typed, stages }: Pick<PlanForm, 'typed' | 'stages'>): Html {
  const value = typed[name] ?? '';
  switch (filterFields[name].kind) {
    case 'stage':
      return choice(name, stages, value);
    case 'category':
      return choice(name, failureCategories, value);
    case 'either':
      return choice(name, ['yes', 'no'], value);
    case 'text':
      return input(name, { type: 'text', value });
    case 'moment':
      return input(name, { type: 'datetime-local', value: localMoment(value) });
    case 'ids':
      return list(name, value);
    case 'tick':
      return tick(name, value);
  }
}

/** A browser's field for date and time takes no time zone, and empties what it does not take: that would widen the filter. */
function localMoment(typed: string): string {
  const { value, error } = moment.validate(typed);
  return value && !error ? (value as unknown as Date).toISOString().replace(/(?:\.000)?Z$/, '') : typed;
}

/** Any step: a moment that was handed on may have milliseconds. */
const input = (name: FieldName, { type, value }: { type: string; value: string }): Html => html`
            <div><label for="${name}">${filterFields[name].label}</label>
              <input id="${name}" name="${name}" type="${type}" value="${value}"${type !== 'text' && html` step="any"`} maxlength="200"
                spellcheck="false"></div>`;

const choice = (name: FieldName, values: readonly string[], chosen: string): Html => html`
            <div><label for="${name}">${filterFields[name].label}</label>
              <select id="${name}" name="${name}"><option value="">any</option>${joined(
                values.map(
                  (value) => html`<option value="${value}"${value === chosen && html` selected`}>${value}</option>`,
                ),
              )}</select></div>`;

const list = (name: FieldName, value: string): Html => html`
          <label for="${name}" class="apart">${filterFields[name].label} <span>(only these)</span></label>
          <textarea id="${name}" name="${name}" rows="2" maxlength="8000" spellcheck="false">${value}</textarea>`;

const tick = (name: FieldName, value: string): Html => html`
          <label class="tick"><input type="checkbox" name="${name}" value="yes"${value !== '' && html` checked`}>
            ${filterFields[name].label} <span>(they were answered: what was asked for is wrong)</span></label>`;
