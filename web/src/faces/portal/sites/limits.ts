// SPDX-License-Identifier: EUPL-1.2
// From which figures on something is the matter: the profile's, or the site's own. Typed in the unit that is shown.
import { foot, openDialog } from "../../../kit/dialog";
import { html, nothing } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, note } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import type { Limits } from "./types";
import { figureName, value } from "./words";

const order = ["battery_mv", "storage_free_mb", "clock_offset_ms", "temperature_c10", "signal_dbm", "data_month_mb", "fps10", "gaps", "silent_s"];

/** What is typed → the figure; undefined where it is the profile's, null where it is not looked at, NaN where it is no number. */
export function figureOf(name: string, typed: string): number | null | undefined {
  const text = typed.trim().replace(",", ".");
  if (text === "") return undefined;
  if (text === "-") return null;
  return Math.round(Number(text) * scale(name));
}
export const typedOf = (name: string, figure: number | null): string => (figure === null ? "-" : String(figure / scale(name)));

function scale(name: string): number {
  switch (name) {
    case "battery_mv": case "clock_offset_ms": return 1000;
    case "temperature_c10": case "fps10": return 10;
    case "silent_s": return 60;
    default: return 1;
  }
}

function unitOf(name: string): string {
  switch (name) {
    case "battery_mv": return "V";
    case "clock_offset_ms": return "s";
    case "temperature_c10": return "°C";
    case "signal_dbm": return "dBm";
    case "storage_free_mb": case "data_month_mb": return "MB";
    case "silent_s": return "min";
    default: return "";
  }
}

interface Told {
  readonly limits: Limits;
  readonly profile: Limits;
  readonly ranges: Readonly<Record<string, readonly [number, number]>>;
  readonly change: boolean;
}

export function limitsDialog(told: Told, save: (figures: Record<string, number | null>) => Promise<string>): void {
  const typed = new Map(order.map((name) => [name, told.limits[name] === told.profile[name] ? "" : typedOf(name, told.limits[name] ?? null)]));
  let [wrong, busy] = ["", false];
  const press = (): void => {
    const said = order.map((name) => [name, figureOf(name, typed.get(name) ?? "")] as const);
    const bad = said.find(([name, n]) => typeof n === "number" && !inside(n, told.ranges[name]));
    if (bad !== undefined) wrong = t("{name}: this can’t be.", { name: figureName(bad[0]) });
    else {
      busy = true;
      void save(Object.fromEntries(said.filter((one): one is [string, number | null] => one[1] !== undefined))).then((refused) => {
        [busy, wrong] = [false, refused];
        if (refused === "") dialog.close();
        else dialog.redraw();
      });
    }
    dialog.redraw();
  };
  const dialog = openDialog(t("Limits of this site"), (opened) => html`<div class="form">${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}
    <p class="mute">${t("Beyond these something is the matter, and your provider gets a task. Empty: as usual for this kind of site. A dash: not looked at.")}</p>
    <div class="limit-fields">${order.map((name) => field(`limit-${name}`, [figureName(name), unitOf(name) === "" ? "" : `(${unitOf(name)})`].filter(Boolean).join(" "), { value: typed.get(name) ?? "", maxlength: 9, disabled: !told.change, hint: usual(name, told.profile[name] ?? null), input: (text) => typed.set(name, text) }))}</div>
    ${foot(button(told.change ? t("Cancel") : t("Close"), opened.close, { kind: "quiet", key: "Esc" }), told.change ? button(t("Save"), press, { kind: "primary", busy, id: "dialog-save" }) : nothing)}</div>`, { wide: true });
}

const inside = (n: number, range: readonly [number, number] | undefined): boolean => range !== undefined && n >= range[0] && n <= range[1];
const usual = (name: string, figure: number | null): string => (figure === null ? t("usually not looked at") : t("usually {value}", { value: value(name, figure) }));
