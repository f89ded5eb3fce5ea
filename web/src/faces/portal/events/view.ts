// SPDX-License-Identifier: EUPL-1.2
// Every alarm, and step by step what the alarm centre did about it. The customer asks how one was handled, and sees who looks for that.
import { foot } from "../../../kit/dialog";
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { textField } from "../../../kit/form";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { clockSeconds, dayWord, isoDay, t } from "../../../kit/words";
import { alarmNumber, alarmTitle, codeName, reopenReason, stepName } from "../../names";
import type { Alarm } from "../../types";
import { kindName, outcomeName } from "../../plans/words";
import type { PortalState } from "../model";
import type { Ctx, Mounted } from "../pages";

interface Step {
  readonly at_ms: number;
  readonly kind: string;
  readonly who: string;
  readonly outcome: string;
  readonly what: string;
  readonly text: string;
  readonly noted: boolean;
}

interface Story {
  readonly id: string;
  readonly asked_ms: number | null;
  readonly reopened_until_ms: number | null;
  readonly steps: readonly Step[];
}

interface State {
  readonly frame: PortalState;
  readonly opened: string | null;
  readonly stories: Readonly<Record<string, Story>>;
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  return new Events(host, ctx, id);
}

class Events implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];

  constructor(
    host: HTMLElement,
    private readonly ctx: Ctx,
    id: string | null,
  ) {
    this.#board = new Board<State>(host, { frame: ctx.state(), opened: id, stories: {} }, (state) => this.#drawn(state));
    this.#stops = [
      ctx.watch((frame) => this.#board.change({ frame })),
      ctx.events((topic, data) => {
        const alarm = String(data["alarm_id"] ?? "");
        if (alarm === this.#board.state.opened && /^(alarm|window|reopening)\./.test(topic)) void this.#load(alarm);
      }),
    ];
    if (id !== null) void this.#load(id);
  }

  route(id: string | null): void {
    this.#board.change({ opened: id });
    if (id !== null) void this.#load(id);
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(id: string): Promise<void> {
    try {
      this.#took(await this.ctx.port.ask<Story>("GET", `/alarms/${id}/story`));
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #took(story: Story): void {
    this.#board.change({ stories: { ...this.#board.state.stories, [story.id]: story } });
  }

  #toggle(id: string): void {
    const opened = this.#board.state.opened === id ? null : id;
    this.#board.change({ opened });
    if (opened !== null) void this.#load(opened);
  }

  #see(alarm: Alarm): void {
    if (alarm.camera === null) return;
    const end = alarm.closed?.at_ms ?? alarm.window?.ended_ms ?? this.ctx.port.nowMs();
    const to = Math.max(alarm.raised_ms + 5000, Math.min(end, alarm.raised_ms + 300_000));
    this.ctx.go("recordings", `${alarm.camera.id}_${alarm.raised_ms - 15_000}_${Math.round(to)}`);
  }

  #ask(alarm: Alarm): void {
    let text = "";
    const dialog = this.ctx.dialog(t("Follow up {number}", { number: alarmNumber(alarm) }), (opened) => html`
      <p>${t("The alarm centre sees your question on this alarm. It may then look again at what your unit released of it, and at nothing else; you see that it does, and can end it.")}</p>
      ${textField("ask-text", t("What do you want to know?"), { rows: 3, maxlength: 1000, input: (value) => { text = value; } })}
      ${foot(button(t("Leave it"), opened.close), button(t("Ask the alarm centre"), () => { dialog.close(); void this.#asked(alarm, text); }, { kind: "primary", icon: "send", id: "ask-now" }))}`);
  }

  async #asked(alarm: Alarm, text: string): Promise<void> {
    try {
      this.#took(await this.ctx.port.ask<Story>("POST", `/alarms/${alarm.id}/follow-up`, { text }));
      this.ctx.toast(t("Asked. You see here what comes of it."), "ok");
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  async #end(alarm: Alarm, story: Story): Promise<void> {
    try {
      if (story.asked_ms !== null) this.#took(await this.ctx.port.ask<Story>("POST", `/alarms/${alarm.id}/follow-up/end`));
      else {
        await this.ctx.port.endReopening(alarm.id);
        await this.#load(alarm.id);
      }
      this.ctx.toast(t("Ended. The alarm centre sees nothing of it any more."), "ok");
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #drawn({ frame, opened, stories }: State): Part {
    const alarms = [...frame.alarms].sort((a, b) => b.raised_ms - a.raised_ms);
    const tz = alarms[0]?.site.tz;
    return html`<div class="page events"><div class="title"><h1>${t("Events")}</h1></div>
      ${frame.loading ? skeleton(5, t("Loading")) : alarms.length === 0 ? html`<div class="card">${empty(t("No alarm yet"), t("When your unit raises one, it is here: what it saw, who handled it, and how it ended."), "bell", button(t("Back to now"), () => this.ctx.go("now")), "ok")}</div>`
      : byDay(alarms, tz).map(([key, list]) => html`<section class="stack tight" aria-label=${key}><h2 class="day-title">${dayWord(list[0]!.raised_ms, frame.nowMs, tz)}</h2>
        <div class="card"><ul class="items">${repeat(list, ({ id }) => id, (alarm) => this.#row(alarm, opened === alarm.id, stories[alarm.id] ?? null, frame.nowMs))}</ul></div></section>`)}</div>`;
  }

  #row(alarm: Alarm, opened: boolean, story: Story | null, nowMs: number): Part {
    const open = alarm.state !== "closed";
    const ended = alarm.recalled_ms !== null ? t("You recalled it") : alarm.closed !== null ? codeName(alarm.closed.code) : t("Open");
    return html`<li data-event=${alarm.id}>${tile(open ? "alarm" : alarm.recalled_ms !== null ? "recall" : "check", open ? "alarm" : "")}
      <div class="body"><b>${alarmTitle(alarm)} · ${alarm.camera?.name ?? alarm.site.name}</b>
        <div class="mute"><span class="mono">${clockSeconds(alarm.raised_ms, alarm.site.tz)}</span> · ${ended}</div>
        <div class="faint small">${alarmNumber(alarm)}${alarm.claimed_by === null ? "" : ` · ${t("handled by {name}", { name: alarm.claimed_by.name })}`}${alarm.images === "released" ? "" : ` · ${t("without images")}`}</div>
        <div class="row">${button(opened ? t("Close the steps") : t("What was done"), () => this.#toggle(alarm.id), { icon: "list", small: true })}
          ${alarm.camera === null ? nothing : button(t("See it"), () => this.#see(alarm), { icon: "play", small: true })}
          ${open ? nothing : button(t("Follow up my alarm"), () => this.#ask(alarm), { icon: "send", small: true })}</div>
        ${opened ? (story === null ? skeleton(3, t("Loading")) : this.#story(alarm, story, nowMs)) : nothing}</div></li>`;
  }

  #story(alarm: Alarm, story: Story, nowMs: number): Part {
    const looking = story.reopened_until_ms !== null && story.reopened_until_ms > nowMs;
    return html`${looking ? note(html`<b>${t("The alarm centre may look at this alarm again until {time}.", { time: clockSeconds(story.reopened_until_ms!, alarm.site.tz) })}</b>`, "warn", "eye") : nothing}
      ${story.asked_ms !== null || looking ? html`<div class="row">${story.asked_ms === null ? nothing : pill(t("You asked at {time}", { time: clockSeconds(story.asked_ms, alarm.site.tz) }), "accent", { icon: "send" })}${button(t("End it now"), () => void this.#end(alarm, story), { small: true, kind: "alarm", id: "end-follow-up" })}</div>` : nothing}
      <ol class="story">${story.steps.map((step) => html`<li><span class="mono faint">${clockSeconds(step.at_ms, alarm.site.tz)}</span> <b>${wordsOf(step)}</b>${step.who === "" ? nothing : html` <span class="mute">${step.who}</span>`}${step.text === "" ? nothing : html`<div>“${step.text}”</div>`}${step.noted ? html`<div class="faint small">${t("with a note, which may speak of others: ask for it")}</div>` : nothing}</li>`)}</ol>`;
  }
}

function wordsOf(step: Step): string {
  if (step.kind === "customer_asked") return t("You asked about it");
  if (step.kind === "customer_took_back") return t("You took your question back");
  if (step.kind === "answered") return t("The alarm centre answered");
  if (step.kind === "reopened") return `${t("reopened")}: ${reopenReason(step.outcome)}`;
  if (step.kind === "released") return t("put back");
  if (step.kind === "code_word") return step.outcome === "valid" ? t("code word: right") : step.outcome === "duress" ? t("code word: duress") : t("code word: wrong");
  return [stepName(step.kind), step.what === "" ? "" : kindName(step.what), step.kind === "plan" && step.outcome !== "" ? outcomeName(step.outcome) : ""].filter(Boolean).join(": ");
}

function byDay(alarms: readonly Alarm[], tz: string | undefined): readonly (readonly [string, readonly Alarm[]])[] {
  const days = new Map<string, Alarm[]>();
  for (const alarm of alarms) days.set(isoDay(alarm.raised_ms, tz), [...(days.get(isoDay(alarm.raised_ms, tz)) ?? []), alarm]);
  return [...days];
}
