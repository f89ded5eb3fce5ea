// SPDX-License-Identifier: EUPL-1.2
// The forms of these pages. A refusal stays in its dialog, with what to do; what the server gives back once is shown once.
import { foot, type Opened } from "../../kit/dialog";
import { html, nothing, type Part } from "../../kit/dom";
import { field, textField } from "../../kit/form";
import { button, note } from "../../kit/pieces";
import { t } from "../../kit/words";
import type { Ctx } from "../paged/pages";
import { Refusal } from "../port";
import { asRefusal } from "../refusal";

export type Values = Record<string, string>;

export interface Form {
  readonly title: string;
  readonly method?: "POST" | "PUT";
  readonly path: string;
  readonly press: string;
  readonly tone?: "primary" | "alarm";
  readonly values: Values;
  readonly wide?: boolean;
  readonly fields: (values: Values, opened: Opened, wrongField: string) => Part;
  readonly body: (values: Values) => unknown;
}

interface Answer {
  readonly refused: string;
  readonly field: string;
}

export async function refusedBy(act: () => Promise<unknown>): Promise<Answer | null> {
  try {
    await act();
    return null;
  } catch (error) {
    const refusal = asRefusal(error);
    if (!(refusal instanceof Refusal)) return { refused: t("The server can’t be reached. Check the connection and try again."), field: "" };
    return { refused: [refusal.message, refusal.action].filter(Boolean).join(" "), field: "" };
  }
}

export function openForm<Given>(ctx: Ctx, form: Form, saved: (given: Given) => void): void {
  const state = { wrong: "", field: "", busy: false };
  const dialog = ctx.dialog(form.title, (opened) => html`<form class="form" novalidate @submit=${(event: Event) => { event.preventDefault(); void save(); }}>${form.fields(form.values, opened, state.field)}
    ${state.wrong === "" ? nothing : note(state.wrong, "alarm", "alarm")}
    ${foot(button(t("Cancel"), opened.close), html`<button class="btn ${form.tone ?? "primary"}" id="save-now" ?disabled=${state.busy} aria-busy=${state.busy ? "true" : "false"}><span>${form.press}</span></button>`)}</form>`, { wide: form.wide ?? false });
  const save = async (): Promise<void> => {
    if (state.busy) return;
    Object.assign(state, { wrong: "", busy: true });
    dialog.redraw();
    let given: Given | null = null;
    const refused = await refusedBy(async () => { given = await ctx.ask<Given>(form.method ?? "POST", form.path, form.body(form.values)); });
    if (refused !== null) {
      Object.assign(state, { busy: false, wrong: refused.refused, field: refused.field });
      return dialog.redraw();
    }
    dialog.close();
    if (given !== null) saved(given);
  };
}

/** Nothing is filled in: only whether it is meant. */
export const openSure = (ctx: Ctx, title: string, words: string, press: string, path: string, saved: () => void): void =>
  openForm<unknown>(ctx, { title, path, press, tone: "alarm", values: {}, fields: () => note(words, "warn"), body: () => ({}) }, () => saved());

/** What is shown this once: a login code and its link. */
export function showOnce(ctx: Ctx, title: string, words: string, all: readonly (readonly [label: string, value: string])[]): void {
  ctx.dialog(title, (opened) => html`${note(words, "warn", "key")}<dl class="facts">${all.map(([label, value]) => html`<div><dt>${label}</dt><dd class="mono break">${value}</dd></div>`)}</dl>${foot(button(t("I have handed it over"), opened.close, { kind: "primary", id: "handed-over" }))}`);
}

export const textIn = (values: Values, name: string, label: string, options: { hint?: string; maxlength?: number; type?: "text" | "email" | "date" } = {}): Part =>
  field(name, label, { value: values[name] ?? "", maxlength: options.maxlength ?? 200, ...(options.type === undefined ? {} : { type: options.type }), ...(options.hint === undefined ? {} : { hint: options.hint }), input: (value) => void (values[name] = value) });

export const areaIn = (values: Values, name: string, label: string, rows: number, hint = "", maxlength = 20_000): Part =>
  textField(name, label, { value: values[name] ?? "", rows, maxlength, ...(hint === "" ? {} : { hint }), input: (value) => void (values[name] = value) });

export function selectIn(values: Values, name: string, label: string, all: readonly (readonly [value: string, words: string])[], opened: Opened): Part {
  return html`<div class="field"><label for=${name}>${label}</label><select class="input" id=${name} name=${name} @change=${(event: Event) => { values[name] = (event.target as HTMLSelectElement).value; opened.redraw(); }}>${all.map(([value, words]) => html`<option value=${value} ?selected=${value === values[name]}>${words}</option>`)}</select></div>`;
}

export const LANGUAGES: readonly (readonly [string, string])[] = [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]];
