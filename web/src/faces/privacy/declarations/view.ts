// SPDX-License-Identifier: EUPL-1.2
// The table of declarations: what is held of whom, what for, how long. Everything else of this office is made from it.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { empty, skeleton } from "../../../kit/pieces";
import { table } from "../../../kit/table";
import { number, t, tn } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";

interface Row {
  readonly of: string;
  readonly fields: readonly string[];
  readonly subject: string;
  readonly path: string;
  readonly category: string;
  readonly purpose: string;
  readonly basis: string;
  readonly recipients: readonly string[];
  readonly term: string;
  readonly starts: string;
  readonly export: string;
  readonly erase: string;
}

interface Answer {
  readonly rows: readonly Row[];
  readonly counts: { readonly fields: number; readonly tracks: number; readonly kinds: number; readonly not_personal: number };
}

interface State {
  readonly answer: Answer | null;
  readonly typed: string;
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const board = new Board<State>(host, { answer: null, typed: "" }, (state) => draw(state, (typed) => board.change({ typed })));
  ctx.ask<Answer>("GET", "/declarations").then((answer) => board.change({ answer }), (error: unknown) => ctx.failed(error));
  return { close: () => undefined };
}

const said = (row: Row): string => [row.of, ...row.fields, row.subject, row.category, row.purpose, row.basis, ...row.recipients, row.term].join(" ").toLowerCase();

function draw({ answer, typed }: State, type: (typed: string) => void): Part {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = (answer?.rows ?? []).filter((row) => words.every((word) => said(row).includes(word)));
  return html`<div class="title"><div><h1>${t("What is held of whom")}</h1><p class="mute measure">${t("Every field, log entry and stream that says something of a person, as the programs declare it. A field that nobody spoke for stops the server from starting; deletion, answers, registers and the statement are made from this table.")}</p></div></div>
    ${answer === null ? skeleton(8, t("Loading")) : html`
    <p class="mute small">${[tn("{n} field", "{n} fields", answer.counts.fields), tn("{n} kind of log entry", "{n} kinds of log entry", answer.counts.kinds), tn("{n} stream", "{n} streams", answer.counts.tracks), tn("{n} field that says nothing of a person", "{n} fields that say nothing of a person", answer.counts.not_personal)].join(" · ")}</p>
    ${field("look-for", t("Look for"), { value: typed, hint: t("A room, a field, a purpose, whose it is…"), input: type })}
    <p class="small mute" role="status">${typed === "" ? nothing : t("{n} of {of} lines", { n: number(rows.length), of: number(answer.rows.length) })}</p>
    ${table<Row>(t("Declarations of personal data"), [
      { title: t("Where"), cell: (row) => html`<code>${row.of}</code><div class="small mute declared-fields">${row.fields.join(", ")}</div>` },
      { title: t("Whose"), cell: (row) => html`${row.subject}${row.path === "" ? nothing : html`<div class="small faint"><code>${row.path}</code></div>`}` },
      { title: t("What, and what for"), cell: (row) => html`${row.category}<div class="small mute">${row.purpose}; ${row.basis}</div>` },
      { title: t("Recipients"), cell: (row) => row.recipients.join(", ") },
      { title: t("How long"), cell: (row) => html`${row.term}<div class="small mute">${row.starts}</div>` },
      { title: t("Answered, erased"), cell: (row) => html`${row.export}<div class="small mute">${row.erase}</div>` },
    ], rows, (row) => `${row.of} ${row.fields.join(" ")} ${row.subject} ${row.purpose} ${row.term}`, empty(t("Nothing fits"), t("Type less, or something else."), "list"))}`}`;
}
