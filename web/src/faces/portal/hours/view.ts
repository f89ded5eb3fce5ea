// SPDX-License-Identifier: EUPL-1.2
// The page of hours: what the unit does now and until when, the week, dates of its own, who may switch it, and what it obeys.
// Nothing is shown as in force but on the unit's signed status; what is edited is a draft until its owner signed it here.
import { TrustError } from "../../../client/errors";
import { people } from "../../../client/members";
import { sendCommand, sendPolicy } from "../../../client/owner";
import type { UnitTrust } from "../../../client/trust";
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { foot } from "../../../kit/dialog";
import { field } from "../../../kit/form";

import { button, keyWords, note, pill, skeleton, steps } from "../../../kit/pieces";
import { number, t, tn, weekday as dayWords, when } from "../../../kit/words";
import { equal, fromBase64url, fromUuid, hex, utf8 } from "../../../seal/bytes";
import { latestUntil } from "../../../seal/command";
import type { Verified } from "../../../seal/envelope";
import { type Delegate, type Policy, verifyPolicy } from "../../../seal/policy";
import { type Status, verifyStatus } from "../../../seal/status";
import { words } from "../../../seal/words";
import { Refusal } from "../../port";
import { asRefusal } from "../../wire";
import type { Ctx, Mounted } from "../pages";
import { alarmingCard } from "./alarming_card";
import { centralCard } from "./central_card";
import { LANDER, countryOf, holidays, type Country, type Land } from "./holidays";
import { changed, changeOf, draftOf, mayOf, obeysIt, type Doing, type Draft, type HoursState, type May } from "./model";
import { budgetWords, dateWords, dayNames, delegateWords, minutesWords, obeys, spanWords, stateWords, storageWords } from "./obeys";
import { askDelegate, withDelegate } from "./people";
import { coming, copied, dateAt, gapOn, minutesOf, quarters, settled, STEP_MIN, wallMs, weekdayOf, withException, withoutSpan, withSpan, type ExceptionDay, type Span } from "./plan";
import { weekEditor, type WeekActions } from "./week";

const DAY_MS = 86_400_000;
const MOST_UNDO = 50;
const TONIGHT_MIN = 22 * 60;

interface Obeyed {
  readonly states: readonly string[];
  readonly policies: readonly string[];
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new HoursPage(host, ctx, id);
  return { route: (next) => page.choose(next), close: () => page.close() };
}

class HoursPage {
  readonly #ctx: Ctx;
  readonly #board: Board<HoursState>;
  readonly #stops: (() => void)[];

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    const zone = ctx.state().units[0]?.tz ?? "Europe/Amsterdam";
    const nowMs = ctx.port.nowMs();
    this.#board = new Board<HoursState>(host, {
      unitId: id ?? ctx.state().units[0]?.unit.id ?? "", loading: true, trust: null, obeyed: null, history: [], people: [], draft: null, past: [], chosen: null, doing: null,
      untilMs: 0, country: countryOf(zone), land: null, year: Number(dateAt(zone, nowMs).slice(0, 4)), nowMs, wrong: null, compare: null,
    }, (state) => this.#draw(state));
    this.#stops = [
      ctx.events((topic, data) => void (topic === "unit.status" && String(data["unit_id"] ?? "") === this.#state.unitId && this.#load())),
      ctx.watch((state) => {
        if (this.#state.unitId === "" && state.units[0] !== undefined) this.choose(state.units[0].unit.id);
        if (Math.floor(state.nowMs / 10_000) !== Math.floor(this.#state.nowMs / 10_000)) this.#board.change({ nowMs: state.nowMs });
      }),
    ];
    void this.#load();
  }

  get #state(): HoursState {
    return this.#board.state;
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  choose(id: string | null): void {
    const unitId = id ?? this.#ctx.state().units[0]?.unit.id ?? "";
    if (unitId === this.#state.unitId) return;
    this.#board.change({ unitId, loading: true, trust: null, obeyed: null, history: [], draft: null, past: [], chosen: null, doing: null, wrong: null, compare: null });
    void this.#load();
  }

  // --- what comes in ---------------------------------------------------------------------------------------------------

  async #load(): Promise<void> {
    const { unitId } = this.#state;
    if (unitId === "") return void (this.#ctx.state().loading || this.#board.change({ loading: false }));
    try {
      const trust = await this.#ctx.session.trust.unit(unitId, "owner", true);
      const said = await this.#ctx.api.get<Obeyed>(`/units/${unitId}/obeyed?limit=30`);
      if (unitId !== this.#state.unitId) return;
      const history = said.states.map((text) => verifyStatus(fromBase64url(text), trust.signKey).value);
      const fresh = this.#state.draft === null || this.#state.past.length === 0;
      this.#board.change({
        trust, history, obeyed: policyObeyed(trust, said.policies), loading: false, wrong: null, compare: null, doing: settledDoing(this.#state.doing, trust),
        ...(fresh && trust.policy !== null ? { draft: draftOf(trust.policy.value) } : {}), ...(this.#state.untilMs === 0 && trust.policy !== null ? { untilMs: tonight(trust.policy.value, this.#ctx.port.nowMs()) } : {}),
      });
      if (this.#state.people.length === 0) void this.#people();
    } catch (error) {
      if (error instanceof TrustError && error.code === "not_compared") return this.#board.change({ loading: false, compare: error.what === "keyset" ? "people" : "now" });
      const refusal = asRefusal(error);
      if (refusal instanceof Refusal && refusal.code === "distrust") return this.#board.change({ loading: false, wrong: refusal.message });
      this.#ctx.failed(error);
    }
  }

  async #people(): Promise<void> {
    await people(this.#ctx.session).then(({ members }) => this.#board.change({ people: members }), (error: unknown) => this.#ctx.failed(error));
  }

  // --- what is done ------------------------------------------------------------------------------------------------------

  /** Changes the draft; what was can be had back until it is signed. */
  #edit(change: (draft: Draft) => Draft, undoable = true): void {
    const { draft, past } = this.#state;
    if (draft === null) return;
    this.#board.change({ draft: change(draft), past: undoable ? [...past, draft].slice(-MOST_UNDO) : past });
  }

  readonly #undo = (): void => {
    const before = this.#state.past.at(-1);
    if (before !== undefined) this.#board.change({ draft: before, past: this.#state.past.slice(0, -1), chosen: null });
  };

  readonly #discard = (): void => {
    const policy = this.#state.trust?.policy?.value;
    if (policy !== undefined) this.#board.change({ draft: draftOf(policy), past: [], chosen: null });
  };

  async #sign(): Promise<void> {
    const { unitId, draft, trust } = this.#state;
    if (draft === null || trust?.policy == null) return;
    await this.#do("policy", async () => {
      const sent = await sendPolicy(this.#ctx.session, unitId, changeOf(trust.policy!.value, draft), this.#ctx.port.nowMs());
      this.#board.change({ past: [], chosen: null });
      return sent.hash;
    });
  }

  async #command(action: "arm" | "disarm" | "part", untilMs: number | null, part: string | null = null): Promise<void> {
    await this.#do("command", async () => {
      await sendCommand(this.#ctx.session, this.#state.unitId, action, untilMs, this.#ctx.port.nowMs(), part);
      return undefined;
    });
  }

  async #do(what: "policy" | "command", work: () => Promise<Uint8Array | undefined>): Promise<void> {
    const beforeMs = this.#state.history[0]?.atMs ?? 0;
    this.#board.change({ doing: { phase: "signing", what } });
    try {
      const hash = await work();
      this.#board.change({ doing: { phase: "sent", what, beforeMs, ...(hash === undefined ? {} : { hash }) } });
      await this.#load();
    } catch (error) {
      const refusal = asRefusal(error);
      const message = refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("This could not be sent. Nothing was changed.");
      this.#board.change({ doing: { phase: "failed", what, message } });
    }
  }

  // --- the page ----------------------------------------------------------------------------------------------------------

  #draw(state: HoursState): Part {
    const units = this.#ctx.state().units;
    const head = html`<div class="title"><div><div class="lbl">${this.#ctx.state().me.party}</div><h1>${t("Hours")}</h1></div>${units.length < 2 ? nothing : html`<select class="input hours-unit" aria-label=${t("Unit")} @change=${(event: Event) => this.#ctx.go("hours", (event.target as HTMLSelectElement).value)}>
      ${units.map(({ unit }) => html`<option value=${unit.id} ?selected=${unit.id === state.unitId}>${unit.site.name} · ${unit.name}</option>`)}</select>`}</div>`;
    if (state.loading) return html`<div class="page hours">${head}${skeleton(8, t("Loading"))}</div>`;
    if (state.compare === "now") return html`<div class="page hours">${head}${note(t("This unit’s key was not compared yet. Do that first, on the page “Now”."), "warn", "key")}<div class="row">${button(t("Go to “Now”"), () => this.#ctx.go("now"), { kind: "primary" })}</div></div>`;
    if (state.compare === "people") return html`<div class="page hours">${head}${note(t("An owner set up this unit, and you never compared his words. Do that first, on the page “People”: until then nothing is believed of it."), "warn", "key")}<div class="row">${button(t("Go to “People”"), () => this.#ctx.go("people"), { kind: "primary" })}</div></div>`;
    if (state.wrong !== null) return html`<div class="page hours">${head}${note(state.wrong, "alarm", "alarm")}<div class="row">${button(t("Go to “Now”"), () => this.#ctx.go("now"))}</div></div>`;
    const policy = state.trust?.policy?.value;
    if (policy === undefined || state.draft === null) return html`<div class="page hours">${head}${note(t("No unit is paired yet: there is nothing to set hours for."), "", "camera")}</div>`;
    const owner = this.#ctx.state().me.role === "owner";
    return html`<div class="page hours">${head}
      <div class="columns"><div class="stack">${this.#stateCard(state, policy)}${owner ? html`${this.#weekCard(state, policy, state.draft)}${this.#alarmingCard(state, policy, state.draft)}${this.#datesCard(state, policy, state.draft)}` : nothing}</div>
      <div class="stack">${owner ? html`${this.#peopleCard(state, policy, state.draft)}${this.#partsCard(policy, state.draft)}${this.#dataCard(state.draft)}${this.#storageCard(state.draft)}${centralCard(this.#ctx, state.unitId, policy, state.trust?.confirmed ?? false, state.trust?.keyset.value.witnesses ?? [], () => void this.#load())}` : nothing}${this.#obeysCard(state)}</div></div>
      ${owner ? this.#signBar(state, policy, state.draft) : nothing}</div>`;
  }

  #stateCard(state: HoursState, policy: Policy): Part {
    const { zone } = policy.hours;
    const status = state.history[0] ?? null;
    const at = (ms: number): string => when(ms, state.nowMs, zone);
    const may = mayOf(policy, fromUuid(this.#ctx.session.person.id));
    const by = status?.commandedBy == null ? null : this.#nameOf(policy, status.commandedBy);
    return html`<section class="card pad stack hours-now" aria-label=${t("Now")}>
      <div><h2>${stateWords(status, at)}</h2>
        <p class="mute">${by === null ? nothing : html`${t("Switched by {name}.", { name: by })} `}${status === null ? nothing : t("The unit confirmed this at {time}.", { time: at(status.atMs) })}</p></div>
      ${this.#doingPart(state.doing, "command")}
      ${may === null ? note(t("You may look here, not switch. An owner can name you below “Who may switch on and off”."), "", "info") : this.#switches(state, policy, may, status)}
    </section>`;
  }

  #nameOf(policy: Policy, id: Uint8Array): string {
    if (equal(id, fromUuid(this.#ctx.session.person.id))) return t("you");
    const line = policy.delegates.find((one) => equal(one.id, id));
    return line?.name ?? this.#state.people.find((person) => equal(fromUuid(person.person_id), id))?.name ?? t("an owner");
  }

  #switches(state: HoursState, policy: Policy, may: NonNullable<May>, status: Status | null): Part {
    const line = may.as === "delegate" ? may.line : null;
    const can = (action: "arm" | "disarm" | "part"): boolean => line === null || line.actions.includes(action);
    const latestMs = line === null ? state.nowMs + DAY_MS : latestUntil(line, state.nowMs);
    const busy = state.doing !== null && state.doing.phase === "signing";
    const on = status?.state === "armed" && status.part === null;
    const parts = can("part") ? policy.parts : [];
    return html`<div class="stack">
      <div class="row">
        ${can("arm") ? button(t("Switch on"), () => void this.#command("arm", null), { kind: on ? "" : "primary", icon: "shield", busy, disabled: on, id: "arm" }) : nothing}
        ${parts.map(({ name }) => button(t("Only “{part}”", { part: name }), () => void this.#command("part", line === null ? null : latestMs, name), { icon: "house", busy, disabled: status?.part === name }))}
        ${line === null ? button(t("Switch off"), () => void this.#command("disarm", null), { icon: "power", busy, disabled: status?.state === "disarmed" && status.guardsFromMs === null, id: "disarm" }) : nothing}</div>
      ${can("disarm") ? this.#until(state, policy, latestMs, busy) : nothing}
      ${line === null ? nothing : html`<p class="mute small">${delegateWords(line, (ms) => dateWords(ms - 1, policy.hours.zone, state.nowMs)).join("; ")}</p>`}</div>`;
  }

  /** One tap: "working until 22:00". Quarters of an hour by the two small buttons. */
  #until(state: HoursState, policy: Policy, latestMs: number, busy: boolean): Part {
    const { zone } = policy.hours;
    const all = quarters(state.nowMs, latestMs);
    if (all.length === 0) return note(t("Less than ten minutes of what you may is left today."), "warn");
    const today = dateAt(zone, state.nowMs);
    const taps = [18, 20, 22].map((hour) => wallMs(zone, today, hour * 60)).filter((ms) => ms >= all[0]! && ms <= latestMs);
    const chosen = Math.min(Math.max(state.untilMs, all[0]!), all.at(-1)!);
    const by = (steps: number): void => this.#board.change({ untilMs: Math.min(Math.max(chosen + steps * STEP_MIN * 60_000, all[0]!), all.at(-1)!) });
    const at = (ms: number): string => when(ms, state.nowMs, zone);
    return html`<div class="until" role="group" aria-label=${t("Working until")}>
      <div class="until-step"><button type="button" class="week-icon" aria-label=${t("A quarter of an hour earlier")} @click=${() => by(-1)}>−</button>
        ${button(t("Working until {time}", { time: at(chosen) }), () => void this.#command("disarm", chosen), { kind: "primary", icon: "clock", busy, id: "until" })}
        <button type="button" class="week-icon" aria-label=${t("A quarter of an hour later")} @click=${() => by(1)}>+</button></div>
      ${taps.length === 0 ? nothing : html`<div class="row">${taps.map((ms) => button(t("until {time}", { time: at(ms) }), () => void this.#command("disarm", ms), { small: true, busy }))}</div>`}
      <p class="faint small">${t("It guards again by itself after that.")}</p></div>`;
  }

  #doingPart(doing: Doing, what: "policy" | "command"): Part {
    if (doing === null || doing.what !== what) return nothing;
    if (doing.phase === "failed") return note(doing.message, "alarm", "alarm");
    return steps([t("Signed on this device"), t("Carried to the unit"), t("Confirmed by the unit")], doing.phase === "signing" ? 0 : 1);
  }

  // --- the week ------------------------------------------------------------------------------------------------------------

  readonly #week: WeekActions = {
    drawing: (day, index, span) => {
      const { draft } = this.#state;
      if (draft === null) return index ?? 0;
      if (this.#dragged === null) this.#dragged = draft;
      const at = index ?? draft.week[day]!.length;
      this.#board.change({ draft: { ...draft, week: withSpan(draft.week, day, index, span) }, chosen: { day, index: at } });
      return at;
    },
    drawn: () => {
      const before = this.#dragged;
      this.#dragged = null;
      const { draft, past } = this.#state;
      if (before === null || draft === null) return;
      this.#board.change({ draft: { ...draft, week: settled(draft.week) }, past: [...past, before].slice(-MOST_UNDO), chosen: null });
    },
    set: (day, index, span) => this.#edit((draft) => ({ ...draft, week: withSpan(draft.week, day, index, span) })),
    add: (day) => {
      const span = gapOn(this.#state.draft?.week[day] ?? []);
      if (span === null) return;
      this.#edit((draft) => ({ ...draft, week: withSpan(draft.week, day, null, span) }));
      this.#board.change({ chosen: { day, index: this.#state.draft!.week[day]!.length - 1 } });
    },
    remove: (day, index) => {
      this.#edit((draft) => ({ ...draft, week: withoutSpan(draft.week, day, index) }));
      this.#board.change({ chosen: null });
    },
    choose: (chosen) => this.#board.change({ chosen }),
    copy: (day) => this.#copy(day),
  };
  #dragged: Draft | null = null;

  #copy(day: number): void {
    const to = new Set<number>(day < 5 ? [0, 1, 2, 3, 4].filter((one) => one !== day) : []);
    this.#ctx.dialog(t("Copy {day}", { day: dayNames()[day]! }), (opened) => html`<fieldset class="choices days"><legend class="field"><span class="label">${t("To these days")}</span></legend>
      ${dayNames().map((name, at) => (at === day ? nothing : html`<label class="choice"><input type="checkbox" .checked=${to.has(at)} @change=${() => void (to.delete(at) || to.add(at))}><span>${name}</span></label>`))}</fieldset>
      ${foot(button(t("Cancel"), opened.close), button(t("Copy"), () => {
        this.#edit((draft) => ({ ...draft, week: copied(draft.week, day, [...to]) }));
        opened.close();
      }, { kind: "primary" }))}`);
  }

  #weekCard(state: HoursState, policy: Policy, draft: Draft): Part {
    const { zone } = policy.hours;
    return html`<section class="card pad stack" aria-label=${t("Working hours")}><div><h2>${t("Working hours")}</h2><p class="mute">${t("In these hours nothing is recorded on movement and nobody is alarmed; the unit guards only itself against sabotage. Draw them, or use the keyboard.")}</p></div>
      ${weekEditor(draft.week, state.chosen, weekdayOf(dateAt(zone, state.nowMs)), this.#week)}
      ${this.#preview(state, policy, draft)}</section>`;
  }

  /** What the coming eight days look like, in words; days on which the clocks change say so. */
  #preview(state: HoursState, policy: Policy, draft: Draft): Part {
    const { zone } = policy.hours;
    const days = coming(zone, draft.week, draft.exceptions, state.nowMs, 8);
    const later = coming(zone, draft.week, draft.exceptions, state.nowMs, 220).slice(8).find(({ clocksMin }) => clocksMin !== 0);
    const date = (text: string): string => dayWords(Date.parse(`${text}T12:00:00Z`), "UTC");
    return html`<div class="stack tight"><h3>${t("The coming days")}</h3><ul class="coming">
      ${days.map((one, i) => html`<li><b>${i === 0 ? t("Today") : date(one.date)}</b><span>${one.spans.length === 0 ? t("guarded all day") : t("working hours {hours}, guarded outside them", { hours: spanWords(one.spans) })}
        ${one.exception ? pill(t("own hours"), "accent") : nothing}${one.clocksMin === 0 ? nothing : pill(clocksWords(one.clocksMin), "warn", { icon: "clock" })}</span></li>`)}</ul>
      ${later === undefined ? nothing : html`<p class="faint small">${t("{day}: {clocks}.", { day: date(later.date), clocks: clocksWords(later.clocksMin) })} ${t("Hours follow the clock on the wall at {zone}.", { zone })}</p>`}</div>`;
  }

  #alarmingCard(state: HoursState, policy: Policy, draft: Draft): Part {
    return alarmingCard(policy, draft.alarming, state.trust?.keyset.value.arc != null, (change) => this.#edit((now) => ({ ...now, alarming: change(now.alarming) })));
  }

  // --- dates of their own --------------------------------------------------------------------------------------------------

  #datesCard(state: HoursState, policy: Policy, draft: Draft): Part {
    const today = dateAt(policy.hours.zone, state.nowMs);
    const mine = draft.exceptions.filter(({ date }) => date >= today);
    const offered = holidays(state.country, state.year, state.land);
    const has = (date: string): ExceptionDay | undefined => draft.exceptions.find((one) => one.date === date);
    const flip = (date: string): void => this.#edit((now) => ({ ...now, exceptions: has(date) ? now.exceptions.filter((one) => one.date !== date) : withException(now.exceptions, { date, spans: [] }) }));
    const year = Number(today.slice(0, 4));
    const missing = offered.filter(({ date, customary }) => !customary && date >= today && has(date) === undefined);
    return html`<section class="card pad stack" aria-label=${t("Dates of their own")}><div><h2>${t("Dates of their own")}</h2><p class="mute">${t("A holiday on which nobody works, or a day with other hours. It replaces that date’s hours wholly.")}</p></div>
      ${mine.length === 0 ? html`<p class="faint">${t("None yet.")}</p>` : html`<ul class="items flat">${mine.map((one) => html`<li><div class="body"><b>${dayWords(Date.parse(`${one.date}T12:00:00Z`), "UTC")}</b><div class="mute">${one.spans.length === 0 ? t("nobody works, guarded all day") : t("working hours {hours}", { hours: spanWords(one.spans) })}</div></div>
        ${button(t("Remove"), () => flip(one.date), { small: true, icon: "close" })}</li>`)}</ul>`}
      <div class="row">${button(t("Add a date"), () => this.#askDate(today), { icon: "note", id: "add-date" })}</div>
      <details class="holidays"><summary>${t("Public holidays")}</summary><div class="stack">
        <div class="pickers"><div class="field"><label for="country">${t("Country")}</label><select class="input" id="country" @change=${(event: Event) => this.#board.change({ country: (event.target as HTMLSelectElement).value as Country, land: null })}>
          ${([["NL", t("Netherlands")], ["SE", t("Sweden")], ["DE", t("Germany")]] as const).map(([code, name]) => html`<option value=${code} ?selected=${state.country === code}>${name}</option>`)}</select></div>
          <div class="field"><label for="year">${t("Year")}</label><select class="input" id="year" @change=${(event: Event) => this.#board.change({ year: Number((event.target as HTMLSelectElement).value) })}>
          ${[year, year + 1, year + 2].map((one) => html`<option value=${one} ?selected=${state.year === one}>${one}</option>`)}</select></div>
          ${state.country !== "DE" ? nothing : html`<div class="field"><label for="land">${t("Land")}</label><select class="input" id="land" @change=${(event: Event) => this.#board.change({ land: ((event.target as HTMLSelectElement).value || null) as Land | null })}>
            <option value="">${t("all of Germany")}</option>${LANDER.map((land) => html`<option value=${land} ?selected=${state.land === land}>${land}</option>`)}</select></div>`}</div>
        <ul class="choices plain">${offered.map(({ date, name, customary }) => html`<li><label class="choice"><input type="checkbox" .checked=${has(date) !== undefined} ?disabled=${date < today} @change=${() => flip(date)}><span>${name}<small class="faint"> ${dayWords(Date.parse(`${date}T12:00:00Z`), "UTC")}${customary ? `, ${t("by custom")}` : ""}</small></span></label></li>`)}</ul>
        ${missing.length === 0 ? nothing : html`<div class="row">${button(tn("Nobody works on this {n} holiday", "Nobody works on these {n} holidays", missing.length), () => this.#edit((now) => ({ ...now, exceptions: missing.reduce((all, { date }) => withException(all, { date, spans: [] }), now.exceptions) })), { icon: "check", id: "all-holidays" })}</div>`}
      </div></details></section>`;
  }

  #askDate(today: string): void {
    const form = { date: today, from: "", to: "", error: "" };
    this.#ctx.dialog(t("A date of its own"), (opened) => html`<div class="stack">${field("date", t("Date"), { type: "date", value: form.date, input: (value) => { form.date = value; } })}
      <p class="mute">${t("Leave the times empty when nobody works.")}</p>
      <div class="pickers">${field("date-from", t("From"), { value: form.from, maxlength: 5, input: (value) => { form.from = value; } })}${field("date-to", t("To"), { value: form.to, maxlength: 5, input: (value) => { form.to = value; } })}</div>
      ${form.error === "" ? nothing : note(form.error, "warn")}
      ${foot(button(t("Cancel"), opened.close), button(t("Add"), () => {
        const spans = typedSpans(form.from, form.to);
        if (spans === null || !/^\d{4}-\d{2}-\d{2}$/.test(form.date) || form.date < today) {
          form.error = t("Something is missing, or a time can’t be read.");
          return opened.redraw();
        }
        this.#edit((draft) => ({ ...draft, exceptions: withException(draft.exceptions, { date: form.date, spans }) }));
        opened.close();
      }, { kind: "primary", id: "keep-date" }))}</div>`);
  }

  // --- who may --------------------------------------------------------------------------------------------------------------

  #peopleCard(state: HoursState, policy: Policy, draft: Draft): Part {
    const taken = [...policy.commanders.map(({ person }) => person), ...draft.delegates.map(({ id }) => id)];
    const soon = (delegate: Delegate): Part => (delegate.expiresMs <= state.nowMs ? pill(t("over"), "") : delegate.expiresMs - state.nowMs < 7 * DAY_MS ? pill(t("ends soon"), "warn") : nothing);
    return html`<section class="card pad stack" aria-label=${t("Who may switch on and off")}><div><h2>${t("Who may switch on and off")}</h2><p class="mute">${t("Beside the owners: a foreman who works late, a cleaner’s code. The unit itself keeps to these days, hours and times; nobody else can stretch them.")}</p></div>
      ${draft.delegates.length === 0 ? html`<p class="faint">${t("Nobody yet.")}</p>` : html`<ul class="items flat">${draft.delegates.map((one) => html`<li><div class="body"><b>${one.name}</b> ${soon(one)}<div class="mute">${delegateWords(one, (ms) => dateWords(ms - 1, policy.hours.zone, state.nowMs)).map((line, i) => html`${i === 0 ? nothing : html`<br>`}${line}`)}</div></div>
        ${button(t("Remove"), () => this.#edit((now) => ({ ...now, delegates: now.delegates.filter(({ id }) => !equal(id, one.id)) })), { small: true, icon: "close" })}</li>`)}</ul>`}
      <div class="row">${button(t("Name somebody"), () => askDelegate(this.#ctx.session, state.people, taken, policy.hours.zone, state.nowMs, draft.parts.length > 0, (delegate) => this.#edit((now) => ({ ...now, delegates: withDelegate(now.delegates, delegate) }))), { icon: "person", id: "name-somebody" })}</div></section>`;
  }

  #partsCard(policy: Policy, draft: Draft): Part {
    const mine = this.#ctx.state().cameras.filter((camera) => camera.unit.id === this.#state.unitId);
    const names = new Map(mine.map((camera) => [hex(fromUuid(camera.id)), camera.name]));
    return html`<section class="card pad stack" aria-label=${t("Parts")}><div><h2>${t("Parts")}</h2><p class="mute">${t("Switch on only a part, for instance the yard while people are in the house. What is outside of it is off.")}</p></div>
      ${draft.parts.length === 0 ? nothing : html`<ul class="items flat">${draft.parts.map((part) => html`<li><div class="body"><b>${part.name}</b><div class="mute">${[...part.cameras.map((camera) => names.get(hex(camera)) ?? t("a camera")), ...part.accounts].join(", ")}</div></div>
        ${button(t("Remove"), () => this.#edit((now) => ({ ...now, parts: now.parts.filter(({ name }) => name !== part.name) })), { small: true, icon: "close" })}</li>`)}</ul>`}
      <div class="row">${button(t("Add a part"), () => this.#askPart(mine.map(({ id, name }) => ({ id, name })), (policy.local ?? []).map(({ account }) => account)), { icon: "house", id: "add-part", disabled: mine.length === 0 })}</div></section>`;
  }

  #askPart(cameras: readonly { readonly id: string; readonly name: string }[], accounts: readonly string[]): void {
    const form = { name: "", cameras: new Set<string>(), accounts: new Set<string>(), error: "" };
    const box = (all: Set<string>, id: string, name: string): Part => html`<label class="choice"><input type="checkbox" @change=${() => void (all.delete(id) || all.add(id))}><span>${name}</span></label>`;
    this.#ctx.dialog(t("A part"), (opened) => html`<div class="stack">${field("part-name", t("Name"), { maxlength: 32, value: form.name, input: (value) => { form.name = value; } })}
      <fieldset class="choices"><legend class="field"><span class="label">${t("What stays guarded")}</span></legend>${cameras.map(({ id, name }) => box(form.cameras, id, name))}${accounts.map((account) => box(form.accounts, account, t("panel {account}", { account })))}</fieldset>
      ${form.error === "" ? nothing : note(form.error, "warn")}
      ${foot(button(t("Cancel"), opened.close), button(t("Add"), () => {
        const name = form.name.trim().normalize("NFC");
        if (name === "" || form.cameras.size + form.accounts.size === 0) {
          form.error = t("A part has a name and guards at least one thing.");
          return opened.redraw();
        }
        const part = { name, cameras: [...form.cameras].map((id) => fromUuid(id)).sort(byHex), accounts: [...form.accounts].sort() };
        this.#edit((draft) => ({ ...draft, parts: [...draft.parts.filter((one) => one.name !== name), part].sort((a, b) => byHex(utf8(a.name), utf8(b.name))) }));
        opened.close();
      }, { kind: "primary", id: "keep-part" }))}</div>`);
  }

  #dataCard(draft: Draft): Part {
    const set = (budget: Policy["budget"]): void => this.#edit((now) => ({ ...now, budget }));
    const { budget } = draft;
    return html`<section class="card pad stack" aria-label=${t("Mobile data")}><div><h2>${t("Mobile data")}</h2><p class="mute">${budget === null ? t("No limit: it sends what there is to send.") : budgetWords(budget.mbPerMonth, budget.over)}</p></div>
      <div class="pickers"><div class="field"><label for="budget">${t("MB a month")}</label><input class="input" id="budget" inputmode="numeric" maxlength="8" placeholder=${t("no limit")} .value=${budget === null ? "" : String(budget.mbPerMonth)} @change=${(event: Event) => {
        const mb = Math.round(Number((event.target as HTMLInputElement).value.replace(/\D/g, "")));
        set(mb > 0 && mb <= 10_000_000 ? { mbPerMonth: mb, over: budget?.over ?? "alarms" } : null);
      }}></div>
      ${budget === null ? nothing : html`<div class="field"><label for="over">${t("Once they are used")}</label><select class="input" id="over" @change=${(event: Event) => set({ ...budget, over: (event.target as HTMLSelectElement).value as "alarms" | "stop" })}>
        <option value="alarms" ?selected=${budget.over === "alarms"}>${t("alarms and their pictures")}</option><option value="stop" ?selected=${budget.over === "stop"}>${t("alarms without pictures")}</option></select></div>`}</div></section>`;
  }

  /** Whether the unit keeps recordings itself (D8), and how long; which disk or card it is, is set on the unit. */
  #storageCard({ storage }: Draft): Part {
    const set = (next: Policy["storage"]): void => this.#edit((now) => ({ ...now, storage: next }));
    const mode = (value: string): Policy["storage"] => (value === "" ? null : { days: storage?.days ?? 14, mode: value as "copy" | "only" });
    return html`<section class="card pad stack" aria-label=${t("The unit’s own disk")}><div><h2>${t("The unit’s own disk")}</h2><p class="mute">${storage === null ? t("Nothing is kept there.") : storageWords(storage).join(" ")}</p></div>
      <div class="pickers"><div class="field"><label for="storage">${t("Kept there")}</label><select class="input" id="storage" @change=${(event: Event) => set(mode((event.target as HTMLSelectElement).value))}>
        <option value="" ?selected=${storage === null}>${t("nothing")}</option><option value="copy" ?selected=${storage?.mode === "copy"}>${t("a copy of what is sent")}</option><option value="only" ?selected=${storage?.mode === "only"}>${t("what has no alarm, until you ask for it")}</option></select></div>
      ${storage === null ? nothing : html`<div class="field"><label for="storage-days">${t("Days")}</label><input class="input" id="storage-days" type="number" min="1" max="60" .value=${String(storage.days)} @change=${(event: Event) => set({ ...storage, days: Math.min(60, Math.max(1, Math.round(Number((event.target as HTMLInputElement).value)) || 1)) })}></div>`}</div>
      <p class="faint small">${t("The disk or card itself is chosen on the unit: zegel unit storage set.")}</p></section>`;
  }

  // --- signing and what is obeyed --------------------------------------------------------------------------------------------

  #signBar(state: HoursState, policy: Policy, draft: Draft): Part {
    const differs = changed(policy, draft);
    const status = state.history[0];
    const pending = state.trust?.policy != null && !obeysIt(status, state.trust.policy.hash);
    const soon = policy.expiresMs - state.nowMs < 60 * DAY_MS;
    if (!differs && !pending && !soon && state.doing?.what !== "policy") return nothing;
    const ends = status?.commandedBy != null && differs ? t("The order that is in force now ends with it.") : "";
    return html`<section class="card pad sign-bar" aria-label=${t("To be signed")}>
      ${this.#doingPart(state.doing, "policy")}
      ${differs ? html`<div class="row"><div class="grow"><b>${t("Not signed yet")}</b><div class="mute small">${t("The unit obeys it once you signed it here and the unit confirmed it.")} ${ends}</div></div>
        ${button(t("Undo"), this.#undo, { icon: "undo", disabled: state.past.length === 0, id: "undo" })}${button(t("Discard"), this.#discard)}
        ${button(t("Sign and send"), () => void this.#sign(), { kind: "primary", icon: "key", busy: state.doing?.phase === "signing", id: "sign" })}</div>`
        : !pending && soon ? html`<div class="row"><div class="grow"><b>${t("What you signed lasts until {day}", { day: dateWords(policy.expiresMs - 1, policy.hours.zone, state.nowMs) })}</b><div class="mute small">${t("After that the unit guards and records on, and shows the alarm centre nothing.")}</div></div>
        ${button(t("Sign it for another year"), () => void this.#sign(), { kind: "primary", icon: "key", busy: state.doing?.phase === "signing", id: "sign-again" })}</div>`
        : pending && state.doing?.what !== "policy" ? html`<p class="mute">${t("Newer hours are signed and on their way; the unit has not confirmed them yet.")}</p>` : nothing}</section>`;
  }

  #obeysCard(state: HoursState): Part {
    const { trust, obeyed } = state;
    const status = state.history[0];
    if (trust === null) return nothing;
    const zone = trust.policy?.value.hours.zone;
    const at = (ms: number): string => when(ms, state.nowMs, zone);
    const names = new Map(this.#ctx.state().cameras.map((camera) => [hex(fromUuid(camera.id)), camera.name]));
    return html`<section class="card pad stack obeys" aria-label=${t("What your unit obeys now")}><div><h2>${t("What your unit obeys now")}</h2>
      <p class="mute">${status === undefined ? t("The unit has not said anything yet.") : t("Out of what it signed at {time}. Nobody but an owner can change it.", { time: at(status.atMs) })}</p></div>
      ${obeyed === null ? (status?.policy == null ? nothing : note(t("The server does not hand out the policy that the unit names. Ask your provider why."), "alarm", "alarm"))
        : html`<dl class="obeys-lines">${obeys(obeyed.value, trust.keyset.value, names, (ms) => dateWords(ms - 1, zone, state.nowMs), state.nowMs).map(({ about, says, key }) => html`<div><dt>${about}</dt><dd>${says.map((line) => html`<p>${line}</p>`)}${key === undefined ? nothing : html`<span class="mono small">${key}</span>`}</dd></div>`)}</dl>
        <div class="stack tight"><h3>${t("Its fingerprint")}</h3><p class="mute small">${t("The unit’s status and “zegel policy show” name the same words.")}</p>${keyWords(words(obeyed.hash), t("Fingerprint of the policy"))}</div>`}
      ${state.history.length < 2 ? nothing : html`<details><summary>${t("What it said before")}</summary><ul class="coming">${state.history.slice(1, 12).map((one) => html`<li><b>${at(one.atMs)}</b><span>${stateWords(one, at)}, ${t("policy {n}", { n: number(one.policyCounter) })}</span></li>`)}</ul></details>`}</section>`;
  }
}

function policyObeyed(trust: UnitTrust, envelopes: readonly string[]): Verified<Policy> | null {
  const named = trust.status?.value.policy ?? null;
  if (named === null) return null;
  if (trust.policy !== null && equal(trust.policy.hash, named)) return trust.policy;
  for (const text of envelopes) {
    try {
      const policy = verifyPolicy(fromBase64url(text), trust.keyset);
      if (equal(policy.hash, named)) return policy;
    } catch {
      continue; // signed under an older keyset: what it says can't be judged by this one
    }
  }
  return null;
}

/** A policy is carried out when the unit's status names it; a command when the unit has said something since. */
function settledDoing(doing: Doing, trust: UnitTrust): Doing {
  if (doing === null || doing.phase !== "sent") return doing;
  if (doing.what === "policy") return doing.hash !== undefined && obeysIt(trust.status?.value, doing.hash) ? null : doing;
  return (trust.status?.value.atMs ?? 0) > (doing.beforeMs ?? 0) ? null : doing;
}

function clocksWords(min: number): string {
  return min > 0 ? t("clocks go back: the day is {time} longer", { time: minutesWords(min) }) : t("clocks go forward: the day is {time} shorter", { time: minutesWords(-min) });
}

function typedSpans(from: string, to: string): readonly Span[] | null {
  if (from.trim() === "" && to.trim() === "") return [];
  const [fromMin, toMin] = [minutesOf(from), minutesOf(to)];
  return fromMin === null || toMin === null || fromMin >= toMin ? null : [{ fromMin, toMin }];
}

const byHex = (a: Uint8Array, b: Uint8Array): number => (hex(a) < hex(b) ? -1 : 1);

function tonight(policy: Policy, nowMs: number): number {
  const at = wallMs(policy.hours.zone, dateAt(policy.hours.zone, nowMs), TONIGHT_MIN);
  return at > nowMs ? at : nowMs + 3_600_000;
}

