// SPDX-License-Identifier: EUPL-1.2
// The page on which others are made unrecognisable: opened, looked through by the networks, then by a person, frame by frame; only then
// does a film leave. Principles:
//  - what is shown of a frame is what will leave of it, drawn by the same function;
//  - a frame counts as looked at when its picture stood there for a moment and the person went on from it;
//  - what was opened is forgotten with the page.
import { Board } from "../../../kit/dom";
import { t } from "../../../kit/words";
import { Stopped, drawAsItLeaves, findAll, makeRedacted, openRecording, sizeOf, LONGEST_MS, type MadeFilm, type Recording, type Searched } from "../../../records/redact/make";
import { type Way, wayOf } from "../../../records/redact/encode";
import type { Place } from "../../../records/redact/places";
import type { Camera } from "../../types";
import { Refusal } from "../../port";
import { asRefusal } from "../../wire";
import { canFilm } from "../can";
import type { Ctx, Mounted } from "../pages";
import { addressOf } from "../recordings/model";

/** Longer than this, who makes it first says which part: he will look at each of its frames. */
const AT_ONCE_MS = 10_000;
const FIRST_PART_MS = 30_000;
/** For so long a frame stands there before it counts. */
const STANDS_MS = 60;
const STEP = 0.01;
const LEAST = 0.01;

export interface Clip {
  readonly camera: Camera;
  readonly fromMs: number;
  readonly toMs: number;
  readonly tz: string;
}

export type Phase =
  | { readonly phase: "nothing" }
  | { readonly phase: "working"; readonly step: "opening" | "finding" | "making"; readonly share: number | null; readonly done: number; readonly of: number }
  | { readonly phase: "look" }
  | { readonly phase: "made"; readonly made: MadeFilm; readonly address: string }
  | { readonly phase: "refused"; readonly message: string; readonly action: string };

export interface State {
  readonly clip: Clip | null;
  /** What was recorded and could be taken, in seconds; the part of it that is. */
  readonly whole: { readonly fromMs: number; readonly seconds: number };
  readonly at: Phase;
  readonly frame: number;
  readonly frames: number;
  readonly ratio: number;
  readonly chosen: number | null;
  readonly drawing: boolean;
  /** A box while it is drawn. */
  readonly draft: Place | null;
  readonly purpose: string;
  readonly recipient: string;
  readonly wrong: string | null;
  readonly way: Way | null;
  /** Rises with each change of the plan: it is one object that changes. */
  readonly turn: number;
}

export class Redacting implements Mounted {
  readonly #board: Board<State>;
  readonly #stop = new AbortController();
  #making: AbortController | null = null;
  #recording: Recording | null = null;
  #searched: Searched | null = null;
  #canvas: HTMLCanvasElement | undefined;
  #shown = -1;
  #shownAt = 0;
  #wanted = 0;
  #grip: { readonly x: number; readonly y: number; readonly place: Place | null } | null = null;
  readonly #unwatch: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx, private readonly id: string | null, draw: (state: State, act: Redacting) => unknown) {
    this.#board = new Board<State>(host, {
      clip: null, whole: { fromMs: 0, seconds: 0 }, at: { phase: "nothing" }, frame: 0, frames: 0, ratio: 16 / 9, chosen: null, drawing: false, draft: null, purpose: "data_subject", recipient: "", wrong: null, way: null, turn: 0,
    }, (state) => draw(state, this) as never);
    this.#unwatch = ctx.watch(() => this.#begin());
    addEventListener("keydown", this.#key);
    addEventListener("pagehide", this.#forget);
    this.#begin();
  }

  get state(): Readonly<State> {
    return this.#board.state;
  }

  get plan(): Searched["plan"] | null {
    return this.#searched?.plan ?? null;
  }

  close(): void {
    removeEventListener("keydown", this.#key);
    removeEventListener("pagehide", this.#forget);
    this.#unwatch();
    this.#forget();
  }

  readonly #forget = (): void => {
    this.#stop.abort();
    this.#making?.abort();
    this.#recording?.clip.close();
    this.#canvas?.getContext("2d")?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const { at } = this.state;
    if (at.phase === "made") URL.revokeObjectURL(at.address);
  };

  // --- opening and finding --------------------------------------------------------------------------------------------------------

  #begin(): void {
    const { cameras, units } = this.ctx.state();
    const wanted = addressOf(this.id);
    const camera = cameras.find(({ id }) => id === wanted?.cameraId);
    if (this.state.clip !== null || wanted?.clip == null || camera === undefined) return;
    const { fromMs, toMs } = wanted.clip;
    const tz = units.find(({ unit, tz: zone }) => zone !== undefined && unit.site.id === camera.site.id)?.tz ?? "UTC";
    const short = toMs - fromMs <= AT_ONCE_MS;
    this.#board.change({ clip: { camera, fromMs, toMs: short ? toMs : Math.min(toMs, fromMs + FIRST_PART_MS), tz }, whole: { fromMs, seconds: Math.ceil((toMs - fromMs) / 1000) } });
    if (short) void this.#work();
  }

  /** Which part: from that second on, for so many. */
  readonly part = (second: number, seconds: number): void => {
    const { clip, whole } = this.state;
    if (clip === null || !Number.isFinite(second) || !Number.isFinite(seconds)) return;
    const first = Math.min(Math.max(0, Math.floor(second)), Math.max(0, whole.seconds - 1));
    const length = Math.min(Math.max(1, Math.floor(seconds)), LONGEST_MS / 1000, whole.seconds - first);
    const fromMs = whole.fromMs + first * 1000;
    this.#board.change({ clip: { ...clip, fromMs, toMs: fromMs + length * 1000 } });
  };

  readonly begin = (): void => {
    if (this.state.at.phase === "nothing") void this.#work();
  };

  async #work(): Promise<void> {
    const { clip } = this.state;
    if (clip === null) return;
    if (!canFilm(clip.camera)) return this.#refused(new Refusal("stills", t("This camera makes single pictures: no film is made of them."), ""));
    const subject = { cameraId: clip.camera.id, cameraName: clip.camera.name, zone: clip.tz, fromMs: clip.fromMs, toMs: clip.toMs };
    try {
      this.#step("opening");
      this.#recording = await openRecording(this.ctx.session, subject, (done) => this.#step("opening", done, 1), this.#stop.signal);
      const first = await this.#recording.clip.frame(0);
      const [width, height] = sizeOf(first);
      this.#board.change({ frames: this.#recording.clip.frames, ratio: width / height, way: await wayOf(width, height, this.#recording.clip.fps) });
      this.#step("finding");
      this.#searched = await findAll(this.#recording, (done, of) => this.#step("finding", done, of), this.#stop.signal);
      this.#board.change({ at: { phase: "look" } });
      this.go(0);
    } catch (error) {
      this.#refused(error);
    }
  }

  #step(step: "opening" | "finding" | "making", done = 0, of = 0): void {
    if (!this.#stop.signal.aborted) this.#board.change({ at: { phase: "working", step, share: of === 0 ? null : done / of, done, of } });
  }

  #refused(error: unknown): void {
    if (this.#stop.signal.aborted || error instanceof Stopped) return;
    const told = asRefusal(error);
    const refusal = told instanceof Refusal ? told : new Refusal("failed", t("This did not work: {why}.", { why: told instanceof Error ? told.message : String(told) }), "");
    this.#board.change({ at: { phase: "refused", message: refusal.message, action: refusal.action } });
  }

  readonly cancel = (): void => {
    this.#stop.abort();
    this.ctx.go("recordings", this.state.clip?.camera.id);
  };

  // --- the look -------------------------------------------------------------------------------------------------------------------

  readonly canvas = (canvas: HTMLCanvasElement | undefined): void => {
    if (canvas === this.#canvas) return;
    this.#canvas = canvas;
    this.#shown = -1;
    void this.#show();
  };

  /** What stood there long enough was looked at. */
  #noteLooked(): void {
    const { frame } = this.state;
    if (this.plan !== null && this.#shown === frame && performance.now() - this.#shownAt >= STANDS_MS && !this.plan.flagged.has(frame)) this.plan.look(frame);
  }

  readonly go = (frame: number): void => {
    const { frames } = this.state;
    this.#board.change({ frame: Math.min(frames - 1, Math.max(0, frame)), draft: null, turn: this.state.turn + 1 });
    void this.#show();
  };

  /** Held keys go on as fast as pictures come, no faster. */
  readonly next = (): void => {
    const { frame, frames } = this.state;
    if (this.#shown !== frame || performance.now() - this.#shownAt < STANDS_MS) return;
    this.#noteLooked();
    if (frame + 1 < frames) this.go(frame + 1);
    else this.#changed();
  };

  readonly previous = (): void => this.go(this.state.frame - 1);

  readonly unseen = (): void => {
    this.#noteLooked();
    const next = this.plan?.unseen(this.state.frame) ?? null;
    if (next === null) this.#changed();
    else this.go(next);
  };

  readonly flag = (): void => {
    this.plan?.flag(this.state.frame);
    this.#changed();
  };

  async #show(): Promise<void> {
    const [recording, plan, canvas] = [this.#recording, this.plan, this.#canvas];
    const [wanted, { frame }] = [++this.#wanted, this.state];
    if (recording === null || plan === null || canvas === undefined) return;
    try {
      const picture = await recording.clip.frame(frame);
      if (wanted !== this.#wanted) return;
      const [width, height] = sizeOf(picture);
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      drawAsItLeaves(canvas, picture, plan, frame);
      canvas.dataset["frame"] = String(frame);
      [this.#shown, this.#shownAt] = [frame, performance.now()];
    } catch (error) {
      this.#refused(error);
    }
  }

  /** The plan changed: what stands there is drawn anew, and stands there from now. */
  #changed(): void {
    this.#board.change({ turn: this.state.turn + 1 });
    this.#shown = -1;
    void this.#show();
  }

  // --- boxes ------------------------------------------------------------------------------------------------------------------------

  readonly choose = (number: number | null): void => this.#board.change({ chosen: number });

  readonly keep = (number: number): void => {
    this.plan?.keep(number, !this.plan.kept.has(number));
    this.#changed();
  };

  readonly remove = (number: number, everywhere: boolean): void => {
    this.plan?.remove(number, everywhere ? null : this.state.frame);
    this.#board.change({ chosen: null });
    this.#changed();
  };

  readonly split = (number: number): void => {
    this.plan?.split(number, this.state.frame);
    this.#changed();
  };

  readonly undo = (): void => {
    this.plan?.undo();
    this.#board.change({ chosen: null });
    this.#changed();
  };

  readonly drawing = (): void => this.#board.change({ drawing: !this.state.drawing, chosen: null });

  /** By keys: a box in the middle, to be moved from there. */
  readonly addBox = (): void => {
    if (this.plan === null) return;
    const number = this.plan.draw(this.state.frame, { x: 0.45, y: 0.35, w: 0.1, h: 0.3 });
    this.#board.change({ chosen: number, drawing: false });
    this.#changed();
  };

  #pointOf(event: PointerEvent): readonly [number, number] {
    const box = (event.currentTarget as HTMLElement).closest(".redact-stage")!.getBoundingClientRect();
    const within = (value: number): number => Math.min(1, Math.max(0, value));
    return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
  }

  /** On a box: moves it; on the picture: draws one, when that was asked for. */
  readonly press = (event: PointerEvent, number: number | null): void => {
    const place = number === null ? null : (this.plan?.at(this.state.frame).find(({ track }) => track.number === number)?.place ?? null);
    if (number === null && !this.state.drawing) return this.choose(null);
    event.preventDefault();
    event.stopPropagation();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const [x, y] = this.#pointOf(event);
    this.#grip = { x, y, place };
    if (number !== null) this.choose(number);
  };

  readonly drag = (event: PointerEvent): void => {
    if (this.#grip === null) return;
    event.stopPropagation();
    const { x, y, place } = this.#grip;
    const [nowX, nowY] = this.#pointOf(event);
    const draft = place === null
      ? { x: Math.min(x, nowX), y: Math.min(y, nowY), w: Math.abs(nowX - x), h: Math.abs(nowY - y) }
      : { ...place, x: Math.min(1 - place.w, Math.max(0, place.x + nowX - x)), y: Math.min(1 - place.h, Math.max(0, place.y + nowY - y)) };
    const far = Math.abs(nowX - x) + Math.abs(nowY - y) > 0.006;
    if (far || this.state.draft !== null) this.#board.change({ draft });
  };

  readonly drop = (event: PointerEvent): void => {
    const [grip, { draft, chosen, frame }] = [this.#grip, this.state];
    this.#grip = null;
    if (grip === null) return;
    event.stopPropagation();
    this.#board.change({ draft: null });
    if (draft === null || this.plan === null) return;
    if (grip.place !== null && chosen !== null) this.plan.move(chosen, frame, draft);
    else if (draft.w >= LEAST && draft.h >= LEAST) this.#board.change({ chosen: this.plan.draw(frame, draft), drawing: false });
    this.#changed();
  };

  #nudge(dx: number, dy: number, larger: boolean): void {
    const { chosen, frame } = this.state;
    const place = this.plan?.at(frame).find(({ track }) => track.number === chosen)?.place;
    if (chosen === null || place === undefined) return;
    const fits = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
    const moved = larger ? { ...place, w: fits(place.w + dx, LEAST, 1 - place.x), h: fits(place.h + dy, LEAST, 1 - place.y) } : { ...place, x: fits(place.x + dx, 0, 1 - place.w), y: fits(place.y + dy, 0, 1 - place.h) };
    this.plan?.move(chosen, frame, moved);
    this.#changed();
  }

  readonly #key = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement | null;
    const typing = target !== null && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !["range"].includes((target as HTMLInputElement).type);
    if (this.state.at.phase !== "look" || typing || event.metaKey || event.ctrlKey || document.querySelector("dialog[open]") !== null) return;
    const { chosen } = this.state;
    const arrows: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const arrow = arrows[event.key];
    const of = (act: (number: number) => void) => (): void => void (chosen !== null && act(chosen));
    const keys: Readonly<Record<string, () => void>> = {
      ArrowRight: this.next, ArrowLeft: this.previous, Home: () => this.go(0), n: this.unseen, f: this.flag, d: this.drawing, b: this.addBox, u: this.undo, Escape: () => this.#board.change({ chosen: null, drawing: false }),
      k: of(this.keep), Delete: of((number) => this.remove(number, event.shiftKey)), s: of(this.split),
    };
    const act = arrow !== undefined && (event.shiftKey || event.altKey) ? (): void => this.#nudge(arrow[0], arrow[1], event.altKey) : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  // --- leaving ----------------------------------------------------------------------------------------------------------------------

  readonly purpose = (purpose: string): void => this.#board.change({ purpose, wrong: null });
  readonly recipient = (recipient: string): void => this.#board.change({ recipient });

  readonly make = async (): Promise<void> => {
    const [recording, searched, { purpose, recipient }] = [this.#recording, this.#searched, this.state];
    if (recording === null || searched === null) return;
    if (recipient.trim() === "") return this.#board.change({ wrong: t("Say who gets it.") });
    if (purpose === "publication" && searched.plan.kept.size > 0) return this.#board.change({ wrong: t("Nobody stays sharp in what is published. Cover everybody first.") });
    const making = new AbortController();
    this.#making = making;
    this.#step("making");
    try {
      const made = await makeRedacted(this.ctx.session, recording, searched, { purpose, recipient }, (done, of) => this.#step("making", done, of), making.signal);
      this.#board.change({ at: { phase: "made", made, address: URL.createObjectURL(made.blob) } });
    } catch (error) {
      const told = asRefusal(error);
      const wrong = error instanceof Stopped ? null : told instanceof Refusal ? [told.message, told.action].filter(Boolean).join(" ") : t("This did not work: {why}.", { why: told instanceof Error ? told.message : String(told) });
      if (!this.#stop.signal.aborted) this.#board.change({ at: { phase: "look" }, wrong });
    } finally {
      this.#making = null;
    }
  };

  /** For who asked: behind a link, encrypted here. */
  readonly byLink = (film: MadeFilm): void => void import("./handing").then(({ handOver }) => handOver(this.ctx, film)).catch((error: unknown) => this.ctx.failed(error));

  readonly stopMaking = (): void => this.#making?.abort();
}
