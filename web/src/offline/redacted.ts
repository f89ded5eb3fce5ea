// SPDX-License-Identifier: EUPL-1.2
// What a redacted film says of itself, drawn.
import { html, type Part } from "../kit/dom";
import { clockSeconds, day, number, t } from "../kit/words";
import type { RedactedFilm } from "../records/redacted";

export function redactedPart({ statement: { value }, signerWords, receipts }: RedactedFilm, film: string, name: string): Part {
  const at = (ms: number): string => `${day(ms)} ${clockSeconds(ms)}`;
  const rows: readonly (readonly [string, Part | string])[] = [
    [t("When"), `${at(value.fromMs)} – ${at(value.toMs)}`], [t("For"), `${value.recipient} (${value.purpose})`], [t("Made"), at(value.madeMs)], [t("Signed by"), html`<span class="mono">${signerWords}</span>`],
    [t("Looked at by a person"), t("{n} of {of} frames; {kept} left sharp", { n: number(value.reviewed), of: number(value.frames), kept: number(value.kept) })],
    [t("In the log"), t("entry {n} of {log}, with {count} receipts", { n: number(receipts[0]!.index), log: value.log.origin, count: number(receipts.length) })],
  ];
  return html`<section class="good" id="redacted"><h2>${t("Everything in this film holds")}</h2><p>${t("Its pictures were changed on purpose: people and vehicles are unrecognisable.")}</p>
      <dl>${rows.map(([what, said]) => html`<dt>${what}</dt><dd>${said}</dd>`)}</dl>
      <p class="small">${t("Whose words these are, only a telephone tells: have the signer read out his eight words, and compare.")}</p></section>
    <video controls muted playsinline autoplay src=${film} aria-label=${t("The recording")}></video><p><a class="button" href=${film} download=${name}>${t("Keep the film")}</a></p>`;
}
