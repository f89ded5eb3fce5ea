// SPDX-License-Identifier: EUPL-1.2
// How this centre wants to be told, and against which norm it is held.
import { html, type Part } from "../../kit/dom";
import { field, textField } from "../../kit/form";
import { button } from "../../kit/pieces";
import { number, t } from "../../kit/words";
import type { CentreState } from "./model";
import type { Settings } from "./types";
import type { CentreActions } from "./view";
import { classWord } from "./words";

const groups = ["urgent", "other"] as const;

export function settingsPart(state: CentreState, settings: Settings, act: CentreActions): Part {
  return html`<form class="stack narrow" @submit=${(event: Event) => { event.preventDefault(); act.saveSettings(); }}><h1>${t("Settings of the centre")}</h1>
    <section class="panel stack" aria-labelledby="told"><h2 id="told">${t("When nobody acts")}</h2>
      ${textField("pagers", t("Who is told"), { rows: 3, value: settings.pagers.join("\n"), hint: t("E-mail addresses of pagers or phones, one a line. Empty: all supervisors."), input: (value) => act.settings({ pagers: value.split(/\s+/).filter((one) => one !== "") }) })}
      <div class="fields">${seconds("second", t("Second centre after, s"), settings.second_after_s, (n) => act.settings({ second_after_s: n }))}${seconds("repeat", t("Again every, s"), settings.repeat_s, (n) => act.settings({ repeat_s: n }))}${seconds("quiet", t("Quiet after somebody acts, s"), settings.quiet_s, (n) => act.settings({ quiet_s: n }))}</div></section>
    <section class="panel stack" aria-labelledby="norms"><h2 id="norms">${t("Norms")}</h2>
      <p class="mute">${t("From the signal to the first action. Take the figures from the edition of EN 50518 that your certificate names.")}</p>
      ${groups.map((group) => html`<fieldset class="norms"><legend>${classWord(group)}</legend><div class="fields">${settings.norms[group].flatMap(([within, share], i) => [seconds(`${group}-s-${i}`, t("Within, s"), within, (n) => act.settings({ norms: changed(settings, group, i, [n, share]) })), asPercent(`${group}-p-${i}`, t("Share, %"), share, (n) => act.settings({ norms: changed(settings, group, i, [within, n]) }))])}</div></fieldset>`)}</section>
    <section class="panel stack" aria-labelledby="sampling"><h2 id="sampling">${t("Review")}</h2><div class="fields">${asPercent("rate", t("Drawn at random, % of views"), settings.review_rate, (n) => act.settings({ review_rate: n }))}${seconds("long", t("A long view is over, s"), settings.long_view_s, (n) => act.settings({ long_view_s: n }))}</div></section>
    <div class="row">${button(t("Save"), act.saveSettings, { kind: "primary", busy: state.busy, id: "save" })}</div></form>`;
}

function changed(settings: Settings, group: (typeof groups)[number], i: number, row: readonly [number, number]): Settings["norms"] {
  return { ...settings.norms, [group]: settings.norms[group].map((one, at) => (at === i ? row : one)) };
}

const seconds = (name: string, label: string, value: number, change: (n: number) => void): Part =>
  field(name, label, { value: String(value), maxlength: 5, input: (text) => change(Number.parseInt(text, 10) || 0) });

const asPercent = (name: string, label: string, value: number, change: (n: number) => void): Part =>
  field(name, label, { value: String(Math.round(value * 1000) / 10), maxlength: 5, hint: value > 1 ? t("At most {n} %.", { n: number(100) }) : "", input: (text) => change(Number.parseFloat(text.replace(",", ".")) / 100 || 0) });
