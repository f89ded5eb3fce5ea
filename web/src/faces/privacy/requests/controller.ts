// SPDX-License-Identifier: EUPL-1.2
// What the office does with requests. Everything is asked of the server, which decides; nothing is kept here.
import { foot } from "../../../kit/dialog";
import { Board, html, type Part } from "../../../kit/dom";
import { textField } from "../../../kit/form";
import { keepAnswer } from "../../../kit/leaving";
import { button } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";
import { takeInDialog } from "./intake";
import type { Erasing, Figures, Found, Line, Listed, Whole } from "./types";

export interface State {
  readonly nowMs: number;
  readonly id: string | null;
  readonly ended: boolean;
  readonly listed: Listed | null;
  readonly figures: Figures | null;
  readonly whole: Whole | null;
  readonly found: Found | null;
  readonly erasing: Erasing | null;
  readonly busy: string | null;
  // what is being filled in
  readonly how: string | null;
  readonly seen: string;
  readonly chosen: readonly string[] | null;
  readonly other: string;
  readonly deed: string;
  readonly deedWords: string;
  readonly outcome: string;
  readonly ground: string;
  readonly eraseHow: "" | "erase" | "anonymise";
  readonly words: string;
}

export interface Actions {
  readonly open: (event: MouseEvent, id: string) => void;
  readonly show: (ended: boolean) => void;
  readonly takeIn: () => void;
  readonly register: () => void;
  readonly set: (change: Partial<State>) => void;
  readonly takeOver: () => void;
  readonly establish: () => void;
  readonly askIdentity: () => void;
  readonly notEstablished: () => void;
  readonly newCode: () => void;
  readonly choose: (key: string) => void;
  readonly search: () => void;
  readonly giveTyped: () => void;
  readonly decide: (line: Line, verdict: "give" | "withhold") => void;
  readonly edit: (line: Line) => void;
  readonly did: () => void;
  readonly erase: (how: "erase" | "anonymise") => void;
  readonly prepare: () => void;
  readonly give: () => void;
  readonly extend: () => void;
  readonly withdraw: () => void;
  readonly sendAgain: () => void;
  readonly printed: () => void;
}

const FRESH = { whole: null, found: null, erasing: null, busy: null, how: null, seen: "", chosen: null, other: "", deed: "rectified", deedWords: "", outcome: "", ground: "", eraseHow: "" as const, words: "" };
export const start: State = { nowMs: 0, id: null, ended: false, listed: null, figures: null, ...FRESH };

export class Requests implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null, draw: (state: State, act: Actions) => Part) {
    this.#board = new Board<State>(host, { ...start, nowMs: ctx.nowMs(), id }, (state) => draw(state, this.#actions));
    let minute = 0;
    this.#stops = [ctx.ticks((nowMs) => {
      minute += 1;
      if (minute % 30 === 0) this.#board.change({ nowMs });
    })];
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  route(id: string | null): void {
    this.#board.change({ id, ...FRESH });
    void this.#load();
  }

  get #state(): State {
    return this.#board.state;
  }

  async #load(): Promise<void> {
    const { id, ended } = this.#state;
    await this.#try(async () => {
      if (id !== null) {
        this.#took(await this.ctx.ask<Whole>("GET", `/requests/${id}`));
        if (this.#state.whole?.identity === "established") this.#board.change({ found: await this.ctx.ask<Found>("GET", `/requests/${id}/found`) });
        return;
      }
      const [listed, figures] = await Promise.all([this.ctx.ask<Listed>("GET", `/requests?ended=${String(ended)}`), this.ctx.ask<Figures>("GET", "/requests/figures")]);
      this.#board.change({ listed, figures });
    });
  }

  #took(whole: Whole): void {
    const known = this.#state.whole === null ? { outcome: whole.outcome, ground: whole.ground, words: whole.words, eraseHow: whole.erase_how, deed: whole.about === "footage" ? "film_handed" : "rectified" } : {};
    this.#board.change({ whole, ...known });
  }

  async #try(work: () => Promise<void>, busy: string | null = null): Promise<boolean> {
    this.#board.change({ busy });
    try {
      await work();
      return true;
    } catch (error) {
      this.ctx.failed(error);
      return false;
    } finally {
      this.#board.change({ busy: null });
    }
  }

  async #do(path: string, body: unknown, busy: string | null = null): Promise<Whole | null> {
    let whole: Whole | null = null;
    const done = await this.#try(async () => {
      whole = await this.ctx.ask<Whole>("POST", `/requests/${this.#state.id ?? ""}/${path}`, body);
      this.#took(whole);
    }, busy);
    if (done) this.ctx.changed();
    return done ? whole : null;
  }

  async #found(path: string, body: unknown, busy: string | null = null): Promise<boolean> {
    return this.#try(async () => {
      const found = await this.ctx.ask<Found>("POST", `/requests/${this.#state.id ?? ""}/${path}`, body);
      this.#board.change({ found, erasing: null });
      this.#took(await this.ctx.ask<Whole>("GET", `/requests/${this.#state.id ?? ""}`));
    }, busy);
  }

  /** The code is shown once: here. */
  #code(code: string | null | undefined): void {
    if (!code) return;
    this.ctx.dialog(t("Tell him this code"), (opened) => html`<div class="form"><p>${t("It opens the answer. Tell it to him and to nobody else, now: it is kept nowhere.")}</p><p class="code mono" id="told-code">${code}</p>${foot(button(t("He has it"), opened.close, { kind: "primary", id: "code-told" }))}</div>`);
  }

  #words(title: string, hint: string, go: string, send: (words: string) => Promise<unknown>, least = 3, before = ""): void {
    let words = before;
    const dialog = this.ctx.dialog(title, (opened) => html`<div class="form">${textField("said", hint, { value: words, maxlength: 1000, rows: 4, input: (value) => { words = value; } })}
      ${foot(button(t("Cancel"), opened.close, { kind: "quiet" }), button(go, () => { if (words.trim().length >= least) { dialog.close(); void send(words); } }, { kind: "primary", id: "dialog-save" }))}</div>`);
  }

  async #review(lines: readonly { line: Line; verdict: string; text?: string }[]): Promise<void> {
    await this.#found("review", { lines: lines.map(({ line, verdict, text = "" }) => ({ model: line.model, key: line.key, field: line.field, verdict, text })) });
  }

  readonly #actions: Actions = {
    open: (event, id) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.ctx.go("requests", id);
    },
    show: (ended) => { this.#board.change({ ended, listed: null }); void this.#load(); },
    takeIn: () => {
      const { listed } = this.#state;
      if (listed !== null) takeInDialog(listed, async (said) => {
        await this.#try(async () => {
          const whole = await this.ctx.ask<Whole>("POST", "/requests", said);
          this.ctx.changed();
          this.ctx.go("requests", whole.id);
        });
      });
    },
    register: () => void this.#try(async () => void (await keepAnswer(await this.ctx.session.api.request("POST", "/api/v1/requests/register", {})))),
    set: (change) => this.#board.change(change),
    takeOver: () => void this.#do("take-over", {}),
    establish: () => void this.#do("establish", { how: this.#state.how, seen: this.#state.seen }, "establish").then((whole) => { if (whole !== null) { this.#code(whole.code); void this.#load(); } }),
    askIdentity: () => this.#words(t("Ask him who he is"), t("How can he show it? In your own words, in his language."), t("Send"), async (words) => { if (await this.#do("ask-identity", { words })) this.ctx.toast(t("The letter goes out."), "ok"); }, 10),
    notEstablished: () => this.#words(t("It can’t be made sure"), t("What was tried?"), t("Write it down"), (words) => this.#do("not-established", { words })),
    newCode: () => void this.#try(async () => this.#code((await this.ctx.ask<{ code: string }>("POST", `/requests/${this.#state.id ?? ""}/new-code`, {})).code)),
    choose: (key) => {
      const chosen = new Set(this.#state.chosen ?? this.#state.whole?.subjects.map(([kind, value]) => `${kind}/${value}`) ?? []);
      if (!chosen.delete(key)) chosen.add(key);
      this.#board.change({ chosen: [...chosen] });
    },
    search: () => {
      const { chosen, other, whole } = this.#state;
      const keys = chosen ?? whole?.subjects.map(([kind, value]) => `${kind}/${value}`) ?? [];
      const subjects = keys.map((key) => ({ kind: key.slice(0, key.indexOf("/")), value: key.slice(key.indexOf("/") + 1) }));
      void this.#found("subjects", { subjects: other.trim() === "" ? subjects : [...subjects, { kind: "email", value: other.trim() }] }, "search").then((done) => { if (done) this.#board.change({ chosen: null, other: "" }); });
    },
    giveTyped: () => void this.#review((this.#state.found?.lines ?? []).filter((line) => line.value !== null && line.verdict === null && !line.free).map((line) => ({ line, verdict: "give" }))),
    decide: (line, verdict) => void this.#review([{ line, verdict }]),
    edit: (line) => this.#words(t("Take others out"), t("What stands in the answer instead. Leave in what is about the requester."), t("Use this"), (text) => this.#review([{ line, verdict: "edited", text }]), 1, line.verdict === "edited" ? line.text : (line.value ?? "")),
    did: () => void this.#do("did", { deed: this.#state.deed, words: this.#state.deedWords }).then((whole) => { if (whole !== null) this.#board.change({ deedWords: "" }); }),
    erase: (how) => void this.#try(async () => this.#board.change({ eraseHow: how, erasing: await this.ctx.ask<Erasing>("GET", `/requests/${this.#state.id ?? ""}/erasing?how=${how}`) })),
    prepare: () => void this.#prepare(),
    give: () => void this.#give(),
    extend: () => this.#words(t("Two months more, once"), t("Why: how much there is, how difficult it is. He reads this."), t("Extend and tell him"), async (words) => { if (await this.#do("extend", { words })) this.ctx.toast(t("Extended; the letter goes out."), "ok"); }, 10),
    withdraw: () => this.#words(t("He asks it no longer"), t("How did he say so?"), t("End it"), (words) => this.#do("withdraw", { words })),
    printed: () => void this.#try(async () => void (await keepAnswer(await this.ctx.session.api.request("POST", `/api/v1/requests/${this.#state.id ?? ""}/printed`, {})))).then(() => this.#load()),
    sendAgain: () => void this.#do("send-again", {}).then((whole) => { if (whole !== null) this.ctx.toast(t("A new link goes out; the old one opens nothing."), "ok"); }),
  };

  async #prepare(): Promise<void> {
    const { outcome, ground, words, eraseHow, whole } = this.#state;
    const refuses = outcome === "refused" || outcome === "partly";
    const erases = whole !== null && whole.about === "records" && whole.rights.includes("erasure") && (outcome === "fulfilled" || outcome === "partly") && eraseHow !== "";
    const done = await this.#do("prepare", { outcome, ground: refuses && ground !== "" ? ground : null, words, erase_how: erases ? eraseHow : null }, "prepare");
    if (done !== null) this.ctx.toast(done.approval === "asked" ? t("{name} has it for approval.", { name: done.controller.name }) : t("Prepared. Look at it once more, and answer."), "ok");
  }

  async #give(): Promise<void> {
    const { whole } = this.#state;
    if (whole === null) return;
    const done = await this.#do("give", { proof: await this.#proof(whole) }, "give");
    if (done !== null) this.ctx.toast(done.printable ? t("Answered. Print it, and hand it over.") : t("Answered. The link goes out by mail."), "ok");
  }

  /** Of the list that is on the screen: another one would be another erasure. */
  async #proof(whole: Whole): Promise<string | null> {
    if (whole.erase_how === "") return null;
    const { erasing } = this.#state;
    return base64(erasing?.proof ?? (await this.ctx.ask<Erasing>("GET", `/requests/${whole.id}/erasing?how=${whole.erase_how}`)).proof);
  }
}

/** Hexadecimal as the API takes bytes. */
export function base64(hex: string): string {
  const bytes = (hex.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join("");
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
