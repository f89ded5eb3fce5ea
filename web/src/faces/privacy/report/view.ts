// SPDX-License-Identifier: EUPL-1.2
// Reporting a breach, and what became of those that one reported oneself. For everybody who works here; made for a phone.
import { html, render, type Part } from "../../../kit/dom";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { t, when } from "../../../kit/words";
import { reportBreach, type Reported } from "../../report_dialog";
import { stateName, stateTone } from "../breaches/words";
import type { Ctx, Mounted } from "../pages";

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  let mine: readonly Reported[] | null = null;
  const load = async (): Promise<void> => {
    try {
      mine = (await ctx.ask<{ breaches: readonly Reported[] }>("GET", "/breaches/mine")).breaches;
    } catch (error) {
      ctx.failed(error);
    }
    draw();
  };
  const draw = (): void => {
    render(reportView(mine, ctx.nowMs(), () => reportBreach(() => void load())), host);
  };
  const stop = ctx.events((topic) => void (topic === "breach.changed" && load()));
  draw();
  void load();
  return { close: stop };
}

function reportView(mine: readonly Reported[] | null, nowMs: number, report: () => void): Part {
  return html`<div class="title"><div><h1>${t("Report a breach")}</h1></div></div>
    <section class="card pad stack report-card"><p class="measure">${t("A breach is when personal data is lost, changed, or seen by somebody who should not have. A lost laptop, a letter in the wrong envelope, a screen that a visitor photographed, a password that leaked.")}</p>
      <p class="measure">${t("Two fields are enough. The privacy officer judges it; you need not know how bad it is.")}</p>
      <div>${button(t("Report a breach"), report, { kind: "primary", icon: "broken", id: "report-now" })}</div></section>
    <section class="stack tight"><h2>${t("What you reported")}</h2>
      ${mine === null ? skeleton(3, t("Loading")) : mine.length === 0 ? html`<div class="card">${empty(t("Nothing yet"), t("What you report stands here, with how far it is."), "check")}</div>`
      : html`<ul class="card items">${mine.map((one) => html`<li><div class="body"><b>${t("Number {n}", { n: one.number })}</b><div class="reported-words">${one.what}</div><div class="faint small">${when(one.reported_ms, nowMs)}</div></div>${pill(stateName(one.state), stateTone(one.state))}</li>`)}</ul>`}</section>`;
}
