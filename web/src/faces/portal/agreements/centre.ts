// SPDX-License-Identifier: EUPL-1.2
// The owner's alarm centre: which one his units follow, and choosing another. Its eight words are compared with the agreement before
// anything is signed; afterwards each unit is listed until it says itself, signed, that it follows.
import { centreNow, centreNumber, chooseCentre, type CentreNow, type Following, type UnitCentre } from "../../../client/centre";
import { arcCard, type ArcCard } from "../../../client/owner";
import { html, nothing, type Part } from "../../../kit/dom";
import { choices, field } from "../../../kit/form";
import { button, empty, keyWords, note, pill, skeleton, steps, tile } from "../../../kit/pieces";
import { day, t, tn } from "../../../kit/words";
import { asRefusal } from "../../refusal";
import { Refusal } from "../../port";
import type { Ctx } from "../pages";

/** How often a unit's answer is looked for: while somebody waits for it, and beside other things. */
const [WAITING_MS, BESIDE_MS] = [1500, 20_000];
const BY_NUMBER = "number";

type Step =
  | { readonly name: "card" }
  | { readonly name: "choose"; readonly chosen: string; readonly number: string; readonly error: string }
  | { readonly name: "compare"; readonly card: ArcCard; readonly error: string }
  | { readonly name: "differ"; readonly card: ArcCard }
  | { readonly name: "signed" };

export class CentreCard {
  readonly #ctx: Ctx;
  readonly #redraw: () => void;
  #now: CentreNow | null = null;
  #step: Step = { name: "card" };
  #busy = false;
  #failed = "";
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: Ctx, redraw: () => void) {
    this.#ctx = ctx;
    this.#redraw = redraw;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Whether it wants the page for itself. */
  get open(): boolean {
    return this.#step.name !== "card";
  }

  async load(): Promise<void> {
    if (this.#ctx.state().me.role !== "owner") return;
    try {
      this.#now = await centreNow(this.#ctx.session);
      this.#failed = "";
    } catch (error) {
      this.#failed = said(error);
    }
    this.#follow();
    if (!this.#closed) this.#redraw();
  }

  /** Asks again while a unit has not answered yet. */
  #follow(): void {
    clearTimeout(this.#timer);
    if (!this.#closed && this.#now?.units.some(({ following }) => following === "waiting")) this.#timer = setTimeout(() => void this.load(), this.open ? WAITING_MS : BESIDE_MS);
  }

  #to(step: Step): void {
    this.#step = step;
    this.#redraw();
    queueMicrotask(() => document.querySelector<HTMLElement>("#centre-step")?.focus());
  }

  // --- what is done -------------------------------------------------------------------------------------------------------

  async #look(partyId: string | null): Promise<void> {
    const step = this.#step;
    if (this.#busy) return;
    const wrong = (error: string): void => (step.name === "choose" ? this.#to({ ...step, error }) : void this.#ctx.toast(error));
    if (partyId === null) return wrong(t("This is no number of an alarm centre: it has 32 digits of 0-9 and a-f."));
    if (partyId === this.#now?.current?.partyId && !this.#now.changed && this.#now.units.every(({ following }) => following !== "other_centre")) return wrong(t("This alarm centre serves you already."));
    await this.#work(async () => this.#to({ name: "compare", card: await arcCard(this.#ctx.session, partyId), error: "" }), wrong);
  }

  async #sign(card: ArcCard): Promise<void> {
    await this.#work(async () => {
      await chooseCentre(this.#ctx.session, card, this.#ctx.port.nowMs());
      this.#step = { name: "signed" };
      await this.load();
      this.#to({ name: "signed" });
    }, (error) => this.#to({ name: "compare", card, error }));
  }

  async #work(act: () => Promise<void>, wrong: (error: string) => void): Promise<void> {
    this.#busy = true;
    this.#redraw();
    try {
      await act();
    } catch (error) {
      wrong(said(error));
    } finally {
      this.#busy = false;
      this.#redraw();
    }
  }

  // --- how it looks ---------------------------------------------------------------------------------------------------------

  /** Among what was agreed. */
  card(): Part {
    const now = this.#now;
    const head = html`<header><h2>${t("Your alarm centre")}</h2>${now?.current == null ? nothing : button(t("Choose another"), () => this.#begin(), { small: true, id: "choose-centre" })}</header>`;
    if (now === null) return html`<section class="card" id="centre">${head}<div class="pad">${this.#failed === "" ? skeleton(3, t("Loading")) : html`${note(this.#failed, "alarm", "alarm")}<div class="row">${button(t("Try again"), () => void this.load(), { small: true })}</div>`}</div></section>`;
    if (now.current === null) return html`<section class="card" id="centre">${head}${empty(t("No alarm centre serves you"), t("When a unit raises an alarm you are told, and nobody else sees anything."), "bell", button(t("Choose one"), () => this.#begin(), { kind: "primary", id: "choose-centre" }))}</section>`;
    const { current } = now;
    return html`<section class="card" id="centre">${head}<div class="pad stack">
      <div><b>${current.name}</b><div class="mute">${t("since {day}", { day: day(current.sinceMs) })}</div></div>
      ${now.words === null ? note(t("It has no certified key yet: no unit can give it a picture."), "warn", "key") : html`<div class="stack tight">${keyWords(now.words, current.name)}<p class="small mute">${now.signed ? t("The words of its key, as an owner signed it for your units.") : t("The words of its key as the server shows it. They are compared when a unit is paired.")}</p></div>`}
      ${now.changed ? note(html`<b>${t("It shows another key than your units follow.")}</b> ${t("Your units keep to the key that was compared. Ask the centre whether it has a new one, by a number you already had; then compare its new words.")}<div class="row">${button(t("Compare its new words"), () => void this.#look(current.partyId), { small: true, kind: "primary", busy: this.#busy, id: "new-words" })}</div>`, "alarm", "alarm") : nothing}
      ${now.units.some(({ following }) => following === "other_centre") ? note(html`${t("A unit’s signed list names another alarm centre than the server. What it releases goes to nobody until you sign again.")}<div class="row">${button(t("Compare and sign again"), () => void this.#look(current.partyId), { small: true, busy: this.#busy, id: "sign-again" })}</div>`, "warn", "alarm") : nothing}
      ${this.#units(now.units)}</div></section>`;
  }

  #begin(): void {
    const first = this.#now?.choices[0]?.partyId;
    this.#to({ name: "choose", chosen: first ?? BY_NUMBER, number: "", error: "" });
  }

  /** The page's whole content while another one is chosen. */
  flow(): Part {
    const step = this.#step;
    const at = step.name === "choose" ? 0 : step.name === "compare" || step.name === "differ" ? 1 : this.#left === 0 ? 3 : 2;
    return html`${steps([t("Choose"), t("The words in your agreement"), t("Your units’ own answers")], at)}
      ${step.name === "choose" ? this.#choose(step) : step.name === "compare" ? this.#compare(step) : step.name === "differ" ? this.#differ(step) : this.#signed()}`;
  }

  get #left(): number {
    return this.#now?.units.filter(({ following }) => following !== "follows").length ?? 1;
  }

  #choose(step: Extract<Step, { name: "choose" }>): Part {
    const all = this.#now?.choices ?? [];
    const set = (part: Partial<typeof step>): void => { this.#step = { ...step, ...part, error: "" }; this.#redraw(); };
    const send = (event: Event): void => { event.preventDefault(); void this.#look(step.chosen === BY_NUMBER ? centreNumber(step.number) : step.chosen); };
    return html`<section class="card pad stack"><h2 id="centre-step" tabindex="-1">${t("Which alarm centre?")}</h2>
      <p class="mute">${t("Agree with it first. It must have your sites, contacts and plans before it gets your alarms.")}</p>
      <form class="form" novalidate @submit=${send}>
        ${all.length === 0 ? note(t("Your provider works with no other alarm centre here. Type the number of yours from your agreement with it.")) : choices("centre", t("Alarm centres with which your provider works"), [...all.map(({ partyId, name }) => ({ value: partyId, words: name })), { value: BY_NUMBER, words: t("Another one, by its number") }], step.chosen, (chosen) => set({ chosen }))}
        ${step.chosen === BY_NUMBER || all.length === 0 ? field("centre-number", t("Its number, from your agreement"), { value: step.number, maxlength: 60, input: (number) => set({ number, chosen: BY_NUMBER }), ...(step.error ? { error: step.error } : {}) }) : step.error === "" ? nothing : note(step.error, "alarm", "alarm")}
        <div class="row"><button class="btn primary" id="centre-next" ?disabled=${this.#busy} aria-busy=${this.#busy ? "true" : "false"}><span>${t("Go on")}</span></button>${button(t("Leave it as it is"), () => this.#to({ name: "card" }), { kind: "quiet" })}</div></form></section>`;
  }

  #compare({ card, error }: Extract<Step, { name: "compare" }>): Part {
    const now = this.#now;
    const before = now?.current ?? null;
    const same = before?.partyId === card.partyId;
    return html`<section class="card pad stack"><h2 id="centre-step" tabindex="-1">${t("Compare with your agreement")}</h2>
      <p>${t("The words of {name} stand in your agreement with it. Read them there, not in a letter or on a page that you were sent:", { name: card.name })}</p>
      ${keyWords(card.words, card.name)}
      <h3>${t("What changes when you sign")}</h3>
      <ul>${same ? html`<li>${t("Your units give the keys of their next alarms to this key only. The key of before counts no more.")}</li>` : html`
        ${before === null ? nothing : html`<li>${t("{name} gets nothing from now on: no alarm and no picture, also of alarms that run.", { name: before.name })}</li>`}
        <li>${t("{name} handles your alarms from now on. It sees pictures of an alarm that a unit raises once that unit follows; older alarms stay closed to it.", { name: card.name })}</li>
        <li>${t("A panel that dials its alarm centre by itself goes on dialling the old one: your installer must point it to the new one.")}</li>`}
        <li>${t("Nobody visits your units: each takes it over when it is online.")}</li>
        <li>${t("There is no undo, but you can choose again at any time.")}</li></ul>
      ${error === "" ? nothing : note(error, "alarm", "alarm")}
      <div class="row">${button(t("They are the same: sign"), () => void this.#sign(card), { kind: "primary", icon: "check", busy: this.#busy, id: "centre-same" })}${button(t("They differ"), () => this.#to({ name: "differ", card }), { disabled: this.#busy, id: "centre-differ" })}${button(t("Leave it as it is"), () => this.#to({ name: "card" }), { kind: "quiet", disabled: this.#busy })}</div></section>`;
  }

  #differ({ card }: Extract<Step, { name: "differ" }>): Part {
    return html`<section class="card pad stack"><h2 id="centre-step" tabindex="-1">${t("Stop: the words differ")}</h2>
      ${note(t("The server shows another key than {name} printed in your agreement. Nothing was signed, and nothing changes. Call the centre, and your provider, by numbers you already had.", { name: card.name }), "alarm", "alarm")}
      <div class="row">${button(t("Close"), () => this.#to({ name: "card" }), { kind: "primary", id: "centre-close" })}</div></section>`;
  }

  #signed(): Part {
    const units = this.#now?.units ?? [];
    const left = this.#left;
    return html`<section class="card pad stack" id="centre-progress" aria-live="polite"><h2 id="centre-step" tabindex="-1">${left === 0 ? t("It is done") : t("Signed. Now your units follow")}</h2>
      <p>${left === 0 ? t("{name} is your alarm centre.", { name: this.#now?.current?.name ?? "" }) : tn("Still to answer: {n} unit. You can leave this page; it goes on without you.", "Still to answer: {n} units. You can leave this page; it goes on without you.", left)}</p>
      ${this.#failed === "" ? nothing : note(this.#failed, "alarm", "alarm")}
      ${this.#units(units)}
      <div class="row">${button(t("Back to the agreements"), () => this.#to({ name: "card" }), { kind: left === 0 ? "primary" : "", id: "centre-done" })}</div></section>`;
  }

  #units(units: readonly UnitCentre[]): Part {
    if (units.length === 0) return html`<p class="mute">${t("No unit of yours is paired yet. What you pair names this centre.")}</p>`;
    return html`<ul class="items flat" aria-label=${t("Your units")}>${units.map((unit) => html`<li data-unit=${unit.unitId} data-following=${unit.following}>${tile("camera", TONES[unit.following])}<div class="body"><b>${unit.name}</b><div class="mute small">${followingWords(unit.following)}</div></div>${unit.following === "follows" ? pill(t("follows"), "ok", { icon: "check" }) : unit.following === "waiting" ? pill(t("not yet"), "warn", { icon: "clock" }) : pill(unit.following === "unknown" ? t("not compared") : t("does not follow"), "warn", { icon: "alarm" })}</li>`)}</ul>`;
  }
}

const TONES: Readonly<Record<Following, "ok" | "warn">> = { follows: "ok", waiting: "warn", other_centre: "warn", other_key: "warn", unknown: "warn" };

function followingWords(following: Following): string {
  switch (following) {
    case "follows": return t("Says itself, signed, that it follows this centre.");
    case "waiting": return t("Has not answered yet: until it does, it gives a picture to nobody new.");
    case "other_centre": return t("Its signed list names another centre.");
    case "other_key": return t("Follows the key of before.");
    case "unknown": return t("Its key was not compared on this device.");
  }
}

function said(error: unknown): string {
  const refusal = asRefusal(error);
  return refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again.");
}
