// SPDX-License-Identifier: EUPL-1.2
// When an area of a panel opens and closes, by the site's own clock: read as a list, edited as rows. Outside these hours an open
// area is an alarm's matter; without them nobody watches.
import { html, nothing, type Part } from "../../kit/dom";
import { field } from "../../kit/form";
import { button, empty } from "../../kit/pieces";
import { language, t } from "../../kit/words";
import { formDialog, type FormPage, type Refused } from "./dialogs";
import { errorLine } from "./fields";
import { may, openingSaid, openingTyped, type HoursRow, type OpeningTyped, type SettingsState } from "./model";
import type { OpeningPlan, OpeningSaid, Panel } from "./types";
import type { SettingsActions } from "./view";

/** Monday is 0; the first of January 2024 was one. */
const weekdayName = (day: number): string => new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day));

export function openingsPart(state: SettingsState, panel: Panel, act: SettingsActions): Part {
  if (!may(state.who.role).figures || state.openings === null || panel.state !== "active") return nothing;
  const plans = state.openings.filter(({ panel_id }) => panel_id === panel.id);
  const add = (kind: "primary" | ""): Part => button(t("Set the hours"), () => act.editOpening(null), { ...(kind === "" ? { small: true } : { kind }), id: "add-opening" });
  return html`<section class="card pad stack" id="openings" aria-labelledby="openings-title"><div class="row apart"><h2 id="openings-title">${t("Opening hours")}</h2>${plans.length > 0 ? add("") : nothing}</div>
    ${plans.length === 0 ? empty(t("No hours are watched"), t("With hours, an operator hears when an area is still open after closing time, or opened outside them."), "clock", add("primary")) : html`<ul class="zone-list">${plans.map((plan) => planRow(plan, act))}</ul>`}</section>`;
}

function planRow(plan: OpeningPlan, act: SettingsActions): Part {
  const days = [...new Set(plan.weekly.map(([day]) => day))].sort((a, b) => a - b);
  const hours = (all: readonly (readonly [string, string])[]): string => (all.length === 0 ? t("closed all day") : all.map(([opens, closes]) => `${opens}–${closes}`).join(", "));
  return html`<li data-area=${plan.area}><span class="mono">${plan.area === "" ? t("whole panel") : plan.area}</span><div class="stack tight">
    ${days.map((day) => html`<div class="small"><b>${weekdayName(day)}</b> ${hours(plan.weekly.filter(([one]) => one === day).map(([, opens, closes]) => [opens, closes] as const))}</div>`)}
    ${plan.exceptions.map(([date, all]) => html`<div class="small"><b>${date}</b> ${hours(all)}</div>`)}
    <div class="row">${button(t("Change"), () => act.editOpening(plan), { small: true })}${button(t("Watch no longer…"), () => act.clearOpening(plan), { small: true, kind: "quiet" })}</div></div></li>`;
}

export function openingDialog(plan: OpeningPlan | null, panelId: string, send: (said: OpeningSaid) => Promise<Refused | null>): void {
  formDialog<OpeningTyped>(t("Opening hours"), openingTyped(plan), (page) => html`<p class="mute">${t("By the clock of the site. Hours that end at or before their beginning end on the next day.")}</p>
    ${plan === null ? field("area", t("Area"), { value: page.said.area, maxlength: 40, hint: t("As the panel names it. Empty: the whole panel."), ...page.error("area"), input: (area) => page.set({ area }) }) : nothing}
    <fieldset class="hours"><legend>${t("Every week")}</legend>${errorLine("weekly", page.error("weekly").error)}${page.said.weekly.map((row, n) => weekRow(page, row, n))}
      <div>${button(t("Another day"), () => page.put({ weekly: [...page.said.weekly, nextDay(page.said.weekly.at(-1))] }), { small: true, icon: "plus", id: "add-day" })}</div></fieldset>
    <fieldset class="hours"><legend>${t("Days that are different")}</legend><p class="small mute">${t("They take the place of their weekday. Without times: closed all day.")}</p>${page.said.exceptions.map((row, n) => dateRow(page, row, n))}
      <div>${button(t("Another date"), () => page.put({ exceptions: [...page.said.exceptions, { day: "", opens: "", closes: "" }] }), { small: true, icon: "plus", id: "add-date" })}</div></fieldset>`, {
    wide: true, save: t("Save the hours"), fields: ["area", "weekly"],
    check: (typed) => Object.fromEntries(Object.entries(openingSaid(typed, panelId).wrong).map(([name, what]) => [name, wrongHours(what)])),
    send: (typed) => send(openingSaid(typed, panelId).said),
  });
}

function wrongHours(what: string): string {
  switch (what) {
    case "none": return t("Add at least one day, or watch no longer.");
    case "date": return t("Choose a date.");
    case "twice": return t("This date is closed all day already.");
    default: return t("Both times, like 08:00 and 18:00.");
  }
}

const nextDay = (last: HoursRow | undefined): HoursRow => (last === undefined ? { day: "0", opens: "08:00", closes: "18:00" } : { ...last, day: String((Number(last.day) + 1) % 7) });

/** The same hours on the day after. */
function copy(page: FormPage<OpeningTyped>, n: number): void {
  const { weekly } = page.said;
  page.put({ weekly: [...weekly.slice(0, n + 1), nextDay(weekly[n]), ...weekly.slice(n + 1)] });
}

function times(page: FormPage<OpeningTyped>, which: "weekly" | "exceptions", row: HoursRow, n: number): Part {
  const { error } = page.error(`${which}-${n}`);
  const put = (part: Partial<HoursRow>): void => page.set({ [which]: page.said[which].map((one, at) => (at === n ? { ...one, ...part } : one)) });
  const time = (name: "opens" | "closes", label: string): Part => html`<label><span class="small">${label}</span><input class="input" type="time" id="${which}-${n}-${name}" .value=${row[name]} aria-invalid=${error ? "true" : "false"} aria-describedby=${error ? `${which}-${n}-error` : nothing} @input=${(event: Event) => put({ [name]: (event.target as HTMLInputElement).value })}></label>`;
  return html`${time("opens", t("Opens"))}${time("closes", t("Closes"))}`;
}

function weekRow(page: FormPage<OpeningTyped>, row: HoursRow, n: number): Part {
  const put = (day: string): void => page.put({ weekly: page.said.weekly.map((one, at) => (at === n ? { ...one, day } : one)) });
  return html`<div class="hours-row" role="group" aria-label=${weekdayName(Number(row.day))}><label><span class="small">${t("Weekday")}</span><select class="input" id="weekly-${n}-day" @change=${(event: Event) => put((event.target as HTMLSelectElement).value)}>${[0, 1, 2, 3, 4, 5, 6].map((day) => html`<option value=${String(day)} .selected=${row.day === String(day)}>${weekdayName(day)}</option>`)}</select></label>
    ${times(page, "weekly", row, n)}<div class="row">${button(t("Copy"), () => copy(page, n), { small: true })}${button(t("Remove"), () => page.put({ weekly: page.said.weekly.filter((_, at) => at !== n) }), { small: true, kind: "quiet" })}</div>${errorLine(`weekly-${n}`, page.error(`weekly-${n}`).error)}</div>`;
}

function dateRow(page: FormPage<OpeningTyped>, row: HoursRow, n: number): Part {
  return html`<div class="hours-row" role="group" aria-label=${row.day}><label><span class="small">${t("On this date")}</span><input class="input" type="date" id="exceptions-${n}-day" .value=${row.day} aria-invalid=${page.error(`exceptions-${n}`).error ? "true" : "false"} @input=${(event: Event) => page.set({ exceptions: page.said.exceptions.map((one, at) => (at === n ? { ...one, day: (event.target as HTMLInputElement).value } : one)) })}></label>
    ${times(page, "exceptions", row, n)}<div class="row">${button(t("Remove"), () => page.put({ exceptions: page.said.exceptions.filter((_, at) => at !== n) }), { small: true, kind: "quiet" })}</div>${errorLine(`exceptions-${n}`, page.error(`exceptions-${n}`).error)}</div>`;
}
