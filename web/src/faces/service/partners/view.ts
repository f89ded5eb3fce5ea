// SPDX-License-Identifier: EUPL-1.2
// A tenant's partners: who does which steps, where and until when, under which agreement; and what each of them gets to see.
import { tenantWords } from "../../../client/members";
import { foot, openDialog } from "../../../kit/dialog";
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, empty, keyWords, note, pill, skeleton, tile } from "../../../kit/pieces";
import { day, isoDay, t, tn } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { sureDialog } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import type { Authorisation, Partner, Partners } from "./types";
import { fieldWords, kindWords, sortWords, typeWords } from "./words";

interface State {
  readonly said: Partners | null;
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new PartnersPage(host, ctx);
  return { close: () => page.close() };
}

const dayOf = (iso: string): string => day(Date.parse(iso));

class PartnersPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { said: null }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic.startsWith("chain.") && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    try {
      this.#board.change({ said: await this.#ctx.ask<Partners>("GET", "/service/partners") });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  readonly #saved = (): void => {
    this.#ctx.toast(t("Done, and written in the log."), "ok");
    void this.#load();
  };

  #draw({ said }: State): Part {
    const ownWords = tenantWords(this.#ctx.session);
    return html`<div class="title"><div><h1>${t("Partners")}</h1><p class="mute measure">${t("Mechanics, repair centres and carriers who do a step of your orders. Each is offered what you authorise it for, and sees of an order only what its step needs.")}</p></div>
        ${said?.may.change ? button(t("Add a partner"), () => partnerDialog(this.#ctx, null, this.#saved), { kind: "primary", icon: "plus", id: "new-partner" }) : nothing}</div>
      ${said === null ? skeleton(5, t("Loading")) : said.partners.length === 0 ? html`<div class="card">${empty(t("No partner yet"), t("Ask one for the number on his page, and add him with the agreement that you have with him."), "person")}</div>`
      : repeat(said.partners, (one) => one.id, (one) => this.#partner(one, said))}
      ${ownWords === "" ? nothing : html`<section class="card pad stack tight" id="own-key"><h2>${t("The words of your key")}</h2><div id="own-words">${keyWords(ownWords, t("The words of your key"))}</div><p class="mute small measure">${t("A partner’s phone seals photos and signatures to this key once he compared these words with what it shows. Read them out to him, or put them into your agreement.")}</p></section>`}
      ${said === null ? nothing : html`<section class="card" id="fields"><header><h2>${t("What each step shows")}</h2></header><div class="pad stack">${said.fields.map((one) => html`<details><summary><b>${kindWords(one.kind)}</b> <span class="mute">${tn("1 field", "{n} fields", one.fields.length)}</span></summary>
        <p class="measure">${one.fields.map(({ name }) => fieldWords(name)).join(", ")}.</p></details>`)}
        <p class="mute small measure">${t("Names, addresses and numbers that somebody wrote into a description are taken out of it for whoever may not know them.")}</p></div></section>`}`;
  }

  #partner(one: Partner, said: Partners): Part {
    return html`<section class="card partner-card" data-partner=${one.name}><header><h2>${one.name}</h2><span class="row">${pill(sortWords(one.kind))}${one.in_force ? pill(one.agreed_until === null ? t("agreement in force") : t("agreement until {day}", { day: dayOf(one.agreed_until) }), "ok") : pill(t("no agreement in force"), "alarm")}</span></header>
      ${one.in_force ? nothing : html`<div class="pad">${note(t("Nothing is offered to it until an agreement is in force."), "warn")}</div>`}
      ${one.authorisations.length === 0 ? empty(t("Authorised for nothing yet"), t("Say for which orders, and where."), "lock") : html`<ul class="items">${one.authorisations.map((each) => this.#authorisation(each, said.may.change))}</ul>`}
      <div class="pad stack tight"><div class="mute small">${one.address === "" ? nothing : html`${one.address} · `}${tn("keeps a job’s data for one day after it", "keeps a job’s data for {n} days after it", one.sheet_days)}</div>
      ${said.may.change ? html`<div class="row wrap">${button(t("Authorise"), () => authoriseDialog(this.#ctx, one, said.order_types, this.#saved), { small: true, icon: "plus" })}${button(t("Change"), () => partnerDialog(this.#ctx, one, this.#saved), { small: true, kind: "quiet" })}
        ${button(t("End it"), () => sureDialog(t("Work with {name} no more?", { name: one.name }), t("It is offered nothing more. Its running jobs come back to you, and their data goes from its phones."), t("End it"), () => refusedOf(async () => { await this.#ctx.ask("POST", `/service/partners/${one.id}/end`, {}); this.#saved(); })), { small: true, kind: "quiet" })}</div>` : nothing}</div></section>`;
  }

  #authorisation(one: Authorisation, change: boolean): Part {
    const region = one.postcode_from === "" && one.postcode_until === "" ? t("everywhere in {country}", { country: one.country }) : t("{country}, postcodes {from} to {until}", { country: one.country, from: one.postcode_from || "…", until: one.postcode_until || "…" });
    return html`<li>${tile("check", one.in_force ? "ok" : "")}<div class="body"><b>${typeWords(one.order_type)}</b> ${region}<div class="mute small">${one.valid_until === null ? t("from {day}", { day: dayOf(one.valid_from) }) : t("from {day} to {end}", { day: dayOf(one.valid_from), end: dayOf(one.valid_until) })}</div></div>
      ${change ? button(t("End"), () => void refusedOf(async () => { await this.#ctx.ask("POST", `/service/authorisations/${one.id}/end`, {}); this.#saved(); }), { small: true, kind: "quiet" }) : nothing}</li>`;
  }
}

function select(name: string, label: string, all: readonly (readonly [string, string])[], chosen: string, choose: (value: string) => void): Part {
  return html`<div class="field"><label for=${name}>${label}</label><select class="input" id=${name} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>${all.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}</select></div>`;
}

/** Asks, and stays open with what was wrong. */
async function asking(work: () => Promise<unknown>, wrong: (words: string) => void, done: () => void): Promise<void> {
  try {
    await work();
    done();
  } catch (error) {
    wrong(error instanceof Error ? error.message : String(error));
  }
}

function partnerDialog(ctx: Ctx, was: Partner | null, saved: () => void): void {
  const said = { party_id: was?.party_id ?? "", kind: was?.kind ?? "mechanic", name: was?.name ?? "", address: was?.address ?? "", agreed_on: was?.agreed_on ?? isoDay(ctx.nowMs()), agreed_until: was?.agreed_until ?? "", sheet_days: String(was?.sheet_days ?? 14) };
  let wrong = "";
  const save = (): void => {
    const body = { ...said, party_id: said.party_id.trim(), agreed_until: said.agreed_until || null, sheet_days: Number(said.sheet_days) || 0 };
    void asking(() => ctx.ask(was === null ? "POST" : "PUT", was === null ? "/service/partners" : `/service/partners/${was.id}`, body), (words) => { wrong = words; dialog.redraw(); }, () => { dialog.close(); saved(); });
  };
  const dialog = openDialog(was === null ? t("A new partner") : was.name, () => html`
    ${was !== null ? nothing : html`${field("partner-number", t("Its number"), { value: said.party_id, hint: t("It stands at the foot of the partner’s own page."), input: (value) => (said.party_id = value) })}
    ${select("partner-kind", t("What it does"), [["mechanic", sortWords("mechanic")], ["repair_centre", sortWords("repair_centre")], ["carrier", sortWords("carrier")]], said.kind, (value) => (said.kind = value as Partner["kind"]))}`}
    ${field("partner-name", t("Name"), { value: said.name, maxlength: 120, input: (value) => (said.name = value) })}
    ${field("partner-address", t("Address"), { value: said.address, maxlength: 200, hint: t("Where a carrier brings things, with commas between the lines."), input: (value) => (said.address = value) })}
    ${field("partner-agreed", t("Written agreement since"), { type: "date", value: said.agreed_on, input: (value) => (said.agreed_on = value) })}
    ${field("partner-until", t("until (empty: until it is ended)"), { type: "date", value: said.agreed_until, input: (value) => (said.agreed_until = value) })}
    ${field("partner-days", t("How many days it keeps a job’s data after the job (at most 14)"), { value: said.sheet_days, maxlength: 2, input: (value) => (said.sheet_days = value) })}
    ${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}${foot(button(t("Cancel"), () => dialog.close()), button(t("Save"), save, { kind: "primary", id: "partner-save" }))}`);
}

function authoriseDialog(ctx: Ctx, partner: Partner, types: readonly string[], saved: () => void): void {
  const said = { order_type: types.includes("repair") ? "repair" : (types[0] ?? ""), country: "NL", postcode_from: "", postcode_until: "", valid_from: isoDay(ctx.nowMs()), valid_until: "" };
  let wrong = "";
  const save = (): void =>
    void asking(() => ctx.ask("POST", `/service/partners/${partner.id}/authorisations`, { ...said, country: said.country.trim().toUpperCase(), valid_until: said.valid_until || null }), (words) => { wrong = words; dialog.redraw(); }, () => { dialog.close(); saved(); });
  const dialog = openDialog(t("Authorise {name}", { name: partner.name }), () => html`
    ${select("auth-type", t("For orders of this type"), types.map((type) => [type, typeWords(type)] as const), said.order_type, (value) => (said.order_type = value))}
    ${field("auth-country", t("Country"), { value: said.country, maxlength: 2, input: (value) => (said.country = value) })}
    ${field("auth-from", t("First postcode"), { value: said.postcode_from, maxlength: 10, hint: t("Empty: the whole country."), input: (value) => (said.postcode_from = value) })}
    ${field("auth-until", t("Last postcode"), { value: said.postcode_until, maxlength: 10, input: (value) => (said.postcode_until = value) })}
    ${field("auth-since", t("From"), { type: "date", value: said.valid_from, input: (value) => (said.valid_from = value) })}
    ${field("auth-end", t("until (empty: until it is ended)"), { type: "date", value: said.valid_until, input: (value) => (said.valid_until = value) })}
    ${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}${foot(button(t("Cancel"), () => dialog.close()), button(t("Authorise"), save, { kind: "primary", id: "auth-save" }))}`);
}

export { select };
