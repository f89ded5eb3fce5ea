// SPDX-License-Identifier: EUPL-1.2
// A panel's zones: read as a list, edited as rows. What is wrong stands beside its row; nothing is sent before it is right.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { button, empty, pill } from "../../kit/pieces";
import { t } from "../../kit/words";
import { may, type SettingsState } from "./model";
import type { Panel, Zone } from "./types";
import type { SettingsActions } from "./view";
import { capabilityName, classOption, signalClasses, wrongName } from "./words";

export function zonesPart(state: SettingsState, panel: Panel, act: SettingsActions): Part {
  const editing = state.zones !== null;
  const change = may(state.who.role).install && panel.state === "active";
  return html`<section class="card pad stack" id="zones" aria-labelledby="zones-title"><div class="row apart"><h2 id="zones-title">${t("Zones")}</h2>${change && !editing && panel.zones.length > 0 ? button(t("Edit the zones"), act.editZones, { small: true, id: "edit-zones" }) : nothing}</div>
    ${editing ? editor(state, panel, state.zones ?? [], act) : panel.zones.length === 0 ? empty(t("No zones yet"), t("Name them, so that an operator reads “Front door” instead of 001."), "list", change ? button(t("Name the zones"), act.editZones, { kind: "primary", id: "edit-zones" }) : nothing) : list(state, panel)}</section>`;
}

const cameraName = (state: SettingsState, id: string): string => state.cameras.find((one) => one.id === id)?.name ?? t("a camera that is gone");

function list(state: SettingsState, panel: Panel): Part {
  return html`<ul class="zone-list">${panel.zones.map((one) => html`<li data-zone=${one.zone}><span class="mono">${one.zone}</span><div><b>${one.name}</b>${one.area === "" ? nothing : html` <span class="small mute">${t("area {n}", { n: one.area })}</span>`}
    <div class="row">${one.signal_class === "" ? nothing : pill(t("always {class}", { class: classOption(one.signal_class) }), "accent")}${one.entry_exit ? pill(t("way in and out")) : nothing}${one.camera_ids.map((id) => pill(cameraName(state, id), "", { icon: "camera" }))}</div></div></li>`)}</ul>`;
}

function editor(state: SettingsState, panel: Panel, zones: readonly Zone[], act: SettingsActions): Part {
  const cameras = state.cameras.filter((one) => one.site.id === panel.site_id);
  return html`<div class="zone-editor">${repeat(zones, (_, n) => n, (one, n) => editRow(one, n, state.zoneErrors[n] ?? "", cameras, act))}</div>
    <div>${button(t("Another zone"), act.addZone, { small: true, icon: "list", id: "add-zone" })}</div>
    <p class="small mute">${t("A class said here holds whatever the code says. A zone’s cameras are offered to the operator first; whether they show anything is the owner’s policy.")}</p>
    <div class="row">${button(t("Save the zones"), act.saveZones, { kind: "primary", busy: state.busy, id: "save-zones" })}${button(t("Undo all"), act.leaveZones, { kind: "quiet" })}</div>`;
}

function editRow(one: Zone, n: number, wrong: string, cameras: SettingsState["cameras"], act: SettingsActions): Part {
  const cell = (name: "zone" | "name" | "area", label: string, most: number): Part => {
    const bad = wrong !== "" && (wrong === "twice" ? "zone" : wrong) === name;
    return html`<label class="cell c-${name}"><span>${label}</span><input class="input" id="${name}-${n}" maxlength=${most} .value=${one[name]} aria-invalid=${bad ? "true" : "false"} aria-describedby=${bad ? `zone-error-${n}` : nothing} @input=${(event: Event) => act.zone(n, { [name]: (event.target as HTMLInputElement).value })}></label>`;
  };
  return html`<div class="zone-row" role="group" aria-label=${t("Zone {zone}", { zone: one.zone })}>${cell("zone", t("Number"), 32)}${cell("name", t("Name"), 200)}
    <label class="cell c-class"><span>${t("Class")}</span><select class="input" id="class-${n}" @change=${(event: Event) => act.zone(n, { signal_class: (event.target as HTMLSelectElement).value })}><option value="" .selected=${one.signal_class === ""}>${t("as the code says")}</option>${signalClasses.filter((code) => code !== "unknown").map((code) => html`<option value=${code} .selected=${one.signal_class === code}>${classOption(code)}</option>`)}</select></label>
    ${cell("area", t("Area"), 32)}
    <label class="check c-way"><input type="checkbox" .checked=${one.entry_exit} @change=${(event: Event) => act.zone(n, { entry_exit: (event.target as HTMLInputElement).checked })}><span>${t("way in and out")}</span></label>
    ${button(t("Remove"), () => act.dropZone(n), { small: true, kind: "quiet" })}
    ${cameras.length === 0 ? nothing : html`<div class="c-cameras row" role="group" aria-label=${t("Cameras of this zone")}>${cameras.map((camera) => html`<label class="check small" title=${camera.capabilities.map(capabilityName).join(", ")}><input type="checkbox" .checked=${one.camera_ids.includes(camera.id)} @change=${(event: Event) => act.zone(n, { camera_ids: (event.target as HTMLInputElement).checked ? [...one.camera_ids, camera.id] : one.camera_ids.filter((id) => id !== camera.id) })}><span>${camera.name}</span></label>`)}</div>`}
    ${wrong === "" ? nothing : html`<p class="error c-error" id="zone-error-${n}" role="alert">${wrongName(wrong)}</p>`}</div>`;
}
