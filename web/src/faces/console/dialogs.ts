// SPDX-License-Identifier: EUPL-1.2
// What the operator is asked before something is done: each by keys alone, Escape leaves it undone.
import { foot, openDialog } from "../../kit/dialog";
import { html, nothing, type Part } from "../../kit/dom";
import { choices, field, textField } from "../../kit/form";
import { button } from "../../kit/pieces";
import { t } from "../../kit/words";
import { alarmNumber, closeCodes, codeName, reopenReason, reopenReasons } from "../names";
import type { Company } from "../plans/types";
import type { Alarm, AlarmDetail } from "../types";

interface Choice {
  readonly value: string;
  readonly words: string;
}

interface Asked {
  readonly title: string;
  readonly legend: string;
  readonly options: readonly Choice[];
  readonly note?: { readonly label: string; readonly hint: string };
  readonly doIt: string;
  readonly id: string;
  readonly intro?: Part;
  readonly chosen?: string;
}

/** One of a few by its digit, words if wanted, Enter does it. */
function choose(asked: Asked, done: (value: string, words: string) => void): void {
  let value: string | null = asked.chosen ?? null;
  let words = "";
  const all = asked.options.map((one, i) => ({ ...one, key: String(i + 1) }));
  const finish = (): void => {
    if (value === null) return;
    dialog.close();
    done(value, words.trim());
  };
  const pick = (chosen: string): void => {
    value = chosen;
    dialog.redraw();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (!(event.target instanceof HTMLTextAreaElement) || event.ctrlKey || event.metaKey) && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      return finish();
    }
    if (event.target instanceof HTMLTextAreaElement) return;
    const choice = all[Number(event.key) - 1];
    if (choice === undefined) return;
    event.preventDefault();
    pick(choice.value);
  };
  const dialog = openDialog(asked.title, (opened) => html`<div class="form" @keydown=${pressed}>${asked.intro ?? nothing}
    ${choices(asked.id, asked.legend, all, value, pick)}
    ${asked.note === undefined ? nothing : textField(`${asked.id}-note`, asked.note.label, { hint: asked.note.hint, input: (typed) => (words = typed) })}
    ${foot(button(t("Not yet"), opened.close, { kind: "quiet", key: "Esc" }), button(asked.doIt, finish, { kind: "primary", key: "⏎", disabled: value === null, id: `${asked.id}-now` }))}</div>`);
}

const facts = (): { label: string; hint: string } => ({ label: t("Note"), hint: t("Facts, not people: the customer can read it.") });

export function askClose(alarm: Alarm, done: (code: string, words: string) => void): void {
  choose({
    id: "close", title: t("Close {number} with a code", { number: alarmNumber(alarm) }), legend: t("How did it end?"), options: closeCodes.map((value) => ({ value, words: codeName(value) })),
    note: facts(), doIt: t("Close the alarm"),
  }, done);
}

export function askPark(alarm: Alarm, done: (minutes: number, words: string) => void): void {
  const minutes = [5, 15, 30, 60, 120];
  choose({
    id: "park", title: t("Park {number}", { number: alarmNumber(alarm) }), legend: t("For how long?"), options: minutes.map((n) => ({ value: String(n), words: n < 60 ? t("{n} minutes", { n }) : n === 60 ? t("one hour") : t("{n} hours", { n: n / 60 }) })),
    note: { label: t("Why"), hint: t("It comes back by itself, sooner when something new is heard.") }, doIt: t("Park it"), chosen: "15",
  }, (value, words) => done(Number(value), words));
}

export function askReopen(alarm: Alarm, done: (reason: string) => void): void {
  choose({
    id: "reopen", title: t("Reopen {number}", { number: alarmNumber(alarm) }), legend: t("For which reason?"), options: reopenReasons.map((value) => ({ value, words: reopenReason(value) })),
    intro: html`<p class="mute">${t("Only this alarm's own minutes open, and the customer is told who reopened them and why.")}</p>`, doIt: t("Reopen its window"),
  }, done);
}

export function askWords(alarm: Alarm, asked: { title: string; label: string; hint: string; doIt: string; id: string; needed?: boolean }, done: (words: string) => void): void {
  let words = "";
  const save = (): void => {
    if (words.trim() === "" && asked.needed !== false) return;
    dialog.close();
    done(words.trim());
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  };
  const dialog = openDialog(`${asked.title} · ${alarmNumber(alarm)}`, (opened) => html`<div class="form" @keydown=${pressed}>
    ${textField(asked.id, asked.label, { hint: asked.hint, rows: 4, input: (value) => (words = value) })}
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(asked.doIt, save, { kind: "primary", key: "Ctrl ⏎", id: `${asked.id}-save` }))}</div>`);
  document.getElementById(asked.id)?.focus();
}

export const askNote = (alarm: Alarm, done: (words: string) => void): void =>
  askWords(alarm, { id: "note", title: t("Note"), label: t("What do you see?"), hint: t("Facts, not people: the customer can read it."), doIt: t("Save the note") }, done);
export const askHold = (alarm: Alarm, done: (words: string) => void): void =>
  askWords(alarm, { id: "hold-words", title: t("On hold"), label: t("What does it wait for?"), hint: t("A call back, a key holder, the police."), doIt: t("Put it on hold"), needed: false }, done);
/** Which company goes: the site's own order, the first one chosen. */
export function askGuard(alarm: Alarm, companies: readonly Company[], done: (guardId: string, words: string) => void): void {
  choose({
    id: "guard", title: t("Send guard to {number}", { number: alarmNumber(alarm) }), legend: t("Who goes?"), options: companies.map((one) => ({ value: one.id, words: t("{guard}, {n} min", { guard: one.name, n: one.typical_min }) })),
    note: { label: t("What should he know?"), hint: t("Where to go in, what was seen, who waits there. No image goes with it.") }, doIt: t("Send guard"), ...(companies[0] === undefined ? {} : { chosen: companies[0].id }),
  }, done);
}

/** No company is on file: who was called is written down. */
export const askGuardWords = (alarm: Alarm, done: (words: string) => void): void =>
  askWords(alarm, { id: "guard-words", title: t("Send guard"), label: t("Whom did you send?"), hint: t("No guard company is on file for this site: call one, and note whom and when."), doIt: t("Note it") }, done);

/** Who calls says his word: a right one ends the alarm, a duress word says so silently, a wrong one changes nothing. */
export function askCodeWord(alarm: AlarmDetail, done: (contactId: string, word: string) => void): void {
  const all = (alarm.plan?.steps ?? []).flatMap((step) => step.contacts);
  const contacts = [...new Map(all.filter((one) => one.has_code_word).map((one) => [one.id, one])).values()];
  let contact = contacts[0]?.id ?? "";
  let word = "";
  const finish = (): void => {
    if (word.trim() === "" || contact === "") return;
    dialog.close();
    done(contact, word.trim());
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      finish();
    }
  };
  const dialog = openDialog(t("Code word for {number}", { number: alarmNumber(alarm) }), (opened) => html`<div class="form" @keydown=${pressed}>
    <p class="mute">${t("Never say the word, or whether it was right. A wrong word continues the plan.")}</p>
    ${contacts.length === 0 ? html`<p class="mute">${t("No contact with a code word is on file for this site.")}</p>` : html`
    ${choices("word-of", t("Who calls?"), contacts.map((one) => ({ value: one.id, words: one.name })), contact, (value) => { contact = value; dialog.redraw(); })}
    ${field("code-word-said", t("The word that was said"), { input: (typed) => (word = typed) })}`}
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Check the word"), finish, { kind: "primary", key: "⏎", disabled: contacts.length === 0, id: "code-word-now" }))}</div>`);
  document.getElementById("code-word-said")?.focus();
}

/** The words that the customer reads; nobody else's data belongs in them. */
export function askAnswer(question: { readonly number: number | null; readonly text: string }, done: (text: string) => void): void {
  let text = "";
  const save = (): void => {
    if (text.trim() === "") return;
    dialog.close();
    done(text.trim());
  };
  const dialog = openDialog(t("Answer about AL-{n}", { n: question.number ?? "" }), (opened) => html`<div class="form">
    ${question.text === "" ? nothing : html`<blockquote>“${question.text}”</blockquote>`}
    ${textField("answer", t("What the customer reads"), { hint: t("How it was handled. No names or numbers of others."), rows: 4, maxlength: 1000, input: (value) => (text = value) })}
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Send the answer"), save, { kind: "primary", id: "answer-save" }))}</div>`);
}
