// SPDX-License-Identifier: EUPL-1.2
// The lesson (A9): what a breach is, how to report one, and a few cases to judge. Passed when every answer is right; then it is on record.
import { Board, html, nothing, type Part } from "../../kit/dom";
import { button, note, pill, skeleton } from "../../kit/pieces";
import { day, t } from "../../kit/words";
import type { Ctx, Mount } from "../paged/pages";
import type { Lesson, Marked } from "./types";

interface State {
  readonly lesson: Lesson | null;
  readonly answers: Readonly<Record<string, boolean>>;
  readonly marked: Marked | null;
  readonly busy: boolean;
}

export const mount: Mount = (host, ctx) => {
  new LessonPage(host, ctx);
  return { close: () => undefined };
};

class LessonPage {
  readonly #board: Board<State>;

  constructor(host: HTMLElement, private readonly ctx: Ctx) {
    this.#board = new Board<State>(host, { lesson: null, answers: {}, marked: null, busy: false }, (state) => this.#draw(state));
    ctx.ask<Lesson>("GET", "/lesson").then((lesson) => this.#board.change({ lesson }), (error: unknown) => ctx.failed(error));
  }

  async #give(): Promise<void> {
    this.#board.change({ busy: true });
    try {
      const marked = await this.ctx.ask<Marked>("POST", "/lesson", { answers: this.#board.state.answers });
      this.#board.change({ marked, busy: false });
      this.ctx.changed();
      this.ctx.toast(marked.passed ? t("Passed, and on record.") : t("Not all of it yet: read why, and try again."), marked.passed ? "ok" : "");
      document.querySelector("#result")?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.#board.change({ busy: false });
      this.ctx.failed(error);
    }
  }

  #draw({ lesson, answers, marked, busy }: State): Part {
    if (lesson === null) return html`<div class="title"><h1>${t("Recognising a breach")}</h1></div>${skeleton(8, t("Loading"))}`;
    const complete = lesson.questions.every(({ id }) => answers[id] !== undefined);
    return html`<div class="title"><div><h1>${t("Recognising a breach")}</h1><p class="mute measure">${t("Five minutes, for everybody who works with people’s data.")}</p></div>${lesson.passed_ms === null && !(marked?.passed ?? false) ? pill(t("not passed yet"), "warn") : pill(marked?.passed ? t("passed today") : t("passed {day}", { day: day(lesson.passed_ms ?? 0) }), "ok")}</div>
      <section class="card pad stack measure">${lesson.text.map((words) => html`<p>${words}</p>`)}</section>
      <section class="card" aria-labelledby="cases"><header><h2 id="cases">${t("What do you do?")}</h2></header><ol class="items lesson">${lesson.questions.map((one, n) => {
        const result = marked?.questions.find(({ id }) => id === one.id);
        return html`<li><div class="body"><fieldset class="choices"><legend><b>${n + 1}. ${one.what}</b></legend>
          ${[true, false].map((breach) => html`<label class="choice"><input type="radio" name=${`case-${one.id}`} value=${breach ? "report" : "no"} .checked=${answers[one.id] === breach} @change=${() => this.#board.change({ answers: { ...answers, [one.id]: breach }, marked: null })}><span>${breach ? t("Report it as a breach") : t("No breach")}</span></label>`)}</fieldset>
          ${result === undefined ? nothing : note(html`<b>${result.right ? t("Right.") : t("Not right.")}</b> ${result.why}`, result.right ? "ok" : "warn", result.right ? "check" : "info")}</div></li>`;
      })}</ol><div class="pad row" id="result">${button(t("These are my answers"), () => void this.#give(), { kind: "primary", busy, disabled: !complete, id: "give-answers" })}${marked === null ? nothing : html`<span role="status">${t("{right} of {asked} right", { right: marked.right, asked: marked.asked })}</span>`}</div></section>`;
  }
}
