// SPDX-License-Identifier: EUPL-1.2
// Taking a list of customers over: the file, what its columns hold, what would be, how far it is, what was wrong.
import { keepAnswer } from "../../../kit/leaving";
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { icon } from "../../../kit/icons";
import { button, empty, note, pill, progress, skeleton, steps } from "../../../kit/pieces";
import { bytes, number, t, tn, when } from "../../../kit/words";
import { pathOf } from "../../paged/model";
import { Refusal } from "../../port";
import { asRefusal } from "../../refusal";
import { refusedOf } from "../../report_dialog";
import { formDialog, sureDialog } from "../../settings/dialogs";
import { inDays, selectField } from "../../settings/fields";
import type { Ctx, Mounted } from "../pages";
import type { Chosen, Line, Whole } from "./types";
import { encodings, separators, stateName, targetName } from "./words";

const POLL_MS = 1500;
const LARGEST = 24 * 1024 * 1024;
const STEPS = { uploaded: 0, checking: 1, checked: 1, running: 2, paused: 2, done: 3, discarded: 3 } as const;

interface State {
  readonly nowMs: number;
  readonly id: string | null;
  readonly list: readonly Line[] | null;
  readonly one: Whole | null;
  readonly chosen: Chosen | null;
  readonly busy: boolean;
  readonly wrong: string;
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  return new Imports(host, ctx, id);
}

class Imports implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: readonly (() => void)[];
  #poll: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null) {
    this.#board = new Board<State>(host, { nowMs: ctx.nowMs(), id, list: null, one: null, chosen: null, busy: false, wrong: "" }, (state) => (state.id === null ? this.#list(state) : this.#look(state)));
    this.#stops = [ctx.events((topic) => void (topic === "import.changed" && this.#load()))];
    void this.#load();
  }

  route(id: string | null): void {
    this.#board.change({ id, one: null, chosen: null, wrong: "" });
    void this.#load();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#poll);
    for (const stop of this.#stops) stop();
  }

  async #load(): Promise<void> {
    clearTimeout(this.#poll);
    const { id } = this.#board.state;
    try {
      if (id === null) this.#board.change({ list: (await this.ctx.ask<{ imports: readonly Line[] }>("GET", "/service/imports")).imports, nowMs: this.ctx.nowMs() });
      else this.#took(await this.ctx.ask<Whole>("GET", `/service/imports/${id}`));
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #took(one: Whole, anew = false): void {
    const { id, chosen } = this.#board.state;
    if (one.id !== id || this.#closed) return;
    this.#board.change({ one, chosen: chosen === null || anew ? this.#first(one) : chosen, nowMs: this.ctx.nowMs() });
    if (one.state === "checking" || one.state === "running") this.#poll = setTimeout(() => void this.#load(), POLL_MS);
  }

  #first(one: Whole): Chosen {
    const { country = "NL", language = "nl", standing = "customer", consent_until, things } = one.choices;
    return { columns: one.columns, country, language, standing, consent_until: consent_until ?? inDays(this.ctx.nowMs(), 365), things: things ?? Object.values(one.columns).some((target) => one.of_thing.includes(target)) };
  }

  async #post(path: string, body: unknown = {}): Promise<void> {
    const { id } = this.#board.state;
    this.#board.change({ busy: true, wrong: "" });
    try {
      await this.ctx.ask("POST", `/service/imports/${id}${path}`, body);
      await this.#load();
    } catch (error) {
      this.#refused(error);
    }
    this.#board.change({ busy: false });
  }

  #refused(error: unknown): void {
    const refusal = asRefusal(error);
    if (refusal instanceof Refusal) this.#board.change({ wrong: [refusal.message, refusal.action].filter(Boolean).join(" ") });
    else this.ctx.failed(error);
  }

  readonly #upload = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (file === undefined) return;
    if (file.size > LARGEST) return this.#board.change({ wrong: t("This file is too large: 24 MB at most.") });
    this.#board.change({ busy: true, wrong: "" });
    try {
      const answer = await this.ctx.session.api.request("POST", "/api/v1/service/imports", new Blob([file], { type: "application/octet-stream" }), { headers: { "x-file-name": encodeURIComponent(file.name.slice(-120)) } });
      const one = (await answer.json()) as Whole;
      this.#board.change({ busy: false });
      this.ctx.go("imports", one.id);
    } catch (error) {
      this.#board.change({ busy: false });
      this.#refused(error);
    }
  };

  readonly #report = async (): Promise<void> => {
    try {
      await keepAnswer(await this.ctx.session.api.request("POST", `/api/v1/service/imports/${this.#board.state.id}/report`, undefined));
    } catch (error) {
      this.ctx.failed(error);
    }
  };

  readonly #check = (): void => {
    const { chosen } = this.#board.state;
    if (chosen === null) return;
    void this.#post("/check", { ...chosen, consent_until: chosen.standing === "prospect" ? chosen.consent_until : null });
  };

  readonly #discard = (): void => sureDialog(t("Throw this file away?"), t("The file is destroyed now. What was taken over of it stays."), t("Throw it away"), () => refusedOf(async () => { await this.ctx.ask("POST", `/service/imports/${this.#board.state.id}/discard`, {}); this.ctx.go("imports"); }));

  readonly #anew = (): void => {
    const { one } = this.#board.state;
    if (one === null) return;
    formDialog(t("How the file is written"), { ...one.habits, skip: String(one.habits.skip) }, (page) => html`<p class="mute">${t("When letters look strange or everything stands in one column, it was guessed wrong.")}</p>
      ${selectField("encoding", t("Character set"), encodings, page.said.encoding, (encoding) => page.set({ encoding }))}${selectField("separator", t("What separates columns"), separators(), page.said.separator, (separator) => page.set({ separator }))}
      ${field("skip", t("Lines above the names of the columns"), { value: page.said.skip, ...page.error("skip"), input: (skip) => page.set({ skip }) })}`, {
      save: t("Read it again"), fields: ["skip"], check: ({ skip }): Record<string, string> => (/^\d{1,2}$/.test(skip.trim()) ? {} : { skip: t("Write a number.") }),
      send: (said) => refusedOf(async () => this.#took(await this.ctx.ask<Whole>("POST", `/service/imports/${one.id}/habits`, { ...said, skip: Number(said.skip) }), true)),
    });
  };

  // --- the list of lists ---

  #list(state: State): Part {
    return html`<div class="title"><div><h1>${t("Take a list over")}</h1><p class="mute measure">${t("A file from another program or a spreadsheet, saved as CSV. You see what would become of it before anything is written; who is known already is not overwritten.")}</p></div></div>
      ${state.wrong === "" ? nothing : note(state.wrong, "alarm", "alarm")}
      <div class="card pad drop"><label class="btn primary" for="file">${icon("up")}<span>${state.busy ? t("Reading…") : t("Choose a file")}</span></label><input class="sr" id="file" type="file" accept=".csv,.txt,.tsv,text/csv" ?disabled=${state.busy} @change=${(event: Event) => void this.#upload(event)}><span class="faint small">${t("24 MB and 200,000 lines at most. It is destroyed when it is done, or after a week.")}</span></div>
      ${state.list === null ? skeleton(3, t("Loading")) : state.list.length === 0 ? html`<div class="card">${empty(t("No list was taken over yet"), t("Names of columns are understood in Dutch, Swedish, German and English."), "list")}</div>`
      : html`<ul class="card items imports">${state.list.map((one) => this.#row(one, state.nowMs))}</ul>`}`;
  }

  #row(one: Line, nowMs: number): Part {
    const go = (event: MouseEvent): void => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.ctx.go("imports", one.id);
    };
    return html`<li><div class="body stack tight"><a href=${pathOf("/service/", "imports", one.id)} @click=${go}><b>${one.name}</b></a><div class="faint small">${[tn("{n} line", "{n} lines", one.rows), bytes(one.size), when(one.made_ms, nowMs)].join(" · ")}</div></div>
      <div class="row end">${one.state === "done" ? html`<span class="mute small">${t("{added} new, {matched} known", { added: number(one.added), matched: number(one.matched) })}</span>` : nothing}${pill(stateName(one.state), one.state === "done" ? "ok" : one.state === "discarded" ? "" : "warn")}</div></li>`;
  }

  // --- one list ---

  #look(state: State): Part {
    const { one, chosen } = state;
    if (one === null || chosen === null) return html`<h1 class="sr">${t("Take a list over")}</h1>${skeleton(6, t("Loading"))}`;
    const editable = one.state === "uploaded" || one.state === "checked";
    return html`<div class="title"><div><button type="button" class="btn quiet small" id="to-imports" @click=${() => this.ctx.go("imports")}>${icon("back", "small")}<span>${t("All lists")}</span></button><h1 class="break">${one.name}</h1><p class="mute">${tn("{n} line", "{n} lines", one.rows)} · ${stateName(one.state)}</p></div>
        <div class="row wrap">${one.remarks.length === 0 ? nothing : button(t("Report as a file"), () => void this.#report(), { icon: "download", id: "report" })}${one.state === "done" || one.state === "discarded" ? nothing : button(t("Throw away"), this.#discard, { kind: "quiet", id: "discard" })}</div></div>
      ${steps([t("Say what the columns hold"), t("See what would be"), t("Write it")], STEPS[one.state])}
      ${state.wrong === "" ? nothing : note(state.wrong, "alarm", "alarm")}
      ${this.#figures(one, state.busy)}
      ${editable ? this.#mapping(one, chosen, state.busy) : nothing}
      ${this.#remarks(one)}`;
  }

  #figures(one: Whole, busy: boolean): Part {
    if (one.state === "uploaded" || one.state === "discarded") return nothing;
    const share = one.rows === 0 ? null : one.dealt / one.rows;
    const live = one.state === "checking" || one.state === "running";
    const tense = one.state === "checking" || one.state === "checked";
    return html`<section class="card pad stack" aria-labelledby="figures"><h2 id="figures">${one.state === "checking" ? t("Reading every line") : one.state === "checked" ? t("What would be") : one.state === "done" ? t("What was done") : t("Writing")}</h2>
      ${live || one.state === "paused" ? progress(share, t("{dealt} of {rows} lines", { dealt: number(one.dealt), rows: number(one.rows) })) : nothing}
      <dl class="figures"><div><dt>${tense ? t("would be new") : t("are new")}</dt><dd id="added">${number(one.added)}</dd></div><div><dt>${t("are known already")}</dt><dd id="matched">${number(one.matched)}</dd></div><div><dt>${t("are refused")}</dt><dd id="refused">${number(one.refused)}</dd></div>${one.things === 0 ? nothing : html`<div><dt>${t("products with them")}</dt><dd>${number(one.things)}</dd></div>`}</dl>
      <div class="row wrap">${one.state === "checked" ? button(tn("Write {n} line", "Write {n} lines", one.added + one.matched), () => void this.#post("/run"), { kind: "primary", busy, id: "run", disabled: one.added + one.matched === 0 }) : nothing}
        ${one.state === "running" ? button(t("Pause"), () => void this.#post("/pause"), { icon: "pause", busy, id: "pause" }) : nothing}${one.state === "paused" ? button(t("Go on"), () => void this.#post("/resume"), { kind: "primary", icon: "play", busy, id: "resume" }) : nothing}</div></section>`;
  }

  #mapping(one: Whole, chosen: Chosen, busy: boolean): Part {
    const put = (part: Partial<Chosen>): void => this.#board.change({ chosen: { ...chosen, ...part } });
    const choose = (place: number, target: string): void => {
      const { [String(place)]: _old, ...rest } = chosen.columns;
      put({ columns: target === "" ? rest : { ...rest, [String(place)]: target } });
    };
    const things = Object.values(chosen.columns).some((target) => one.of_thing.includes(target));
    return html`<section class="card pad stack" aria-labelledby="columns"><div class="row apart wrap"><h2 id="columns">${t("What the columns hold")}</h2>${button(t("It looks strange"), this.#anew, { small: true, kind: "quiet", id: "habits" })}</div>
      <div class="table-frame" tabindex="0" role="region" aria-label=${t("First lines of the file")}><table class="table mapping"><thead><tr>${one.header.map((name, place) => html`<th scope="col"><label class="small" for="column-${place}">${name}</label><select class="input" id="column-${place}" @change=${(event: Event) => choose(place, (event.target as HTMLSelectElement).value)}>
          <option value="" .selected=${chosen.columns[String(place)] === undefined}>${t("leave out")}</option>${one.targets.map((target) => html`<option value=${target} .selected=${chosen.columns[String(place)] === target}>${targetName(target)}</option>`)}</select></th>`)}</tr></thead>
        <tbody>${one.sample.slice(0, 8).map((row) => html`<tr>${row.cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>
      <div class="pair">${field("country", t("Country, where none is said"), { value: chosen.country, maxlength: 2, input: (country) => put({ country }) })}${selectField("language", t("Language, where none is said"), [{ value: "nl", words: "Nederlands" }, { value: "sv", words: "Svenska" }, { value: "de", words: "Deutsch" }, { value: "en", words: "English" }], chosen.language, (language) => put({ language }))}</div>
      <div class="pair">${selectField("standing", t("They are"), [{ value: "customer", words: t("customers") }, { value: "prospect", words: t("prospects, who consented") }], chosen.standing, (standing) => put({ standing }))}${chosen.standing === "prospect" ? field("consent_until", t("Consent until, where none is said"), { type: "date", value: chosen.consent_until, input: (consent_until) => put({ consent_until }) }) : nothing}</div>
      ${things ? html`<label class="check" for="things"><input type="checkbox" id="things" .checked=${chosen.things} @change=${(event: Event) => put({ things: (event.target as HTMLInputElement).checked })}><span>${t("Register the products too")}</span></label>` : nothing}
      <p class="faint small">${t("What you leave out is not taken over: take only what you need.")}</p>
      <div class="row">${button(t("See what would be"), this.#check, { kind: one.state === "uploaded" ? "primary" : "", busy, id: "check" })}</div></section>`;
  }

  #remarks(one: Whole): Part {
    if (one.remarks.length === 0) return nothing;
    return html`<section class="card" aria-labelledby="remarks"><header><h2 id="remarks">${t("What was wrong")}</h2></header><ul class="items remarks">${one.remarks.slice(0, 100).map((remark) => html`<li><div class="body">${t("Line {n}", { n: number(remark.line) })}: ${targetName(remark.what)}</div><div class="row end">${pill(remark.refused ? t("line refused") : t("left open"), remark.refused ? "alarm" : "warn")}</div></li>`)}</ul></section>`;
  }
}
