// SPDX-License-Identifier: EUPL-1.2
// How quickly the centre answers, against its norm; how many alarms are false, where, and why; and how that goes.
import { html, nothing, type Part } from "../../kit/dom";
import { icon } from "../../kit/icons";
import { empty, pill } from "../../kit/pieces";
import { table } from "../../kit/table";
import { number, span, t, tn } from "../../kit/words";
import { codeName } from "../names";
import { periods, type CentreState } from "./model";
import { stack, trend } from "./plot";
import type { Figure, Figures, SiteCauses } from "./types";
import type { CentreActions } from "./view";
import { classWord } from "./words";

export function figuresPart(state: CentreState, figures: Figures, act: CentreActions): Part {
  const alarms = figures.trend.reduce((all, point) => all + point.alarms, 0);
  return html`<div class="row apart"><h1>${t("Figures")}</h1><div class="segments" role="group" aria-label=${t("Period")}>${periods.map((days) => html`<button type="button" aria-pressed=${days === state.days ? "true" : "false"} @click=${() => act.days(days)}>${days === 1 ? t("24 hours") : tn("{n} day", "{n} days", days)}</button>`)}</div></div>
    ${alarms === 0 ? html`<div class="panel">${empty(t("No alarm in this period"), t("Choose a longer one, or come back when there is something to count."), "clock")}</div>` : html`
      <section class="panel" aria-labelledby="curve"><h2 id="curve">${t("Alarms and answers over time")}</h2>${trend(figures, { width: state.narrow ? 380 : 1080, height: state.narrow ? 200 : 260, norm: figures.norms.other[1]?.[1] ?? 0.985 })}</section>
      <section class="stack" aria-labelledby="against"><div class="row apart"><h2 id="against">${t("Time from signal to first action")}</h2>${download(act.file("responses"), t("As a CSV file"))}</div>${responses(figures.responses)}
        <p class="mute small">${t("An alarm that was recalled, or was a test, before anybody could act is counted and not judged. One in which nobody acted is too late.")}</p></section>
      <section class="stack" aria-labelledby="false"><div class="row apart"><h2 id="false">${t("How alarms ended, by site")}</h2>${download(act.file("causes"), t("As a CSV file"))}</div>${causes(figures)}</section>`}`;
}

const download = (href: string, words: string): Part => html`<a class="btn small" href=${href} download>${icon("download")}<span>${words}</span></a>`;

function responses(rows: readonly Figure[]): Part {
  const shown = rows.filter((row) => row.alarms > 0);
  const share = (row: Figure, i: 0 | 1): Part => {
    if (row.shares === null || row.targets === null) return html`<span class="faint">–</span>`;
    const [seconds, wanted] = row.targets[i] ?? [0, 1];
    return html`<span class=${(row.shares[i] ?? 0) >= wanted ? "good" : "bad"}>${number((row.shares[i] ?? 0) * 100, 1)} %</span> <span class="faint">${t("in {s} s, norm {n} %", { s: seconds, n: number(wanted * 100, 1) })}</span>`;
  };
  const seconds = (value: number | null): Part => (value === null ? html`<span class="faint">–</span>` : span(value));
  return table(t("Answers by class"), [
    { title: t("Class"), cell: (row) => (row.whole ? html`<b>${classWord(row.class)}</b>` : classWord(row.class)) },
    { title: t("Alarms"), numeric: true, cell: (row) => number(row.alarms) },
    { title: t("Norm"), cell: (row) => (row.met === null ? pill(t("not judged")) : row.met ? pill(t("met"), "ok", { icon: "check" }) : pill(t("not met"), "alarm", { icon: "alarm" })) },
    { title: t("First share"), cell: (row) => share(row, 0) }, { title: t("Second share"), cell: (row) => share(row, 1) },
    { title: t("Half within"), numeric: true, cell: (row) => seconds(row.median_s) }, { title: t("95 % within"), numeric: true, cell: (row) => seconds(row.p95_s) },
    { title: t("Longest"), numeric: true, cell: (row) => seconds(row.worst_s) }, { title: t("Left before"), numeric: true, cell: (row) => number(row.left_before) },
  ], shown, (row) => row.class, nothing);
}

function causes({ sites, codes }: Figures): Part {
  const most = Math.max(1, ...sites.map((site) => site.closed));
  const parts = (site: SiteCauses): readonly { name: string; words: string; n: number }[] => codes.map((code) => ({ name: code, words: codeName(code), n: site.codes[code] ?? 0 }));
  return html`${table(t("Closings by site"), [
    { title: t("Site"), cell: (site) => html`<b>${site.site === "" ? t("Unknown site") : site.site}</b>` },
    { title: t("Closed"), numeric: true, cell: (site) => number(site.closed) }, { title: t("False"), numeric: true, cell: (site) => `${number(site.false)} (${number((100 * site.false) / Math.max(1, site.closed))} %)` },
    { title: t("How they ended"), cell: (site) => stack(parts(site), most) },
  ], sites, (site) => site.site_id, html`<p class="pad mute">${t("No alarm of this period is closed yet.")}</p>`)}
  <ul class="legend">${codes.map((code) => html`<li class="c-${code}">${codeName(code)}</li>`)}</ul>`;
}
