// SPDX-License-Identifier: EUPL-1.2
// Customers: the list with its search, one's record, who may go. What is done is done in dialogs.ts; this draws, and asks anew.
import { openDialog } from "../../../kit/dialog";
import { keepAnswer, logBy, printPage } from "../../../kit/leaving";
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { day, number, t } from "../../../kit/words";
import { pathOf } from "../../paged/model";
import { refusedOf } from "../../report_dialog";
import { sureDialog } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import { cleanUpView, yearlyLines, type CleanUpActions } from "./cleanup";
import { consentDialog, contactDialog, correctDialog, decideDialog, forgetDialog, keepDialog, mergeDialog, newCustomer, restrictDialog, suggestionDialog } from "./dialogs";
import { recordView, type RecordActions } from "./record";
import type { CleanUp, Counts, Customer, Listed, Whole, Yearly, YearlyLine } from "./types";
import { called, place, standingName } from "./words";

const CLEAN_UP = "clean-up";
const WAIT_MS = 250;

interface State {
  readonly nowMs: number;
  readonly id: string | null;
  readonly text: string;
  readonly standing: string;
  readonly list: readonly Customer[] | null;
  readonly more: boolean;
  readonly counts: Counts | null;
  readonly one: Whole | null;
  readonly due: CleanUp | null;
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  return new Customers(host, ctx, id);
}

class Customers implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: readonly (() => void)[];
  #typing: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null) {
    this.#board = new Board<State>(host, { nowMs: ctx.nowMs(), id, text: "", standing: "", list: null, more: false, counts: null, one: null, due: null }, (state) => this.#draw(state));
    this.#stops = [ctx.events((topic) => void (topic.startsWith("customer.") && this.#load()))];
    void this.#load();
  }

  route(id: string | null): void {
    this.#board.change({ id, one: null, due: null });
    void this.#load();
  }

  close(): void {
    clearTimeout(this.#typing);
    for (const stop of this.#stops) stop();
  }

  async #load(): Promise<void> {
    const { id, text, standing } = this.#board.state;
    const asked = (this.#asked += 1);
    try {
      if (id === CLEAN_UP) this.#board.change({ due: await this.ctx.ask<CleanUp>("GET", "/service/customers/clean-up") });
      else if (id !== null) this.#took(await this.ctx.ask<Whole>("GET", `/service/customers/${id}`));
      else {
        const { customers, more, counts } = await this.ctx.ask<Listed>("GET", `/service/customers?${new URLSearchParams({ text, standing }).toString()}`);
        if (asked === this.#asked) this.#board.change({ list: customers, more, counts: counts ?? null });
      }
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #took(one: Whole): void {
    if (one.id === this.#board.state.id) this.#board.change({ one, nowMs: this.ctx.nowMs() });
  }

  readonly #post = async (path: string, body: unknown): Promise<void> => {
    await this.ctx.ask("POST", path, body);
    await this.#load();
    this.ctx.changed();
  };

  async #try(path: string): Promise<void> {
    try {
      await this.#post(path, {});
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  readonly #again = (): void => {
    this.ctx.changed();
    void this.#load();
  };

  async #file(path: string): Promise<void> {
    try {
      await keepAnswer(await this.ctx.session.api.request("POST", `/api/v1${path}`, undefined));
      this.ctx.toast(t("The file is yours, and stands in the log."), "ok");
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  readonly #more = async (): Promise<void> => {
    const { list, text, standing } = this.#board.state;
    const last = list?.at(-1);
    if (list === null || last === undefined) return;
    try {
      const { customers, more } = await this.ctx.ask<Listed>("GET", `/service/customers?${new URLSearchParams({ text, standing, before: String(last.number) }).toString()}`);
      this.#board.change({ list: [...list, ...customers], more });
    } catch (error) {
      this.ctx.failed(error);
    }
  };

  readonly #search = (text: string): void => {
    this.#board.change({ text });
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#load(), WAIT_MS);
  };

  readonly #open = (id: string): void => this.ctx.go("customers", id);

  #end(one: Customer): void {
    sureDialog(t("Is the relation with {name} over?", { name: called(one) }), t("He is kept for as long as claims can come, and then anonymised by itself. When he orders again he is a customer again."), t("It is over"), () => refusedOf(() => this.#post(`/service/customers/${one.id}/end`, {})));
  }

  readonly #record: RecordActions = {
    back: () => this.ctx.go("customers"),
    correct: (one) => correctDialog(one, this.#post),
    contact: (one, contact) => contactDialog(one, contact, this.#post),
    endContact: (contact) => sureDialog(t("Did {name} leave?", { name: contact.name }), t("What is known of this contact goes at once."), t("He left"), () => refusedOf(() => this.#post(`/service/customers/contacts/${contact.id}/end`, {}))),
    suggestion: (one, found) => suggestionDialog(one, found, this.#post),
    confirm: (one) => void this.#try(`/service/customers/${one.id}/confirm`),
    end: (one) => this.#end(one),
    consent: (one) => consentDialog(this.ctx, one, this.#post),
    restrict: (one) => restrictDialog(one, this.#restricted),
    lift: (one) => sureDialog(t("Lift the restriction?"), t("Whoever asked for it is told before (Art. 18(3) GDPR). Then his data is used as before."), t("He was told: lift it"), () => refusedOf(() => this.#post(`/service/customers/${one.id}/lift`, {}))),
    forget: (one) => forgetDialog(this.ctx, one, this.#again),
    take: (one) => void this.#file(`/service/customers/${one.id}/export`),
    open: this.#open,
    merge: (one, other) => mergeDialog(this.ctx, one.id, other.id, this.#again),
  };

  /** Who restricted it may not be the one who may still see it: then he is back at the list. */
  readonly #restricted = async (path: string, body: unknown): Promise<void> => {
    await this.ctx.ask("POST", path, body);
    this.ctx.changed();
    if (this.ctx.me.role === "desk") this.ctx.go("customers");
    else await this.#load();
  };

  readonly #due: CleanUpActions = {
    back: () => this.ctx.go("customers"),
    open: this.#open,
    keep: (one) => keepDialog(this.ctx, one.id, called(one), one.reason, this.#again),
    confirm: (one) => decideDialog(t("{name}: an order is expected", { name: called(one) }), t("Which order, or why?"), t("He stays for another term. It stands on the yearly list with your name."), t("Order expected"), (words) => this.#post(`/service/customers/${one.id}/confirm`, { words })),
    end: (one) => decideDialog(t("Is the relation with {name} over?", { name: called(one) }), t("Why is it over?"), t("He is kept for as long as claims can come, and then anonymised by itself. When he orders again he is a customer again."), t("It is over"), (words) => this.#post(`/service/customers/${one.id}/end`, { words })),
    forget: (one) => forgetDialog(this.ctx, one, this.#again),
    drawUp: () => void this.#try("/service/customers/clean-up"),
    endQuiet: (list) => decideDialog(t("End the relation with all who were quiet"), t("Why is it over?"), t("Everybody on this list of whom no order came and who is not decided yet becomes a former customer. He is kept for as long as claims can come."), t("It is over with all of them"), (words) => this.#post(`/service/customers/clean-up/${list.id}/end-quiet`, { words })),
    close: (list) => sureDialog(t("Close the yearly list?"), t("Every line has its decision. The list is written down with its hash in the log, and is not changed any more."), t("Close the list"), () => refusedOf(() => this.#post(`/service/customers/clean-up/${list.id}/close`, {}))),
    look: (list) => void this.#look(list),
    print: () => void printPage(logBy(this.ctx.port), { what: "clean_up", count: this.#board.state.due?.lines.length ?? 0 }).catch((error: unknown) => this.ctx.failed(error)),
  };

  async #look(list: Yearly): Promise<void> {
    try {
      const { lines } = await this.ctx.ask<{ lines: readonly YearlyLine[] }>("GET", `/service/customers/clean-up/${list.id}`);
      openDialog(t("Yearly list of {day}", { day: day(list.drawn_ms) }), () => yearlyLines(lines), { wide: true });
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #draw(state: State): Part {
    if (state.id === CLEAN_UP) return cleanUpView(state.due, this.ctx.me.role !== "desk" && this.ctx.me.role !== "bookkeeper", this.#due);
    return state.id === null ? this.#list(state) : recordView(state.one, state.nowMs, this.#record);
  }

  #list(state: State): Part {
    const desk = this.ctx.me.role !== "bookkeeper";
    return html`<div class="title"><div><h1>${t("Customers")}</h1><p class="mute measure">${t("Persons, companies with their contacts, and prospects by their consent.")}</p></div>
        <div class="row wrap">${desk ? html`${button(t("Who may go"), () => this.ctx.go("customers", CLEAN_UP), { icon: "clock", id: "clean-up" })}${button(t("As a file"), () => void this.#file(`/service/customers/export?standing=${state.standing}`), { icon: "download", id: "export" })}${button(t("New customer"), () => newCustomer(this.ctx, this.#open), { kind: "primary", icon: "plus", id: "new-customer" })}` : nothing}</div></div>
      <div class="customer-find"><div class="field"><label for="find">${t("Find")}</label><input class="input" id="find" type="search" maxlength="100" autocomplete="off" placeholder=${t("Name, number, e-mail, postcode or telephone")} .value=${state.text} @input=${(event: Event) => this.#search((event.target as HTMLInputElement).value)}></div>
        <div class="segments" role="group" aria-label=${t("Which")}>${this.#filters(state)}</div></div>
      ${state.list === null ? skeleton(6, t("Loading")) : state.list.length === 0 ? html`<div class="card">${empty(state.text === "" ? t("No customers here") : t("Nobody was found"), t("They come in by the forms, from a list, or here."), "person")}</div>`
      : html`<ul class="card items customers">${repeat(state.list, ({ id }) => id, (one) => this.#row(one))}</ul>`}
      ${state.more ? html`<div class="row center">${button(t("More"), () => void this.#more(), { id: "more" })}</div>` : nothing}`;
  }

  #filters(state: State): readonly Part[] {
    const all: readonly (readonly [string, string, number | undefined])[] = [
      ["", t("All"), undefined], ["customer", t("Customers"), state.counts?.customer], ["prospect", t("Prospects"), state.counts?.prospect], ["former", t("Former"), state.counts?.former],
      ["suggested", t("To look at"), state.counts?.suggested], ["restricted", t("Restricted"), state.counts?.restricted], ["anonymised", t("Anonymised"), undefined],
    ];
    return all.map(([code, words, count]) => html`<button type="button" id="only-${code || "all"}" aria-pressed=${code === state.standing ? "true" : "false"} @click=${() => { this.#board.change({ standing: code, list: null }); void this.#load(); }}>${words}${count === undefined ? nothing : html` <b>${number(count)}</b>`}</button>`);
  }

  #row(one: Customer): Part {
    const go = (event: MouseEvent): void => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#open(one.id);
    };
    return html`<li>${icon(one.kind === "company" ? "building" : "person")}<div class="body stack tight"><a href=${pathOf("/service/", "customers", one.id)} @click=${go}><b>${called(one)}</b></a><div class="faint small">${[String(one.number), place(one), one.email].filter(Boolean).join(" · ")}</div></div>
      <div class="row end">${one.restricted_ms === null ? nothing : pill(t("use restricted"), "alarm", { icon: "lock" })}${one.standing === "customer" ? nothing : pill(standingName(one.standing))}</div></li>`;
  }
}
