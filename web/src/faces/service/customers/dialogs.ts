// SPDX-License-Identifier: EUPL-1.2
// The forms of a customer's record.
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { note, pill } from "../../../kit/pieces";
import { number, t, tn } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog, type FormPage } from "../../settings/dialogs";
import { inDays, selectField } from "../../settings/fields";
import type { Ctx } from "../pages";
import type { Contact, Details, Merge, Preview, Suggestion, Whole } from "./types";
import { fateName, fieldName, functionName, modelName, reasonName, sourceName, whyName } from "./words";

const DETAILS = ["name", "kind", "street", "house_number", "postcode", "city", "country", "email", "phone", "language", "registration_no", "vat_no"] as const;
const LANGUAGES = [{ value: "nl", words: "Nederlands" }, { value: "sv", words: "Svenska" }, { value: "de", words: "Deutsch" }, { value: "en", words: "English" }];

type Said = Details & { readonly standing: "customer" | "prospect"; readonly consent_until: string };

function detailsForm(page: FormPage<Said>): Part {
  const text = (name: keyof Said, type: "text" | "email" = "text", maxlength = 200): Part => field(name, fieldName(name), { value: page.said[name], type, maxlength, ...page.error(name), input: (value) => page.set({ [name]: value } as Partial<Said>) });
  return html`${choices("kind", t("A person or a company?"), [{ value: "person", words: t("A person") }, { value: "company", words: t("A company") }], page.said.kind, (kind) => page.put({ kind: kind as "person" }))}
    ${text("name")}
    <div class="pair">${text("street")}${text("house_number", "text", 20)}</div><div class="pair">${text("postcode", "text", 12)}${text("city")}</div>
    <div class="pair">${text("email", "email")}${text("phone", "text", 40)}</div>
    <div class="pair">${text("country", "text", 2)}${selectField("language", fieldName("language"), LANGUAGES, page.said.language, (language) => page.set({ language }))}</div>
    ${page.said.kind === "company" ? html`<div class="pair">${text("registration_no", "text", 40)}${text("vat_no", "text", 20)}</div>` : nothing}`;
}

export function newCustomer(ctx: Ctx, added: (id: string) => void): void {
  const first: Said = { name: "", kind: "person", street: "", house_number: "", postcode: "", city: "", country: "NL", email: "", phone: "", language: "nl", registration_no: "", vat_no: "", standing: "customer", consent_until: inDays(ctx.nowMs(), 365) };
  formDialog(t("New customer"), first, (page) => html`${detailsForm(page)}
    ${choices("standing", t("What is he to us?"), [{ value: "customer", words: t("A customer") }, { value: "prospect", words: t("A prospect, who consented to be kept until a day") }], page.said.standing, (standing) => page.put({ standing: standing as "customer" }))}
    ${page.said.standing === "prospect" ? field("consent_until", fieldName("consent_until"), { type: "date", value: page.said.consent_until, hint: t("Two years at most. When it is over he is anonymised by itself."), ...page.error("consent_until"), input: (consent_until) => page.set({ consent_until }) }) : nothing}`, {
    wide: true, save: t("Add"), fields: [...DETAILS, "consent_until"],
    send: ({ consent_until, ...said }) => refusedOf(async () => added((await ctx.ask<{ id: string }>("POST", "/service/customers", { ...said, consent_until: said.standing === "prospect" ? consent_until : null })).id)),
  });
}

export function correctDialog(one: Whole, post: (path: string, body: unknown) => Promise<void>): void {
  const first = { ...Object.fromEntries(DETAILS.map((name) => [name, one[name]])), standing: "customer", consent_until: "" } as Said;
  formDialog(t("Correct the details"), first, detailsForm, {
    wide: true, save: t("Save"), fields: DETAILS,
    send: (said) => refusedOf(() => post(`/service/customers/${one.id}/correct`, Object.fromEntries(DETAILS.filter((name) => said[name] !== first[name]).map((name) => [name, said[name]])))),
  });
}

export function contactDialog(one: Whole, contact: Contact | null, post: (path: string, body: unknown) => Promise<void>): void {
  const first = contact === null ? { name: "", function: "employee", email: "", phone: "" } : { name: contact.name, function: contact.function, email: contact.email, phone: contact.phone };
  formDialog(contact === null ? t("New contact") : t("Change the contact"), first, (page) => html`
    ${field("name", fieldName("name"), { value: page.said.name, ...page.error("name"), input: (name) => page.set({ name }) })}
    ${choices("function", t("What does he do there?"), ["owner", "director", "employee"].map((value) => ({ value, words: functionName(value) })), page.said.function, (said) => page.put({ function: said }))}
    <div class="pair">${field("email", fieldName("email"), { type: "email", value: page.said.email, ...page.error("email"), input: (email) => page.set({ email }) })}${field("phone", fieldName("phone"), { value: page.said.phone, ...page.error("phone"), input: (phone) => page.set({ phone }) })}</div>`, {
    save: t("Save"), fields: ["name", "email", "phone"],
    send: (said) => refusedOf(() => post(contact === null ? `/service/customers/${one.id}/contacts` : `/service/customers/contacts/${contact.id}`, said)),
  });
}

export function suggestionDialog(one: Whole, found: Suggestion, post: (path: string, body: unknown) => Promise<void>): void {
  formDialog(t("Other details came in"), { only: Object.keys(found.values) as readonly string[] }, (page) => html`<p class="mute">${t("They came in {how}. The record does not change by itself: tick what is right.", { how: sourceName(found.source) })}</p>
    <fieldset class="ways-form"><legend>${t("Take over")}</legend>${Object.entries(found.values).map(([name, value]) => html`<label class="check" for="take-${name}"><input type="checkbox" id="take-${name}" .checked=${page.said.only.includes(name)} @change=${(event: Event) => page.put({ only: (event.target as HTMLInputElement).checked ? [...page.said.only, name] : page.said.only.filter((other) => other !== name) })}>
      <span><b>${fieldName(name)}:</b> ${value} <span class="faint">${t("(now: {value})", { value: String(one[name as keyof Whole] ?? "") || "–" })}</span></span></label>`)}</fieldset>`, {
    save: t("Save"), fields: [],
    send: ({ only }) => refusedOf(() => post(`/service/customers/suggestions/${found.id}`, { take: only.length > 0, only })),
  });
}

export function restrictDialog(one: Whole, post: (path: string, body: unknown) => Promise<void>): void {
  formDialog(t("Restrict the use"), { why: "disputed" }, (page) => html`<p class="mute measure">${t("What is known of him is kept and not used: no order, no letter, no export, and his name is in no list. Whoever answers for it lifts it, and tells him before.")}</p>
    ${choices("why", t("Why?"), ["disputed", "unlawful", "claims", "objection"].map((value) => ({ value, words: whyName(value) })), page.said.why, (why) => page.put({ why }))}`, {
    save: t("Restrict"), kind: "alarm", fields: [], send: (said) => refusedOf(() => post(`/service/customers/${one.id}/restrict`, said)),
  });
}

export function consentDialog(ctx: Ctx, one: Whole, post: (path: string, body: unknown) => Promise<void>): void {
  formDialog(t("Consented anew"), { until: inDays(ctx.nowMs(), 365) }, (page) => field("until", fieldName("consent_until"), { type: "date", value: page.said.until, hint: t("Two years at most. When it is over he is anonymised by itself."), ...page.error("consent_until"), input: (until) => page.set({ until }) }), {
    save: t("Save"), fields: ["consent_until"], send: (said) => refusedOf(() => post(`/service/customers/${one.id}/consent`, said)),
  });
}

export function keepDialog(ctx: Ctx, id: string, name: string, reason: string, done: () => void): void {
  formDialog(t("Keep {name}", { name }), { words: "", until: inDays(ctx.nowMs(), 300) }, (page) => html`<p class="mute">${reasonName(reason)}</p>
    ${textField("words", t("Why is he kept all the same?"), { value: page.said.words, rows: 3, maxlength: 500, ...page.error("words"), input: (words) => page.set({ words }) })}
    ${field("until", t("Asked again on"), { type: "date", value: page.said.until, hint: t("A year ahead at most."), ...page.error("until"), input: (until) => page.set({ until }) })}`, {
    save: t("Keep"), fields: ["words", "until"],
    check: (said): Record<string, string> => (said.words.trim().length < 10 ? { words: t("Write it in a sentence.") } : {}),
    send: (said) => refusedOf(async () => { await ctx.ask("POST", `/service/customers/${id}/keep`, { ...said, reason }); done(); }),
  });
}

/** One line of the list is decided with a sentence, which goes into the yearly list. */
export function decideDialog(title: string, question: string, after: string, save: string, send: (words: string) => Promise<void>): void {
  formDialog(title, { words: "" }, (page) => html`<p class="mute measure">${after}</p>
    ${textField("words", question, { value: page.said.words, rows: 2, maxlength: 500, ...page.error("words"), input: (words) => page.set({ words }) })}`, {
    save, fields: ["words"],
    check: (said): Record<string, string> => (said.words.trim().length < 10 ? { words: t("Write it in a sentence.") } : {}),
    send: (said) => refusedOf(() => send(said.words)),
  });
}

/** Two records of one customer: detail by detail somebody says which is right. */
export function mergeDialog(ctx: Ctx, keptId: string, otherId: string, done: () => void): void {
  const path = `/service/customers/${keptId}/merge/${otherId}`;
  void ctx.ask<Merge>("GET", path).then((shown) => {
    const empty = shown.differing.filter(({ kept }) => kept === "").map(({ name }) => name);
    formDialog(t("Merge {other} into {kept}", { other: shown.other.number, kept: shown.kept.number }), { take: empty as readonly string[] }, (page) => html`
      <p class="measure">${t("Number {kept} stays; everything of number {other} goes over to it. Choose what is right where the two differ.", { kept: shown.kept.number, other: shown.other.number })}</p>
      ${shown.differing.length === 0 ? html`<p class="mute">${t("Their details are the same.")}</p>` : html`<div class="merge">${shown.differing.map(({ name, kept, other }) => mergeRow(page, name, kept, other))}</div>`}
      ${shown.moves.length === 0 ? html`<p class="mute">${t("Nothing else is known of the other one.")}</p>` : html`<p class="mute">${t("Goes over:")} ${shown.moves.map(({ model, count }) => `${modelName(model)} (${number(count)})`).join(" · ")}</p>`}
      ${note(t("This can’t be undone. What you don’t choose is gone, also from a back-up that is restored."), "warn")}`, {
      wide: true, save: t("Merge"), kind: "alarm", fields: [],
      send: ({ take }) => refusedOf(async () => { await ctx.ask("POST", path, { take, proof: shown.proof }); done(); }),
    });
  }, (error: unknown) => ctx.failed(error));
}

function mergeRow(page: FormPage<{ readonly take: readonly string[] }>, name: string, kept: string, other: string): Part {
  const choose = (taken: boolean): void => page.put({ take: taken ? [...page.said.take, name] : page.said.take.filter((one) => one !== name) });
  const taken = page.said.take.includes(name);
  const option = (value: string, is: boolean, id: string): Part => html`<label class="choice" for=${id}><input type="radio" id=${id} name="merge-${name}" .checked=${taken === is} @change=${() => choose(is)}><span>${value === "" ? html`<span class="faint">${t("nothing")}</span>` : value}</span></label>`;
  return html`<fieldset><legend>${fieldName(name)}</legend>${option(kept, false, `kept-${name}`)}${option(other, true, `other-${name}`)}</fieldset>`;
}

export const fates = (lines: Preview["lines"]): Part => html`<ul class="items fates">${repeat(lines, ({ model, fate }) => `${model}${fate}`, (line) => html`<li><div class="body">${modelName(line.model)}</div><div class="row end"><span class="mute">${tn("{n} row", "{n} rows", line.count)}</span>${pill(fateName(line.fate), line.fate === "gone" ? "alarm" : line.fate === "kept" ? "warn" : "")}</div></li>`)}</ul>`;

/** Shows what would become of which rows; only then it can be done. */
export function forgetDialog(ctx: Ctx, one: { readonly id: string; readonly number: number; readonly name: string }, done: () => void): void {
  const path = `/service/customers/${one.id}/forget`;
  void ctx.ask<Preview>("GET", path).then((shown) => {
    const rows = shown.lines.reduce((sum, line) => sum + line.count, 0);
    formDialog(t("Anonymise {name}", { name: one.name || t("Customer {n}", { n: one.number }) }), {}, () => html`<p class="measure">${t("This is all that there is of him, in every room: {rows} rows. Names, addresses and words go and can’t be brought back, also not from a back-up. Numbers, times and costs stay, so that they keep counting.", { rows: number(rows) })}</p>
      ${shown.hindrance === "" ? nothing : note(t("An order of his is open. Close or cancel it first."), "warn")}${fates(shown.lines)}
      <p class="faint small">${t("Proof of this list, which goes into the log:")} <code class="hash">${shown.proof}</code></p>`, {
      wide: true, save: t("Anonymise"), kind: "alarm", fields: [],
      send: () => refusedOf(async () => { await ctx.ask("POST", path, { proof: shown.proof }); done(); }),
    });
  }, (error: unknown) => ctx.failed(error));
}
