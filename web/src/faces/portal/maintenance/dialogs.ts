// SPDX-License-Identifier: EUPL-1.2
// Reporting a malfunction, refusing, stopping.
import { foot, openDialog } from "../../../kit/dialog";
import { html, nothing } from "../../../kit/dom";
import { choices, textField } from "../../../kit/form";
import { button } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import { FAULTS, faultName, type Asked, type Fault } from "../../office/maintenance";
import type { State } from "./model";

type Said = { unit_id: string; camera_id: string | null; fault: Fault; words: string };

export function reportDialog(units: State["units"], cameras: State["cameras"], send: (said: Said) => Promise<void>): void {
  let what = cameras[0]?.id ?? units[0]?.id ?? "";
  let fault: Fault = "bad_picture";
  let words = "";
  let missing = false;
  const things = [...cameras.map(({ id, name }) => ({ value: id, words: name })), ...units.map(({ id, name }) => ({ value: id, words: t("The whole unit {name}", { name }) }))];
  const report = (): void => {
    const camera = cameras.find(({ id }) => id === what);
    missing = fault === "other" && words.trim() === "";
    if (missing) return dialog.redraw();
    dialog.close();
    void send({ unit_id: camera?.unitId ?? what, camera_id: camera?.id ?? null, fault, words });
  };
  const dialog = openDialog(t("What is the matter?"), (opened) => html`<div class="form">
    <div class="field"><label for="thing">${t("Camera")}</label><select class="input" id="thing" @change=${(event: Event) => { what = (event.target as HTMLSelectElement).value; }}>
      ${things.map(({ value, words: name }) => html`<option value=${value} ?selected=${value === what}>${name}</option>`)}</select></div>
    ${choices("fault", t("What do you see?"), FAULTS.map((value) => ({ value, words: faultName(value) })), fault, (value) => { fault = value as Fault; opened.redraw(); })}
    ${textField("fault-words", t("In your own words"), { hint: t("When did it begin? Was somebody there?"), value: words, maxlength: 500, ...(missing ? { error: t("Say what is the matter.") } : {}), input: (value) => { words = value; } })}
    ${units.length === 0 ? html`<p class="mute">${t("You have no unit yet.")}</p>` : nothing}
    ${foot(button(t("Cancel"), opened.close, { kind: "quiet" }), button(t("Report it"), report, { kind: "primary", id: "report-send", disabled: units.length === 0 }))}</div>`, { wide: true });
}

export function refuseDialog(asked: Asked, send: (words: string) => Promise<void>): void {
  let words = "";
  const dialog = openDialog(t("Refuse {name}?", { name: asked.technician }), (opened) => html`<div class="form">
    <p>${t("He sees nothing. He is told that you said no, and may ask again.")}</p>
    ${textField("refusal", t("A word of why (not needed)"), { value: words, maxlength: 300, input: (value) => { words = value; } })}
    ${foot(button(t("Back"), opened.close, { kind: "quiet" }), button(t("Refuse"), () => { dialog.close(); void send(words); }, { kind: "primary", id: "refuse-send" }))}</div>`);
}

export function stopDialog(asked: Asked, send: () => Promise<void>): void {
  const dialog = openDialog(t("Stop {name}’s look?", { name: asked.technician }), (opened) => html`
    <p>${t("The picture ends at once, and the key with it. He can ask again.")}</p>
    ${foot(button(t("Let him look"), opened.close, { kind: "quiet" }), button(t("Stop it now"), () => { dialog.close(); void send(); }, { kind: "alarm", id: "stop-now" }))}`);
}
