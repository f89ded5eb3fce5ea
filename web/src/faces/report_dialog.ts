// SPDX-License-Identifier: EUPL-1.2
// Two fields: what happened, and since when it is known. Nothing else is asked of who notices; the officers do the rest.
import { html, type Part } from "../kit/dom";
import { textField } from "../kit/form";
import { toast } from "../kit/toast";
import { t } from "../kit/words";
import { asRefusal } from "./refusal";
import { Refusal } from "./port";
import { formDialog, type Refused } from "./settings/dialogs";
import { port } from "./wire";

export interface Reported {
  readonly id: string;
  readonly number: number;
  readonly state: string;
  readonly what: string;
  readonly known_ms: number;
  readonly reported_ms: number;
}

const MINUTE_MS = 60_000;

/** What a field of date and time shows for a moment, in the device's own zone. */
export function localMinute(ms: number): string {
  const at = new Date(ms - new Date(ms).getTimezoneOffset() * MINUTE_MS);
  return at.toISOString().slice(0, 16);
}

export function momentField(id: string, label: string, value: string, input: (value: string) => void, options: { hint?: string; error?: string } = {}): Part {
  return html`<div class="field"><label for=${id}>${label}</label><input class="input" type="datetime-local" id=${id} .value=${value} aria-invalid=${options.error ? "true" : "false"} aria-describedby=${options.hint ? `${id}-hint` : ""} @input=${(event: Event) => input((event.target as HTMLInputElement).value)}>
    ${options.hint ? html`<div class="hint" id="${id}-hint">${options.hint}</div>` : ""}${options.error ? html`<div class="error" role="alert">${options.error}</div>` : ""}</div>`;
}

/** Null when it went well, else what to say. */
export async function refusedOf(work: () => Promise<unknown>): Promise<Refused | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal instanceof Refusal) return { message: [refusal.message, refusal.action].filter(Boolean).join(" "), field: refusal.field };
    return { message: t("The server can’t be reached. Check the connection and try again."), field: "" };
  }
}

export function reportBreach(done: (reported: Reported) => void = () => undefined): void {
  const now = port.nowMs();
  formDialog(t("Report a breach"), { what: "", known: localMinute(now) }, (page) => html`
    <p class="mute measure">${t("Something lost, sent to the wrong person, seen by the wrong eyes, changed, or gone? Say so at once. Also when you are not sure, and also when you did it yourself.")}</p>
    ${textField("breach-what", t("What happened?"), { value: page.said.what, rows: 4, maxlength: 4000, hint: t("What, where, and which data, as far as you know."), ...page.error("what"), input: (what) => page.set({ what }) })}
    ${momentField("breach-known", t("Since when is it known?"), page.said.known, (known) => page.set({ known }), { hint: t("The clocks of the law run from then."), ...page.error("known") })}`, {
    save: t("Report it"), fields: ["what", "known"],
    check: ({ what, known }) => ({ ...(what.trim().length < 3 ? { what: t("Write it in a sentence.") } : {}), ...(Number.isNaN(Date.parse(known)) ? { known: t("Choose a day and a time.") } : {}) }) as Record<string, string>,
    send: (said) => refusedOf(async () => {
      const known = Date.parse(said.known);
      const reported = await port.ask<Reported>("POST", "/breaches", { what: said.what.trim(), known_ms: said.known === localMinute(now) ? null : known });
      toast(t("Reported, as number {n}. The privacy officer knows, and the clocks run.", { n: reported.number }), "ok");
      done(reported);
    }),
  });
}
