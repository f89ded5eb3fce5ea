// SPDX-License-Identifier: EUPL-1.2
// The second monitor: it follows what is chosen in the first window, and shows the picture big, or the whole queue as a wall.
// It does nothing to an alarm: a click here chooses there.
import { Board, guard, html, nothing, ref, repeat, type Part } from "../../kit/dom";
import { icon, mark } from "../../kit/icons";
import { bindKeys, showKeys, type Binding } from "../../kit/keys";
import { empty, keyHint } from "../../kit/pieces";
import { age, clock, clockSeconds, number, t } from "../../kit/words";
import { alarmNumber, alarmTitle, avsName, kindName } from "../names";
import { Refusal, type Me, type Port } from "../port";
import { alarmOf, type AlarmRow } from "../shape";
import type { Alarm, AlarmDetail } from "../types";
import { Channel } from "./channel";
import { mount, type Picture, type PictureNow } from "./picture";
import { blank, isMine, isParked, isWaiting, kindOf } from "./model";
import { kinds, queue, type Kind } from "./order";
import { kindIcons } from "./view";

export interface SecondState {
  readonly me: { readonly name: string; readonly party: string };
  readonly mine: string;
  readonly nowMs: number;
  readonly connected: boolean;
  readonly asOfMs: number;
  readonly mode: "picture" | "wall";
  readonly alarms: ReadonlyMap<string, Alarm>;
  readonly selected: string | null;
  readonly detail: AlarmDetail | null;
  readonly opened: string | null;
  readonly picture: PictureNow;
  /** Whether the first window is there to be followed. */
  readonly first: boolean;
}

export interface SecondActions {
  readonly mode: (mode: SecondState["mode"]) => void;
  readonly choose: (id: string) => void;
  readonly picture: (host?: Element) => void;
  readonly full: () => void;
  readonly keys: () => void;
}

/** More tiles than this are a number: nobody reads a hundred. */
const TILES = 24;

export function secondView(state: SecondState, act: SecondActions): Part {
  const alarm = state.selected === null ? null : (state.alarms.get(state.selected) ?? (state.detail?.id === state.selected ? state.detail : null));
  return html`${state.connected ? nothing : html`<div class="offline" role="alert">${icon("offline", "small")}<span>${t("Connection lost. The queue is as of {time}.", { time: clockSeconds(state.asOfMs) })}</span></div>`}
    <header class="top"><span class="logo">${mark()}<span>Zegel</span></span>
      <nav aria-label=${t("Second monitor")}>
        <button type="button" aria-current=${state.mode === "wall" ? "page" : nothing} @click=${() => act.mode("wall")}>${t("Wall")}${keyHint("W")}</button>
        <button type="button" aria-current=${state.mode === "picture" ? "page" : nothing} @click=${() => act.mode("picture")}>${t("Picture")}${keyHint("I")}</button></nav>
      <span class="grow chosen-line">${alarm === null ? nothing : html`<b>${alarmTitle(alarm)}</b> · ${alarm.site.name} · <span class="mono">${alarmNumber(alarm)}</span>`}</span>
      <button type="button" class="btn quiet small" @click=${act.full}>${icon("full")}<span>${t("Full screen")}</span>${keyHint("F")}</button>
      <span class="pill">${icon("person")}<span>${state.me.name}</span></span></header>
    <main id="content" class="second ${state.mode} ${state.connected ? "" : "old"}" tabindex="-1">
      <h1 class="sr">${t("Second monitor")}</h1>
      ${state.first ? nothing : html`<p class="without">${icon("screens", "small")}<span>${t("The first window is not open: nothing to follow. This page shows the queue by itself.")}</span></p>`}
      ${state.mode === "picture" ? pictures(state, alarm, act) : wall(state, act)}</main>`;
}

function pictures(state: SecondState, alarm: Alarm | null, act: SecondActions): Part {
  if (alarm === null) return empty(t("Nothing chosen"), t("Choose an alarm in the first window; its picture is here as soon as it is in hand."), "camera");
  if (state.opened === alarm.id) return html`<div class="pictures" ${ref(act.picture)}></div>`;
  return empty(alarm.images === "released" ? t("Not open here yet") : t("Without images"), alarm.images === "released" ? t("Claim the alarm in the first window. Looking here is a look of its own, with its own line in the log.") : t("Judge it by its signals and by calling."), "lock");
}

/** All that is open, by class: numbers for a glance from across the room, tiles for what comes first. */
function wall(state: SecondState, act: SecondActions): Part {
  const rows = [...state.alarms.values()].filter((alarm) => !isParked(alarm, state.nowMs));
  const first = queue(rows).slice(0, TILES);
  return html`<div class="tallies" role="group" aria-label=${t("Open alarms by class")}>${kinds.map((kind) => tally(kind, rows.filter((alarm) => kindOf(alarm) === kind), state.nowMs))}</div>
    ${first.length === 0 ? empty(t("Quiet"), t("No open alarm. The next one rings."), "shield", nothing, "ok") : html`<ol class="tiles">${repeat(first, (alarm) => alarm.id, (alarm) => html`<li>${guard([alarm, Math.floor(state.nowMs / 1000), alarm.id === state.selected], () => wallTile(state, alarm, act))}</li>`)}</ol>`}
    ${rows.length > TILES ? html`<p class="mute rest">${t("and {n} more", { n: number(rows.length - TILES) })}</p>` : nothing}`;
}

function tally(kind: Kind, rows: readonly Alarm[], nowMs: number): Part {
  const waits = rows.filter(isWaiting);
  const oldest = waits.length === 0 ? null : Math.min(...waits.map((alarm) => alarm.received_ms));
  return html`<div class="tally ${kind} ${rows.length === 0 ? "zero" : ""}">${icon(kindIcons[kind])}<b>${number(rows.length)}</b><span>${kindName(kind)}</span><span class="mono faint">${oldest === null ? "" : t("{n} wait, {age}", { n: waits.length, age: age(nowMs - oldest) })}</span></div>`;
}

function wallTile(state: SecondState, alarm: Alarm, act: SecondActions): Part {
  const late = isWaiting(alarm) && alarm.norm_due_ms !== null && alarm.first_action_ms === null && state.nowMs > alarm.norm_due_ms;
  return html`<button type="button" class="walltile ${kindOf(alarm)} ${isWaiting(alarm) ? "ringing" : ""}" aria-pressed=${alarm.id === state.selected ? "true" : "false"} @click=${() => act.choose(alarm.id)}>
    <span class="shape">${icon(kindIcons[kindOf(alarm)])}<i>${alarm.priority}</i></span><b>${alarmTitle(alarm)}</b><span class="mono age ${late ? "late" : ""}">${age(state.nowMs - alarm.received_ms)}</span>
    <span class="where">${alarm.site.name}</span>
    <span class="who">${isMine(state, alarm) ? html`<span class="own">${t("Yours")}</span>` : alarm.claimed_by !== null ? alarm.claimed_by.name : html`<span class="late">${t("nobody yet")}</span>`}${alarm.avs === null ? nothing : html` · <span title=${avsName(alarm.avs.score)}>AVS ${alarm.avs.score}</span>`}${alarm.window?.open ? html` · ${t("until {time}", { time: clock(alarm.window.until_ms, alarm.site.tz) })}` : nothing}</span></button>`;
}

export class Second {
  readonly #board: Board<SecondState>;
  readonly #channel: Channel;
  #picture: Picture | null = null;
  #host: HTMLElement | null = null;

  constructor(private readonly port: Port, root: HTMLElement, private readonly me: Me) {
    const state: SecondState = { me: { name: me.name, party: me.party.name }, mine: me.id, nowMs: port.nowMs(), connected: true, asOfMs: port.nowMs(), mode: "wall", alarms: new Map(), selected: null, detail: null, opened: null, picture: blank, first: false };
    this.#board = new Board<SecondState>(root, state, (drawn) => secondView(drawn, this.#actions));
    document.title = `${t("Second monitor")} · Zegel`;
    this.#channel = new Channel(`${me.id}-${me.party.id}`, (said) => {
      if (said.kind === "chosen") void this.#follow(said.id);
      if (said.kind === "hello") this.#channel.say({ kind: "here" });
    });
    this.#channel.say({ kind: "hello" });
    bindKeys(() => [...this.#keys, ...(this.#picture?.keys ?? [])]);
    port.events((topic, data) => this.#heard(topic, data), (connected) => this.#line(connected), true);
    setInterval(() => this.#board.change({ nowMs: port.nowMs() }), 1000);
    setInterval(() => void this.#probe(), 5000);
    window.addEventListener("pagehide", () => {
      this.#channel.say({ kind: "bye" });
      this.#picture?.end();
    });
    void this.#reload();
  }

  get #state(): SecondState {
    return this.#board.state;
  }

  #line(connected: boolean): void {
    if (connected === this.#state.connected) return;
    this.#board.change({ connected });
    this.#picture?.line(connected);
    if (connected) void this.#reload();
  }

  async #probe(): Promise<void> {
    await this.port.health().then(() => this.#board.change({ asOfMs: this.port.nowMs() }), (error: unknown) => { if (!(error instanceof Refusal)) this.#line(false); });
  }

  #heard(topic: string, data: Readonly<Record<string, unknown>>): void {
    this.#board.change({ asOfMs: this.port.nowMs() });
    if (topic === "alarms") {
      const rows = (data["rows"] as AlarmRow[]).map(alarmOf);
      const alarms = new Map(this.#state.alarms);
      for (const row of rows) row.state === "closed" ? alarms.delete(row.id) : alarms.set(row.id, row);
      for (const id of data["gone"] as string[]) alarms.delete(id);
      this.#board.change({ alarms });
      if (rows.some((row) => row.id === this.#state.selected)) void this.#follow(this.#state.selected);
    } else if (topic === "reload" || topic.startsWith("alarm.")) void this.#reload();
    else if (topic.startsWith("window.")) void this.#follow(this.#state.selected);
  }

  async #reload(): Promise<void> {
    try {
      const rows = await this.port.alarms("open");
      this.#board.change({ alarms: new Map(rows.map((row) => [row.id, row])), connected: true, asOfMs: this.port.nowMs() });
    } catch {
      this.#line(false);
    }
  }

  async #follow(id: string | null): Promise<void> {
    if (id !== this.#state.selected) {
      this.#letGo();
      this.#board.change({ selected: id, detail: null });
    }
    this.#board.change({ first: true });
    if (id === null) return;
    const detail = await this.port.alarm(id).catch(() => null);
    if (detail === null || this.#state.selected !== id) return;
    this.#board.change({ detail });
    this.#picture?.alarm(detail);
    this.#mayLook();
  }

  /** A picture of its own, and so a look of its own, only of what its person has in hand. */
  #mayLook(): void {
    const { detail, mode, opened, nowMs } = this.#state;
    if (mode !== "picture" || detail === null || opened === detail.id || !isMine(this.#state, detail)) return;
    if (detail.window?.open !== true || (detail.look_after_ms ?? 0) > nowMs) return;
    this.#board.change({ opened: detail.id });
    queueMicrotask(() => this.#mount());
  }

  #mount(): void {
    const { detail, opened } = this.#state;
    if (this.#picture !== null || this.#host === null || detail === null || detail.id !== opened) return;
    this.#picture = mount(this.#host, { alarm: detail, me: this.me, changed: (picture) => this.#board.change({ picture }), log: () => undefined }, this.port);
    void this.#picture.open();
  }

  #letGo(): void {
    this.#picture?.end();
    this.#picture = null;
    this.#board.change({ opened: null, picture: blank });
  }

  #mode(mode: SecondState["mode"]): void {
    if (mode === this.#state.mode) return;
    this.#letGo();
    this.#board.change({ mode });
    this.#mayLook();
  }

  readonly #actions: SecondActions = {
    mode: (mode) => this.#mode(mode),
    choose: (id) => this.#channel.say({ kind: "choose", id }),
    picture: (host) => {
      this.#host = host instanceof HTMLElement ? host : null;
      if (this.#host !== null) this.#mount();
    },
    full: () => void document.documentElement.requestFullscreen().catch(() => undefined),
    keys: () => showKeys([...this.#keys, ...(this.#picture?.keys ?? [])]),
  };

  readonly #keys: readonly Binding[] = [
    { key: "w", shown: "W", words: t("Wall"), press: () => this.#mode("wall") },
    { key: "i", shown: "I", words: t("Picture"), press: () => this.#mode("picture") },
    { key: "f", shown: "F", words: t("Full screen"), when: () => this.#picture === null, press: () => this.#actions.full() },
    { key: "?", shown: "?", words: t("Keys"), press: () => this.#actions.keys() },
  ];
}
