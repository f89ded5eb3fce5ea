// SPDX-License-Identifier: EUPL-1.2
// What goes when, and why: the plan of one owner, what was done lately, and what is left over that should be gone.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { empty, note, pill, skeleton } from "../../../kit/pieces";
import { table, type Column } from "../../../kit/table";
import { number, relative, t, tn, when } from "../../../kit/words";
import type { Ctx, Mount, Mounted } from "../pages";
import { daysName, grouped, howName, imageName, isImage, startName, termName, type Group, type Line, type Plan, type Turn } from "./model";

interface State {
  readonly nowMs: number;
  readonly plan: Plan | null;
  readonly owner: string | null;
}

export const mount: Mount = (host, ctx, id) => new Retention(host, ctx, id);

class Retention implements Mounted {
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null) {
    this.#board = new Board<State>(host, { nowMs: ctx.nowMs(), plan: null, owner: id }, (state) => page(state, (owner) => this.ctx.go("retention", owner)));
    this.#stop = ctx.ticks((nowMs) => this.#board.change({ nowMs }));
    void this.#load();
  }

  route(id: string | null): void {
    this.#board.change({ owner: id, plan: null });
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    const { owner } = this.#board.state;
    try {
      const plan = await this.ctx.ask<Plan>("GET", `/retention${owner === null ? "" : `?owner_id=${encodeURIComponent(owner)}`}`);
      if (this.#board.state.owner === owner) this.#board.change({ plan });
    } catch (error) {
      this.ctx.failed(error);
    }
  }
}

function page({ plan, nowMs }: State, choose: (owner: string) => void): Part {
  const heading = html`<div class="title"><div><h1>${t("What goes when")}</h1><p class="mute measure">${t("Worked out from the declarations, the profile and the customer’s own choice. It runs by itself: images at each site’s midnight, everything else at night.")}</p></div>${plan === null ? nothing : owners(plan, choose)}</div>`;
  if (plan === null) return html`<div class="page retention">${heading}${skeleton(8, t("Loading"))}</div>`;
  return html`<div class="page retention stack">${heading}${left(plan, nowMs)}${images(plan, nowMs)}${rest(plan, nowMs)}${turns(plan, nowMs)}</div>`;
}

const owners = (plan: Plan, choose: (owner: string) => void): Part => html`<div class="field"><label for="plan-owner">${t("Of whom")}</label><select class="input" id="plan-owner" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
  ${plan.owners.map(({ id, name }) => html`<option value=${id} ?selected=${id === plan.owner_id}>${name}</option>`)}</select></div>`;

function left({ leftovers }: Plan, nowMs: number): Part {
  if (leftovers.length === 0) return note(t("Nothing is left over: what should be gone was looked for in rows, objects and keys, and is gone."), "ok", "check");
  return note(html`<b>${tn("1 thing should be gone and is still there", "{n} things should be gone and are still there", leftovers.length)}</b><ul>${leftovers.map((one) => html`<li><code>${one.what}</code> · ${one.kind === "key" ? t("key") : one.kind === "object" ? t("object") : tn("1 row", "{n} rows", one.count)} · ${t("found {when}", { when: relative(one.found_ms, nowMs) })}</li>`)}</ul><p>${t("It is tried again each night. Ask your administrator to look at the server’s log if it stays.")}</p>`, "alarm", "alarm");
}

function images(plan: Plan, nowMs: number): Part {
  const rows = plan.lines.filter(isImage);
  const site = (line: Line): Plan["sites"][number] | undefined => plan.sites.find(({ id }) => id === line.site_id);
  const columns: readonly Column<Line>[] = [
    { title: t("Site"), cell: (line) => html`<b>${site(line)?.name ?? ""}</b><div class="faint small">${site(line)?.profile ?? ""}</div>` },
    { title: t("What"), cell: (line) => imageName(line.what) },
    { title: t("Kept"), cell: (line) => html`${daysName(line.days)}<div class="faint small">${startName(line.starts)}</div>` },
    { title: t("There now"), cell: (line) => html`${number(line.count ?? 0)}${line.held > 0 ? html` ${pill(t("held"), "warn")}` : nothing}` },
    { title: t("Oldest"), cell: (line) => (line.oldest_ms === null ? "–" : when(line.oldest_ms, nowMs, site(line)?.tz)) },
    { title: t("Next goes"), cell: (line) => (line.next_ms === null ? html`<span class="faint">${line.what === "track.overview" ? t("a unit stands there") : "–"}</span>` : when(line.next_ms, nowMs, site(line)?.tz)) },
    { title: t("Why"), cell: (line) => html`<span class="faint small">${line.source}</span>` },
  ];
  return html`<section class="stack tight"><h2>${t("Images")}</h2>${table(t("Images"), columns, rows, (line) => `${line.site_id} ${line.what}`, html`<p class="pad mute">${t("No site, so no images.")}</p>`)}</section>`;
}

function rest(plan: Plan, nowMs: number): Part {
  const columns: readonly Column<Group>[] = [
    { title: t("What"), cell: (one) => html`<b>${termName(one.term)}</b><details><summary class="faint small">${tn("1 kind", "{n} kinds", one.whats.length)}</summary><ul class="small">${one.whats.map((what) => html`<li><code>${what}</code></li>`)}</ul></details>` },
    { title: t("Kept"), cell: (one) => html`${daysName(one.days)}<div class="faint small">${startName(one.starts)}</div>` },
    { title: t("Then"), cell: (one) => howName(one.how) },
    { title: t("There now"), cell: (one) => number(one.count) },
    { title: t("Next goes"), cell: (one) => (one.nextMs === null ? "–" : when(one.nextMs, nowMs)) },
    { title: t("Why"), cell: (one) => html`<span class="faint small">${one.source}</span>` },
  ];
  return html`<section class="stack tight"><h2>${t("Everything else")}</h2>${table(t("Everything else"), columns, grouped(plan.lines), ({ key }) => key, nothing)}</section>`;
}

function turns({ turns: done }: Plan, nowMs: number): Part {
  if (done.length === 0) return html`<section class="card">${empty(t("Nothing had to go yet"), t("What the nightly work deletes is told here, and stands in the log."), "clock")}</section>`;
  const columns: readonly Column<Turn>[] = [
    { title: t("When"), cell: (turn) => when(turn.at_ms, nowMs) },
    { title: t("Recordings"), cell: (turn) => html`${number(turn.epochs)}<div class="faint small">${tn("1 piece", "{n} pieces", turn.segments)}</div>` },
    { title: t("Cut to a hold"), cell: (turn) => number(turn.trimmed) },
    { title: t("Rows"), cell: (turn) => number(turn.rows) },
    { title: t("Log entries"), cell: (turn) => number(turn.entries) },
    { title: t("Outcome"), cell: (turn) => (turn.failed === "" ? pill(t("Done"), "ok") : pill(t("Failed: {what}", { what: turn.failed }), "alarm")) },
  ];
  return html`<section class="stack tight"><h2>${t("What was deleted lately")}</h2>${table(t("What was deleted lately"), columns, done, ({ at_ms }) => at_ms, nothing)}</section>`;
}
