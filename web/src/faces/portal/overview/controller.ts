// SPDX-License-Identifier: EUPL-1.2
// The overview's page at work: how the camera hangs, the film of a day, a week or the whole project, and the file of it.
import { Board } from "../../../kit/dom";
import { keepFile, logBy } from "../../../kit/leaving";
import { isoDay, t } from "../../../kit/words";
import { type Bytes, equal, fromUuid, hex, wipe } from "../../../seal/bytes";
import type { Policy } from "../../../seal/policy";
import type { Camera } from "../../types";
import type { Ctx, Mounted } from "../pages";
import { confirmed, type Sending, signPolicy } from "../signing";
import { FILM_RATE, geometryOf, SPEEDS, type Span, START, type Typed, typedOf } from "./model";
import { framesOf, kept, type Kept, momentsIn, momentsOfProject } from "./pictures";
import { alike, film, type Frame } from "./timelapse";

export interface Plan {
  readonly on: boolean;
  readonly intervalS: number;
  readonly typed: Typed;
}

export type Showing =
  | { readonly phase: "idle" | "empty" }
  | { readonly phase: "loading"; readonly share: number | null; readonly words: string }
  | { readonly phase: "ready"; readonly count: number; readonly leftOut: number; readonly firstMs: number; readonly lastMs: number }
  | { readonly phase: "failed"; readonly message: string };

export interface State {
  readonly cameras: readonly Camera[];
  readonly cameraId: string | null;
  readonly owner: boolean;
  readonly loading: boolean;
  readonly trouble: string | null;
  readonly kept: Kept | null;
  readonly inForce: Plan | null;
  readonly confirmed: boolean;
  readonly plan: Plan;
  readonly sending: Sending;
  readonly span: Span;
  readonly day: string;
  readonly showing: Showing;
  readonly playing: boolean;
  readonly speed: number;
  readonly at: number;
  readonly atMs: number | null;
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
const OFF: Plan = { on: false, intervalS: 600, typed: typedOf(START) };

export class Overview implements Mounted {
  readonly #first: State;
  readonly #board: Board<State> | undefined;
  readonly #unwatch: () => void;
  readonly #unheard: () => void;
  #again = 0;
  #video: HTMLVideoElement | undefined;
  #url: string | null = null;
  #frames: readonly Frame[] = [];
  #parts: readonly Bytes[] = [];
  #turn = 0;
  #closed = false;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null, draw: (state: State, act: Overview) => unknown) {
    const { cameras, me, nowMs } = ctx.state();
    this.#first = {
      cameras, cameraId: null, owner: me.role === "owner", loading: true, trouble: null, kept: null, inForce: null, confirmed: false, plan: OFF, sending: { phase: "idle" },
      span: "day", day: isoDay(nowMs || Date.now()), showing: { phase: "idle" }, playing: false, speed: 1, at: 0, atMs: null, nowMs: nowMs || Date.now(),
    };
    this.#board = new Board<State>(host, this.#first, (state) => draw(state, this) as never);
    this.#unwatch = ctx.watch((state) => {
      if (state.cameras !== this.#state.cameras) this.#change({ cameras: state.cameras });
      if (this.#state.cameraId === null && state.cameras.length > 0) this.open(id ?? state.cameras[0]!.id);
      if (state.cameras.length === 0 && !state.loading && this.#state.loading) this.#change({ loading: false });
    });
    const wanted = cameras.find((camera) => camera.id === id) ?? cameras[0];
    if (wanted !== undefined && this.#state.cameraId === null) this.open(wanted.id);
    this.#unheard = ctx.events((topic, data) => topic === "segments.stored" && data.camera_id === this.#state.cameraId && data.track === 2 && this.#came());
    addEventListener("keydown", this.#key);
  }

  #change(part: Partial<State>): void {
    this.#board?.change(part);
  }

  get #state(): Readonly<State> {
    return this.#board?.state ?? this.#first;
  }

  get #camera(): Camera | undefined {
    return this.ctx.state().cameras.find(({ id }) => id === this.#state.cameraId);
  }

  get dirty(): boolean {
    const { inForce, plan } = this.#state;
    if (inForce === null) return false;
    return inForce.on !== plan.on || (plan.on && (inForce.intervalS !== plan.intervalS || JSON.stringify(inForce.typed) !== JSON.stringify(plan.typed)));
  }

  route(id: string | null): void {
    if (id !== null && id !== this.#state.cameraId) this.open(id);
  }

  close(): void {
    this.#closed = true;
    this.#turn++;
    removeEventListener("keydown", this.#key);
    this.#unwatch();
    this.#unheard();
    clearTimeout(this.#again);
    this.#forget();
  }

  // --- a camera ---------------------------------------------------------------------------------------------------------

  readonly open = (cameraId: string): void => {
    const camera = this.ctx.state().cameras.find(({ id }) => id === cameraId);
    if (camera === undefined) return;
    this.#forget();
    this.#change({ cameraId, loading: true, trouble: null, kept: null, inForce: null, plan: OFF, sending: { phase: "idle" }, showing: { phase: "idle" } });
    void this.#load(camera);
  };

  async #load(camera: Camera): Promise<void> {
    try {
      const [trust, told] = await Promise.all([this.ctx.session.trust.unit(camera.unit.id, "owner", true), kept(this.ctx.session, camera.id)]);
      if (this.#closed || this.#state.cameraId !== camera.id) return;
      const inForce = planOf(trust.policy?.value, camera.id);
      const day = told.last_ms === null ? this.#state.day : isoDay(told.last_ms);
      if (!trust.confirmed) void confirmed(this.ctx, camera.unit.id, () => this.#closed || this.#state.cameraId !== camera.id).then((sure) => sure && this.#change({ confirmed: true }));
      this.#change({ kept: told, inForce, confirmed: trust.confirmed, plan: inForce, loading: false, day });
      if (told.count > 0) void this.#show();
      else this.#change({ showing: { phase: "empty" } });
    } catch (error) {
      this.#change({ loading: false, trouble: error instanceof Error ? error.message : String(error) });
    }
  }

  /** A new picture: a page that has none yet looks again, in a moment, for more may come with it. */
  #came(): void {
    clearTimeout(this.#again);
    const camera = this.#camera;
    if (this.#state.showing.phase !== "empty" || camera === undefined) return;
    this.#again = setTimeout(() => this.#state.showing.phase === "empty" && void this.#show(), 1500) as unknown as number;
    void kept(this.ctx.session, camera.id).then((told) => this.#state.cameraId === camera.id && this.#change({ kept: told })).catch(() => undefined);
  }

  // --- how it hangs -----------------------------------------------------------------------------------------------------

  readonly change = (part: Partial<Plan>): void => this.#change({ plan: { ...this.#state.plan, ...part }, sending: { phase: "idle" } });
  readonly type = (part: Partial<Typed>): void => this.change({ typed: { ...this.#state.plan.typed, ...part } });

  readonly save = (): void => {
    const camera = this.#camera;
    if (camera === undefined) return;
    const { plan } = this.#state;
    const geometry = geometryOf(plan.typed);
    if (plan.on && geometry === null) return;
    void this.#save(camera, plan);
  };

  async #save(camera: Camera, plan: Plan): Promise<void> {
    const trust = await signPolicy(this.ctx, camera.unit.id, ({ policy }) => ({ overview: rulesWith(policy?.value.overview ?? [], camera.id, plan) }), (sending) => this.#change({ sending }));
    if (trust === null || this.#closed || this.#state.cameraId !== camera.id) return;
    this.#change({ inForce: planOf(trust.policy?.value, camera.id), confirmed: trust.confirmed });
  }

  // --- the film ---------------------------------------------------------------------------------------------------------

  readonly choose = (part: Partial<Pick<State, "span" | "day">>): void => {
    this.#change(part);
    void this.#show();
  };

  readonly again = (): void => void this.#show();

  async #show(): Promise<void> {
    const [camera, turn] = [this.#camera, ++this.#turn];
    if (camera === undefined) return;
    this.#forget();
    const tell = (share: number | null, words: string): void => {
      if (turn === this.#turn) this.#change({ showing: { phase: "loading", share, words } });
    };
    try {
      tell(null, t("Looking which pictures there are…"));
      const moments = await this.#moments(camera, (share) => tell(share, t("Looking which pictures there are…")));
      if (turn !== this.#turn) return;
      if (moments.length === 0) return this.#change({ showing: { phase: "empty" } });
      const frames = await framesOf(this.ctx.session, camera.id, moments, (done, of) => tell(done / of, t("Opening picture {n} of {of}…", { n: done, of })), () => turn !== this.#turn);
      if (turn !== this.#turn) return wipe(...frames.map(({ data }) => data));
      this.#ready(frames);
    } catch (error) {
      if (turn === this.#turn) this.#change({ showing: { phase: "failed", message: error instanceof Error ? error.message : String(error) } });
    }
  }

  #moments(camera: Camera, tell: (share: number) => void): ReturnType<typeof momentsIn> {
    const { span, day, kept: told } = this.#state;
    const { session } = this.ctx;
    const start = new Date(`${day}T00:00`).getTime();
    if (span === "project" && told?.first_ms != null && told.last_ms !== null) {
      const noon = new Date(told.first_ms).setHours(12, 0, 0, 0);
      if (told.last_ms - told.first_ms > 3 * DAY_MS) return momentsOfProject(session, camera.id, camera.unit.id, noon, told.last_ms, tell);
      return momentsIn(session, camera.id, camera.unit.id, told.first_ms, told.last_ms + 1000);
    }
    const days = span === "week" ? 7 : 1;
    return momentsIn(session, camera.id, camera.unit.id, start - (days - 1) * DAY_MS, start + DAY_MS);
  }

  #ready(frames: readonly Frame[]): void {
    const shown = alike(frames);
    this.#frames = shown;
    this.#parts = film(shown, FILM_RATE);
    this.#url = URL.createObjectURL(new Blob([...this.#parts] as BlobPart[], { type: "video/mp4" }));
    this.#change({
      showing: { phase: "ready", count: shown.length, leftOut: frames.length - shown.length, firstMs: shown[0]!.atMs, lastMs: shown.at(-1)!.atMs }, at: 0, atMs: shown[0]!.atMs, playing: false,
    });
    this.#attach();
  }

  #forget(): void {
    if (this.#url !== null) URL.revokeObjectURL(this.#url);
    this.#url = null;
    wipe(...this.#parts, ...this.#frames.map(({ data }) => data));
    [this.#parts, this.#frames] = [[], []];
    if (this.#video !== undefined) {
      this.#video.removeAttribute("src");
      this.#video.load();
    }
  }

  readonly video = (video: HTMLVideoElement | undefined): void => {
    if (video === this.#video) return;
    this.#video = video;
    this.#attach();
  };

  #attach(): void {
    const video = this.#video;
    if (video === undefined || this.#url === null || video.src === this.#url) return;
    video.src = this.#url;
    video.defaultPlaybackRate = video.playbackRate = this.#state.speed;
    void video.play().catch(() => undefined);
  }

  readonly moved = (): void => {
    const [video, count] = [this.#video, this.#frames.length];
    if (video === undefined || count === 0) return;
    const at = Math.max(0, Math.min(count - 1, Math.floor(video.currentTime * FILM_RATE + 0.01)));
    this.#change({ at, atMs: this.#frames[at]!.atMs, playing: !video.paused && !video.ended });
  };

  readonly play = (): void => {
    const video = this.#video;
    if (video === undefined || this.#frames.length === 0) return;
    if (!video.paused && !video.ended) return video.pause();
    if (video.ended) video.currentTime = 0;
    void video.play().catch(() => undefined);
  };

  readonly seek = (at: number): void => {
    const video = this.#video;
    if (video === undefined || this.#frames.length === 0) return;
    video.pause();
    const to = Math.max(0, Math.min(this.#frames.length - 1, at));
    video.currentTime = (to + 0.5) / FILM_RATE;
    this.#change({ at: to, atMs: this.#frames[to]!.atMs, playing: false });
  };

  readonly speed = (speed: number): void => {
    if (this.#video !== undefined) this.#video.defaultPlaybackRate = this.#video.playbackRate = speed;
    this.#change({ speed });
  };

  readonly take = (): void => {
    const { showing } = this.#state;
    if (this.#url === null || showing.phase !== "ready") return;
    const name = `overview-${(this.#camera?.name ?? "camera").replaceAll(/[^\p{L}\p{N}]+/gu, "-")}-${isoDay(showing.firstMs)}-${isoDay(showing.lastMs)}.mp4`;
    void keepFile(logBy(this.ctx.port), { what: "overview_film", count: showing.count, ...(this.#camera === null || this.#camera === undefined ? {} : { about: this.#camera.id }) }, new Blob([...this.#parts] as BlobPart[], { type: "video/mp4" }), name).catch((error: unknown) => this.ctx.failed(error));
  };

  readonly #key = (event: KeyboardEvent): void => {
    const target = event.target as Element | null;
    if (event.ctrlKey || event.metaKey || event.altKey || this.#frames.length === 0 || target?.closest("input:not([type=range]), select, textarea, dialog, button") != null) return;
    const { at, speed } = this.#state;
    const faster = (by: number): void => this.speed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, SPEEDS.indexOf(speed as (typeof SPEEDS)[number]) + by))]!);
    const keys: Readonly<Record<string, () => void>> = {
      " ": this.play, k: this.play, ArrowLeft: () => this.seek(at - 1), ArrowRight: () => this.seek(at + 1), Home: () => this.seek(0), End: () => this.seek(this.#frames.length - 1),
      "+": () => faster(1), "-": () => faster(-1),
    };
    const press = keys[event.key];
    if (press === undefined) return;
    event.preventDefault();
    press();
  };
}

function planOf(policy: Policy | undefined, cameraId: string): Plan {
  const rules = policy?.overview.find(({ camera }) => equal(camera, fromUuid(cameraId)));
  return rules === undefined ? OFF : { on: true, intervalS: rules.intervalS, typed: typedOf(rules.geometry) };
}

/** All cameras' rules with this camera's; in the order that the policy demands. */
function rulesWith(all: Policy["overview"], cameraId: string, plan: Plan): Policy["overview"] {
  const camera = fromUuid(cameraId);
  const others = all.filter((each) => !equal(each.camera, camera));
  const geometry = geometryOf(plan.typed);
  const mine = plan.on && geometry !== null ? [{ camera, intervalS: plan.intervalS, geometry }] : [];
  return [...others, ...mine].sort((a, b) => (hex(a.camera) < hex(b.camera) ? -1 : 1));
}
