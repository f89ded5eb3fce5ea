// SPDX-License-Identifier: EUPL-1.2
// Recording a text, a statement, a reference; answering an instruction. A refusal stays in the dialog, with what to do.
import { foot, type Opened } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, note } from "../../../kit/pieces";
import { isoDay, t } from "../../../kit/words";
import { Refusal } from "../../port";
import { asRefusal } from "../../refusal";
import type { Ctx } from "../pages";
import type { Agreement, Instruction } from "./types";
import { answerName, kindName } from "./words";

type Values = Record<string, string>;

interface Form {
  readonly title: string;
  readonly path: string;
  readonly press: string;
  readonly values: Values;
  readonly fields: (values: Values, opened: Opened) => Part;
  readonly body: (values: Values) => unknown;
}

const YEAR_MS = 365 * 86_400_000;

function open(ctx: Ctx, form: Form, saved: () => void): void {
  const state = { wrong: "", busy: false };
  const dialog = ctx.dialog(form.title, (opened) => html`${form.fields(form.values, opened)}
    ${state.wrong === "" ? nothing : note(state.wrong, "alarm", "alarm")}
    ${foot(button(t("Cancel"), opened.close), button(form.press, () => void save(), { kind: "primary", busy: state.busy, id: "record-now" }))}`);
  const save = async (): Promise<void> => {
    Object.assign(state, { wrong: "", busy: true });
    dialog.redraw();
    try {
      await ctx.ask("POST", form.path, form.body(form.values));
      dialog.close();
      saved();
    } catch (error) {
      const refusal = asRefusal(error);
      Object.assign(state, { busy: false, wrong: refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again.") });
      dialog.redraw();
    }
  };
}

const text = (values: Values, name: string, label: string, hint = "", maxlength = 200): Part => field(name, label, { value: values[name] ?? "", hint, maxlength, input: (value) => void (values[name] = value) });

const area = (values: Values, name: string, label: string, rows: number, maxlength: number): Part => html`<div class="field"><label for=${name}>${label}</label><textarea class="input" id=${name} rows=${rows} maxlength=${maxlength} @input=${(event: Event) => { values[name] = (event.target as HTMLTextAreaElement).value; }}>${values[name] ?? ""}</textarea></div>`;

const date = (values: Values, name: string, label: string): Part => html`<div class="field"><label for=${name}>${label}</label><input class="input" type="date" id=${name} .value=${values[name] ?? ""} @change=${(event: Event) => { values[name] = (event.target as HTMLInputElement).value; }}></div>`;

function select(values: Values, name: string, label: string, all: Readonly<Record<string, string>>, opened: Opened): Part {
  return html`<div class="field"><label for=${name}>${label}</label><select class="input" id=${name} @change=${(event: Event) => { values[name] = (event.target as HTMLSelectElement).value; opened.redraw(); }}>${Object.entries(all).map(([value, words]) => html`<option value=${value} ?selected=${value === values[name]}>${words}</option>`)}</select></div>`;
}

export function newText(ctx: Ctx, kind: string, saved: () => void): void {
  open(ctx, {
    title: t("Record a version"), path: "/contracts/texts", press: t("Record it"), values: { kind, title: "", version: "", language: "nl", text: "" },
    fields: (values, opened) => html`${select(values, "kind", t("What it is"), { general_terms: kindName("general_terms"), industry_terms: kindName("industry_terms"), policy: kindName("policy") }, opened)}
      ${text(values, "title", t("Title"))}${text(values, "version", t("Version"), t("A version is written once; the next one gets another name."), 20)}
      ${select(values, "language", t("Language"), { nl: "Nederlands", sv: "Svenska", de: "Deutsch", en: "English" }, opened)}${area(values, "text", t("The whole text"), 8, 60_000)}`,
    body: (values) => values,
  }, saved);
}

export function newOutsider(ctx: Ctx, saved: () => void): void {
  const now = ctx.nowMs();
  open(ctx, {
    title: t("Record a statement"), path: "/contracts/outsiders", press: t("Record it"),
    values: { name: "", organisation: "", task: "", signed: isoDay(now), expires: isoDay(now + YEAR_MS) },
    fields: (values) => html`<p class="mute">${t("Of somebody who works for you from outside: a sub-processor’s employee, or an administrator under a service contract.")}</p>
      ${text(values, "name", t("Name"))}${text(values, "organisation", t("Organisation"))}${text(values, "task", t("What he does for you"))}${date(values, "signed", t("Signed on"))}${date(values, "expires", t("Holds until"))}`,
    body: ({ name, organisation, task, signed, expires }) => ({ name, organisation, task, signed_ms: Date.parse(signed ?? ""), expires_ms: Date.parse(expires ?? "") }),
  }, saved);
}

export function newCooperation(ctx: Ctx, agreement: Agreement, saved: () => void): void {
  open(ctx, {
    title: t("Cooperation agreement"), path: `/contracts/agreements/${agreement.id}/cooperation`, press: t("Record it"), values: { reference: "", signed_on: isoDay(ctx.nowMs()) },
    fields: (values) => html`<p class="mute">${t("The contract with {customer} that this processing agreement goes with.", { customer: agreement.customer })}</p>${text(values, "reference", t("Reference"), "", 120)}${date(values, "signed_on", t("Signed on"))}`,
    body: (values) => values,
  }, saved);
}

export function answerInstruction(ctx: Ctx, one: Instruction, saved: () => void): void {
  open(ctx, {
    title: t("Answer instruction {number}", { number: one.number }), path: `/contracts/instructions/${one.id}/answer`, press: t("Answer"), values: { answer: "carried_out", words: "" },
    fields: (values, opened) => html`<blockquote class="quoted">${one.words}</blockquote>
      ${select(values, "answer", t("What was done"), { carried_out: answerName("carried_out"), declined: answerName("declined"), unlawful: answerName("unlawful") }, opened)}
      ${values.answer === "unlawful" ? note(t("You must tell the customer at once that an instruction breaks the law, and why (Art. 28(3) GDPR)."), "warn") : nothing}
      ${area(values, "words", values.answer === "carried_out" ? t("Note (optional)") : t("Why"), 4, 2000)}`,
    body: (values) => values,
  }, saved);
}
