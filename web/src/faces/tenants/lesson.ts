// SPDX-License-Identifier: EUPL-1.2
// The lesson (A9): what a breach is, how to report one, and a few cases to judge. Passed when every answer is right; then it is on record.
import { Board, html, nothing, type Part } from "../../kit/dom";
import { field, textField } from "../../kit/form";
import { button, note, pill, skeleton } from "../../kit/pieces";
import { day, t } from "../../kit/words";
import type { Ctx, Mount } from "../paged/pages";
import { refusedOf } from "../report_dialog";
import { formDialog, type FormPage } from "../settings/dialogs";
import { LANGUAGES } from "./dialogs";
import type { Lesson, Marked, OwnCase, Said } from "./types";

interface State {
  readonly lesson: Lesson | null;
  readonly answers: Readonly<Record<string, boolean>>;
  readonly marked: Marked | null;
  readonly busy: boolean;
}

const MOST_CASES = 12;

interface Own {
  readonly lang: string;
  readonly words: Said;
  readonly cases: readonly OwnCase[];
}

/** Languages without a word are left out. */
const filled = (said: Said): Said => Object.fromEntries(Object.entries(said).filter(([, words]) => words.trim() !== ""));

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

  /** Words and cases of the organisation's own trade, language by language. */
  #write(lesson: Lesson): void {
    const first: Own = { lang: document.documentElement.lang || "en", words: lesson.own?.words ?? {}, cases: lesson.own?.cases ?? [] };
    formDialog<Own>(t("What you add to the lesson"), first, (page) => this.#form(page), {
      wide: true, save: t("Save as a new version"), fields: ["words", "cases"],
      send: ({ words, cases }) => refusedOf(async () => this.#board.change({ lesson: await this.ctx.ask<Lesson>("PUT", "/lesson/own", { words: filled(words), cases: cases.map((one) => ({ what: filled(one.what), why: filled(one.why), breach: one.breach })) }), answers: {}, marked: null })),
    });
  }

  #form(page: FormPage<Own>): Part {
    const { lang, words, cases } = page.said;
    const put = (n: number, part: Partial<OwnCase>): readonly OwnCase[] => page.said.cases.map((one, place) => (place === n ? { ...one, ...part } : one));
    return html`<p class="mute small">${t("It stands below the lesson’s own words and cases, which stay. Everybody who works for you takes the lesson again.")}</p>
      <div class="row wrap" role="group" aria-label=${t("Language")}>${LANGUAGES.map(([code, name]) => html`<button type="button" class="btn small ${code === lang ? "primary" : "quiet"}" aria-pressed=${code === lang ? "true" : "false"} @click=${() => page.put({ lang: code })}>${name}</button>`)}</div>
      ${textField(`own-words-${lang}`, t("Text of your own"), { value: words[lang] ?? "", rows: 4, maxlength: 4000, input: (said) => page.set({ words: { ...page.said.words, [lang]: said } }), ...page.error("words") })}
      ${cases.map((one, n) => html`<fieldset class="stack tight"><legend><b>${t("Case {n}", { n: n + 1 })}</b></legend>
        ${field(`own-what-${n}-${lang}`, t("What happened"), { value: one.what[lang] ?? "", maxlength: 400, input: (said) => page.set({ cases: put(n, { what: { ...(page.said.cases[n]?.what ?? {}), [lang]: said } }) }) })}
        ${field(`own-why-${n}-${lang}`, t("Why it is, or is not, a breach"), { value: one.why[lang] ?? "", maxlength: 400, input: (said) => page.set({ cases: put(n, { why: { ...(page.said.cases[n]?.why ?? {}), [lang]: said } }) }) })}
        <div class="row wrap"><label class="check"><input type="checkbox" .checked=${one.breach} @change=${(event: Event) => page.set({ cases: put(n, { breach: (event.target as HTMLInputElement).checked }) })}><span>${t("It is a breach to report")}</span></label>${button(t("Remove"), () => page.put({ cases: page.said.cases.filter((_, place) => place !== n) }), { small: true, kind: "quiet" })}</div></fieldset>`)}
      ${page.error("cases").error === undefined ? nothing : html`<div class="error" role="alert">${page.error("cases").error}</div>`}
      ${cases.length >= MOST_CASES ? nothing : button(t("Add a case"), () => page.put({ cases: [...page.said.cases, { what: {}, why: {}, breach: true }] }), { small: true, icon: "plus", id: "add-case" })}`;
  }

  #draw({ lesson, answers, marked, busy }: State): Part {
    if (lesson === null) return html`<div class="title"><h1>${t("Recognising a breach")}</h1></div>${skeleton(8, t("Loading"))}`;
    const complete = lesson.questions.every(({ id }) => answers[id] !== undefined);
    return html`<div class="title"><div><h1>${t("Recognising a breach")}</h1><p class="mute measure">${t("Five minutes, for everybody who works with people’s data.")}</p></div>${lesson.passed_ms === null && !(marked?.passed ?? false) ? pill(t("not passed yet"), "warn") : pill(marked?.passed ? t("passed today") : t("passed {day}", { day: day(lesson.passed_ms ?? 0) }), "ok")}</div>
      ${lesson.may_write ? html`<div class="row">${button(lesson.own === null ? t("Add your own words and cases") : t("Change what you added"), () => this.#write(lesson), { small: true, id: "own-lesson" })}</div>` : nothing}
      <section class="card pad stack measure">${lesson.text.map((words) => html`<p>${words}</p>`)}</section>
      <section class="card" aria-labelledby="cases"><header><h2 id="cases">${t("What do you do?")}</h2></header><ol class="items lesson">${lesson.questions.map((one, n) => {
        const result = marked?.questions.find(({ id }) => id === one.id);
        return html`<li><div class="body"><fieldset class="choices"><legend><b>${n + 1}. ${one.what}</b></legend>
          ${[true, false].map((breach) => html`<label class="choice"><input type="radio" name=${`case-${one.id}`} value=${breach ? "report" : "no"} .checked=${answers[one.id] === breach} @change=${() => this.#board.change({ answers: { ...answers, [one.id]: breach }, marked: null })}><span>${breach ? t("Report it as a breach") : t("No breach")}</span></label>`)}</fieldset>
          ${result === undefined ? nothing : note(html`<b>${result.right ? t("Right.") : t("Not right.")}</b> ${result.why}`, result.right ? "ok" : "warn", result.right ? "check" : "info")}</div></li>`;
      })}</ol><div class="pad row" id="result">${button(t("These are my answers"), () => void this.#give(), { kind: "primary", busy, disabled: !complete, id: "give-answers" })}${marked === null ? nothing : html`<span role="status">${t("{right} of {asked} right", { right: marked.right, asked: marked.asked })}</span>`}</div></section>`;
  }
}
