// SPDX-License-Identifier: EUPL-1.2
// Fields that several of these forms have.
import { html, nothing, type Part } from "../../kit/dom";
import { field, textField } from "../../kit/form";
import { icon } from "../../kit/icons";
import { button } from "../../kit/pieces";
import { day, isoDay, t } from "../../kit/words";
import { formDialog, type Refused } from "./dialogs";
import type { Exception } from "./types";

const DAY_MS = 86_400_000;

export interface Option {
  readonly value: string;
  readonly words: string;
}

export function selectField(id: string, label: string, all: readonly Option[], chosen: string, choose: (value: string) => void, options: { hint?: string; error?: string } = {}): Part {
  return html`<div class="field"><label for=${id}>${label}</label><select class="input" id=${id} aria-invalid=${options.error ? "true" : "false"} aria-describedby=${options.error ? `${id}-error` : options.hint ? `${id}-hint` : nothing} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
    ${all.map((one) => html`<option value=${one.value} .selected=${one.value === chosen}>${one.words}</option>`)}</select>
    ${options.hint ? html`<div class="hint" id="${id}-hint">${options.hint}</div>` : nothing}${errorLine(id, options.error)}</div>`;
}

export const errorLine = (id: string, error: string | undefined): Part =>
  error ? html`<div class="error" id="${id}-error" role="alert">${icon("alarm", "small")}${error}</div>` : nothing;

export const checkField = (id: string, words: string, on: boolean, change: (on: boolean) => void): Part =>
  html`<label class="check" for=${id}><input type="checkbox" id=${id} .checked=${on} @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}><span>${words}</span></label>`;

/** A few days from now, as a date field has it. */
export const inDays = (nowMs: number, days: number): string => isoDay(nowMs + days * DAY_MS);

/** The end of that day here; NaN when it is no day. */
export const endOf = (date: string): number => Date.parse(`${date}T23:59:00`);

/** Why unencrypted signals are taken, and until when. */
export function exceptionDialog(title: string, words: string, nowMs: number, send: (said: { reason: string; until_ms: number }) => Promise<Refused | null>): void {
  formDialog(title, { reason: "", until: inDays(nowMs, 14) }, (page) => html`<p>${words}</p>
    ${textField("reason", t("Why is it safe all the same?"), { value: page.said.reason, rows: 2, maxlength: 300, hint: t("For example: only over our own VPN. Your name stands beside it, and the log keeps it."), input: (reason) => page.set({ reason }) })}${errorLine("reason", page.error("reason").error)}
    ${field("until", t("Until the end of"), { type: "date", value: page.said.until, hint: t("At most a year. It ends by itself."), ...page.error("until"), input: (until) => page.set({ until }) })}`, {
    save: t("Take them unencrypted until then"), kind: "alarm", fields: ["reason", "until"],
    check: ({ reason, until }) => {
      const end = endOf(until);
      return { ...(reason.trim() === "" ? { reason: t("Say why.") } : {}), ...(!(end > nowMs) || end > nowMs + 366 * DAY_MS ? { until: t("Choose a day within a year.") } : {}) };
    },
    send: ({ reason, until }) => send({ reason: reason.trim(), until_ms: endOf(until) }),
  });
}

export function exceptionPart(exception: Exception | null, nowMs: number, end: (() => void) | null): Part {
  if (exception === null) return nothing;
  const over = exception.until_ms <= nowMs;
  return html`<div class="note ${over ? "" : "warn"}" role="note">${icon("lock")}<div class="grow"><b>${over ? t("The exception has ended") : t("Unencrypted signals are taken until {day}", { day: day(exception.until_ms) })}</b>
    <p class="small">${exception.reason}${exception.by === "" ? nothing : html` <span class="mute">– ${exception.by}</span>`}</p></div>${over || end === null ? nothing : button(t("End it now"), end, { small: true })}</div>`;
}
