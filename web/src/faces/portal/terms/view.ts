// SPDX-License-Identifier: EUPL-1.2
// How long the owner's things are kept, and where: what his profile says, what he chose instead, his register to take along. /portal/terms
import { foot } from "../../../kit/dialog";
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, note, pill, skeleton } from "../../../kit/pieces";
import { isoDay, number, t, tn } from "../../../kit/words";
import { Refusal } from "../../port";
import { asRefusal } from "../../refusal";
import type { Ctx, Mounted } from "../pages";

interface Term {
  readonly term: string;
  readonly words: string;
  readonly days: number;
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  readonly free: number;
  readonly source: string;
  readonly chosen: boolean;
  readonly why: string;
}

interface Chosen {
  readonly term: string;
  readonly words: string;
  readonly days: number;
  readonly why: string;
  readonly by: string;
  readonly at_ms: number;
  readonly to_ms: number | null;
}

interface Answer {
  readonly profiles: readonly string[];
  readonly terms: readonly Term[];
  readonly history: readonly Chosen[];
  readonly may: { readonly change: boolean };
}

interface Residency {
  readonly own: readonly string[] | null;
  readonly rules: readonly { readonly countries: readonly string[]; readonly source: string }[];
  readonly may: { readonly change: boolean };
}

interface Register {
  readonly id: string;
  readonly number: number;
  readonly from_ms: number;
  readonly lines: number;
}

interface State {
  readonly answer: Answer | null;
  readonly residency: Residency | null;
  readonly register: Register | null;
  readonly busy: string;
}

const days = (n: number): string => tn("{n} day", "{n} days", n);

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new TermsPage(host, ctx);
  return { close: () => page.close() };
}

class TermsPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { answer: null, residency: null, register: null, busy: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void ((topic === "terms.changed" || topic === "places.changed") && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    const { port } = this.#ctx;
    const owner = this.#ctx.state().me.role === "owner";
    try {
      const [answer, residency, listed] = await Promise.all([
        port.ask<Answer>("GET", "/terms"),
        owner ? port.ask<Residency>("GET", "/residency") : null,
        owner ? port.ask<{ registers: readonly Register[] }>("GET", "/registers") : null,
      ]);
      this.#board.change({ answer, residency, register: listed?.registers[0] ?? null });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  #choose(row: Term): void {
    const said = { days: String(row.days), why: row.why, wrong: "", busy: false };
    const dialog = this.#ctx.dialog(t("How long: {what}", { what: row.words }), (opened) => html`
      ${field("days", t("Days"), { value: said.days, maxlength: 5, hint: t("From {least} to {most}. Shorter holds at once: what is older then goes tonight.", { least: number(row.least), most: number(row.most) }), input: (value) => { said.days = value; opened.redraw(); } })}
      ${Number(said.days) > row.free ? textField("why", t("Why so long"), { value: said.why, hint: t("The authority’s norm is {days}. Above it the law wants your reason in writing.", { days: days(row.free) }), input: (value) => void (said.why = value) }) : nothing}
      ${said.wrong === "" ? nothing : note(said.wrong, "alarm", "alarm")}
      ${foot(button(t("Cancel"), opened.close), row.chosen ? button(t("Back to {days}", { days: days(row.standard) }), () => void save(null), { id: "give-up" }) : nothing, button(t("Keep it so long"), () => void save(Number(said.days)), { kind: "primary", busy: said.busy, id: "choose-now" }))}`);
    const save = async (chosen: number | null): Promise<void> => {
      Object.assign(said, { wrong: "", busy: true });
      dialog.redraw();
      try {
        if (chosen === null) await this.#ctx.port.ask("POST", `/terms/${row.term}/give-up`);
        else await this.#ctx.port.ask("PUT", `/terms/${row.term}`, { days: Number.isSafeInteger(chosen) && chosen >= 0 ? chosen : -1, justification: said.why });
        dialog.close();
        this.#ctx.toast(t("It holds from now on, and is written in the log."), "ok");
        await this.#load();
      } catch (error) {
        Object.assign(said, { busy: false, wrong: this.#words(error) });
        dialog.redraw();
      }
    };
  }

  #rule(residency: Residency): void {
    const said = { countries: (residency.own ?? []).join(", "), wrong: "", busy: false };
    const dialog = this.#ctx.dialog(t("Where it may lie"), (opened) => html`
      ${field("countries", t("Countries"), { value: said.countries, hint: t("Two letters each, for example: NL, DE. EEA is the European Economic Area."), input: (value) => void (said.countries = value) })}
      ${said.wrong === "" ? nothing : note(said.wrong, "alarm", "alarm")}
      ${foot(button(t("Cancel"), opened.close), button(t("Allow only these"), () => void save(), { kind: "primary", busy: said.busy, id: "rule-now" }))}`);
    const save = async (): Promise<void> => {
      Object.assign(said, { wrong: "", busy: true });
      dialog.redraw();
      try {
        await this.#ctx.port.ask("PUT", "/residency", { countries: said.countries.split(/[\s,;]+/).filter(Boolean) });
        dialog.close();
        await this.#load();
      } catch (error) {
        Object.assign(said, { busy: false, wrong: this.#words(error) });
        dialog.redraw();
      }
    };
  }

  #words(error: unknown): string {
    const refusal = asRefusal(error);
    return refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again.");
  }

  async #take(register: Register, form: string): Promise<void> {
    this.#board.change({ busy: form });
    try {
      await keepAnswer(await this.#ctx.api.request("POST", `/api/v1/registers/${register.id}/file?form=${form}`, undefined));
      this.#ctx.toast(t("It is in your downloads; that you took it is in the log."));
    } catch (error) {
      this.#ctx.failed(asRefusal(error));
    }
    this.#board.change({ busy: "" });
  }

  #draw({ answer, residency, register, busy }: State): Part {
    return html`<div class="page kept-terms"><div class="title"><div><div class="lbl">${this.#ctx.state().me.party}</div><h1>${t("Terms and register")}</h1></div></div>
      <p class="lead">${t("What was promised for your sites. You may make it shorter; what the law wants kept stays as long as it says.")}</p>
      ${answer === null ? skeleton(6, t("Loading")) : html`
      <section class="card"><ul class="items">${answer.terms.map((row) => this.#term(row, answer.may.change))}</ul></section>
      ${residency === null ? nothing : this.#residency(residency)}
      ${this.#ctx.state().me.role !== "owner" ? nothing : this.#register(register, busy)}
      ${answer.history.length === 0 ? nothing : html`<section class="card"><header><h2>${t("What was chosen")}</h2></header><ul class="items">${answer.history.map((one) => html`<li><div class="body"><b>${one.words}: ${days(one.days)}</b>${one.why === "" ? nothing : html`<div>${one.why}</div>`}<div class="mute small">${t("{name}, {when}", { name: one.by || "–", when: isoDay(one.at_ms) })}${one.to_ms === null ? "" : ` · ${t("until {day}", { day: isoDay(one.to_ms) })}`}</div></div></li>`)}</ul></section>`}`}</div>`;
  }

  #term(row: Term, may: boolean): Part {
    const open = may && row.least < row.most;
    return html`<li id="term-${row.term}"><div class="body"><b class="first-up">${row.words}</b> ${row.chosen ? pill(t("your choice"), "accent") : nothing}<div class="mute small">${row.chosen ? t("promised: {days}. ", { days: days(row.standard) }) : ""}${t("From: {source}", { source: row.source })}</div>${row.why === "" ? nothing : html`<div class="small">${row.why}</div>`}</div>
      <span class="num"><b>${days(row.days)}</b></span>${open ? button(t("Change"), () => this.#choose(row), { small: true, id: `change-${row.term}`, hint: row.words }) : nothing}</li>`;
  }

  #residency(residency: Residency): Part {
    return html`<section class="card"><header><h2>${t("Where it may lie")}</h2>${residency.may.change ? button(residency.own === null ? t("Allow fewer countries") : t("Change"), () => this.#rule(residency), { small: true, id: "rule" }) : nothing}</header>
      <ul class="items">${residency.rules.length === 0 ? html`<li><div class="body mute">${t("In the European Economic Area, or where the Commission found that data is as safe.")}</div></li>` : residency.rules.map((rule) => html`<li><div class="body">${rule.source === "own" ? t("your own rule") : t("promised by the profile {name}", { name: rule.source })}</div><span class="mono">${rule.countries.join(", ")}</span></li>`)}</ul></section>`;
  }

  #register(register: Register | null, busy: string): Part {
    if (register === null) return html`<section class="card">${empty(t("Your register of processing"), t("It is made tonight: what is processed of whom, what for and how long (Article 30 GDPR)."), "list")}</section>`;
    return html`<section class="card pad stack"><h2>${t("Your register of processing")}</h2><p class="mute">${t("What is processed of whom, what for and how long (Article 30 GDPR). Version {n}, since {day}.", { n: register.number, day: isoDay(register.from_ms) })}</p>
      <div class="row">${[["pdf", t("PDF")], ["xlsx", t("Spreadsheet")], ["jsonld", t("For programs (DPV)")]].map(([form, words]) => button(words!, () => void this.#take(register, form!), { icon: "download", small: true, busy: busy === form, id: `take-${form}` }))}</div></section>`;
  }
}
