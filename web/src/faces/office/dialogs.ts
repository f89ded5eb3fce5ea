// SPDX-License-Identifier: EUPL-1.2
// The office's forms.
import { html, nothing } from "../../kit/dom";
import { choices, field, textField } from "../../kit/form";
import { t } from "../../kit/words";
import { cameraName, type Malfunction } from "./maintenance";
import { formDialog, type Refused } from "../settings/dialogs";
import { endOf, inDays, selectField } from "../settings/fields";
import type { Named } from "../types";
import type { Item, ItemKind, ItemState, Place, Task } from "./types";
import { itemKind, itemState, taskTitle } from "./words";

type Send<Said> = (said: Said) => Promise<Refused | null>;
const DONE = Promise.resolve(null);

export function taskDialog(send: (words: string, dueMs: number | null) => void): void {
  formDialog(t("A new task"), { words: "", day: "" }, (page) => html`${textField("task-words", t("What is to be done?"), { value: page.said.words, rows: 2, maxlength: 300, ...page.error("words"), input: (words) => page.set({ words }) })}
    ${field("task-day", t("By (not needed)"), { type: "date", value: page.said.day, input: (day) => page.set({ day }) })}`, {
    save: t("Put it on the list"), fields: ["words"],
    check: ({ words }) => (words.trim().length < 3 ? { words: t("Write it in a sentence.") } : {}) as Record<string, string>,
    send: ({ words, day }) => {
      const due = endOf(day);
      send(words.trim(), Number.isNaN(due) ? null : due);
      return DONE;
    },
  });
}

export function assignDialog(task: Task, people: readonly Named[], send: (personId: string | null) => void): void {
  formDialog(t("Who does it?"), { person: task.assignee?.id ?? "" }, (page) => html`<p>${taskTitle(task)}</p>
    ${selectField("assignee", t("Colleague"), [{ value: "", words: t("Nobody yet") }, ...people.map(({ id, name }) => ({ value: id, words: name }))], page.said.person, (person) => page.set({ person }))}`, {
    save: t("Assign"), fields: [],
    send: ({ person }) => {
      send(person === "" ? null : person);
      return DONE;
    },
  });
}

export function snoozeDialog(task: Task, nowMs: number, send: (untilMs: number) => void): void {
  formDialog(t("Put off until"), { day: inDays(nowMs, 7) }, (page) => html`<p>${taskTitle(task)}</p>
    ${field("snooze-day", t("Day"), { type: "date", value: page.said.day, ...page.error("day"), hint: t("It comes back to the list that morning, or at once when its cause comes back."), input: (day) => page.set({ day }) })}`, {
    save: t("Put off"), fields: ["day"],
    check: ({ day }) => {
      const until = Date.parse(`${day}T06:00:00`);
      return (until > nowMs && until < nowMs + 89 * 86_400_000 ? {} : { day: t("Choose a day within three months.") }) as Record<string, string>;
    },
    send: ({ day }) => {
      send(Date.parse(`${day}T06:00:00`));
      return DONE;
    },
  });
}

export interface CustomerSaid {
  readonly kind: string;
  readonly name: string;
  readonly country: string;
  readonly language: string;
  readonly owner_name: string;
  readonly owner_email: string;
}

export function customerDialog(send: Send<CustomerSaid>): void {
  formDialog<CustomerSaid>(t("Invite a customer"), { kind: "company", name: "", country: "NL", language: "nl", owner_name: "", owner_email: "" }, (page) => html`
    <p class="mute">${t("The first owner gets a letter with a link. He makes his own keys, reads and signs the agreement, and pairs his units himself.")}</p>
    ${selectField("customer-kind", t("Kind"), [{ value: "company", words: t("Company") }, { value: "household", words: t("Household") }, { value: "person", words: t("Person") }], page.said.kind, (kind) => page.set({ kind }))}
    ${field("customer-name", t("Name"), { value: page.said.name, maxlength: 200, ...page.error("name"), input: (name) => page.set({ name }) })}
    <div class="pair">${selectField("customer-country", t("Country"), ["NL", "SE", "DE", "BE", "AT"].map((value) => ({ value, words: value })), page.said.country, (country) => page.set({ country }))}
      ${selectField("customer-language", t("Language"), [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]].map(([value = "", words = ""]) => ({ value, words })), page.said.language, (language) => page.set({ language }))}</div>
    ${field("owner-name", t("First owner"), { value: page.said.owner_name, maxlength: 200, ...page.error("owner_name"), input: (owner_name) => page.set({ owner_name }) })}
    ${field("owner-email", t("His e-mail"), { type: "email", value: page.said.owner_email, maxlength: 254, ...page.error("owner_email"), input: (owner_email) => page.set({ owner_email }) })}`, {
    save: t("Send the invitation"), fields: ["name", "owner_name", "owner_email"],
    check: (said) => ({
      ...(said.name.trim() === "" ? { name: t("Write the name.") } : {}), ...(said.owner_name.trim() === "" ? { owner_name: t("Write the name.") } : {}),
      ...(/^\S+@\S+\.\S+$/.test(said.owner_email.trim()) ? {} : { owner_email: t("Write it like name@example.org.") }),
    }) as Record<string, string>,
    send: (said) => send({ ...said, name: said.name.trim(), owner_name: said.owner_name.trim(), owner_email: said.owner_email.trim() }),
  });
}

export interface LetterSaid {
  readonly name: string;
  readonly email: string;
  readonly language: string;
}

export function letterDialog(before: LetterSaid, send: Send<LetterSaid>): void {
  const { name, email, language } = before;
  formDialog<LetterSaid>(t("Send the letter again"), { name, email, language }, (page) => html`
    <p class="mute">${t("The same link, for seven days more. To another address it is a new link, and the first one stops working.")}</p>
    ${field("owner-name", t("First owner"), { value: page.said.name, maxlength: 200, ...page.error("name"), input: (name) => page.set({ name }) })}
    ${field("owner-email", t("His e-mail"), { type: "email", value: page.said.email, maxlength: 254, ...page.error("email"), input: (email) => page.set({ email }) })}`, {
    save: t("Send again"), fields: ["name", "email"],
    check: (said) => ({ ...(said.name.trim() === "" ? { name: t("Write the name.") } : {}), ...(/^\S+@\S+\.\S+$/.test(said.email.trim()) ? {} : { email: t("Write it like name@example.org.") }) }) as Record<string, string>,
    send: (said) => send({ ...said, name: said.name.trim(), email: said.email.trim() }),
  });
}

export interface ItemSaid {
  readonly kind: ItemKind;
  readonly name: string;
  readonly serial: string;
  readonly count: number;
  readonly note: string;
}

const KINDS: readonly ItemKind[] = ["unit", "camera", "part"];

export function itemDialog(send: Send<ItemSaid>): void {
  formDialog(t("Into the stock"), { kind: "unit" as ItemKind, name: "", serial: "", count: "1", note: "" }, (page) => html`
    ${selectField("item-kind", t("Kind"), KINDS.map((value) => ({ value, words: itemKind(value) })), page.said.kind, (kind) => page.put({ kind: kind as ItemKind }))}
    ${field("item-name", t("Name"), { value: page.said.name, maxlength: 120, hint: t("Make and model, as you call it."), ...page.error("name"), input: (name) => page.set({ name }) })}
    ${page.said.kind === "part" ? field("item-count", t("How many"), { value: page.said.count, maxlength: 6, ...page.error("count"), input: (count) => page.set({ count }) })
      : field("item-serial", page.said.kind === "unit" ? t("Fingerprint or serial number") : t("Serial number"), { value: page.said.serial, maxlength: 120, ...(page.said.kind === "unit" ? { hint: t("The fingerprint on its sticker ties it to the unit that a customer pairs.") } : {}), input: (serial) => page.set({ serial }) })}
    ${field("item-note", t("Note (not needed)"), { value: page.said.note, maxlength: 300, input: (note) => page.set({ note }) })}`, {
    save: t("Add it"), fields: ["name", "count", "serial"],
    check: ({ name, count }) => ({ ...(name.trim() === "" ? { name: t("Write what it is.") } : {}), ...(/^[1-9]\d{0,4}$/.test(count) ? {} : { count: t("Write a number.") }) }) as Record<string, string>,
    send: (said) => send({ ...said, name: said.name.trim(), serial: said.kind === "part" ? "" : said.serial.trim(), count: said.kind === "part" ? Number(said.count) : 1 }),
  });
}

const STATES: readonly ItemState[] = ["stock", "at_site", "returned", "repair", "scrapped"];

export function moveDialog(item: Item, places: readonly Place[], send: Send<{ state: ItemState; site_id: string | null; note: string }>): void {
  formDialog(t("Where is {name}?", { name: item.name }), { state: item.state, site: item.site_id ?? places[0]?.id ?? "", note: item.note }, (page) => html`
    ${selectField("item-state", t("State"), STATES.map((value) => ({ value, words: itemState(value) })), page.said.state, (state) => page.put({ state: state as ItemState }))}
    ${page.said.state === "at_site" ? selectField("item-site", t("Site"), places.map(({ id, name, address }) => ({ value: id, words: `${name}, ${address}` })), page.said.site, (site) => page.set({ site })) : nothing}
    ${field("move-note", t("Note (not needed)"), { value: page.said.note, maxlength: 300, input: (note) => page.set({ note }) })}`, {
    save: t("Save"), fields: [], send: ({ state, site, note }) => send({ state, site_id: state === "at_site" ? site : null, note }),
  });
}

export function askDialog(malfunction: Malfunction, send: Send<{ camera_id: string; reason: string; minutes: number; way: "live" | "still" }>): void {
  const cameras = malfunction.camera_id === null ? malfunction.cameras : malfunction.cameras.filter(({ id }) => id === malfunction.camera_id);
  formDialog(t("Ask to see the picture"), { camera: cameras[0]?.id ?? "", reason: "", minutes: "15", way: malfunction.fault === "wrong_view" ? "still" : "live" }, (page) => html`
    <p class="mute">${t("The owner reads your name and your reason, and decides. You see this camera, nothing else, until it works or the time is over.")}</p>
    ${choices("ask-way", t("What do you need?"), [{ value: "still", words: t("Single stills, to aim it") }, { value: "live", words: t("The live picture, to find what is the matter") }], page.said.way, (way) => page.put({ way }))}
    ${cameras.length > 1 ? selectField("ask-camera", t("Camera"), cameras.map(({ id, name }) => ({ value: id, words: name })), page.said.camera, (camera) => page.set({ camera })) : html`<p><b>${cameraName(malfunction, cameras[0]?.id ?? null)}</b></p>`}
    ${textField("ask-reason", t("Why must you see it?"), { value: page.said.reason, rows: 2, maxlength: 500, ...page.error("reason"), hint: t("For example: to see whether it is the lens or the cable, and to aim it afterwards."), input: (reason) => page.set({ reason }) })}
    ${selectField("ask-minutes", t("For how long?"), ["5", "15", "30", "60"].map((value) => ({ value, words: t("{n} min", { n: value }) })), page.said.minutes, (minutes) => page.set({ minutes }))}`, {
    save: t("Ask the owner"), fields: ["reason"],
    check: ({ reason }) => (reason.trim().length < 3 ? { reason: t("Write it in a sentence.") } : {}) as Record<string, string>,
    send: ({ camera, reason, minutes, way }) => send({ camera_id: camera, reason: reason.trim(), minutes: Number(minutes), way: way === "still" ? "still" : "live" }),
  });
}

