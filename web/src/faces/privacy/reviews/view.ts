// SPDX-License-Identifier: EUPL-1.2
// The calendar of reviews, inside and by others: to come, held, with findings that are followed up; and what customers ask for.
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { button, empty, pill, skeleton, type Tone } from "../../../kit/pieces";
import { day, t, tn, when } from "../../../kit/words";
import { localMinute, momentField, refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import { endOf, inDays, selectField } from "../../settings/fields";
import type { Ctx, Mounted } from "../pages";
import type { Audit, AuditRequest, Finding, Reviews } from "./types";

interface State {
  readonly nowMs: number;
  readonly all: Reviews | null;
  readonly id: string | null;
}

type Errors = Record<string, string>;
const KINDS = ["internal", "external"] as const;
const WEIGHTS = ["observation", "minor", "major"] as const;

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  return new Calendar(host, ctx, id);
}

class Calendar implements Mounted {
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null) {
    this.#board = new Board<State>(host, { nowMs: ctx.nowMs(), all: null, id }, (state) => page(state, this));
    this.#stop = ctx.events((topic) => void (topic === "audit.changed" && this.#load()));
    void this.#load();
  }

  route(id: string | null): void {
    this.#board.change({ id });
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    try {
      this.#board.change({ all: await this.ctx.ask<Reviews>("GET", "/audits"), nowMs: this.ctx.nowMs() });
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  readonly #post = async (path: string, body: unknown): Promise<void> => {
    this.#board.change({ all: await this.ctx.ask<Reviews>("POST", path, body), nowMs: this.ctx.nowMs() });
    this.ctx.changed();
  };

  plan(): void {
    const now = this.ctx.nowMs();
    formDialog(t("Plan a review"), { kind: "internal", title: "", scope: "", by: "", day: inDays(now, 90), every: "12" }, (form) => html`
      ${choices("audit-kind", t("By whom"), KINDS.map((value) => ({ value, words: kindName(value) })), form.said.kind, (kind) => form.put({ kind }))}
      ${field("audit-title", t("What is reviewed"), { value: form.said.title, maxlength: 200, ...form.error("title"), input: (title) => form.set({ title }) })}
      ${field("audit-by", t("Who reviews"), { value: form.said.by, maxlength: 200, ...form.error("by"), input: (by) => form.set({ by }) })}
      <div class="pair">${field("audit-day", t("Before"), { type: "date", value: form.said.day, ...form.error("day"), input: (text) => form.set({ day: text }) })}${field("audit-every", t("Again after how many months (empty: once)"), { value: form.said.every, maxlength: 2, ...form.error("every"), input: (every) => form.set({ every }) })}</div>
      ${textField("audit-scope", t("Scope"), { value: form.said.scope, rows: 2, maxlength: 4000, input: (scope) => form.set({ scope }) })}`, {
      save: t("Plan it"), fields: ["title", "by", "day", "every"],
      check: ({ title, by, day: text, every }) => ({
        ...(title.trim().length < 3 ? { title: t("Say what.") } : {}), ...(by.trim().length < 2 ? { by: t("Say who.") } : {}), ...(Number.isNaN(endOf(text)) ? { day: t("Choose a day.") } : {}),
        ...(/^([1-9]|[1-5]\d|60)?$/.test(every.trim()) ? {} : { every: t("Write a number of 1 to 60.") }),
      }) as Errors,
      send: ({ kind, title, by, scope, day: text, every }) => refusedOf(() => this.#post("/audits", { kind, title, by, scope, due_ms: endOf(text), every_months: every.trim() === "" ? null : Number(every) })),
    });
  }

  hold(audit: Audit): void {
    formDialog(t("It was held"), { at: localMinute(this.ctx.nowMs()), conclusion: "" }, (form) => html`<p><b>${audit.title}</b></p>
      ${momentField("held-at", t("When"), form.said.at, (at) => form.set({ at }), form.error("at"))}
      ${textField("held-conclusion", t("What it came to"), { value: form.said.conclusion, rows: 3, maxlength: 4000, ...form.error("conclusion"), input: (conclusion) => form.set({ conclusion }) })}
      ${audit.every_months === null ? nothing : html`<p class="mute small">${tn("The next one is planned by itself, in a month.", "The next one is planned by itself, in {n} months.", audit.every_months)}</p>`}`, {
      save: t("Keep"), fields: ["at", "conclusion"],
      check: ({ at, conclusion }) => ({ ...(Number.isNaN(Date.parse(at)) ? { at: t("Choose a day and a time.") } : {}), ...(conclusion.trim().length < 3 ? { conclusion: t("Write what it came to.") } : {}) }) as Errors,
      send: ({ at, conclusion }) => refusedOf(() => this.#post(`/audits/${audit.id}/held`, { held_ms: Date.parse(at), conclusion })),
    });
  }

  finding(audit: Audit, people: Reviews["people"]): void {
    formDialog(t("A finding"), { weight: "minor", words: "", person: people[0]?.id ?? "", day: inDays(this.ctx.nowMs(), 30) }, (form) => html`<p><b>${audit.title}</b></p>
      ${choices("finding-weight", t("How heavy"), WEIGHTS.map((value) => ({ value, words: weightName(value) })), form.said.weight, (weight) => form.put({ weight }))}
      ${textField("finding-words", t("What was found"), { value: form.said.words, rows: 3, maxlength: 2000, ...form.error("words"), input: (words) => form.set({ words }) })}
      <div class="pair">${selectField("finding-who", t("Who follows it up"), people.map(({ id, name }) => ({ value: id, words: name })), form.said.person, (person) => form.set({ person }))}${field("finding-day", t("Before"), { type: "date", value: form.said.day, ...form.error("day"), input: (text) => form.set({ day: text }) })}</div>`, {
      save: t("Add"), fields: ["words", "day"],
      check: ({ words, day: text }) => ({ ...(words.trim().length < 3 ? { words: t("Write it in a sentence.") } : {}), ...(Number.isNaN(endOf(text)) ? { day: t("Choose a day.") } : {}) }) as Errors,
      send: ({ weight, words, person, day: text }) => refusedOf(() => this.#post(`/audits/${audit.id}/findings`, { weight, words, person_id: person, due_ms: endOf(text) })),
    });
  }

  follow(finding: Finding): void {
    this.#words(t("What was done"), finding.words, t("Follow-up"), (words) => this.#post(`/audit-findings/${finding.id}`, { words }));
  }

  cancel(audit: Audit): void {
    this.#words(t("It is not held"), audit.title, t("Why not"), (why) => this.#post(`/audits/${audit.id}/cancel`, { why }));
  }

  async undo(finding: Finding): Promise<void> {
    await this.#post(`/audit-findings/${finding.id}`, { words: null }).catch((error: unknown) => this.ctx.failed(error));
  }

  answer(asked: AuditRequest): void {
    formDialog(t("Answer {customer}", { customer: asked.customer }), { outcome: "agreed", answer: "" }, (form) => html`<p class="mute">${asked.scope}</p>
      ${choices("outcome", t("The answer"), ["agreed", "answered", "refused"].map((value) => ({ value, words: outcomeName(value) })), form.said.outcome, (outcome) => form.put({ outcome }))}
      ${textField("answer-words", form.said.outcome === "refused" ? t("On which ground") : t("In words"), { value: form.said.answer, rows: 4, maxlength: 4000, ...form.error("answer"), input: (answer) => form.set({ answer }) })}`, {
      save: t("Answer"), fields: ["answer"],
      check: ({ answer }) => (answer.trim().length < 10 ? { answer: t("Write it in a sentence.") } : {}) as Errors,
      send: (said) => refusedOf(() => this.#post(`/audit-requests/${asked.id}/answer`, said)),
    });
  }

  #words(title: string, about: string, label: string, send: (words: string) => Promise<void>): void {
    formDialog(title, { words: "" }, (form) => html`<p class="mute">${about}</p>${textField("said-words", label, { value: form.said.words, rows: 3, maxlength: 1000, ...form.error("words"), input: (words) => form.set({ words }) })}`, {
      save: t("Keep"), fields: ["words"],
      check: ({ words }) => (words.trim().length < 3 ? { words: t("Write it in a sentence.") } : {}) as Errors,
      send: ({ words }) => refusedOf(() => send(words.trim())),
    });
  }
}

const kindName = (kind: string): string => (kind === "internal" ? t("Inside: our own people") : t("Outside: an authority, a certifier, a customer"));

function weightName(weight: string): string {
  if (weight === "observation") return t("Observation");
  return weight === "minor" ? t("Minor") : t("Major");
}

function outcomeName(outcome: string): string {
  if (outcome === "agreed") return t("They may come");
  return outcome === "answered" ? t("They got what they asked for") : t("Not, and on which ground");
}

function page({ all, nowMs }: State, act: Calendar): Part {
  if (all === null) return skeleton(6, t("Loading"));
  const coming = all.audits.filter((one) => one.held_ms === null && one.cancelled_ms === null);
  const past = all.audits.filter((one) => !coming.includes(one));
  return html`<div class="title"><div><h1>${t("Reviews and audits")}</h1><p class="mute measure">${t("When our work is reviewed, inside and by others, what was found, and what was done about it. One that is not held in time breaks a promise.")}</p></div>${all.may_change ? button(t("Plan a review"), () => act.plan(), { kind: "primary", icon: "plus", id: "plan" }) : nothing}</div>
    ${all.requests.length === 0 ? nothing : html`<section class="stack tight"><h2>${t("What customers ask for")}</h2><ul class="card items reviews">${repeat(all.requests, ({ id }) => id, (asked) => requestRow(asked, all, nowMs, act))}</ul></section>`}
    <section class="stack tight"><h2>${t("To come")}</h2>${coming.length === 0 ? html`<div class="card">${empty(t("No review is planned"), t("Plan the first one: an audit by a certifier, a review of who may do what, a trial of the back-up."), "clock")}</div>` : html`<ul class="card items reviews">${repeat(coming, ({ id }) => id, (one) => row(one, all, nowMs, act))}</ul>`}</section>
    ${past.length === 0 ? nothing : html`<section class="stack tight"><h2>${t("Held")}</h2><ul class="card items reviews">${repeat(past, ({ id }) => id, (one) => row(one, all, nowMs, act))}</ul></section>`}`;
}

function dueOf(ms: number, nowMs: number): Part {
  const tone: Tone = ms < nowMs ? "alarm" : ms < nowMs + 30 * 86_400_000 ? "warn" : "";
  return pill(ms < nowMs ? t("late since {day}", { day: day(ms) }) : t("before {day}", { day: day(ms) }), tone, { icon: "clock" });
}

function row(one: Audit, all: Reviews, nowMs: number, act: Calendar): Part {
  const open = one.held_ms === null && one.cancelled_ms === null;
  return html`<li id="review-${one.id}"><div class="body stack tight"><div><b>${one.title}</b></div><div class="mute small">${[one.by, one.kind === "internal" ? t("inside") : t("outside"), one.every_months === null ? "" : tn("every month", "every {n} months", one.every_months)].filter(Boolean).join(" · ")}</div>
      ${one.scope === "" ? nothing : html`<div class="small">${one.scope}</div>`}${one.conclusion === "" ? nothing : html`<div>${one.conclusion}</div>`}${one.cancelled_ms === null ? nothing : html`<div class="mute small">${t("Not held: {why}", { why: one.cancelled_why })}</div>`}
      ${one.findings.length === 0 ? nothing : html`<ul class="findings">${repeat(one.findings, ({ id }) => id, (finding) => findingRow(finding, all, nowMs, act))}</ul>`}</div>
    <div class="row end">${open ? dueOf(one.due_ms, nowMs) : one.held_ms === null ? pill(t("Not held"), "") : pill(t("held {day}", { day: day(one.held_ms) }), "ok", { icon: "check" })}${!all.may_change ? nothing : html`${open ? html`${button(t("It was held"), () => act.hold(one), { small: true, icon: "check" })}${button(t("It is not held"), () => act.cancel(one), { small: true, kind: "quiet" })}` : nothing}${one.cancelled_ms === null ? button(t("Add a finding"), () => act.finding(one, all.people), { small: true, kind: "quiet", icon: "plus" }) : nothing}`}</div></li>`;
}

function findingRow(one: Finding, all: Reviews, nowMs: number, act: Calendar): Part {
  return html`<li><div class="stack tight"><div>${pill(weightName(one.weight), one.done_ms === null ? (one.weight === "major" ? "alarm" : "warn") : "")} ${one.words}</div><div class="mute small">${one.done_ms === null ? t("{name}, before {day}", { name: one.name, day: day(one.due_ms) }) : t("{words} ({name}, {when})", { words: one.follow_up, name: one.done_by, when: when(one.done_ms, nowMs) })}</div></div>
    ${all.may_change ? (one.done_ms === null ? html`<div class="row">${one.due_ms < nowMs ? pill(t("late"), "alarm") : nothing}${button(t("Follow up"), () => act.follow(one), { small: true })}</div>` : button(t("Not done"), () => void act.undo(one), { small: true, kind: "quiet", icon: "undo" })) : nothing}</li>`;
}

function requestRow(asked: AuditRequest, all: Reviews, nowMs: number, act: Calendar): Part {
  const open = asked.answered_ms === null && asked.withdrawn_ms === null;
  return html`<li><div class="body stack tight"><div><b>${asked.customer}</b></div><div>${asked.scope}</div>${asked.answer === "" ? nothing : html`<div class="mute">${outcomeName(asked.outcome)}: ${asked.answer}</div>`}<div class="faint small">${t("asked {when}", { when: when(asked.asked_ms, nowMs) })}</div></div>
    <div class="row end">${open ? dueOf(asked.due_ms, nowMs) : pill(asked.withdrawn_ms === null ? t("Answered") : t("Withdrawn"), "ok")}${open && all.may_change ? button(t("Answer"), () => act.answer(asked), { small: true, kind: "primary" }) : nothing}</div></li>`;
}
