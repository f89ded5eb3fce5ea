// SPDX-License-Identifier: EUPL-1.2
// The forms of a case.
import { html, nothing, type Part } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { note } from "../../../kit/pieces";
import { number, t } from "../../../kit/words";
import { localMinute, momentField, refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import { checkField, endOf, inDays, selectField } from "../../settings/fields";
import type { Affected, Case, Choices, Duty } from "./types";
import { levelName, natureName, riskName } from "./words";

type Post = (path: string, body: unknown) => Promise<void>;
type Errors = Record<string, string>;

const NATURES = ["confidentiality", "integrity", "availability"] as const;
const LEVELS = ["low", "medium", "high"] as const;
const RISKS = ["unlikely", "risk", "high"] as const;

const toggled = (all: readonly string[], one: string, on: boolean): readonly string[] => (on ? [...all.filter((other) => other !== one), one] : all.filter((other) => other !== one));
const minute = (ms: number | null): string => (ms === null ? "" : localMinute(ms));
const moment = (text: string): number | null => (text === "" || Number.isNaN(Date.parse(text)) ? null : Date.parse(text));

/** Boxes to tick, as many as one likes; long lists scroll. */
function ticks(legend: string, name: string, all: readonly { readonly id: string; readonly words: string }[], chosen: readonly string[], change: (one: string, on: boolean) => void, error?: string): Part {
  return html`<fieldset class="ways-form ${all.length > 8 ? "scroll" : ""}"><legend>${legend}</legend>${all.map((one) => checkField(`${name}-${one.id}`, one.words, chosen.includes(one.id), (on) => change(one.id, on)))}${error === undefined ? nothing : html`<div class="error" role="alert">${error}</div>`}</fieldset>`;
}

export function assessDialog(one: Case, all: Choices, post: Post): void {
  const first = { nature: one.nature, categories: one.scope?.categories ?? [], owners: one.scope?.owners ?? [], sites: one.scope?.sites ?? [], cameras: one.scope?.cameras ?? [], cause: one.cause, began: minute(one.began_ms), ended: minute(one.ended_ms) };
  formDialog(t("What was touched"), first, (page) => html`
    ${ticks(t("What happened to the data?"), "nature", NATURES.map((id) => ({ id, words: natureName(id) })), page.said.nature, (id, on) => page.set({ nature: toggled(page.said.nature, id, on) }), page.error("nature").error)}
    ${ticks(t("Which data?"), "category", all.categories.map(({ category, name }) => ({ id: category, words: name })), page.said.categories, (id, on) => page.set({ categories: toggled(page.said.categories, id, on) }), page.error("categories").error)}
    <div class="pair">${momentField("began", t("It began (empty: not known)"), page.said.began, (began) => page.set({ began }))}${momentField("ended", t("It ended (empty: it may go on)"), page.said.ended, (ended) => page.set({ ended }), page.error("ended"))}</div>
    <details class="more" ?open=${page.said.owners.length + page.said.sites.length + page.said.cameras.length > 0}><summary>${t("Not everybody: choose customers, sites or cameras")}</summary>
      ${ticks(t("Of whom (none ticked: all)"), "owner", all.parties.map(({ id, name, ours }) => ({ id, words: ours ? t("{name} (ourselves)", { name }) : name })), page.said.owners, (id, on) => page.set({ owners: toggled(page.said.owners, id, on) }))}
      ${ticks(t("At which sites (none ticked: all)"), "site", all.sites.map(({ id, name }) => ({ id, words: name })), page.said.sites, (id, on) => page.set({ sites: toggled(page.said.sites, id, on) }))}
      ${ticks(t("Of which cameras (none ticked: all)"), "camera", all.cameras.map(({ id, name }) => ({ id, words: name })), page.said.cameras, (id, on) => page.set({ cameras: toggled(page.said.cameras, id, on) }))}</details>
    ${textField("cause", t("How could it happen? (as far as known)"), { value: page.said.cause, rows: 3, maxlength: 4000, input: (cause) => page.set({ cause }) })}`, {
    wide: true, save: t("Count"), fields: ["nature", "categories", "ended"],
    check: ({ nature, categories, began, ended }) => ({
      ...(nature.length === 0 ? { nature: t("Tick at least one.") } : {}), ...(categories.length === 0 ? { categories: t("Tick at least one.") } : {}),
      ...((moment(began) ?? 0) > (moment(ended) ?? Infinity) ? { ended: t("It can’t end before it begins.") } : {}),
    }) as Errors,
    send: ({ began, ended, ...said }) => refusedOf(() => post(`/breaches/${one.id}/assess`, { ...said, began_ms: moment(began), ended_ms: moment(ended) })),
  });
}

export function numbersDialog(row: Affected, post: Post): void {
  formDialog(t("Correct the numbers"), { people: row.people === null ? "" : String(row.people), records: String(row.records) }, (page) => html`
    <p class="mute">${t("Counted from what the system declares to hold: {people} people, {records} records.", { people: row.counted_people === null ? "–" : number(row.counted_people), records: number(row.counted_records) })}</p>
    <div class="pair">${field("people", t("People, about (empty: can’t be counted)"), { value: page.said.people, input: (people) => page.set({ people }), ...page.error("people") })}${field("records", t("Records, about"), { value: page.said.records, input: (records) => page.set({ records }), ...page.error("records") })}</div>`, {
    save: t("Save"), fields: ["people", "records"],
    check: ({ people, records }) => ({ ...(/^\d*$/.test(people.trim()) ? {} : { people: t("Write a number.") }), ...(/^\d+$/.test(records.trim()) ? {} : { records: t("Write a number.") }) }) as Errors,
    send: ({ people, records }) => refusedOf(() => post(`/breach-affected/${row.id}`, { people: people.trim() === "" ? null : Number(people), records: Number(records) })),
  });
}

/** As rules.suggested() at the server has it. */
export function suggested(severity: string, likelihood: string): string {
  const [s, l] = [LEVELS.indexOf(severity as "low"), LEVELS.indexOf(likelihood as "low")];
  if (s < 0 || l < 0) return "";
  if (s + l >= 3) return "high";
  return s + l === 0 ? "unlikely" : "risk";
}

export function judgeDialog(one: Case, post: Post): void {
  const first = { severity: one.severity, likelihood: one.likelihood, risk: one.risk, reason: one.reason, consequences: one.consequences };
  formDialog(t("How bad it is"), first, (page) => {
    const hint = suggested(page.said.severity, page.said.likelihood);
    const level = (name: "severity" | "likelihood", value: string): void => {
      const next = { ...page.said, [name]: value };
      page.put({ [name]: value, risk: suggested(next.severity, next.likelihood) || next.risk });
    };
    return html`${choices("severity", t("How severe would it be for them?"), LEVELS.map((value) => ({ value, words: levelName(value) })), page.said.severity, (value) => level("severity", value))}
      ${choices("likelihood", t("How likely is it that harm comes of it?"), LEVELS.map((value) => ({ value, words: levelName(value) })), page.said.likelihood, (value) => level("likelihood", value))}
      ${choices("risk", t("So the risk is"), RISKS.map((value) => ({ value, words: riskName(value) + (value === hint ? ` · ${t("follows from the two above")}` : "") })), page.said.risk, (risk) => page.put({ risk }))}
      ${page.error("risk").error === undefined ? nothing : html`<div class="error" role="alert">${page.error("risk").error}</div>`}
      ${page.said.risk === "" ? nothing : note(page.said.risk === "unlikely" ? t("Customers are told; the authority need not be. The reason stays in the register.") : page.said.risk === "risk" ? t("Customers are told. For our own processing the authority is notified.") : t("Customers and the authority are told, and the people concerned too."), page.said.risk === "high" ? "warn" : "")}
      ${textField("reason", t("Why?"), { value: page.said.reason, rows: 4, maxlength: 4000, ...page.error("reason"), input: (reason) => page.set({ reason }) })}
      ${textField("consequences", t("What may come of it for people?"), { value: page.said.consequences, rows: 3, maxlength: 4000, hint: t("It stands in the letters, so in plain words."), input: (consequences) => page.set({ consequences }) })}`;
  }, {
    wide: true, save: t("Judge"), fields: ["reason", "risk"],
    check: ({ risk, severity, likelihood, reason }) => ({ ...(risk && severity && likelihood ? {} : { risk: t("Choose one of each.") }), ...(reason.trim().length < 10 ? { reason: t("Write it in a sentence.") } : {}) }) as Errors,
    send: (said) => refusedOf(() => post(`/breaches/${one.id}/judge`, said)),
  });
}

const reasonDialog = (title: string, words: string, save: string, path: string, post: Post): void =>
  formDialog(title, { reason: "" }, (page) => html`<p class="mute measure">${words}</p>${textField("why", t("Why?"), { value: page.said.reason, rows: 4, maxlength: 4000, ...page.error("reason"), input: (reason) => page.set({ reason }) })}`, {
    save, fields: ["reason"],
    check: ({ reason }) => (reason.trim().length < 10 ? { reason: t("Write it in a sentence.") } : {}) as Errors,
    send: (said) => refusedOf(() => post(path, said)),
  });

export const dismissDialog = (one: Case, post: Post): void => reasonDialog(t("It is no breach"), t("Nothing happened to personal data. It stays in the register with your reason, and its clocks stop."), t("Keep it as no breach"), `/breaches/${one.id}/dismiss`, post);

export const dropDialog = (duty: Duty, post: Post): void => reasonDialog(t("They need not be told"), t("Article 34(3) has three grounds: the data was unreadable, the high risk is gone, or telling each would be out of proportion and a public message takes its place."), t("Keep the ground"), `/breach-duties/${duty.id}/drop`, post);

export function measureDialog(one: Case, nowMs: number, post: Post): void {
  formDialog(t("A measure"), { words: "", person: one.people[0]?.id ?? "", day: inDays(nowMs, 14) }, (page) => html`
    ${textField("measure-words", t("What is done?"), { value: page.said.words, rows: 2, maxlength: 500, ...page.error("words"), input: (words) => page.set({ words }) })}
    ${selectField("measure-who", t("By whom"), one.people.map(({ id, name }) => ({ value: id, words: name })), page.said.person, (person) => page.set({ person }))}
    ${field("measure-day", t("Before"), { type: "date", value: page.said.day, ...page.error("day"), input: (day) => page.set({ day }) })}`, {
    save: t("Add"), fields: ["words", "day"],
    check: ({ words, day }) => ({ ...(words.trim().length < 3 ? { words: t("Write it in a sentence.") } : {}), ...(Number.isNaN(endOf(day)) ? { day: t("Choose a day.") } : {}) }) as Errors,
    send: ({ words, person, day }) => refusedOf(() => post(`/breaches/${one.id}/measures`, { words: words.trim(), person_id: person, due_ms: endOf(day) })),
  });
}

export function evaluateDialog(one: Case, post: Post): void {
  formDialog(t("What is learnt"), { evaluation: one.evaluation, lessons: one.lessons, close: true }, (page) => html`
    ${textField("evaluation", t("What went well, and what did not?"), { value: page.said.evaluation, rows: 4, maxlength: 4000, ...page.error("evaluation"), input: (evaluation) => page.set({ evaluation }) })}
    ${textField("lessons", t("What do we learn from it?"), { value: page.said.lessons, rows: 3, maxlength: 4000, input: (lessons) => page.set({ lessons }) })}
    ${checkField("close-case", t("And close the case"), page.said.close, (close) => page.set({ close }))}`, {
    save: t("Save"), fields: ["evaluation"],
    check: ({ evaluation }) => (evaluation.trim().length < 10 ? { evaluation: t("Write it in a sentence.") } : {}) as Errors,
    send: (said) => refusedOf(() => post(`/breaches/${one.id}/evaluate`, said)),
  });
}
