// SPDX-License-Identifier: EUPL-1.2
// The orders' dialogs: a new one, when somebody comes, a note, a part, the end.
import { openDialog } from "../../../kit/dialog";
import { html, nothing, type Part } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { button, note, skeleton } from "../../../kit/pieces";
import { clock, isoDay, t, weekday } from "../../../kit/words";
import { Refusal } from "../../port";
import { asRefusal } from "../../refusal";
import { refusedOf } from "../../report_dialog";
import { formDialog, type FormPage, type Refused } from "../../settings/dialogs";
import type { Ctx } from "../pages";
import type { Course, Free, Visit, Whole, Worker } from "./types";
import { causeName, lineName, outcomeName, stateName, TYPES, typeName, visitName } from "./words";

interface Customer {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly city?: string;
}

// --- a new order ---

interface NewSaid {
  readonly type: string;
  readonly who: string;
  readonly found: readonly Customer[] | null;
  readonly customer: Customer | null;
  readonly things: readonly { readonly id: string; readonly words: string }[];
  readonly item: string;
  readonly subject: string;
  readonly description: string;
  readonly fresh: boolean;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly street: string;
  readonly house_number: string;
  readonly postcode: string;
  readonly city: string;
}

const NEW: NewSaid = { type: "repair", who: "", found: null, customer: null, things: [], item: "", subject: "", description: "", fresh: false, name: "", email: "", phone: "", street: "", house_number: "", postcode: "", city: "" };

export function newDialog(ctx: Ctx, done: (whole: Whole) => void): void {
  let asked = 0;
  const find = async (page: FormPage<NewSaid>, who: string): Promise<void> => {
    page.set({ who });
    const mine = (asked += 1);
    if (who.trim().length < 2) return page.put({ found: null });
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (mine !== asked) return;
    const { customers } = await ctx.ask<{ customers: readonly Customer[] }>("GET", `/service/customers?text=${encodeURIComponent(who.trim())}`);
    if (mine === asked) page.put({ found: customers.slice(0, 6) });
  };
  const choose = async (page: FormPage<NewSaid>, customer: Customer): Promise<void> => {
    page.put({ customer, found: null });
    page.put({ things: (await ctx.ask<{ things: NewSaid["things"] }>("GET", `/service/orders/things?customer=${customer.id}`)).things });
  };
  formDialog<NewSaid>(t("New order"), NEW, (page) => html`
    <div class="field"><label for="order-type">${t("What for")}</label><select class="input" id="order-type" @change=${(event: Event) => page.set({ type: (event.target as HTMLSelectElement).value })}>${TYPES.map((code) => html`<option value=${code} ?selected=${code === page.said.type}>${typeName(code)}</option>`)}</select></div>
    ${customerPart(page, (who) => void find(page, who).catch(ctx.failed), (one) => void choose(page, one).catch(ctx.failed))}
    ${page.said.things.length === 0 ? nothing : html`<div class="field"><label for="order-item">${t("Which product of his")}</label><select class="input" id="order-item" @change=${(event: Event) => page.set({ item: (event.target as HTMLSelectElement).value })}><option value="">${t("None of these")}</option>${page.said.things.map((one) => html`<option value=${one.id}>${one.words}</option>`)}</select></div>`}
    ${field("subject", t("In a few words"), { value: page.said.subject, maxlength: 160, hint: t("For example: washing machine leaks at the door."), input: (subject) => page.set({ subject }), ...page.error("subject") })}
    ${textField("description", t("What else matters"), { value: page.said.description, rows: 4, maxlength: 4000, input: (description) => page.set({ description }), ...page.error("text") })}`, {
    wide: true, save: t("Take it in"), fields: ["subject", "text", "name", "email", "phone", "postcode", "who"],
    check: (said) => ({ ...(said.subject.trim().length < 3 ? { subject: t("Say in a few words what it is about.") } : {}), ...(said.customer === null && !said.fresh ? { who: t("Choose somebody, or write down who it is.") } : {}), ...(said.fresh && said.name.trim().length < 2 ? { name: t("Write his name.") } : {}) }),
    send: (said) => refusedOf(async () => {
      const customer = said.customer ?? (await ctx.ask<Customer>("POST", "/service/customers", { name: said.name, email: said.email, phone: said.phone, street: said.street, house_number: said.house_number, postcode: said.postcode, city: said.city }));
      done(await ctx.ask<Whole>("POST", "/service/orders", { type: said.type, customer_id: customer.id, item_id: said.item === "" ? null : said.item, subject: said.subject, description: said.description }));
    }),
  });
}

function customerPart(page: FormPage<NewSaid>, find: (who: string) => void, choose: (one: Customer) => void): Part {
  const { said } = page;
  if (said.customer !== null) return html`<div class="chosen row apart"><span><b>${said.customer.name}</b> <span class="mute small">${t("customer {n}", { n: said.customer.number })}${said.customer.city ? html` · ${said.customer.city}` : nothing}</span></span>${button(t("Somebody else"), () => page.put({ customer: null, things: [], item: "" }), { small: true, kind: "quiet" })}</div>`;
  if (said.fresh) return html`<fieldset class="fresh"><legend class="lbl">${t("New customer")}</legend>
    ${field("name", t("Name"), { value: said.name, maxlength: 200, input: (name) => page.set({ name }), ...page.error("name") })}
    <div class="pair">${field("street", t("Street"), { value: said.street, input: (street) => page.set({ street }) })}${field("house_number", t("House number"), { value: said.house_number, maxlength: 20, input: (house_number) => page.set({ house_number }) })}
    ${field("postcode", t("Postcode"), { value: said.postcode, maxlength: 12, input: (postcode) => page.set({ postcode }), ...page.error("postcode") })}${field("city", t("City"), { value: said.city, input: (city) => page.set({ city }) })}
    ${field("email", t("E-mail"), { type: "email", value: said.email, input: (email) => page.set({ email }), ...page.error("email") })}${field("phone", t("Telephone"), { value: said.phone, maxlength: 40, input: (phone) => page.set({ phone }), ...page.error("phone") })}</div>
    <div>${button(t("Somebody who is known"), () => page.put({ fresh: false }), { small: true, kind: "quiet" })}</div></fieldset>`;
  return html`${field("who", t("Whose"), { value: said.who, hint: t("Name, number, postcode or e-mail."), input: find, ...page.error("who") })}
    ${said.found === null ? nothing : html`<ul class="candidates" aria-label=${t("Found")}>${said.found.map((one) => html`<li><button type="button" class="candidate" @click=${() => choose(one)}><b>${one.name || t("customer {n}", { n: one.number })}</b><span class="mute small">${[one.city, String(one.number)].filter(Boolean).join(" · ")}</span></button></li>`)}
      <li>${button(t("A new customer"), () => page.put({ fresh: true, name: /\d|@/.test(said.who) ? "" : said.who }), { small: true, icon: "plus", id: "fresh-customer" })}</li></ul>`}`;
}

// --- when somebody comes ---

export interface Planned {
  readonly kind: string;
  readonly starts_ms: number;
  readonly ends_ms: number;
  readonly assignee_id: string | null;
  readonly anyway: boolean;
}

interface Around {
  readonly kinds: readonly string[];
  readonly workers: readonly Worker[];
  readonly tz: string;
  readonly visit: Visit | null;
}

interface PlanSaid {
  readonly kind: string;
  readonly day: string;
  readonly from: string;
  readonly until: string;
  readonly who: string;
}

const HOUR = 3_600_000;

export async function planDialog(ctx: Ctx, around: Around, send: (said: Planned) => Promise<void>): Promise<void> {
  const { tz, visit } = around;
  let free: readonly Free[] | null = null;
  let said: PlanSaid = visit === null
    ? { kind: around.kinds[0] ?? "visit", day: isoDay(ctx.nowMs() + 24 * HOUR, tz), from: "09:00", until: "10:00", who: around.workers[0]?.id ?? "" }
    : { kind: visit.kind, day: isoDay(visit.starts_ms, tz), from: clock(visit.starts_ms, tz), until: clock(visit.ends_ms, tz), who: visit.assignee_id ?? "" };
  let trouble: { readonly words: string; readonly anyway: boolean } | null = null;
  let busy = false;
  const put = (part: Partial<PlanSaid>): void => {
    said = { ...said, ...part };
    trouble = null;
    dialog.redraw();
  };
  const look = async (): Promise<void> => {
    free = (await ctx.ask<{ workers: readonly Free[] }>("GET", `/service/free?first=${said.day}&many=5&minutes=60`)).workers;
    dialog.redraw();
  };
  const press = async (anyway: boolean): Promise<void> => {
    const starts = momentOf(said.day, said.from, tz);
    const ends = momentOf(said.day, said.until, tz);
    if (starts === null || ends === null || ends <= starts) {
      trouble = { words: t("A visit ends after it begins, on the same day."), anyway: false };
      return dialog.redraw();
    }
    busy = true;
    dialog.redraw();
    try {
      await send({ kind: said.kind, starts_ms: starts, ends_ms: ends, assignee_id: said.who === "" ? null : said.who, anyway });
      dialog.close();
    } catch (error) {
      const refusal = asRefusal(error);
      busy = false;
      trouble = refusal instanceof Refusal ? { words: [refusal.message, refusal.action].filter(Boolean).join(" "), anyway: refusal.code === "not_free" } : { words: t("The server can’t be reached. Check the connection and try again."), anyway: false };
      dialog.redraw();
    }
  };
  const draw = (): Part => html`<form class="form" novalidate @submit=${(event: Event) => { event.preventDefault(); void press(false); }}>
    ${trouble === null ? nothing : note(trouble.words, "alarm", "alarm")}
    <div class="pair"><div class="field"><label for="visit-kind">${t("What for")}</label><select class="input" id="visit-kind" @change=${(event: Event) => put({ kind: (event.target as HTMLSelectElement).value })}>${around.kinds.map((code) => html`<option value=${code} ?selected=${code === said.kind}>${visitName(code)}</option>`)}</select></div>
    <div class="field"><label for="visit-who">${t("Who")}</label><select class="input" id="visit-who" @change=${(event: Event) => put({ who: (event.target as HTMLSelectElement).value })}>${around.workers.map((one) => html`<option value=${one.id} ?selected=${one.id === said.who}>${one.name}</option>`)}<option value="" ?selected=${said.who === ""}>${t("Nobody yet, or a partner")}</option></select></div></div>
    <div class="pair three">${field("visit-day", t("Day"), { type: "date", value: said.day, input: (day) => { put({ day }); void look().catch(ctx.failed); } })}${field("visit-from", t("From"), { type: "time", value: said.from, input: (from) => put({ from }) })}${field("visit-until", t("Until"), { type: "time", value: said.until, input: (until) => put({ until }) })}</div>
    ${freePart(free, said, tz, put)}
    <div class="foot">${button(t("Cancel"), () => dialog.close(), { kind: "quiet", key: "Esc" })}${trouble?.anyway === true ? button(t("Plan it all the same"), () => void press(true), { id: "plan-anyway", busy }) : nothing}${button(visit === null ? t("Plan") : t("Move"), () => void press(false), { kind: "primary", id: "dialog-save", busy })}</div><button type="submit" hidden></button></form>`;
  const dialog = openDialog(visit === null ? t("Plan a visit") : t("Move this visit"), draw, { wide: true });
  await look().catch(ctx.failed);
}

function freePart(free: readonly Free[] | null, said: PlanSaid, tz: string, put: (part: Partial<PlanSaid>) => void): Part {
  const mine = free?.find((one) => one.id === said.who);
  if (said.who === "") return nothing;
  if (free === null) return skeleton(2, t("Loading"));
  if (mine === undefined || mine.spans.length === 0) return note(t("Not free in the five days from there on."), "warn", "clock");
  const length = Math.max(HOUR / 4, (momentOf(said.day, said.until, tz) ?? 0) - (momentOf(said.day, said.from, tz) ?? 0));
  return html`<div class="field"><span class="label">${t("Free")}</span><div class="lists">${mine.spans.slice(0, 12).map(([from, until]) => html`<button type="button" class="chip" @click=${() => put({ day: isoDay(from, tz), from: clock(from, tz), until: clock(Math.min(until, from + length), tz) })}>${weekday(from, tz)}, ${clock(from, tz)}–${clock(until, tz)}</button>`)}</div></div>`;
}

/** A day and a time on the wall of a zone, as a moment; null when it is none. */
export function momentOf(day: string, time: string, tz: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{2}:\d{2}$/.test(time)) return null;
  const wall = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(wall)) return null;
  const off = (at: number): number => Date.parse(`${isoDay(at, tz)}T${clock(at, tz)}:00Z`) - Math.floor(at / 60_000) * 60_000;
  const first = wall - off(wall);
  return wall - off(first);
}

// --- smaller ones ---

export function noteDialog(send: (said: { readonly text: string; readonly shown: boolean }) => Promise<Refused | null>): void {
  formDialog(t("Write a note"), { text: "", shown: false }, (page) => html`${textField("text", t("Note"), { value: page.said.text, rows: 5, maxlength: 4000, input: (text) => page.set({ text }), ...page.error("text") })}
    <label class="check"><input type="checkbox" id="note-shown" .checked=${page.said.shown} @change=${(event: Event) => page.set({ shown: (event.target as HTMLInputElement).checked })}><span>${t("The customer may read it")}</span></label>`,
  { save: t("Keep it"), fields: ["text"], check: (said) => (said.text.trim() === "" ? { text: t("A note says something.") } : {}), send });
}

export interface NewLine {
  readonly kind: string;
  readonly name: string;
  readonly article: string;
  readonly quantity_milli: number;
  readonly price_cents: number;
  readonly covered: boolean;
}

/** 12,50 or 12.50, as thousandths or cents; null when it is no number. */
export function figure(text: string, times: number): number | null {
  const plain = text.trim().replace(",", ".");
  return /^\d{1,7}(\.\d{1,3})?$/.test(plain) ? Math.round(Number(plain) * times) : null;
}

export function lineDialog(send: (said: NewLine) => Promise<Refused | null>): void {
  formDialog(t("Add a part or work"), { kind: "part", name: "", article: "", quantity: "1", price: "", covered: false }, (page) => html`
    ${choices("kind", t("What it is"), ["part", "labour", "travel", "transport", "other"].map((value) => ({ value, words: lineName(value) })), page.said.kind, (kind) => page.put({ kind }))}
    <div class="pair">${field("name", t("Name"), { value: page.said.name, maxlength: 160, input: (name) => page.set({ name }), ...page.error("name") })}${field("article", t("Article number"), { value: page.said.article, maxlength: 60, input: (article) => page.set({ article }) })}
    ${field("quantity", t("How many"), { value: page.said.quantity, maxlength: 11, input: (quantity) => page.set({ quantity }), ...page.error("quantity") })}${field("price", t("Price of one in euros, without VAT"), { value: page.said.price, maxlength: 11, input: (price) => page.set({ price }), ...page.error("price") })}</div>
    <label class="check"><input type="checkbox" id="covered" .checked=${page.said.covered} @change=${(event: Event) => page.set({ covered: (event.target as HTMLInputElement).checked })}><span>${t("The warranty pays it")}</span></label>`, {
    wide: true, save: t("Add"), fields: ["name", "quantity", "price"],
    check: (said) => ({ ...(said.name.trim() === "" ? { name: t("Write what it is.") } : {}), ...(figure(said.quantity, 1000) ? {} : { quantity: t("Write a number.") }), ...(said.price === "" || figure(said.price, 100) !== null ? {} : { price: t("Write an amount, like 12.50.") }) }),
    send: ({ kind, name, article, quantity, price, covered }) => send({ kind, name, article, covered, quantity_milli: figure(quantity, 1000) ?? 1000, price_cents: figure(price, 100) ?? 0 }),
  });
}

export function endDialog(state: string, course: Course, send: (said: { readonly outcome: string; readonly cause: string | null }) => Promise<Refused | null>): void {
  const done = state === "done";
  const bad = ["withdrawn", "declined"];
  const outcomes = course.outcomes.filter((code) => done !== bad.includes(code));
  formDialog(stateName(state), { outcome: outcomes[0] ?? "", cause: "" }, (page) => html`
    ${choices("outcome", t("How did it end?"), outcomes.map((value) => ({ value, words: outcomeName(value) })), page.said.outcome, (outcome) => page.put({ outcome }))}
    ${done && course.causes.length > 0 ? html`${choices("cause", t("What was the matter?"), course.causes.map((value) => ({ value, words: causeName(value) })), page.said.cause, (cause) => page.put({ cause }))}${page.error("cause").error ? html`<p class="error" role="alert">${page.error("cause").error}</p>` : nothing}` : nothing}`, {
    save: stateName(state), fields: ["cause", "outcome"],
    check: (said) => (done && course.causes.length > 0 && said.cause === "" ? { cause: t("Choose what was the matter.") } : {}),
    send: ({ outcome, cause }) => send({ outcome, cause: cause === "" ? null : cause }),
  });
}
