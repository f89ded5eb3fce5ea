// SPDX-License-Identifier: EUPL-1.2
// The owner's rules for live views, signed here: hours in which nobody looks (staff), how long one look lasts, what the people there are told.
import { foot, openDialog } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { button, note } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import { asRefusal } from "../../wire";
import type { Camera } from "../../types";
import { dayNames, weekWords } from "../hours/obeys";
import { weekOf, weeklyOf, withSpan } from "../hours/plan";
import type { LivePage } from "./controller";
import type { Rules } from "./model";

const MINUTES = [1, 5, 10, 15, 30, 60];

export function openRules(page: LivePage, camera: Camera): void {
  let rules: Rules = page.rulesOf(camera.id);
  let days = new Set([0, 1, 2, 3, 4]);
  let [from, to] = ["08:00", "17:00"];
  let busy = false;
  let wrong: string | null = null;
  const dialog = openDialog(t("Rules for live views"), (opened): Part => {
    const change = (part: Partial<Rules>): void => {
      rules = { ...rules, ...part };
      wrong = null;
      opened.redraw();
    };
    return html`<div class="stack live-rules"><p class="mute">${t("Signed by you and kept by the unit of {camera}. Nobody else can change it.", { camera: camera.name })}</p>
      <fieldset class="stack"><legend class="label">${t("Hours in which nobody looks live")}</legend>
        ${rules.blocked.length === 0 ? html`<p class="mute">${t("None. Choose working hours here when staff are in the picture.")}</p>` : html`<ul class="plain">${weekWords(rules.blocked).map((line) => html`<li>${line}</li>`)}</ul>`}
        <div class="days">${dayNames("short").map((name, day) => html`<button type="button" class="chip day" aria-pressed=${days.has(day) ? "true" : "false"} aria-label=${dayNames()[day] ?? name} @click=${() => { days = toggled(days, day); opened.redraw(); }}>${name}</button>`)}</div>
        <div class="row times">${field("live-from", t("From"), { type: "time", value: from, input: (value) => { from = value; } })}${field("live-to", t("To"), { type: "time", value: to, input: (value) => { to = value; } })}
          ${button(t("Add"), () => {
            const span = { fromMin: minutes(from), toMin: minutes(to) === 0 ? 1440 : minutes(to) };
            if (!(span.fromMin < span.toMin) || days.size === 0) { wrong = t("Choose days, and an end after the beginning."); return opened.redraw(); }
            let week = weekOf({ zone: "UTC", weekly: rules.blocked, exceptions: [] });
            for (const day of days) week = withSpan(week, day, null, span);
            change({ blocked: weeklyOf(week) });
          }, { id: "live-add" })}
          ${rules.blocked.length === 0 ? nothing : button(t("Remove all"), () => change({ blocked: [] }), { kind: "quiet" })}</div></fieldset>
      <div class="field"><label for="live-max">${t("One look lasts at most")}</label><select class="input" id="live-max" @change=${(event: Event) => change({ maxS: Number((event.target as HTMLSelectElement).value) })}>
        ${[...new Set([...MINUTES, Math.round(rules.maxS / 60)])].sort((a, b) => a - b).map((min) => html`<option value=${min * 60} ?selected=${min * 60 === rules.maxS}>${t("{n} min", { n: min })}</option>`)}</select></div>
      ${textField("live-notice", t("What you tell the people there"), { value: rules.notice, maxlength: 500, hint: t("Shown each time before somebody looks. Say it on the spot as well."), input: (value) => { rules = { ...rules, notice: value }; } })}
      ${wrong === null ? nothing : note(wrong, "alarm", "alarm")}
      ${foot(button(t("Cancel"), opened.close), button(t("Sign"), () => {
        busy = true;
        opened.redraw();
        page.saveRules(camera.unit.id, rules).then(() => dialog.close(), (error: unknown) => {
          busy = false;
          const told = asRefusal(error);
          wrong = told instanceof Error ? told.message : t("This could not be signed.");
          opened.redraw();
        });
      }, { kind: "primary", icon: "key", busy, id: "live-sign" }))}</div>`;
  });
}

const toggled = (days: ReadonlySet<number>, day: number): Set<number> => new Set(days.has(day) ? [...days].filter((other) => other !== day) : [...days, day]);
const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
