// SPDX-License-Identifier: EUPL-1.2
// Sites and what stands there: a list, one site, one unit. Addresses: /portal/sites, /portal/sites/<site>, /portal/sites/u-<unit>.
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { day, relative, t, tn } from "../../../kit/words";
import { contactDialog, contactsTab, guidanceDialog, wordsDialog, type ContactActions } from "../../plans/people";
import type { Contacts } from "../../plans/types";
import type { Camera, Named } from "../../types";
import { Refusal } from "../../port";
import { asRefusal } from "../../wire";
import type { Ctx, Mounted } from "../pages";
import { allowGuardsDialog, moveDialog, removeDialog, siteDialog, stolenDialog, unitDialog } from "./dialogs";
import { guardCard, type GuardSight } from "./guards";
import { chooseFile, freshMap, mapView, type MapState } from "./map";
import type { Health, Limits, Series, SiteMap, SiteUnit, SiteWhole, UnitWhole } from "./types";
import { limitsDialog } from "./limits";
import { matterLine, type UnitActions } from "./lines";
import { SPANS, unitView, type Span } from "./unit";
import { cameraKind, canDo, kindName, leftWhy } from "./words";

const LARGEST = 8 * 1024 * 1024;
const AGAIN_MS = 60_000;

interface State {
  readonly loading: boolean;
  readonly nowMs: number;
  readonly id: string | null;
  readonly sites: readonly Named[];
  readonly site: SiteWhole | null;
  readonly map: SiteMap | null;
  readonly drawn: MapState;
  readonly uploading: boolean;
  readonly contacts: Contacts | null;
  readonly guards: GuardSight | null;
  readonly unit: UnitWhole | null;
  readonly health: Health | null;
  readonly series: Series | null;
  readonly span: Span;
  readonly wrong: string;
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new SitesPage(host, ctx, id);
  return { route: (next) => page.route(next), close: () => page.close() };
}

const nothingYet = { site: null, map: null, drawn: freshMap([]), contacts: null, guards: null, unit: null, health: null, series: null, wrong: "" };

class SitesPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { loading: true, nowMs: ctx.port.nowMs(), id, sites: [], uploading: false, span: "day", ...nothingYet }, (state) => this.#draw(state));
    const timer = setInterval(() => void this.#follow(), AGAIN_MS);
    this.#stops = [
      ctx.events((topic) => void (["unit.status", "unit.linked", "unit.unlinked", "technical.raised", "unit.revoked"].includes(topic) && this.#follow())),
      () => clearInterval(timer),
    ];
    void this.#load();
  }

  get #state(): Readonly<State> {
    return this.#board.state;
  }

  route(id: string | null): void {
    this.#board.change({ id, loading: true, ...nothingYet });
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #ask<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T> {
    return this.#ctx.port.ask<T>(method, path, body);
  }

  async #load(): Promise<void> {
    const { id } = this.#state;
    try {
      const { sites } = await this.#ask<{ sites: Named[] }>("GET", "/sites");
      const only = id === null && sites.length === 1 ? (sites[0] as Named).id : id;
      if (only === null) this.#show(id, { sites });
      else if (only.startsWith("u-")) await this.#loadUnit(id, only.slice(2), sites);
      else await this.#loadSite(id, only, sites);
    } catch (error) {
      this.#board.change({ loading: false, wrong: sentence(error) });
    }
  }

  /** What came too late for another address is left out. */
  #show(id: string | null, part: Partial<State>): void {
    if (this.#state.id === id) this.#board.change({ ...part, loading: false, nowMs: this.#ctx.port.nowMs() });
  }

  async #loadSite(id: string | null, site: string, sites: readonly Named[]): Promise<void> {
    const [whole, map, contacts, guards] = await Promise.all([
      this.#ask<SiteWhole>("GET", `/sites/${site}`), this.#ask<SiteMap>("GET", `/sites/${site}/map`),
      this.#ask<Contacts>("GET", `/sites/${site}/contacts`).catch(() => null),
      this.#ask<GuardSight>("GET", `/sites/${site}/guard-pictures`).catch(() => null),
    ]);
    this.#show(id, { sites, site: whole, map, contacts, guards, drawn: freshMap(map.places) });
  }

  async #loadUnit(id: string | null, unit: string, sites: readonly Named[]): Promise<void> {
    const whole = await this.#ask<UnitWhole>("GET", `/units/${unit}`);
    this.#show(id, { sites, unit: whole });
    const [health, series] = await Promise.all([this.#ask<Health>("GET", `/units/${unit}/condition`), this.#series(unit, this.#state.span)]);
    this.#show(id, { health, series });
  }

  #series(unit: string, span: Span): Promise<Series> {
    const to = this.#ctx.port.nowMs();
    return this.#ask<Series>("GET", `/units/${unit}/telemetry?from_ms=${to - SPANS[span]}&to_ms=${to}`);
  }

  /** Nothing that somebody is drawing is taken from under his hands. */
  async #follow(): Promise<void> {
    if (document.visibilityState === "visible" && this.#state.drawn.past.length === 0 && !this.#state.uploading && document.querySelector("dialog[open]") === null) await this.#load();
  }

  async #done(work: () => Promise<unknown>, words: string): Promise<string> {
    try {
      await work();
      this.#ctx.toast(words);
      await this.#load();
      return "";
    } catch (error) {
      return sentence(error);
    }
  }

  async #do(work: () => Promise<unknown>, words: string): Promise<void> {
    const wrong = await this.#done(work, words);
    if (wrong !== "") this.#ctx.toast(wrong, "alarm");
  }

  // --- drawing ----------------------------------------------------------------------------------------------------------

  #draw(state: State): Part {
    if (state.wrong !== "") return html`<div class="page">${note(state.wrong, "alarm", "alarm")}<div class="row">${button(t("Load again"), () => this.route(state.id))}</div></div>`;
    if (state.loading && state.site === null && state.unit === null) return html`<div class="page">${skeleton(6, t("Loading"))}</div>`;
    if (state.unit !== null) return unitView({ whole: state.unit, health: state.health, series: state.series, span: state.span, nowMs: state.nowMs }, this.#unitActions(state.unit));
    if (state.site !== null) return this.#site(state, state.site);
    return this.#list(state);
  }

  #list(state: State): Part {
    return html`<div class="page"><div class="title"><div><div class="lbl">${this.#ctx.state().me.party}</div><h1>${t("Sites")}</h1></div></div>
      ${state.sites.length === 0 ? html`<div class="card">${empty(t("No site yet"), t("Your provider enters the first one with you; then units can be paired there."), "building", button(t("Getting started"), () => this.#ctx.go("start")))}</div>`
      : html`<ul class="card items">${state.sites.map((site) => html`<li>${tile("building")}<div class="body"><b>${site.name}</b><div class="mute small">${(site as Named & { address?: string }).address ?? ""}</div></div>${button(t("Open"), () => this.#ctx.go("sites", site.id), { small: true })}</li>`)}</ul>`}</div>`;
  }

  #site(state: State, whole: SiteWhole): Part {
    const { site, may } = whole;
    const here = whole.units.filter((unit) => unit.state === "paired");
    return html`<div class="page sites">
      ${state.sites.length > 1 ? html`<div>${button(t("All sites"), () => this.#ctx.go("sites"), { kind: "quiet", small: true, icon: "back" })}</div>` : nothing}
      <div class="title"><div><div class="lbl">${t("Site")}</div><h1>${site.name}</h1></div>${may.change ? button(t("Change"), () => this.#changeSite(whole), { small: true, id: "change-site" }) : nothing}</div>
      <div class="columns"><div class="stack">
        <section class="card pad stack" aria-labelledby="h-facts"><h2 id="h-facts">${t("Facts")}</h2>
          <dl class="facts">${fact(t("Address"), site.address)}${fact(t("Time zone"), site.tz)}${fact(t("Responsible"), site.controller || this.#ctx.state().me.party)}${fact(t("E-mail on signs"), site.contact_email)}${fact(t("Telephone on signs"), site.contact_phone)}</dl>
          <div class="row">${button(t("Signs and notice"), () => this.#ctx.go("signs", site.id), { icon: "note", id: "to-signs" })}</div></section>
        <section class="card" aria-labelledby="h-units"><header><h2 id="h-units">${t("Units and cameras")}</h2><span class="faint small">${tn("{n} unit", "{n} units", here.length)}</span></header>
          ${here.length === 0 ? empty(t("No unit stands here"), whole.last_unit_left_ms === null ? t("Pair one with the code on it.") : t("The last one left on {day}. Overview pictures go 28 days after that.", { day: day(whole.last_unit_left_ms, site.tz) }), "camera", button(t("Pair a unit"), () => this.#ctx.go("start"))) : html`<ul class="items">${repeat(here, (unit) => unit.id, (unit) => this.#unitRow(unit, whole.cameras.filter((camera) => camera.unit.id === unit.id), state))}</ul>`}
        </section>
        ${whole.left.length === 0 ? nothing : html`<section class="card pad stack"><h2>${t("Gone from here")}</h2><ul class="plain">${whole.left.map((row) => html`<li>${row.unit.name} <span class="mute">${leftWhy(row.why)}, ${day(row.at_ms, site.tz)}</span></li>`)}</ul></section>`}
      </div><div class="stack">
        <section class="card pad stack" aria-labelledby="h-map"><h2 id="h-map">${t("Map")}</h2>${this.#map(state, whole)}</section>
        ${state.guards === null ? nothing : guardCard(state.guards, site.tz, (on) => this.#guards(site.id, on))}
      </div></div>
      ${state.contacts === null ? nothing : html`<section class="stack" aria-labelledby="h-contacts"><h2 id="h-contacts">${t("Contacts and code words")}</h2>${contactsTab({ contacts: state.contacts }, this.#contactActions(site.id))}</section>`}</div>`;
  }

  #unitRow(unit: SiteUnit, cameras: readonly Camera[], state: State): Part {
    return html`<li data-unit=${unit.name}>${tile(unit.kind === "gateway" ? "house" : "camera", unit.in_contact ? "ok" : "warn")}<div class="body stack tight"><div class="row"><b>${unit.name}</b><span class="mute">${kindName(unit.kind)}</span>
        ${unit.in_contact ? pill(t("In contact"), "ok", { dot: true }) : pill(unit.last_seen_ms === null ? t("Never in contact") : t("Last contact {when}", { when: relative(unit.last_seen_ms, state.nowMs) }), "warn", { dot: true })}</div>
      ${(unit.conditions ?? []).map((one) => matterLine(one, cameras, state.nowMs))}
      ${cameras.map((camera) => html`<div class="small">${camera.name} <span class="mute">${cameraKind(camera.kind)}: ${(camera.capabilities ?? []).map(canDo).join(", ")}</span></div>`)}
      <div class="row">${button(t("Open"), () => this.#ctx.go("sites", `u-${unit.id}`), { small: true })}${unit.commissioned_ms === null ? pill(t("Not in service yet"), "warn") : nothing}</div></div></li>`;
  }

  // --- the map ----------------------------------------------------------------------------------------------------------

  #map(state: State, whole: SiteWhole): Part {
    const { site, may } = whole;
    const cameras = whole.cameras.filter((camera) => whole.units.some((unit) => unit.id === camera.unit.id && unit.state === "paired"));
    const found = state.map?.map ?? null;
    const choose = (words: string): Part => chooseFile("map-file", words, state.uploading, (file) => void this.#upload(site.id, file));
    if (found === null) return may.map ? html`<p class="mute">${t("A floor plan or a photo of the ground, without people in it: PNG or JPEG, at most 8 MB. You and your provider’s technician see it; the alarm centre only while it has an alarm of this site in hand.")}</p><div class="row">${choose(t("Choose a picture"))}</div>` : html`<p class="mute">${t("There is no map of this site yet.")}</p>`;
    const act = { change: (drawn: MapState) => this.#board.change({ drawn }), save: () => void this.#savePlaces(site.id) };
    return html`${mapView(`/api/v1/sites/${site.id}/map/picture?v=${found.id}`, found, cameras, state.drawn, may.map, act)}
      ${may.map ? html`<div class="row">${choose(t("Another picture"))}${button(t("Remove the map…"), () => this.#removeMap(site.id), { kind: "quiet", id: "remove-map" })}</div>` : nothing}`;
  }

  async #upload(site: string, file: File): Promise<void> {
    if (file.size > LARGEST) return void this.#ctx.toast(t("This picture is larger than 8 MB. Choose a smaller one."), "alarm");
    this.#board.change({ uploading: true });
    await this.#do(() => asked(this.#ctx.api.request("PUT", `/api/v1/sites/${site}/map/picture`, new Blob([file], { type: file.type || "application/octet-stream" }))), t("The map is there."));
    this.#board.change({ uploading: false });
  }

  async #savePlaces(site: string): Promise<void> {
    this.#board.change({ drawn: { ...this.#state.drawn, saving: true } });
    await this.#do(() => this.#ask("PUT", `/sites/${site}/map/places`, { places: this.#state.drawn.places }), t("The cameras stand there now."));
    this.#board.change({ drawn: { ...this.#state.drawn, saving: false } });
  }

  #removeMap(site: string): void {
    removeDialog({ title: t("Remove the map?"), words: t("The picture is destroyed, also in back-ups, and the cameras’ places with it. There is no undo."), understood: null, press: t("Remove the map") },
      () => this.#done(() => asked(this.#ctx.api.request("DELETE", `/api/v1/sites/${site}/map/picture`, undefined)), t("The map is gone.")));
  }

  // --- facts and contacts -----------------------------------------------------------------------------------------------

  #changeSite(whole: SiteWhole): void {
    siteDialog(whole.site, (facts) => this.#done(() => this.#ask("PUT", `/sites/${whole.site.id}`, facts), t("Saved.")));
  }

  /** To allow it is asked once more; to stop it is done at once. */
  #guards(site: string, on: boolean): void {
    const save = (): Promise<string> => this.#done(() => this.#ask("POST", `/sites/${site}/guard-pictures`, { on }), on ? t("Guards may be shown pictures here now.") : t("Guards are shown nothing here any more."));
    if (on) allowGuardsDialog(save);
    else void save().then((wrong) => wrong !== "" && this.#ctx.toast(wrong, "alarm"));
  }

  #contactActions(site: string): ContactActions {
    const saved = (work: () => Promise<unknown>): Promise<string> => this.#done(work, t("Saved."));
    return {
      contact: (one) => contactDialog(one, (said) => saved(() => (one === null ? this.#ask("POST", `/sites/${site}/contacts`, said) : this.#ask("PUT", `/contacts/${one.id}`, said)))),
      words: (one) => wordsDialog(one, (code, duress) => saved(() => this.#ask("PUT", `/contacts/${one.id}/words`, { code, duress })), () => void saved(() => this.#ask("POST", `/contacts/${one.id}/words/clear`))),
      removeContact: (one) => removeDialog({ title: t("Remove {name}?", { name: one.name }), words: t("The alarm centre does not call this contact any more."), understood: null, press: t("Remove") }, () => saved(() => this.#ask("POST", `/contacts/${one.id}/remove`))),
      guide: () => this.#state.contacts !== null && guidanceDialog(this.#state.contacts.guidance, (said) => saved(() => this.#ask("PUT", `/sites/${site}/guidance`, said))),
      moveContact: (from, to) => void this.#order(site, from, to),
    };
  }

  async #order(site: string, from: number, to: number): Promise<void> {
    const ids = (this.#state.contacts?.contacts ?? []).map((one) => one.id);
    const [moved] = ids.splice(from, 1);
    if (moved === undefined) return;
    ids.splice(to, 0, moved);
    await this.#do(() => this.#ask("PUT", `/sites/${site}/contacts/order`, { order: ids }), t("Saved."));
  }

  // --- one unit ---------------------------------------------------------------------------------------------------------

  #unitActions(whole: UnitWhole): UnitActions {
    const { unit, commissioning } = whole;
    const put = (ticks: readonly string[], done: boolean, words: string): void => void this.#do(() => this.#ask("PUT", `/units/${unit.id}/commissioning`, { ticks, done }), words);
    return {
      back: () => this.#ctx.go("sites", unit.site.id),
      choose: (span) => {
        this.#board.change({ span, series: null });
        void this.#series(unit.id, span).then((series) => this.#board.change({ series }), (error: unknown) => this.#ctx.failed(error));
      },
      tick: (tick, on) => put(on ? [...commissioning.ticks, tick] : commissioning.ticks.filter((one) => one !== tick), false, on ? t("Ticked.") : t("Not ticked any more.")),
      commission: () => put(commissioning.wanted, true, t("The unit is in service.")),
      rename: () => unitDialog(unit, (said) => this.#done(() => this.#ask("PUT", `/units/${unit.id}`, said), t("Saved."))),
      move: () => moveDialog(unit, this.#state.sites.filter((site) => site.id !== unit.site.id), (site) => this.#done(() => this.#ask("POST", `/units/${unit.id}/move`, { site_id: site }), t("It stands there now."))),
      remove: () => removeDialog({
        title: t("Take {unit} away?", { unit: unit.name }), words: t("From now on nothing is accepted from it or sent to it. What it recorded stays yours, under its terms. It comes back only wiped, as a new unit, here or at its next owner."),
        understood: t("I know that there is no undo"), press: t("It was taken away"),
      }, () => this.#done(() => this.#ask("POST", `/units/${unit.id}/remove`), t("The unit is off the list."))),
      stolen: () => stolenDialog(unit, () => this.#done(() => this.#ask("POST", `/units/${unit.id}/revoke`), t("Its key is revoked."))),
      limits: () => void this.#limits(unit.site.id),
    };
  }

  async #limits(site: string): Promise<void> {
    try {
      const told = await this.#ask<{ limits: Limits; profile: Limits; ranges: Readonly<Record<string, readonly [number, number]>>; change: boolean }>("GET", `/sites/${site}/limits`);
      limitsDialog(told, (figures) => this.#done(() => this.#ask("PUT", `/sites/${site}/limits`, { figures }), t("Saved.")));
    } catch (error) {
      this.#ctx.failed(error);
    }
  }
}

const fact = (label: string, value: string): Part => html`<div><dt>${label}</dt><dd>${value === "" ? html`<span class="faint">${t("not known yet")}</span>` : value}</dd></div>`;

async function asked<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw asRefusal(error);
  });
}

function sentence(error: unknown): string {
  const refusal = asRefusal(error);
  if (!(refusal instanceof Refusal)) return t("The server can’t be reached. Check the connection and try again.");
  return [refusal.message, refusal.action].filter(Boolean).join(" ");
}
