// SPDX-License-Identifier: EUPL-1.2
// Invoices and credit notes: what is open, one of them with all that happened to it, and its draft.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, note, pill, skeleton } from "../../../kit/pieces";
import { table } from "../../../kit/table";
import { language, t, tn } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog, sureDialog, type Refused } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import { inDays } from "../../settings/fields";
import { body, editor, emptyPaper, wrongLine, type Said } from "./editor";
import type { Brief, Invoice, Listed, Terms } from "./types";
import { categoryWords, dateOf, dayOf, money, standing, sums, typedNumber, unitWords, wayWords } from "./words";

interface State {
  readonly listed: Listed | null;
  readonly terms: Terms | null;
  readonly one: Invoice | null;
  readonly show: string;
  readonly search: string;
  readonly said: Said | null;
  readonly busy: string;
  readonly refused: Refused | null;
}

const SHOWN = ["all", "drafts", "open", "overdue", "settled", "credits"] as const;

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new InvoicesPage(host, ctx, id);
  return { close: () => page.close(), route: (next) => page.route(next) };
}

class InvoicesPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;
  #id: string | null;

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    this.#id = id;
    this.#board = new Board<State>(host, { listed: null, terms: null, one: null, show: "all", search: "", said: null, busy: "", refused: null }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "invoice.changed" && this.#board.state.said === null && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  route(id: string | null): void {
    this.#id = id;
    this.#board.change({ one: null, said: null, refused: null });
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const terms = this.#board.state.terms ?? (await this.#ctx.ask<Terms>("GET", "/invoice-terms"));
      if (this.#id === "new") this.#board.change({ terms, one: null, said: this.#board.state.said ?? emptyPaper(terms, language) });
      else if (this.#id !== null) this.#board.change({ terms, one: await this.#ctx.ask<Invoice>("GET", `/invoices/${this.#id}`) });
      else {
        const { show, search } = this.#board.state;
        this.#board.change({ terms, one: null, listed: await this.#ctx.ask<Listed>("GET", `/invoices?show=${show}&search=${encodeURIComponent(search)}`) });
      }
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  // --- the list ---

  #draw(state: State): Part {
    if (state.said !== null && state.terms !== null) return this.#form(state, state.said, state.terms);
    if (this.#id !== null) return state.one === null ? skeleton(6, t("Loading")) : this.#whole(state.one, state);
    return this.#list(state);
  }

  #list({ listed, terms, show, search }: State): Part {
    const names: Readonly<Record<string, string>> = { all: t("All"), drafts: t("Drafts"), open: t("Open"), overdue: t("Overdue"), settled: t("Paid"), credits: t("Credit notes") };
    return html`<div class="title"><div><h1>${t("Invoices")}</h1><p class="mute measure">${listed === null ? nothing : this.#summary(listed)}</p></div>
      ${terms?.may.write ? button(t("New invoice"), () => this.#ctx.go("invoices", "new"), { kind: "primary", icon: "plus", id: "new-invoice" }) : nothing}</div>
      ${terms === null || terms.missing.length === 0 || !terms.may.issue ? nothing : note(html`<b>${t("No invoice can be issued yet.")}</b> ${terms.missing.join(" ")}`, "warn")}
      <div class="row filters" role="group" aria-label=${t("Which invoices")}>${SHOWN.map((one) => html`<button type="button" class="chip" aria-pressed=${show === one ? "true" : "false"} @click=${() => { this.#board.change({ show: one }); void this.#load(); }}>${names[one]}</button>`)}
        <div class="grow"></div>${field("search", t("Number or name"), { value: search, maxlength: 100, input: (text) => { this.#board.change({ search: text }); void this.#load(); } })}</div>
      ${listed === null ? skeleton(6, t("Loading")) : table(t("Invoices"), [
        { title: t("Number"), cell: (one) => html`<a href="/service/invoices/${one.id}" @click=${(event: Event) => { event.preventDefault(); this.#ctx.go("invoices", one.id); }}>${one.number === "" ? t("draft") : one.number}</a>` },
        { title: t("For whom"), cell: (one) => html`${one.name === "" ? html`<span class="faint">${t("nobody yet")}</span>` : one.name}${one.subject === "" ? nothing : html`<div class="mute small">${one.subject}</div>`}` },
        { title: t("Date"), cell: (one) => dayOf(one.issued_on) },
        { title: t("State"), cell: (one) => html`${standing(one, listed.today)}${one.fault === "" ? nothing : html` ${pill(t("not sent"), "warn")}`}` },
        { title: t("Amount"), numeric: true, cell: (one) => money(one.kind === "credit" ? -one.total_cents : one.total_cents, one.currency) },
        { title: t("Open"), numeric: true, cell: (one) => (one.state === "draft" || one.open_cents === 0 ? nothing : money(one.kind === "credit" ? -one.open_cents : one.open_cents, one.currency)) },
      ], listed.invoices, (one: Brief) => one.id, empty(t("Nothing here"), show === "all" && search === "" ? t("Make the first invoice, or make one of an order.") : t("Nothing fits; choose another list."), "note"))}
      ${listed?.more ? html`<p class="mute">${t("There are more: search for one by its number or name.")}</p>` : nothing}`;
  }

  #summary({ sums: all }: Listed): string {
    const said = [sums(all.open) === "" ? t("Nothing is open.") : t("{amount} is open.", { amount: sums(all.open) })];
    if (sums(all.overdue) !== "") said.push(t("Of it {amount} is overdue.", { amount: sums(all.overdue) }));
    if (all.drafts > 0) said.push(tn("1 draft waits.", "{n} drafts wait.", all.drafts));
    return said.join(" ");
  }

  // --- the draft ---

  #form({ busy, refused, one }: State, said: Said, terms: Terms): Part {
    const what = one?.kind ?? "invoice";
    return html`<div class="title"><div><h1>${what === "credit" ? t("Credit note, draft") : t("Invoice, draft")}</h1><p class="mute measure">${what === "credit" ? t("Leave what you take back; remove the rest.") : t("It gets its number when it is issued, and is never changed after that.")}</p></div></div>
      ${editor(terms, { said, what, busy: busy === "save", refused, put: (part) => this.#board.change({ said: { ...this.#board.state.said!, ...part }, refused: null }), save: () => void this.#save(), cancel: () => this.#cancel() })}`;
  }

  #cancel(): void {
    this.#board.change({ said: null, refused: null });
    if (this.#id === "new") this.#ctx.go("invoices");
  }

  async #save(): Promise<void> {
    const { said, one } = this.#board.state;
    if (said === null) return;
    const wrong = wrongLine(said);
    if (wrong > 0) return this.#board.change({ refused: { message: t("A figure of line {n} is no number.", { n: wrong }), field: "" } });
    this.#board.change({ busy: "save", refused: null });
    let saved: Invoice | null = null;
    const refused = await refusedOf(async () => {
      saved = one === null ? await this.#ctx.ask<Invoice>("POST", "/invoices", body(said)) : await this.#ctx.ask<Invoice>("PUT", `/invoices/${one.id}`, body(said));
    });
    this.#board.change({ busy: "", refused });
    if (refused !== null) return;
    this.#board.change({ said: null, one: saved });
    if (one === null) this.#ctx.go("invoices", saved!.id);
  }

  #edit(one: Invoice): void {
    this.#board.change({
      refused: null, said: {
        customer_id: one.customer_id, order_id: one.order_id, buyer: one.buyer, language: one.language, subject: one.subject, note: one.note,
        buyer_reference: one.buyer_reference, purchase_order: one.purchase_order, delivered_on: one.delivered_on, payment_days: one.payment_days, prices_with_vat: one.prices_with_vat, lines: one.lines,
      },
    });
  }

  // --- one of them ---

  #whole(one: Invoice, { busy, listed }: State): Part {
    const credit = one.kind === "credit";
    const title = one.number === "" ? (credit ? t("Credit note, draft") : t("Invoice, draft")) : credit ? t("Credit note {number}", { number: one.number }) : t("Invoice {number}", { number: one.number });
    const today = listed?.today ?? inDays(this.#ctx.nowMs(), 0);
    return html`<p><a href="/service/invoices" @click=${(event: Event) => { event.preventDefault(); this.#ctx.go("invoices"); }}>${t("All invoices")}</a></p>
      <div class="title"><div><h1>${title}</h1><div class="row">${standing(one, today)}${one.waits ? (one.fault === "" ? pill(t("on its way"), "accent") : pill(t("not sent: the mail server refused it; it is tried again"), "warn")) : nothing}</div></div>
        <div class="row">${this.#verbs(one, busy, today)}</div></div>
      ${one.faults.length === 0 ? nothing : note(html`<b>${t("Before it can be issued:")}</b><ul class="plain">${one.faults.map((fault) => html`<li>${fault}</li>`)}</ul>`, "warn")}
      <div class="columns"><section class="card"><header><h2>${t("What stands on it")}</h2></header><div class="pad stack">
        <address>${[one.buyer.name, one.buyer.attention, one.buyer.street, `${one.buyer.postcode} ${one.buyer.city}`.trim(), one.buyer.country].filter(Boolean).map((line) => html`${line}<br>`)}</address>
        ${one.subject === "" ? nothing : html`<p>${one.subject}</p>`}
        ${table(t("Lines"), [
          { title: t("What"), cell: (line) => html`<span class="lines">${line.text}</span>${line.discount === "0" ? nothing : html`<div class="mute small">${t("{percent}% discount", { percent: line.discount })}</div>`}` },
          { title: t("Quantity"), numeric: true, cell: (line) => `${line.quantity} ${unitWords(line.unit)}` },
          { title: t("VAT"), cell: (line) => categoryWords(line.category, line.rate) },
          { title: one.prices_with_vat ? t("Amount with VAT") : t("Amount"), numeric: true, cell: (line) => money(line.shown_cents ?? 0, one.currency) },
        ], one.lines, (line) => one.lines.indexOf(line), empty(t("No line yet"), t("Change the draft to write one."), "note"))}
        <dl class="facts sums"><dt>${t("Total without VAT")}</dt><dd>${money(one.net_cents, one.currency)}</dd>
          ${one.groups.filter(({ vat_cents }) => vat_cents !== 0).map((group) => html`<dt>${categoryWords(group.category, group.rate)}</dt><dd>${money(group.vat_cents, one.currency)}</dd>`)}
          ${one.rounding_cents === 0 ? nothing : html`<dt>${t("Rounding")}</dt><dd>${money(one.rounding_cents, one.currency)}</dd>`}
          <dt><b>${t("Total")}</b></dt><dd><b>${money(one.total_cents, one.currency)}</b></dd></dl>
        ${one.note === "" ? nothing : html`<p class="lines">${one.note}</p>`}</div></section>
      <section class="card"><header><h2>${t("What became of it")}</h2></header><div class="pad stack">${this.#facts(one)}</div></section></div>`;
  }

  #facts(one: Invoice): Part {
    const rows: [string, Part][] = [];
    if (one.issued_on !== null) rows.push([t("Issued"), dayOf(one.issued_on)]);
    if (one.due_on !== null) rows.push([t("To be paid by"), dayOf(one.due_on)]);
    if (one.reference !== "") rows.push([t("Reference"), html`<code>${one.reference}</code>`]);
    if (one.sent_ms !== null) rows.push([t("Sent"), t("{day} to {address}", { day: dateOf(one.sent_ms), address: one.sent_to })]);
    if (one.corrects !== null) rows.push([t("Corrects"), html`<a href="/service/invoices/${one.corrects.id}">${one.corrects.number}</a> – ${one.corrects_why}`]);
    for (const each of one.corrections) rows.push([t("Credit note"), html`<a href="/service/invoices/${each.id}">${each.number === "" ? t("draft") : each.number}</a> ${money(each.total_cents, each.currency)}`]);
    if (one.state === "issued") rows.push([t("Open"), html`<b>${money(one.open_cents, one.currency)}</b>`]);
    if (one.customer_number !== null) rows.push([t("Customer"), html`<a href="/service/customers/${one.customer_id ?? ""}">${t("number {n}", { n: one.customer_number })}</a>`]);
    if (one.order_id !== null) rows.push([t("Order"), html`<a href="/service/orders/${one.order_id}">${t("open it")}</a>`]);
    if (one.kept_until !== null) rows.push([t("In the books until"), dayOf(one.kept_until)]);
    return html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      ${one.customer_gone ? note(t("The customer is forgotten; what the books must keep stands on this paper only.")) : nothing}
      ${one.settlements.length === 0 ? nothing : html`<h3>${t("Payments")}</h3><ul class="items flat">${one.settlements.map((each) => html`<li><div class="body ${each.undone ? "faint" : ""}"><b>${money(each.cents, one.currency)}</b> ${wayWords(each.way)} ${each.from === "" ? nothing : html`<span class="mute">${each.from}</span>`}
        <div class="mute small">${each.on === null ? dateOf(each.made_ms) : dayOf(each.on)}${each.undone ? ` · ${t("undone")}` : ""}</div></div>
        ${each.undone || each.way === "credit" || !one.may.pay ? nothing : button(t("Undo"), () => sureDialog(t("Undo this payment?"), t("The amount is open again, and the payment looks for its invoice anew."), t("Undo"), () => this.#did("POST", `/settlements/${each.id}/undo`, {})), { small: true, kind: "quiet" })}</li>`)}</ul>`}
      ${one.reminders.length === 0 ? nothing : html`<h3>${t("Reminders")}</h3><ul class="items flat">${one.reminders.map((each) => html`<li><div class="body"><b>${t("Reminder {n}", { n: each.level })}</b> <span class="mute">${dateOf(each.made_ms)}, ${each.to}</span><div class="mute small">${each.fault === "" ? t("to be paid by {day}", { day: dayOf(each.pay_by) }) : t("not sent: the mail server refused it; it is tried again")}</div></div></li>`)}</ul>`}`;
  }

  #verbs(one: Invoice, busy: string, today: string): Part {
    const act = (name: string, words: string, path: string, kind: "" | "primary" = ""): Part => button(words, () => void this.#act(name, path), { kind, busy: busy === name, id: name });
    if (one.state === "draft") {
      return html`${one.may.write ? button(t("Change"), () => this.#edit(one), { id: "change" }) : nothing}
        ${one.may.issue ? button(t("Delete"), () => sureDialog(t("Delete this draft?"), t("It has no number yet, so nothing of it stays."), t("Delete"), () => refusedOf(async () => { await this.#ctx.ask("POST", `/invoices/${one.id}/delete`, {}); this.#ctx.go("invoices"); })), { kind: "quiet" }) : nothing}
        ${one.may.issue ? button(t("Issue"), () => sureDialog(t("Issue this?"), t("It gets its number now and is never changed again. A credit note can correct it."), t("Issue"), () => this.#did("POST", `/invoices/${one.id}/issue`, {})), { kind: "primary", disabled: one.faults.length > 0, id: "issue" }) : nothing}`;
    }
    const overdue = one.kind === "invoice" && !one.settled && one.due_on !== null && one.due_on < today;
    return html`${one.may.export ? html`${button(t("PDF"), () => void this.#keep(one, "pdf"), { icon: "download", id: "paper" })}${button("XML", () => void this.#keep(one, "cii"), { kind: "quiet", id: "xml", hint: t("EN 16931, as it is in the PDF (CII)") })}${button("UBL", () => void this.#keep(one, "ubl"), { kind: "quiet", hint: t("EN 16931 in UBL, for networks that want it") })}` : nothing}
      ${!one.may.issue ? nothing : html`
        ${one.kind === "invoice" ? button(t("Credit"), () => this.#credit(one), { kind: "quiet", id: "credit" }) : nothing}
        ${one.kind === "invoice" && !one.settled ? button(t("Paid at the counter"), () => this.#received(one), { id: "received" }) : nothing}
        ${overdue && one.reminded < 3 ? act("remind", t("Send reminder {n}", { n: one.reminded + 1 }), `/invoices/${one.id}/remind`) : nothing}
        ${button(one.sent_ms === null && !one.waits ? t("Send by e-mail") : t("Send again"), () => this.#send(one), { kind: one.sent_ms === null && !one.waits ? "primary" : "", icon: "send", id: "send" })}`}`;
  }

  readonly #did = (method: "POST", path: string, said: unknown): Promise<Refused | null> => refusedOf(async () => {
    this.#board.change({ one: await this.#ctx.ask<Invoice>(method, path, said) });
    this.#ctx.changed();
  });

  async #act(name: string, path: string): Promise<void> {
    this.#board.change({ busy: name });
    const refused = await this.#did("POST", path, {});
    this.#board.change({ busy: "" });
    if (refused !== null) this.#ctx.toast(refused.message, "alarm");
  }

  async #keep(one: Invoice, shape: string): Promise<void> {
    try {
      await keepAnswer(await this.#ctx.session.api.request("GET", `/api/v1/invoices/${one.id}/paper?shape=${shape}`, undefined));
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  #send(one: Invoice): void {
    formDialog(t("Send {number}", { number: one.number }), { to: one.sent_to || one.buyer.email }, (page) => field("to", t("To"), { value: page.said.to, type: "email", maxlength: 254, input: (to) => page.set({ to }), ...page.error("to") }), {
      save: t("Send"), fields: ["to"], send: (said) => this.#did("POST", `/invoices/${one.id}/send`, { to: said.to }),
    });
  }

  #credit(one: Invoice): void {
    formDialog(t("Credit {number}", { number: one.number }), { why: "" }, (page) => field("why", t("Why"), { value: page.said.why, maxlength: 300, hint: t("It stands on the credit note."), input: (why) => page.set({ why }), ...page.error("why") }), {
      save: t("Make a draft"), fields: ["why"], send: (said) => refusedOf(async () => {
        const made = await this.#ctx.ask<Invoice>("POST", `/invoices/${one.id}/credit`, { why: said.why });
        this.#ctx.go("invoices", made.id);
      }),
    });
  }

  #received(one: Invoice): void {
    const today = inDays(this.#ctx.nowMs(), 0);
    formDialog(t("Paid at the counter"), { amount: (one.open_cents / 100).toFixed(2), way: "card", on: today }, (page) => html`
      ${field("amount", t("Amount in {currency}", { currency: one.currency }), { value: page.said.amount, maxlength: 14, input: (amount) => page.set({ amount }), ...page.error("amount_cents") })}
      <fieldset class="choices"><legend class="field"><span class="label">${t("How")}</span></legend>${(["card", "cash"] as const).map((way) => html`<label class="choice"><input type="radio" name="way" value=${way} .checked=${page.said.way === way} @change=${() => page.put({ way })}><span>${wayWords(way)}</span></label>`)}</fieldset>
      ${field("on", t("On"), { value: page.said.on, type: "date", input: (on) => page.set({ on }), ...page.error("on") })}`, {
      save: t("Write it down"), fields: ["amount_cents", "on"],
      check: (said): Record<string, string> => (typedNumber(said.amount) === null ? { amount_cents: t("Write a number.") } : {}),
      send: (said) => this.#did("POST", `/invoices/${one.id}/received`, { way: said.way, amount_cents: Math.round((typedNumber(said.amount) ?? 0) * 100), on: said.on }),
    });
  }
}
