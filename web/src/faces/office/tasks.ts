// SPDX-License-Identifier: EUPL-1.2
// What there is to do: the most pressing first; each is taken, given, put off or done, and each of that undone.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { button, empty, pill, skeleton } from "../../kit/pieces";
import { number, relative, t, tn } from "../../kit/words";
import { date, daysTo, taskLeadsTo, type State } from "./model";
import type { Task, Which } from "./types";
import type { Actions } from "./view";
import { taskTitle } from "./words";

const LISTS: readonly Which[] = ["open", "mine", "snoozed", "done"];

function listName(which: Which): string {
  if (which === "open") return t("All");
  if (which === "mine") return t("Mine");
  return which === "snoozed" ? t("Put off") : t("Done");
}

export function tasksTab(state: State, act: Actions): Part {
  const { tasks, which } = state;
  const count = (one: Which): string => (tasks === null || one === "done" ? "" : ` ${number(tasks.counts[one] ?? 0)}`);
  return html`<div class="title"><div><h1>${t("Tasks")}</h1><p class="mute measure">${t("They arise by themselves, and go when their cause does.")}</p></div>${button(t("New task"), act.addTask, { kind: "primary", icon: "note", key: "N", id: "add" })}</div>
    <div class="lists" role="group" aria-label=${t("Which tasks")}>${LISTS.map((one) => html`<button type="button" class="chip" aria-pressed=${one === which ? "true" : "false"} @click=${() => act.which(one)}>${listName(one)}${count(one)}</button>`)}</div>
    ${tasks === null ? skeleton(6, t("Loading")) : tasks.tasks.length === 0 ? html`<div class="card">${nothingToDo(which)}</div>` : html`<ul class="card items tasks">${repeat(tasks.tasks, ({ id }) => id, (task) => row(state, task, act))}</ul>`}`;
}

function nothingToDo(which: Which): Part {
  if (which === "done") return empty(t("Nothing done yet"), t("What you tick off stays here, and can be undone."), "check");
  if (which === "snoozed") return empty(t("Nothing is put off"), t("A task that you put off comes back on its day."), "clock");
  return empty(t("Nothing to do"), t("An expiring certificate, a silent unit, an unsigned agreement, a missing sign or a malfunction comes here by itself."), "check", nothing, "ok");
}

function row(state: State, task: Task, act: Actions): Part {
  const path = taskLeadsTo(task);
  const title = taskTitle(task);
  const off = task.snoozed_until_ms !== null && task.snoozed_until_ms > state.nowMs;
  return html`<li class="task"><div class="body stack tight"><div>${path === null ? html`<b>${title}</b>` : html`<a href=${path} @click=${(event: MouseEvent) => act.follow(event, path)}><b>${title}</b></a>`}</div>
      <div class="faint small">${[task.kind === "certificate_ends" ? task.name : task.place, task.customer, task.done_ms === null ? t("since {when}", { when: relative(task.raised_ms, state.nowMs) }) : t("done by {name} {when}", { name: task.done_by, when: relative(task.done_ms, state.nowMs) })].filter(Boolean).join(" · ")}</div>
      <div class="row">${dueOf(task, state.nowMs)}${task.assignee === null ? nothing : pill(task.assignee.name, task.assignee.id === state.who.id ? "accent" : "", { icon: "person" })}${off ? pill(t("put off until {day}", { day: date(task.snoozed_until_ms ?? 0) }), "", { icon: "clock" }) : nothing}${task.done_ms !== null && task.cleared_ms === null && task.kind !== "own" ? pill(t("its cause is still there"), "warn") : nothing}</div></div>
    <div class="row end acts">${task.done_ms !== null ? button(t("Not done"), () => act.undo(task), { small: true, icon: "undo" }) : html`
      ${task.assignee?.id === state.who.id ? nothing : button(t("Take it"), () => act.take(task), { small: true, icon: "hand" })}${button(t("Assign"), () => act.assign(task), { small: true, kind: "quiet", icon: "person" })}${button(off ? t("Back now") : t("Put off"), () => act.snooze(task), { small: true, kind: "quiet", icon: "clock" })}${button(t("Done"), () => act.done(task), { small: true, icon: "check" })}`}</div></li>`;
}

function dueOf(task: Task, nowMs: number): Part {
  if (task.due_ms === null) return nothing;
  const days = daysTo(task.due_ms, nowMs);
  if (days <= 0) return pill(t("over since {day}", { day: date(task.due_ms) }), "alarm");
  return pill(tn("in {n} day", "in {n} days", days), days <= 7 ? "warn" : "");
}

