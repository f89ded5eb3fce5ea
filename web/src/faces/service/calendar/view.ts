// SPDX-License-Identifier: EUPL-1.2
// The planner's week: each person a row, each day a column, each visit where it is; and what is not planned yet.
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { fits, type Binding } from "../../../kit/keys";
import { logBy, printPage } from "../../../kit/leaving";
import { button, empty, keyHint, skeleton } from "../../../kit/pieces";
import { clock, isoDay, t, tn, weekday } from "../../../kit/words";
import { pathOf } from "../../paged/model";
import type { Mounted } from "../../opened";
import type { Ctx, Mount } from "../pages";
import { planDialog, type Planned } from "../orders/dialogs";
import type { Course, Listed, Short, Visit, Whole, Worker } from "../orders/types";
import { due, typeName, visitName, visitState } from "../orders/words";
import { addDays, mondayOf } from "./days";

interface Stood extends Visit {
  readonly order: Short;
}

interface Holiday {
  readonly day: string;
  readonly name: string;
  /** False: many are closed then, or this firm works all the same. */
  readonly closed: boolean;
}

interface State {
  readonly first: string;
  readonly days: 1 | 7;
  readonly tz: string | undefined;
  readonly visits: readonly Stood[] | null;
  readonly workers: readonly Worker[];
  readonly holidays: readonly Holiday[];
  readonly waiting: readonly Short[];
  readonly courses: Readonly<Record<string, Course>>;
  readonly nowMs: number;
}

export const mount: Mount = (host, ctx, id) => new Calendar(host, ctx, id);

class Calendar implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null) {
    const days = matchMedia("(max-width: 860px)").matches ? 1 : 7;
    const asked = id !== null && /^\d{4}-\d{2}-\d{2}$/.test(id) ? id : isoDay(ctx.nowMs());
    this.#board = new Board<State>(host, { first: days === 7 ? mondayOf(asked) : asked, days, tz: undefined, visits: null, workers: [], holidays: [], waiting: [], courses: {}, nowMs: ctx.nowMs() }, (state) => this.#draw(state));
    const keyed = (event: KeyboardEvent): void => this.#keyed(event);
    document.addEventListener("keydown", keyed);
    this.#stops = [() => document.removeEventListener("keydown", keyed), ctx.events((topic) => { if (topic.startsWith("order.") || topic === "reload") void this.#load(); })];
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(): Promise<void> {
    const { first, days } = this.#board.state;
    try {
      const found = await this.ctx.ask<{ now_ms: number; tz: string; visits: readonly Stood[]; workers: readonly Worker[]; holidays: readonly Holiday[] }>("GET", `/service/calendar?first=${first}&last=${addDays(first, days - 1)}`);
      if (first !== this.#board.state.first) return;
      this.#board.change({ visits: found.visits, workers: found.workers, holidays: found.holidays, tz: found.tz, nowMs: found.now_ms });
      const { orders } = await this.ctx.ask<Listed>("GET", "/service/orders?which=open&unplanned=true&limit=12");
      this.#board.change({ waiting: orders });
      if (Object.keys(this.#board.state.courses).length === 0) this.#board.change({ courses: await this.ctx.ask("GET", "/service/orders/courses") });
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #show(first: string, days: 1 | 7 = this.#board.state.days): void {
    this.#board.change({ first: days === 7 ? mondayOf(first) : first, days, visits: null });
    void this.#load();
  }

  #step(by: number): void {
    this.#show(addDays(this.#board.state.first, by * this.#board.state.days));
  }

  #bindings(): readonly Binding[] {
    return [
      { key: "arrowleft", shown: "←", words: t("Earlier"), press: () => this.#step(-1) }, { key: "arrowright", shown: "→", words: t("Later"), press: () => this.#step(1) },
      { key: "t", shown: "T", words: t("Today"), press: () => this.#show(isoDay(this.ctx.nowMs(), this.#board.state.tz)) },
      { key: "d", shown: "D", words: t("One day"), press: () => this.#show(this.#board.state.first, 1) }, { key: "w", shown: "W", words: t("A week"), press: () => this.#show(this.#board.state.first, 7) },
    ];
  }

  #keyed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null || (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName))) return;
    const found = this.#bindings().find((one) => fits(event, one));
    if (found === undefined) return;
    event.preventDefault();
    found.press();
  }

  #plan(order: Short): void {
    const { courses, workers, tz } = this.#board.state;
    const kinds = courses[order.type]?.visits ?? [];
    if (kinds.length === 0 || tz === undefined) return;
    void planDialog(this.ctx, { kinds, workers, tz, visit: null }, async (said: Planned) => {
      await this.ctx.ask<Whole>("POST", `/service/orders/${order.id}/visits`, said);
      this.ctx.changed();
      await this.#load();
    });
  }

  #move(visit: Stood): void {
    const { courses, workers, tz } = this.#board.state;
    if (tz === undefined) return;
    void planDialog(this.ctx, { kinds: courses[visit.order.type]?.visits ?? [visit.kind], workers, tz, visit }, async (said: Planned) => {
      await this.ctx.ask<Whole>("PUT", `/service/visits/${visit.id}`, said);
      await this.#load();
    });
  }

  #draw(state: State): Part {
    const days = Array.from({ length: state.days }, (_, n) => addDays(state.first, n));
    return html`<div class="title"><h1>${t("Calendar")}</h1><div class="row no-print">${button(t("Earlier"), () => this.#step(-1), { small: true, key: "←" })}${button(t("Today"), () => this.#show(isoDay(this.ctx.nowMs(), state.tz)), { small: true, key: "T" })}${button(t("Later"), () => this.#step(1), { small: true, key: "→" })}
      <div class="segments" role="group" aria-label=${t("How much")}>${([1, 7] as const).map((many) => html`<button type="button" aria-pressed=${many === state.days ? "true" : "false"} @click=${() => this.#show(state.first, many)}>${many === 1 ? t("One day") : t("A week")}${keyHint(many === 1 ? "D" : "W")}</button>`)}</div>${button(t("Print"), () => void printPage(logBy(this.ctx.port), { what: "calendar", count: state.visits?.length ?? 0 }).catch(this.ctx.failed), { small: true, id: "print" })}</div></div>
    ${state.visits === null ? skeleton(8, t("Loading")) : this.#week(state, days, state.visits)}
    ${state.waiting.length === 0 ? nothing : html`<section class="card no-print" aria-labelledby="waiting"><header><h2 id="waiting">${t("Not planned yet")}</h2><span class="faint small">${t("what is due first on top")}</span></header><ul class="items">${repeat(state.waiting, (one) => one.id, (one) => html`<li>${icon("list")}<div class="body"><a href=${pathOf("/service/", "orders", one.id)} @click=${(event: MouseEvent) => this.#follow(event, one.id)}><b>${one.subject || one.number}</b></a><div class="mute small">${typeName(one.type)}${one.customer === null || one.customer.name === "" ? nothing : html` · ${one.customer.name}${one.customer.city === "" ? nothing : html`, ${one.customer.city}`}`} · ${due(one, state.nowMs)[0]}</div></div>${button(t("Plan"), () => this.#plan(one), { small: true })}</li>`)}</ul></section>`}`;
  }

  #follow(event: MouseEvent, id: string): void {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.ctx.go("orders", id);
  }

  #week(state: State, days: readonly string[], visits: readonly Stood[]): Part {
    const rows: readonly { readonly id: string | null; readonly name: string }[] = [...state.workers, ...(visits.some((one) => one.assignee_id === null) ? [{ id: null, name: t("Nobody yet, or a partner") }] : [])];
    if (rows.length === 0) return html`<div class="card">${empty(t("Nobody works here yet"), t("Who has the role of the desk or of a mechanic stands here."), "person")}</div>`;
    const of = (id: string | null, day: string): readonly Stood[] => visits.filter((one) => one.assignee_id === id && isoDay(one.starts_ms, state.tz) === day);
    const today = isoDay(state.nowMs, state.tz);
    const special = new Map(state.holidays.map((one) => [one.day, one]));
    const marks = (day: string): string | typeof nothing => [day === today ? "today" : "", special.get(day)?.closed === true ? "closed" : ""].join(" ").trim() || nothing;
    return html`<div class="table-frame" tabindex="0" role="region" aria-label=${t("Calendar")}><table class="table week"><caption class="sr">${t("Visits by person and day")}</caption><thead><tr><th scope="col">${t("Who")}</th>${days.map((day) => html`<th scope="col" class=${marks(day)}>${weekday(Date.parse(`${day}T12:00:00Z`))}${special.has(day) ? html`<span class="holiday">${special.get(day)?.name}</span>` : nothing}</th>`)}</tr></thead>
      <tbody>${rows.map((who) => html`<tr><th scope="row">${who.name}</th>${days.map((day) => html`<td class=${marks(day)}>${of(who.id, day).map((one) => this.#visit(one, state))}</td>`)}</tr>`)}</tbody></table></div>
      <p class="faint small">${tn("{n} visit", "{n} visits", visits.length)}</p>`;
  }

  #visit(one: Stood, state: State): Part {
    const running = one.state === "planned" || one.state === "confirmed";
    const { order } = one;
    return html`<div class="slot ${one.state}"><a href=${pathOf("/service/", "orders", order.id)} @click=${(event: MouseEvent) => this.#follow(event, order.id)}><b class="mono">${clock(one.starts_ms, state.tz)}–${clock(one.ends_ms, state.tz)}</b><span>${order.subject || order.number}</span><span class="mute small">${order.customer === null || order.customer.city === "" ? visitName(one.kind) : `${visitName(one.kind)} · ${order.customer.city}`}${running ? nothing : html` · ${visitState(one.state)}`}</span></a>
      ${running ? html`<button type="button" class="btn small quiet icon no-print" aria-label=${t("Move the visit of {time}", { time: clock(one.starts_ms, state.tz) })} @click=${() => this.#move(one)}>${icon("clock", "small")}</button>` : nothing}</div>`;
  }
}
