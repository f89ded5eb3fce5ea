// SPDX-License-Identifier: EUPL-1.2
// The provider's side of what is agreed: customers' agreements as signed files, instructions and their answers, versions of terms and of the
// privacy policy with who acknowledged it, and the statements of those who work from outside.
import { foot } from "../../../kit/dialog";
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { day, t } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";
import { answerInstruction, newCooperation, newOutsider, newText } from "./dialogs";
import type { Agreement, Answer, Instruction, Outsider, Version } from "./types";
import { answerName, howGiven, howSigned, kindName } from "./words";

interface State {
  readonly answer: Answer | null;
  readonly busy: string;
}

const SOON_MS = 60 * 86_400_000;

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new ContractsPage(host, ctx);
  return { close: () => page.close() };
}

class ContractsPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { answer: null, busy: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "agreement.changed" && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    await this.#ctx.ask<Answer>("GET", "/contracts/office").then((answer) => this.#board.change({ answer }), (error: unknown) => this.#ctx.failed(error));
  }

  readonly #saved = (): void => {
    this.#ctx.changed();
    this.#ctx.toast(t("Recorded, and written in the log."), "ok");
    void this.#load();
  };

  async #do(name: string, act: () => Promise<unknown>): Promise<void> {
    this.#board.change({ busy: name });
    await act().catch((error: unknown) => this.#ctx.failed(error));
    this.#board.change({ busy: "" });
  }

  #draw({ answer, busy }: State): Part {
    return html`<div class="title"><div><h1>${t("Agreements and terms")}</h1><p class="mute measure">${t("What was agreed with whom, by the exact versions; what customers instructed; who keeps what he sees to himself.")}</p></div></div>
      ${answer === null ? skeleton(8, t("Loading")) : html`
      <section class="card"><header><h2>${t("Instructions")}</h2></header>${answer.instructions.length === 0 ? empty(t("No instruction yet"), t("Customers write them on the page of their agreements; each waits here for its answer."), "note") : html`<ul class="items">${answer.instructions.map((one) => this.#instruction(one))}</ul>`}</section>
      <section class="card"><header><h2>${t("Processing agreements")}</h2></header>${answer.agreements.length === 0 ? empty(t("No agreement yet"), t("A customer signs his when he begins."), "note") : html`<ul class="items">${answer.agreements.map((one) => this.#agreement(one, busy))}</ul><p class="pad small mute">${t("Files are signed by this installation. Its certificate, SHA-256:")} <span class="hash">${answer.certificate}</span></p>`}</section>
      <section class="card"><header><h2>${t("Terms and privacy policy")}</h2>${button(t("Record a version"), () => newText(this.#ctx, answer.texts.some(({ kind }) => kind === "general_terms") ? "policy" : "general_terms", this.#saved), { small: true, icon: "plus", id: "new-text" })}</header>
        ${answer.texts.length === 0 ? empty(t("Nothing is on record"), t("General terms and industry terms go with every new agreement; the policy is acknowledged by everybody who works here."), "note") : html`<ul class="items">${answer.texts.map((one) => this.#text(one))}</ul>`}
        ${answer.readers.length === 0 ? nothing : this.#readers(answer)}</section>
      <section class="card"><header><h2>${t("Confidentiality of people from outside")}</h2>${button(t("Record one"), () => newOutsider(this.#ctx, this.#saved), { small: true, icon: "plus", id: "new-outsider" })}</header>${answer.outsiders.length === 0 ? empty(t("Nobody from outside is on record"), t("Sub-processors’ people and administrators sign a statement, too; with a lapsed one an account opens nothing."), "person") : html`<ul class="items">${answer.outsiders.map((one) => this.#outsider(one))}</ul>`}</section>`}`;
  }

  #instruction(one: Instruction): Part {
    return html`<li id="instruction-${one.id}">${tile("note", one.answer === "" ? "warn" : one.answer === "unlawful" ? "alarm" : "ok")}<div class="body"><b>${t("{number}, {customer}", { number: one.number, customer: one.customer })}</b> ${one.answer === "" ? pill(t("open"), "warn") : pill(answerName(one.answer), one.answer === "unlawful" ? "alarm" : "ok")}
      <blockquote class="quoted">${one.words}</blockquote><div class="small mute">${t("{name}, {how}, {day}", { name: one.given_by, how: howGiven(one.how), day: day(one.given_ms) })}</div>${one.answer_words === "" ? nothing : html`<div>${one.answer_words}</div>`}
      ${one.answer !== "" ? nothing : html`<div class="row">${button(t("Answer"), () => answerInstruction(this.#ctx, one, this.#saved), { small: true, kind: "primary", id: `answer-${one.id}` })}</div>`}</div></li>`;
  }

  #agreement(one: Agreement, busy: string): Part {
    return html`<li>${tile("note", one.to_ms === null ? "ok" : "")}<div class="body"><b>${one.customer}</b> <span class="mute">${howSigned(one.how)}${one.by === "" ? "" : `, ${one.by}`}</span>
      <div class="mute">${one.to_ms === null ? t("since {day}", { day: day(one.from_ms) }) : t("{from} to {to}", { from: day(one.from_ms), to: day(one.to_ms) })}</div>
      ${one.attached.map((row) => html`<div class="small">${t("{kind}: {title}, version {version}", { kind: kindName(row.kind), title: row.title, version: row.version })}</div>`)}
      <div class="small">${one.cooperation === null ? html`<span class="mute">${t("no cooperation agreement on record")}</span>` : t("Cooperation agreement {reference}, {day}", { reference: one.cooperation.reference, day: one.cooperation.signed_on })}</div>
      <div class="hash">SHA-256 ${one.hash}</div>
      <div class="row">${one.file ? button(t("Signed PDF"), () => void this.#do(one.id, async () => keepAnswer(await this.#ctx.session.api.request("POST", `/api/v1/contracts/agreements/${one.id}/file`, {}))), { small: true, icon: "download", busy: busy === one.id }) : nothing}${button(t("Cooperation agreement"), () => newCooperation(this.#ctx, one, this.#saved), { small: true, kind: "quiet" })}</div></div></li>`;
  }

  #text(one: Version): Part {
    return html`<li>${tile("note")}<div class="body"><b>${one.title}</b> <span class="mute">${kindName(one.kind)}, ${one.language}</span><div class="mute">${t("version {version}, since {day}", { version: one.version, day: day(one.holds_from_ms) })}</div><div class="hash">SHA-256 ${one.hash}</div></div></li>`;
  }

  #readers({ readers, texts }: Answer): Part {
    const me = readers.find(({ id }) => id === this.#ctx.me.id);
    const policy = [...texts].filter(({ kind, holds_from_ms }) => kind === "policy" && holds_from_ms <= this.#ctx.nowMs()).sort((a, b) => b.holds_from_ms - a.holds_from_ms)[0];
    return html`<div class="pad stack tight"><h3>${t("Who acknowledged the policy that holds today")}</h3><div class="row wrap">${readers.map(({ name, at_ms }) => pill(at_ms === null ? t("{name}: not yet", { name }) : `${name}, ${day(at_ms)}`, at_ms === null ? "warn" : "ok"))}</div>
      ${me === undefined || me.at_ms !== null || policy === undefined ? nothing : html`<div class="row">${button(t("I have read it and keep to it"), () => void this.#do("policy", async () => { await this.#ctx.ask("POST", `/contracts/texts/${policy.id}/acknowledge`, {}); this.#saved(); }), { small: true, kind: "primary", id: "acknowledge" })}</div>`}</div>`;
  }

  #outsider(one: Outsider): Part {
    const left = one.expires_ms - this.#ctx.nowMs();
    const state = one.ended_ms !== null ? pill(t("works here no longer")) : left < 0 ? pill(t("lapsed {day}", { day: day(one.expires_ms) }), "alarm") : pill(t("until {day}", { day: day(one.expires_ms) }), left < SOON_MS ? "warn" : "ok");
    return html`<li>${tile("person", one.ended_ms !== null ? "" : left < 0 ? "alarm" : "ok")}<div class="body"><b>${one.name}</b> <span class="mute">${one.organisation}</span><div class="mute">${one.task}</div><div class="row wrap">${state}${one.account ? pill(t("has an account")) : nothing}${one.ended_ms === null ? button(t("Works here no longer"), () => this.#end(one), { small: true, kind: "quiet" }) : nothing}</div></div></li>`;
  }

  #end(one: Outsider): void {
    const dialog = this.#ctx.dialog(t("Does {name} work here no longer?", { name: one.name }), (opened) => html`${note(t("The statement stays on record; access with it ends."))}${foot(button(t("Cancel"), opened.close), button(t("Works here no longer"), () => { dialog.close(); void this.#do(one.id, async () => { await this.#ctx.ask("POST", `/contracts/outsiders/${one.id}/end`, {}); this.#saved(); }); }, { kind: "alarm", id: "end-now" }))}`);
  }
}
