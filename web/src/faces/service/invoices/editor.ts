// SPDX-License-Identifier: EUPL-1.2
// The form of a draft, a credit note or an offer: for whom, and line by line for what. The server works out what stands on the paper; what
// is shown here while somebody types is only that he sees where it goes.
import { html, nothing, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { button } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import type { Refused } from "../../settings/dialogs";
import type { Buyer, Line, Terms } from "./types";
import { categoryWords, money, plainNumber, typedNumber, unitWords } from "./words";

export interface Said {
  readonly customer_id: string | null;
  readonly order_id: string | null;
  readonly buyer: Buyer;
  readonly language: string;
  readonly subject: string;
  readonly note: string;
  readonly buyer_reference: string;
  readonly purchase_order: string;
  readonly delivered_on: string | null;
  readonly payment_days: number | null;
  readonly prices_with_vat: boolean;
  readonly lines: readonly Line[];
}

export const NOBODY: Buyer = { name: "", attention: "", street: "", postcode: "", city: "", country: "", email: "", vat_id: "", registration: "" };

export const emptyLine = (terms: Terms): Line => ({ text: "", quantity: "1", unit: "C62", price: "", discount: "0", reason: "", ...usualVat(terms) });

const usualVat = (terms: Terms): { category: string; rate: string } =>
  terms.settings.small_firm ? { category: "E", rate: "0" } : { category: "S", rate: terms.rates[0]?.rate ?? "0" };

export const emptyPaper = (terms: Terms, language: string): Said => ({
  customer_id: null, order_id: null, buyer: { ...NOBODY, country: terms.seller["country"] ?? "" }, language, subject: "", note: "", buyer_reference: "",
  purchase_order: "", delivered_on: null, payment_days: null, prices_with_vat: terms.settings.prices_with_vat, lines: [emptyLine(terms)],
});

export interface Form {
  readonly said: Said;
  readonly what: "invoice" | "credit" | "offer";
  readonly busy: boolean;
  readonly refused: Refused | null;
  readonly put: (part: Partial<Said>) => void;
  readonly save: () => void;
  readonly cancel: () => void;
}

/** As it will be sent: figures with a point, and no line that nobody wrote on. */
export function body(said: Said): Record<string, unknown> {
  const lines = said.lines.filter((one) => one.text.trim() !== "" || one.price.trim() !== "").map((one) => ({
    text: one.text, quantity: plainNumber(one.quantity) || "0", unit: one.unit, price: plainNumber(one.price) || "0", discount: plainNumber(one.discount) || "0",
    category: one.category, rate: one.rate, reason: one.reason,
  }));
  return { ...said, lines };
}

/** The line whose figures are no numbers, counted from 1; 0 when all are. */
export function wrongLine(said: Said): number {
  return said.lines.findIndex((one) => (one.text.trim() !== "" || one.price.trim() !== "") && [one.quantity, one.price, one.discount].some((figure) => typedNumber(figure) === null)) + 1;
}

const lineNet = (one: Line): number => {
  const [quantity, price, discount] = [typedNumber(one.quantity) ?? 0, typedNumber(one.price) ?? 0, typedNumber(one.discount) ?? 0];
  const gross = Math.round(quantity * price * 100);
  return gross - Math.round((gross * discount) / 100);
};

function about(lines: readonly Line[], withVat: boolean): { net: number; total: number } {
  const nets = new Map<string, number>();
  for (const one of lines) nets.set(one.rate, (nets.get(one.rate) ?? 0) + lineNet(one));
  if (withVat) return { net: [...nets].reduce((sum, [rate, one]) => sum + Math.round((one * 100) / (100 + Number(rate))), 0), total: [...nets.values()].reduce((sum, one) => sum + one, 0) };
  const net = [...nets.values()].reduce((sum, one) => sum + one, 0);
  return { net, total: net + [...nets].reduce((sum, [rate, one]) => sum + Math.round((one * Number(rate)) / 100), 0) };
}

export function editor(terms: Terms, form: Form): Part {
  const { said, put } = form;
  const buyer = (part: Partial<Buyer>): void => put({ buyer: { ...said.buyer, ...part } });
  const sums = about(said.lines, said.prices_with_vat);
  const fixed = form.what === "credit";
  return html`<form class="form paper-form" novalidate @submit=${(event: Event) => { event.preventDefault(); form.save(); }}>
    ${fixed ? nothing : html`<fieldset class="card pad"><legend>${t("For whom")}</legend><div class="fields">
      ${field("buyer-name", t("Name"), { value: said.buyer.name, maxlength: 200, input: (name) => buyer({ name }) })}
      ${field("buyer-attention", t("For the attention of"), { value: said.buyer.attention, maxlength: 200, input: (attention) => buyer({ attention }) })}
      ${field("buyer-street", t("Street and number"), { value: said.buyer.street, maxlength: 200, input: (street) => buyer({ street }) })}
      ${field("buyer-postcode", t("Postcode"), { value: said.buyer.postcode, maxlength: 20, input: (postcode) => buyer({ postcode }) })}
      ${field("buyer-city", t("Place"), { value: said.buyer.city, maxlength: 100, input: (city) => buyer({ city }) })}
      ${field("buyer-country", t("Country, two letters"), { value: said.buyer.country, maxlength: 2, input: (country) => buyer({ country: country.toUpperCase() }) })}
      ${field("buyer-email", t("E-mail"), { value: said.buyer.email, type: "email", maxlength: 254, input: (email) => buyer({ email }) })}
      ${field("buyer-vat", t("VAT number, of a business"), { value: said.buyer.vat_id, maxlength: 20, input: (vat_id) => buyer({ vat_id }) })}
      ${choice("language", t("Language of the paper"), [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]], said.language, (language) => put({ language }))}
    </div></fieldset>`}
    <fieldset class="card pad"><legend>${t("For what")}</legend>
      ${field("subject", t("Subject"), { value: said.subject, maxlength: 200, input: (subject) => put({ subject }) })}
      <label class="check" for="with-vat"><input type="checkbox" id="with-vat" .checked=${said.prices_with_vat} @change=${(event: Event) => put({ prices_with_vat: (event.target as HTMLInputElement).checked })}><span>${t("The prices include VAT, as consumers are quoted")}</span></label>
      <ol class="paper-lines">${said.lines.map((one, at) => lineForm(terms, said, one, at, put))}</ol>
      <div class="row apart">${button(t("Add a line"), () => put({ lines: [...said.lines, emptyLine(terms)] }), { small: true, icon: "plus", id: "add-line" })}
        <p class="sum" role="status">${t("{net} without VAT, {total} with it", { net: money(sums.net, terms.currency), total: money(sums.total, terms.currency) })}</p></div></fieldset>
    <fieldset class="card pad"><legend>${t("Also on the paper")}</legend><div class="fields">
      ${form.what === "offer" ? nothing : html`${field("delivered", t("Delivered on"), { value: said.delivered_on ?? "", type: "date", hint: t("Empty: the day on which it is issued."), input: (text) => put({ delivered_on: text || null }) })}
        ${fixed ? nothing : field("days", t("Days to pay"), { value: said.payment_days === null ? "" : String(said.payment_days), maxlength: 3, hint: t("Empty: {n}, as in the settings.", { n: terms.settings.payment_days }), input: (text) => put({ payment_days: /^\d{1,3}$/.test(text.trim()) ? Number(text) : null }) })}
        ${field("buyer-reference", t("The buyer’s reference"), { value: said.buyer_reference, maxlength: 100, input: (buyer_reference) => put({ buyer_reference }) })}
        ${field("purchase-order", t("The buyer’s order number"), { value: said.purchase_order, maxlength: 100, input: (purchase_order) => put({ purchase_order }) })}`}
      ${textField("note", t("A sentence under it"), { value: said.note, maxlength: 1000, rows: 2, input: (note) => put({ note }) })}</div></fieldset>
    ${form.refused === null ? nothing : html`<div class="note alarm" role="alert">${form.refused.message}</div>`}
    <div class="row">${button(t("Cancel"), form.cancel, { kind: "quiet" })}${button(t("Save"), form.save, { kind: "primary", busy: form.busy, id: "save-paper" })}</div>
  </form>`;
}

function lineForm(terms: Terms, said: Said, one: Line, at: number, put: Form["put"]): Part {
  const change = (part: Partial<Line>): void => put({ lines: said.lines.map((other, i) => (i === at ? { ...other, ...part } : other)) });
  const vat = (value: string): void => {
    const [category = "S", rate = "0"] = value.split(" ");
    change({ category, rate });
  };
  const rates = terms.rates.map(({ rate }): readonly [string, string] => [`S ${rate}`, categoryWords("S", rate)]);
  const others = ["Z", "E", "AE", "K", "G", "O"].map((category): readonly [string, string] => [`${category} 0`, categoryWords(category, "0")]);
  const chosen = `${one.category} ${one.rate}`;
  const kinds = [...rates, ...others];
  const known = kinds.some(([value]) => value === chosen) ? kinds : [[chosen, categoryWords(one.category, one.rate)] as const, ...kinds];
  return html`<li><span class="sr">${t("Line {n}", { n: at + 1 })}</span>
    <div class="what">${textField(`text-${at}`, t("What"), { value: one.text, maxlength: 500, rows: 1, input: (text) => change({ text }) })}</div>
    ${field(`quantity-${at}`, t("Quantity"), { value: one.quantity, maxlength: 14, input: (quantity) => change({ quantity }) })}
    ${choice(`unit-${at}`, t("Unit"), terms.units.map(({ code }) => [code, unitWords(code)] as const), one.unit, (unit) => change({ unit }))}
    ${field(`price-${at}`, said.prices_with_vat ? t("Price with VAT") : t("Price without VAT"), { value: one.price, maxlength: 14, input: (price) => change({ price }) })}
    ${field(`discount-${at}`, t("Discount in %"), { value: one.discount, maxlength: 6, input: (discount) => change({ discount }) })}
    ${choice(`vat-${at}`, t("VAT"), known, chosen, vat)}
    ${one.category === "E" ? field(`reason-${at}`, t("Why it is exempt"), { value: one.reason, maxlength: 300, hint: t("Empty: the usual sentence."), input: (reason) => change({ reason }) }) : nothing}
    <div class="end"><span class="num">${money(lineNet(one), terms.currency)}</span>${button(t("Remove line {n}", { n: at + 1 }), () => put({ lines: said.lines.filter((_, i) => i !== at) }), { small: true, kind: "quiet", disabled: said.lines.length === 1 })}</div></li>`;
}

export function choice(name: string, label: string, all: readonly (readonly [string, string])[], chosen: string, choose: (value: string) => void): Part {
  return html`<div class="field"><label for=${name}>${label}</label><select class="input" id=${name} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>${all.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}</select></div>`;
}
