// SPDX-License-Identifier: EUPL-1.2
// Who may switch on and off beside the owners: people and codes, each with his days, hours and longest time. A key is compared
// by its words before it is written into a policy; the server's word names nobody.
import { confirmMember, type MemberRow, memberWords, standing } from "../../../client/members";
import type { Session } from "../../../client/session";
import { foot, openDialog } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, keyWords, note } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import { type Bytes, equal, fromBase64url, fromHex, fromUuid, hex } from "../../../seal/bytes";
import { ACTIONS, type Delegate, type Weekly } from "../../../seal/policy";
import { isSigningKey, signingFingerprint } from "../../../seal/suite";
import { words } from "../../../seal/words";
import { dayNames, minutesWords } from "./obeys";
import { dateAt, minutesOf, nextDate, wallMs } from "./plan";

interface Form {
  who: string;
  name: string;
  code: string;
  actions: Set<(typeof ACTIONS)[number]>;
  maxMin: number;
  untilDate: string;
  days: Set<number>;
  from: string;
  to: string;
  same: boolean;
  error: string;
}

interface Key {
  readonly id: Bytes;
  readonly signKey: Bytes;
  readonly name: string;
}

const LONGEST_MIN = [60, 120, 240, 480, 720, 1440] as const;

/** Asks for one more delegate; `done` gets him, compared. */
export function askDelegate(session: Session, people: readonly MemberRow[], taken: readonly Uint8Array[], zone: string, nowMs: number, hasParts: boolean, done: (delegate: Delegate) => void): void {
  const free = people.filter(({ person_id }) => !taken.some((one) => equal(one, fromUuid(person_id))));
  const form: Form = {
    who: free[0]?.person_id ?? "code", name: "", code: "", actions: new Set(["arm", "disarm"]), maxMin: 240, untilDate: nextDate(dateAt(zone, nowMs), 90),
    days: new Set([0, 1, 2, 3, 4]), from: "06:00", to: "22:00", same: false, error: "",
  };
  openDialog(t("Who may switch on and off"), (opened) => {
    const key = keyOf(form, free);
    const member = free.find(({ person_id }) => person_id === form.who) ?? null;
    const known = member === null ? "not_compared" : standing(session, member);
    const fits = known === "compared" || known === "me";
    const spoken = member === null ? (key === null ? "" : words(signingFingerprint(key.signKey))) : memberWords(member);
    const finish = async (): Promise<void> => {
      const made = key === null ? null : delegateOf(form, key, zone, nowMs);
      if (made === null || key === null) {
        form.error = t("Something is missing, or a time can’t be read.");
        return opened.redraw();
      }
      if (member !== null && !fits) await confirmMember(session, member, spoken);
      opened.close();
      done(made);
    };
    const change = (part: () => void) => (): void => {
      part();
      form.error = "";
      opened.redraw();
    };
    return html`<div class="stack delegate-form">
      <div class="field"><label for="who">${t("Who")}</label><select class="input" id="who" @change=${(event: Event) => change(() => { form.who = (event.target as HTMLSelectElement).value; form.same = false; })()}>
        ${free.map((person) => html`<option value=${person.person_id} ?selected=${form.who === person.person_id}>${person.name}</option>`)}
        <option value="code" ?selected=${form.who === "code"}>${t("A code at the unit")}</option></select></div>
      ${form.who !== "code" ? nothing : html`
        ${field("name", t("Name"), { value: form.name, maxlength: 64, input: (value) => { form.name = value; } })}
        ${field("code", t("The code’s key"), { value: form.code, maxlength: 140, hint: t("The two numbers that “zegel unit code add” shows on the unit. The code itself never leaves it."), input: (value) => { form.code = value; form.same = false; opened.redraw(); } })}`}
      ${key === null ? nothing : known === "changed"
        ? note(t("The server shows another key than the one that you compared before. Don’t go on: ask him in person."), "alarm", "alarm")
        : html`<div class="stack tight"><p class="mute">${form.who === "code" ? t("Are these the words that the unit shows for this code?") : t("Let {name} read out “Your own words” on his page “People”. Are they these?", { name: key.name })}</p>
          ${keyWords(spoken, key.name || t("The code’s key"))}
          <label class="choice"><input type="checkbox" .checked=${form.same || fits} ?disabled=${fits} @change=${change(() => { form.same = !form.same; })}><span>${fits ? t("You compared them before") : t("They are the same")}</span></label></div>`}
      <fieldset class="choices"><legend class="field"><span class="label">${t("May")}</span></legend>
        ${box(t("switch on"), form.actions.has("arm"), change(() => flip(form.actions, "arm")))}
        ${box(t("switch off for a while"), form.actions.has("disarm"), change(() => flip(form.actions, "disarm")))}
        ${hasParts ? box(t("switch on a part for a while"), form.actions.has("part"), change(() => flip(form.actions, "part"))) : nothing}</fieldset>
      <div class="field"><label for="max">${t("For how long at a time, at most")}</label><select class="input" id="max" @change=${(event: Event) => { form.maxMin = Number((event.target as HTMLSelectElement).value); }}>
        ${LONGEST_MIN.map((min) => html`<option value=${min} ?selected=${form.maxMin === min}>${minutesWords(min)}</option>`)}</select></div>
      ${field("last", t("Until and including"), { type: "date", value: form.untilDate, input: (value) => { form.untilDate = value; } })}
      <fieldset class="choices days"><legend class="field"><span class="label">${t("On these days")}</span></legend>
        ${dayNames("short").map((name, day) => box(name, form.days.has(day), change(() => flip(form.days, day))))}</fieldset>
      <div class="pickers">${field("from", t("From"), { value: form.from, maxlength: 5, input: (value) => { form.from = value; } })}${field("to", t("To"), { value: form.to, maxlength: 5, input: (value) => { form.to = value; } })}</div>
      ${form.error === "" ? nothing : note(form.error, "warn")}
      ${foot(button(t("Cancel"), opened.close), button(t("Add"), () => void finish(), { kind: "primary", id: "add-delegate", disabled: key === null || !(form.same || fits) || form.actions.size === 0 || known === "changed" }))}
    </div>`;
  });
}

const box = (label: string, on: boolean, press: () => void): Part => html`<label class="choice"><input type="checkbox" .checked=${on} @change=${press}><span>${label}</span></label>`;

function flip<T>(all: Set<T>, one: T): void {
  if (!all.delete(one)) all.add(one);
}

function keyOf(form: Form, people: readonly MemberRow[]): Key | null {
  if (form.who !== "code") {
    const person = people.find(({ person_id }) => person_id === form.who);
    return person === undefined ? null : { id: fromUuid(person.person_id), signKey: fromBase64url(person.sign_pk), name: person.name };
  }
  const found = /([0-9a-f]{32})\s+([0-9a-f]{64})/i.exec(form.code);
  if (found === null) return null;
  const signKey = fromHex(found[2]!.toLowerCase());
  return isSigningKey(signKey) ? { id: fromHex(found[1]!.toLowerCase()), signKey, name: form.name.trim() } : null;
}

function delegateOf(form: Form, key: Key, zone: string, nowMs: number): Delegate | null {
  const [from, to] = [minutesOf(form.from), minutesOf(form.to)];
  const name = key.name.trim().slice(0, 64).normalize("NFC");
  if (from === null || to === null || from >= to || name === "" || form.days.size === 0 || !/^\d{4}-\d{2}-\d{2}$/.test(form.untilDate)) return null;
  const weekly: Weekly = [...form.days].sort((a, b) => a - b).map((weekday) => ({ weekday, fromMin: from, toMin: to }));
  const always = form.days.size === 7 && from === 0 && to === 1440;
  const expiresMs = wallMs(zone, nextDate(form.untilDate), 0);
  if (expiresMs <= nowMs) return null;
  return { id: key.id, signKey: key.signKey, name, actions: ACTIONS.filter((action) => form.actions.has(action)), fromMs: nowMs - 60_000, expiresMs, maxS: form.maxMin * 60, weekly: always ? [] : weekly };
}

/** Sorted by id, as the policy wants them. */
export const withDelegate = (all: readonly Delegate[], one: Delegate): readonly Delegate[] =>
  [...all.filter(({ id }) => !equal(id, one.id)), one].sort((a, b) => (hex(a.id) < hex(b.id) ? -1 : 1));
