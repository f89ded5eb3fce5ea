// SPDX-License-Identifier: EUPL-1.2
// One order: what it is about, what can be done next, who comes when, what was said and used, and what happened.
import { html, nothing, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, note, pill, skeleton } from "../../../kit/pieces";
import { day, number, t, tn, when } from "../../../kit/words";
import { pathOf } from "../../paged/model";
import type { Actions, State } from "./controller";
import { PANELS } from "./panels";
import type { Visit, Whole } from "./types";
import { causeName, due, euros, happened, lineName, outcomeName, sourceName, stateName, stateTone, stateVerb, typeName, visitName, visitState, windowWords } from "./words";

export function orderView(state: State, act: Actions): Part {
  const back = html`<a class="back row mute small no-print" href=${pathOf("/service/", "orders")} @click=${act.back}>${icon("back", "small")}<span>${t("Orders")}</span></a>`;
  if (state.whole === null) return html`${back}${skeleton(8, t("Loading"))}`;
  const one = state.whole;
  const may = ["owner", "desk"].includes(state.role) && one.customer?.restricted !== true;
  const [words, tone] = due(one, state.nowMs);
  return html`${back}<div class="title"><div><p class="lbl">${typeName(one.type)} <span class="mono">${one.number}</span></p><h1>${one.subject || t("Order {number}", { number: one.number })}</h1></div>
      <div class="row">${pill(stateName(one.state), stateTone(one.state))}${pill(words, tone)}</div></div>
    ${one.customer?.restricted === true ? note(t("The use of this customer’s data is restricted. Nothing is done with it but keeping it, until that is lifted."), "warn", "lock") : nothing}
    ${one.again_of === null ? nothing : note(html`${t("The same product was mended shortly before:")} <a href=${pathOf("/service/", "orders", one.again_of.id)} @click=${(event: MouseEvent) => act.open(event, one.again_of?.id ?? "")}>${one.again_of.number}</a>`, "warn", "redo")}
    ${nextPart(state, one, may, act)}
    <div class="order-columns"><div class="stack">${aboutCard(one)}${visitsCard(one, may, act)}${linesCard(one, may, act)}${notesCard(state, one, may, act)}${PANELS.map(({ name }) => html`<div id="panel-${name}" class="panel-host"></div>`)}</div>
      <div class="stack">${customerCard(one)}${itemCard(one)}${assigneeCard(state, one, may, act)}${earlierCard(one, act)}${historyCard(state, one)}</div></div>`;
}

/** What may be done now, as the order's course says: the usual next step first. */
function nextPart(state: State, one: Whole, may: boolean, act: Actions): Part {
  const course = state.courses?.[one.type];
  if (course === undefined || !may) return nothing;
  if (one.closed_ms !== null) return html`<div class="row no-print"><span class="grow">${one.outcome === "" ? nothing : html`<b>${outcomeName(one.outcome)}</b>`}${one.cause === "" ? nothing : html` · ${causeName(one.cause)}`}${one.first_time === true ? html` · ${t("with one visit")}` : nothing}</span>${button(t("Open it again"), act.reopen, { small: true, kind: "quiet", busy: state.busy, id: "reopen" })}${button(t("Print"), act.print, { small: true, id: "print" })}</div>`;
  const nexts = (course.next[one.state] ?? []).filter((code) => code !== "planned" || course.visits.length === 0);
  const plans = course.visits.length > 0;
  return html`<div class="row order-next no-print" role="group" aria-label=${t("What happens next")}>${plans ? button(t("Plan a visit"), () => act.plan(), { kind: one.state === "new" || one.state === "assessed" ? "primary" : "", icon: "clock", key: "P", id: "plan" }) : nothing}
    ${nexts.map((code) => button(stateVerb(code), () => act.move(code), { kind: code === "done" && ["in_work", "planned"].includes(one.state) ? "primary" : code === "cancelled" ? "quiet" : "", busy: state.busy, id: `move-${code}`, ...(code === "done" ? { key: "E" } : {}) }))}<span class="grow"></span>${button(t("Print"), act.print, { small: true, id: "print" })}</div>`;
}

function aboutCard(one: Whole): Part {
  return html`<section class="card pad stack tight" aria-labelledby="about"><h2 id="about">${t("What it is about")}</h2>${one.description === "" ? html`<p class="mute">${t("Nothing more was written.")}</p>` : html`<p class="said">${one.description}</p>`}
    <p class="faint small">${t("Came in {how} on {day}", { how: sourceName(one.source), day: day(one.opened_ms, one.tz) })} · ${one.replied_ms === null ? t("an answer is promised before {day}", { day: day(one.reply_by_ms, one.tz) }) : t("answered on {day}", { day: day(one.replied_ms, one.tz) })} · ${t("promised before {day}", { day: day(one.due_ms, one.tz) })}</p></section>`;
}

function visitsCard(one: Whole, may: boolean, act: Actions): Part {
  if (one.visits.length === 0) return nothing;
  const running = (visit: Visit): boolean => visit.state === "planned" || visit.state === "confirmed";
  return html`<section class="card" aria-labelledby="visits"><header><h2 id="visits">${t("Visits")}</h2></header><ul class="items visits">${one.visits.map((visit) => html`<li>${icon("clock")}<div class="body"><b>${windowWords(visit.starts_ms, visit.ends_ms, one.tz)}</b><div class="mute small">${visitName(visit.kind)}${visit.assignee === "" ? nothing : html` · ${visit.assignee}`}</div></div>
    <div class="row">${running(visit) && may ? html`${visit.state === "planned" ? button(t("Confirmed"), () => act.visit(visit, "confirmed"), { small: true, kind: "quiet" }) : pill(t("Confirmed"), "ok")}${button(t("Done"), () => act.visit(visit, "done"), { small: true, id: "visit-done" })}${button(t("Missed"), () => act.visit(visit, "missed"), { small: true, kind: "quiet" })}${button(t("Move"), () => act.plan(visit), { small: true, kind: "quiet" })}${button(t("Off"), () => act.visit(visit, "cancelled"), { small: true, kind: "quiet" })}` : pill(visitState(visit.state), visit.state === "done" ? "ok" : visit.state === "missed" ? "alarm" : "")}</div></li>`)}</ul></section>`;
}

function linesCard(one: Whole, may: boolean, act: Actions): Part {
  const adds = may ? button(t("Add a part or work"), act.line, { small: true, icon: "plus", key: "L", id: "add-line" }) : nothing;
  return html`<section class="card" aria-labelledby="lines"><header><h2 id="lines">${t("Parts and work")}</h2>${adds}</header>${one.lines.length === 0 ? html`<p class="pad mute">${t("Nothing was used or done yet.")}</p>` : html`<div class="table-frame" tabindex="0"><table class="table"><thead><tr><th scope="col">${t("What")}</th><th scope="col" class="num">${t("How many")}</th><th scope="col" class="num">${t("Price")}</th><th scope="col" class="num">${t("Sum")}</th><th scope="col"><span class="sr">${t("Remove")}</span></th></tr></thead>
    <tbody>${one.lines.map((line) => html`<tr><td>${line.name}<div class="faint small">${lineName(line.kind)}${line.article === "" ? nothing : html` · <span class="mono">${line.article}</span>`}</div></td><td class="num">${number(line.quantity_milli / 1000, line.quantity_milli % 1000 === 0 ? 0 : 2)}</td><td class="num">${euros(line.price_cents)}</td><td class="num">${line.covered ? html`<span class="mute">${t("warranty")}</span>` : euros(line.sum_cents)}</td><td>${may ? html`<button type="button" class="btn small quiet icon" aria-label=${t("Remove {name}", { name: line.name })} @click=${() => act.drop(line.id)}>${icon("close", "small")}</button>` : nothing}</td></tr>`)}</tbody>
    <tfoot><tr><th scope="row" colspan="3">${t("For the customer, without VAT")}</th><td class="num"><b>${euros(one.cost_cents)}</b></td><td></td></tr></tfoot></table></div>`}</section>`;
}

function notesCard(state: State, one: Whole, may: boolean, act: Actions): Part {
  return html`<section class="card" aria-labelledby="notes"><header><h2 id="notes">${t("Notes")}</h2>${may ? button(t("Write a note"), act.note, { small: true, icon: "plus", key: "N", id: "add-note" }) : nothing}</header>${one.notes.length === 0 ? html`<p class="pad mute">${t("Nobody wrote anything yet.")}</p>` : html`<ul class="items notes">${one.notes.map((each) => html`<li>${icon(each.source === "customer" ? "person" : "note")}<div class="body"><p class="said">${each.text}</p><div class="faint small">${each.by || sourceName(each.source)} · ${when(each.at_ms, state.nowMs, one.tz)}${each.shown ? html` · ${t("the customer may read it")}` : nothing}</div></div></li>`)}</ul>`}</section>`;
}

function customerCard(one: Whole): Part {
  const who = one.customer;
  if (who === null) return html`<section class="card pad" aria-labelledby="who"><h2 id="who">${t("Customer")}</h2><p class="mute">${t("Nobody: he was forgotten, or never named.")}</p></section>`;
  const place = [[who.street, who.house_number].filter(Boolean).join(" "), [who.postcode, who.city].filter(Boolean).join(" ")].filter(Boolean);
  return html`<section class="card pad stack tight" aria-labelledby="who"><h2 id="who">${t("Customer")}</h2><p><b>${who.name || t("customer {n}", { n: who.number })}</b> <span class="faint small">${who.number}</span></p>${place.length === 0 ? nothing : html`<p>${place.map((words) => html`${words}<br>`)}</p>`}
    ${who.phone ? html`<p><a href="tel:${who.phone.replaceAll(/[^+\d]/g, "")}">${who.phone}</a></p>` : nothing}${who.email ? html`<p class="wrap"><a href="mailto:${who.email}">${who.email}</a></p>` : nothing}</section>`;
}

function itemCard(one: Whole): Part {
  const { item } = one;
  if (item === null) return one.product === "" ? nothing : html`<section class="card pad" aria-labelledby="thing"><h2 id="thing">${t("Product")}</h2><p>${one.product}</p></section>`;
  const covered = item.warranty_until !== null && item.warranty_until >= new Date(one.opened_ms).toISOString().slice(0, 10);
  return html`<section class="card pad stack tight" aria-labelledby="thing"><h2 id="thing">${t("Product")}</h2><p><b>${item.model}</b></p>${item.serial === "" ? nothing : html`<p class="mono">${item.serial}</p>`}${item.plate === "" ? nothing : html`<p class="mono">${item.plate}</p>`}
    ${item.mileage === null ? nothing : html`<p>${t("{n} km", { n: number(item.mileage) })}</p>`}${item.warranty_until === null ? html`<p class="mute small">${t("Nobody said when it was bought.")}</p>` : html`<p>${covered ? pill(t("warranty until {day}", { day: day(Date.parse(item.warranty_until)) }), "ok") : pill(t("warranty ended {day}", { day: day(Date.parse(item.warranty_until)) }))}</p>`}
    ${item.unit_id === null ? nothing : html`<p class="mute small">${t("It is one of our camera units; its life on its site is the same story.")}</p>`}</section>`;
}

function assigneeCard(state: State, one: Whole, may: boolean, act: Actions): Part {
  if (!may || state.workers === null) return one.assignee === "" ? nothing : html`<section class="card pad"><p class="lbl">${t("In hand of")}</p><p>${one.assignee}</p></section>`;
  return html`<section class="card pad field"><label for="assignee">${t("In hand of")}</label><select class="input" id="assignee" @change=${(event: Event) => act.assign((event.target as HTMLSelectElement).value || null)}><option value="" ?selected=${one.assignee_id === null}>${t("Nobody")}</option>${state.workers.map((each) => html`<option value=${each.id} ?selected=${each.id === one.assignee_id}>${each.name}</option>`)}</select></section>`;
}

function earlierCard(one: Whole, act: Actions): Part {
  if (one.earlier.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="earlier"><header><h2 id="earlier">${t("Earlier and other orders")}</h2><span class="faint small">${tn("{n} order", "{n} orders", one.earlier.length)}</span></header><ul class="items small">${one.earlier.slice(0, 8).map((each) => html`<li><div class="body"><a href=${pathOf("/service/", "orders", each.id)} @click=${(event: MouseEvent) => act.open(event, each.id)}><span class="mono">${each.number}</span> ${each.subject}</a><div class="mute">${typeName(each.type)} · ${day(each.opened_ms)} · ${each.outcome === "" ? stateName(each.state) : outcomeName(each.outcome)}</div></div></li>`)}</ul></section>`;
}

function historyCard(state: State, one: Whole): Part {
  return html`<section class="card" aria-labelledby="history"><header><h2 id="history">${t("What happened")}</h2></header><ol class="items small order-history">${one.history.slice(0, 40).map((each) => html`<li><div class="body"><span>${happened(each.what, each.said)}</span><div class="faint">${when(each.at_ms, state.nowMs, one.tz)}${each.by === "" ? nothing : html` · ${each.by}`}</div></div></li>`)}</ol></section>`;
}
