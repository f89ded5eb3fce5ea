// SPDX-License-Identifier: EUPL-1.2
// What is asked before a site or a unit changes. A dialog stays open, with what was typed, while the server refuses.
import { foot, openDialog, type Opened } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { choices, field } from "../../../kit/form";
import { button, note } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import type { Named } from "../../types";
import type { Site, SiteFacts, SiteUnit } from "./types";
import { kindName } from "./words";

type Save = () => Promise<string>;

/** `ready`: whether what was said can be sent. */
function ask(title: string, draw: (opened: Opened) => Part, save: Save, words: string, options: { readonly kind?: "primary" | "alarm"; readonly ready?: () => boolean; readonly wide?: boolean } = {}): void {
  let [wrong, busy] = ["", false];
  const press = (): void => {
    if (busy) return;
    busy = true;
    dialog.redraw();
    void save().then((refused) => {
      busy = false;
      wrong = refused;
      if (refused === "") dialog.close();
      else dialog.redraw();
    });
  };
  const dialog = openDialog(title, (opened) => html`<div class="form">${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}${draw(opened)}
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(words, press, { kind: options.kind ?? "primary", busy, disabled: !(options.ready?.() ?? true), id: "dialog-save" }))}</div>`, { wide: options.wide ?? false });
}

const languages: readonly (readonly [string, string])[] = [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]];

function zones(now: string): readonly string[] {
  const all = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
  return all.includes(now) ? all : [now, ...all];
}

export function checkbox(id: string, words: string, on: boolean, press: (on: boolean) => void): Part {
  return html`<label class="choice"><input type="checkbox" id=${id} .checked=${on} @change=${(event: Event) => press((event.target as HTMLInputElement).checked)}><span>${words}</span></label>`;
}

export function siteDialog(site: Site, save: (facts: SiteFacts) => Promise<string>): void {
  const { id: _id, profile: _profile, ...first } = site;
  let said: SiteFacts = { name: first.name, address: first.address, tz: first.tz, controller: first.controller, contact_email: first.contact_email, contact_phone: first.contact_phone, country: first.country, languages: first.languages };
  const set = (part: Partial<SiteFacts>): void => { said = { ...said, ...part }; };
  ask(t("Change {name}", { name: site.name }), (opened) => html`
    ${field("site-name", t("Name"), { value: said.name, maxlength: 200, required: true, input: (name) => set({ name }) })}
    ${field("site-address", t("Address"), { value: said.address, maxlength: 300, hint: t("For guards and technicians; it does not stand on the public notice."), input: (address) => set({ address }) })}
    <div class="field"><label for="site-tz">${t("Time zone")}</label><select class="input" id="site-tz" @change=${(event: Event) => set({ tz: (event.target as HTMLSelectElement).value })}>${zones(said.tz).map((zone) => html`<option value=${zone} ?selected=${zone === said.tz}>${zone}</option>`)}</select></div>
    ${field("site-controller", t("Responsible for the cameras"), { value: said.controller, maxlength: 200, hint: t("As it stands on signs and notice. Empty: the name of your organisation."), input: (controller) => set({ controller }) })}
    ${field("site-email", t("E-mail for questions"), { type: "email", value: said.contact_email, maxlength: 254, input: (contact_email) => set({ contact_email }) })}
    ${field("site-phone", t("Telephone for questions"), { value: said.contact_phone, maxlength: 40, hint: t("Both stand on every sign: somebody must always be reachable."), input: (contact_phone) => set({ contact_phone }) })}
    ${field("site-country", t("Country"), { value: said.country, maxlength: 2, hint: t("Two letters, such as NL; it says which authority hears complaints."), input: (country) => set({ country }) })}
    <fieldset class="choices"><legend class="field"><span class="label">${t("Languages of its signs")}</span></legend>${languages.map(([code, name]) => checkbox(`site-${code}`, name, said.languages.includes(code), (on) => { set({ languages: on ? [...said.languages, code] : said.languages.filter((one) => one !== code) }); opened.redraw(); }))}</fieldset>`,
    () => save(said), t("Save"), { wide: true });
}

export function unitDialog(unit: SiteUnit, save: (said: { readonly name: string; readonly kind: string }) => Promise<string>): void {
  let said = { name: unit.name, kind: unit.kind as string };
  ask(t("Change {name}", { name: unit.name }), (opened) => html`
    ${field("unit-name", t("Name"), { value: said.name, maxlength: 200, required: true, input: (name) => { said = { ...said, name }; } })}
    ${choices("unit-kind", t("What it is"), ["camera_unit", "mast", "gateway"].map((value) => ({ value, words: kindName(value) })), said.kind, (kind) => { said = { ...said, kind }; opened.redraw(); })}`, () => save(said), t("Save"));
}

export function moveDialog(unit: SiteUnit, sites: readonly Named[], save: (site: string) => Promise<string>): void {
  let chosen: string | null = sites[0]?.id ?? null;
  ask(t("Move {unit}", { unit: unit.name }), (opened) => sites.length === 0 ? html`<p>${t("There is no other site of yours. Your provider can enter one.")}</p>`
    : html`<p class="mute">${t("Not while it guards. At the new place a sign must hang, and everything is looked at again before it goes into service.")}</p>
    ${choices("move-to", t("To which site?"), sites.map((site) => ({ value: site.id, words: site.name })), chosen, (site) => { chosen = site; opened.redraw(); })}`,
    () => (chosen === null ? Promise.resolve("") : save(chosen)), t("Move it"), { ready: () => chosen !== null });
}

export interface Grave {
  readonly title: string;
  readonly words: string;
  /** Ticked before the button works; null where one press is enough. */
  readonly understood: string | null;
  readonly press: string;
}

export function removeDialog(grave: Grave, save: Save): void {
  let understood = grave.understood === null;
  ask(grave.title, (opened) => html`<p>${grave.words}</p>${grave.understood === null ? nothing : checkbox("understood", grave.understood, understood, (on) => { understood = on; opened.redraw(); })}`,
    save, grave.press, { kind: "alarm", ready: () => understood });
}

export function allowGuardsDialog(save: Save): void {
  let understood = false;
  ask(t("Let guards be shown pictures?"), (opened) => html`
    <ul class="plain stack tight"><li>${t("Only a guard whom the alarm centre sent here, while an alarm is open, and only single pictures that an operator chooses.")}</li><li>${t("They are sealed to his phone: nobody who runs the servers can open them. They end with his errand, and after half an hour.")}</li><li>${t("He can photograph his screen; his errand is written over each picture. Each look stands in your log.")}</li></ul>
    ${checkbox("understood", t("I may decide this for this site, and the signs there say that it is watched"), understood, (on) => { understood = on; opened.redraw(); })}`,
    save, t("Allow it"), { ready: () => understood });
}

/** Two steps: what it means, then the unit's name typed. */
export function stolenDialog(unit: SiteUnit, save: Save): void {
  let typed = "";
  const same = (): boolean => typed.trim().toLowerCase() === unit.name.trim().toLowerCase();
  ask(t("Was {unit} stolen?", { unit: unit.name }), (opened) => html`
    <ul class="plain stack tight"><li>${t("Its key is revoked at once and for ever: nothing that it says counts any more.")}</li><li>${t("What is on its disk opens nothing: recordings were sealed to your key, which it never had.")}</li><li>${t("If it is found, it must be wiped and paired anew, under a new key.")}</li></ul>
    ${field("stolen-name", t("Type its name to go on: {name}", { name: unit.name }), { value: typed, maxlength: 200, input: (value) => { typed = value; opened.redraw(); } })}`,
    save, t("Revoke its key"), { kind: "alarm", ready: same });
}
