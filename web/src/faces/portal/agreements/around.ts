// SPDX-License-Identifier: EUPL-1.2
// What stands around the agreement: attached terms, the owner's instructions, joint controllers, and the agreement as a signed file.
import { foot } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, note, pill, tile } from "../../../kit/pieces";
import { day, t } from "../../../kit/words";
import { Refusal } from "../../port";
import { asRefusal } from "../../refusal";
import type { Ctx } from "../pages";

export interface Attached {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly version: string;
  readonly hash: string;
}

interface Instruction {
  readonly id: string;
  readonly number: number;
  readonly words: string;
  readonly given_by: string;
  readonly given_ms: number;
  readonly answer: "" | "carried_out" | "declined" | "unlawful";
  readonly answer_words: string;
}

interface Joint {
  readonly id: string;
  readonly name: string;
  readonly contact: string;
  readonly arrangement: string;
  readonly first_contact: string;
  readonly since_ms: number;
  readonly ended_ms: number | null;
}

export interface Around {
  readonly agreements: readonly { readonly id: string; readonly hash: string; readonly from_ms: number; readonly file: boolean; readonly attached: readonly Attached[]; readonly cooperation: { readonly reference: string; readonly signed_on: string } | null }[];
  readonly instructions: readonly Instruction[];
  readonly joint: readonly Joint[];
  readonly certificate: string | null;
}

type Values = Record<string, string>;

const area = (values: Values, name: string, label: string): Part => html`<div class="field"><label for=${name}>${label}</label><textarea class="input" id=${name} rows="4" maxlength="2000" @input=${(event: Event) => { values[name] = (event.target as HTMLTextAreaElement).value; }}></textarea></div>`;
const line = (values: Values, name: string, label: string, maxlength = 200): Part => field(name, label, { value: values[name] ?? "", maxlength, input: (value) => void (values[name] = value) });

export class AroundAgreement {
  readonly #ctx: Ctx;
  readonly #changed: () => Promise<void>;

  constructor(ctx: Ctx, changed: () => Promise<void>) {
    this.#ctx = ctx;
    this.#changed = changed;
  }

  /** Beside one agreement: what is attached, and the file. */
  beside(around: Around | null, hash: string, fromMs: number): Part {
    const one = around?.agreements.find((row) => row.hash === hash && row.from_ms === fromMs);
    if (one === undefined) return nothing;
    return html`${one.attached.map((row) => html`<div class="small">${t("With it: {title}, version {version}", { title: row.title, version: row.version })} ${button(t("Read"), () => void this.#read(row), { small: true, kind: "quiet" })}</div>`)}
      ${one.cooperation === null ? nothing : html`<div class="small">${t("Goes with cooperation agreement {reference}", { reference: one.cooperation.reference })}</div>`}
      ${one.file ? html`<div class="row">${button(t("Signed PDF"), () => void this.#file(one.id), { small: true, icon: "download", id: `pdf-${one.id}` })}</div>` : nothing}`;
  }

  /** Below them all. */
  sections(around: Around | null, owner: boolean): Part {
    if (around === null || around.agreements.length === 0) return nothing;
    return html`<section class="card"><header><h2>${t("Instructions to your provider")}</h2>${owner ? button(t("Write one"), () => this.#instruct(), { small: true, icon: "plus", id: "instruct" }) : nothing}</header>
        ${around.instructions.length === 0 ? empty(t("No instruction besides the agreement"), t("You decide on purpose and means. What you instruct is kept here with its answer."), "note") : html`<ul class="items">${around.instructions.map(instruction)}</ul>`}</section>
      <section class="card"><header><h2>${t("Joint controllers")}</h2>${owner ? button(t("Record one"), () => this.#joint(), { small: true, icon: "plus", id: "joint" }) : nothing}</header>
        ${around.joint.length === 0 ? empty(t("You decide alone"), t("If somebody decides with you on purposes and means, record here what you arranged (Art. 26 GDPR)."), "person") : html`<ul class="items">${around.joint.map((one) => this.#one(one, owner))}</ul>`}</section>
      ${around.certificate === null ? nothing : html`<p class="small mute">${t("Files are signed by this installation. Its certificate, SHA-256:")} <span class="hash">${around.certificate}</span></p>`}`;
  }

  #one(one: Joint, owner: boolean): Part {
    return html`<li>${tile("person", one.ended_ms === null ? "ok" : "")}<div class="body"><b>${one.name}</b> <span class="mute">${one.contact}</span><div>${one.arrangement}</div><div class="small mute">${t("First contact: {name}", { name: one.first_contact })} · ${one.ended_ms === null ? t("since {day}", { day: day(one.since_ms) }) : t("ended {day}", { day: day(one.ended_ms) })}</div>
      ${owner && one.ended_ms === null ? html`<div class="row">${button(t("It ended"), () => void this.#post(`/contracts/joint/${one.id}/end`, {}), { small: true, kind: "quiet" })}</div>` : nothing}</div></li>`;
  }

  async #post(path: string, body: unknown): Promise<void> {
    await this.#ctx.port.ask("POST", path, body).then(() => this.#changed(), (error: unknown) => this.#ctx.failed(error));
  }

  async #file(id: string): Promise<void> {
    try {
      await keepAnswer(await this.#ctx.session.api.request("POST", `/api/v1/contracts/agreements/${id}/file`, {}));
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #read(row: Attached): Promise<void> {
    try {
      const { text } = await this.#ctx.port.ask<{ text: string }>("GET", `/contracts/attached/${row.id}`);
      this.#ctx.dialog(`${row.title}, ${row.version}`, (opened) => html`<div class="document" tabindex="0" role="document" aria-label=${row.title}>${text}</div><p class="hash">SHA-256 ${row.hash}</p>${foot(button(t("Close"), opened.close))}`, { wide: true });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  #instruct(): void {
    this.#open(t("An instruction"), "/contracts/instructions", (values) => html`<p class="mute">${t("What your provider should do or leave with the data that he processes for you. He answers here; if it would break the law he says so at once.")}</p>${area(values, "words", t("Your instruction"))}`);
  }

  #joint(): void {
    this.#open(t("A joint controller"), "/contracts/joint", (values) => html`${line(values, "name", t("Name"))}${line(values, "contact", t("How to reach him"), 254)}${line(values, "first_contact", t("Whom people turn to first"))}${area(values, "arrangement", t("What you arranged, in its essence"))}`);
  }

  #open(title: string, path: string, fields: (values: Values) => Part): void {
    const values: Values = {};
    const state = { wrong: "", busy: false };
    const dialog = this.#ctx.dialog(title, (opened) => html`${fields(values)}${state.wrong === "" ? nothing : note(state.wrong, "alarm", "alarm")}${foot(button(t("Cancel"), opened.close), button(t("Record it"), () => void save(), { kind: "primary", busy: state.busy, id: "record-now" }))}`);
    const save = async (): Promise<void> => {
      Object.assign(state, { wrong: "", busy: true });
      dialog.redraw();
      try {
        await this.#ctx.port.ask("POST", path, values);
        dialog.close();
        this.#ctx.toast(t("Recorded, and written in the log."), "ok");
        await this.#changed();
      } catch (error) {
        const refusal = asRefusal(error);
        Object.assign(state, { busy: false, wrong: refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again.") });
        dialog.redraw();
      }
    };
  }
}

function instruction(one: Instruction): Part {
  const state = one.answer === "" ? pill(t("waits for an answer"), "warn") : one.answer === "carried_out" ? pill(t("carried out"), "ok") : pill(one.answer === "declined" ? t("declined") : t("would break the law"), "alarm");
  return html`<li>${tile("note", one.answer === "" ? "warn" : one.answer === "carried_out" ? "ok" : "alarm")}<div class="body"><b>${one.words}</b> ${state}<div class="small mute">${t("{number}, {name}, {day}", { number: one.number, name: one.given_by, day: day(one.given_ms) })}</div>${one.answer_words === "" ? nothing : html`<div>${one.answer_words}</div>`}</div></li>`;
}
