// SPDX-License-Identifier: EUPL-1.2
// Where data lies and who processes it: countries, operators, certificates with their dates, and the rules of tenants (C1, C20, A11).
import { foot } from "../../../kit/dialog";
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { isoDay, t } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";
import { newCertificate, newPlace, newSubProcessor } from "./dialogs";
import type { Answer, Certificate, Lies, Place, SubProcessor } from "./types";

interface State {
  readonly answer: Answer | null;
}

const DAY_MS = 86_400_000;

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new PlacesPage(host, ctx);
  return { close: () => page.close() };
}

class PlacesPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { answer: null }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "places.changed" && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    await this.#ctx.ask<Answer>("GET", "/places").then((answer) => this.#board.change({ answer }), (error: unknown) => this.#ctx.failed(error));
  }

  readonly #saved = (): void => {
    this.#ctx.changed();
    this.#ctx.toast(t("Recorded, and written in the log."), "ok");
    void this.#load();
  };

  #sure(title: string, words: string, press: string, path: string): void {
    const dialog = this.#ctx.dialog(title, (opened) => html`<p>${words}</p>${foot(button(t("Cancel"), opened.close), button(press, () => {
      dialog.close();
      this.#ctx.ask("POST", path).then(this.#saved, (error: unknown) => this.#ctx.failed(error));
    }, { kind: "alarm", id: "end-now" }))}`);
  }

  #draw({ answer }: State): Part {
    const may = answer?.may.record === true;
    return html`<div class="title"><div><h1>${t("Places and sub-processors")}</h1><p class="mute measure">${t("Where data lies and who works on it. What a tenant’s rule does not let is refused, here and when the server starts.")}</p></div></div>
      ${answer === null ? skeleton(8, t("Loading")) : html`
      ${answer.faults.map((fault) => note(fault, "alarm", "alarm"))}
      <section class="card"><header><h2>${t("Storage locations")}</h2>${may ? button(t("Record one"), () => newPlace(this.#ctx, answer, this.#saved), { small: true, icon: "plus", id: "new-place" }) : nothing}</header>
        ${answer.places.length === 0 ? empty(t("No storage location is on record"), t("Images lie at {address} now. Record in which country that is, and who runs it.", { address: answer.store }), "building") : html`<ul class="items">${answer.places.map((row) => this.#place(answer, row))}</ul>`}</section>
      <section class="card"><header><h2>${t("Sub-processors")}</h2>${may ? button(t("Record one"), () => newSubProcessor(this.#ctx, answer, this.#saved), { small: true, icon: "plus", id: "new-subprocessor" }) : nothing}</header>
        ${answer.subprocessors.length === 0 ? empty(t("Nobody else processes for us"), t("Whoever does must stand here first: this list is in the annex of every agreement."), "person") : html`<ul class="items">${answer.subprocessors.map((row) => this.#sub(answer, row))}</ul>`}</section>
      <section class="card"><header><h2>${t("Rules that hold")}</h2></header><ul class="items">${answer.rules.map((rule) => html`<li>${tile("shield")}<div class="body"><b>${rule.owner}</b><div class="mute small">${rule.source === "own" ? t("its own rule") : rule.source === "default" ? t("what holds without a rule") : t("by the profile {name}", { name: rule.source })}</div></div><span class="mono">${rule.countries.join(", ")}</span></li>`)}</ul></section>`}`;
  }

  #place(answer: Answer, row: Place): Part {
    return html`<li id="place-${row.id}">${tile("building", row.in_area ? "ok" : "warn")}<div class="body"><b>${row.name}</b> <span class="mute">${answer.words.kept[row.what] ?? row.what}</span>
      <div class="mute">${t("Run by {name}", { name: row.operator })}${row.own_management ? `, ${t("under our own management")}` : ""}</div>${row.address === "–" ? nothing : html`<div class="small faint mono">${row.address}</div>`}
      ${this.#lies(answer, row)}${this.#certificates(answer, row, "place_id")}</div></li>`;
  }

  #sub(answer: Answer, row: SubProcessor): Part {
    return html`<li id="sub-${row.id}">${tile("person", row.in_area ? "ok" : "warn")}<div class="body"><b>${row.name}</b><div class="mute">${row.task}</div>${this.#lies(answer, row)}${this.#certificates(answer, row, "sub_processor_id")}</div></li>`;
  }

  #lies(answer: Answer, row: Lies): Part {
    const rests = [answer.words.mechanisms[row.mechanism], row.reference, row.in_area ? "" : row.decision].filter(Boolean).join(", ");
    return html`<div class="small">${pill(row.country, row.in_area ? "" : "warn")} <span class="mute">${rests} · ${t("since {day}", { day: isoDay(row.from_ms) })}</span></div>`;
  }

  #certificates(answer: Answer, row: Lies, kind: "place_id" | "sub_processor_id"): Part {
    const may = answer.may.record;
    return html`<div class="row certificates">${row.certificates.length === 0 ? pill(t("no certificate on record"), "warn") : row.certificates.map((one) => this.#certificate(answer, one))}</div>
      ${may ? html`<div class="row">${button(t("Add a certificate"), () => newCertificate(this.#ctx, answer, row, kind, this.#saved), { small: true, id: `certificate-${row.id}` })}${button(t("No longer used"), () => this.#sure(t("Is {name} no longer used?", { name: row.name }), t("It leaves the registers and the annex of new agreements; what was is remembered."), t("No longer used"), `/places/${row.id}/end`), { small: true, kind: "quiet", id: `end-${row.id}` })}</div>` : nothing}`;
  }

  #certificate(answer: Answer, one: Certificate): Part {
    const left = (one.to_ms - answer.now_ms) / DAY_MS;
    const words = `${one.words} · ${left < 0 ? t("ended {day}", { day: isoDay(one.to_ms) }) : t("until {day}", { day: isoDay(one.to_ms) })}`;
    const shown = pill(words, left < 0 ? "alarm" : left < answer.warn_days ? "warn" : "ok");
    if (!answer.may.record) return shown;
    return html`<button type="button" class="bare" title=${`${one.number}, ${one.issuer}`} aria-label=${t("{what}: take it off the record", { what: words })} @click=${() => this.#sure(t("Does this certificate hold no longer?"), `${words}. ${one.number}, ${one.issuer}.`, t("It holds no longer"), `/places/certificates/${one.id}/withdraw`)}>${shown}</button>`;
  }
}
