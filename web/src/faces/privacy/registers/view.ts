// SPDX-License-Identifier: EUPL-1.2
// The registers of Art. 30: which there are, what one says, how it was before, who judged each line, and a copy to take along.
// /backoffice/privacy/registers/<version>
import { foot } from "../../../kit/dialog";
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, note, pill, skeleton, type Tone } from "../../../kit/pieces";
import { clock, date, isoDay, number, relative, t, tn } from "../../../kit/words";
import { asRefusal } from "../../refusal";
import type { Ctx, Mounted } from "../pages";
import type { Due, Kept, Line, Listed, Pair, Risk, Version } from "./types";

interface State {
  readonly id: string | null;
  readonly listed: Listed | null;
  readonly version: Version | null;
  readonly busy: string;
}

const DAY_MS = 86_400_000;
const tones: Readonly<Record<Risk, Tone>> = { low: "ok", medium: "warn", high: "alarm" };
const formName = (form: string): string => (form === "pdf" ? t("PDF") : form === "xlsx" ? t("Spreadsheet") : t("For programs (DPV)"));
export const facts = (pairs: readonly Pair[]): Part => html`<dl class="register-facts">${pairs.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new RegistersPage(host, ctx, id);
  return { route: (next) => page.route(next), close: () => page.close() };
}

class RegistersPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { id, listed: null, version: null, busy: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "register.changed" && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  route(id: string | null): void {
    this.#board.change({ id, version: null });
    void this.#load();
  }

  async #load(): Promise<void> {
    const { id } = this.#board.state;
    try {
      if (id === null) this.#board.change({ listed: await this.#ctx.ask<Listed>("GET", "/registers") });
      else this.#board.change({ version: await this.#ctx.ask<Version>("GET", `/registers/${id}`) });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #work(name: string, act: () => Promise<void>): Promise<void> {
    this.#board.change({ busy: name });
    await act().catch((error: unknown) => this.#ctx.failed(asRefusal(error)));
    this.#board.change({ busy: "" });
  }

  #renew(): void {
    void this.#work("renew", async () => {
      const { changed } = await this.#ctx.ask<{ changed: number }>("POST", "/registers/renew");
      this.#ctx.toast(changed === 0 ? t("Nothing has changed.") : tn("{n} register has a new version.", "{n} registers have a new version.", changed), "ok");
      await this.#load();
    });
  }

  #take(version: Version, form: string): void {
    void this.#work(form, async () => {
      await keepAnswer(await this.#ctx.session.api.request("POST", `/api/v1/registers/${version.id}/file?form=${form}`, undefined));
      this.#ctx.toast(t("It is in your downloads; that you took it is in the log."));
    });
  }

  #judge(version: Version, line: Line): void {
    const said = { risk: line.judged?.risk ?? ("medium" as Risk), why: line.judged?.why ?? "", measures: line.judged?.measures ?? "", assessment: line.judged?.assessment ?? "", next: isoDay(this.#ctx.nowMs() + 360 * DAY_MS), error: "", busy: false };
    const dialog = this.#ctx.dialog(t("Judge: {what}", { what: line.words }), (opened) => html`
      ${choices("risk", t("Risk to the people whose data it is, with the measures in place"), [{ value: "low", words: t("low") }, { value: "medium", words: t("medium") }, { value: "high", words: t("high") }], said.risk, (risk) => { said.risk = risk as Risk; opened.redraw(); })}
      ${textField("why", t("Why"), { value: said.why, maxlength: 1000, error: said.error, input: (value) => void (said.why = value) })}
      ${textField("measures", t("Further measures, if any"), { value: said.measures, maxlength: 1000, rows: 2, input: (value) => void (said.measures = value) })}
      ${field("assessment", t("Impact assessment, if there is one"), { value: said.assessment, maxlength: 300, hint: t("Its number, or where it is kept."), input: (value) => void (said.assessment = value) })}
      ${field("next", t("Look again on"), { type: "date", value: said.next, hint: t("Within a year."), input: (value) => void (said.next = value) })}
      ${foot(button(t("Cancel"), opened.close), button(t("Judge it so"), () => void save(), { kind: "primary", busy: said.busy, id: "judge-now" }))}`);
    const save = async (): Promise<void> => {
      said.busy = true;
      dialog.redraw();
      try {
        const next = Date.parse(said.next);
        await this.#ctx.ask("POST", "/registers/judge", { article: version.article, line: line.key, risk: said.risk, why: said.why, measures: said.measures, assessment: said.assessment, next_ms: Number.isNaN(next) ? null : next });
        dialog.close();
        this.#ctx.changed();
        await this.#load();
      } catch (error) {
        const refusal = asRefusal(error);
        said.error = refusal instanceof Error ? refusal.message : t("The server can’t be reached. Check the connection and try again.");
        said.busy = false;
        dialog.redraw();
      }
    };
  }

  #draw(state: State): Part {
    return state.id === null ? this.#list(state) : this.#one(state);
  }

  // --- which there are ---

  #list({ listed, busy }: State): Part {
    return html`<div class="title"><div><h1>${t("Registers of processing")}</h1><p class="mute measure">${t("Article 30 GDPR: what is processed, of whom, what for, how long. Made each night from what the system itself runs on; every version stays.")}</p></div>
        ${listed?.may.judge ? button(t("Make them anew"), () => this.#renew(), { icon: "redo", busy: busy === "renew", id: "renew" }) : nothing}</div>
      ${listed === null ? skeleton(6, t("Loading")) : html`${this.#due(listed)}
        ${listed.registers.length === 0 ? html`<div class="card">${empty(t("No register yet"), t("They are made tonight, or at once with the button above."), "list")}</div>` : html`
        ${this.#group(t("What we decide on ourselves"), listed.registers.filter(({ article }) => article === "30.1"))}
        ${this.#group(t("What we process for others"), listed.registers.filter(({ article }) => article === "30.2"))}`}`}`;
  }

  #due({ due, now_ms: now }: Listed): Part {
    const late = due.filter(({ at_ms }) => at_ms <= now);
    if (late.length === 0) return nothing;
    return note(html`<b>${tn("{n} line waits to be judged.", "{n} lines wait to be judged.", late.length)}</b> ${late.slice(0, 4).map((one: Due) => one.words).join(", ")}${late.length > 4 ? " …" : ""}`, "warn", "clock");
  }

  #group(title: string, rows: readonly Kept[]): Part {
    if (rows.length === 0) return nothing;
    return html`<section class="card"><header><h2>${title}</h2>${pill(number(rows.length))}</header><ul class="items">${rows.map((row) => html`<li><div class="body"><a href="/backoffice/privacy/registers/${row.id}" id="register-${row.id}" @click=${(event: MouseEvent) => this.#follow(event, row.id)}><b>${row.controller.name}</b></a>
      <div class="mute small">${tn("{n} processing activity", "{n} processing activities", row.lines)} · ${t("version {n}, since {day}", { n: row.number, day: date(row.from_ms) })}</div></div>${pill(t("Art. {n}", { n: row.article === "30.1" ? "30(1)" : "30(2)" }))}</li>`)}</ul></section>`;
  }

  #follow(event: MouseEvent, id?: string): void {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#ctx.go("registers", id);
  }

  // --- what one says ---

  #one({ version, busy }: State): Part {
    if (version === null) return skeleton(8, t("Loading"));
    return html`<div class="title"><div><a class="small" href="/backoffice/privacy/registers" @click=${(event: MouseEvent) => this.#follow(event)}>${t("All registers")}</a><h1>${version.controller.name}</h1><p class="mute">${version.title}</p></div>${this.#versions(version)}</div>
      ${version.to_ms === null ? nothing : note(t("This is how it was from {from} to {to}. A newer version holds now.", { from: at(version.from_ms), to: at(version.to_ms) }), "warn", "clock")}
      ${version.may.export ? html`<div class="row">${version.forms.map((form) => button(formName(form), () => this.#take(version, form), { icon: "download", busy: busy === form, id: `take-${form}` }))}</div>` : nothing}
      <section class="card pad">${facts(version.facts)}</section>
      <section class="stack tight" aria-labelledby="h-lines"><h2 id="h-lines">${t("Processing activities")}</h2>${version.lines.map((line) => this.#line(version, line))}</section>`;
  }

  #versions(version: Version): Part {
    if (version.history.length < 2) return nothing;
    return html`<div class="field"><label for="version">${t("Version")}</label><select class="input" id="version" @change=${(event: Event) => this.#ctx.go("registers", (event.target as HTMLSelectElement).value)}>${version.history.map((one) => html`<option value=${one.id} ?selected=${one.id === version.id}>${t("{n}, since {day}", { n: one.number, day: at(one.from_ms) })}</option>`)}</select></div>`;
  }

  #line(version: Version, line: Line): Part {
    const { judged } = line;
    const late = line.due_ms !== null && line.due_ms <= version.now_ms && version.to_ms === null;
    return html`<details class="card register-line" id="line-${line.key}"><summary><b class="grow">${line.words}</b>${judged === null ? pill(t("not judged yet"), late ? "warn" : "") : pill(t("risk: {how}", { how: judged.words }), tones[judged.risk])}${late && judged !== null ? pill(t("to be judged again"), "warn") : nothing}</summary>
      <div class="pad stack">${facts(line.facts)}
        ${judged === null ? nothing : facts([[t("Risk"), `${judged.words}: ${judged.why}`], [t("Further measures"), judged.measures || "–"], [t("Impact assessment"), judged.assessment || "–"], [t("Judged"), t("{name}, {when}", { name: judged.by || "–", when: isoDay(judged.at_ms) })], [t("Look again"), `${isoDay(judged.next_ms)} (${relative(judged.next_ms, version.now_ms)})`]])}
        <p class="small faint">${t("Declared in: {where}", { where: line.sources.join(", ") })}</p>
        ${version.may.judge ? html`<div>${button(judged === null ? t("Judge it") : t("Judge it again"), () => this.#judge(version, line), { small: true, kind: late ? "primary" : "", id: `judge-${line.key}` })}</div>` : nothing}</div></details>`;
  }
}

const at = (ms: number): string => `${isoDay(ms)} ${clock(ms)}`;
