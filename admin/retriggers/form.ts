import { type Html, html, joined } from '../pages/html.ts';

/** What was typed, word for word. */
export type Typed = Readonly<Record<string, string>>;

export interface PlanForm {
  typed: Typed;
  stages: readonly string[];
  forgeryToken: string;
}

const categories = ['TIMEOUT', 'INTERNAL_ERROR', 'THUNDERHEAD_ERROR', 'VALIDATION_ERROR', 'MISSING_DATA'];

/** Which failed documents are meant. It starts nothing: what it would do is shown first. */
export const planForm = ({ typed, stages, forgeryToken }: PlanForm): Html => html`<section class="card">
        <h1>Retrigger failed documents</h1>
        <p class="lead">Choose by what they failed of, by whom they were asked for, or by when. They go again from the stage
          that failed, at the pace that Thunderhead allows. What is left empty is not asked.</p>
        <form method="post" action="/admin/retriggers" autocomplete="off">
          <input type="hidden" name="csrf" value="${forgeryToken}">
          <div class="fields">
            ${choice({ name: 'stage', label: 'Failed at', values: stages }, typed)}
            ${choice({ name: 'category', label: 'Category', values: categories }, typed)}
            ${joined(fields.map((field) => input(field, typed)))}
          </div>
          <label for="ids" class="apart">Document ids <span>(only these)</span></label>
          <textarea id="ids" name="ids" rows="2" maxlength="8000" spellcheck="false">${typed.ids ?? ''}</textarea>
          <label class="tick"><input type="checkbox" name="includeRejected" value="yes"${typed.includeRejected && html` checked`}>
            The rejected too <span>(they were answered: what was asked for is wrong)</span></label>
          <button type="submit" name="intent" value="look"${typed.looked && html` class="second"`}>Look what it would do</button>
        </form>
      </section>`;

interface Field {
  name: string;
  label: string;
  type?: string;
}

const fields: readonly Field[] = [
  { name: 'code', label: 'Error code' },
  { name: 'fingerprint', label: 'Cause (fingerprint)' },
  { name: 'sourceSystem', label: 'Source system' },
  { name: 'documentName', label: 'Document name' },
  { name: 'failedFrom', label: 'Failed from (UTC)', type: 'datetime-local' },
  { name: 'failedTo', label: 'Failed before (UTC)', type: 'datetime-local' },
];

const input = ({ name, label, type = 'text' }: Field, typed: Typed): Html => html`
            <div><label for="${name}">${label}</label>
              <input id="${name}" name="${name}" type="${type}" value="${typed[name] ?? ''}" maxlength="200"
                spellcheck="false"></div>`;

const choice = ({ name, label, values }: Field & { values: readonly string[] }, typed: Typed): Html => html`
            <div><label for="${name}">${label}</label>
              <select id="${name}" name="${name}"><option value="">any</option>${joined(
                values.map(
                  (value) =>
                    html`<option value="${value}"${value === typed[name] && html` selected`}>${value}</option>`,
                ),
              )}</select></div>`;
