// SPDX-License-Identifier: EUPL-1.2
// An alarm's plan and its guards inside the console: the step that the operator is at, what can come of it on the digits, whom
// to call, the code word, and where the guards are. What is done goes through the console's own queue of actions (`act`).
import { openDialog, foot } from "../../kit/dialog";
import { html, nothing, render, type Part } from "../../kit/dom";
import { field, textField } from "../../kit/form";
import { icon } from "../../kit/icons";
import type { Binding } from "../../kit/keys";
import { button, note, pill } from "../../kit/pieces";
import { toast } from "../../kit/toast";
import { age, clock, clockSeconds, relative, span, t } from "../../kit/words";
import { Refusal } from "../port";
import type { PlansPort, Spoken } from "./port";
import { callNote, currentStep, isDone, nextToCall, tried, waitingSince } from "./progress";
import type { Callable, Company, DispatchState, Errand, PinnedPlan, PinnedStep } from "./types";
import { closeName, errandState, foundName, kindIcon, kindName, languageName, outcomeName } from "./words";

/** What the panel needs of an alarm: its detail has all of this. */
export interface PlannedAlarm {
  readonly id: string;
  readonly state: string;
  readonly raised_ms: number;
  readonly site: { readonly tz: string } | null;
  readonly claimed_by: { readonly id: string } | null;
}

export interface PanelOptions {
  readonly alarm: PlannedAlarm;
  readonly me: { readonly id: string; readonly name: string };
  /** Done to the alarm through the console's queue: sent once, kept until it arrived. */
  readonly act: (verb: string, body: Readonly<Record<string, unknown>>) => void;
  /** The detail should be asked for again: something was done beside the queue. */
  readonly changed: () => void;
}

export interface Panel {
  readonly keys: readonly Binding[];
  alarm(detail: PlannedAlarm): void;
  end(): void;
}

const TICK_MS = 1000;
const DIGITS = 9;

const planOf = (alarm: PlannedAlarm): PinnedPlan | null => (alarm as { plan?: PinnedPlan | null }).plan ?? null;
const errandsOf = (alarm: PlannedAlarm): readonly Errand[] => (alarm as { dispatches?: readonly Errand[] }).dispatches ?? [];

export const plan = (host: HTMLElement, options: PanelOptions, port: PlansPort): Panel => new PlanPanel(host, options, port);
export const guards = (host: HTMLElement, options: PanelOptions, port: PlansPort): Panel => new GuardPanel(host, options, port);

/** One thing that a digit does now. */
interface Choice {
  readonly words: string;
  readonly press: () => void;
  readonly primary?: boolean;
}

abstract class Drawn implements Panel {
  protected now: PlannedAlarm;
  readonly #host: HTMLElement;
  readonly #clock: ReturnType<typeof setInterval>;
  abstract readonly keys: readonly Binding[];

  constructor(host: HTMLElement, protected readonly options: PanelOptions, protected readonly port: PlansPort) {
    this.#host = host;
    this.now = options.alarm;
    this.#clock = setInterval(() => this.redraw(), TICK_MS);
  }

  alarm(detail: PlannedAlarm): void {
    this.now = detail;
    this.redraw();
  }

  end(): void {
    clearInterval(this.#clock);
    render(nothing, this.#host);
  }

  /** Only who has the alarm in hand acts on it. */
  protected readonly mine = (): boolean => this.now.claimed_by?.id === this.options.me.id && this.now.state !== "closed";

  protected redraw(): void {
    render(this.draw(), this.#host);
  }

  protected abstract draw(): Part;

  protected failed(error: unknown): void {
    if (error instanceof Refusal) toast([error.message, error.action].filter(Boolean).join(" "), "alarm");
    else toast(t("The server can’t be reached. Check the connection and try again."), "alarm");
  }
}

// --- the plan ---

class PlanPanel extends Drawn {
  /** A step that the operator chose himself; null: the first that is not done. */
  #chosen: number | null = null;
  #word = "";
  #spoken: (Spoken & { readonly contact: string }) | null = null;
  #checking = false;
  #companies: readonly Company[] | null = null;
  readonly #sinceMs: number;
  readonly keys: readonly Binding[];

  constructor(host: HTMLElement, options: PanelOptions, port: PlansPort) {
    super(host, options, port);
    this.#sinceMs = port.nowMs();
    this.keys = [
      ...Array.from({ length: DIGITS }, (_, at): Binding => ({
        key: String(at + 1), shown: String(at + 1), words: t("Outcome {n} of the step", { n: at + 1 }), group: t("Plan"),
        when: () => this.mine() && this.#choices()[at] !== undefined, press: () => this.#choices()[at]?.press(),
      })),
      { key: "d", shown: "D", words: t("Next step of the plan"), group: t("Plan"), when: () => planOf(this.now) !== null, press: () => this.#next() },
    ];
    this.redraw();
  }

  get #step(): PinnedStep | null {
    const found = planOf(this.now);
    if (found === null) return null;
    return found.steps.find((one) => one.no === this.#chosen) ?? currentStep(found.steps);
  }

  #next(): void {
    const steps = planOf(this.now)?.steps ?? [];
    const open = steps.filter((one) => !isDone(one));
    const at = open.findIndex((one) => one.no === this.#step?.no);
    this.#choose(open[(at + 1) % Math.max(1, open.length)]?.no ?? null);
  }

  #choose(no: number | null): void {
    this.#chosen = no;
    this.#spoken = null;
    this.#word = "";
    this.redraw();
  }

  #record(step: PinnedStep, outcome: string, words = ""): void {
    this.options.act("steps", { step_no: step.no, outcome, note: words });
    const called = step.kind === "call_contact" && outcome !== "reached";
    if (!called) this.#choose(null);
  }

  #choices(): readonly Choice[] {
    const step = this.#step;
    if (step === null) return [];
    if (step.kind === "send_guard") return this.#senders(step);
    const contact = step.kind === "call_contact" ? nextToCall(step) : null;
    const words = contact === null ? "" : callNote(contact);
    return step.outcomes.filter((one) => one !== "skipped").map((outcome, at) => ({ words: outcomeName(outcome), press: () => this.#record(step, outcome, words), primary: at === 0 }));
  }

  #senders(step: PinnedStep): readonly Choice[] {
    if (this.#companies === null) void this.#load();
    const sent = new Set(errandsOf(this.now).map((one) => one.guard_id));
    const left = (this.#companies ?? []).filter((one) => !sent.has(one.id)).slice(0, DIGITS - 1);
    return [
      ...left.map((one, at): Choice => ({ words: t("{guard}, {n} min", { guard: one.name, n: one.typical_min }), press: () => this.#send(step, one), primary: at === 0 })),
      { words: outcomeName("nobody_free"), press: () => this.#record(step, "nobody_free") },
    ];
  }

  #send(step: PinnedStep, company: Company): void {
    this.options.act("send-guard", { guard_id: company.id, note: "", step_no: step.no });
    this.#choose(null);
  }

  async #load(): Promise<void> {
    this.#companies = [];
    try {
      this.#companies = (await this.port.errands(this.now.id)).guards;
    } catch (error) {
      this.failed(error);
    }
    this.redraw();
  }

  async #check(contact: Callable): Promise<void> {
    const word = this.#word.trim();
    if (word === "" || this.#checking) return;
    this.#checking = true;
    this.redraw();
    try {
      this.#spoken = { ...(await this.port.checkWord(this.now.id, contact.id, word)), contact: contact.id };
      this.options.changed();
    } catch (error) {
      this.failed(error);
    } finally {
      this.#word = "";
      this.#checking = false;
      this.redraw();
    }
  }

  #skip(step: PinnedStep): void {
    let words = "";
    const save = (): void => {
      if (words.trim() === "") return;
      dialog.close();
      this.#record(step, "skipped", words.trim());
    };
    const dialog = openDialog(t("Skip step {n}", { n: step.no }), (opened) => html`<div class="form">
      ${textField("skip-why", t("Why is it skipped?"), { hint: t("Facts, not people: the customer can read it."), input: (value) => (words = value) })}
      ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Skip it"), save, { kind: "primary", id: "skip-now" }))}</div>`);
  }

  protected override draw(): Part {
    const pinned = planOf(this.now);
    if (pinned === null) return nothing;
    const at = this.#step;
    return html`<div class="plan-panel"><p class="plan-name"><b>${pinned.name}</b> <span class="faint">${t("version {n}, pinned", { n: pinned.number })}</span></p>
      <ol>${pinned.steps.map((step) => this.#line(step, step.no === at?.no))}</ol>
      ${at === null ? note(t("Every step is done. Close the alarm with its code."), "ok", "check") : nothing}</div>`;
  }

  #line(step: PinnedStep, here: boolean): Part {
    const done = isDone(step);
    return html`<li class="${done ? "done" : ""} ${here ? "here" : ""}" aria-current=${here ? "step" : nothing}>
      <button type="button" class="step-head" @click=${() => this.#choose(step.no)} aria-expanded=${here ? "true" : "false"}><span class="ck">${done ? icon("check", "small") : step.no}</span>${icon(kindIcon[step.kind], "small")}<span class="grow"><b>${kindName(step.kind)}</b>${step.text === "" ? nothing : html`<span class="said">${step.text}</span>`}</span></button>
      ${step.done.length === 0 ? nothing : html`<ul class="came">${step.done.map((one) => html`<li><span class="mono faint">${clockSeconds(one.at_ms, this.now.site?.tz)}</span><span>${outcomeName(one.outcome)}${one.note === "" ? nothing : html` · ${one.note}`}<span class="faint"> · ${one.by}</span></span></li>`)}</ul>`}
      ${here ? this.#body(step) : nothing}</li>`;
  }

  #body(step: PinnedStep): Part {
    return html`<div class="step-body">${step.kind === "call_contact" ? this.#call(step) : nothing}
      ${step.kind === "wait" ? this.#wait(step) : nothing}
      ${step.kind === "close_suggest" && step.close_code !== "" ? html`<p>${t("Suggested code: {code}", { code: closeName(step.close_code) })}</p>` : nothing}
      ${this.mine() ? html`<div class="outcomes">${this.#choices().map((choice, at) => button(choice.words, choice.press, { small: true, kind: choice.primary ? "primary" : "", key: String(at + 1) }))}
        ${button(t("Skip…"), () => this.#skip(step), { small: true, kind: "quiet" })}</div>` : nothing}</div>`;
  }

  #call(step: PinnedStep): Part {
    const next = nextToCall(step);
    if (step.contacts.length === 0) return note(t("This site has no contacts. Skip the step, and tell who plans."), "warn", "info");
    return html`<ul class="callables">${step.contacts.map((contact) => {
      const n = tried(step, contact);
      return html`<li class=${contact.id === next?.id ? "next" : ""}><div class="row apart"><span><b>${contact.name}</b> <span class="faint">${contact.relation}</span></span>
        <span class="row">${contact.reachable ? nothing : pill(t("outside his hours"), "warn")}<span class="faint">${t("{n} of {m}", { n, m: step.attempts })}</span></span></div>
        <div class="row numbers">${contact.phones.map((phone) => html`<a class="mono" href="tel:${phone.number.replaceAll(" ", "")}">${phone.number}</a>${phone.label === "" ? nothing : html`<span class="faint">${phone.label}</span>`}`)}<span class="faint">${languageName(contact.language)}</span></div>
        ${step.code_word && contact.id === next?.id && this.mine() ? this.#codeWord(contact) : nothing}</li>`;
    })}</ul>`;
  }

  #codeWord(contact: Callable): Part {
    if (!contact.has_code_word) return html`<p class="mute small">${t("No code word is on file: nothing is called off on his word.")}</p>`;
    const said = this.#spoken?.contact === contact.id ? this.#spoken : null;
    return html`<form class="word" @submit=${(event: Event) => { event.preventDefault(); void this.#check(contact); }}>
        ${field("plan-word", t("Code word"), { value: this.#word, disabled: this.#checking, maxlength: 120, input: (value) => (this.#word = value) })}
        <button class="btn small" id="plan-word-check" ?disabled=${this.#checking}><span>${t("Check")}</span></button></form>
      <div aria-live="assertive">${said === null ? nothing : spokenPart(said)}</div>`;
  }

  #wait(step: PinnedStep): Part {
    const begun = waitingSince(planOf(this.now)?.steps ?? [], step, this.#sinceMs);
    const left = begun + step.wait_s * 1000 - this.port.nowMs();
    return html`<p class="waiting ${left <= 0 ? "over" : ""}" role="timer">${left > 0 ? t("{span} to go", { span: age(left) }) : t("The time is over ({span}).", { span: span(step.wait_s) })}</p>`;
  }
}

/** What the operator is told. He says the same to the caller, whether it held or was said under duress. */
function spokenPart(said: Spoken): Part {
  switch (said.outcome) {
    case "valid": return note(t("The word is right."), "ok", "check");
    case "duress": return note(html`<b>${t("Duress word: a hold-up.")}</b> ${t("Say that all is well, and end the call. Then call the police; nothing is called off.")}`, "alarm", "hand");
    case "wrong": return note(html`${t("The word is not right: go on with the plan.")} <span class="mute">${said.tries_left === 0 ? t("No more tries for a quarter of an hour.") : t("{n} more tries.", { n: said.tries_left })}</span>`, "warn", "alarm");
  }
}

// --- the guards ---

const onward: Readonly<Partial<Record<DispatchState, readonly DispatchState[]>>> = {
  requested: ["accepted", "on_the_way", "arrived"], accepted: ["on_the_way", "arrived"], on_the_way: ["arrived"], arrived: ["left"], left: [],
};
const journey: readonly DispatchState[] = ["requested", "accepted", "on_the_way", "arrived", "left", "reported"];

/** Late by the clock of this moment: the server's word may be a minute old. */
export function lateBy(one: Errand, nowMs: number): number {
  if (one.state === "requested" && nowMs > one.accept_by_ms) return nowMs - one.accept_by_ms;
  return ["requested", "accepted", "on_the_way"].includes(one.state) && nowMs > one.due_ms ? nowMs - one.due_ms : 0;
}

class GuardPanel extends Drawn {
  #companies: readonly Company[] | null = null;
  readonly keys: readonly Binding[] = [];

  constructor(host: HTMLElement, options: PanelOptions, port: PlansPort) {
    super(host, options, port);
    void port.errands(options.alarm.id).then(({ guards: all }) => { this.#companies = all; this.redraw(); }, (error: unknown) => this.failed(error));
    this.redraw();
  }

  protected override draw(): Part {
    const errands = errandsOf(this.now);
    return html`<div class="guard-panel">${errands.map((one) => this.#errand(one))}
      ${errands.some((one) => one.state !== "cancelled" && one.state !== "reported") || !this.mine() ? nothing : this.#senders(errands)}</div>`;
  }

  #senders(errands: readonly Errand[]): Part {
    if (this.#companies === null) return nothing;
    if (this.#companies.length === 0) return html`<p class="mute small">${t("No guard company is on file for this site.")}</p>`;
    const sent = new Set(errands.map((one) => one.guard_id));
    return html`<div class="outcomes">${this.#companies.map((one) => button(t("{guard}, {n} min", { guard: one.name, n: one.typical_min }), () => this.options.act("send-guard", { guard_id: one.id, note: "" }), { small: true, icon: "guard", kind: sent.has(one.id) ? "quiet" : "" }))}</div>`;
  }

  #errand(one: Errand): Part {
    const tz = this.now.site?.tz;
    const late = lateBy(one, this.port.nowMs());
    const ended = one.state === "reported" || one.state === "cancelled";
    const tone = late > 0 ? "alarm" : one.state === "cancelled" ? "" : journey.indexOf(one.state) >= 3 ? "ok" : "accent";
    return html`<article class="errand-card" data-errand=${one.id}><div class="row apart"><span class="row">${icon("guard", "small")}<b>${one.guard}</b></span>${pill(errandState(one.state, one.declined), tone, late > 0 ? { icon: "clock" } : {})}</div>
      <ol class="journey" aria-hidden="true">${journey.map((state) => html`<li class=${typeof one.times[`${state}_ms`] === "number" ? "there" : ""}></li>`)}</ol>
      ${late > 0 ? html`<p class="late" role="alert">${one.state === "requested" ? t("No answer since {time}.", { time: clock(one.accept_by_ms, tz) }) : t("Overdue by {span}: expected at {time}.", { span: span(late / 1000), time: clock(one.due_ms, tz) })}</p>`
        : ended ? nothing : html`<p class="faint small">${journey.indexOf(one.state) < 3 ? t("Expected at {time}, {when}", { time: clock(one.due_ms, tz), when: relative(one.due_ms, this.port.nowMs()) }) : t("Since {time}", { time: clock(one.times[`${one.state}_ms`] ?? one.due_ms, tz) })}</p>`}
      ${one.phone === "" || ended ? nothing : html`<a class="mono" href="tel:${one.phone.replaceAll(" ", "")}">${one.phone}</a>`}
      ${ended ? nothing : this.#pictures(one)}
      ${one.cancel_reason === "" ? nothing : html`<p class="mute small">${one.cancel_reason}</p>`}
      ${one.state !== "reported" ? nothing : html`<p><b>${foundName(one.found)}</b>${one.report === "" ? nothing : html` · ${one.report}`} ${one.secured === true ? pill(t("left closed"), "ok", { icon: "check" }) : pill(t("not left closed"), "warn")}</p>`}
      ${ended ? nothing : this.#buttons(one)}</article>`;
  }

  /** What the guard may be shown, and whether he looked. */
  #pictures({ pictures }: Errand): Part {
    if (pictures === undefined || !pictures.allowed) return nothing;
    const seen = pictures.sent.filter(({ seen_ms }) => seen_ms !== null).length;
    const words = pictures.sent.length > 0 ? t("Pictures sent: {n}, opened: {seen}", { n: pictures.sent.length, seen })
      : pictures.key === null ? t("The owner allows pictures. The guard’s phone is not ready for them: he opens his link and accepts.") : t("The owner allows pictures, and the guard’s phone is ready for them.");
    return html`<p class="mute small">${words}</p>`;
  }

  #buttons(one: Errand): Part {
    const moves = onward[one.state] ?? [];
    return html`<div class="outcomes">${moves.map((state) => button(errandState(state), () => this.options.act("guard-state", { dispatch_id: one.id, state }), { small: true, hint: t("He said so on the telephone") }))}
      ${button(t("Link…"), () => void this.#link(one), { small: true, kind: "quiet", icon: "device" })}
      ${one.state === "left" ? nothing : button(t("Call off…"), () => this.#cancel(one), { small: true, kind: "quiet" })}</div>`;
  }

  async #link(one: Errand): Promise<void> {
    try {
      const { url, hours } = await this.port.link(one.id);
      showLink(one.guard, url, hours, one.mailed_ms !== null);
    } catch (error) {
      this.failed(error);
    }
  }

  #cancel(one: Errand): void {
    let words = "";
    const send = (): void => {
      dialog.close();
      this.options.act("guard-cancel", { dispatch_id: one.id, reason: words.trim() });
    };
    const dialog = openDialog(t("Call off {guard}", { guard: one.guard }), (opened) => html`<div class="form">
      ${textField("cancel-why", t("Why?"), { hint: t("Stays with the alarm."), rows: 2, maxlength: 300, input: (value) => (words = value) })}
      ${foot(button(t("Not yet"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Call off"), send, { kind: "primary", id: "cancel-now" }))}</div>`);
  }
}

/** Shown once: nobody can ask for the same link again, only for a new one. */
function showLink(guard: string, url: string, hours: number, mailed: boolean): void {
  let copied = false;
  const copy = (): void => void navigator.clipboard.writeText(url).then(() => { copied = true; dialog.redraw(); }, () => toast(t("Copying was refused: select the link and copy it."), "alarm"));
  const dialog = openDialog(t("Link for {guard}", { guard }), (opened) => html`<div class="form">
    <p>${t("It works on the first phone that opens it, for {n} hours or until the errand is over. A phone that had the errand before has lost it.", { n: hours })}</p>
    <code class="code" id="guard-link">${url}</code>
    ${mailed ? html`<p class="mute small">${t("A link was mailed as well: whichever is opened first counts.")}</p>` : nothing}
    ${foot(button(t("Close"), opened.close, { kind: "quiet", key: "Esc" }), button(copied ? t("Copied") : t("Copy"), copy, { kind: "primary", icon: copied ? "check" : "note", id: "copy-link" }))}</div>`);
}
