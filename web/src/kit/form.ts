// SPDX-License-Identifier: EUPL-1.2
// Fields: a label above, a hint below, an error that is tied to the field and read out.
import { html, nothing, type Part } from "./dom";
import { icon } from "./icons";
import { keyHint } from "./pieces";

export interface FieldOptions {
  readonly hint?: string;
  readonly error?: string;
  readonly type?: "text" | "email" | "password" | "date" | "time";
  readonly autocomplete?: string;
  readonly value?: string;
  readonly required?: boolean;
  readonly maxlength?: number;
  readonly disabled?: boolean;
  readonly rows?: number;
  readonly input?: (value: string) => void;
}

const described = (name: string, options: FieldOptions): string | typeof nothing =>
  [options.error ? `${name}-error` : "", options.hint ? `${name}-hint` : ""].filter(Boolean).join(" ") || nothing;

function around(name: string, label: string, options: FieldOptions, control: Part): Part {
  return html`<div class="field"><label for=${name}>${label}</label>${control}
    ${options.hint ? html`<div class="hint" id="${name}-hint">${options.hint}</div>` : nothing}
    ${options.error ? html`<div class="error" id="${name}-error" role="alert">${icon("alarm", "small")}${options.error}</div>` : nothing}</div>`;
}

export function field(name: string, label: string, options: FieldOptions = {}): Part {
  const input = (event: Event): void => options.input?.((event.target as HTMLInputElement).value);
  return around(name, label, options, html`<input class="input" id=${name} name=${name} type=${options.type ?? "text"} .value=${options.value ?? ""}
    autocomplete=${(options.autocomplete ?? "off") as AutoFill} maxlength=${options.maxlength ?? 320} ?required=${options.required ?? false} ?disabled=${options.disabled ?? false}
    aria-invalid=${options.error ? "true" : "false"} aria-describedby=${described(name, options)} @input=${input}>`);
}

export function textField(name: string, label: string, options: FieldOptions = {}): Part {
  const input = (event: Event): void => options.input?.((event.target as HTMLTextAreaElement).value);
  return around(name, label, options, html`<textarea class="input" id=${name} name=${name} rows=${options.rows ?? 3} .value=${options.value ?? ""}
    maxlength=${options.maxlength ?? 2000} ?disabled=${options.disabled ?? false} aria-describedby=${described(name, options)} @input=${input}></textarea>`);
}

export interface Choice {
  readonly value: string;
  readonly words: string;
  readonly key?: string;
}

/** One of a few, all in sight. */
export function choices(name: string, label: string, all: readonly Choice[], chosen: string | null, choose: (value: string) => void): Part {
  return html`<fieldset class="choices"><legend class="field"><span class="label">${label}</span></legend>
    ${all.map((choice) => html`<label class="choice"><input type="radio" name=${name} value=${choice.value} .checked=${choice.value === chosen} @change=${() => choose(choice.value)}>
      <span>${choice.words}</span>${keyHint(choice.key)}</label>`)}</fieldset>`;
}

/** On or off, with words beside it; busy until whoever must confirm has confirmed. */
export function toggle(label: string, on: boolean, press: () => void, busy = false): Part {
  return html`<button type="button" class="switch" role="switch" aria-checked=${on ? "true" : "false"} aria-label=${label} aria-busy=${busy ? "true" : "false"} ?disabled=${busy} @click=${press}></button>`;
}
