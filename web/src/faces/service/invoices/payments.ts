// SPDX-License-Identifier: EUPL-1.2
// Payments: the bank's file, what found its invoice by itself, and what somebody decides.
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { number, t, tn, when } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import type { Listed, Payment, Payments, Taken } from "./types";
import { dayOf, money, wayWords } from "./words";

interface State {
  readonly said: Payments | null;
  readonly unmatched: boolean;
  readonly taken: Taken | null;
  readonly wrong: string;
  readonly busy: string;
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new PaymentsPage(host, ctx);
  return { close: () => page.close() };
}

class PaymentsPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { said: null, unmatched: true, taken: null, wrong: "", busy: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "payment.changed" && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    try {
      this.#board.change({ said: await this.#ctx.ask<Payments>("GET", `/payments?unmatched=${this.#board.state.unmatched}`) });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    this.#board.change({ busy: "take", wrong: "", taken: null });
    const refused = await refusedOf(async () => {
      const answer = await this.#ctx.session.api.request("POST", "/api/v1/payments/import", new Blob([file], { type: "application/octet-stream" }));
      this.#board.change({ taken: (await answer.json()) as Taken, busy: "" });
    });
    this.#board.change({ busy: "", wrong: refused?.message ?? "" });
    this.#ctx.changed();
    await this.#load();
  }

  #draw({ said, unmatched, taken, wrong, busy }: State): Part {
    return html`<div class="title"><div><h1>${t("Payments")}</h1><p class="mute measure">${t("Take in your bank’s account statement (CAMT.053). A payment finds its invoice by the reference or number in it; for the others you choose. The same file twice changes nothing.")}</p></div></div>
      ${said?.may.pay ? html`<section class="card pad drop"><label class="field" for="statement"><span class="label">${t("Account statement, XML or ZIP")}</span></label>
        <input class="input" id="statement" type="file" accept=".xml,.zip,application/xml,text/xml,application/zip" ?disabled=${busy === "take"} @change=${(event: Event) => { const input = event.target as HTMLInputElement; const [file] = input.files ?? []; input.value = ""; void this.#take(file); }}>
        <div role="status">${busy === "take" ? t("Reading…") : taken === null ? nothing : this.#report(taken)}</div>
        ${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}</section>` : nothing}
      <div class="row filters" role="group" aria-label=${t("Which payments")}>${[true, false].map((one) => html`<button type="button" class="chip" aria-pressed=${unmatched === one ? "true" : "false"} @click=${() => { this.#board.change({ unmatched: one, said: null }); void this.#load(); }}>${one ? t("To be looked at") : t("All")}${one && said !== null && said.unmatched > 0 ? ` (${number(said.unmatched)})` : ""}</button>`)}</div>
      ${said === null ? skeleton(6, t("Loading")) : said.payments.length === 0 ? html`<div class="card">${empty(unmatched ? t("Nothing to look at") : t("No payment yet"), unmatched ? t("Every payment has found its invoice.") : t("Take in a statement."), "check")}</div>`
      : html`<section class="card"><ul class="items">${repeat(said.payments, (one) => one.id, (one) => this.#payment(one, said))}</ul></section>`}
      ${said?.more ? html`<p class="mute">${t("There are more; these are the newest.")}</p>` : nothing}
      ${said === null || said.statements.length === 0 ? nothing : html`<section class="card"><header><h2>${t("Taken in")}</h2></header><ul class="items">${said.statements.slice(0, 6).map((one) => html`<li>${tile("list")}<div class="body"><code>${one.account}</code><div class="mute small">${when(one.imported_ms, this.#ctx.nowMs())}, ${tn("1 booking", "{n} bookings", one.entries)}, ${t("{n} of them new", { n: number(one.new) })}</div></div></li>`)}</ul></section>`}`;
  }

  #report(taken: Taken): Part {
    return html`<p><b>${tn("1 booking read, {new} new, {matched} found their invoice by themselves.", "{n} bookings read, {new} new, {matched} found their invoice by themselves.", taken.bookings, { new: taken.new, matched: taken.matched })}</b></p>
      ${taken.not_adding_up === 0 ? nothing : note(t("The balances of a statement do not add up with its bookings: a file may be missing."), "warn")}`;
  }

  #payment(one: Payment, said: Payments): Part {
    const out = one.amount_cents < 0;
    const waits = one.left_cents > 0 && !out && one.set_aside === "";
    return html`<li id="payment-${one.id}">${tile(out ? "arrow" : "check", waits ? "warn" : out ? "" : "ok")}<div class="body">
      <b>${money(one.amount_cents, one.currency)}</b> ${one.name} <span class="mute">${wayWords(one.way)}, ${dayOf(one.booked_on)}</span> ${one.reversal ? pill(t("taken back by the bank"), "warn") : nothing}
      <div class="small mute break">${[one.reference, one.text].filter(Boolean).join(" · ")}</div>
      <div class="row wrap">${one.for.map((each) => html`<a class="pill ok" href="/service/invoices/${each.invoice_id}">${each.number} ${money(each.cents, one.currency)}</a>`)}${one.set_aside === "" ? nothing : pill(one.set_aside)}
        ${waits && one.for.length > 0 ? pill(t("{amount} left", { amount: money(one.left_cents, one.currency) }), "warn") : nothing}</div>
      ${waits && said.may.pay ? html`<div class="row wrap">${one.suggestions.map((each) => button(t("{number}, {name}, {amount} open", { number: each.number, name: each.name, amount: money(each.open_cents, one.currency) }), () => void this.#do(`/payments/${one.id}/settle`, { invoice_id: each.id }), { small: true, hint: each.why === "number" ? t("its number stands in the payment") : each.why === "amount" ? t("the same amount is open") : t("a like name") }))}
        ${button(t("Another invoice"), () => this.#choose(one), { small: true, kind: "quiet" })}${button(t("About no invoice"), () => this.#aside(one), { small: true, kind: "quiet" })}</div>` : nothing}
      ${one.set_aside !== "" && said.may.pay ? button(t("Look at it again"), () => void this.#do(`/payments/${one.id}/set-aside`, { why: "" }), { small: true, kind: "quiet" }) : nothing}</div></li>`;
  }

  async #do(path: string, said: unknown): Promise<void> {
    const refused = await refusedOf(() => this.#ctx.ask("POST", path, said));
    if (refused !== null) this.#ctx.toast(refused.message, "alarm");
    this.#ctx.changed();
    await this.#load();
  }

  #aside(one: Payment): void {
    formDialog(t("About no invoice"), { why: "" }, (page) => field("why", t("What it is"), { value: page.said.why, maxlength: 200, input: (why) => page.set({ why }), ...page.error("why") }), {
      save: t("Set aside"), fields: ["why"], check: (said): Record<string, string> => (said.why.trim() === "" ? { why: t("Say what it is.") } : {}),
      send: (said) => refusedOf(async () => { await this.#ctx.ask("POST", `/payments/${one.id}/set-aside`, said); await this.#load(); }),
    });
  }

  #choose(one: Payment): void {
    formDialog(t("For which invoice?"), { number: "" }, (page) => field("number", t("Its number"), { value: page.said.number, maxlength: 20, input: (typed) => page.set({ number: typed }), ...page.error("number") }), {
      save: t("It is for this one"), fields: ["number"],
      send: async (said) => {
        let found = "";
        const refused = await refusedOf(async () => {
          const listed = await this.#ctx.ask<Listed>("GET", `/invoices?show=open&search=${encodeURIComponent(said.number.trim())}`);
          found = listed.invoices.find((each) => each.number === said.number.trim())?.id ?? "";
          if (found !== "") await this.#ctx.ask("POST", `/payments/${one.id}/settle`, { invoice_id: found });
        });
        if (refused === null && found === "") return { message: t("No open invoice has this number."), field: "number" };
        await this.#load();
        return refused;
      },
    });
  }
}
