// SPDX-License-Identifier: EUPL-1.2
// The register of breaches, and one case. What is done is done in dialogs.ts and letter.ts; this draws, and asks anew.
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { t, when } from "../../../kit/words";
import { reportBreach } from "../../report_dialog";
import { pathOf } from "../../paged/model";
import type { Ctx, Mounted } from "../pages";
import { caseView, type CaseActions } from "./case";
import { assessDialog, dismissDialog, dropDialog, evaluateDialog, judgeDialog, measureDialog, numbersDialog } from "./dialogs";
import { letterDialog } from "./letter";
import type { Brief, Case, Choices } from "./types";
import { clockOf, riskName, stateName, stateTone, whom } from "./words";

export interface State {
  readonly nowMs: number;
  readonly id: string | null;
  readonly list: readonly Brief[] | null;
  readonly one: Case | null;
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  return new Breaches(host, ctx, id);
}

class Breaches implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: readonly (() => void)[];
  #choices: Promise<Choices> | null = null;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null) {
    this.#board = new Board<State>(host, { nowMs: ctx.nowMs(), id, list: null, one: null }, (state) => (state.id === null ? listView(state, this.#open, this.#report) : caseView(state, this.#actions, () => ctx.go("breaches"))));
    this.#stops = [ctx.ticks((nowMs) => this.#board.change({ nowMs })), ctx.events((topic) => void (topic.startsWith("breach.") && this.#load()))];
    void this.#load();
  }

  route(id: string | null): void {
    this.#board.change({ id, one: null });
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(): Promise<void> {
    const { id } = this.#board.state;
    try {
      if (id === null) this.#board.change({ list: (await this.ctx.ask<{ breaches: readonly Brief[] }>("GET", "/breaches")).breaches });
      else this.#took(await this.ctx.ask<Case>("GET", `/breaches/${id}`));
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #took(one: Case): void {
    if (one.id === this.#board.state.id) this.#board.change({ one });
    this.ctx.changed();
  }

  /** Does it, and shows the case as it is then. */
  readonly #post = async (path: string, body: unknown): Promise<void> => this.#took(await this.ctx.ask<Case>("POST", path, body));

  async #try(path: string, body: unknown): Promise<void> {
    try {
      await this.#post(path, body);
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  readonly #open = (event: MouseEvent, id: string): void => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.ctx.go("breaches", id);
  };

  readonly #report = (): void => reportBreach((reported) => this.ctx.go("breaches", reported.id));

  readonly #actions: CaseActions = {
    assess: (one) => {
      this.#choices ??= this.ctx.ask<Choices>("GET", "/breaches/choices");
      void this.#choices.then((all) => assessDialog(one, all, this.#post), (error: unknown) => { this.#choices = null; this.ctx.failed(error); });
    },
    numbers: (affected) => numbersDialog(affected, this.#post),
    judge: (one) => judgeDialog(one, this.#post),
    dismiss: (one) => dismissDialog(one, this.#post),
    reopen: (one) => void this.#try(`/breaches/${one.id}/reopen`, {}),
    tell: (duty) => letterDialog(duty, this.ctx, this.#post),
    drop: (duty) => dropDialog(duty, this.#post),
    measure: (one) => measureDialog(one, this.ctx.nowMs(), this.#post),
    done: (measure, done) => void this.#try(`/breach-measures/${measure.id}`, { done }),
    evaluate: (one) => evaluateDialog(one, this.#post),
  };
}

function listView(state: State, open: (event: MouseEvent, id: string) => void, report: () => void): Part {
  return html`<div class="title"><div><h1>${t("Data breaches")}</h1><p class="mute measure">${t("Every breach of personal data, also what turned out to be none, with what was done about it.")}</p></div>
      <div class="row"><a class="btn small" id="register-file" href="/api/v1/breaches/register" download>${icon("download", "small")}<span>${t("The register as a file")}</span></a>${button(t("Report a breach"), report, { kind: "primary", icon: "broken", id: "report-new" })}</div></div>
    ${state.list === null ? skeleton(5, t("Loading")) : state.list.length === 0 ? html`<div class="card">${empty(t("No breach was ever reported"), t("Everybody who works here has a button to report one, on every page. It comes here at once, with its clocks."), "shield", nothing, "ok")}</div>`
    : html`<ul class="card items breaches">${repeat(state.list, ({ id }) => id, (one) => row(one, state.nowMs, open))}</ul>`}`;
}

function row(one: Brief, nowMs: number, open: (event: MouseEvent, id: string) => void): Part {
  const owed = one.duties.filter(({ dropped_ms, met_ms }) => dropped_ms === null && met_ms === null);
  const live = one.state !== "closed" && one.state !== "no_breach";
  return html`<li><div class="body stack tight"><a href=${pathOf("/backoffice/privacy/", "breaches", one.id)} @click=${(event: MouseEvent) => open(event, one.id)}><b>${t("Breach {n}", { n: one.number })}</b></a><div class="breach-what">${one.what}</div>
      <div class="faint small">${t("{name}, {when}", { name: one.reported_by, when: when(one.known_ms, nowMs) })}${one.state === "no_breach" ? ` · ${one.reason}` : ""}</div></div>
    <div class="row end">${live ? owed.map((duty) => pill(`${whom(duty)}: ${clockOf(duty, nowMs).words}`, clockOf(duty, nowMs).tone, { icon: "clock" })) : nothing}${one.risk === "" ? nothing : pill(riskName(one.risk), one.risk === "high" ? "alarm" : one.risk === "risk" ? "warn" : "")}${pill(stateName(one.state), stateTone(one.state))}</div></li>`;
}
