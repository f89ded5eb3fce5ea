// SPDX-License-Identifier: EUPL-1.2
// The owner's page of requests: who asks for what is his to answer, what his provider prepared, and his own press that sends it.
// And everybody's: asking for what is kept about himself.
import { foot } from "../../../kit/dialog";
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, note, pill, skeleton } from "../../../kit/pieces";
import { textField } from "../../../kit/form";
import { clock, day, t, tn } from "../../../kit/words";
import { base64, start as fresh, type State as OfficeState } from "../../privacy/requests/controller";
import type { Erasing, Found, Listed, Recording, Short, Whole } from "../../privacy/requests/types";
import { askedCard, duePill, erasingList, historyCard } from "../../privacy/requests/view";
import { deedName, groundName, outcomeName, rightName, rightsName, stateOf } from "../../privacy/requests/words";
import type { Ctx, Mount, Mounted } from "../pages";

const RIGHTS = ["access", "copy", "rectification", "erasure", "restriction", "portability", "objection", "withdrawal"];

interface State {
  readonly nowMs: number;
  readonly owner: boolean;
  readonly id: string | null;
  readonly listed: readonly Short[] | null;
  readonly whole: Whole | null;
  readonly found: Found | null;
  readonly erasing: Erasing | null;
  readonly busy: string | null;
  readonly film: string;
}

const FRESH = { whole: null, found: null, erasing: null, busy: null, film: "" };

export const mount: Mount = (host, ctx, id) => new Page(host, ctx, id);

class Page implements Mounted {
  readonly #board: Board<State>;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null) {
    this.#board = new Board<State>(host, { nowMs: ctx.port.nowMs(), owner: ctx.state().me.role === "owner", id, listed: null, ...FRESH }, (state) => this.#draw(state));
    void this.#load();
  }

  close(): void {
    // nothing runs by itself here
  }

  route(id: string | null): void {
    this.#board.change({ id, ...FRESH });
    void this.#load();
  }

  async #try(work: () => Promise<void>, busy: string | null = null): Promise<void> {
    this.#board.change({ busy });
    try {
      await work();
    } catch (error) {
      this.ctx.failed(error);
    } finally {
      this.#board.change({ busy: null });
    }
  }

  async #load(): Promise<void> {
    const { id, owner } = this.#board.state;
    if (!owner) return this.#board.change({ listed: [] });
    await this.#try(async () => {
      if (id === null) {
        const [running, ended] = await Promise.all([this.ctx.port.ask<Listed>("GET", "/requests"), this.ctx.port.ask<Listed>("GET", "/requests?ended=true")]);
        return this.#board.change({ listed: [...running.requests, ...ended.requests] });
      }
      const whole = await this.ctx.port.ask<Whole>("GET", `/requests/${id}`);
      this.#board.change({ whole });
      if (whole.state !== "open" || whole.identity !== "established") return;
      const found = await this.ctx.port.ask<Found>("GET", `/requests/${id}/found`);
      const erasing = whole.erase_how === "" ? null : await this.ctx.port.ask<Erasing>("GET", `/requests/${id}/erasing?how=${whole.erase_how}`);
      this.#board.change({ found, erasing });
    });
  }

  async #post(path: string, body: unknown, busy: string, said: string): Promise<void> {
    await this.#try(async () => {
      await this.ctx.port.ask("POST", `/requests/${this.#board.state.id ?? ""}/${path}`, body);
      this.ctx.toast(said, "ok");
      this.#board.change({ film: "" });
    }, busy);
    await this.#load();
  }

  #draw(state: State): Part {
    return html`<div class="page stack requests">${state.id === null ? this.#list(state) : state.whole === null ? skeleton(6, t("Loading")) : this.#case(state, state.whole)}</div>`;
  }

  #list(state: State): Part {
    return html`<div class="title"><div><h1>${t("Requests")}</h1><p class="mute">${t("Whoever is in your recordings or your papers may ask what there is of him. You are responsible; your provider prepares the answer, and you send it.")}</p></div>${button(t("Ask for my own data"), () => this.#askMine(), { id: "ask-mine", icon: "person" })}</div>
      ${!state.owner ? nothing : state.listed === null ? skeleton(4, t("Loading")) : state.listed.length === 0 ? html`<div class="card">${empty(t("Nobody asks anything"), t("Your notices lead to a form. What comes in stands here, with its day."), "person", nothing, "ok")}</div>`
        : html`<ul class="card items">${repeat(state.listed, (one) => one.id, (one) => this.#row(state, one))}</ul>`}`;
  }

  #row(state: State, one: Short): Part {
    const [words, tone] = one.approval === "asked" && one.state === "open" ? [t("Waits for you"), "accent" as const] : stateOf(one);
    return html`<li>${icon(one.about === "footage" ? "camera" : "note")}<div class="body"><a href="/portal/requests/${one.id}" @click=${(event: MouseEvent) => { if (event.ctrlKey || event.metaKey) return; event.preventDefault(); this.ctx.go("requests", one.id); }}><b class="mono">${one.number}</b></a><div class="mute small">${rightsName(one.rights)}</div></div><div class="row">${pill(words, tone)}${duePill(one, state.nowMs)}</div></li>`;
  }

  #case(state: State, one: Whole): Part {
    const [words, tone] = stateOf(one);
    const waits = one.state === "open" && one.approval === "asked" && one.may.sign;
    return html`<div class="title"><h1>${t("Request {number}", { number: one.number })}</h1><div class="row">${pill(words, tone)}${duePill(one, state.nowMs)}</div></div>
      ${askedCard(one)}
      ${one.state === "open" && one.about === "footage" ? this.#film(state, one) : nothing}
      ${one.state === "open" && one.about === "records" && state.found !== null && one.outcome !== "" ? this.#lines(state.found) : nothing}
      ${waits ? this.#answer(state, one) : one.state === "open" ? note(t("Your provider works on it. When the answer is ready it waits here for you."), "", "clock") : nothing}
      ${one.state === "open" || one.outcome === "" ? nothing : html`<section class="card pad stack"><h2>${outcomeName(one.outcome)}</h2>${one.ground === "" ? nothing : html`<p>${groundName(one.ground)}</p>`}${one.deeds.map((deed) => html`<p>${icon("check", "small")} ${deedName(deed.deed)} · ${tn("1 row", "{n} rows", deed.count)}</p>`)}</section>`}
      ${historyCard(one, state.nowMs)}`;
  }

  #lines(found: Found): Part {
    const groups = [...new Set(found.lines.map(({ model }) => model))];
    return html`<section class="card pad stack" aria-labelledby="lines"><h2 id="lines">${t("What goes out")}</h2>
      ${groups.map((model) => html`<details><summary>${model.replace(".", ": ")}</summary><dl class="facts">${found.lines.filter((line) => line.model === model).map((line) => html`<div><dt>${line.field.replaceAll("_", " ")}</dt><dd>${line.value === null ? t("only said to exist: a secret") : line.verdict === "withhold" ? t("withheld") : line.verdict === "edited" ? line.text : line.value}</dd></div>`)}</dl></details>`)}</section>`;
  }

  #film(state: State, one: Whole): Part {
    const tz = one.site?.tz;
    const handed = one.deeds.some(({ deed }) => deed === "film_handed");
    if (state.found === null) return one.identity === "established" ? skeleton(3, t("Loading")) : note(t("It is not sure yet who asks; until then nothing is looked for."), "", "lock");
    return html`<section class="card pad stack" aria-labelledby="film"><h2 id="film">${t("Recordings of that time")}</h2>
      ${state.found.recordings.length === 0 ? note(t("There are none any more, or none was made: then the answer is that nothing is held."), "", "info") : html`<p>${t("Look for the requester, make everybody else unrecognisable, and hand the film over yourself: only you open your recordings.")}</p>
        <ul class="asked">${state.found.recordings.map((rec) => html`<li>${icon("record", "small")}<span class="grow">${rec.unit}, ${rec.camera}: ${day(rec.from_ms, tz)} ${clock(rec.from_ms, tz)}–${clock(rec.to_ms, tz)}</span><a class="btn small" href="/portal/redact/${rec.camera_id}_${rec.from_ms}_${rec.to_ms}" @click=${(event: MouseEvent) => this.#redact(event, rec)}>${icon("mask")}<span>${t("Make others unrecognisable")}</span></a></li>`)}</ul>`}
      ${handed ? html`<p>${icon("check", "small")} ${deedName("film_handed")}</p>` : state.found.recordings.length === 0 ? nothing : html`<div class="row end"><div class="field grow"><label for="film-words">${t("How did you hand the film over?")}</label><input class="input" id="film-words" maxlength="300" .value=${state.film} @input=${(event: Event) => this.#board.change({ film: (event.target as HTMLInputElement).value })}></div>
        ${button(t("It was handed over"), () => void this.#post("did", { deed: "film_handed", words: state.film }, "film", t("Written down.")), { id: "film-handed", disabled: state.film.trim().length < 3, busy: state.busy === "film" })}</div>`}</section>`;
  }

  #redact(event: MouseEvent, rec: Recording): void {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.ctx.go("redact", `${rec.camera_id}_${rec.from_ms}_${rec.to_ms}`);
  }

  #answer(state: State, one: Whole): Part {
    const proof = state.erasing?.proof ?? null;
    const ready = one.erase_how === "" || proof !== null;
    return html`<section class="card pad stack" aria-labelledby="answer"><h2 id="answer">${t("The answer, for your approval")}</h2>
      <p><b>${outcomeName(one.outcome)}</b>${one.ground === "" ? nothing : html` · ${groundName(one.ground)} (${one.grounds.find(({ ground }) => ground === one.ground)?.article ?? ""})`}</p>${one.words === "" ? nothing : html`<blockquote>${one.words}</blockquote>`}
      ${erasingList({ ...fresh, erasing: state.erasing } as OfficeState)}
      ${one.erase_how === "" ? nothing : note(t("This can’t be undone. What goes is gone from the back-ups too, within days."), "warn", "alarm")}
      <div class="row">${button(one.erase_how === "" ? t("Approve and send") : t("Approve, erase and send"), () => void this.#post("give", { proof: proof === null ? null : base64(proof) }, "give", t("Answered. The link goes out by mail.")), { kind: "primary", icon: "send", id: "approve", disabled: !ready, busy: state.busy === "give" })}
      ${button(t("Send it back"), () => this.#sendBack(), { id: "send-back" })}</div></section>`;
  }

  #sendBack(): void {
    let words = "";
    const dialog = this.ctx.dialog(t("Send it back"), (opened) => html`<div class="form">${textField("why-back", t("What should be otherwise?"), { maxlength: 1000, input: (value) => { words = value; } })}
      ${foot(button(t("Cancel"), opened.close, { kind: "quiet" }), button(t("Send it back"), () => { if (words.trim().length >= 3) { dialog.close(); void this.#post("send-back", { words }, "back", t("Your provider has it again.")); } }, { kind: "primary", id: "dialog-save" }))}</div>`);
  }

  #askMine(): void {
    const rights = new Set(["access", "copy"]);
    let text = "";
    const dialog = this.ctx.dialog(t("Ask for my own data"), (opened) => html`<div class="form"><p>${t("What this organisation keeps about you. You are signed in, so nobody asks who you are.")}</p>
      <fieldset class="choices"><legend class="field"><span class="label">${t("What do you ask?")}</span></legend>${RIGHTS.map((right) => html`<label class="choice"><input type="checkbox" .checked=${rights.has(right)} @change=${() => { if (!rights.delete(right)) rights.add(right); }}><span>${rightName(right)}</span></label>`)}</fieldset>
      ${textField("mine-text", t("Anything else (if you like)"), { maxlength: 4000, input: (value) => { text = value; } })}
      ${foot(button(t("Cancel"), opened.close, { kind: "quiet" }), button(t("Ask"), () => { if (rights.size > 0) { dialog.close(); void this.#asked([...rights], text); } }, { kind: "primary", id: "dialog-save" }))}</div>`);
  }

  async #asked(rights: readonly string[], text: string): Promise<void> {
    await this.#try(async () => {
      const { number, code, due_ms } = await this.ctx.port.ask<{ number: string; code: string; due_ms: number }>("POST", "/requests/mine", { rights, text });
      this.ctx.dialog(t("Asked"), (opened) => html`<div class="form"><p>${t("Number {number}, answered at the latest on {day}. Write down this code: it opens the answer, and is shown only now.", { number, day: day(due_ms) })}</p><p class="code mono" id="told-code">${code}</p>${foot(button(t("I have it"), opened.close, { kind: "primary", id: "code-told" }))}</div>`);
    });
    await this.#load();
  }
}
