// SPDX-License-Identifier: EUPL-1.2
// Customers, sites with their units, stock, and papers with their dates. Never an image.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { icon } from "../../kit/icons";
import { button, empty, pill, skeleton } from "../../kit/pieces";
import { table } from "../../kit/table";
import { number, relative, t, tn } from "../../kit/words";
import { figureName, value } from "../portal/sites/words";
import { date, daysTo, holds, pathOf, type State } from "./model";
import type { Customer, Item, OfficeUnit, Paper, Place } from "./types";
import type { Actions } from "./view";
import { conditionName, itemKind, itemState, profileName, signedHow } from "./words";

const SHOWN = 200;
const filterField = (state: State, act: Actions, words: string): Part => html`<input class="input filter" type="search" aria-label=${words} placeholder=${words} autocomplete="off" .value=${state.filter} @input=${(event: Event) => act.filter((event.target as HTMLInputElement).value)}>`;
const rest = (n: number, shown = SHOWN): Part => (n <= shown ? nothing : html`<p class="mute small">${tn("{n} more: type above what you look for.", "{n} more: type above what you look for.", n - shown)}</p>`);

// --- customers ---

export function customersTab(state: State, act: Actions): Part {
  const { customers, route } = state;
  const one = route.id === null ? undefined : customers?.find(({ id }) => id === route.id);
  if (one !== undefined) return customerPage(state, one, act);
  const found = (customers ?? []).filter((customer) => holds(`${customer.name} ${customer.country}`, state.filter));
  return html`<div class="title"><div><h1>${t("Customers")}</h1></div>${state.mayAdd ? button(t("Invite a customer"), act.addCustomer, { kind: "primary", icon: "send", key: "N", id: "add" }) : nothing}</div>
    ${customers === null ? skeleton(6, t("Loading")) : html`${customers.length > 8 ? filterField(state, act, t("Filter by name")) : nothing}
      ${found.length === 0 ? html`<div class="card">${empty(t("No customer"), t("A customer whom you invite stands here, with what is still missing."), "building")}</div>` : html`<ul class="setup-list">${repeat(found.slice(0, SHOWN), ({ id }) => id, (customer) => customerRow(state, customer, act))}</ul>`}${rest(found.length)}`}`;
}

function customerRow(state: State, customer: Customer, act: Actions): Part {
  const path = pathOf("customers", customer.id);
  return html`<li><a class="setup-row four" href=${path} @click=${(event: MouseEvent) => act.follow(event, path)}><span class="what"><b>${customer.name}</b><span class="small mute">${t("since {when}", { when: date(customer.since_ms) })}</span></span>
    <span class="small">${tn("{n} site", "{n} sites", customer.sites)} · ${tn("{n} camera", "{n} cameras", customer.cameras)}</span>
    <span class="row">${states(customer, state.nowMs)}</span>${icon("arrow", "small")}</a></li>`;
}

function states(customer: Customer, nowMs: number): Part {
  return html`${customer.agreement === null ? pill(t("No agreement"), "alarm") : pill(t("Agreement"), "ok", { icon: "check" })}${customer.invited === null ? nothing : customer.invited.expires_ms > nowMs ? pill(t("Invited"), "accent", { icon: "send" }) : pill(t("Invitation run out"), "warn", { icon: "send" })}${customer.units === 0 ? nothing : pill(t("{on} of {n} in contact", { on: number(customer.in_contact), n: number(customer.units) }), customer.in_contact === customer.units ? "ok" : "warn", { dot: true })}${customer.signs_missing === 0 ? nothing : pill(tn("{n} sign missing", "{n} signs missing", customer.signs_missing), "warn")}${customer.malfunctions === 0 ? nothing : pill(tn("{n} out of order", "{n} out of order", customer.malfunctions), "warn", { icon: "tool" })}`;
}

function customerPage(state: State, customer: Customer, act: Actions): Part {
  const places = state.places?.filter(({ customer_id }) => customer_id === customer.id) ?? null;
  return html`<a class="back row" href=${pathOf("customers")} @click=${(event: MouseEvent) => act.follow(event, pathOf("customers"))}>${icon("back", "small")}${t("Customers")}</a>
    <div class="title"><div><h1>${customer.name}</h1></div><div class="row">${states(customer, state.nowMs)}</div></div>
    <div class="setup-columns"><section class="card" aria-labelledby="places"><header><h2 id="places">${t("Sites")}</h2></header>${places === null ? html`<div class="pad">${skeleton(3, t("Loading"))}</div>` : places.length === 0 ? empty(t("No site yet"), t("The owner adds his sites in his portal."), "building") : html`<ul class="items">${places.map((place) => placeRow(place, act))}</ul>`}</section>
      <section class="card pad stack" aria-labelledby="agreed"><h2 id="agreed">${t("Agreed")}</h2><dl class="facts">
        <div><dt>${t("Agreement")}</dt><dd>${customer.agreement === null ? t("none in force") : `${date(customer.agreement.signed_ms)}, ${signedHow(customer.agreement.how)}`}</dd></div>
        <div><dt>${t("Purpose")}</dt><dd>${customer.purposes.length === 0 ? t("none recorded") : customer.purposes.map((one) => html`<div>${one.text}</div>`)}</dd></div>
        <div><dt>${t("Language")}</dt><dd>${customer.language} · ${customer.country}</dd></div></dl></section>${customer.invited === null ? nothing : letterCard(state, customer, customer.invited, act)}</div>`;
}

/** Until the first owner has come, whoever wrote to him can write again. */
function letterCard(state: State, customer: Customer, letter: NonNullable<Customer["invited"]>, act: Actions): Part {
  const ended = letter.expires_ms <= state.nowMs;
  return html`<section class="card pad stack" aria-labelledby="letter"><div class="row apart"><h2 id="letter">${t("Letter to the first owner")}</h2>${ended ? pill(t("Run out"), "alarm") : letter.sent_ms === null ? pill(t("On its way"), "", { dot: true }) : pill(t("Not used yet"), "accent", { dot: true })}</div><dl class="facts">
      <div><dt>${t("To")}</dt><dd>${letter.name}<div class="faint small">${letter.email}</div></dd></div>
      <div><dt>${t("Sent")}</dt><dd>${letter.sent_ms === null ? t("not yet") : date(letter.sent_ms)}<div class="faint small">${tn("{n} letter", "{n} letters", letter.letters)}</div></dd></div>
      <div><dt>${t("Works until")}</dt><dd>${date(letter.expires_ms)}</dd></div></dl>
    ${state.mayAdd ? html`<div class="row">${button(t("Send again"), () => act.letter(customer), { icon: "send", id: "send-again" })}</div>` : nothing}</section>`;
}

function placeRow(place: Place, act: Actions): Part {
  const path = pathOf("sites", place.id);
  return html`<li><div class="body"><a href=${path} @click=${(event: MouseEvent) => act.follow(event, path)}><b>${place.name}</b></a><div class="faint small">${place.address}</div><div class="row">${place.units.map((unit) => unitPill(unit))}</div></div>${place.sign || place.units.length === 0 ? nothing : pill(t("No sign"), "warn")}</li>`;
}

const unitPill = (unit: OfficeUnit): Part => (unit.state === "paired" ? pill(unit.name, unit.in_contact ? "ok" : "warn", { dot: true }) : pill(unit.name, ""));

// --- sites and units ---

export function sitesTab(state: State, act: Actions): Part {
  const { places, route } = state;
  const one = route.id === null ? undefined : places?.find(({ id }) => id === route.id);
  if (one !== undefined) return sitePage(state, one, act);
  const found = places ?? [];
  return html`<div class="title"><div><h1>${t("Sites and units")}</h1><p class="mute measure">${t("You see that a unit is in contact and what is the matter with it. You hold no key that opens a picture.")}</p></div></div>
    ${places === null ? skeleton(6, t("Loading")) : html`${places.length > 8 || state.filter !== "" ? filterField(state, act, t("Filter by name, address or unit")) : nothing}
      ${found.length === 0 ? html`<div class="card">${empty(t("No site"), t("A site appears here once its owner has added it."), "device")}</div>` : html`<ul class="setup-list">${repeat(found.slice(0, SHOWN), ({ id }) => id, (place) => siteRow(state, place, act))}</ul>`}${rest(state.placesCount, found.length)}`}`;
}

const customerOf = (state: State, place: Place): string => state.customers?.find(({ id }) => id === place.customer_id)?.name ?? "";

function siteRow(state: State, place: Place, act: Actions): Part {
  const path = pathOf("sites", place.id);
  const wrong = place.units.reduce((n, unit) => n + Object.keys(unit.conditions).length, 0);
  return html`<li><a class="setup-row four" href=${path} @click=${(event: MouseEvent) => act.follow(event, path)}><span class="what"><b>${place.name}</b><span class="small mute">${customerOf(state, place)}</span></span><span class="small">${place.address}</span>
    <span class="row">${place.units.slice(0, 4).map(unitPill)}${place.units.length > 4 ? pill(`+${place.units.length - 4}`) : nothing}${wrong > 0 ? pill(tn("{n} warning", "{n} warnings", wrong), "warn", { icon: "alarm" }) : nothing}${place.sign || place.units.length === 0 ? nothing : pill(t("No sign"), "warn")}</span>${icon("arrow", "small")}</a></li>`;
}

function sitePage(state: State, place: Place, act: Actions): Part {
  const customer = pathOf("customers", place.customer_id);
  return html`<a class="back row" href=${pathOf("sites")} @click=${(event: MouseEvent) => act.follow(event, pathOf("sites"))}>${icon("back", "small")}${t("Sites and units")}</a>
    <div class="title"><div><h1>${place.name}</h1><p class="mute">${place.address}</p></div>${place.sign ? pill(t("The sign hangs"), "ok", { icon: "check" }) : pill(t("No sign hangs"), "warn")}</div>
    <dl class="facts card pad"><div><dt>${t("Customer")}</dt><dd><a href=${customer} @click=${(event: MouseEvent) => act.follow(event, customer)}>${customerOf(state, place)}</a></dd></div><div><dt>${t("Time zone")}</dt><dd>${place.tz}</dd></div><div><dt>${t("Terms")}</dt><dd>${profileName(place.profile)}</dd></div>
      <div><dt>${t("Contact on the sign")}</dt><dd>${[place.contact_phone, place.contact_email].filter(Boolean).join(" · ") || t("none yet")}</dd></div></dl>
    ${place.units.length === 0 ? html`<div class="card">${empty(t("No unit yet"), t("A unit appears here once its owner has paired it."), "device")}</div>` : place.units.map((unit) => unitCard(state, unit))}${pairingHelp()}`;
}

function figures(state: Pick<State, "health" | "nowMs">, unit: OfficeUnit): Part {
  const health = state.health[unit.id];
  const told = Object.entries(health?.figures ?? {}).filter((one): one is [string, number] => typeof one[1] === "number" && figureName(one[0]) !== one[0]);
  if (health === undefined || told.length === 0) return nothing;
  return html`<dl class="figures" aria-label=${t("Newest figures")}>${told.map(([name, n]) => html`<div><dt>${figureName(name)}</dt><dd>${value(name, n)}</dd></div>`)}</dl>${health.at_ms === null ? nothing : html`<p class="faint small">${t("measured {when}; used for maintenance only", { when: relative(health.at_ms, state.nowMs) })}</p>`}`;
}

export function unitCard(state: Pick<State, "health" | "nowMs">, unit: OfficeUnit): Part {
  const conditions = Object.entries(unit.conditions).sort(([, a], [, b]) => a - b);
  return html`<section class="card pad stack unit" aria-label=${unit.name}><div class="row apart"><h2>${unit.name}</h2>${unit.state !== "paired" ? pill(unit.state === "revoked" ? t("Revoked") : t("Taken away")) : unit.in_contact ? pill(t("In contact"), "ok", { dot: true }) : pill(t("Not in contact"), "warn", { dot: true })}</div>
    ${conditions.length === 0 ? nothing : html`<ul class="conditions">${conditions.map(([condition, sinceMs]) => html`<li>${pill(conditionName(condition), "warn", { icon: "alarm" })}<span class="faint small">${t("since {when}", { when: relative(sinceMs, state.nowMs) })}</span></li>`)}</ul>`}
    ${figures(state, unit)}<dl class="facts"><div><dt>${t("Last contact")}</dt><dd>${unit.last_seen_ms === null ? t("Never") : relative(unit.last_seen_ms, state.nowMs)}</dd></div><div><dt>${t("Software")}</dt><dd class="mono">${unit.software}</dd></div><div><dt>${t("Fingerprint")}</dt><dd class="mono">${unit.fingerprint}</dd></div>
      <div><dt>${t("Cameras")}</dt><dd class="row">${unit.cameras.map((camera) => pill(camera.name, camera.state === "ok" ? "ok" : camera.state === "unknown" ? "" : "warn", { dot: true }))}</dd></div></dl></section>`;
}

export function pairingHelp(): Part {
  return html`<details class="card pad more"><summary>${t("Help with pairing")}</summary><ol class="measure steps-list"><li>${t("Mount the unit, give it power and a line. Its lamp blinks slowly while nobody has paired it.")}</li><li>${t("The owner pairs it, on his own phone: portal, “Getting started”, scan the code on the unit. You do not need his password and never get it.")}</li><li>${t("It appears here when his keys are in it, and “In contact” once it has a line.")}</li><li>${t("A unit that was elsewhere before must be wiped at the unit first: hold its button for ten seconds. It then has a new number.")}</li><li>${t("To aim a camera, report or open a malfunction and ask the owner for a look: he allows it on his phone.")}</li></ol></details>`;
}

// --- stock ---

export function stockTab(state: State, act: Actions): Part {
  const { stock } = state;
  const found = (stock ?? []).filter((item) => holds(`${item.name} ${item.serial} ${item.site} ${itemState(item.state)} ${itemKind(item.kind)}`, state.filter));
  return html`<div class="title"><div><h1>${t("Stock")}</h1></div>${button(t("Add"), act.addItem, { kind: "primary", icon: "parking", key: "N", id: "add" })}</div>
    ${stock === null ? skeleton(6, t("Loading")) : html`${stock.length > 8 ? filterField(state, act, t("Filter by name, number or site")) : nothing}
    ${found.length === 0 ? html`<div class="card">${empty(t("Nothing in the stock"), t("Units, cameras and parts that you add stand here, with where they are."), "parking")}</div>` : html`<ul class="card items stock">${repeat(found.slice(0, SHOWN), ({ id }) => id, (item) => itemRow(state, item, act))}</ul>`}${rest(found.length)}`}`;
}

function itemRow(state: State, item: Item, act: Actions): Part {
  return html`<li><div class="body stack tight"><b>${item.name}</b><div class="faint small">${itemKind(item.kind)}${item.serial === "" ? nothing : html` · <span class="mono">${item.serial}</span>`} · ${relative(item.changed_ms, state.nowMs)}</div>
      <div class="row">${pill(itemState(item.state), item.state === "stock" ? "ok" : item.state === "repair" ? "warn" : "")}${item.site === "" ? nothing : html`<span class="small">${item.site}</span>`}${item.note === "" ? nothing : html`<span class="faint small">${item.note}</span>`}</div></div>
    <div class="row end acts">${item.kind === "part" ? counter(item, act) : nothing}${button(t("Move"), () => act.move(item), { small: true, icon: "arrow" })}</div></li>`;
}

const counter = (item: Item, act: Actions): Part => html`<span class="counter"><button type="button" class="btn small quiet" aria-label=${t("One less of {name}", { name: item.name })} ?disabled=${item.count === 0} @click=${() => act.count(item, item.count - 1)}>−</button><span>${number(item.count)}</span><button type="button" class="btn small quiet" aria-label=${t("One more of {name}", { name: item.name })} @click=${() => act.count(item, item.count + 1)}>+</button></span>`;

// --- papers ---

export function papersTab(state: State): Part {
  const { papers } = state;
  return html`<div class="title"><div><h1>${t("Certificates and statements")}</h1><p class="mute measure">${t("An alarm centre whose certificate has run out gets no images; a colleague whose statement has run out gets no access. Sixty days before, it is a task.")}</p></div></div>
    ${papers === null ? skeleton(6, t("Loading")) : table<Paper>(t("Certificates and statements"), [
      { title: t("Whose"), cell: (paper) => html`<b>${paper.whose}</b>${paper.centre ? html`<div class="faint small">${t("alarm centre")}</div>` : nothing}` },
      { title: t("What"), cell: (paper) => (paper.kind === "statement" ? t("Confidentiality statement") : html`${paper.scheme.toUpperCase()} <span class="mono small">${paper.number}</span><div class="faint small">${paper.issuer}</div>`) },
      { title: t("Until"), cell: (paper) => (paper.until_ms === null ? t("missing") : date(paper.until_ms)) },
      { title: t("State"), cell: (paper) => stateOf(paper, state.nowMs) },
    ], papers, (paper) => `${paper.kind}/${paper.whose}/${paper.number}`, empty(t("No papers"), t("Certificates and statements stand here with their dates."), "shield"))}
    ${state.switches.length === 0 ? nothing : html`<section class="card" aria-labelledby="switches"><header><div><h2 id="switches">${t("Live view by alarm centres")}</h2><p class="mute">${t("Only during an alarm, and only where it is switched on today. Dated in the profile of the site.")}</p></div></header><ul class="items">${state.switches.map((one) => html`<li><div class="body"><b>${profileName(one.profile)}</b><div class="faint small">${one.source}</div></div><div class="stack tight">${one.on ? pill(t("On since {day}", { day: date(Date.parse(one.since)) }), "ok", { dot: true }) : pill(t("Off since {day}", { day: date(Date.parse(one.since)) }), "", { dot: true })}${one.next === null ? nothing : pill(one.next.on ? t("on from {day}", { day: date(Date.parse(one.next.from)) }) : t("off from {day}", { day: date(Date.parse(one.next.from)) }), "warn")}</div></li>`)}</ul></section>`}`;
}

function stateOf(paper: Paper, nowMs: number): Part {
  if (paper.until_ms === null) return pill(t("Missing"), "alarm");
  const days = daysTo(paper.until_ms, nowMs);
  if (days <= 0) return pill(t("Run out"), "alarm");
  return days <= 60 ? pill(tn("{n} day left", "{n} days left", days), "warn") : pill(t("In date"), "ok", { icon: "check" });
}

