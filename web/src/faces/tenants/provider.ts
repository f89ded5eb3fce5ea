// SPDX-License-Identifier: EUPL-1.2
// The provider's page about its tenants: who they are, what they may use and until when, and the end of one. Nothing of their customers.
import { Board, html, nothing, type Part } from "../../kit/dom";
import { keepAnswer } from "../../kit/leaving";
import { button, empty, note, pill, skeleton, tile } from "../../kit/pieces";
import { day, isoDay, number, t } from "../../kit/words";
import type { Ctx, Mount } from "../paged/pages";
import { openForm, openSure, selectIn, textIn, type Values } from "./dialogs";
import type { Removal, Served, Tenants } from "./types";
import { billingName, euros, profileName, standingPill } from "./words";

interface State {
  readonly answer: Tenants | null;
  readonly busy: string;
}

const MONTH_MS = 30 * 86_400_000;

export const mount: Mount = (host, ctx) => {
  new ProviderPage(host, ctx);
  return { close: () => undefined };
};

class ProviderPage {
  readonly #board: Board<State>;

  constructor(host: HTMLElement, private readonly ctx: Ctx) {
    this.#board = new Board<State>(host, { answer: null, busy: "" }, (state) => this.#draw(state));
    void this.#load();
  }

  get #sets(): boolean {
    return this.ctx.me.role === "planner" || this.ctx.me.role === "admin";
  }

  async #load(): Promise<void> {
    await this.ctx.ask<Tenants>("GET", "/tenants").then((answer) => this.#board.change({ answer }), (error: unknown) => this.ctx.failed(error));
  }

  readonly #saved = (): void => {
    this.ctx.toast(t("Saved, and written in the log."), "ok");
    void this.#load();
  };

  #draw({ answer, busy }: State): Part {
    return html`<div class="title"><div><h1>${t("Tenants")}</h1><p class="mute measure">${t("Firms that use this for their own service or office. Their customers are theirs: nothing of them stands here.")}</p></div>${answer !== null && this.#sets && answer.candidates.length > 0 ? button(t("Set up a tenant"), () => this.#found(answer), { kind: "primary", icon: "plus", id: "new-tenant" }) : nothing}</div>
      ${answer === null ? skeleton(6, t("Loading")) : html`<section class="card" aria-labelledby="tenants"><header><h2 id="tenants">${t("Who they are")}</h2></header>${answer.tenants.length === 0 ? empty(t("No tenant yet"), t("Set one up for a customer company that you serve."), "building") : html`<ul class="items">${answer.tenants.map((one) => this.#tenant(one, answer.now_ms))}</ul>`}</section>
      ${answer.removed.length === 0 ? nothing : html`<section class="card" aria-labelledby="removed"><header><h2 id="removed">${t("Removed")}</h2></header><ul class="items">${answer.removed.map((one) => this.#removed(one, busy))}</ul></section>`}`}`;
  }

  #tenant(one: Served, now: number): Part {
    const { right, removal } = one;
    return html`<li id="tenant-${one.slug}">${tile("building", one.standing === "holds" ? "ok" : "warn")}<div class="body"><b>${one.name}</b> <span class="mute">${profileName(one.profile)}, <span class="mono">${one.slug}</span></span>
      <div class="row wrap">${standingPill(one.standing, right)}${right === null ? nothing : html`${pill(t("{plan}: {n} of {most} people", { plan: right.plan, n: one.users, most: right.users }), one.users > right.users ? "alarm" : "")}${pill(`${euros(right.price_cents)} ${billingName(right.billing)}`)}`}${one.taken_out_ms === null ? nothing : pill(t("took everything along {day}", { day: day(one.taken_out_ms) }))}</div>
      ${right?.ended_why ? html`<div class="mute small">${right.ended_why}</div>` : nothing}
      ${removal === null ? nothing : note(t("Everything of it goes on {day}.", { day: day(removal.due_ms) }), "warn", "clock")}
      ${!this.#sets ? nothing : html`<div class="row wrap">${button(t("Change the right of use"), () => this.#use(one), { small: true, id: `use-${one.slug}` })}
        ${one.standing === "holds" ? button(t("End it"), () => this.#end(one), { small: true, kind: "quiet", id: `end-${one.slug}` }) : nothing}
        ${(one.standing === "exit" || one.standing === "over") && removal === null ? button(t("Plan its removal"), () => openSure(this.ctx, t("Remove everything of {name}?", { name: one.name }), t("On the day when the time for taking everything along is over, all that is here of this tenant can be removed. You can withdraw this until then."), t("Plan it"), `/tenants/${one.owner_id}/removal`, this.#saved), { small: true, kind: "quiet", id: `remove-${one.slug}` }) : nothing}
        ${removal === null ? nothing : html`${button(t("Withdraw the removal"), () => openSure(this.ctx, t("Withdraw it?"), t("Everything stays."), t("Withdraw"), `/removals/${removal.id}/withdraw`, this.#saved), { small: true, kind: "quiet" })}${removal.due_ms <= now ? button(t("Remove everything now"), () => openSure(this.ctx, t("Remove everything of {name} now?", { name: one.name }), t("This can’t be undone: rows, accounts and what the log says of it go, and copies forget them too. The proof says how much went, and that nothing is left."), t("Remove it all"), `/removals/${removal.id}/carry-out`, this.#saved), { small: true, kind: "alarm", id: `carry-out-${one.slug}` }) : nothing}`}</div>`}</div></li>`;
  }

  #removed(one: Removal, busy: string): Part {
    const rows = Object.values(one.removed).reduce((sum, n) => sum + n, 0);
    const left = Object.values(one.left).reduce((sum, n) => sum + n, 0);
    return html`<li>${tile("check", left === 0 ? "ok" : "alarm")}<div class="body"><b class="mono">${one.tenant_id.slice(0, 8)}</b> <span class="mute">${one.done_ms === null ? "" : day(one.done_ms)}</span><div class="row wrap">${pill(t("{n} rows went", { n: number(rows) }))}${left === 0 ? pill(t("nothing is left"), "ok") : pill(t("{n} are left", { n: number(left) }), "alarm")}</div>
      ${one.sha256 === null ? nothing : html`<div class="mono small break">SHA-256 ${one.sha256}</div>`}<div class="row">${button(t("The proof"), () => void this.#proof(one), { small: true, icon: "download", busy: busy === one.id })}</div></div></li>`;
  }

  async #proof(one: Removal): Promise<void> {
    this.#board.change({ busy: one.id });
    await this.ctx.session.api.request("POST", `/api/v1/removals/${one.id}/proof`, {}).then(keepAnswer).catch((error: unknown) => this.ctx.failed(error));
    this.#board.change({ busy: "" });
  }

  // --- forms ---

  #found(answer: Tenants): void {
    openForm<unknown>(this.ctx, {
      title: t("Set up a tenant"), path: "/tenants", press: t("Set it up"), wide: true,
      values: { owner_id: answer.candidates[0]?.owner_id ?? "", slug: "", profile: "service", ...usual(this.ctx.nowMs()) },
      fields: (values, opened) => html`${selectIn(values, "owner_id", t("Customer"), answer.candidates.map(({ owner_id, name }) => [owner_id, name]), opened)}${textIn(values, "slug", t("Name in addresses"), { hint: t("Small letters, digits and dashes: its forms stand at /forms/NAME/."), maxlength: 32 })}
        ${selectIn(values, "profile", t("What it uses"), [["service", profileName("service")], ["office", profileName("office")]], opened)}${useFields(values, opened)}`,
      body: ({ owner_id, slug, profile, ...use }) => ({ owner_id, slug, profile, use: useBody(use) }),
    }, this.#saved);
  }

  #use(one: Served): void {
    const { right } = one;
    const values = right === null ? usual(this.ctx.nowMs()) : { plan: right.plan, users: String(right.users), billing: right.billing, price: (right.price_cents / 100).toFixed(2), from: isoDay(this.ctx.nowMs()), until: "", reference: right.reference };
    openForm<unknown>(this.ctx, {
      title: t("Right of use of {name}", { name: one.name }), method: "PUT", path: `/tenants/${one.owner_id}/right-of-use`, press: t("Save"), wide: true, values,
      fields: (all, opened) => html`${note(t("It takes the place of what holds now, from its first day."))}${useFields(all, opened)}`, body: useBody,
    }, this.#saved);
  }

  #end(one: Served): void {
    const now = this.ctx.nowMs();
    openForm<unknown>(this.ctx, {
      title: t("End the right of use of {name}", { name: one.name }), path: `/tenants/${one.owner_id}/end-use`, press: t("End it"), tone: "alarm", values: { until: isoDay(now), exit: isoDay(now + MONTH_MS), why: "" },
      fields: (values) => html`${note(t("From that day its people do nothing here any more. Its owner can still sign in and take everything along."), "warn")}${textIn(values, "until", t("Ends on"), { type: "date" })}${textIn(values, "exit", t("Everything can be taken along until"), { type: "date" })}${textIn(values, "why", t("Why"), { maxlength: 300 })}`,
      body: ({ until, exit, why }) => ({ until_ms: Math.max(Date.parse(until ?? "") || 0, now), exit_ms: Math.max(Date.parse(exit ?? "") || 0, now), why }),
    }, this.#saved);
  }
}

const usual = (now: number): Values => ({ plan: "Service", users: "5", billing: "monthly", price: "0.00", from: isoDay(now), until: "", reference: "" });

function useFields(values: Values, opened: Parameters<typeof selectIn>[4]): Part {
  return html`<div class="two-columns">${textIn(values, "plan", t("Plan"), { maxlength: 40 })}${textIn(values, "users", t("For how many people"), { maxlength: 6 })}${selectIn(values, "billing", t("Billed"), [["monthly", t("each month")], ["yearly", t("each year")]], opened)}${textIn(values, "price", t("Price in euros, without VAT"), { maxlength: 12 })}
    ${textIn(values, "from", t("From"), { type: "date" })}${textIn(values, "until", t("Until (empty: until it is ended)"), { type: "date" })}${textIn(values, "reference", t("Reference"), { maxlength: 120 })}</div>`;
}

const useBody = ({ plan, users, billing, price, from, until, reference }: Values): unknown => ({
  plan, billing, reference, users: Number(users) || 0, price_cents: Math.round(Number((price ?? "").replace(",", ".")) * 100) || 0,
  ...(from === isoDay(Date.now()) || from === "" || from === undefined ? {} : { valid_from_ms: Date.parse(from) || 0 }), ...(until === "" || until === undefined ? {} : { valid_to_ms: Date.parse(until) || 0 }),
});
