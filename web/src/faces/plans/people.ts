// SPDX-License-Identifier: EUPL-1.2
// Contacts with their hours and words, the way to the site, and guard companies.
import { foot, openDialog, type Opened } from "../../kit/dialog";
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { field, textField } from "../../kit/form";
import { button, empty, note, pill } from "../../kit/pieces";
import { day, t } from "../../kit/words";
import { check, select } from "./editor";
import type { PlannerState } from "./model";
import { grip } from "./reorder";
import type { Company, CompanySaid, Contact, ContactSaid, Guidance, Hours } from "./types";
import type { PlannerActions } from "./view";
import { dayNames, languageName } from "./words";

const languages = ["nl", "sv", "de", "en"].map((code) => [code, languageName(code)] as const);

// --- contacts ---

/** What changes contacts, wherever they are shown. */
export type ContactActions = Pick<PlannerActions, "contact" | "moveContact" | "words" | "removeContact" | "guide">;

export function contactsTab(state: Pick<PlannerState, "contacts">, act: ContactActions): Part {
  const { contacts } = state;
  if (contacts === null) return nothing;
  return html`<div class="row apart"><p class="mute">${t("Called in this order; each as often as the plan says.")}</p>${contacts.change ? button(t("Add a contact"), () => act.contact(null), { kind: "primary", icon: "person", id: "add-contact" }) : nothing}</div>
    ${contacts.contacts.length === 0 ? empty(t("Nobody to call yet"), t("Without contacts an operator can only look, send a guard, and call the police."), "person") : html`<ol class="plan-cards">${repeat(contacts.contacts, (one) => one.id, (one, n) => contactRow(one, n, contacts.contacts.length, contacts.change, act))}</ol>`}
    ${guidancePart(contacts.guidance, contacts.change, act)}`;
}

function contactRow(one: Contact, n: number, count: number, change: boolean, act: ContactActions): Part {
  return html`<li class="person-row" data-contact=${one.name}>${change ? grip("contact", n, count, one.name, act.moveContact) : html`<span class="mono faint">${n + 1}</span>`}
    <div class="body"><div class="row"><b>${one.name}</b><span class="mute">${one.relation}</span>${one.reachable ? nothing : pill(t("not within his hours now"), "warn")}</div>
      <div class="row">${one.phones.map((phone) => html`<span class="mono">${phone.number}</span>${phone.label === "" ? nothing : html`<span class="faint">${phone.label}</span>`}`)}<span class="faint">${languageName(one.language)}</span></div>
      <p class="small mute">${one.hours.length === 0 ? t("Reachable at any hour") : one.hours.map(hoursWords).join("; ")}</p>
      <div class="row">${one.has_code_word ? pill(one.has_duress_word ? t("code word and duress word") : t("code word"), "ok", { icon: "key" }) : pill(t("no code word"), "warn", { icon: "key" })}
        ${one.words_set_ms === null ? nothing : html`<span class="faint small">${t("set on {day}", { day: day(one.words_set_ms) })}</span>`}${one.tell_guard ? pill(t("guards may see him"), "", { icon: "guard" }) : nothing}</div></div>
    ${change ? html`<div class="row">${button(t("Change"), () => act.contact(one), { small: true })}${button(t("Words…"), () => act.words(one), { small: true, icon: "key" })}${button(t("Remove…"), () => act.removeContact(one), { small: true, kind: "quiet" })}</div>` : nothing}</li>`;
}

const hoursWords = (hours: Hours): string => `${hours.days.map((at) => dayNames()[at]).join(" ")} ${hours.start}–${hours.end}`;

function guidancePart(guidance: Guidance, change: boolean, act: ContactActions): Part {
  return html`<section class="card pad stack"><h2>${t("For the guard on his way")}</h2>
    <dl class="facts"><div><dt>${t("Route")}</dt><dd>${guidance.route === "" ? html`<span class="faint">${t("nothing yet")}</span>` : guidance.route}</dd></div><div><dt>${t("On the site")}</dt><dd>${guidance.on_site === "" ? html`<span class="faint">${t("nothing yet")}</span>` : guidance.on_site}</dd></div></dl>
    ${change ? html`<div class="row">${button(t("Change"), act.guide, { small: true, id: "change-guidance" })}</div>` : nothing}</section>`;
}

/** A dialog that keeps what was typed and stays open while the server refuses. */
function form(title: string, draw: (opened: Opened, error: string) => Part, save: () => Promise<string>, saveWords: string, wide = false): void {
  let error = "";
  let busy = false;
  const press = (): void => {
    if (busy) return;
    busy = true;
    dialog.redraw();
    void save().then((refused) => {
      busy = false;
      error = refused;
      if (refused === "") dialog.close();
      else dialog.redraw();
    });
  };
  const dialog = openDialog(title, (opened) => html`<div class="form">${error === "" ? nothing : note(error, "alarm", "alarm")}${draw(opened, error)}
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(saveWords, press, { kind: "primary", busy, id: "dialog-save" }))}</div>`, { wide });
}

export function contactDialog(contact: Contact | null, save: (said: ContactSaid) => Promise<string>): void {
  let said: ContactSaid = contact ?? { name: "", relation: "", language: "nl", phones: [{ number: "", label: "" }], hours: [], tell_guard: false, guard_note: "" };
  const plain = (): ContactSaid => ({
    name: said.name, relation: said.relation, language: said.language, phones: said.phones.filter((one) => one.number.trim() !== "").map((one) => ({ number: one.number.trim(), label: one.label.trim() })), hours: said.hours,
    tell_guard: said.tell_guard, guard_note: said.guard_note,
  });
  form(contact === null ? t("Add a contact") : t("Change {name}", { name: contact.name }), (opened) => {
    const change = (part: Partial<ContactSaid>): void => { said = { ...said, ...part }; };
    const redraw = (part: Partial<ContactSaid>): void => { change(part); opened.redraw(); };
    return html`${field("contact-name", t("Name"), { value: said.name, maxlength: 120, required: true, input: (name) => change({ name }) })}
      ${field("contact-relation", t("Who is he there?"), { value: said.relation, maxlength: 80, hint: t("Foreman, neighbour, owner."), input: (relation) => change({ relation }) })}
      ${said.phones.map((phone, n) => html`<div class="line row">${field(`phone-${n}`, n === 0 ? t("Phone number") : t("Phone number {n}", { n: n + 1 }), { value: phone.number, maxlength: 32, input: (number) => change({ phones: said.phones.map((one, at) => (at === n ? { ...one, number } : one)) }) })}
        ${field(`label-${n}`, t("Which one"), { value: phone.label, maxlength: 40, input: (label) => change({ phones: said.phones.map((one, at) => (at === n ? { ...one, label } : one)) }) })}</div>`)}
      ${said.phones.length < 4 ? html`<div>${button(t("Another number"), () => redraw({ phones: [...said.phones, { number: "", label: "" }] }), { small: true, kind: "quiet" })}</div>` : nothing}
      ${select("contact-language", t("Language"), languages, said.language, (language) => change({ language }))}
      ${hoursPart(said.hours, (hours) => redraw({ hours }))}
      ${check("tell-guard", t("A guard on his way may see his name and numbers"), said.tell_guard, (tell_guard) => redraw({ tell_guard }))}
      ${said.tell_guard ? field("guard-note", t("What the guard should know of him"), { value: said.guard_note, maxlength: 300, input: (guard_note) => change({ guard_note }) }) : nothing}`;
  }, () => save(plain()), t("Save"), true);
}

function hoursPart(all: readonly Hours[], change: (hours: readonly Hours[]) => void): Part {
  const set = (n: number, part: Partial<Hours>): void => change(all.map((one, at) => (at === n ? { ...one, ...part } : one)));
  return html`<fieldset class="choices"><legend class="field"><span class="label">${t("When he may be called")}</span></legend>
    ${all.length === 0 ? html`<p class="mute small">${t("At any hour. Add hours to limit it; by the site's clock.")}</p>` : all.map((hours, n) => html`<div class="hour-row"><div class="days">${dayNames().map((name, at) => html`<label><input type="checkbox" aria-label=${name} .checked=${hours.days.includes(at)} @change=${() => set(n, { days: hours.days.includes(at) ? hours.days.filter((one) => one !== at) : [...hours.days, at].sort((a, b) => a - b) })}>${name}</label>`)}</div>
      <div class="row">${field(`start-${n}`, t("From"), { type: "time", value: hours.start, input: (start) => set(n, { start }) })}${field(`end-${n}`, t("To"), { type: "time", value: hours.end, input: (end) => set(n, { end }) })}
        ${button(t("Take out"), () => change(all.filter((_, at) => at !== n)), { small: true, kind: "quiet" })}</div></div>`)}
    <div>${button(t("Add hours"), () => change([...all, { days: [0, 1, 2, 3, 4], start: "08:00", end: "17:00" }]), { small: true, icon: "clock" })}</div></fieldset>`;
}

export function wordsDialog(contact: Contact, save: (code: string, duress: string) => Promise<string>, clear: () => void): void {
  let code = "";
  let duress = "";
  form(t("Code word of {name}", { name: contact.name }), (opened) => html`
    <p class="mute">${t("He says it on the telephone, and nothing is called off without it. It is kept as a slow hash only: nobody can read it back, not even here.")}</p>
    ${field("code-word", t("Code word"), { value: code, maxlength: 60, autocomplete: "off", hint: t("4 to 60 letters or digits. Case and spaces don’t count."), input: (value) => (code = value) })}
    ${field("duress-word", t("Duress word"), { value: duress, maxlength: 60, autocomplete: "off", hint: t("Said when somebody forces him: it sounds like a success, and raises a hold-up. Leave empty for none."), input: (value) => (duress = value) })}
    ${contact.has_code_word ? html`<div>${button(t("Take his words away"), () => { opened.close(); clear(); }, { small: true, kind: "quiet" })}</div>` : nothing}`, () => save(code, duress), t("Set the words"));
}

export function guidanceDialog(guidance: Guidance, save: (said: Guidance) => Promise<string>): void {
  let said = guidance;
  form(t("For the guard on his way"), () => html`
    ${textField("route", t("Route"), { value: said.route, maxlength: 1000, hint: t("The last kilometre, which gate, where to stop."), input: (route) => { said = { ...said, route }; } })}
    ${textField("on-site", t("On the site"), { value: said.on_site, maxlength: 1000, hint: t("How to get in, what is dangerous."), input: (on_site) => { said = { ...said, on_site }; } })}`, () => save(said), t("Save"));
}

// --- guards ---

export function guardsTab(state: PlannerState, act: PlannerActions): Part {
  const { guards } = state;
  if (guards === null) return nothing;
  return html`<div class="row apart"><p class="mute">${t("Asked in this order. He gets a link by mail, or from the operator.")}</p>${guards.change ? button(t("Add a company"), () => act.company(null), { kind: "primary", icon: "guard", id: "add-guard" }) : nothing}</div>
    ${guards.guards.length === 0 ? empty(t("Nobody to send yet"), t("Without a guard company an operator can only call the police and the contacts."), "guard") : html`<ol class="plan-cards">${repeat(guards.guards, (one) => one.id, (one, n) => html`<li class="person-row" data-guard=${one.name}>${guards.change ? grip("guard", n, guards.guards.length, one.name, act.moveCompany) : html`<span class="mono faint">${n + 1}</span>`}
      <div class="body"><div class="row"><b>${one.name}</b><span class="mute">${t("usually {n} min", { n: one.typical_min })}</span></div><div class="row"><span class="mono">${one.phone}</span><span>${one.email}</span><span class="faint">${languageName(one.language)}</span></div></div>
      ${guards.change ? html`<div class="row">${button(t("Change"), () => act.company(one), { small: true })}${button(t("Remove…"), () => act.removeCompany(one), { small: true, kind: "quiet" })}</div>` : nothing}</li>`)}</ol>`}`;
}

export function companyDialog(company: Company | null, save: (said: CompanySaid) => Promise<string>): void {
  let said: CompanySaid = company ?? { name: "", phone: "", email: "", language: "nl", typical_min: 20 };
  const change = (part: Partial<CompanySaid>): void => { said = { ...said, ...part }; };
  const minutes = [...new Set([5, 10, 15, 20, 25, 30, 45, 60, said.typical_min])].sort((a, b) => a - b);
  form(company === null ? t("Add a company") : t("Change {name}", { name: company.name }), () => html`
    ${field("guard-name", t("Name"), { value: said.name, maxlength: 120, required: true, input: (name) => change({ name }) })}
    ${field("guard-phone", t("Phone number"), { value: said.phone, maxlength: 32, input: (phone) => change({ phone }) })}
    ${field("guard-email", t("E-mail"), { type: "email", value: said.email, maxlength: 254, hint: t("The link goes there. It names the site and nothing else."), input: (email) => change({ email }) })}
    ${select("guard-minutes", t("Usually takes"), minutes.map((n) => [String(n), t("{n} min", { n })]), String(said.typical_min), (value) => change({ typical_min: Number(value) }))}
    ${select("guard-language", t("Language"), languages, said.language, (language) => change({ language }))}`,
    () => save({ name: said.name, phone: said.phone, email: said.email, language: said.language, typical_min: said.typical_min }), t("Save"));
}

