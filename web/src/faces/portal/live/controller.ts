// SPDX-License-Identifier: EUPL-1.2
// Live pictures: which cameras, what for, one look each, turning, and pictures taken while one looks.
import { sendPolicy } from "../../../client/owner";
import { LiveView } from "../../../client/live";
import { ApiError } from "../../../client/errors";
import { Board, type Part } from "../../../kit/dom";
import { uuid } from "../../../seal/bytes";
import { t } from "../../../kit/words";
import { LivePicture } from "../../../viewer/live";
import { type Direction, Steer } from "../../../viewer/steer";
import { asRefusal } from "../../wire";
import { openPictures, type Taken } from "../pictures/opened";
import type { Ctx, Mounted } from "../pages";
import { canLive, sealed } from "../can";
import { DEFAULT_RULES, SIDE_BY_SIDE, shotWords, type Rules, type Shot, type State, type TileState } from "./model";

/** Where a picture that was taken is drawn. */
interface Frame {
  canvas: HTMLCanvasElement | null;
  /** A picture that was opened before there was a place for it. */
  waiting: ImageBitmap | null;
}

interface Tile extends Frame {
  readonly view: LiveView;
  picture: LivePicture | null;
  readonly steer: Steer;
}

const NO_SHOT: Shot = { phase: "none" };

export class LivePage implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];
  readonly #tiles = new Map<string, Tile>();
  readonly #frames = new Map<string, Frame>();
  #closed = false;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null, draw: (state: State, page: LivePage) => Part) {
    const { live: cameras, others } = apart(ctx.state().cameras);
    this.#board = new Board<State>(host, {
      loading: ctx.state().loading, cameras, others, shots: new Map(), chosen: chosenOf(cameras, id), confirmed: false, looking: false, rules: new Map(), masked: new Set(), tiles: [],
      mayChange: ctx.state().me.role === "owner", nowMs: ctx.port.nowMs(), wrong: null,
    }, (state) => draw(state, this));
    this.#stops = [
      ctx.watch(({ cameras: all, nowMs, loading }) => {
        const { live: found, others: rest } = apart(all);
        const news = found.length !== this.state.cameras.length;
        this.#board.change({ nowMs, loading, ...(news || rest.length !== this.state.others.length ? { others: rest } : {}), ...(news ? { cameras: found, chosen: this.state.chosen.length > 0 ? this.state.chosen : chosenOf(found, id) } : {}) });
        if (news) void this.#readRules();
      }),
      ctx.events((topic, data) => {
        if (topic === "camera.controlled" && data["ok"] === false) this.#change(String(data["camera_id"]), { turned: String(data["code"]) });
      }),
    ];
    void this.#readRules();
  }

  get state(): Readonly<State> {
    return this.#board.state;
  }

  route(id: string | null): void {
    if (id !== null && !this.state.looking) this.#board.change({ chosen: chosenOf(this.state.cameras, id) });
  }

  close(): void {
    this.#closed = true;
    this.endAll();
    for (const stop of this.#stops) stop();
    for (const { waiting } of this.#frames.values()) waiting?.close();
  }

  // --- what is chosen -----------------------------------------------------------------------------------------------------

  choose(cameraId: string): void {
    const has = this.state.chosen.includes(cameraId);
    const chosen = has ? this.state.chosen.filter((id) => id !== cameraId) : [...this.state.chosen, cameraId].slice(-SIDE_BY_SIDE);
    this.#board.change({ chosen });
  }

  confirm(confirmed: boolean): void {
    this.#board.change({ confirmed });
  }

  rulesOf(cameraId: string, state: State = this.state): Rules {
    const camera = state.cameras.find(({ id }) => id === cameraId);
    return state.rules.get(camera?.unit.id ?? "") ?? DEFAULT_RULES;
  }

  async #readRules(): Promise<void> {
    const units = [...new Set(this.state.cameras.map(({ unit }) => unit.id))];
    const found = await Promise.all(units.map(async (id) => {
      const trust = await this.ctx.session.trust.unit(id, "owner").catch(() => null);
      return { id, policy: trust?.policy?.value };
    }));
    const masked = found.flatMap(({ policy }) => policy?.cameras ?? []).filter(({ privacy }) => privacy.length > 0).map(({ camera }) => uuid(camera));
    if (!this.#closed) this.#board.change({ rules: new Map(found.map(({ id, policy }) => [id, policy?.live ?? DEFAULT_RULES] as const)), masked: new Set(masked) });
  }

  /** Signed here, for the unit: hours in which nobody looks live, how long a look lasts, what the people there are told. */
  async saveRules(unitId: string, rules: Rules): Promise<void> {
    await sendPolicy(this.ctx.session, unitId, { live: rules });
    this.#board.change({ rules: new Map([...this.state.rules, [unitId, rules]]) });
    this.ctx.toast(t("Signed. Your unit keeps to it as soon as it has it."));
  }

  failed(error: unknown): void {
    this.ctx.failed(asRefusal(error));
  }

  // --- looking --------------------------------------------------------------------------------------------------------------

  lookAll(): void {
    const chosen = this.state.cameras.filter(({ id }) => this.state.chosen.includes(id));
    this.#board.change({ looking: true, tiles: [], wrong: null });
    for (const camera of chosen) this.look(camera.id);
  }

  look(cameraId: string): void {
    const camera = this.state.cameras.find(({ id }) => id === cameraId);
    if (camera === undefined || !this.state.confirmed) return;
    this.#drop(cameraId);
    const view = new LiveView(this.ctx.session, { cameraId, unitId: camera.unit.id, confirmed: true });
    const steer = new Steer((order) => this.#turn(cameraId, order));
    this.#tiles.set(cameraId, { view, picture: null, steer, canvas: null, waiting: null });
    const fresh: TileState = { camera, now: view.now, atMs: null, sinceMs: this.ctx.port.nowMs(), shot: { phase: "none" }, turned: null, pad: false };
    const others = this.state.tiles.filter((tile) => tile.camera.id !== cameraId);
    this.#board.change({ tiles: [...others, fresh].sort((a, b) => this.#place(a) - this.#place(b)) });
    view.onChange((now) => {
      if (now.phase === "stopped") steer.end();
      this.#change(cameraId, { now });
    });
    void view.start().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) this.failed(error);
    });
  }

  #place({ camera }: TileState): number {
    return this.state.cameras.findIndex(({ id }) => id === camera.id);
  }

  /** The elements on which a look is drawn, once they are in the page. */
  attach(cameraId: string, video: HTMLVideoElement, still: HTMLCanvasElement): void {
    const tile = this.#tiles.get(cameraId);
    if (tile === undefined || tile.picture !== null || tile.view.now.phase === "stopped") return;
    tile.picture = new LivePicture(tile.view, video, still);
    tile.picture.onChange(({ atMs }) => {
      const shown = this.state.tiles.find(({ camera }) => camera.id === cameraId)?.atMs ?? null;
      if (atMs !== null && Math.floor(atMs / 1000) !== Math.floor((shown ?? 0) / 1000)) this.#change(cameraId, { atMs });
    });
  }

  stills(cameraId: string): boolean {
    return this.#tiles.get(cameraId)?.picture?.stills ?? false;
  }

  end(cameraId: string): void {
    this.#tiles.get(cameraId)?.view.end();
  }

  endAll(): void {
    for (const id of [...this.#tiles.keys()]) this.#drop(id);
    if (!this.#closed) this.#board.change({ looking: false, tiles: [] });
  }

  #drop(cameraId: string): void {
    const tile = this.#tiles.get(cameraId);
    tile?.steer.end();
    tile?.view.end();
    this.#tiles.delete(cameraId);
  }

  #change(cameraId: string, part: Partial<TileState>): void {
    if (this.#closed) return;
    this.#board.change({ tiles: this.state.tiles.map((tile) => (tile.camera.id === cameraId ? { ...tile, ...part } : tile)) });
  }

  // --- turning ----------------------------------------------------------------------------------------------------------------

  pad(cameraId: string, open: boolean): void {
    this.#change(cameraId, { pad: open, turned: null });
  }

  press(cameraId: string, direction: Direction): void {
    this.#tiles.get(cameraId)?.steer.press(direction);
  }

  release(cameraId: string, direction: Direction): void {
    this.#tiles.get(cameraId)?.steer.release(direction);
  }

  letGo(cameraId: string): void {
    this.#tiles.get(cameraId)?.steer.letGo();
  }

  goTo(cameraId: string, preset: string | null): void {
    this.#tiles.get(cameraId)?.steer.goTo(preset);
  }

  async #turn(cameraId: string, order: object): Promise<void> {
    try {
      await this.ctx.port.ask("POST", `/cameras/${cameraId}/control`, order);
      this.#change(cameraId, { turned: null });
    } catch (error) {
      this.#change(cameraId, { turned: error instanceof Error ? error.message : "" });
      throw error;
    }
  }

  // --- pictures -----------------------------------------------------------------------------------------------------------------

  /** Where the newest picture is drawn; none while one is being taken. */
  shotCanvas(cameraId: string, canvas: HTMLCanvasElement | null): void {
    const tile = this.#frame(cameraId);
    if (tile === undefined) return;
    tile.canvas = canvas;
    if (canvas !== null && tile.waiting !== null) this.#paint(tile, canvas, tile.waiting);
  }

  /** A look's own, or that of a camera that only takes pictures. */
  #frame(cameraId: string): Frame | undefined {
    return this.#tiles.get(cameraId) ?? this.#frames.get(cameraId);
  }

  shotOf(cameraId: string, state: State = this.state): Shot {
    return state.shots.get(cameraId) ?? NO_SHOT;
  }

  #paint(tile: Frame, canvas: HTMLCanvasElement, picture: ImageBitmap): void {
    tile.waiting = null;
    Object.assign(canvas, { width: picture.width, height: picture.height });
    canvas.getContext("2d")?.drawImage(picture, 0, 0);
    picture.close();
  }

  async shoot(cameraId: string): Promise<void> {
    if (this.#frame(cameraId) === undefined && this.state.others.some(({ id }) => id === cameraId)) this.#frames.set(cameraId, { canvas: null, waiting: null });
    const tile = this.#frame(cameraId);
    if (tile === undefined) return;
    this.#shot(cameraId, { phase: "taking" });
    try {
      const taken = await this.ctx.session.api.post<Taken>(`/cameras/${cameraId}/picture`);
      this.#shot(cameraId, { phase: "taken", atMs: taken.at_ms, epoch: taken.epoch, shown: false });
      await openPictures(this.ctx.session, cameraId, [taken.epoch], (epoch, picture) => this.#show(cameraId, tile, epoch, taken.at_ms, picture));
    } catch (error) {
      this.#shot(cameraId, { phase: "failed", message: messageOf(error) });
    }
  }

  #show(cameraId: string, tile: Frame, epoch: string, atMs: number, picture: ImageBitmap): void {
    if (tile.canvas === null) tile.waiting = picture;
    else this.#paint(tile, tile.canvas, picture);
    this.#shot(cameraId, { phase: "taken", atMs, epoch, shown: true });
  }

  #shot(cameraId: string, shot: Shot): void {
    if (this.#tiles.has(cameraId)) this.#change(cameraId, { shot });
    else if (!this.#closed) this.#board.change({ shots: new Map([...this.state.shots, [cameraId, shot]]) });
  }
}

/** Those that can be looked at live, and those of which only pictures are had. */
function apart(all: State["cameras"]): { readonly live: State["cameras"]; readonly others: State["cameras"] } {
  return { live: all.filter(canLive), others: all.filter((camera) => sealed(camera) && !canLive(camera)) };
}

function chosenOf(cameras: State["cameras"], id: string | null): readonly string[] {
  const first = cameras.find((camera) => camera.id === id) ?? cameras[0];
  return first === undefined ? [] : [first.id];
}

function messageOf(error: unknown): string {
  if (error instanceof ApiError && error.code === "unit_refuses") return shotWords(error.why ?? "");
  const told = asRefusal(error);
  return told instanceof Error ? told.message : t("The picture could not be taken.");
}
