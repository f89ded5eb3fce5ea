// SPDX-License-Identifier: EUPL-1.2
// What all orders together say: how long they took, whether once was enough, what came back and why. Who was forgotten keeps counting.
import { Board, html, nothing, svg, type Part } from "../../../kit/dom";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, skeleton } from "../../../kit/pieces";
import { table } from "../../../kit/table";
import { isoDay, number, t, tn } from "../../../kit/words";
import { ceiling } from "../../centre/plot";
import type { Mounted } from "../../opened";
import type { Ctx, Mount } from "../pages";
import { addDays } from "../calendar/days";
import { causeName, typeName } from "../orders/words";
import { byMonth, byProduct, share, type Came, type Month, type Partner, type Together } from "./figures";

interface State {
  readonly days: number;
  readonly type: string;
  readonly months: readonly Month[] | null;
  readonly came: readonly Came[];
  readonly partners: readonly Partner[];
}

const PERIODS = [92, 366, 1096] as const;
const EDGE = { left: 44, right: 52, top: 14, bottom: 28 };

export const mount: Mount = (host, ctx) => new Analysis(host, ctx);

class Analysis implements Mounted {
  readonly #board: Board<State>;

  constructor(host: HTMLElement, private readonly ctx: Ctx) {
    this.#board = new Board<State>(host, { days: 366, type: "", months: null, came: [], partners: [] }, (state) => this.#draw(state));
    void this.#load();
  }

  close(): void {}

  #query(): string {
    const today = isoDay(this.ctx.nowMs());
    return `first=${addDays(today, -this.#board.state.days)}&last=${today}`;
  }

  async #load(): Promise<void> {
    try {
      const found = await this.ctx.ask<{ months: readonly Month[]; came_back: readonly Came[]; partners: readonly Partner[] }>("GET", `/service/analysis?${this.#query()}`);
      this.#board.change({ months: found.months, came: found.came_back, partners: found.partners });
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  async #take(): Promise<void> {
    try {
      await keepAnswer(await this.ctx.session.api.request("GET", `/api/v1/service/analysis/export?${this.#query()}`, undefined));
      this.ctx.toast(t("It is in your downloads; that you took it is in the log."), "ok");
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #draw(state: State): Part {
    const types = [...new Set((state.months ?? []).map((one) => one.type))];
    const shown = (state.months ?? []).filter((one) => state.type === "" || one.type === state.type);
    const all = byMonth(shown);
    return html`<div class="title"><div><h1>${t("Figures")}</h1><p class="mute measure">${t("Of what was done in the period. Nobody is in it by name; who was forgotten keeps counting.")}</p></div><div class="row no-print"><div class="segments" role="group" aria-label=${t("Period")}>${PERIODS.map((days) => html`<button type="button" aria-pressed=${days === state.days ? "true" : "false"} @click=${() => { this.#board.change({ days, months: null }); void this.#load(); }}>${days === 92 ? t("Three months") : days === 366 ? t("A year") : t("Three years")}</button>`)}</div>${button(t("As a CSV file"), () => void this.#take(), { small: true, icon: "download", id: "take-figures" })}</div></div>
      ${state.months === null ? skeleton(8, t("Loading")) : state.months.length === 0 ? html`<div class="card">${empty(t("Nothing was done in this period"), t("Choose a longer one, or come back when there is something to count."), "clock")}</div>` : html`
      <div class="lists" role="group" aria-label=${t("Type")}><button type="button" class="chip" aria-pressed=${state.type === "" ? "true" : "false"} @click=${() => this.#board.change({ type: "" })}>${t("All")}</button>${types.map((code) => html`<button type="button" class="chip" aria-pressed=${state.type === code ? "true" : "false"} @click=${() => this.#board.change({ type: code })}>${typeName(code)}</button>`)}</div>
      ${figures(shown)}
      <section class="card pad stack" aria-labelledby="lead"><h2 id="lead">${t("How long it took")}</h2>${plot(all)}</section>
      ${monthsTable(all)}${cameTable(state.came.filter((one) => state.type === "" || one.type === state.type))}${partnersTable(state.partners)}`}`;
  }
}

function figures(months: readonly Month[]): Part {
  const done = months.reduce((sum, one) => sum + one.done, 0);
  const figure = (name: string, value: string): Part => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const once = share(months, "first_time");
  return html`<dl class="figures card pad">${figure(t("Done"), number(done))}${figure(t("On time"), `${number((share(months, "on_time") ?? 0) * 100)} %`)}${figure(t("The first time right"), once === null ? "–" : `${number(once * 100)} %`)}</dl>`;
}

/** Columns: how many were done. Lines: the days that half of them, and nine of ten, stayed under. */
function plot(months: readonly Together[]): Part {
  const [width, height] = [960, 260];
  const [w, h] = [width - EDGE.left - EDGE.right, height - EDGE.top - EDGE.bottom];
  const top = ceiling(Math.max(1, ...months.map((one) => one.done)));
  const longest = ceiling(Math.max(1, ...months.map((one) => one.p90)));
  const step = w / Math.max(1, months.length);
  const x = (i: number): number => EDGE.left + i * step + step / 2;
  const y = (part: number): number => EDGE.top + h * (1 - part);
  const line = (pick: (one: Together) => number): string => months.map((one, i) => `${i === 0 ? "M" : "L"}${x(i).toFixed(1)} ${y(pick(one) / longest).toFixed(1)}`).join("");
  const every = Math.max(1, Math.ceil(months.length / 12));
  const words = months.map((one) => t("{month}: {done} done, half within {median} days, nine of ten within {p90}", { month: one.month, done: one.done, median: number(one.median, 1), p90: number(one.p90, 1) })).join("; ");
  return html`<figure class="plot service-plot"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label=${words}>
    ${[0, 0.5, 1].map((part) => svg`<line class="grid" x1=${EDGE.left} x2=${width - EDGE.right} y1=${y(part)} y2=${y(part)}/><text class="axis" x=${EDGE.left - 8} y=${y(part) + 4} text-anchor="end">${number(top * part)}</text><text class="axis" x=${width - EDGE.right + 8} y=${y(part) + 4}>${t("{n} d", { n: number(longest * part, longest * part % 1 === 0 ? 0 : 1) })}</text>`)}
    ${months.map((one, i) => svg`<rect class="done" x=${(x(i) - step * 0.32).toFixed(1)} width=${(step * 0.64).toFixed(1)} y=${y(one.done / top).toFixed(1)} height=${((h * one.done) / top).toFixed(1)} rx="2"/>`)}
    <path class="median" d=${line((one) => one.median)} /><path class="p90" d=${line((one) => one.p90)} />
    ${months.map((one, i) => svg`<circle class="median" cx=${x(i).toFixed(1)} cy=${y(one.median / longest).toFixed(1)} r="2.6"/><circle class="p90" cx=${x(i).toFixed(1)} cy=${y(one.p90 / longest).toFixed(1)} r="2.6"/>${i % every === 0 ? svg`<text class="axis" x=${x(i).toFixed(1)} y=${height - 8} text-anchor="middle">${one.month}</text>` : nothing}`)}
  </svg><figcaption class="legend"><span class="k-done">${t("orders done")}</span><span class="k-median">${t("half within so many days")}</span><span class="k-p90">${t("nine of ten within so many days")}</span></figcaption></figure>`;
}

function monthsTable(months: readonly Together[]): Part {
  return table(t("By month"), [
    { title: t("Month"), cell: (one) => html`<span class="mono">${one.month}</span>` }, { title: t("Done"), numeric: true, cell: (one) => number(one.done) },
    { title: t("Days, half"), numeric: true, cell: (one) => number(one.median, 1) }, { title: t("Days, nine of ten"), numeric: true, cell: (one) => number(one.p90, 1) },
    { title: t("On time"), numeric: true, cell: (one) => `${number(one.on_time * 100)} %` }, { title: t("The first time right"), numeric: true, cell: (one) => (one.first_time === null ? "–" : `${number(one.first_time * 100)} %`) },
  ], [...months].reverse(), (one) => one.month, nothing);
}

function cameTable(came: readonly Came[]): Part {
  const products = byProduct(came);
  if (products.length === 0) return nothing;
  const most = Math.max(...products.map((one) => one.count));
  return html`<div class="stack tight"><h2>${t("What came back, and why")}</h2>${table(t("What came back, and why"), [
    { title: t("Product"), cell: (one) => html`<b>${one.model || t("No product named")}</b>` }, { title: t("Orders"), numeric: true, cell: (one) => number(one.count) },
    { title: t("Why"), cell: (one) => html`<meter class="came" min="0" max=${most} value=${one.count} aria-hidden="true"></meter><span class="small">${one.causes.map(({ cause, count }) => html`<span class="cause">${cause === "" ? t("not said") : causeName(cause)} <b>${number(count)}</b></span>`)}</span>` },
  ], products, (one) => one.model, nothing)}<p class="faint small">${tn("{n} product", "{n} products", products.length)}</p></div>`;
}

function partnersTable(partners: readonly Partner[]): Part {
  if (partners.length === 0) return nothing;
  return html`<div class="stack tight"><h2>${t("How partners did")}</h2>${table(t("How partners did"), [
    { title: t("Partner"), cell: (one) => html`<b>${one.name}</b>` }, { title: t("Steps done"), numeric: true, cell: (one) => number(one.done) },
    { title: t("Given back"), numeric: true, cell: (one) => number(one.given_back) }, { title: t("Ended well"), numeric: true, cell: (one) => (one.done === 0 ? "–" : `${number(one.good * 100)} %`) },
    { title: t("Hours until a yes, half"), numeric: true, cell: (one) => number(one.accept_hours, 1) }, { title: t("Days from yes to end, half"), numeric: true, cell: (one) => number(one.days, 1) },
  ], partners, (one) => one.id, nothing)}</div>`;
}
