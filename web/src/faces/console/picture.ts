// SPDX-License-Identifier: EUPL-1.2
// The picture of the alarm in hand. Principles:
//  - a look is logged before it opens, each camera for itself; until the operator asks to verify he sees a blur, and that act
//    is logged before it is granted;
//  - whose picture it is stands over it, always, in full screen too; who takes the mark away has no picture;
//  - the moment the window ends (recalled, closed, over, line to the log lost) everything decoded goes, before anything is said;
//  - a camera turns while a key is held, and stops with it.
import { html, nothing, render, repeat, type Part } from "../../kit/dom";
import { drawBoxes, type Box, type Curtain } from "../../kit/frame";
import { icon, sealed } from "../../kit/icons";
import type { Binding } from "../../kit/keys";
import { button, pill, steps } from "../../kit/pieces";
import type { Stretch } from "../../kit/timeline";
import { clockSeconds, number, t } from "../../kit/words";
import { type Direction, HOMECOMING_S, type Order, Steer } from "../../viewer/steer";
import { type Arrangement, type Count, COUNTS, type Place, arrange, can, moved, nowhere, shown, withCount, withFocus } from "../../viewer/tiles";
import { Veil } from "../../viewer/veil";
import { drawWatermark } from "../../viewer/watermark";
import { trouble, type Purpose } from "../look";
import { alarmNumber, endedReason } from "../names";
import { Refusal, type Looking, type LookingNow, type LookRequest } from "../port";
import { Handing, ready, type HandingPort } from "./handing";
import type { AlarmDetail } from "../types";

/** What the picture needs of the port. */
export interface PicturePort extends HandingPort {
  look(request: LookRequest, as: Purpose): Promise<Looking>;
  verify(alarmId: string, cameraId: string): Promise<{ readonly index: number; readonly at_ms: number }>;
  control(alarmId: string, cameraId: string, order: Order): Promise<{ readonly id: string; readonly index: number }>;
  events(heard: (topic: string, data: Readonly<Record<string, unknown>>) => void, line: (connected: boolean) => void): () => void;
}

export type Phase = "none" | "hold" | "opening" | "blurred" | "playing" | "sealed" | "refused";

/** The focused camera's picture, and how many are open beside it. */
export interface PictureNow {
  readonly phase: Phase;
  readonly live: boolean;
  readonly headMs: number | null;
  readonly behindS: number;
  readonly paused: boolean;
  readonly stretches: readonly Stretch[];
  readonly step: number;
  readonly reason: string | null;
  readonly message: string;
  readonly action: string;
  /** Until when nobody looks. */
  readonly untilMs: number | null;
  readonly focus: string | null;
  /** The cameras that are shown, in their order. */
  readonly tiles: readonly { readonly cameraId: string; readonly phase: Phase }[];
  readonly boxes: number;
}

export interface PictureOptions {
  readonly alarm: AlarmDetail;
  readonly me: { readonly id: string; readonly name: string };
  readonly changed: (now: PictureNow) => void;
  readonly log: (words: string, index: number | null, proof: "waiting" | "proved" | "failed" | "none") => void;
}

export interface Picture {
  readonly now: PictureNow;
  readonly keys: readonly Binding[];
  open(): Promise<void>;
  verify(): void;
  replay(): void;
  pause(): void;
  live(): void;
  full(): void;
  seek(ms: number): void;
  layout(count: Count): void;
  focus(cameraId: string): void;
  alarm(detail: AlarmDetail): void;
  line(connected: boolean): void;
  hand(): void;
  end(): void;
}

export const mount = (host: HTMLElement, options: PictureOptions, port: PicturePort): Picture => new Pictures(host, options, port);

const blank: Omit<PictureNow, "focus" | "tiles"> = {
  phase: "none", live: false, headMs: null, behindS: 0, paused: false, stretches: [], step: 0, reason: null, message: "", action: "", untilMs: null, boxes: 0,
};
const VEIL_EVERY_MS = 66;
const MARK_EVERY_MS = 400;
const ARROWS: Readonly<Record<string, Direction>> = { arrowleft: "left", arrowright: "right", arrowup: "up", arrowdown: "down", "+": "in", "=": "in", "-": "out", _: "out" };

/** One camera's place on the page. */
class Tile {
  looking: Looking | null = null;
  now: Omit<PictureNow, "focus" | "tiles"> = blank;
  /** The operator asked to see it clearly, and the log has it. */
  clear = false;
  asking = false;
  video: HTMLVideoElement | undefined;
  still: HTMLCanvasElement | undefined;
  boxes: HTMLCanvasElement | undefined;
  mark: HTMLCanvasElement | undefined;
  veil: Veil | null = null;
  purpose: Purpose = "alarm_verification";

  constructor(public place: Place) {}

  get open(): boolean {
    return this.now.phase === "playing" || this.now.phase === "blurred";
  }

  attach(): void {
    if (this.video !== undefined && this.still !== undefined) this.looking?.attach(this.video, this.still);
  }

  /** What is drawn, and its size; null before there is any. */
  source(): { readonly from: CanvasImageSource; readonly width: number; readonly height: number } | null {
    if (this.looking === null || this.video === undefined || this.still === undefined) return null;
    const found = this.looking.stills ? { from: this.still, width: this.still.width, height: this.still.height } : { from: this.video, width: this.video.videoWidth, height: this.video.videoHeight };
    return found.width > 0 && found.height > 0 && (this.looking.stills || this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) ? found : null;
  }

  /** Lets go of the keys and of everything decoded or drawn. */
  drop(): void {
    const looking = this.looking;
    this.looking = null;
    this.clear = this.asking = false;
    void looking?.end().catch(() => undefined);
    if (looking !== null && this.video !== undefined) {
      this.video.removeAttribute("src");
      this.video.load();
    }
    this.veil?.clear();
    for (const canvas of [this.still, this.boxes]) canvas?.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    if (this.still !== undefined) this.still.width = this.still.height = 0;
  }
}

class Pictures implements Picture {
  #alarm: AlarmDetail;
  #arrangement: Arrangement = nowhere;
  readonly #tiles = new Map<string, Tile>();
  #over = false;
  #opened = false;
  #steer: { readonly camera: string; readonly steer: Steer } | null = null;
  #said = "";
  readonly #ordered = new Set<string>();
  #veiledAt = 0;
  #markedAt = 0;
  #waiting: ReturnType<typeof setTimeout> | null = null;
  readonly #handing: Handing;
  readonly #watch: MutationObserver;
  readonly #unhear: () => void;
  readonly keys: readonly Binding[];

  constructor(
    private readonly host: HTMLElement,
    private readonly options: PictureOptions,
    private readonly port: PicturePort,
  ) {
    this.#alarm = options.alarm;
    this.#handing = new Handing(port);
    this.keys = this.#bindings();
    this.#place();
    this.#draw();
    this.#watch = new MutationObserver(() => this.#guard());
    this.#watch.observe(host, { subtree: true, childList: true, attributes: true, attributeFilter: ["style", "class", "hidden"] });
    this.#unhear = port.events((topic, data) => this.#heard(topic, data), (connected) => this.line(connected));
    for (const [target, name] of this.#leavings) target.addEventListener(name, this.#letGo);
    window.addEventListener("keyup", this.#keyUp);
    this.#paint(0);
  }

  get now(): PictureNow {
    const tile = this.#focused;
    const tiles = shown(this.#arrangement).map(({ cameraId }) => ({ cameraId, phase: this.#tiles.get(cameraId)?.now.phase ?? "none" }) as const);
    return { ...(tile?.now ?? blank), focus: this.#arrangement.focus, tiles };
  }

  get #focused(): Tile | undefined {
    return this.#arrangement.focus === null ? undefined : this.#tiles.get(this.#arrangement.focus);
  }

  get #shown(): readonly Tile[] {
    return shown(this.#arrangement).flatMap(({ cameraId }) => this.#tiles.get(cameraId) ?? []);
  }

  // --- what may be looked at ------------------------------------------------------------------------------------------

  /** Why one may look at the alarm's own cameras now; null when one may not. */
  get #purpose(): Purpose | null {
    const { window: opened, reopened, state } = this.#alarm;
    if (opened?.open === true && state !== "closed") return "alarm_verification";
    return reopened !== null && (reopened.until_ms ?? Infinity) > this.port.nowMs() ? "alarm_followup" : null;
  }

  #place(): void {
    const { id, camera, cameras, neighbours } = this.#alarm;
    const own = cameras.length > 0 ? cameras : camera === null ? [] : [camera];
    const as = (one: { id: string; name: string; capabilities?: readonly string[]; presets?: readonly string[] }, alarmId: string, neighbour: boolean): Place =>
      ({ cameraId: one.id, alarmId, name: one.name, capabilities: one.capabilities ?? [], presets: one.presets ?? [], neighbour });
    const mine = own.map((one) => as(one, id, false));
    const others = neighbours.filter((one) => !mine.some(({ cameraId }) => cameraId === one.camera.id)).map((one) => as(one.camera, one.alarm_id, true));
    // What is open stays in its place until it ends by itself, whatever the newest list says.
    const kept = [...this.#tiles.values()].filter((tile) => tile.looking !== null && ![...mine, ...others].some(({ cameraId }) => cameraId === tile.place.cameraId)).map(({ place }) => place);
    this.#arrangement = arrange(this.#arrangement, [...mine, ...others, ...kept]);
    for (const place of this.#arrangement.places) {
      const tile = this.#tiles.get(place.cameraId);
      if (tile === undefined) this.#tiles.set(place.cameraId, new Tile(place));
      else if (tile.looking === null) tile.place = place;
    }
    for (const [id, tile] of this.#tiles) if (!this.#arrangement.places.includes(tile.place) && !this.#arrangement.places.some(({ cameraId }) => cameraId === id)) (tile.drop(), this.#tiles.delete(id));
  }

  async open(): Promise<void> {
    this.#opened = true;
    const held = this.#heldUntil();
    if (held !== null) return this.#hold(held);
    await Promise.all(this.#shown.filter(({ place, looking }) => !place.neighbour && looking === null).map((tile) => this.#look(tile)));
  }

  /** The end of the time in which the customer can still recall. */
  #heldUntil(): number | null {
    const until = this.#alarm.look_after_ms;
    return this.#purpose === "alarm_verification" && until !== null && until > this.port.nowMs() ? until : null;
  }

  #hold(untilMs: number): void {
    for (const tile of this.#shown) if (tile.looking === null && !tile.place.neighbour) this.#set(tile, { ...blank, phase: "hold", untilMs });
    if (this.#waiting !== null) clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => void this.open(), Math.min(1000, Math.max(100, untilMs - this.port.nowMs())));
    this.#draw();
  }

  /** A look that the log did not prove in time is tried once more, as a look of its own with its own entry. */
  async #look(tile: Tile, again = true): Promise<void> {
    const { cameraId, alarmId, neighbour } = tile.place;
    const purpose = neighbour ? "alarm_verification" : this.#purpose;
    if (this.#over || purpose === null) return;
    tile.drop();
    tile.purpose = purpose;
    this.#set(tile, { ...blank, phase: "opening" });
    try {
      const looking = await this.port.look({ cameraId, alarmId, ...(neighbour ? {} : { alarmMs: this.#alarm.raised_ms }) }, purpose);
      if (this.#over || this.#tiles.get(cameraId) !== tile) return void looking.end();
      tile.looking = looking;
      this.options.log(t("looked, {camera}", { camera: tile.place.name }), looking.index, "waiting");
      looking.onChange((now) => this.#looked(tile, looking, now, again));
      tile.attach();
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal("failed", t("This could not be opened."), error instanceof Error ? error.message : "");
      if (refusal.code === "hold_before_look") return this.#hold(this.#heldUntil() ?? this.port.nowMs() + 1000);
      this.#set(tile, { ...blank, phase: "refused", message: refusal.message, action: refusal.action });
    }
  }

  #looked(tile: Tile, looking: Looking, now: LookingNow, again: boolean): void {
    if (looking !== tile.looking) return;
    this.options.log("", looking.index, now.proof);
    if (now.phase === "opening") return this.#set(tile, { ...tile.now, phase: "opening", step: now.step });
    if (now.phase === "ended" && now.reason === "no_receipt" && again) return void this.#look(tile, false);
    if (now.phase === "ended") return this.#ended(tile, now);
    const { live, headMs, stretches, behindS, paused } = now;
    this.#set(tile, { ...blank, phase: tile.clear ? "playing" : "blurred", live, headMs, stretches, behindS, paused, boxes: looking.boxes().length });
  }

  #ended(tile: Tile, now: LookingNow): void {
    const wrong = trouble(now);
    this.#seal(tile, now.reason ?? "ended", now.stretches);
    if (wrong !== null) this.#set(tile, { ...tile.now, phase: "refused", ...wrong });
  }

  /** The picture goes before anything else does. */
  #seal(tile: Tile, reason: string, stretches: readonly Stretch[] = tile.now.stretches): void {
    tile.drop();
    this.#handing.close();
    if (this.#steer?.camera === tile.place.cameraId) this.#unsteer(true);
    this.#set(tile, { ...blank, phase: "sealed", reason, stretches });
    if (document.fullscreenElement !== null && this.#shown.every(({ looking }) => looking === null)) void document.exitFullscreen().catch(() => undefined);
  }

  /** Who takes the mark off the picture takes the picture off with it. (Nobody can be kept from photographing a screen.) */
  #guard(): void {
    for (const tile of this.#tiles.values()) {
      if (tile.looking === null || tile.mark === undefined) continue;
      const style = getComputedStyle(tile.mark);
      const there = tile.mark.isConnected && style.display !== "none" && style.visibility === "visible" && Number(style.opacity) > 0.95;
      if (!there) this.#seal(tile, "mark_removed");
      else if (!tile.clear && tile.video !== undefined && getComputedStyle(tile.video).visibility !== "hidden") this.#seal(tile, "mark_removed");
    }
  }

  // --- what the operator does -----------------------------------------------------------------------------------------

  /** Every blurred picture on the page is asked for, each by an entry of its own. */
  readonly verify = (): void => {
    for (const tile of this.#shown) if (tile.now.phase === "blurred" && !tile.asking) void this.#verify(tile);
  };

  async #verify(tile: Tile): Promise<void> {
    const { looking, place } = tile;
    tile.asking = true;
    this.#draw();
    try {
      const { index } = await this.port.verify(place.alarmId, place.cameraId);
      this.options.log(t("asked to see clearly, {camera}", { camera: place.name }), index, "none");
      if (this.#over || looking === null || tile.looking !== looking) return;
      tile.clear = true;
      tile.veil?.clear();
      this.#set(tile, { ...tile.now, phase: "playing" });
    } catch (error) {
      this.#say(error instanceof Refusal ? error.message : t("This could not be logged, so it is not shown."));
    } finally {
      tile.asking = false;
      this.#draw();
    }
  }

  readonly #each = (act: (looking: Looking) => void): void => this.#shown.forEach(({ looking }) => looking !== null && act(looking));
  readonly replay = (): void => this.#each((looking) => looking.seek(this.now.stretches[0]?.fromMs ?? 0));
  readonly pause = (): void => {
    const paused = !this.now.paused;
    this.#each((looking) => looking.pause(paused));
  };
  readonly live = (): void => this.#each((looking) => looking.live());
  readonly seek = (ms: number): void => this.#each((looking) => looking.seek(ms));
  readonly full = (): void => {
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
    else void (this.host.firstElementChild as HTMLElement | null)?.requestFullscreen().catch(() => undefined);
  };

  readonly layout = (count: Count): void => {
    this.#arrangement = withCount(this.#arrangement, count);
    this.#settle();
    if (this.#opened) void this.open();
  };

  readonly focus = (cameraId: string): void => {
    this.#arrangement = withFocus(this.#arrangement, cameraId);
    this.#settle();
  };

  readonly #next = (by: number): void => {
    this.#arrangement = moved(this.#arrangement, by);
    this.#settle();
  };

  /** The focus may be another one now: the camera that turned stops. What is no longer shown is let go of. */
  #settle(): void {
    if (this.#steer !== null && this.#steer.camera !== this.#arrangement.focus) this.#unsteer();
    const visible = new Set(this.#shown);
    for (const tile of this.#tiles.values()) if (!visible.has(tile) && tile.looking !== null) (tile.drop(), (tile.now = blank));
    this.#draw();
    this.options.changed(this.now);
  }

  alarm(detail: AlarmDetail): void {
    this.#alarm = detail;
    const purpose = this.#purpose;
    const reason = detail.recalled_ms !== null && detail.state === "closed" ? "recalled" : (detail.window?.ended_reason ?? (detail.state === "closed" ? "closed" : "expired"));
    for (const tile of this.#tiles.values()) if (!tile.place.neighbour && tile.looking !== null && tile.purpose !== purpose) this.#seal(tile, reason);
    this.#place();
    this.#draw();
    this.options.changed(this.now);
  }

  line(connected: boolean): void {
    if (!connected) this.#letGo();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#handing.close();
    this.#unsteer();
    this.#watch.disconnect();
    this.#unhear();
    if (this.#waiting !== null) clearTimeout(this.#waiting);
    for (const [target, name] of this.#leavings) target.removeEventListener(name, this.#letGo);
    window.removeEventListener("keyup", this.#keyUp);
    for (const tile of this.#tiles.values()) tile.drop();
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
    render(nothing, this.host);
  }

  // --- to the guard ---------------------------------------------------------------------------------------------------

  /** Of this alarm's own camera, in his own hand, while he looks at it to judge; and there is a guard who can be given it. */
  readonly #mayHand = (): boolean => {
    const tile = this.#focused;
    const mine = this.#alarm.claimed_by?.id === this.options.me.id;
    return mine && tile !== undefined && tile.open && !tile.place.neighbour && tile.purpose === "alarm_verification" && ready(this.#alarm.dispatches).length > 0;
  };

  readonly hand = (): void => {
    const tile = this.#focused;
    const source = tile?.source() ?? null;
    if (tile === undefined || source === null || !this.#mayHand()) return;
    const { cameraId, name } = tile.place;
    this.#handing.open(this.#alarm, { cameraId, camera: name, source: source.from, size: source, veiled: !tile.clear });
  };

  // --- turning --------------------------------------------------------------------------------------------------------

  readonly #leavings: readonly (readonly [EventTarget, string])[] = [[window, "blur"], [window, "pagehide"], [document, "visibilitychange"], [document, "fullscreenchange"]];
  readonly #letGo = (): void => this.#steer?.steer.letGo();
  readonly #keyUp = (event: KeyboardEvent): void => {
    const direction = ARROWS[event.key.toLowerCase()];
    if (event.key === "Shift") this.#letGo();
    else if (direction !== undefined) this.#steer?.steer.release(direction);
  };

  readonly #turns = (): boolean => {
    const tile = this.#focused;
    return tile !== undefined && tile.open && tile.purpose === "alarm_verification" && can(tile.place, "ptz");
  };

  get #steering(): Steer | null {
    const tile = this.#focused;
    if (tile === undefined || !this.#turns()) return null;
    if (this.#steer?.camera === tile.place.cameraId) return this.#steer.steer;
    this.#unsteer();
    this.#steer = { camera: tile.place.cameraId, steer: new Steer((order) => this.#order(tile, order)) };
    return this.#steer.steer;
  }

  /** `over`: the window ended, nothing more may be sent; else what turns is told to stop. */
  #unsteer(over = false): void {
    if (over) this.#steer?.steer.end();
    else this.#steer?.steer.letGo();
    this.#steer = null;
  }

  async #order(tile: Tile, order: Order): Promise<void> {
    try {
      const { id } = await this.port.control(tile.place.alarmId, tile.place.cameraId, order);
      this.#ordered.add(id);
      if (order.action !== "stop") this.#say(tile.looking?.masked ? t("The owner drew privacy masks here: all is black while the camera is turned, and for {n} seconds after it was sent home.", { n: HOMECOMING_S }) : "");
    } catch (error) {
      this.#say(error instanceof Refusal ? error.message : t("The camera could not be reached."));
      throw error;
    }
  }

  #heard(topic: string, data: Readonly<Record<string, unknown>>): void {
    const id = String(data["control_id"] ?? "");
    if (topic !== "camera.controlled" || !this.#ordered.delete(id) || data["ok"] === true) return;
    this.#letGo();
    this.#say(refusedTurn(String(data["code"] ?? "")));
  }

  #say(words: string): void {
    if (this.#over || this.#said === words) return;
    this.#said = words;
    this.#draw();
  }

  #bindings(): readonly Binding[] {
    const group = t("Picture");
    const open = (): boolean => this.#focused?.open ?? false;
    const blurred = (): boolean => this.#shown.some(({ now }) => now.phase === "blurred");
    const turn = (key: string, direction: Direction, sign: string, words: string): Binding =>
      ({ key, shift: true, shown: `⇧${sign}`, words, group: t("Turning the camera"), when: this.#turns, press: () => this.#steering?.press(direction) });
    return [
      { key: "v", shown: "V", words: t("Verify: see it clearly"), group, when: blurred, press: this.verify },
      { key: "r", shown: "R", words: t("From the start"), group, when: open, press: this.replay },
      { key: " ", shown: "␣", words: t("Pause, go on"), group, when: open, press: this.pause },
      { key: "l", shown: "L", words: t("Live"), group, when: () => open() && this.#mayLive(), press: this.live },
      { key: "f", shown: "F", words: t("Full screen"), group, when: open, press: this.full },
      { key: "w", shown: "W", words: t("Send this picture to the guard"), group, when: this.#mayHand, press: this.hand },
      { key: "s", shown: "S", words: t("Next camera"), group, when: () => this.#shown.length > 1, press: () => this.#next(1) },
      ...COUNTS.map((count): Binding => ({ key: String(count), code: `Digit${count}`, shift: true, shown: `⇧${count}`, words: t("{n} cameras side by side", { n: count }), group, when: () => this.#arrangement.places.length > 1, press: () => this.layout(count) })),
      turn("arrowleft", "left", "←", t("Turn left")), turn("arrowright", "right", "→", t("Turn right")),
      turn("arrowup", "up", "↑", t("Turn up")), turn("arrowdown", "down", "↓", t("Turn down")),
      turn("+", "in", "+", t("Zoom in")), turn("_", "out", "−", t("Zoom out")),
      { key: "h", shift: true, shown: "⇧H", words: t("Camera to its home"), group: t("Turning the camera"), when: this.#turns, press: () => this.#steering?.goTo(null) },
    ];
  }

  #mayLive(): boolean {
    const place = this.#focused?.place;
    return this.#focused?.purpose === "alarm_verification" && (place === undefined || place.capabilities.length === 0 || can(place, "live"));
  }

  // --- drawing --------------------------------------------------------------------------------------------------------

  #set(tile: Tile, now: Tile["now"]): void {
    if (this.#over) return;
    tile.now = now;
    this.#draw();
    this.options.changed(this.now);
  }

  #draw(): void {
    if (this.#over) return;
    const all = shown(this.#arrangement);
    render(html`<div class="looking" id="picture" @contextmenu=${(event: Event) => event.preventDefault()} @dragstart=${(event: Event) => event.preventDefault()}>
      <div class="looks" data-count=${Math.min(this.#arrangement.count, Math.max(1, all.length))}>${repeat(all, ({ cameraId }) => cameraId, (place) => this.#tile(this.#tiles.get(place.cameraId)!))}</div>
      ${this.#mayHand() ? html`<div class="row">${button(t("Send this picture to the guard"), this.hand, { small: true, key: "W", icon: "guard", id: "hand-picture" })}</div>` : nothing}
      ${this.#turns() ? this.#pad() : nothing}
      ${this.#arrangement.places.length > 1 ? this.#strip() : nothing}
      ${this.#said === "" ? nothing : html`<div class="note warn small" role="status">${icon("info")}<span>${this.#said}</span></div>`}
    </div>`, this.host);
    for (const tile of this.#shown) this.#join(tile);
  }

  /** lit gives the elements; what they are for is told once. */
  #join(tile: Tile): void {
    const root = this.host.querySelector(`[data-camera="${CSS.escape(tile.place.cameraId)}"]`);
    const video = root?.querySelector("video") ?? undefined;
    if (root === null || video === undefined || video === tile.video) return;
    const canvas = (name: string): HTMLCanvasElement => root.querySelector<HTMLCanvasElement>(`canvas.${name}`)!;
    [tile.video, tile.still, tile.boxes, tile.mark, tile.veil] = [video, canvas("still"), canvas("boxes"), canvas("watermark"), new Veil(canvas("veil"))];
    tile.attach();
  }

  #tile(tile: Tile): Part {
    const { place, now } = tile;
    const focused = place.cameraId === this.#arrangement.focus;
    const curtain = this.#curtain(tile);
    const tz = this.#alarm.site.tz;
    return html`<div class="frame look ${focused && this.#arrangement.places.length > 1 ? "focused" : ""}" data-camera=${place.cameraId} data-phase=${now.phase} data-clear=${tile.clear} @click=${() => !focused && this.focus(place.cameraId)}>
      <video muted playsinline disablepictureinpicture disableremoteplayback controlslist="nodownload noremoteplayback nofullscreen" aria-label=${t("Camera {name}", { name: place.name })}></video>
      <canvas class="still" aria-hidden="true"></canvas><canvas class="veil" aria-hidden="true"></canvas>
      <canvas class="boxes" aria-hidden="true"></canvas><canvas class="watermark" aria-hidden="true"></canvas>
      ${curtain === null ? html`
        ${now.headMs !== null ? html`<div class="clock">${clockSeconds(now.headMs, tz)}</div>` : nothing}
        <div class="mark">${this.#words()}</div>
        <div class="over">${this.#pills(tile)}</div>
        ${focused ? html`<div class="corner"><button type="button" class="glass" aria-label=${t("Full screen")} title="F" @click=${this.full}>${icon("full")}</button></div>` : nothing}
        ${now.phase === "blurred" ? html`<div class="ask">${button(tile.asking ? t("Logging") : t("Verify: see it clearly"), this.verify, { kind: "primary", key: "V", busy: tile.asking, icon: "eye" })}</div>` : nothing}`
      : html`<div class="curtain dark ${curtain.drop ? "drop" : ""}" role="status">${sealed()}<h2>${curtain.title}</h2><p>${curtain.words}</p>${curtain.action ?? nothing}</div>`}
    </div>`;
  }

  #words(): string {
    return `${this.options.me.name} · ${alarmNumber(this.#alarm)} · ${clockSeconds(this.port.nowMs(), this.#alarm.site.tz)}`;
  }

  #pills({ place, now, purpose, looking }: Tile): Part {
    const several = this.#arrangement.places.length > 1 ? pill(place.name) : nothing;
    const kind = purpose === "alarm_followup" ? pill(t("Reopened: what was released then"), "warn", { icon: "clock" }) : mode(now, this.#alarm);
    const zone = this.#alarm.zone && !place.neighbour ? pill(t("Zone “{name}”", { name: this.#alarm.zone })) : nothing;
    return html`${several}${kind}${looking?.stills ? pill(t("Stills")) : nothing}${zone}`;
  }

  #curtain(tile: Tile): Curtain | null {
    const { now, place } = tile;
    const look = button(t("Look"), () => void this.#look(tile), { kind: "primary" });
    if (tile.open) return null;
    if (now.phase === "sealed" && now.reason === "mark_removed") return { title: t("The mark was taken off the picture"), words: t("So the picture was taken away with it. Look again: it is a look of its own, with its own entry."), action: look };
    if (now.phase === "refused") return { title: now.message, words: now.action, action: button(t("Try again"), () => void this.#look(tile)) };
    if (now.phase === "hold") return { title: t("Nobody looks yet"), words: t("The customer may still recall this alarm. The picture opens by itself at {time}.", { time: clockSeconds(now.untilMs ?? 0, this.#alarm.site.tz) }) };
    if (now.phase === "opening") return { title: t("Opening"), words: t("The look is being logged, then the ten seconds before the alarm open in this browser."), action: steps([t("Logged"), t("Keys released by the unit"), t("First picture")], now.step) };
    if (!place.neighbour && this.#purpose === null) return { ...endedReason(this.#alarm.recalled_ms !== null ? "recalled" : (now.reason ?? this.#alarm.window?.ended_reason ?? "closed")), drop: true };
    if (now.phase === "sealed") return { ...endedReason(now.reason), drop: true };
    return { title: place.name, words: place.neighbour ? t("This camera has an alarm of its own. A look at it is logged for itself.") : t("Not opened. A look is logged before it opens."), action: look };
  }

  #strip(): Part {
    const { count, places, focus } = this.#arrangement;
    const most = COUNTS.filter((one) => one === 1 || one <= places.length || COUNTS[COUNTS.indexOf(one) - 1]! < places.length);
    return html`<div class="strip"><div class="row" role="group" aria-label=${t("Cameras side by side")}>${most.map((one) => html`<button type="button" class="chip" aria-pressed=${one === count} title=${`⇧${one}`} @click=${() => this.layout(one)}>${one}</button>`)}</div>
      <div class="row grow" role="group" aria-label=${t("Cameras")}>${places.map((place) => html`<button type="button" class="chip" aria-pressed=${place.cameraId === focus} @click=${() => this.focus(place.cameraId)}>${place.name}${place.neighbour ? html` <span class="faint">· ${t("own alarm")}</span>` : nothing}</button>`)}</div></div>`;
  }

  #pad(): Part {
    const presets = this.#focused?.place.presets ?? [];
    const hold = (direction: Direction, sign: string, words: string): Part => {
      const press = (event: Event): void => {
        event.preventDefault();
        this.#steering?.press(direction);
        if (event instanceof PointerEvent && event.isTrusted) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      };
      const release = (): void => this.#steer?.steer.release(direction);
      const key = (act: (event: Event) => void) => (event: KeyboardEvent): void => { if (event.key === "Enter" || event.key === " ") act(event); };
      return html`<button type="button" class="turn ${direction}" aria-label=${words} title=${words} @pointerdown=${press} @pointerup=${release} @pointercancel=${release} @lostpointercapture=${release} @blur=${release}
        @keydown=${key(press)} @keyup=${key(release)}>${sign}</button>`;
    };
    return html`<div class="pad" role="group" aria-label=${t("Turning the camera")}>
      ${hold("left", "←", t("Turn left"))}${hold("up", "↑", t("Turn up"))}${hold("down", "↓", t("Turn down"))}${hold("right", "→", t("Turn right"))}
      ${hold("in", "+", t("Zoom in"))}${hold("out", "−", t("Zoom out"))}
      <button type="button" class="turn" title="⇧H" @click=${() => this.#steering?.goTo(null)}>${t("Home")}</button>
      ${presets.map((name) => html`<button type="button" class="turn" @click=${() => this.#steering?.goTo(name)}>${name}</button>`)}
      <span class="faint small">${t("Hold to turn; it stops when you let go.")}</span></div>`;
  }

  #paint(at: number): void {
    if (this.#over) return;
    requestAnimationFrame((next) => this.#paint(next));
    const [veil, mark] = [at - this.#veiledAt >= VEIL_EVERY_MS, at - this.#markedAt >= MARK_EVERY_MS];
    if (veil) this.#veiledAt = at;
    if (mark) this.#markedAt = at;
    for (const tile of this.#shown) {
      const source = tile.source();
      const found: readonly Box[] = source === null ? [] : (tile.looking?.boxes() ?? []);
      if (tile.boxes !== undefined) drawBoxes(tile.boxes, { videoWidth: source?.width ?? 0, videoHeight: source?.height ?? 0 }, found);
      if (source !== null && !tile.clear && veil) tile.veil?.draw(source.from, source);
      if (mark && tile.mark !== undefined && tile.looking !== null) drawWatermark(tile.mark, this.#words(), this.port.nowMs());
    }
  }
}

function mode(now: Tile["now"], alarm: AlarmDetail): Part {
  if (now.paused) return pill(t("Paused"), "", { icon: "pause" });
  const before = now.headMs !== null && now.headMs < alarm.raised_ms;
  if (now.live && !before) return pill(now.behindS < 1.5 ? t("Live, one second behind") : t("Live, {n} s behind", { n: number(now.behindS) }), "alarm", { dot: true, beat: true });
  return pill(before ? t("Before the alarm") : t("Catching up"), "accent", { icon: "clock" });
}

/** What a unit answered that did not turn its camera. */
function refusedTurn(code: string): string {
  switch (code) {
    case "no_window": return t("The window of this alarm is over, so the camera stays where it is.");
    case "not_allowed": return t("The owner does not let the alarm centre turn this camera.");
    case "limit": return t("The owner set this as the limit: the camera turns no further.");
    case "no_ptz": return t("This camera can’t turn.");
    case "unknown_preset": return t("The camera does not know this place.");
    case "busy": case "rate": return t("The camera is busy. Try again in a moment.");
    default: return t("The camera could not be reached.");
  }
}
