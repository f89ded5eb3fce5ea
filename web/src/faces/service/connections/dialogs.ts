// SPDX-License-Identifier: EUPL-1.2
// Making a key or a webhook. The secret is shown once.
import { html, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { isoDay, t } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog, onceDialog } from "../../settings/dialogs";
import type { Ctx } from "../pages";
import type { Keys, Webhook, Webhooks } from "./types";
import { scopeName, topicName } from "./words";

const YEAR_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;

function ticks(legend: string, all: readonly string[], chosen: readonly string[], name: (one: string) => string, put: (chosen: readonly string[]) => void, error?: string): Part {
  const flip = (one: string, on: boolean): void => put(on ? [...chosen, one] : chosen.filter((other) => other !== one));
  return html`<fieldset class="choices"><legend class="field"><span class="label">${legend}</span></legend>
    ${all.map((one) => html`<label class="check"><input type="checkbox" name="tick" value=${one} .checked=${chosen.includes(one)} @change=${(event: Event) => flip(one, (event.target as HTMLInputElement).checked)}><span>${name(one)} <code class="faint small">${one}</code></span></label>`)}
    ${error === undefined ? "" : html`<div class="error" role="alert">${error}</div>`}</fieldset>`;
}

export function newKey(ctx: Ctx, keys: Keys, made: () => void): void {
  const now = ctx.nowMs();
  formDialog(t("A key for another system"), { name: "", scopes: [] as readonly string[], until: isoDay(now + YEAR_MS), rate: String(keys.rates.usual) }, (page) => html`
    ${field("key-name", t("Which system?"), { value: page.said.name, maxlength: 120, hint: t("The web shop, the spare parts system…"), input: (name) => page.set({ name }), ...page.error("name") })}
    ${ticks(t("What may it do?"), keys.scopes, page.said.scopes, scopeName, (scopes) => page.put({ scopes }), page.error("scopes").error)}
    ${field("key-until", t("Until"), { value: page.said.until, type: "date", hint: t("Two years at most."), input: (until) => page.set({ until }), ...page.error("until_ms") })}
    ${field("key-rate", t("Calls a minute"), { value: page.said.rate, maxlength: 4, input: (rate) => page.set({ rate }), ...page.error("rate") })}`, {
    save: t("Make the key"), fields: ["name", "scopes", "until_ms", "rate"],
    check: (said) => ({
      ...(said.name.trim() === "" ? { name: t("Name the system.") } : {}), ...(said.scopes.length === 0 ? { scopes: t("Choose what it may do.") } : {}),
      ...(Number.isNaN(Date.parse(said.until)) ? { until_ms: t("Choose a day.") } : {}), ...(/^\d{1,4}$/.test(said.rate.trim()) ? {} : { rate: t("Write a number.") }),
    }) as Record<string, string>,
    send: async (said) => {
      let secret = "";
      const refused = await refusedOf(async () => {
        const body = { name: said.name.trim(), scopes: said.scopes, until_ms: Date.parse(said.until) + DAY_MS - 1, rate: Number(said.rate) };
        secret = (await ctx.ask<{ secret: string }>("POST", "/api-keys", body)).secret;
        made();
      });
      if (refused === null) queueMicrotask(() => onceDialog(t("The key"), secret, t("Give it to that system and to nobody else. It goes into the header Authorization, after the word Bearer.")));
      return refused;
    },
  });
}

export function webhookForm(ctx: Ctx, all: Webhooks, was: Webhook | null, made: () => void): void {
  formDialog(was === null ? t("Tell another system") : was.name, { name: was?.name ?? "", url: was?.url ?? "https://", topics: was?.topics ?? (["order.opened", "order.closed"] as readonly string[]) }, (page) => html`
    ${field("hook-name", t("Which system?"), { value: page.said.name, maxlength: 120, input: (name) => page.set({ name }), ...page.error("name") })}
    ${field("hook-url", t("Its address"), { value: page.said.url, maxlength: 500, hint: t("https, on the public internet. Identifiers are sent there, never names."), input: (url) => page.set({ url }), ...page.error("url") })}
    ${ticks(t("Tell it when"), all.topics, page.said.topics, topicName, (topics) => page.put({ topics }), page.error("topics").error)}`, {
    save: was === null ? t("Make it") : t("Save"), fields: ["name", "url", "topics"],
    check: (said) => ({
      ...(said.name.trim() === "" ? { name: t("Name the system.") } : {}), ...(said.topics.length === 0 ? { topics: t("Choose of what it is told.") } : {}),
      ...(/^https?:\/\/[^/ ]+/.test(said.url.trim()) ? {} : { url: t("Write its whole address.") }),
    }) as Record<string, string>,
    send: async (said) => {
      let secret: string | undefined;
      const refused = await refusedOf(async () => {
        const body = { name: said.name.trim(), url: said.url.trim(), topics: said.topics };
        secret = (await ctx.ask<{ secret?: string }>("POST", was === null ? "/webhooks" : `/webhooks/${was.id}`, body)).secret;
        made();
      });
      if (refused === null && secret !== undefined) queueMicrotask(() => showSecret(secret ?? ""));
      return refused;
    },
  });
}

/** What its receiver checks each delivery with. */
export function showSecret(secret: string): void {
  onceDialog(t("What signs each delivery"), secret, t("Its receiver checks the header webhook-signature with it (Standard Webhooks), and so knows that it was us."));
}
