// SPDX-License-Identifier: EUPL-1.2
// The page of recordings, moved: days, zoom, finger and keys, playing, looking through. What was opened is forgotten with the page.
import { dayOf, type Span } from "../../../client/recordings";
import { openView } from "../../../client/view";
import { Board } from "../../../kit/dom";
import { drawBoxes } from "../../../kit/frame";
import { isoDay, t, tn } from "../../../kit/words";
import { Previews, seenIn } from "../../../records/previews";
import { wipe } from "../../../seal/bytes";
import { trouble } from "../../look";
import { Refusal, type Looking, type LookingNow } from "../../port";
import { asRefusal } from "../../wire";
import type { Ctx, Mounted } from "../pages";
import { type Lane, type SeenAt, type State, addressOf, HOUR_MS, inside, laneOf, midnight, nextDay, secondsOf, showing, zoomed } from "./model";
import { type RecordingsActions, recordingsPage } from "./page";

const PREVIEWS = 8;
const STEP_S = 10;
const PLAY_MS = 120_000;
const SEEN_EVERY_MS = 500;
const LOAD_SOON_MS = 1000;
const FETCH_QUIET_MS = 20_000;

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  return new Recordings(host, ctx, id);
}

class Recordings implements Mounted {
  readonly #board: Board<State>;
  #looking: Looking | null = null;
  #video: HTMLVideoElement | undefined;
  #still: HTMLCanvasElement | undefined;
  #canvas: HTMLCanvasElement | undefined;
  #previews: Previews | null = null;
  #wanting = 0;
  #seenAt = 0;
  #patience = 0;
  readonly #coming = new Set<string>();
  #closed = false;
  #waiting: Span | null;
  readonly #stops: (() => void)[];

  constructor(
    host: HTMLElement,
    private readonly ctx: Ctx,
    id: string | null,
  ) {
    const wanted = addressOf(id);
    this.#waiting = wanted?.clip ?? null;
    const nowMs = ctx.port.nowMs();
    const day = isoDay(wanted?.clip?.fromMs ?? nowMs, this.#tz());
    const [startMs, endMs] = this.#edges(day);
    this.#board = new Board<State>(host, {
      siteId: "", lanes: [], cameraId: wanted?.cameraId ?? "", day, startMs, endMs, fromMs: startMs, toMs: endMs, headMs: null, clip: null, playing: { phase: "idle" }, gaps: [], previews: [], scanning: null,
      owner: ctx.state().me.role === "owner", kept: new Map(), fetching: null, fetched: [], nowMs, tz: this.#tz(),
    }, (state) => recordingsPage(state, this.#actions));
    this.#stops = [ctx.watch(() => this.#watched()), ctx.events((topic, data) => this.#heard(topic, data))];
    addEventListener("pagehide", this.#drop);
    this.#paint();
    this.#watched();
  }

  get #state(): State {
    return this.#board.state;
  }

  route(id: string | null): void {
    const wanted = addressOf(id);
    if (wanted === null) return;
    if (wanted.cameraId !== this.#state.cameraId) this.#camera(wanted.cameraId);
    if (wanted.clip !== null) this.#show(wanted.clip);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#patience);
    for (const stop of this.#stops) stop();
    removeEventListener("pagehide", this.#drop);
    this.#drop();
    this.#previews?.close();
  }

  readonly #tz = (): string | undefined => {
    const { units, alarms } = this.ctx.state();
    const siteId = this.#board?.state.siteId ?? "";
    return units.find(({ unit, tz }) => tz !== undefined && unit.site.id === siteId)?.tz ?? units.find(({ tz }) => tz !== undefined)?.tz ?? alarms[0]?.site.tz;
  };

  #edges(day: string): readonly [number, number] {
    return [midnight(day, this.#tz()), midnight(nextDay(day), this.#tz())];
  }

  // --- what is there --------------------------------------------------------------------------------------------------------

  #watched(): void {
    const { cameras } = this.ctx.state();
    const tz = this.#tz();
    if (tz !== this.#state.tz) {
      this.#board.change({ tz });
      this.#day(isoDay(this.#waiting?.fromMs ?? this.ctx.port.nowMs(), tz));
    }
    this.#board.change({ nowMs: this.ctx.port.nowMs() });
    if (cameras.length === 0 || this.#state.lanes.length > 0) return;
    const first = cameras.find(({ id }) => id === this.#state.cameraId) ?? cameras[0]!;
    this.#site(first.site.id, first.id);
  }

  #site(siteId: string, cameraId?: string): void {
    const lanes = this.ctx.state().cameras.filter(({ site }) => site.id === siteId).map((camera): Lane => ({ camera, day: null, seen: [] }));
    this.#board.change({ siteId, lanes, cameraId: cameraId ?? lanes[0]?.camera.id ?? "" });
    this.#newPreviews();
    void this.#keeping(lanes);
    void this.#load().then(() => {
      const clip = this.#waiting;
      this.#waiting = null;
      if (clip !== null) this.#show(clip);
    });
  }

  async #keeping(lanes: readonly Lane[]): Promise<void> {
    const said = await Promise.all(lanes.map(async ({ camera }) => [camera.id, (await this.ctx.session.trust.unit(camera.unit.id, "owner").catch(() => null))?.policy?.value.storage ?? null] as const));
    this.#board.change({ kept: new Map(said.flatMap(([id, rules]) => (rules === null ? [] : [[id, rules] as const]))) });
  }

  /** What the unit keeps itself of a time: it sends it as ordinary recordings, and the line fills as they come. */
  async #fetch({ fromMs, toMs }: Span): Promise<void> {
    const { cameraId } = this.#state;
    const asked = { cameraId, fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) };
    if (this.#state.fetching !== null) return;
    this.#board.change({ fetching: { ...asked, seconds: null, left: secondsOf(this.#lacking(asked)) } });
    try {
      const { seconds } = await this.ctx.port.ask<{ seconds: number }>("POST", `/cameras/${cameraId}/fetch`, { from_ms: asked.fromMs, to_ms: asked.toMs });
      if (seconds === 0) this.ctx.toast(t("The unit has nothing of this time."));
      else this.ctx.toast(tn("The unit sends {n} second of it.", "The unit sends {n} seconds of it.", seconds), "ok");
      if (seconds === 0) this.#fetchEnds(true);
      else this.#fetchGoesOn(seconds);
    } catch (error) {
      this.ctx.failed(error);
      this.#fetchEnds(false);
    }
  }

  #lacking({ cameraId, fromMs, toMs }: Span & { readonly cameraId: string }): readonly Span[] {
    return inside(this.#state.lanes.find(({ camera }) => camera.id === cameraId)?.day?.named ?? [], fromMs, toMs);
  }

  /** After each loading: how much is still to come; when nothing came for a while, that was all. */
  #fetchGoesOn(seconds: number | null = this.#state.fetching?.seconds ?? null): void {
    const { fetching } = this.#state;
    if (fetching === null || seconds === null) return;
    const left = secondsOf(this.#lacking(fetching));
    if (left === 0) return this.#fetchEnds(true);
    if (left !== fetching.left || fetching.seconds === null) {
      clearTimeout(this.#patience);
      this.#patience = setTimeout(() => this.#fetchEnds(true), FETCH_QUIET_MS) as unknown as number;
    }
    this.#board.change({ fetching: { ...fetching, seconds, left } });
  }

  /** `answered`: what of it is not here now, the unit has not got either. */
  #fetchEnds(answered: boolean): void {
    clearTimeout(this.#patience);
    const { fetching, fetched } = this.#state;
    if (fetching !== null) this.#board.change({ fetching: null, ...(answered ? { fetched: [...fetched, fetching] } : {}) });
  }

  /** Every camera's day; a camera whose unit is not believed has none, and why is said. */
  async #load(cameraId: string | null = null): Promise<void> {
    const { startMs, endMs } = this.#state;
    const wanted = this.#state.lanes.filter(({ camera }) => cameraId === null || camera.id === cameraId);
    await Promise.all(wanted.map(async ({ camera }) => {
      try {
        const day = await dayOf(this.ctx.session, camera.id, camera.unit.id, startMs, endMs);
        if (this.#state.startMs === startMs) this.#lane(camera.id, { day });
        this.#fetchGoesOn();
      } catch (error) {
        if (this.#state.startMs === startMs) this.#lane(camera.id, { day: { recorded: [], deleted: [], unproved: [], named: [], alarms: [] } });
        if (camera.id === this.#state.cameraId) this.ctx.failed(error);
      }
    }));
    this.#want();
  }

  #lane(id: string, part: Partial<Lane>): void {
    this.#board.change({ lanes: this.#state.lanes.map((lane) => (lane.camera.id === id ? { ...lane, ...part } : lane)) });
  }

  #heard(topic: string, data: Readonly<Record<string, unknown>>): void {
    const camera = String(data["camera_id"] ?? "");
    const concerns = this.#state.lanes.some((lane) => lane.camera.id === camera);
    if (topic === "footage.deleted" && concerns) void this.#load(camera);
    if (topic === "segments.stored" && concerns && this.#state.kept.has(camera)) this.#loadSoon(camera);
    else if (topic === "segments.stored" && concerns && this.#state.endMs > this.ctx.port.nowMs()) void this.#load(camera);
    if (topic === "reload") void this.#load();
  }

  /** A unit that sends an hour of its own storage says so for each second of it. */
  #loadSoon(camera: string): void {
    if (this.#coming.has(camera)) return;
    this.#coming.add(camera);
    setTimeout(() => {
      this.#coming.delete(camera);
      if (!this.#closed) void this.#load(camera);
    }, LOAD_SOON_MS);
  }

  #camera(cameraId: string): void {
    const camera = this.ctx.state().cameras.find(({ id }) => id === cameraId);
    if (camera === undefined || cameraId === this.#state.cameraId) return;
    this.#stop();
    if (camera.site.id !== this.#state.siteId) return this.#site(camera.site.id, cameraId);
    this.#board.change({ cameraId });
    this.#newPreviews();
    this.#want();
  }

  #day(day: string): void {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return;
    const [startMs, endMs] = this.#edges(day);
    if (startMs === this.#state.startMs && endMs === this.#state.endMs) return;
    this.#stop();
    this.#board.change({ day, startMs, endMs, fromMs: startMs, toMs: endMs, headMs: null, lanes: this.#state.lanes.map((lane) => ({ ...lane, day: null, seen: [] })) });
    this.#newPreviews();
    void this.#load();
  }

  // --- previews -------------------------------------------------------------------------------------------------------------

  #newPreviews(): void {
    this.#previews?.close();
    this.#board.change({ previews: [] });
    const { cameraId } = this.#state;
    this.#previews = cameraId === "" ? null : new Previews(this.ctx.session, cameraId, () => this.#previewed(cameraId), () => undefined);
  }

  #previewed(cameraId: string): void {
    if (this.#closed || cameraId !== this.#state.cameraId) return;
    const { fromMs, toMs } = this.#worth();
    const found = this.#previews?.within(fromMs, toMs) ?? [];
    const seen = found.flatMap(({ atMs, found: classes }) => classes.map((one): SeenAt => ({ atMs, ...one })));
    this.#board.change({ previews: spread(found, fromMs, toMs) });
    this.#see(seen);
  }

  /** A row for what is in sight, once it stays in sight for a moment. */
  #want(): void {
    clearTimeout(this.#wanting);
    this.#previewed(this.#state.cameraId);
    this.#wanting = setTimeout(() => {
      const { fromMs, toMs } = this.#worth();
      if (!this.#closed && toMs > fromMs) this.#previews?.want(fromMs, toMs, PREVIEWS);
    }, 700) as unknown as number;
  }

  /** Of what is in sight the part in which something was recorded: that is worth a row of pictures. */
  #worth(): Span {
    const { fromMs, toMs } = this.#state;
    const found = inside(laneOf(this.#state)?.day?.recorded ?? [], fromMs, toMs);
    return { fromMs: Math.min(...found.map((span) => span.fromMs), toMs), toMs: Math.max(...found.map((span) => span.toMs), fromMs) };
  }

  #see(seen: readonly SeenAt[]): void {
    const lane = laneOf(this.#state);
    if (lane === undefined || seen.length === 0) return;
    const known = new Set(lane.seen.map(({ atMs, class: name }) => `${atMs}/${name}`));
    const fresh = seen.filter(({ atMs, class: name }) => !known.has(`${atMs}/${name}`));
    if (fresh.length > 0) this.#lane(lane.camera.id, { seen: [...lane.seen, ...fresh] });
  }

  /** One view over the time; only what the unit wrote of what it saw is kept, no picture. */
  async #scan({ fromMs, toMs }: Span): Promise<void> {
    const { cameraId } = this.#state;
    if (this.#state.scanning !== null) return;
    this.#board.change({ scanning: 0 });
    try {
      const view = await openView(this.ctx.session, { cameraId, track: 1, purpose: "own_use", fromMs, toMs });
      await new Promise<void>((done) => {
        view.onSegment(({ header, plaintext, epochStartMs }) => {
          const atMs = epochStartMs + header.slot * 1000;
          const found = seenIn(plaintext, header.codec);
          wipe(plaintext);
          if (this.#closed || cameraId !== this.#state.cameraId) return view.stop("ended");
          this.#see(found.map((one) => ({ atMs, ...one })));
          this.#board.change({ scanning: Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs))) });
        });
        view.onChange(({ phase }) => void ((phase === "complete" || phase === "stopped") && done()));
      });
      await view.end();
      if (laneOf(this.#state)?.seen.every(({ atMs }) => atMs < fromMs || atMs >= toMs)) this.ctx.toast(t("Nothing was recognised in it."));
    } catch (error) {
      this.ctx.failed(error);
    } finally {
      if (!this.#closed) this.#board.change({ scanning: null });
    }
  }

  // --- playing --------------------------------------------------------------------------------------------------------------

  #show(clip: Span): void {
    const day = isoDay(clip.fromMs, this.#tz());
    if (day !== this.#state.day) this.#day(day);
    this.#board.change({ ...zoomed(this.#state, HOUR_MS / (this.#state.toMs - this.#state.fromMs), clip.fromMs), headMs: clip.fromMs });
    this.#board.change(showing(this.#state, clip.fromMs));
    void this.#play(clip);
  }

  /** A look that the log did not prove in time is tried once more, as a look of its own with its own entry. */
  async #play(clip: Span, again = true): Promise<void> {
    const { cameraId } = this.#state;
    this.#drop();
    this.#board.change({ clip, playing: { phase: "opening", step: 0 }, gaps: [], headMs: clip.fromMs });
    scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    try {
      const looking = await this.ctx.port.look({ cameraId, fromMs: Math.floor(clip.fromMs), toMs: Math.ceil(clip.toMs) }, "own_use");
      if (this.#closed || this.#state.clip !== clip) return void looking.end();
      this.#looking = looking;
      looking.onChange((now) => this.#looked(looking, now, again ? clip : null));
      this.#attach();
    } catch (error) {
      const told = asRefusal(error);
      const refusal = told instanceof Refusal ? told : new Refusal("failed", t("This could not be opened."), told instanceof Error ? told.message : "");
      this.#board.change({ playing: { phase: "refused", message: refusal.message, action: refusal.action } });
    }
  }

  #attach(): void {
    if (this.#video !== undefined) this.#looking?.attach(this.#video, this.#still);
  }

  #looked(looking: Looking, now: LookingNow, retry: Span | null): void {
    if (looking !== this.#looking) return;
    this.#board.change({ gaps: now.stretches.filter(({ kind }) => kind === "gap") });
    if (now.phase === "opening") this.#board.change({ playing: { phase: "opening", step: now.step } });
    else if (now.phase === "playing") {
      this.#board.change({ playing: { phase: "playing", headMs: now.headMs, paused: now.paused }, ...(now.headMs === null ? {} : { headMs: now.headMs }) });
      this.#noteSeen(looking, now.headMs);
    } else if (now.reason === "no_receipt" && retry !== null) void this.#play(retry, false);
    else {
      const wrong = trouble(now);
      this.#drop();
      this.#board.change({ playing: wrong === null ? { phase: "ended" } : { phase: "refused", ...wrong } });
    }
  }

  #noteSeen(looking: Looking, headMs: number | null): void {
    if (headMs === null || performance.now() - this.#seenAt < SEEN_EVERY_MS) return;
    this.#seenAt = performance.now();
    this.#see(looking.boxes().map(({ c, s }) => ({ atMs: Math.floor(headMs / 1000) * 1000, class: c, score: s })));
  }

  readonly #drop = (): void => {
    const looking = this.#looking;
    this.#looking = null;
    if (looking === null) return;
    void looking.end().catch(() => undefined);
    this.#canvas?.getContext("2d")?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  };

  #stop(): void {
    this.#drop();
    this.#board.change({ clip: null, playing: { phase: "idle" }, gaps: [] });
  }

  #paint(): void {
    if (this.#closed) return;
    requestAnimationFrame(() => this.#paint());
    if (this.#looking !== null && this.#canvas !== undefined && this.#video !== undefined) drawBoxes(this.#canvas, this.#video, this.#looking.boxes());
  }

  /** From a moment of the line: what was recorded there, or the next that was. */
  #press(ms: number): void {
    const recorded = laneOf(this.#state)?.day?.recorded ?? [];
    this.#board.change({ headMs: ms });
    const next = recorded.filter(({ toMs }) => toMs > ms).sort((a, b) => a.fromMs - b.fromMs)[0];
    if (next === undefined || next.fromMs > ms + (this.#state.toMs - this.#state.fromMs) / 30) return;
    const from = Math.max(ms, next.fromMs);
    const inside = this.#looking !== null && this.#state.clip !== null && from >= this.#state.clip.fromMs && from < this.#state.clip.toMs;
    if (inside && this.#state.playing.phase === "playing") this.#looking?.seek(from);
    else void this.#play({ fromMs: from, toMs: Math.min(this.#state.endMs, from + PLAY_MS) });
  }

  #key(event: KeyboardEvent): void {
    const head = this.#state.headMs ?? Math.min(this.#state.toMs, Math.max(this.#state.fromMs, laneOf(this.#state)?.day?.recorded.at(-1)?.fromMs ?? this.#state.fromMs));
    const step = (event.shiftKey ? 60 : STEP_S) * 1000;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#head(head - step), ArrowRight: () => this.#head(head + step), Home: () => this.#head(this.#state.fromMs), End: () => this.#head(this.#state.toMs),
      PageUp: () => this.#move(-0.8), PageDown: () => this.#move(0.8), "+": () => this.#zoom(0.5, head), "=": () => this.#zoom(0.5, head), "-": () => this.#zoom(2, head),
      Enter: () => this.#press(head), " ": () => this.#pause(),
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  }

  #head(ms: number): void {
    const headMs = Math.min(this.#state.endMs, Math.max(this.#state.startMs, ms));
    this.#board.change({ headMs, ...showing(this.#state, headMs) });
  }

  #zoom(factor: number, aroundMs: number): void {
    this.#board.change(zoomed(this.#state, factor, aroundMs));
    this.#want();
  }

  #move(share: number): void {
    const { fromMs, toMs, startMs, endMs } = this.#state;
    const by = Math.min(endMs - toMs, Math.max(startMs - fromMs, (toMs - fromMs) * share));
    this.#board.change({ fromMs: fromMs + by, toMs: toMs + by });
    this.#want();
  }

  #pause(): void {
    if (this.#state.playing.phase === "playing") this.#looking?.pause(!this.#state.playing.paused);
  }

  #after(): void {
    const recorded = laneOf(this.#state)?.day?.recorded.at(-1);
    const { fromMs, toMs } = this.#state;
    return void (recorded !== undefined && (recorded.fromMs < fromMs || recorded.fromMs >= toMs) && this.#board.change(showing(this.#state, recorded.fromMs)));
  }

  readonly #actions: RecordingsActions = ((): RecordingsActions => {
    const page = this;
    return {
      get sites() {
        const found = new Map(page.ctx.state().cameras.map(({ site }) => [site.id, site.name]));
        return [...found].map(([id, name]) => ({ id, name }));
      },
      site: (id) => this.#site(id), camera: (id) => this.#camera(id), day: (day) => this.#day(day), step: (days) => this.#day(nextDay(this.#state.day, days)),
      zoom: (factor, around) => this.#zoom(factor, around ?? this.#state.headMs ?? (this.#state.fromMs + this.#state.toMs) / 2),
      width: (ms) => {
        const { fromMs, toMs, startMs, endMs, headMs } = this.#state;
        const around = headMs ?? laneOf(this.#state)?.day?.recorded.at(-1)?.fromMs ?? (fromMs + toMs) / 2;
        this.#board.change(showing(this.#state, around));
        this.#zoom((ms ?? endMs - startMs) / (toMs - fromMs), around);
        this.#after();
      },
      move: (share) => this.#move(share), head: (ms) => this.#head(ms), press: (ms) => this.#press(ms), play: (clip) => void this.#play(clip), pause: () => this.#pause(), stop: () => this.#stop(),
      scan: (span) => void this.#scan(span), key: (event) => this.#key(event), fetch: (span) => void this.#fetch(span),
      save: (span) => {
        const lane = laneOf(this.#state);
        const tz = this.#state.tz ?? "UTC";
        if (lane !== undefined) void import("./saving").then(({ askToSave }) => askToSave(this.ctx, { camera: lane.camera, tz, ...span }), (error: unknown) => this.ctx.failed(asRefusal(error)));
      },
      remove: (span) => {
        const lane = laneOf(this.#state);
        if (lane === undefined) return;
        const wish = { camera: lane.camera, tz: this.#state.tz, ...span };
        void import("./deleting").then(({ askToDelete }) => askToDelete(this.ctx, wish, () => {
          this.#stop();
          this.#newPreviews();
          this.#lane(lane.camera.id, { seen: lane.seen.filter(({ atMs }) => atMs < span.fromMs || atMs >= span.toMs) });
          void this.#load(lane.camera.id);
        }), (error: unknown) => this.ctx.failed(asRefusal(error)));
      },
      video: (video) => {
        if (video === this.#video) return;
        this.#video = video;
        this.#attach();
      },
      still: (canvas) => (this.#still = canvas),
      overlay: (canvas) => (this.#canvas = canvas),
    };
  })();
}

/** As many as fit a row, one of each equal part. */
function spread<T extends { readonly atMs: number }>(all: readonly T[], fromMs: number, toMs: number): readonly T[] {
  const part = (toMs - fromMs) / PREVIEWS;
  return Array.from({ length: PREVIEWS }, (_, i) => all.find(({ atMs }) => atMs >= fromMs + i * part && atMs < fromMs + (i + 1) * part)).filter((one) => one !== undefined);
}
