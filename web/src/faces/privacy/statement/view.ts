// SPDX-License-Identifier: EUPL-1.2
// One's own confidentiality statement: the words, until when it holds, and signing it anew. Opens also when a lapsed one closed the rest.
import { Board, html, type Part } from "../../../kit/dom";
import { button, note, pill, skeleton } from "../../../kit/pieces";
import { date, t } from "../../../kit/words";
import type { Ctx, Mounted } from "../../paged/pages";
import { soon, stateOf, type Own } from "./own";

interface State {
  readonly own: Own | null;
  readonly read: boolean;
  readonly busy: boolean;
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  function draw({ own, read, busy }: State): Part {
    return html`<div class="title"><div><h1>${t("My confidentiality statement")}</h1><p class="mute measure">${t("Who sees something of other people here has promised to keep it to himself. A statement holds for a year; with a lapsed one nothing opens but this page and reporting a breach.")}</p></div></div>
    ${own === null ? skeleton(6, t("Loading")) : html`<section class="card pad stack"><div class="row wrap">${standing(own)}</div>
      <div class="stack tight measure" id="statement-words" lang=${own.language}>${own.text.split("\n\n").map((one) => html`<p>${one}</p>`)}</div>
      ${stateOf(own) === "holds" && !soon(own) ? note(t("You can sign it anew from two months before it ends."), "ok", "check") : html`<label class="check"><input type="checkbox" id="statement-read" .checked=${read} @change=${(event: Event) => board.change({ read: (event.target as HTMLInputElement).checked })}><span>${t("I have read this, and I promise it.")}</span></label>
      <div>${button(stateOf(own) === "none" ? t("Sign it") : t("Sign it anew, for a year"), () => void sign(own), { kind: "primary", icon: "check", id: "statement-sign", disabled: !read, busy })}</div>`}</section>`}`;
  }
  const board = new Board<State>(host, { own: null, read: false, busy: false }, (state) => draw(state));
  const load = (): Promise<void> => ctx.ask<Own>("GET", "/confidentiality").then((own) => board.change({ own, read: false }), (error: unknown) => ctx.failed(error));
  const sign = async (own: Own): Promise<void> => {
    board.change({ busy: true });
    try {
      board.change({ own: await ctx.ask<Own>("POST", "/confidentiality", { hash: own.hash, language: own.language }), read: false });
      ctx.toast(t("Signed, and written in the log."), "ok");
      ctx.changed();
    } catch (error) {
      ctx.failed(error);
      await load();
    }
    board.change({ busy: false });
  };
  void load();
  return { close: () => undefined };
}

function standing(own: Own): Part {
  if (own.until_ms === null) return pill(t("You have signed none"), "alarm");
  if (stateOf(own) === "lapsed") return pill(t("It lapsed on {day}", { day: date(own.until_ms) }), "alarm");
  return pill(t("It holds until {day}", { day: date(own.until_ms) }), soon(own) ? "warn" : "ok");
}
