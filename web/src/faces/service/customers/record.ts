// SPDX-License-Identifier: EUPL-1.2
// One customer's record.
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, note, pill, skeleton } from "../../../kit/pieces";
import { day, t, when } from "../../../kit/words";
import { fates } from "./dialogs";
import type { Contact, Customer, Suggestion, Whole } from "./types";
import { called, fieldName, functionName, sourceName, standingName, whatName, whyName } from "./words";

export interface RecordActions {
  readonly back: () => void;
  readonly correct: (one: Whole) => void;
  readonly contact: (one: Whole, contact: Contact | null) => void;
  readonly endContact: (contact: Contact) => void;
  readonly suggestion: (one: Whole, found: Suggestion) => void;
  readonly confirm: (one: Whole) => void;
  readonly end: (one: Whole) => void;
  readonly consent: (one: Whole) => void;
  readonly restrict: (one: Whole) => void;
  readonly lift: (one: Whole) => void;
  readonly forget: (one: Whole) => void;
  readonly take: (one: Whole) => void;
  readonly open: (id: string) => void;
  readonly merge: (one: Whole, other: Customer) => void;
}

const FACTS = ["street", "postcode", "country", "email", "phone", "language", "registration_no", "vat_no"] as const;

export function recordView(one: Whole | null, nowMs: number, act: RecordActions): Part {
  if (one === null) return html`<h1 class="sr">${t("Customers")}</h1>${skeleton(6, t("Loading"))}`;
  const can = (what: string): boolean => one.may.includes(what);
  return html`<div class="title"><div><button type="button" class="btn quiet small" id="to-customers" @click=${act.back}>${icon("back", "small")}<span>${t("Customers")}</span></button><h1>${called(one)}</h1>
      <div class="row wrap"><span class="mute">${t("Number {n}", { n: one.number })}</span>${pill(standingName(one.standing), one.standing === "customer" ? "ok" : "")}${one.restricted_ms === null ? nothing : pill(t("use restricted"), "alarm", { icon: "lock" })}</div></div>
      ${one.anonymised_ms !== null ? nothing : html`<div class="row wrap">${can("change") ? button(t("Correct"), () => act.correct(one), { kind: "primary", id: "correct" }) : nothing}${can("export") ? button(t("For himself, as a file"), () => act.take(one), { icon: "download", id: "take" }) : nothing}</div>`}</div>
    ${one.restricted_ms === null ? nothing : note(html`<b>${t("The use is restricted since {day}.", { day: day(one.restricted_ms) })}</b> ${whyName(one.restricted_why)}${one.restricted_by === "" ? "" : ` · ${one.restricted_by}`}`, "alarm", "lock")}
    ${one.suggestions.map((found) => note(html`<div class="row apart wrap"><span>${t("Other details came in {how}: {names}.", { how: sourceName(found.source), names: Object.keys(found.values).map(fieldName).join(", ") })}</span>${can("change") ? button(t("Look at them"), () => act.suggestion(one, found), { small: true, id: "suggestion" }) : nothing}</div>`, "warn"))}
    ${one.doubles.length === 0 ? nothing : note(html`${t("Perhaps the same:")} ${one.doubles.map((other) => html`<span class="twin"><button type="button" class="btn quiet small" @click=${() => act.open(other.id)}>${called(other)} · ${other.number}</button>${can("change") && can("end") ? button(t("Merge…"), () => act.merge(one, other), { small: true, id: `merge-${other.number}` }) : nothing}</span>`)}`, "")}
    ${one.merged_into === null ? nothing : note(html`${t("This record became part of another one.")} <button type="button" class="btn quiet small" @click=${() => act.open(one.merged_into!)}>${t("Open it")}</button>`, "")}
    ${one.anonymised_ms === null ? facts(one) : nothing}
    ${one.forgotten === null ? nothing : html`<section class="card pad stack" aria-labelledby="forgotten"><h2 id="forgotten">${t("Anonymised {day}", { day: day(one.forgotten.at_ms) })}</h2>${fates(one.forgotten.lines)}<p class="faint small">${t("Proof in the log:")} <code class="hash">${one.forgotten.proof}</code></p></section>`}
    ${one.kind === "company" && one.anonymised_ms === null ? contacts(one, can("change"), act) : nothing}
    ${one.anonymised_ms === null ? relation(one, can, act) : nothing}
    <section class="card" aria-labelledby="history"><header><h2 id="history">${t("History")}</h2></header><ul class="items history">${repeat(one.changes, (_change, i) => i, (change) => html`<li><div class="body"><b>${whatName(change.what)}</b>${change.fields.length === 0 ? nothing : html` <span class="mute">${change.fields.map(fieldName).join(", ")}</span>`}</div>
      <div class="row end faint small">${[change.by || (change.source === "desk" ? t("by itself") : sourceName(change.source)), when(change.at_ms, nowMs)].join(" · ")}</div></li>`)}</ul></section>`;
}

function facts(one: Whole): Part {
  const said = (name: (typeof FACTS)[number]): string => (name === "street" ? [one.street, one.house_number].filter(Boolean).join(" ") : name === "postcode" ? [one.postcode, one.city].filter(Boolean).join(" ") : one[name]);
  return html`<section class="card pad stack tight" aria-labelledby="details"><h2 id="details">${t("Details")}</h2><dl class="facts">${FACTS.filter((name) => said(name) !== "").map((name) => html`<div><dt>${fieldName(name)}</dt><dd>${said(name)}</dd></div>`)}</dl></section>`;
}

function contacts(one: Whole, may: boolean, act: RecordActions): Part {
  return html`<section class="card" aria-labelledby="contacts"><header><h2 id="contacts">${t("Contacts")}</h2>${may ? button(t("New contact"), () => act.contact(one, null), { small: true, icon: "plus", id: "new-contact" }) : nothing}</header>
    ${one.contacts.length === 0 ? empty(t("No contacts yet"), t("Who speaks for this company: its owner, a director, an employee."), "person") : html`<ul class="items">${repeat(one.contacts, ({ id }) => id, (contact) => html`<li><div class="body"><b>${contact.name}</b> <span class="mute">${functionName(contact.function)}</span><div class="faint small">${[contact.email, contact.phone].filter(Boolean).join(" · ")}</div></div>
      ${may ? html`<div class="row end">${button(t("Change"), () => act.contact(one, contact), { small: true })}${button(t("Left"), () => act.endContact(contact), { small: true, kind: "quiet" })}</div>` : nothing}</li>`)}</ul>`}</section>`;
}

function relation(one: Whole, can: (what: string) => boolean, act: RecordActions): Part {
  const words = one.standing === "prospect" ? t("A prospect until {day}, by his consent. When that is over he is anonymised by itself.", { day: one.consent_until === null ? "–" : day(Date.parse(`${one.consent_until}T12:00:00`)) })
    : one.standing === "former" ? t("Left on {day}. Kept for as long as claims can come, then anonymised by itself.", { day: one.ended_ms === null ? "–" : day(one.ended_ms) })
    : t("Last order or confirmation: {day}. When nothing comes for the term, he stands on the list of what may go.", { day: day(one.active_ms) });
  return html`<section class="card pad stack" aria-labelledby="relation"><h2 id="relation">${t("How long he is kept")}</h2><p class="mute measure">${words}</p>
    <div class="row wrap">${one.standing === "customer" && can("change") ? button(t("A further order is expected"), () => act.confirm(one), { small: true, id: "confirm" }) : nothing}${one.standing === "customer" && can("end") ? button(t("The relation is over"), () => act.end(one), { small: true, id: "end" }) : nothing}
      ${one.standing === "prospect" && can("change") ? button(t("Consented anew"), () => act.consent(one), { small: true, id: "consent" }) : nothing}
      ${one.restricted_ms === null ? (can("suspend") ? button(t("Restrict the use"), () => act.restrict(one), { small: true, icon: "lock", id: "restrict" }) : nothing) : can("lift") ? button(t("Lift the restriction"), () => act.lift(one), { small: true, id: "lift" }) : nothing}
      ${can("delete") ? button(t("Anonymise…"), () => act.forget(one), { small: true, kind: "alarm", id: "forget" }) : nothing}</div></section>`;
}
