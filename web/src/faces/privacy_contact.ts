// SPDX-License-Identifier: EUPL-1.2
// Whom an organisation or household names for questions about personal data, and its own statement: a card for its portal or office.
import { html, nothing, type Part } from "../kit/dom";
import { field, textField } from "../kit/form";
import { button, note } from "../kit/pieces";
import { date, t } from "../kit/words";
import { refusedOf } from "./report_dialog";
import { formDialog } from "./settings/dialogs";

/** As zegel.server.privacy.models. */
const LONGEST_WORDS = 20_000;

export interface Contact {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly statement_url: string;
  readonly statement: string;
  readonly since_ms: number;
  readonly until_ms: number | null;
}

export interface Contacts {
  readonly contact: Contact | null;
  readonly before: readonly Contact[];
  readonly may_change: boolean;
}

export function contactCard(all: Contacts, change: () => void): Part {
  const { contact } = all;
  return html`<section class="card pad stack" id="privacy-contact"><h2>${t("Who answers questions about privacy")}</h2>
    ${contact === null ? note(t("Nobody is named yet. A notice must show somebody who can be reached by e-mail and telephone."), "warn", "person") : html`<dl class="facts"><div><dt>${t("Name")}</dt><dd>${contact.name}</dd></div><div><dt>${t("E-mail")}</dt><dd><a href="mailto:${contact.email}">${contact.email}</a></dd></div><div><dt>${t("Telephone")}</dt><dd>${contact.phone}</dd></div>
      <div><dt>${t("Privacy statement")}</dt><dd>${contact.statement_url !== "" ? html`<a href=${contact.statement_url} rel="noreferrer">${contact.statement_url}</a>` : contact.statement === "" ? t("the one that is made from what the system runs on") : t("the one that is made from what the system runs on, with your own words in it")}</dd></div><div><dt>${t("Since")}</dt><dd>${date(contact.since_ms)}</dd></div></dl>`}
    ${contact === null || contact.statement === "" ? nothing : html`<div class="stack own-words" id="own-words"><h3>${t("What you say yourself")}</h3>${contact.statement.split("\n").filter((line) => line.trim() !== "").map((line) => html`<p class="measure">${line}</p>`)}</div>`}
    ${all.before.length === 0 ? nothing : html`<p class="faint small">${t("Before: {names}", { names: all.before.map((one) => one.name).join(", ") })}</p>`}
    ${all.may_change ? html`<div>${button(contact === null ? t("Name somebody") : t("Change"), change, { kind: contact === null ? "primary" : "", icon: "person", id: "name-contact" })}</div>` : nothing}</section>`;
}

export function contactDialog(contact: Contact | null, put: (said: unknown) => Promise<void>): void {
  const first = { name: contact?.name ?? "", email: contact?.email ?? "", phone: contact?.phone ?? "", statement_url: contact?.statement_url ?? "", statement: contact?.statement ?? "" };
  formDialog(t("Who answers questions about privacy"), first, (form) => html`<p class="mute">${t("This name, address and number stand on your notices and statements, for everybody to read.")}</p>
    ${field("contact-name", t("Name"), { value: form.said.name, maxlength: 200, ...form.error("name"), input: (name) => form.set({ name }) })}
    <div class="pair">${field("contact-email", t("E-mail"), { type: "email", value: form.said.email, maxlength: 254, ...form.error("email"), input: (email) => form.set({ email }) })}${field("contact-phone", t("Telephone"), { value: form.said.phone, maxlength: 40, hint: t("With its country: +31 20 123 4567"), ...form.error("phone"), input: (phone) => form.set({ phone }) })}</div>
    ${field("contact-url", t("Address of your own privacy statement (not needed)"), { value: form.said.statement_url, maxlength: 500, hint: t("Empty: the statement that is made from what the system runs on."), ...form.error("statement_url"), input: (statement_url) => form.set({ statement_url }) })}
    ${textField("contact-words", t("Or your own words (not needed)"), { value: form.said.statement, rows: 5, maxlength: LONGEST_WORDS, hint: t("They stand in the statement, above what the system writes of itself. Say what it can't know: why you do this, and how you work."), ...form.error("statement"), input: (statement) => form.set({ statement }) })}`, {
    save: t("Save"), fields: ["name", "email", "phone", "statement_url", "statement"],
    send: (said) => refusedOf(() => put(said)),
  });
}
