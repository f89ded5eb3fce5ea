// SPDX-License-Identifier: EUPL-1.2
// An alarm centre's tasks: they arise by themselves (a breach that must be told, a review that is due), and go when their cause does.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { clock, day, relative, t } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";

type Which = "open" | "done";

interface Task {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly words: string;
  readonly place: string;
  readonly due_ms: number | null;
  readonly raised_ms: number;
  readonly done_ms: number | null;
  readonly done_by: string;
  readonly assignee: { readonly id: string; readonly name: string } | null;
}

interface State {
  readonly which: Which;
  readonly tasks: readonly Task[] | null;
  readonly busy: string;
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const board = new Board<State>(host, { which: "open", tasks: null, busy: "" }, draw);
  const load = async (): Promise<void> => {
    const { tasks } = await ctx.ask<{ tasks: readonly Task[] }>("GET", `/tasks?which=${board.state.which}`);
    board.change({ tasks });
  };
  const refresh = (): void => void load().catch((error: unknown) => ctx.failed(error));
  const stop = ctx.events((topic) => void (topic === "task.changed" && refresh()));
  const act = async (task: Task, verb: "done" | "undo" | "assign", body: unknown = {}): Promise<void> => {
    board.change({ busy: task.id });
    await ctx.ask("POST", `/tasks/${task.id}/${verb}`, body).then(load).catch((error: unknown) => ctx.failed(error));
    board.change({ busy: "" });
  };

  function draw(state: State): Part {
    const chip = (one: Which, words: string): Part => html`<button type="button" class="chip" aria-pressed=${one === state.which ? "true" : "false"} @click=${() => { board.change({ which: one, tasks: null }); refresh(); }}>${words}</button>`;
    return html`<div class="title"><div><h1>${t("Tasks")}</h1><p class="mute measure">${t("They arise by themselves, and go when their cause does.")}</p></div></div>
      <div class="row" role="group" aria-label=${t("Which tasks")}>${chip("open", t("All"))}${chip("done", t("Done"))}</div>
      ${state.tasks === null ? skeleton(5, t("Loading")) : state.tasks.length === 0 ? html`<div class="card">${empty(t("Nothing to do"), t("A breach that somebody must be told of, a review that is due or a finding comes here by itself."), "check", nothing, "ok")}</div>` : html`<ul class="card items tasks">${state.tasks.map((task) => row(state, task))}</ul>`}`;
  }

  function row(state: State, task: Task): Part {
    const title = task.title || task.words;
    const about = [task.place, task.done_ms === null ? t("since {when}", { when: relative(task.raised_ms, ctx.nowMs()) }) : t("done by {name} {when}", { name: task.done_by, when: relative(task.done_ms, ctx.nowMs()) })];
    return html`<li class="task" data-task=${task.id}><div class="body stack tight"><div>${task.path === "" ? html`<b>${title}</b>` : html`<a href=${task.path}><b>${title}</b></a>`}</div><div class="faint small">${about.filter(Boolean).join(" · ")}</div>
        <div class="row">${task.due_ms === null ? nothing : pill(t("before {when}", { when: `${day(task.due_ms)} ${clock(task.due_ms)}` }), task.due_ms < ctx.nowMs() ? "alarm" : "warn")}${task.assignee === null ? nothing : pill(task.assignee.name, task.assignee.id === ctx.me.id ? "accent" : "", { icon: "person" })}</div></div>
      <div class="row end">${task.done_ms !== null ? button(t("Not done"), () => void act(task, "undo"), { small: true, icon: "undo", busy: state.busy === task.id }) : html`${task.assignee?.id === ctx.me.id ? nothing : button(t("Take it"), () => void act(task, "assign", { person_id: ctx.me.id }), { small: true, icon: "hand" })}${button(t("Done"), () => void act(task, "done"), { small: true, icon: "check", busy: state.busy === task.id })}`}</div></li>`;
  }

  refresh();
  return { close: stop };
}
