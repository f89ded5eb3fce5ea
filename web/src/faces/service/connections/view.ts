// SPDX-License-Identifier: EUPL-1.2
// Keys and webhooks of the tenant's other systems: what they may do, whether they are used, and what became of each delivery.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { isoDay, number, t, tn, when } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { sureDialog } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import { newKey, showSecret, webhookForm } from "./dialogs";
import type { Delivery, Key, Keys, Webhook, Webhooks } from "./types";
import { faultName, scopeName, topicName } from "./words";

interface State {
  readonly keys: Keys | null;
  readonly hooks: Webhooks | null;
  readonly opened: string | null;
  readonly deliveries: readonly Delivery[] | null;
  readonly busy: string;
}

const SOON_MS = 30 * 86_400_000;

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new ConnectionsPage(host, ctx);
  return { close: () => page.close() };
}

class ConnectionsPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { keys: null, hooks: null, opened: null, deliveries: null, busy: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "integration.changed" && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    try {
      const [keys, hooks] = await Promise.all([this.#ctx.ask<Keys>("GET", "/api-keys"), this.#ctx.ask<Webhooks>("GET", "/webhooks")]);
      this.#board.change({ keys, hooks });
      const { opened } = this.#board.state;
      if (opened !== null && hooks.webhooks.some(({ id }) => id === opened)) await this.#open(opened);
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #open(id: string): Promise<void> {
    const { deliveries } = await this.#ctx.ask<{ deliveries: readonly Delivery[] }>("GET", `/webhooks/${id}/deliveries`);
    this.#board.change({ opened: id, deliveries });
  }

  readonly #saved = (): void => {
    this.#ctx.toast(t("Done, and written in the log."), "ok");
    void this.#load();
  };

  async #do(name: string, path: string): Promise<void> {
    this.#board.change({ busy: name });
    try {
      const said = await this.#ctx.ask<{ secret?: string }>("POST", path, {});
      if (said.secret !== undefined) showSecret(said.secret);
      await this.#load();
    } catch (error) {
      this.#ctx.failed(error);
    }
    this.#board.change({ busy: "" });
  }

  #sure(title: string, words: string, yes: string, path: string): void {
    sureDialog(title, words, yes, () => refusedOf(async () => { await this.#ctx.ask("POST", path, {}); this.#saved(); }));
  }

  #draw({ keys, hooks, opened, deliveries, busy }: State): Part {
    return html`<div class="title"><div><h1>${t("Keys and webhooks")}</h1><p class="mute measure">${t("Other systems of yours read and open orders with a key, and are told by a webhook what happened. A key does what you tick and nothing else; each use that gives names and addresses is in the log of use.")}</p></div></div>
      <section class="card" aria-labelledby="keys"><header><h2 id="keys">${t("Keys")}</h2>${keys === null ? nothing : button(t("Make a key"), () => newKey(this.#ctx, keys, this.#saved), { small: true, icon: "plus", id: "new-key" })}</header>
        ${keys === null ? skeleton(3, t("Loading")) : keys.keys.length === 0 ? empty(t("No key yet"), t("Make one for each system, so that one can be ended without the others."), "key") : html`<ul class="items">${keys.keys.map((one) => this.#key(one, keys.now_ms))}</ul>`}</section>
      <section class="card" aria-labelledby="hooks"><header><h2 id="hooks">${t("Webhooks")}</h2>${hooks === null ? nothing : button(t("Tell a system"), () => webhookForm(this.#ctx, hooks, null, this.#saved), { small: true, icon: "plus", id: "new-hook" })}</header>
        ${hooks === null ? skeleton(3, t("Loading")) : hooks.webhooks.length === 0 ? empty(t("No system is told yet"), t("Give the address of one, and choose of what it is told."), "send") : html`<ul class="items">${hooks.webhooks.map((one) => this.#hook(one, hooks, opened === one.id ? deliveries : null, busy))}</ul>`}</section>
      <p class="mute small">${t("For who builds the connection:")} <a href="/api/service/v1/openapi.json">OpenAPI 3.1</a></p>`;
  }

  #key(one: Key, nowMs: number): Part {
    const left = one.expires_ms - nowMs;
    const state = one.ended_ms !== null ? pill(t("ended {day}", { day: isoDay(one.ended_ms) })) : left <= 0 ? pill(t("expired {day}", { day: isoDay(one.expires_ms) }), "alarm") : pill(t("until {day}", { day: isoDay(one.expires_ms) }), left < SOON_MS ? "warn" : "ok");
    const holds = one.ended_ms === null && left > 0;
    return html`<li>${tile("key", holds ? "ok" : "")}<div class="body"><b>${one.name}</b> <code class="faint">${one.hint}…</code><div class="row wrap">${state}${one.scopes.map((scope) => pill(scopeName(scope)))}</div>
      <div class="small mute">${one.last_ms === null ? t("never used") : t("used {when}", { when: when(one.last_ms, nowMs) })} · ${t("{n} calls a minute", { n: number(one.rate) })}${one.made_by === "" ? "" : ` · ${t("made by {name}", { name: one.made_by })}`}</div>
      ${holds ? html`<div class="row">${button(t("End it"), () => this.#sure(t("End the key of {name}?", { name: one.name }), t("That system gets no answer from now on. This can’t be undone: you can make a new key."), t("End it"), `/api-keys/${one.id}/end`), { small: true, kind: "quiet", id: `end-${one.id}` })}</div>` : nothing}</div></li>`;
  }

  #hook(one: Webhook, all: Webhooks, deliveries: readonly Delivery[] | null, busy: string): Part {
    return html`<li id="hook-${one.id}">${tile("send", one.paused_ms !== null ? "warn" : one.failing_ms !== null ? "alarm" : "ok")}<div class="body"><b>${one.name}</b> <span class="faint small break">${one.url}</span>
      <div class="row wrap">${this.#standing(one, all.now_ms)}${one.topics.map((topic) => pill(topicName(topic)))}</div>
      ${one.pause_why === "failing" ? note(t("It failed for days, so it was paused. What happened meanwhile waits thirty days."), "warn") : nothing}
      <div class="row wrap">${one.paused_ms === null ? button(t("Try it"), () => void this.#do("try", `/webhooks/${one.id}/ping`), { small: true, busy: busy === "try", id: `try-${one.id}` }) : button(t("Go on"), () => void this.#do("resume", `/webhooks/${one.id}/resume`), { small: true, kind: "primary", icon: "play", busy: busy === "resume" })}
        ${button(deliveries === null ? t("What was sent") : t("Close the list"), () => (deliveries === null ? void this.#open(one.id).catch((error: unknown) => this.#ctx.failed(error)) : this.#board.change({ opened: null, deliveries: null })), { small: true, id: `sent-${one.id}` })}
        ${button(t("Change"), () => webhookForm(this.#ctx, all, one, this.#saved), { small: true, kind: "quiet" })}
        ${one.paused_ms === null ? button(t("Pause"), () => void this.#do("pause", `/webhooks/${one.id}/pause`), { small: true, kind: "quiet" }) : nothing}
        ${button(t("New secret"), () => void this.#do("secret", `/webhooks/${one.id}/secret`), { small: true, kind: "quiet" })}
        ${button(t("End it"), () => this.#sure(t("End {name}?", { name: one.name }), t("It is told nothing any more; its address, its secret and the list of what was sent go."), t("End it"), `/webhooks/${one.id}/end`), { small: true, kind: "quiet" })}</div>
      ${deliveries === null ? nothing : this.#sent(deliveries, all.now_ms, busy)}</div></li>`;
  }

  #standing(one: Webhook, nowMs: number): Part {
    if (one.paused_ms !== null) return pill(t("paused"), "warn");
    const waiting = one.waiting > 0 ? pill(tn("1 waits", "{n} wait", one.waiting), "warn") : nothing;
    const lost = one.given_up > 0 ? pill(tn("1 given up", "{n} given up", one.given_up), "alarm") : nothing;
    if (one.failing_ms !== null) return html`${pill(t("failing since {when}", { when: when(one.failing_ms, nowMs) }), "alarm")}${waiting}${lost}`;
    return html`${one.last_ms === null ? pill(t("nothing sent yet")) : pill(t("last {when}", { when: when(one.last_ms, nowMs) }), "ok")}${waiting}${lost}`;
  }

  #sent(deliveries: readonly Delivery[], nowMs: number, busy: string): Part {
    if (deliveries.length === 0) return html`<p class="mute small">${t("Nothing in the last thirty days.")}</p>`;
    return html`<ol class="items">${deliveries.map((one) => html`<li><div class="body"><b>${topicName(one.topic)}</b> <span class="mute small">${when(one.happened_ms, nowMs)}</span>
      <div class="small">${one.state === "delivered" ? pill(t("taken"), "ok") : one.state === "given_up" ? pill(t("given up"), "alarm") : pill(t("waits"), "warn")} ${one.fault === "" ? nothing : html`<span class="mute">${faultName(one.fault, one.status)}</span>`} <span class="faint">${tn("1 attempt", "{n} attempts", one.attempts)}</span></div></div>
      ${one.state === "waiting" ? nothing : button(t("Once more"), () => void this.#do(one.id, `/webhook-deliveries/${one.id}/again`), { small: true, kind: "quiet", busy: busy === one.id })}</li>`)}</ol>`;
  }
}
