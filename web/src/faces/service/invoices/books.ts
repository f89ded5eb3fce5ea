// SPDX-License-Identifier: EUPL-1.2
// The books of a period, to declare VAT by and to hand to an accountant; under which agreement he reads them; what a firm lays down.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { table } from "../../../kit/table";
import { clock, isoDay, t } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog, sureDialog } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import { choice } from "./editor";
import type { Agreement, Agreements, Books, Terms } from "./types";
import { categoryWords, dateOf, dayOf, money } from "./words";

interface State {
  readonly books: Books | null;
  readonly agreements: Agreements | null;
  readonly terms: Terms | null;
  readonly first: string;
  readonly last: string;
  readonly busy: boolean;
  readonly denied: string;
}

const DAY_MS = 86_400_000;

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new BooksPage(host, ctx);
  return { close: () => page.close() };
}

/** The quarter of a day, first and last. */
function quarter(ms: number): { first: string; last: string } {
  const now = new Date(ms);
  const month = Math.floor(now.getUTCMonth() / 3) * 3;
  const iso = (at: number): string => new Date(at).toISOString().slice(0, 10);
  return { first: iso(Date.UTC(now.getUTCFullYear(), month, 1)), last: iso(Date.UTC(now.getUTCFullYear(), month + 3, 0)) };
}

class BooksPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { books: null, agreements: null, terms: null, ...quarter(ctx.nowMs()), busy: false, denied: "" }, (state) => this.#draw(state));
    void this.#load();
  }

  close(): void {
    // nothing runs
  }

  get #reads(): boolean {
    return ["owner", "bookkeeper", "accountant"].includes(this.#ctx.me.role);
  }

  async #load(): Promise<void> {
    const refused = await refusedOf(async () => {
      if (this.#reads) this.#board.change({ terms: await this.#ctx.ask<Terms>("GET", "/invoice-terms") });
      if (this.#reads) await this.#period();
      if (this.#ctx.me.role !== "accountant") this.#board.change({ agreements: await this.#ctx.ask<Agreements>("GET", "/books/agreements") });
    });
    this.#board.change({ denied: refused?.message ?? "" });
  }

  async #period(): Promise<void> {
    const { first, last } = this.#board.state;
    this.#board.change({ books: await this.#ctx.ask<Books>("GET", `/books?first=${first}&last=${last}`) });
  }

  #draw({ books, agreements, terms, first, last, busy, denied }: State): Part {
    const choose = (part: Partial<State>): void => {
      this.#board.change(part);
      void refusedOf(() => this.#period()).then((refused) => this.#board.change({ denied: refused?.message ?? "" }));
    };
    return html`<div class="title"><div><h1>${t("Books")}</h1><p class="mute measure">${t("What was invoiced in a period, by VAT, and all its papers as one file. The law keeps these for years; nothing else is kept because of them.")}</p></div></div>
      ${denied === "" ? nothing : note(denied, "warn")}
      ${this.#reads ? html`<section class="card"><header><h2>${t("A period")}</h2></header><div class="pad stack"><div class="fields">
        ${field("first", t("From"), { value: first, type: "date", input: (text) => choose({ first: text }) })}${field("last", t("Until and with"), { value: last, type: "date", input: (text) => choose({ last: text }) })}</div>
        ${books === null ? (denied === "" ? skeleton(3, t("Loading")) : nothing) : table(t("Sales by VAT"), [
          { title: t("VAT"), cell: (one) => categoryWords(one.category, one.rate) },
          { title: t("Papers"), numeric: true, cell: (one) => String(one.papers) },
          { title: t("Without VAT"), numeric: true, cell: (one) => money(one.net_cents, one.currency) },
          { title: t("VAT to declare"), numeric: true, cell: (one) => money(one.vat_cents, one.currency) },
        ], books.taxes, (one) => `${one.category} ${one.rate} ${one.currency}`, empty(t("Nothing was invoiced"), t("Choose another period."), "list"))}
        ${books?.agreement ? note(t("You read these books under agreement {reference}, until {day}. What you open is written down.", { reference: books.agreement.reference, day: dateOf(books.agreement.until_ms) })) : nothing}
        <div class="row">${button(t("Keep the books of this period"), () => void this.#keep(), { kind: "primary", icon: "download", busy, disabled: books === null, id: "books-file" })}</div></div></section>` : nothing}
      ${agreements === null ? nothing : this.#agreements(agreements)}
      ${terms === null || !terms.may.issue ? nothing : this.#settings(terms)}`;
  }

  async #keep(): Promise<void> {
    const { first, last } = this.#board.state;
    this.#board.change({ busy: true });
    try {
      await keepAnswer(await this.#ctx.session.api.request("GET", `/api/v1/books/file?first=${first}&last=${last}`, undefined));
    } catch (error) {
      this.#ctx.failed(error);
    }
    this.#board.change({ busy: false });
  }

  #agreements(said: Agreements): Part {
    return html`<section class="card" id="agreements"><header><h2>${t("Accountants")}</h2>${said.may_record ? button(t("Record an agreement"), () => this.#record(said), { small: true, icon: "plus", id: "new-agreement" }) : nothing}</header>
      ${said.agreements.length === 0 ? empty(t("No agreement"), t("An accountant reads nothing until a written agreement with him is recorded."), "lock") : html`<ul class="items">${said.agreements.map((one) => this.#agreement(one, said))}</ul>`}</section>`;
  }

  #agreement(one: Agreement, said: Agreements): Part {
    const holds = one.ended_ms === null && one.from_ms <= said.now_ms && one.until_ms > said.now_ms;
    return html`<li>${tile("person", holds ? "ok" : "")}<div class="body"><b>${one.name}</b>, ${one.firm} <div class="row">${holds ? pill(t("in force until {day}", { day: dateOf(one.until_ms) }), "ok") : one.ended_ms !== null ? pill(t("ended {day}", { day: dateOf(one.ended_ms) })) : one.from_ms > said.now_ms ? pill(t("from {day}", { day: dateOf(one.from_ms) })) : pill(t("ran out {day}", { day: dateOf(one.until_ms) }), "warn")}</div>
      <div class="mute small">${t("{reference}, signed {day}", { reference: one.reference, day: dayOf(one.signed_on) })}</div></div>
      ${holds && said.may_record ? button(t("End it"), () => sureDialog(t("End the agreement with {name}?", { name: one.name }), t("From now on nothing of the books opens for this accountant."), t("End it"), () => refusedOf(async () => this.#board.change({ agreements: await this.#ctx.ask<Agreements>("POST", `/books/agreements/${one.id}/end`, {}) }))), { small: true, kind: "quiet" }) : nothing}</li>`;
  }

  #record(said: Agreements): void {
    const today = isoDay(this.#ctx.nowMs());
    const first = { person: said.accountants[0]?.id ?? "", firm: "", reference: "", signed: today, from: today, until: isoDay(this.#ctx.nowMs() + 365 * DAY_MS) };
    formDialog(t("An agreement with an accountant"), first, (page) => html`
      ${said.accountants.length === 0 ? note(t("Nobody has the role of accountant here yet: invite one first."), "warn") : choice("person", t("Who"), said.accountants.map((one) => [one.id, one.name] as const), page.said.person, (person) => page.put({ person }))}
      ${field("firm", t("Of which firm"), { value: page.said.firm, maxlength: 200, input: (firm) => page.set({ firm }), ...page.error("firm") })}
      ${field("reference", t("Reference of the agreement"), { value: page.said.reference, maxlength: 120, input: (reference) => page.set({ reference }), ...page.error("reference") })}
      ${field("signed", t("Signed on"), { value: page.said.signed, type: "date", input: (signed) => page.set({ signed }), ...page.error("signed_on") })}
      ${field("from", t("From"), { value: page.said.from, type: "date", input: (from) => page.set({ from }), ...page.error("from_ms") })}
      ${field("until", t("Until and with"), { value: page.said.until, type: "date", hint: t("Five years at most."), input: (until) => page.set({ until }), ...page.error("until_ms") })}`, {
      save: t("Record it"), fields: ["firm", "reference", "signed_on", "from_ms", "until_ms"],
      check: (typed): Record<string, string> => ({ ...(typed.firm.trim() === "" ? { firm: t("Name the firm.") } : {}), ...(typed.reference.trim() === "" ? { reference: t("Write its reference.") } : {}) }),
      send: (typed) => refusedOf(async () => {
        const body = { person_id: typed.person, firm: typed.firm.trim(), reference: typed.reference.trim(), signed_on: typed.signed, from_ms: startOf(typed.from), until_ms: startOf(typed.until) + DAY_MS - 1 };
        this.#board.change({ agreements: await this.#ctx.ask<Agreements>("POST", "/books/agreements", body) });
      }),
    });
  }

  #settings(terms: Terms): Part {
    const { settings } = terms;
    const rows: readonly (readonly [string, string])[] = [
      [t("Days to pay"), String(settings.payment_days)], [t("An offer is valid, days"), String(settings.offer_days)], [t("Days between reminders"), String(settings.reminder_days)],
      [t("Exemption for small firms"), settings.small_firm ? t("yes: no VAT is charged") : t("no")], [t("Prices on new papers"), settings.prices_with_vat ? t("with VAT") : t("without VAT")], [t("Sentence on each paper"), settings.footer], [t("Tax number (Germany)"), settings.tax_number],
    ];
    return html`<section class="card"><header><h2>${t("What stands on each invoice")}</h2>${button(t("Change"), () => this.#change(terms), { small: true, id: "change-settings" })}</header><div class="pad stack">
      <p>${[terms.seller["name"], terms.seller["street"], `${terms.seller["postcode"] ?? ""} ${terms.seller["city"] ?? ""}`.trim(), terms.seller["registration"], terms.seller["vat_id"], terms.seller["iban"]].filter(Boolean).join(", ")}</p>
      <p class="mute small">${t("The imprint is the one of your brand.")}</p>
      ${terms.missing.length === 0 ? nothing : note(terms.missing.join(" "), "warn")}
      <dl class="facts">${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div></section>`;
  }

  #change(terms: Terms): void {
    const { settings } = terms;
    const first = { payment: String(settings.payment_days), offer: String(settings.offer_days), reminder: String(settings.reminder_days), small: settings.small_firm, withVat: settings.prices_with_vat, footer: settings.footer, tax: settings.tax_number };
    formDialog(t("What stands on each invoice"), first, (page) => html`
      ${field("payment", t("Days to pay"), { value: page.said.payment, maxlength: 3, input: (payment) => page.set({ payment }), ...page.error("payment_days") })}
      ${field("offer", t("An offer is valid, days"), { value: page.said.offer, maxlength: 3, input: (offer) => page.set({ offer }), ...page.error("offer_days") })}
      ${field("reminder", t("Days between reminders"), { value: page.said.reminder, maxlength: 2, input: (reminder) => page.set({ reminder }), ...page.error("reminder_days") })}
      <label class="check"><input type="checkbox" id="small-firm" .checked=${page.said.small} @change=${(event: Event) => page.put({ small: (event.target as HTMLInputElement).checked })}><span>${t("We use the exemption for small firms: no VAT is charged")}</span></label>
      <label class="check"><input type="checkbox" id="with-vat" .checked=${page.said.withVat} @change=${(event: Event) => page.put({ withVat: (event.target as HTMLInputElement).checked })}><span>${t("A new paper begins with prices that include VAT, as consumers are quoted")}</span></label>
      ${field("tax", t("Tax number (Germany)"), { value: page.said.tax, maxlength: 30, input: (tax) => page.set({ tax }), ...page.error("tax_number") })}
      ${textField("footer", t("Sentence on each paper"), { value: page.said.footer, maxlength: 500, rows: 2, input: (footer) => page.set({ footer }) })}`, {
      save: t("Save"), fields: ["payment_days", "offer_days", "reminder_days", "tax_number"],
      check: (said): Record<string, string> => Object.fromEntries(([["payment_days", said.payment], ["offer_days", said.offer], ["reminder_days", said.reminder]] as const).filter(([, text]) => !/^\d{1,3}$/.test(text.trim())).map(([name]) => [name, t("Write a number.")])),
      send: (said) => refusedOf(async () => {
        await this.#ctx.ask("PUT", "/invoice-settings", { payment_days: Number(said.payment), offer_days: Number(said.offer), reminder_days: Number(said.reminder), small_firm: said.small, prices_with_vat: said.withVat, footer: said.footer, tax_number: said.tax });
        this.#board.change({ terms: await this.#ctx.ask<Terms>("GET", "/invoice-terms") });
      }),
    });
  }
}

/** When a day begins by the firm's clock, which is not when it does by UTC. */
function startOf(day: string): number {
  const wall = Date.parse(day);
  return wall - (Date.parse(`${isoDay(wall)}T${clock(wall)}:00Z`) - wall);
}
