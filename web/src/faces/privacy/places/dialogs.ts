// SPDX-License-Identifier: EUPL-1.2
// Recording a place, a sub-processor, or a certificate of one. A refusal stays in the dialog, with what to do.
import { foot, type Opened } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, note } from "../../../kit/pieces";
import { isoDay, t } from "../../../kit/words";
import { Refusal } from "../../port";
import { asRefusal } from "../../refusal";
import type { Ctx } from "../pages";
import type { Answer, Lies } from "./types";

type Values = Record<string, string>;

interface Form {
  readonly title: string;
  readonly path: string;
  readonly press: string;
  readonly values: Values;
  readonly fields: (values: Values, opened: Opened) => Part;
  readonly body: (values: Values) => unknown;
}

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

function select(values: Values, name: string, label: string, all: Readonly<Record<string, string>>, opened: Opened): Part {
  return html`<div class="field"><label for=${name}>${label}</label><select class="input" id=${name} @change=${(event: Event) => { values[name] = (event.target as HTMLSelectElement).value; opened.redraw(); }}>${Object.entries(all).map(([value, words]) => html`<option value=${value} ?selected=${value === values[name]}>${words}</option>`)}</select></div>`;
}

function going(values: Values, answer: Answer, opened: Opened): Part {
  return html`${text(values, "country", t("Country"), t("Two letters, for example NL."), 2)}
    ${select(values, "mechanism", t("What lets data go there"), answer.words.mechanisms, opened)}
    ${values.mechanism === "area" ? nothing : text(values, "reference", t("Reference"), t("Which clauses, decision or listing."), 300)}`;
}

export function newPlace(ctx: Ctx, answer: Answer, saved: () => void): void {
  open(ctx, {
    title: t("Record a storage location"), path: "/places", press: t("Record it"),
    values: { what: "objects", name: "", address: answer.store, country: "", operator: "", own: "", mechanism: "area", reference: "" },
    fields: (values, opened) => html`${select(values, "what", t("What lies there"), answer.words.kept, opened)}
      ${text(values, "name", t("Name"), t("As people know it: the data centre."))}
      ${values.what === "objects" ? text(values, "address", t("Address"), t("As in STORAGE_URL, without its keys."), 300) : nothing}
      ${text(values, "operator", t("Run by"))}${going(values, answer, opened)}
      <label class="check"><input type="checkbox" id="own" .checked=${values.own === "1"} @change=${(event: Event) => void (values.own = (event.target as HTMLInputElement).checked ? "1" : "")}><span>${t("Under our own management")}</span></label>`,
    body: ({ what, name, address, country, operator, own, mechanism, reference }) => ({ what, name, address: what === "objects" ? address : "", country, operator, own_management: own === "1", mechanism, reference }),
  }, saved);
}

export function newSubProcessor(ctx: Ctx, answer: Answer, saved: () => void): void {
  open(ctx, {
    title: t("Record a sub-processor"), path: "/subprocessors", press: t("Record it"),
    values: { name: "", task: "", country: "", mechanism: "area", reference: "" },
    fields: (values, opened) => html`${text(values, "name", t("Name"))}${text(values, "task", t("What it does for us"), "", 300)}${going(values, answer, opened)}`,
    body: ({ name, task, country, mechanism, reference }) => ({ name, task, country, mechanism, reference }),
  }, saved);
}

export function newCertificate(ctx: Ctx, answer: Answer, of: Lies, kind: "place_id" | "sub_processor_id", saved: () => void): void {
  const from = ctx.nowMs();
  open(ctx, {
    title: t("Record a certificate of {name}", { name: of.name }), path: "/places/certificates", press: t("Record it"),
    values: { standard: "iso27001", number: "", issuer: "", from: isoDay(from), to: isoDay(from + 3 * 365 * 86_400_000) },
    fields: (values, opened) => html`${select(values, "standard", t("Standard"), answer.words.standards, opened)}${text(values, "number", t("Number"), "", 60)}${text(values, "issuer", t("Issued by"), "", 120)}
      ${field("from", t("From"), { type: "date", value: values.from ?? "", input: (value) => void (values.from = value) })}${field("to", t("Until"), { type: "date", value: values.to ?? "", input: (value) => void (values.to = value) })}`,
    body: ({ standard, number, issuer, from: since, to }) => ({ [kind]: of.id, standard, number, issuer, from_ms: Date.parse(since ?? "") || 0, to_ms: Date.parse(to ?? "") || 0 }),
  }, saved);
}
