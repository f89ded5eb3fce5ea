// SPDX-License-Identifier: EUPL-1.2
// The promises as who keeps the books sees them: what is broken first, trying one or all now, the witnesses, and the pack for an auditor.
// /backoffice/privacy/promises/<promise>
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { choices } from "../../../kit/form";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, note, pill, skeleton, type Tone } from "../../../kit/pieces";
import { clock, day, number, relative, t, tn } from "../../../kit/words";
import { asRefusal } from "../../refusal";
import type { Ctx, Mounted } from "../pages";
import type { All, Line, One, Seen, State as Standing } from "./types";

type Shown = "used" | "all";

interface State {
  readonly id: string | null;
  readonly all: All | null;
  readonly one: One | null;
  readonly shown: Shown;
  readonly busy: string;
}

const tones: Readonly<Record<Standing, Tone>> = { kept: "ok", broken: "alarm", stale: "warn", unproven: "warn" };
const order: readonly Standing[] = ["broken", "stale", "kept", "unproven"];
const at = (ms: number): string => `${day(ms)} ${clock(ms)}`;

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new PromisesPage(host, ctx, id);
  return { route: (next) => page.route(next), close: () => page.close() };
}

class PromisesPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { id, all: null, one: null, shown: "used", busy: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "promises.checked" && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  route(id: string | null): void {
    this.#board.change({ id, one: null });
    void this.#load();
  }

  async #load(): Promise<void> {
    const { id } = this.#board.state;
    try {
      const all = await this.#ctx.ask<All>("GET", "/promises");
      const one = id === null ? null : await this.#ctx.ask<One>("GET", `/promises/${id}`);
      this.#board.change({ all, one });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #work(name: string, act: () => Promise<void>): Promise<void> {
    this.#board.change({ busy: name });
    await act().catch((error: unknown) => this.#ctx.failed(asRefusal(error)));
    this.#board.change({ busy: "" });
  }

  #try(promises: readonly string[]): void {
    void this.#work("try", async () => {
      const { kept, broken } = await this.#ctx.ask<{ kept: number; broken: number }>("POST", "/promises/check", { promises });
      this.#ctx.toast(broken > 0 ? tn("{n} promise is broken.", "{n} promises are broken.", broken) : tn("Tried: {n} held.", "Tried: {n} held.", kept), broken > 0 ? "alarm" : "ok");
      this.#ctx.changed();
      await this.#load();
    });
  }

  #take(): void {
    void this.#work("pack", async () => {
      await keepAnswer(await this.#ctx.session.api.request("POST", "/api/v1/audit-pack", undefined));
      this.#ctx.toast(t("It is in your downloads; that you took it is in the log."));
    });
  }

  #draw(state: State): Part {
    const { all } = state;
    if (all === null) return skeleton(8, t("Loading"));
    if (!all.provider) return html`<div class="title"><h1>${t("Promises")}</h1></div><div class="card">${empty(t("Promises are kept by a provider"), t("Your organisation is nobody’s provider, so it has none of its own here."), "shield")}</div>`;
    return state.id === null ? this.#list(state, all) : this.#one(state, all);
  }

  // --- all of them ---

  #list({ shown, busy }: State, all: All): Part {
    const lines = all.promises.filter((line) => shown === "all" || line.used === true).sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
    const kept = lines.filter(({ state }) => state === "kept").length;
    return html`<div class="title"><div><h1>${t("Promises")}</h1><p class="mute measure">${t("Every sentence of the privacy statement, tried against the running system. Everybody sees the same at the public page.")}</p></div>
        <div class="row">${all.may_check ? button(t("Try all now"), () => this.#try([]), { icon: "redo", busy: busy === "try", id: "try-all" }) : nothing}${all.may_export ? button(t("Auditor’s pack"), () => this.#take(), { icon: "download", busy: busy === "pack", id: "pack", kind: "primary" }) : nothing}</div></div>
      <section class="card pad promise-score"><p class="promise-big">${number(kept)} / ${number(lines.length)}</p><p class="mute">${t("promises kept")} · ${order.filter((state) => state !== "kept").map((state) => ({ state, n: lines.filter((line) => line.state === state).length })).filter(({ n }) => n > 0).map(({ state, n }) => html`${pill(`${number(n)} ${lines.find((line) => line.state === state)!.word}`, tones[state])} `)}</p>
        <p class="row small"><a href="/promises?of=${all.of}" target="_blank" rel="noopener">${t("The public page")}</a><a href="/statement?of=${all.of}" target="_blank" rel="noopener">${all.statement === null ? t("The privacy statement") : t("The privacy statement, version {n} of {day}", { n: all.statement.number, day: day(all.statement.made_ms) })}</a></p></section>
      ${choices("shown", t("Which"), [{ value: "used", words: t("Of our customers’ profiles") }, { value: "all", words: t("All that there are") }], shown, (value) => this.#board.change({ shown: value as Shown }))}
      <section class="card" aria-label=${t("Promises")}><ul class="items">${lines.map((line) => this.#line(line, all.now_ms))}</ul></section>
      ${this.#witnesses(all)}`;
  }

  #line(line: Line, now: number): Part {
    return html`<li data-state=${line.state} id="promise-${line.id}"><div class="body"><a href="/backoffice/privacy/promises/${line.id}" @click=${(event: MouseEvent) => this.#follow(event, line.id)}><b>${line.text}</b></a>
      <div class="mute small">${line.id} · ${line.found}${line.at_ms === null ? "" : ` · ${relative(line.at_ms, now)}`}</div></div>${pill(line.word, tones[line.state])}</li>`;
  }

  #witnesses({ witnesses, now_ms: now }: All): Part {
    return html`<section class="card"><header><h2>${t("Witnesses of the log")}</h2>${pill(number(witnesses.length))}</header>
      ${witnesses.length === 0 ? empty(t("Nobody cosigns the log yet"), t("Anybody can run one: zegel witness. Name it in ZEGEL_WITNESSES, and receipts carry its signature."), "shield") : html`<ul class="items">${witnesses.map((one: Seen) => html`<li><div class="body"><b>${one.name}</b><div class="mute small">${one.at_ms === null ? t("has not cosigned yet") : t("{n} entries, {when}", { n: number(one.size), when: relative(one.at_ms, now) })}</div></div>${one.refused ? pill(t("knows another log"), "alarm") : pill(one.at_ms === null ? t("waiting") : t("cosigns"), one.at_ms === null ? "" : "ok")}</li>`)}</ul>`}</section>`;
  }

  #follow(event: MouseEvent, id?: string): void {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#ctx.go("promises", id);
  }

  // --- one of them ---

  #one({ one, busy }: State, all: All): Part {
    if (one === null) return skeleton(8, t("Loading"));
    return html`<div class="title"><div><a class="small" href="/backoffice/privacy/promises" @click=${(event: MouseEvent) => this.#follow(event)}>${t("All promises")}</a><h1>${one.text}</h1><p class="mute measure">${one.how}</p></div>
        ${all.may_check && one.every !== "" ? button(t("Try it now"), () => this.#try([one.id]), { icon: "redo", busy: busy === "try", id: "try-one", kind: "primary" }) : nothing}</div>
      <section class="card pad stack tight"><p class="row">${pill(one.word, tones[one.state])}<span>${one.found}</span></p>
        ${one.document === "" ? nothing : html`<p class="small mute">${t("Document")}: <span class="mono">${one.document}</span></p>`}
        ${one.every === "" ? nothing : html`<p class="small mute">${one.every}</p>`}
        ${one.driven === "" ? nothing : html`<p class="small" id="driven">${one.driven} <a href="/promises/${one.id}?of=${all.of}" target="_blank" rel="noopener">${t("The public page")}</a></p>`}
        ${one.which.length === 0 ? nothing : note(html`${t("What did not hold:")} <span class="mono">${one.which.join(", ")}</span>`, "alarm", "alarm")}
        <div class="promise-bar" role="img" aria-label=${t("The last thirty days")}>${one.days.map((state) => html`<i class=${state}></i>`)}</div></section>
      <section class="card"><header><h2>${t("Attempts")}</h2>${pill(number(one.tries.length))}</header>
        ${one.tries.length === 0 ? empty(t("Not tried yet"), t("It is tried by itself within the hour, or with the button above."), "clock") : html`<ul class="items">${one.tries.map((row) => html`<li data-state=${row.state}><div class="body"><b>${at(row.at_ms)}</b><div class="mute small">${row.found} · ${t("{n} ms", { n: number(row.took_ms) })}${row.which.length === 0 ? "" : ` · ${row.which.join(", ")}`}</div></div><a class="small" href="/promises/evidence/${row.id}?of=${all.of}" aria-label=${t("Evidence of {when}", { when: at(row.at_ms) })}>${t("Evidence")}</a>${pill(row.word, tones[row.state])}</li>`)}</ul>`}</section>`;
  }
}
