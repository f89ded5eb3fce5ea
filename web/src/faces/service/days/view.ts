// SPDX-License-Identifier: EUPL-1.2
// Who works when, who is away, and within how many working days an order is answered and done.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { icon } from "../../../kit/icons";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { day, t, weekday } from "../../../kit/words";
import type { Mounted } from "../../opened";
import { refusedOf } from "../../report_dialog";
import { formDialog, type Refused } from "../../settings/dialogs";
import type { Ctx, Mount } from "../pages";
import type { Worker } from "../orders/types";
import { typeName } from "../orders/words";

interface Hours {
  readonly weekday: number;
  readonly from_min: number;
  readonly until_min: number;
}

interface Working extends Worker {
  readonly hours: readonly Hours[];
}

interface Holiday {
  readonly day: string;
  readonly name: string;
  readonly closed: boolean;
  readonly of: "law" | "custom" | "own" | "open";
}

interface Kept {
  readonly tz: string;
  readonly country: string;
  readonly region: string;
  readonly regions: readonly string[];
  readonly holidays: readonly Holiday[];
  readonly workers: readonly Working[];
  readonly absences: readonly { readonly id: string; readonly person_id: string; readonly starts_ms: number; readonly ends_ms: number }[];
  readonly promises: readonly { readonly type: string; readonly reply_days: number; readonly done_days: number }[];
}

/** As they call themselves: who chooses among them lives there. */
const LANDER: Readonly<Record<string, string>> = { BW: "Baden-Württemberg", BY: "Bayern", BE: "Berlin", BB: "Brandenburg", HB: "Bremen", HH: "Hamburg", HE: "Hessen", MV: "Mecklenburg-Vorpommern", NI: "Niedersachsen", NW: "Nordrhein-Westfalen", RP: "Rheinland-Pfalz", SL: "Saarland", SN: "Sachsen", ST: "Sachsen-Anhalt", SH: "Schleswig-Holstein", TH: "Thüringen" };
const MONDAY = Date.UTC(2024, 0, 1, 12);
const dayName = (n: number): string => weekday(MONDAY + n * 86_400_000, "UTC").split(/[ ,]/)[0] ?? "";
const text = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const minutes = (said: string): number | null => (/^\d{2}:\d{2}$/.test(said) ? Number(said.slice(0, 2)) * 60 + Number(said.slice(3)) : null);

export const mount: Mount = (host, ctx) => new Days(host, ctx);

class Days implements Mounted {
  readonly #board: Board<{ readonly kept: Kept | null }>;

  constructor(host: HTMLElement, private readonly ctx: Ctx) {
    this.#board = new Board<{ readonly kept: Kept | null }>(host, { kept: null }, ({ kept }) => this.#draw(kept));
    void ctx.ask<Kept>("GET", "/service/day-settings").then((kept) => this.#board.change({ kept }), ctx.failed);
  }

  close(): void {}

  #draw(kept: Kept | null): Part {
    if (kept === null) return skeleton(8, t("Loading"));
    const name = (id: string): string => kept.workers.find((one) => one.id === id)?.name ?? "";
    return html`<div class="title"><div><h1>${t("Hours and promises")}</h1><p class="mute measure">${t("The calendar plans nobody outside of his hours or on a closed day without asking. Promises count in working days: from Monday to Friday, but no public holidays and no closed days of yours.")}</p></div></div>
      <section class="card" aria-labelledby="hours"><header><h2 id="hours">${t("Who works when")}</h2></header>${kept.workers.length === 0 ? empty(t("Nobody works here yet"), t("Who has the role of the desk or of a mechanic stands here."), "person") : html`<ul class="items">${kept.workers.map((one) => html`<li>${icon("person")}<div class="body"><b>${one.name}</b><div class="mute small">${one.hours.length === 0 ? t("Does not come on any day") : one.hours.map((each) => `${dayName(each.weekday)} ${text(each.from_min)}–${text(each.until_min)}`).join(" · ")}</div></div>${button(t("Change"), () => this.#hours(one), { small: true })}</li>`)}</ul>`}</section>
      <section class="card" aria-labelledby="away"><header><h2 id="away">${t("Who is away")}</h2>${kept.workers.length === 0 ? nothing : button(t("Add days"), () => this.#away(kept), { small: true, icon: "plus", id: "add-absence" })}</header>${kept.absences.length === 0 ? html`<p class="pad mute">${t("Nobody is away.")}</p>` : html`<ul class="items">${kept.absences.map((one) => html`<li>${icon("clock")}<div class="body"><b>${name(one.person_id)}</b><div class="mute small">${day(one.starts_ms, kept.tz)} – ${day(one.ends_ms - 1, kept.tz)}</div></div>${button(t("Is there after all"), () => void this.#do("POST", `/service/day-settings/absences/${one.id}/end`, {}), { small: true, kind: "quiet" })}</li>`)}</ul>`}</section>
      <section class="card" aria-labelledby="closed-days"><header><h2 id="closed-days">${t("Closed days")}</h2>${button(t("Add closed days"), () => this.#closed(), { small: true, icon: "plus", id: "add-closed" })}</header>
      ${kept.regions.length === 0 ? nothing : html`<div class="pad field"><label for="region">${t("Public holidays of")}</label><select class="input" id="region" @change=${(event: Event) => void this.#do("PUT", "/service/day-settings/region", { region: (event.target as HTMLSelectElement).value })}><option value="" ?selected=${kept.region === ""}>${t("the whole country")}</option>${kept.regions.map((code) => html`<option value=${code} ?selected=${code === kept.region}>${LANDER[code] ?? code}</option>`)}</select></div>`}
      ${kept.holidays.length === 0 ? html`<p class="pad mute">${t("No public holidays are known of your country; add your own days.")}</p>` : html`<ul class="items" id="holidays">${kept.holidays.map((one) => this.#holiday(one))}</ul>`}</section>
      <section class="card" aria-labelledby="promised"><header><h2 id="promised">${t("What is promised")}</h2>${button(t("Change"), () => this.#promises(kept), { small: true, id: "change-promises" })}</header><div class="table-frame" tabindex="0"><table class="table"><thead><tr><th scope="col">${t("Type")}</th><th scope="col" class="num">${t("Answered within working days")}</th><th scope="col" class="num">${t("Done within working days")}</th></tr></thead><tbody>${kept.promises.map((one) => html`<tr><td>${typeName(one.type)}</td><td class="num">${one.reply_days}</td><td class="num">${one.done_days}</td></tr>`)}</tbody></table></div></section>`;
  }

  #holiday(one: Holiday): Part {
    const at = Date.parse(`${one.day}T12:00:00Z`);
    const put = (closed: boolean): void => void this.#do("POST", "/service/day-settings/own-days", { first: one.day, last: one.day, name: closed && one.of === "custom" ? one.name : "", closed });
    const back = (): void => void this.#do("POST", "/service/day-settings/own-days/drop", { day: one.day });
    const act = { law: button(t("We work then"), () => put(false), { small: true, kind: "quiet" }), custom: button(t("We are closed then"), () => put(true), { small: true, kind: "quiet" }), own: button(t("Take away"), back, { small: true, kind: "quiet" }), open: button(t("We are closed after all"), back, { small: true, kind: "quiet" }) }[one.of];
    return html`<li>${icon("clock")}<div class="body"><b>${one.name}</b> ${one.closed ? nothing : pill(t("working day"))}${one.of === "own" ? pill(t("your own"), "accent") : nothing}<div class="mute small">${weekday(at, "UTC")} ${one.day.slice(0, 4)}</div></div>${act}</li>`;
  }

  #closed(): void {
    const today = new Date(this.ctx.nowMs()).toISOString().slice(0, 10);
    formDialog(t("Closed days"), { name: "", first: today, last: today }, (page) => html`${field("closed-name", t("What the calendar says"), { value: page.said.name, maxlength: 60, hint: t("For example: Summer closing. Everybody of yours reads it."), input: (name) => page.set({ name }) })}
      ${field("first", t("First day"), { type: "date", value: page.said.first, input: (first) => page.set({ first }) })}${field("day", t("Last day"), { type: "date", value: page.said.last, hint: t("What is planned on these days stays, and what is due already keeps its day."), input: (last) => page.set({ last }), ...page.error("day") })}`, {
      save: t("Keep it"), fields: ["day"], check: (said) => (said.last < said.first || said.first === "" ? { day: t("The last day comes after the first.") } : {}), send: (said) => this.#send("POST", "/service/day-settings/own-days", said),
    });
  }

  async #do(method: "POST" | "PUT", path: string, body: unknown): Promise<void> {
    try {
      this.#board.change({ kept: await this.ctx.ask<Kept>(method, path, body) });
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #send(method: "POST" | "PUT", path: string, body: unknown): Promise<Refused | null> {
    return refusedOf(async () => this.#board.change({ kept: await this.ctx.ask<Kept>(method, path, body) }));
  }

  #hours(one: Working): void {
    const first = Object.fromEntries(Array.from({ length: 7 }, (_, n) => [String(n), one.hours.find((each) => each.weekday === n)])) as Record<string, Hours | undefined>;
    const said = Object.fromEntries(Object.entries(first).flatMap(([n, hours]) => [[`from${n}`, hours === undefined ? "" : text(hours.from_min)], [`until${n}`, hours === undefined ? "" : text(hours.until_min)]])) as Record<string, string>;
    formDialog<Record<string, string>>(t("When {name} works", { name: one.name }), said, (page) => html`<p class="mute small">${t("Leave a day empty on which he or she does not work.")}</p>${[0, 1, 2, 3, 4, 5, 6].map((n) => html`<fieldset class="week-day"><legend>${dayName(n)}</legend>${field(`from${n}`, t("From"), { type: "time", value: page.said[`from${n}`] ?? "", input: (value) => page.set({ [`from${n}`]: value }), ...page.error(`from${n}`) })}${field(`until${n}`, t("Until"), { type: "time", value: page.said[`until${n}`] ?? "", input: (value) => page.set({ [`until${n}`]: value }) })}</fieldset>`)}`, {
      save: t("Keep it"), fields: [0, 1, 2, 3, 4, 5, 6].map((n) => `from${n}`),
      check: (now) => Object.fromEntries([0, 1, 2, 3, 4, 5, 6].filter((n) => (now[`from${n}`] ?? "") !== "" || (now[`until${n}`] ?? "") !== "").filter((n) => (minutes(now[`until${n}`] ?? "") ?? -1) <= (minutes(now[`from${n}`] ?? "") ?? 0)).map((n) => [`from${n}`, t("Hours begin before they end.")])),
      send: (now) => this.#send("PUT", `/service/day-settings/${one.id}/hours`, { hours: [0, 1, 2, 3, 4, 5, 6].flatMap((n) => { const [from, until] = [minutes(now[`from${n}`] ?? ""), minutes(now[`until${n}`] ?? "")]; return from === null || until === null ? [] : [{ weekday: n, from_min: from, until_min: until }]; }) }),
    });
  }

  #away(kept: Kept): void {
    const today = new Date(this.ctx.nowMs()).toISOString().slice(0, 10);
    formDialog(t("Who is away"), { person_id: kept.workers[0]?.id ?? "", first: today, last: today }, (page) => html`<div class="field"><label for="away-who">${t("Who")}</label><select class="input" id="away-who" @change=${(event: Event) => page.set({ person_id: (event.target as HTMLSelectElement).value })}>${kept.workers.map((one) => html`<option value=${one.id} ?selected=${one.id === page.said.person_id}>${one.name}</option>`)}</select></div>
      ${field("first", t("First day"), { type: "date", value: page.said.first, input: (first) => page.set({ first }) })}${field("ends_at", t("Last day"), { type: "date", value: page.said.last, hint: t("Why is not asked here."), input: (last) => page.set({ last }), ...page.error("ends_at") })}`, {
      save: t("Keep it"), fields: ["ends_at"], check: (said) => (said.last < said.first || said.first === "" ? { ends_at: t("The last day comes after the first.") } : {}), send: (said) => this.#send("POST", "/service/day-settings/absences", said),
    });
  }

  #promises(kept: Kept): void {
    const first = Object.fromEntries(kept.promises.flatMap((one) => [[`reply-${one.type}`, String(one.reply_days)], [`done-${one.type}`, String(one.done_days)]])) as Record<string, string>;
    formDialog<Record<string, string>>(t("What is promised"), first, (page) => html`<p class="mute small">${t("Orders that are open keep what was promised them.")}</p>${kept.promises.map(({ type }) => html`<fieldset class="week-day"><legend>${typeName(type)}</legend>${field(`reply-${type}`, t("Answered within working days"), { value: page.said[`reply-${type}`] ?? "", maxlength: 3, input: (value) => page.set({ [`reply-${type}`]: value }), ...page.error(`reply-${type}`) })}${field(`done-${type}`, t("Done within working days"), { value: page.said[`done-${type}`] ?? "", maxlength: 3, input: (value) => page.set({ [`done-${type}`]: value }) })}</fieldset>`)}`, {
      wide: true, save: t("Keep it"), fields: kept.promises.map(({ type }) => `reply-${type}`),
      check: (said) => Object.fromEntries(kept.promises.filter(({ type }) => { const [reply, done] = [Number(said[`reply-${type}`]), Number(said[`done-${type}`])]; return !(Number.isInteger(reply) && Number.isInteger(done) && reply >= 1 && reply <= done && done <= 120); }).map(({ type }) => [`reply-${type}`, t("Whole days from 1 to 120; an answer comes before the end.")])),
      send: (said) => this.#send("PUT", "/service/day-settings/promises", { promises: kept.promises.map(({ type }) => ({ type, reply_days: Number(said[`reply-${type}`]), done_days: Number(said[`done-${type}`]) })) }),
    });
  }
}
