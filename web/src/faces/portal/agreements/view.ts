// SPDX-License-Identifier: EUPL-1.2
// What was agreed: the exact text, read and signed here with one's own key, or agreed by e-mail; purposes; the end.
import { signAgreement, type DocumentShown } from "../../../client/members";
import { foot } from "../../../kit/dialog";
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { keepFile, logBy } from "../../../kit/leaving";
import { button, note, pill, skeleton, tile } from "../../../kit/pieces";
import { clock, day, language, t } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";
import { AroundAgreement, type Around } from "./around";
import { CentreCard } from "./centre";

interface Evidence {
  readonly document_id: string;
  readonly hash: string;
  readonly how: string;
  readonly name: string;
  readonly email: string;
  readonly asked_ms: number;
  readonly sent_ms: number | null;
  readonly given_ms: number | null;
  readonly address: string;
}

interface Agreed {
  readonly id: string;
  readonly hash: string;
  readonly how: string;
  readonly since_ms: number;
  readonly until_ms: number | null;
  readonly evidence: Evidence | null;
}

interface Answer {
  readonly agreements: readonly Agreed[];
  readonly asked: readonly Evidence[];
  readonly purposes: readonly { readonly camera_id: string | null; readonly code: string; readonly text: string; readonly at_ms: number }[];
}

interface State {
  readonly answer: Answer | null;
  readonly around: Around | null;
  readonly reading: DocumentShown | null;
  readonly readTo: boolean;
  readonly busy: string;
}

const howName = (how: string): string => (how === "online" ? t("signed online") : how === "email" ? t("agreed by e-mail") : t("on paper"));
const at = (ms: number): string => `${day(ms)} ${clock(ms)}`;

class AgreementsPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #around: AroundAgreement;
  readonly #centre: CentreCard;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { answer: null, around: null, reading: null, readTo: false, busy: "" }, (state) => this.#draw(state));
    this.#around = new AroundAgreement(ctx, () => this.#load());
    this.#centre = new CentreCard(ctx, () => this.#board.redraw());
    this.#stop = ctx.events((topic) => void (topic === "agreement.changed" && this.#load()));
    void this.#load().then(() => void (id === "sign" && this.#read()));
    void this.#centre.load();
  }

  close(): void {
    this.#stop();
    this.#centre.close();
  }

  async #load(): Promise<void> {
    await this.#ctx.port.ask<Answer>("GET", "/agreements").then((answer) => this.#board.change({ answer }), (error: unknown) => this.#ctx.failed(error));
    await this.#ctx.port.ask<Around>("GET", "/contracts").then((around) => this.#board.change({ around }), (error: unknown) => this.#ctx.failed(error));
  }

  async #work(name: string, act: () => Promise<void>): Promise<void> {
    this.#board.change({ busy: name });
    await act().catch((error: unknown) => this.#ctx.failed(error));
    this.#board.change({ busy: "" });
    await this.#load();
  }

  #read(): void {
    void this.#work("read", async () => this.#board.change({ reading: await this.#ctx.port.ask<DocumentShown>("POST", "/agreements/documents", { language }), readTo: false }));
  }

  #sign(document: DocumentShown): void {
    void this.#work("sign", async () => {
      await signAgreement(this.#ctx.session, document, this.#ctx.port.nowMs());
      this.#board.change({ reading: null });
      this.#ctx.toast(t("Signed with your key. It holds from now on."), "ok");
    });
  }

  #letter(): void {
    void this.#work("letter", async () => {
      await this.#ctx.port.ask("POST", "/agreements/letter", { language });
      this.#board.change({ reading: null });
      this.#ctx.toast(t("The letter with the text is on its way to {email}.", { email: this.#ctx.state().me.email }), "ok");
    });
  }

  #end(): void {
    const dialog = this.#ctx.dialog(t("End the agreement?"), (opened) => html`<p>${t("From now on nothing arms. Units that guard go on until they are switched off; remove them on their own page.")}</p><p class="mute">${t("There is no undo: a new agreement has to be signed.")}</p>
      ${foot(button(t("Keep it"), opened.close), button(t("Yes, end it"), () => { dialog.close(); void this.#work("end", async () => void (await this.#ctx.port.ask("POST", "/agreements/end", {}))); }, { kind: "alarm", id: "end-now" }))}`);
  }

  async #download(id: string, hash: string): Promise<void> {
    try {
      const document = await this.#ctx.port.ask<DocumentShown>("GET", `/agreements/documents/${id}`);
      await keepFile(logBy(this.#ctx.port), { what: "agreement", about: id }, new Blob([document.text], { type: "text/plain" }), `${t("agreement")}-${hash.slice(0, 8)}.txt`);
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  #draw(state: State): Part {
    const { answer, reading } = state;
    const owner = this.#ctx.state().me.role === "owner";
    const inForce = answer?.agreements.find(({ until_ms }) => until_ms === null) ?? null;
    return html`<div class="page agreements"><div class="title"><div><div class="lbl">${this.#ctx.state().me.party}</div><h1>${t("Agreements")}</h1></div>${answer === null ? nothing : inForce !== null ? pill(t("in force"), "ok", { icon: "check" }) : pill(t("none in force"), "warn")}</div>
      ${answer === null ? skeleton(6, t("Loading")) : this.#centre.open ? this.#centre.flow() : reading !== null ? this.#reading(reading, state) : html`
      ${inForce !== null ? nothing : html`<section class="card pad stack"><h2>${t("Read and sign the processing agreement")}</h2><p class="mute">${t("It says what the cameras are for, what is kept and how long, and who helps. Without it nothing arms.")}</p>
        ${answer.asked.length === 0 ? nothing : note(t("A letter was sent to {email} on {day}. Open the link in it to agree.", { email: answer.asked[0]!.email, day: day(answer.asked[0]!.asked_ms) }), "", "send")}
        ${owner ? html`<div class="row">${button(t("Read it"), () => this.#read(), { kind: "primary", icon: "note", busy: state.busy === "read", id: "read" })}</div>` : note(t("Only an owner signs it."))}</section>`}
      ${answer.agreements.length === 0 ? nothing : html`<section class="card"><header><h2>${t("What was agreed")}</h2></header><ul class="items">${answer.agreements.map((one) => this.#row(one, owner))}</ul></section>`}
      ${answer.purposes.length === 0 ? nothing : html`<section class="card"><header><h2>${t("What the cameras are for")}</h2>${owner && inForce !== null ? button(t("Write another"), () => this.#ctx.go("start", "purpose"), { small: true, id: "go-purpose" }) : nothing}</header><ul class="items">${answer.purposes.map((one) => html`<li>${tile("camera")}<div class="body"><b>${one.camera_id === null ? t("All cameras") : this.#ctx.state().cameras.find(({ id }) => id === one.camera_id)?.name ?? t("Camera")}</b><div class="mute">${one.text}</div><div class="faint small">${t("since {day}", { day: day(one.at_ms) })}</div></div></li>`)}</ul></section>`}
      ${owner ? this.#centre.card() : nothing}
      ${this.#around.sections(state.around, owner)}`}</div>`;
  }

  #reading(document: DocumentShown, state: State): Part {
    return html`<section class="card pad stack"><h2>${t("Read it to the end")}</h2>
      <div class="document" id="document" tabindex="0" role="document" lang=${document.language} aria-label=${t("Processing agreement")}>${document.text}</div>
      <p class="hash">SHA-256 ${document.hash}</p>
      <label class="check"><input type="checkbox" id="have-read" .checked=${state.readTo} @change=${(event: Event) => this.#board.change({ readTo: (event.target as HTMLInputElement).checked })}><span>${t("I have read it, and I agree on behalf of {party}.", { party: this.#ctx.state().me.party })}</span></label>
      <div class="row">${button(t("Sign with my key"), () => this.#sign(document), { kind: "primary", icon: "key", disabled: !state.readTo, busy: state.busy === "sign", id: "sign" })}${button(t("Agree by e-mail instead"), () => this.#letter(), { icon: "send", busy: state.busy === "letter", id: "by-letter" })}${button(t("Later"), () => this.#board.change({ reading: null }), { kind: "quiet" })}</div>
      <p class="small mute">${t("Your own key signs the hash above, computed in this browser from the text that you see. Kept with it: your name, the time and your address on the internet.")}</p></section>`;
  }

  #row(one: Agreed, owner: boolean): Part {
    const { evidence } = one;
    return html`<li>${tile("note", one.until_ms === null ? "ok" : "")}<div class="body"><b>${t("Processing agreement")}</b> <span class="mute">${howName(one.how)}</span>
      <div class="mute">${one.until_ms === null ? t("since {day}", { day: at(one.since_ms) }) : t("{from} to {to}", { from: at(one.since_ms), to: at(one.until_ms) })}</div>
      ${evidence === null ? nothing : html`<div class="small mute">${t("{name}, from {address}", { name: evidence.name, address: evidence.address || "–" })}${evidence.sent_ms === null ? "" : ` · ${t("letter sent {when}", { when: at(evidence.sent_ms) })}`}</div>`}
      <div class="hash">SHA-256 ${one.hash}</div>${this.#around.beside(this.#board.state.around, one.hash, one.since_ms)}
      <div class="row">${evidence === null ? nothing : button(t("Download"), () => void this.#download(evidence.document_id, one.hash), { small: true, icon: "download" })}${one.until_ms === null && owner ? button(t("End it"), () => this.#end(), { small: true, id: "end-agreement" }) : nothing}</div></div></li>`;
  }
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new AgreementsPage(host, ctx, id);
  return { close: () => page.close() };
}
