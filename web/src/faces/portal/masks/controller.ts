// SPDX-License-Identifier: EUPL-1.2
// The masks' page at work: which camera, its picture, what is drawn, and the policy that is signed for it.
import { Board } from "../../../kit/dom";
import { fromUuid, equal } from "../../../seal/bytes";
import type { Camera } from "../../types";
import type { Ctx, Mounted } from "../pages";
import { confirmed, type Sending, signPolicy } from "../signing";
import { added, begun, changed, cornerAdded, cornerMoved, cornerRemoved, done, FULL, type History, moved, point, redone, removed, rulesWith, same, type Shape, shapesOf, undone, wrongWith } from "./model";
import { newest, type Still, taken } from "./still";
import { bounded, type Bound, type Limits, sameLimits, type Way, went, wrongLimits } from "./turning";

export interface State {
  readonly cameras: readonly Camera[];
  readonly cameraId: string | null;
  /** What the unit obeys now, by its own signed word; null while that is not known. */
  readonly inForce: readonly Shape[] | null;
  /** How far it may be turned: as signed, and as drawn up here. */
  readonly limitsInForce: Limits;
  readonly limits: Limits;
  readonly confirmed: boolean;
  readonly loading: boolean;
  readonly trouble: string | null;
  readonly still: { readonly phase: "loading" | "none" } | { readonly phase: "there"; readonly atMs: number; readonly taken: boolean; readonly ratio: number };
  readonly history: History;
  readonly chosen: number | null;
  readonly corner: number | null;
  readonly preview: boolean;
  readonly sending: Sending;
  readonly nowMs: number;
}

const STEP = 50;
const LARGE_STEP = 400;

export class Masks implements Mounted {
  readonly #first: State;
  readonly #board: Board<State> | undefined;
  #canvas: HTMLCanvasElement | undefined;
  #bitmap: ImageBitmap | null = null;
  #dragging = false;
  #closed = false;
  readonly #unwatch: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null, draw: (state: State, act: Masks) => unknown, private readonly zoneName: string) {
    const { cameras, nowMs } = ctx.state();
    this.#first = {
      cameras, cameraId: null, inForce: null, limitsInForce: null, limits: null, confirmed: false, loading: true, trouble: null, still: { phase: "loading" }, history: begun([]), chosen: null, corner: null,
      preview: false, sending: { phase: "idle" }, nowMs,
    };
    this.#board = new Board<State>(host, this.#first, (state) => draw(state, this) as never);
    this.#unwatch = ctx.watch((state) => {
      if (state.cameras !== this.#state.cameras) this.#change({ cameras: state.cameras });
      if (this.#state.cameraId === null && state.cameras.length > 0) this.open(id ?? state.cameras[0]!.id);
      if (state.cameras.length === 0 && !state.loading && this.#state.loading) this.#change({ loading: false });
    });
    const wanted = cameras.find((camera) => camera.id === id) ?? cameras[0];
    if (wanted !== undefined && this.#state.cameraId === null) this.open(wanted.id);
    addEventListener("keydown", this.#key);
  }

  #change(part: Partial<State>): void {
    this.#board?.change(part);
  }

  get #state(): Readonly<State> {
    return this.#board?.state ?? this.#first;
  }

  get #shapes(): readonly Shape[] {
    return this.#state.history.now;
  }

  get dirty(): boolean {
    return this.#state.inForce !== null && (!same(this.#shapes, this.#state.inForce) || !sameLimits(this.#state.limits, this.#state.limitsInForce));
  }

  route(id: string | null): void {
    if (id !== null && id !== this.#state.cameraId) this.open(id);
  }

  close(): void {
    this.#closed = true;
    removeEventListener("keydown", this.#key);
    this.#unwatch();
    this.#bitmap?.close();
    this.#bitmap = null;
  }

  // --- a camera ---------------------------------------------------------------------------------------------------------

  readonly open = (cameraId: string): void => {
    const camera = this.ctx.state().cameras.find(({ id }) => id === cameraId);
    if (camera === undefined) return;
    this.#change({ cameraId, inForce: null, limitsInForce: null, limits: null, loading: true, trouble: null, history: begun([]), chosen: null, corner: null, preview: false, sending: { phase: "idle" }, still: { phase: "loading" } });
    void this.#rules(camera);
    void this.#still(cameraId, false);
  };

  async #rules(camera: Camera): Promise<void> {
    try {
      const trust = await this.ctx.session.trust.unit(camera.unit.id, "owner", true);
      if (this.#closed || this.#state.cameraId !== camera.id) return;
      const rules = trust.policy?.value.cameras.find((one) => equal(one.camera, fromUuid(camera.id)));
      const [shapes, limits] = [shapesOf(rules), rules?.ptz ?? null];
      this.#change({ inForce: shapes, limitsInForce: limits, limits, confirmed: trust.confirmed, loading: false, history: begun(shapes) });
      if (!trust.confirmed) void confirmed(this.ctx, camera.unit.id, () => this.#closed || this.#state.cameraId !== camera.id).then((sure) => sure && this.#change({ confirmed: true }));
    } catch (error) {
      this.#change({ loading: false, trouble: error instanceof Error ? error.message : String(error) });
    }
  }

  /** `anew`: a picture taken now; otherwise the newest that is there, and one taken now where there is none. */
  async #still(cameraId: string, anew: boolean): Promise<void> {
    this.#change({ still: { phase: "loading" } });
    const ways = [() => taken(this.ctx.session, cameraId), () => newest(this.ctx.session, cameraId, Date.now())];
    let found: Still | null = null;
    for (const way of anew ? ways : ways.toReversed()) {
      found = await way().catch(() => null);
      if (found !== null) break;
    }
    if (this.#closed || this.#state.cameraId !== cameraId) return found?.bitmap.close();
    if (found === null) return this.#change({ still: { phase: "none" } });
    this.#bitmap?.close();
    this.#bitmap = found.bitmap;
    this.#change({ still: { phase: "there", atMs: found.atMs, taken: found.taken, ratio: found.bitmap.width / found.bitmap.height } });
    queueMicrotask(() => this.#paint());
  }

  readonly newPicture = (): void => {
    if (this.#state.cameraId !== null) void this.#still(this.#state.cameraId, true);
  };

  readonly canvas = (canvas: HTMLCanvasElement | undefined): void => {
    this.#canvas = canvas;
    this.#paint();
  };

  #paint(): void {
    const [canvas, bitmap] = [this.#canvas, this.#bitmap];
    if (canvas === undefined || bitmap === null) return;
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  }

  // --- drawing ----------------------------------------------------------------------------------------------------------

  #draw(shapes: readonly Shape[], joined = false, more: Partial<State> = {}): void {
    const settled = this.#state.sending.phase === "signing" || this.#state.sending.phase === "carrying" ? {} : { sending: { phase: "idle" as const } };
    this.#change({ history: done(this.#state.history, shapes, joined), ...settled, ...more });
  }

  readonly add = (kind: Shape["kind"]): void => {
    const shapes = added(this.#shapes, kind, this.zoneName);
    this.#draw(shapes, false, { chosen: shapes.at(-1)!.key, corner: null });
  };

  readonly choose = (key: number | null, corner: number | null = null): void => this.#change({ chosen: key, corner });

  readonly remove = (key: number): void => this.#draw(removed(this.#shapes, key), false, { chosen: null, corner: null });

  readonly rename = (key: number, name: string): void => this.#draw(changed(this.#shapes, key, { name }), this.#state.history.now.find((shape) => shape.key === key)?.name !== undefined && this.#typing(key));

  #typed: number | null = null;
  /** Typing a name is one step, not one for each letter. */
  #typing(key: number): boolean {
    const same = this.#typed === key;
    this.#typed = key;
    return same;
  }

  readonly typed = (): void => {
    this.#typed = null;
  };

  readonly flip = (shape: Shape, name: string): void => {
    const classes = shape.classes.includes(name) ? shape.classes.filter((each) => each !== name) : [...shape.classes, name].sort();
    this.#draw(changed(this.#shapes, shape.key, { classes }));
  };

  readonly addCorner = (key: number, at: number): void => this.#draw(cornerAdded(this.#shapes, key, at), false, { corner: at + 1, chosen: key });

  readonly removeCorner = (key: number, at: number): void => this.#draw(cornerRemoved(this.#shapes, key, at), false, { corner: null });

  readonly undo = (): void => this.#change({ history: undone(this.#state.history), corner: null, sending: { phase: "idle" } });
  readonly redo = (): void => this.#change({ history: redone(this.#state.history), corner: null, sending: { phase: "idle" } });
  readonly discard = (): void => this.#draw(this.#state.inForce ?? [], false, { chosen: null, corner: null, limits: this.#state.limitsInForce });

  readonly way = (way: Way): void => this.#limit(went(this.#state.limits, way));
  readonly bound = (bound: Bound, value: number): void => this.#limit(bounded(this.#state.limits, bound, value));

  #limit(limits: Limits): void {
    const busy = this.#state.sending.phase === "signing" || this.#state.sending.phase === "carrying";
    this.#change({ limits, ...(busy ? {} : { sending: { phase: "idle" as const } }) });
  }

  readonly preview = (): void => this.#change({ preview: !this.#state.preview });

  /** A finger or mouse on a corner, between two, or on a whole shape: follows until it is lifted. */
  readonly grab = (event: PointerEvent, key: number, at: number | null): void => {
    if (event.button !== 0) return;
    const frame = (event.currentTarget as Element).closest(".sheet");
    if (frame === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(key, at);
    const box = frame.getBoundingClientRect();
    const where = (moment: PointerEvent): { x: number; y: number } => ({ x: ((moment.clientX - box.left) / box.width) * FULL, y: ((moment.clientY - box.top) / box.height) * FULL });
    let [last, begun] = [where(event), false];
    const move = (moment: PointerEvent): void => {
      const now = where(moment);
      if (!begun && Math.hypot(now.x - last.x, now.y - last.y) < 40) return;
      const shapes = at === null ? moved(this.#shapes, key, now.x - last.x, now.y - last.y) : cornerMoved(this.#shapes, key, at, point(now.x, now.y));
      this.#draw(shapes, begun);
      [last, begun] = [now, true];
    };
    const up = (): void => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
      this.#dragging = false;
    };
    this.#dragging = true;
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
  };

  /** Arrows move a corner or a shape; Delete takes it away; Insert or + adds a corner. */
  readonly keys = (event: KeyboardEvent, key: number, at: number | null): void => {
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const ways: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const way = ways[event.key];
    const shape = this.#shapes.find((each) => each.key === key);
    if (shape === undefined || event.ctrlKey || event.metaKey) return;
    if (way !== undefined) {
      const corner = at === null ? undefined : shape.corners[at];
      this.#draw(corner === undefined ? moved(this.#shapes, key, ...way) : cornerMoved(this.#shapes, key, at!, point(corner.x + way[0], corner.y + way[1])), event.repeat, { chosen: key, corner: at });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      if (at === null) this.remove(key);
      else this.removeCorner(key, at);
    } else if ((event.key === "Insert" || event.key === "+") && at !== null) this.addCorner(key, at);
    else return;
    event.preventDefault();
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || this.#dragging || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    if (event.shiftKey) this.redo();
    else this.undo();
  };

  // --- signing ----------------------------------------------------------------------------------------------------------

  /** Nothing that was drawn or typed here stands in the way of being signed. */
  get fit(): boolean {
    const { limits, limitsInForce } = this.#state;
    return wrongWith(this.#shapes).length === 0 && (sameLimits(limits, limitsInForce) || wrongLimits(limits) === null);
  }

  readonly save = (): void => {
    const camera = this.ctx.state().cameras.find(({ id }) => id === this.#state.cameraId);
    if (camera === undefined || !this.fit) return;
    void this.#save(camera, this.#shapes, this.#state.limits);
  };

  async #save(camera: Camera, shapes: readonly Shape[], limits: Limits): Promise<void> {
    const id = fromUuid(camera.id);
    const trust = await signPolicy(this.ctx, camera.unit.id, ({ policy }) => ({ cameras: rulesWith(policy?.value.cameras ?? [], id, shapes, limits) }), (sending) => this.#change({ sending }));
    if (trust === null || this.#closed || this.#state.cameraId !== camera.id) return;
    const rules = trust.policy?.value.cameras.find((one) => equal(one.camera, id));
    this.#change({ inForce: shapesOf(rules), limitsInForce: rules?.ptz ?? null, confirmed: trust.confirmed });
    if (trust.confirmed) void this.#still(camera.id, true);
  }
}
