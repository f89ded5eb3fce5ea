// SPDX-License-Identifier: EUPL-1.2
// Orders of authorities, packages, and the register of what was handed over. What this page may do differs: the owner makes packages of his
// own recordings, two persons of an alarm centre of what an alarm released to it, the provider hands over what nobody but the owner opens.
import { Board, html, nothing, type Part } from "../../kit/dom";
import { foot, type Opened } from "../../kit/dialog";
import { choices, field, textField } from "../../kit/form";
import { keepAnswer, keepLogged } from "../../kit/leaving";
import { button, empty, note, pill, progress, skeleton } from "../../kit/pieces";
import { table } from "../../kit/table";
import { clock, clockSeconds, day, isoDay, number, t } from "../../kit/words";
import type { Packed, PackageWish, Step } from "../../records/packing";
import { Refusal } from "../port";
import type { Camera } from "../types";
import { asRefusal } from "../wire";
import type { Disclosure, FilmShown, House, IncidentShown, Order, Preparation, SiteShown } from "./types";
import { groundName, grounds, makerName, sizeWords } from "./words";

const HOUR_MS = 3_600_000;

interface State {
  readonly orders: readonly Order[] | null;
  readonly preparations: readonly Preparation[];
  readonly disclosures: readonly Disclosure[];
  readonly sites: readonly SiteShown[];
  readonly cameras: readonly Camera[];
  readonly incidents: readonly IncidentShown[];
  readonly films: readonly FilmShown[];
  readonly alarmId: string | null;
  readonly busy: string;
}

type Making = { readonly phase: "asking"; readonly error?: string } | { readonly phase: "making"; readonly share: number | null; readonly words: string } | { readonly phase: "made"; readonly made: Packed };

interface Asked {
  orderId: string;
  siteId: string;
  cameras: Set<string>;
  from: string;
  until: string;
  recipient: string;
}

export class EvidenceDesk {
  readonly #board: Board<State>;
  #closed = false;

  constructor(host: HTMLElement, private readonly house: House, alarmId: string | null) {
    this.#board = new Board<State>(host, { orders: null, preparations: [], disclosures: [], sites: [], cameras: [], incidents: [], films: [], alarmId, busy: "" }, (state) => this.#draw(state));
    void this.#load();
  }

  close(): void {
    this.#closed = true;
  }

  async #load(): Promise<void> {
    const { ask, standing } = this.house;
    try {
      const [{ orders }, { cameras }, { sites }] = await Promise.all([ask<{ orders: Order[] }>("GET", "/evidence/orders"), ask<{ cameras: Camera[] }>("GET", "/cameras"), ask<{ sites: SiteShown[] }>("GET", "/sites")]);
      const preparations = standing === "centre" ? (await ask<{ preparations: Preparation[] }>("GET", "/evidence/preparations")).preparations : [];
      // An operator reads no register.
      const disclosures = await ask<{ disclosures: Disclosure[] }>("GET", "/evidence/disclosures").then((found) => found.disclosures, () => []);
      const incidents = await ask<{ incidents: IncidentShown[] }>("GET", "/incidents").then((found) => found.incidents, () => []);
      const films = standing === "owner" ? (await ask<{ films: FilmShown[] }>("GET", "/evidence/films")).films : [];
      if (!this.#closed) this.#board.change({ orders, cameras, sites, preparations, disclosures, incidents, films });
    } catch (error) {
      this.#board.change({ orders: [] });
      this.house.failed(error);
    }
  }

  async #do(busy: string, path: string, body: unknown, said: string): Promise<boolean> {
    this.#board.change({ busy });
    try {
      await this.house.ask("POST", path, body);
      this.house.toast(said, "ok");
      await this.#load();
      return true;
    } catch (error) {
      this.house.failed(error);
      return false;
    } finally {
      this.#board.change({ busy: "" });
    }
  }

  // --- an order comes in ---------------------------------------------------------------------------------------------------------

  #record(): void {
    const { sites, cameras } = this.#board.state;
    const site = sites.find(({ id }) => cameras.some((camera) => camera.site.id === id)) ?? sites[0];
    const said = { authority: "", officer: "", reference: "", ground: this.house.standing === "owner" ? "seizure" : "seizure", article: "", scope: "", publication: false, incident_id: null as string | null };
    const asked: Asked = { orderId: "", siteId: site?.id ?? "", cameras: new Set(), from: local(Date.now() - 24 * HOUR_MS), until: local(Date.now()), recipient: "" };
    let error = "";
    let busy = false;
    const send = async (opened: Opened): Promise<void> => {
      busy = true;
      opened.redraw();
      try {
        const incident_id = this.#incidentsAt(asked.siteId).some(({ id }) => id === said.incident_id) ? said.incident_id : null;
        await this.house.ask("POST", "/evidence/orders", { ...said, incident_id, site_id: asked.siteId, camera_ids: [...asked.cameras], from_ms: Date.parse(asked.from), to_ms: Date.parse(asked.until), received_ms: Date.now() - 1000 });
        opened.close();
        this.house.toast(t("Recorded. Nothing leaves before it is decided on."), "ok");
        await this.#load();
      } catch (refused) {
        error = told(refused);
        busy = false;
        opened.redraw();
      }
    };
    const allowed = grounds.filter((ground) => ground !== "own_decision");
    this.house.dialog(t("Record an order"), (opened) => html`<p class="mute">${t("As it stands on the paper. It is kept in the register; the authority's paper stays on file with you.")}</p>
      ${field("order-authority", t("Authority"), { value: said.authority, maxlength: 200, input: (value) => (said.authority = value) })}
      <div class="two">${field("order-officer", t("Name of the officer"), { value: said.officer, maxlength: 200, input: (value) => (said.officer = value) })}${field("order-reference", t("Reference"), { value: said.reference, maxlength: 120, input: (value) => (said.reference = value) })}</div>
      ${choices("order-ground", t("What compels it"), allowed.map((value) => ({ value, words: groundName(value) })), said.ground, (value) => { said.ground = value; opened.redraw(); })}
      ${field("order-article", t("Article of law"), { value: said.article, maxlength: 200, input: (value) => (said.article = value) })}
      ${textField("order-scope", t("What is asked for, in its own words"), { value: said.scope, maxlength: 2000, input: (value) => (said.scope = value) })}
      ${this.#choose(asked, opened, false)}${this.#incident(asked, said)}
      <label class="choice"><input type="checkbox" id="order-publication" .checked=${said.publication} @change=${(event: Event) => { said.publication = (event.target as HTMLInputElement).checked; }}><span>${t("The order says that the images are to be published")}</span></label>
      ${error === "" ? nothing : note(error, "alarm", "alarm")}
      ${foot(button(t("Leave it"), opened.close), button(t("Record it"), () => void send(opened), { kind: "primary", busy, id: "order-save" }))}`, { wide: true });
  }

  #incidentsAt(siteId: string): readonly IncidentShown[] {
    return this.#board.state.incidents.filter(({ site }) => site.id === siteId);
  }

  /** To which incident it belongs: of those of its site, those that go on first. */
  #incident(asked: Asked, said: { incident_id: string | null }): Part {
    const here = this.#incidentsAt(asked.siteId).toSorted((a, b) => Number(a.closed_ms !== null) - Number(b.closed_ms !== null));
    return html`<div class="field"><label for="order-incident">${t("Incident")}</label><select class="input" id="order-incident" @change=${(event: Event) => { said.incident_id = (event.target as HTMLSelectElement).value || null; }}>
      <option value="">${here.length === 0 ? t("None is on record at this site") : t("Of no incident")}</option>${here.map((one) => html`<option value=${one.id} ?selected=${one.id === said.incident_id}>${one.title} (${day(one.opened_ms)}${one.closed_ms === null ? "" : `, ${t("closed")}`})</option>`)}</select></div>`;
  }

  #decide(order: Order): void {
    let words = "";
    this.house.dialog(t("Decide on the order"), (opened) => html`<p><b>${order.authority}</b> ${order.reference} · ${groundName(order.ground)} ${order.article}</p><blockquote>${order.scope}</blockquote>
      <p class="mute">${t("Is it signed by who may order it, does it name a ground in law, and does it ask for no more than it needs?")}</p>
      ${textField("decide-words", t("Why (needed when it is refused)"), { value: words, maxlength: 1000, input: (value) => (words = value) })}
      ${foot(button(t("Leave it"), opened.close), button(t("Refuse it"), () => { opened.close(); void this.#do("decide", `/evidence/orders/${order.id}/decide`, { accepted: false, words }, t("Refused. Nothing leaves.")); }, { kind: "alarm", id: "order-refuse" }), button(t("Accept it"), () => { opened.close(); void this.#do("decide", `/evidence/orders/${order.id}/decide`, { accepted: true, words }, t("Accepted: what it asks for may be handed over.")); }, { kind: "primary", id: "order-accept" }))}`, { wide: true });
  }

  // --- packages --------------------------------------------------------------------------------------------------------------------

  #make(order: Order | null, preparation: Preparation | null): void {
    const { sites, cameras } = this.#board.state;
    const siteId = order?.site_id ?? sites.find(({ id }) => cameras.some((camera) => camera.site.id === id))?.id ?? "";
    const asked: Asked = { orderId: order?.id ?? "", siteId, cameras: new Set(order?.camera_ids ?? []), from: local(order?.from_ms ?? Date.now() - HOUR_MS), until: local(order?.to_ms ?? Date.now()), recipient: order?.authority ?? "" };
    let step: Making = { phase: "asking" };
    let dialog: Opened | null = null;
    const move = (next: Making): void => {
      step = next;
      dialog?.redraw();
    };
    const make = async (): Promise<void> => {
      if (asked.recipient.trim() === "") return move({ phase: "asking", error: t("Say who gets it.") });
      if (asked.cameras.size === 0) return move({ phase: "asking", error: t("Choose at least one camera.") });
      move({ phase: "making", share: null, words: t("Opening it in this browser") });
      try {
        const { makePackage } = await import("../../records/packing");
        move({ phase: "made", made: await makePackage(this.house.session, this.#wish(asked, order, preparation), (name, done) => move({ phase: "making", share: name === "opening" ? done : null, words: stepWords(name) })) });
        await this.#load();
      } catch (error) {
        move({ phase: "asking", error: told(error) });
      }
    };
    dialog = this.house.dialog(t("Evidence package"), (opened) => this.#making(opened, step, asked, order, preparation, () => void make()), { wide: true });
  }

  #wish(asked: Asked, order: Order | null, preparation: Preparation | null): PackageWish {
    const { cameras, sites } = this.#board.state;
    const site = sites.find(({ id }) => id === asked.siteId);
    const of = preparation === null ? {} : { alarmId: preparation.alarm_id, second: preparation.second_id, agreed: [{ atMs: preparation.asked_ms, what: "asked", who: preparation.asked_by, index: null }, ...(preparation.approved_ms === null ? [] : [{ atMs: preparation.approved_ms, what: "approved", who: preparation.approved_by, index: null }])] };
    return {
      cameras: cameras.filter(({ id }) => asked.cameras.has(id)).map(({ id, name }) => ({ id, name })), siteName: site?.name ?? "", zone: site?.tz ?? "UTC", fromMs: Date.parse(asked.from), toMs: Date.parse(asked.until),
      purpose: order === null && asked.orderId === "" && this.house.standing === "owner" && asked.recipient === this.house.session.person.name ? "own_record" : "police", recipient: asked.recipient.trim(), order, ...of,
    };
  }

  #making(opened: Opened, step: Making, asked: Asked, order: Order | null, preparation: Preparation | null, make: () => void): Part {
    if (step.phase === "making") return html`${progress(step.share, step.words)}<p class="mute">${step.words}…</p>`;
    if (step.phase === "made") return madePart(opened, step.made);
    return html`${order === null ? html`<p class="mute">${t("Without an order: you hand over by your own decision, for a crime that you report, or for yourself.")}</p>` : html`<p><b>${order.authority}</b> ${order.reference}</p><blockquote>${order.scope}</blockquote>`}
      ${preparation === null ? this.#choose(asked, opened, order !== null) : html`<p>${t("All of what the alarm released, and the order asks for. Asked for by {one}, approved by {two}.", { one: preparation.asked_by, two: preparation.approved_by })}</p>`}
      ${field("package-recipient", t("Who gets it"), { value: asked.recipient, maxlength: 120, input: (value) => (asked.recipient = value) })}
      ${step.error === undefined ? nothing : note(step.error, "alarm", "alarm")}
      <p class="faint small">${t("It holds the originals, what the unit signed, the log's proofs, a report to read, and a page that checks it all without a network. The originals open with a code that only you see.")}</p>
      ${foot(button(t("Leave it"), opened.close), button(t("Make the package"), make, { kind: "primary", icon: "download", id: "package-make" }))}`;
  }

  #choose(asked: Asked, opened: Opened, fixed: boolean): Part {
    const { sites, cameras } = this.#board.state;
    const here = cameras.filter((camera) => camera.site.id === asked.siteId);
    return html`${sites.length < 2 || fixed ? nothing : html`<div class="field"><label for="choose-site">${t("Site")}</label><select class="input" id="choose-site" @change=${(event: Event) => { asked.siteId = (event.target as HTMLSelectElement).value; asked.cameras = new Set(); opened.redraw(); }}>${sites.map((site) => html`<option value=${site.id} ?selected=${site.id === asked.siteId}>${site.name}</option>`)}</select></div>`}
      <fieldset class="choices"><legend class="field"><span class="label">${t("Cameras")}</span></legend>${here.map((camera) => html`<label class="choice"><input type="checkbox" id="camera-${camera.id}" ?disabled=${fixed && !asked.cameras.has(camera.id)} .checked=${asked.cameras.has(camera.id)} @change=${(event: Event) => { if ((event.target as HTMLInputElement).checked) asked.cameras.add(camera.id); else asked.cameras.delete(camera.id); }}><span>${camera.name}</span></label>`)}</fieldset>
      <div class="two"><div class="field"><label for="choose-from">${t("From")}</label><input class="input" type="datetime-local" step="1" id="choose-from" .value=${asked.from} @input=${(event: Event) => { asked.from = (event.target as HTMLInputElement).value; }}></div>
        <div class="field"><label for="choose-until">${t("Until")}</label><input class="input" type="datetime-local" step="1" id="choose-until" .value=${asked.until} @input=${(event: Event) => { asked.until = (event.target as HTMLInputElement).value; }}></div></div>
      <p class="faint small">${t("In the time of this device.")}</p>`;
  }

  // --- what the provider hands over --------------------------------------------------------------------------------------------------

  async #sealed(order: Order): Promise<void> {
    this.#board.change({ busy: order.id });
    const { language } = this.house.session.person;
    try {
      for (const camera of order.camera_ids) {
        for (let from = order.from_ms; from < order.to_ms; from += HOUR_MS) {
          const body = { order_id: order.id, camera_id: camera, from_ms: from, to_ms: Math.min(order.to_ms, from + HOUR_MS), language };
          await this.house.session.api.request("POST", "/api/v1/evidence/sealed", body).then(keepAnswer, (error: unknown) => {
            const refused = asRefusal(error);
            if (!(refused instanceof Refusal) || refused.code !== "nothing_sealed") throw refused;
          });
        }
      }
      this.house.toast(t("What is recorded of it is in your downloads, sealed."), "ok");
      await this.#load();
    } catch (error) {
      this.house.failed(asRefusal(error));
    }
    this.#board.change({ busy: "" });
  }

  async #register(): Promise<void> {
    try {
      await keepAnswer(await this.house.session.api.request("POST", "/api/v1/evidence/disclosures/file", {}));
    } catch (error) {
      this.house.failed(asRefusal(error));
    }
  }

  // --- drawn -------------------------------------------------------------------------------------------------------------------------

  #draw(state: State): Part {
    const { standing } = this.house;
    const lead = {
      owner: t("Your recordings leave as a package that anybody can check: originals, what your unit signed, and the proofs of the log. On an order of an authority, or by your own decision."),
      centre: t("What an alarm released to you leaves on an order of an authority only, and only when two of you agree, one of them a supervisor."),
      provider: t("We open no recordings. On an order we hand over what is stored, sealed, with the lists and proofs; the authority asks the owner to open it."),
    }[standing];
    return html`<div class="page evidence"><div class="title"><div><h1>${t("Orders and evidence")}</h1><p class="mute measure">${lead}</p></div>
        <div class="row">${state.orders !== null && this.#mayRecord() ? button(t("Record an order"), () => this.#record(), { icon: "plus", id: "order-new" }) : nothing}${state.orders !== null && standing === "owner" ? button(t("Make a package"), () => this.#make(null, null), { kind: "primary", icon: "download", id: "package-new" }) : nothing}</div></div>
      ${state.orders === null ? skeleton(6, t("Loading")) : html`${standing === "centre" ? this.#preparations(state) : nothing}
        <section class="card pad" aria-labelledby="h-orders"><h2 id="h-orders">${t("Orders of authorities")}</h2>${state.orders.length === 0 ? empty(t("No authority asked for anything"), t("When one does, record its paper here first. Nothing leaves without it."), "note", nothing, "ok") : state.orders.map((order) => this.#order(state, order))}</section>
        ${this.#mayRecord() ? this.#table(state) : nothing}${state.films.length === 0 ? nothing : this.#films(state)}`}</div>`;
  }

  #pathOf(incidentId: string): string {
    return `${this.house.standing === "owner" ? "/portal" : "/backoffice/privacy"}/incidents/${incidentId}`;
  }

  /** Redacted films behind links: who has fetched his, and which link is still open. */
  #films(state: State): Part {
    const stateOf = (film: FilmShown): readonly [string, "ok" | "warn" | ""] => {
      if (film.fetched_ms !== null) return [t("fetched {when}", { when: `${day(film.fetched_ms)} ${clock(film.fetched_ms)}` }), "ok"];
      if (film.ended_ms !== null) return [t("ended"), ""];
      return film.ready_ms === null ? [t("not all of it came in"), "warn"] : [t("waits until {day}", { day: day(film.expires_ms) }), "warn"];
    };
    return html`<section class="card pad" aria-labelledby="h-films"><h2 id="h-films">${t("Films handed over by a link")}</h2>${state.films.map((film) => html`<article class="order" data-film=${film.id}><div class="head"><h3>${film.recipient} <span class="mono small">${film.name}</span></h3>${pill(...stateOf(film), { dot: true })}</div>
      <p class="mute small">${t("made {when}, entry {n}", { when: `${day(film.made_ms)} ${clock(film.made_ms)}`, n: number(film.index) })}</p>
      ${film.ended_ms !== null ? nothing : html`<div class="row">${button(t("End the link"), () => void this.#do("end", `/evidence/films/${film.id}/end`, {}, t("Ended: the link opens nothing any more.")), { kind: "quiet", id: `film-end-${film.id}` })}</div>`}</article>`)}</section>`;
  }

  #mayRecord(): boolean {
    const role = this.house.session.actingParty?.role ?? "";
    return ["owner", "privacy_officer", "admin", "supervisor"].includes(role);
  }

  #order(state: State, order: Order): Part {
    const zone = state.sites.find(({ id }) => id === order.site_id)?.tz;
    const [words, tone] = order.ended_ms !== null ? ([t("ended"), ""] as const) : order.decision === "accepted" ? ([t("accepted"), "ok"] as const) : order.decision === "refused" ? ([t("refused"), "warn"] as const) : ([t("to be decided on"), "alarm"] as const);
    const names = order.camera_ids.map((id) => state.cameras.find((camera) => camera.id === id)?.name ?? "").filter(Boolean).join(", ");
    const accepted = order.decision === "accepted" && order.ended_ms === null;
    return html`<article class="order" data-order=${order.id}><div class="head"><h3>${order.authority} <span class="mono small">${order.reference}</span></h3>${pill(words, tone, { dot: true })}</div>
      <p class="small">${[groundName(order.ground), order.article].filter(Boolean).join(", ")}${order.publication ? html` · <b>${t("to be published")}</b>` : nothing}${order.incident_id === null ? nothing : html` · <a class="of-incident" href=${this.#pathOf(order.incident_id)}>${t("Incident: {title}", { title: order.incident || order.incident_id.slice(0, 8) })}</a>`}</p><blockquote>${order.scope}</blockquote>
      <p class="mute small">${order.owner} · ${order.site} · ${names} · ${day(order.from_ms, zone)} ${clock(order.from_ms, zone)} – ${day(order.to_ms, zone)} ${clock(order.to_ms, zone)}</p>
      <p class="faint small">${t("Received by {name} ({party}), {when}", { name: order.received_by, party: order.received_party, when: `${day(order.received_ms)} ${clock(order.received_ms)}` })}${order.decided_ms === null ? nothing : html` · ${t("decided by {name}, {when}", { name: order.decided_by, when: `${day(order.decided_ms)} ${clock(order.decided_ms)}` })}`}${order.decision_note === "" ? nothing : html` · ${order.decision_note}`}</p>
      <div class="row">${order.may.decide && order.decision === "waiting" && order.ended_ms === null ? button(t("Decide"), () => this.#decide(order), { kind: "primary", id: `decide-${order.id}` }) : nothing}
        ${accepted && this.house.standing === "owner" ? button(t("Make the package"), () => this.#make(order, null), { kind: "primary", icon: "download", id: `make-${order.id}` }) : nothing}
        ${accepted && this.house.standing === "provider" ? button(t("Hand over, sealed"), () => void this.#sealed(order), { icon: "lock", busy: state.busy === order.id, id: `sealed-${order.id}` }) : nothing}
        ${accepted && this.house.standing === "centre" && state.alarmId !== null ? button(t("Ask for a package of this alarm"), () => void this.#do("ask", "/evidence/preparations", { order_id: order.id, alarm_id: state.alarmId }, t("Asked. A supervisor, somebody else, approves it.")), { id: `ask-${order.id}` }) : nothing}
        ${order.may.end && order.ended_ms === null ? button(t("It is carried out"), () => void this.#do("end", `/evidence/orders/${order.id}/end`, {}, t("Ended: nothing leaves on it any more.")), { kind: "quiet", id: `end-${order.id}` }) : nothing}</div></article>`;
  }

  #preparations(state: State): Part {
    if (state.preparations.length === 0) return state.alarmId === null ? note(t("To make a package of an alarm, open this page from the alarm: follow the link “Package for the police” there."), "", "info") : nothing;
    return html`<section class="card pad" aria-labelledby="h-two"><h2 id="h-two">${t("Packages that two persons agree on")}</h2>${state.preparations.map((one) => {
      const order = state.orders?.find(({ id }) => id === one.order_id) ?? null;
      return html`<article class="order" data-preparation=${one.id}><div class="head"><h3>${one.authority} <span class="mono small">${one.reference}</span></h3>${one.approved_ms === null ? pill(t("waits for a supervisor"), "warn", { dot: true }) : pill(t("approved until {when}", { when: clock(one.until_ms ?? 0) }), "ok", { dot: true })}</div>
        <p class="mute small">${t("Asked for by {name}, {when}", { name: one.asked_by, when: `${day(one.asked_ms)} ${clock(one.asked_ms)}` })}${one.approved_by === "" ? nothing : html` · ${t("approved by {name}", { name: one.approved_by })}`}</p>
        <div class="row">${one.approved_ms === null && !one.mine && this.house.session.actingParty?.role === "supervisor" ? button(t("Approve it"), () => void this.#do("approve", `/evidence/preparations/${one.id}/approve`, {}, t("Approved, for an hour.")), { kind: "primary", id: `approve-${one.id}` }) : nothing}
          ${one.approved_ms === null || order === null ? nothing : button(t("Make the package"), () => void this.#reopenAndMake(order, one), { kind: "primary", icon: "download", id: `make-${one.id}` })}
          ${button(t("Not to be made"), () => void this.#do("end", `/evidence/preparations/${one.id}/end`, {}, t("Ended.")), { kind: "quiet" })}</div></article>`;
    })}</section>`;
  }

  /** What an alarm released is looked at under a reopening, which the customer is told of. */
  async #reopenAndMake(order: Order, one: Preparation): Promise<void> {
    try {
      await this.house.ask("POST", `/alarms/${one.alarm_id}/reopen`, { reason: "police_request", minutes: 30 }).catch((error: unknown) => {
        if (!(error instanceof Refusal) || error.code !== "reopened_already") throw error;
      });
      this.#make(order, one);
    } catch (error) {
      this.house.failed(error);
    }
  }

  #table(state: State): Part {
    return html`<section class="card pad stack"><div class="row apart"><h2>${t("Register of disclosures")}</h2>${state.disclosures.length === 0 ? nothing : button(t("As a file"), () => void this.#register(), { icon: "download", small: true, id: "register-file" })}</div>
      ${table(t("Register of disclosures"), [
        { title: t("When"), cell: (row) => html`<span class="mono">${day(row.made_ms)} ${clockSeconds(row.made_ms)}</span>` },
        { title: t("To whom"), cell: (row) => html`${row.recipient}<div class="mute small">${[row.authority, row.reference, row.incident].filter((each) => each !== "" && each !== row.recipient).join(", ")}</div>` },
        { title: t("Ground"), cell: (row) => [groundName(row.ground), row.article].filter(Boolean).join(", ") },
        { title: t("Of what"), cell: (row) => html`${row.cameras.join(", ")}<div class="mute small">${day(row.from_ms)} ${clock(row.from_ms)} – ${clock(row.to_ms)}</div>` },
        { title: t("By"), cell: (row) => html`${[row.by, row.second].filter(Boolean).join(", ")}<div class="mute small">${makerName(row.maker)}, ${row.party}</div>` },
        { title: t("Package"), cell: (row) => html`<span class="hash">${row.package_hash.slice(0, 32)}<wbr>${row.package_hash.slice(32)}</span><div class="mute small">${sizeWords(row.size)}</div>` },
      ], state.disclosures, (row) => row.id, empty(t("Nothing was handed over"), t("What leaves on an order, or to the police, stands here with its hash."), "check", nothing, "ok"))}</section>`;
  }
}

function madePart(opened: Opened, made: Packed): Part {
  return html`${note(t("Written down as entry {n} and in the register, and signed with your key.", { n: number(made.index) }), "ok", "check")}
    <p>${t("This code opens the recordings in it. Send it another way than the package: on paper, or by phone. It is not kept, and nobody can make it again.")}</p><p class="code" id="package-code">${made.code}</p>
    <p class="small">${t("Its hash, as it stands in the register:")} <span class="hash" id="package-hash">${made.hash}</span></p>
    ${foot(button(t("Close"), opened.close), button(t("Keep {name}", { name: made.name }), () => keepLogged(made.index, made.blob, made.name), { kind: "primary", icon: "download", id: "package-file" }))}`;
}

function stepWords(step: Step): string {
  const names: Readonly<Record<Step, string>> = { opening: t("Opening it in this browser"), writing: t("Signing it with your key, and writing it down"), report: t("Writing the report"), signing: t("Signing the package, and writing it down") };
  return names[step];
}

function told(error: unknown): string {
  const refused = asRefusal(error);
  return refused instanceof Refusal ? [refused.message, refused.action].filter(Boolean).join(" ") : t("This did not work: {why}.", { why: refused instanceof Error ? refused.message : String(refused) });
}

/** For a field of date and time: this device's own. */
function local(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${isoDay(ms)}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
