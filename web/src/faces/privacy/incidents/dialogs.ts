// SPDX-License-Identifier: EUPL-1.2
// Opening an incident, asking for a time to be kept, signing, closing. Each says what follows from it before it is done.
import { foot, openDialog } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { button, note } from "../../../kit/pieces";
import { isoDay, t } from "../../../kit/words";
import { momentOf, type Hold, type One, type Site } from "./model";

export interface Wish {
  readonly camera_id: string;
  readonly track: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

export interface Opening {
  readonly site_id: string;
  readonly title: string;
  readonly reason: string;
  readonly holds: readonly Wish[];
}

interface Time { camera: string; track: string; date: string; from: string; to: string }

const DAY_MS = 86_400_000;

const select = (id: string, label: string, all: readonly { id: string; name: string }[], chosen: string, choose: (id: string) => void): Part => html`<div class="field"><label for=${id}>${label}</label>
  <select class="input" id=${id} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>${all.map((one) => html`<option value=${one.id} ?selected=${one.id === chosen}>${one.name}</option>`)}</select></div>`;

function timeFields(site: Site, time: Time, wrong: boolean, redraw: () => void): Part {
  return html`${select("hold-camera", t("Camera"), site.cameras, time.camera, (id) => { time.camera = id; })}
    ${choices("hold-track", t("What"), [{ value: "1", words: t("Recordings") }, { value: "2", words: t("Overview pictures") }, { value: "3", words: t("Pictures taken by hand") }], time.track, (value) => { time.track = value; redraw(); })}
    <div class="row times">${field("hold-date", t("Date"), { type: "date", value: time.date, input: (value) => { time.date = value; } })}
      ${field("hold-from", t("From"), { type: "time", value: time.from, input: (value) => { time.from = value; } })}
      ${field("hold-to", t("Until"), { type: "time", value: time.to, input: (value) => { time.to = value; }, ...(wrong ? { error: t("Choose a day and two times, not in the future.") } : {}) })}</div>
    <p class="hint">${t("By the clock of the site ({zone}). Exactly this time is kept, and nothing before or after it. An end before the beginning is the next morning’s.", { zone: site.tz })}</p>`;
}

function wishOf(site: Site, time: Time, nowMs: number): Wish | null {
  const from = momentOf(time.date, time.from, site.tz);
  let to = momentOf(time.date, time.to, site.tz);
  if (from !== null && to !== null && to <= from) to += DAY_MS;
  if (from === null || to === null || to > nowMs || time.camera === "") return null;
  return { camera_id: time.camera, track: Number(time.track), from_ms: from, to_ms: to };
}

const today = (site: Site | undefined, nowMs: number): Time => ({ camera: site?.cameras[0]?.id ?? "", track: "1", date: isoDay(nowMs, site?.tz), from: "", to: "" });

export function openingDialog(sites: readonly Site[], nowMs: () => number, send: (said: Opening) => Promise<void>): void {
  let site = sites.find(({ kept, cameras }) => kept && cameras.length > 0) ?? sites[0];
  let [title, reason, keep, wrong, missing] = ["", "", true, false, false];
  let time = today(site, nowMs());
  const open = (): void => {
    if (site === undefined) return;
    const wish = keep && site.kept && site.cameras.length > 0 ? wishOf(site, time, nowMs()) : undefined;
    [wrong, missing] = [wish === null, title.trim() === "" || reason.trim().length < 10];
    if (wish === null || missing) return dialog.redraw();
    dialog.close();
    void send({ site_id: site.id, title: title.trim(), reason: reason.trim(), holds: wish === undefined ? [] : [wish] });
  };
  const dialog = openDialog(t("What happened?"), (opened) => html`<div class="form">
    ${select("incident-site", t("Site"), sites, site?.id ?? "", (id) => { site = sites.find((one) => one.id === id); time = today(site, nowMs()); opened.redraw(); })}
    ${field("incident-title", t("In a few words"), { value: title, maxlength: 200, input: (value) => { title = value; } })}
    ${textField("incident-reason", t("What happened, and why are images needed?"), { value: reason, maxlength: 1000, input: (value) => { reason = value; }, ...(missing ? { error: t("Give it a name, and at least ten letters of why.") } : {}) })}
    ${site === undefined || site.cameras.length === 0 ? nothing : !site.kept ? note(t("Images of this site are not kept past their term, also not for an investigation. Make an evidence package before they expire."), "warn", "info")
    : html`${choices("incident-keep", t("Keep images?"), [{ value: "yes", words: t("Ask that a time is kept") }, { value: "no", words: t("Not now") }], keep ? "yes" : "no", (value) => { keep = value === "yes"; opened.redraw(); })}${keep ? timeFields(site, time, wrong, opened.redraw) : nothing}`}
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet" }), button(t("Open the incident"), open, { kind: "primary", id: "incident-send" }))}</div>`, { wide: true });
}

export function holdDialog(site: Site, nowMs: () => number, send: (wish: Wish) => Promise<void>): void {
  const time = today(site, nowMs());
  let wrong = false;
  const ask = (): void => {
    const wish = wishOf(site, time, nowMs());
    wrong = wish === null;
    if (wish === null) return dialog.redraw();
    dialog.close();
    void send(wish);
  };
  const dialog = openDialog(t("Which time must be kept?"), (opened) => html`<div class="form">${timeFields(site, time, wrong, opened.redraw)}
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet" }), button(t("Sign that it is kept"), ask, { kind: "primary", id: "hold-send" }))}</div>`, { wide: true });
}

export function signDialog(hold: Hold, send: () => Promise<void>): void {
  const dialog = openDialog(t("Sign that this time is kept?"), (opened) => html`<p>${t("{name} asked for it. With your signature it is kept past its term, until the incident is closed. Both names stand in the log.", { name: hold.asked_by })}</p>
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet" }), button(t("Sign"), () => { dialog.close(); void send(); }, { kind: "primary", id: "sign-send" }))}`);
}

export function releaseDialog(hold: Hold, send: () => Promise<void>): void {
  const dialog = openDialog(t("Keep this time no longer?"), (opened) => html`<p>${t("What is over its term is deleted at once. There is no way back.")}</p><p class="mute">${hold.camera}</p>
    ${foot(button(t("Keep it"), opened.close, { kind: "quiet" }), button(t("Let it go"), () => { dialog.close(); void send(); }, { kind: "alarm", id: "release-send" }))}`);
}

export function closingDialog(one: One, send: (outcome: string) => Promise<void>): void {
  let outcome = "";
  let missing = false;
  const close = (): void => {
    missing = outcome.trim() === "";
    if (missing) return dialog.redraw();
    dialog.close();
    void send(outcome.trim());
  };
  const dialog = openDialog(t("Close “{title}”?", { title: one.title }), (opened) => html`<div class="form">
    ${note(t("Everything that is kept for it and is over its term is deleted at once. There is no way back: make the evidence package first if somebody still needs it."), "warn", "alarm")}
    ${textField("incident-outcome", t("How did it end?"), { value: outcome, maxlength: 1000, input: (value) => { outcome = value; }, ...(missing ? { error: t("Say how it ended.") } : {}) })}
    ${foot(button(t("Back"), opened.close, { kind: "quiet" }), button(t("Close it"), close, { kind: "alarm", id: "close-send" }))}</div>`);
}
