// SPDX-License-Identifier: EUPL-1.2
// The operator's picture on a page of its own, with a camera that is a drawing: black and white squares, so sharp that a blur
// shows. `stage` is what the test does and asks.
import "../../src/styles/console.css";
import { mount, type Picture, type PicturePort } from "../../src/faces/console/picture";
import type { Looking, LookingNow } from "../../src/faces/port";
import type { AlarmDetail } from "../../src/faces/types";
import { unsaid, unsaidDetail } from "../../src/faces/types";
import type { View } from "../../src/client/view";
import { Player } from "../../src/viewer/player";

const SQUARE = 8;
const camera = document.createElement("canvas");
Object.assign(camera, { width: 640, height: 360 });
setInterval(() => {
  const paint = camera.getContext("2d")!;
  for (let y = 0; y < camera.height; y += SQUARE)
    for (let x = 0; x < camera.width; x += SQUARE) {
      paint.fillStyle = (x + y) % (2 * SQUARE) === 0 ? "#fff" : "#000";
      paint.fillRect(x, y, SQUARE, SQUARE);
    }
}, 100);

const said: { topic: string; body: unknown }[] = [];
const ended: string[] = [];
const heard: ((topic: string, data: Readonly<Record<string, unknown>>) => void)[] = [];
let refuses = false;

class Drawn implements Looking {
  readonly index = said.length;
  readonly stills = false;
  #stream: MediaStream | null = null;
  #video: HTMLVideoElement | null = null;
  #tell: (now: LookingNow) => void = () => undefined;
  #over = false;

  constructor(readonly cameraId: string) {}

  readonly onChange = (listener: (now: LookingNow) => void): void => {
    this.#tell = listener;
    listener(this.#now("opening", null));
  };

  attach(video: HTMLVideoElement): void {
    if (this.#over || this.#video === video) return;
    this.#video = video;
    this.#stream ??= camera.captureStream(10);
    video.srcObject = this.#stream;
    void video.play();
    video.addEventListener("playing", () => !this.#over && this.#tell(this.#now("playing", null)), { once: true });
  }

  boxes = () => [{ c: "person", s: 0.91, x: 0.4, y: 0.3, w: 0.1, h: 0.3 }];
  seek(): void {}
  live(): void {}
  pause(): void {}

  async end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    ended.push(this.cameraId);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#video !== null) this.#video.srcObject = null;
  }

  #now(phase: LookingNow["phase"], reason: string | null): LookingNow {
    return { phase, step: 1, headMs: Date.now(), live: true, behindS: 1, paused: false, stretches: [], reason, proof: "proved", detail: null };
  }
}

const port: PicturePort = {
  async handPicture(alarmId, picture) {
    said.push({ topic: "hand", body: { alarmId, ...picture } });
    return { id: "p1", until_ms: Date.now() + 1_800_000, left: 5 };
  },
  async look({ cameraId, alarmId }, as) {
    said.push({ topic: "look", body: { cameraId, alarmId, as } });
    return new Drawn(cameraId);
  },
  async verify(alarmId, cameraId) {
    if (refuses) throw new Error("no");
    said.push({ topic: "verify", body: { alarmId, cameraId } });
    return { index: said.length, at_ms: Date.now() };
  },
  async control(alarmId, cameraId, order) {
    said.push({ topic: "control", body: { alarmId, cameraId, ...order } });
    return { id: `order-${said.length}`, index: said.length };
  },
  events(listen) {
    heard.push(listen);
    return () => undefined;
  },
  nowMs: () => Date.now(),
};

const ALL = ["stills", "video", "live", "ptz"];

export function alarmWith(part: Partial<AlarmDetail>): AlarmDetail {
  const site = { id: "site", name: "Harbour yard North", address: "Kade 12", tz: "Europe/Amsterdam" };
  const window = { open: true, pre_s: 10, until_ms: Date.now() + 60_000, ended_ms: null, ended_reason: null };
  return {
    ...unsaid, ...unsaidDetail, id: "alarm", number: 7, class: "person", cause: "motion", priority: 3, state: "claimed", camera: { id: "gate", name: "Gate camera 2" },
    site, owner: { id: "owner", name: "De Haan Bouw BV" }, unit: { id: "unit", name: "Unit" }, score: 910, zone: "gate", first_seen_ms: Date.now(), raised_ms: Date.now(), received_ms: Date.now(),
    images: "released", claimed_by: { id: "me", name: "Operator 12" }, closed: null, recalled_ms: null, window, steps: [], facts: [],
    cameras: [{ id: "gate", name: "Gate camera 2", capabilities: ALL, presets: ["Gate"] }], ...part,
  };
}

let picture: Picture | null = null;
const phases: string[] = [];

const stage = {
  said, ended, phases,
  start(part: Partial<AlarmDetail> = {}): void {
    const host = document.getElementById("host")!;
    picture = mount(host, { alarm: alarmWith(part), me: { id: "me", name: "Operator 12" }, changed: (now) => phases.push(now.phase), log: () => undefined }, port);
    document.addEventListener("keydown", (event) => picture?.keys.find((one) => one.key === event.key.toLowerCase() && (one.shift ?? false) === event.shiftKey && (one.when?.() ?? true))?.press());
    void picture.open();
  },
  refuse: (yes: boolean): void => void (refuses = yes),
  change: (part: Partial<AlarmDetail>): void => picture?.alarm(alarmWith(part)),
  layout: (count: 1 | 2 | 4 | 6): void => picture?.layout(count),
  event: (topic: string, data: Record<string, unknown>): void => heard.forEach((each) => each(topic, data)),
  now: () => picture?.now,
  /** Whether anything of a picture is on the page: pixels on a layer, or a source in a video. */
  drawn(): string[] {
    const found: string[] = [];
    for (const video of document.querySelectorAll("video")) if (video.srcObject !== null || video.hasAttribute("src") || video.readyState > 0) found.push("video");
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>("canvas.veil, canvas.still, canvas.boxes")) {
      if (canvas.width === 0 || canvas.height === 0) continue;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      if (data.some((value) => value !== 0)) found.push(canvas.className);
    }
    return found;
  },
};

// --- stills, through the player itself -------------------------------------------------------------------------------------

function box(type: string, ...parts: readonly (readonly number[] | Uint8Array)[]): number[] {
  const body = parts.flatMap((part) => [...part]);
  return [...words(8 + body.length), ...new TextEncoder().encode(type), ...body];
}

const words = (...numbers: readonly number[]): number[] => numbers.flatMap((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255));

/** As the unit writes it (unit/mux.py): one still, so many seconds after the epoch's start. */
function fragment(jpeg: Uint8Array, atS: number): Uint8Array<ArrayBuffer> {
  const trun = box("trun", words(0x01000f01, 1, 0, 90_000, jpeg.length, 0x02000000, 0));
  const traf = box("traf", box("tfhd", words(0x020000, 1)), box("tfdt", words(0x01000000, 0, atS * 90_000)), trun);
  return new Uint8Array([...box("moof", box("mfhd", words(0, 1)), traf), ...box("mdat", jpeg)]);
}

async function jpegOf(colour: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(64, 36);
  const paint = canvas.getContext("2d")!;
  paint.fillStyle = colour;
  paint.fillRect(0, 0, 64, 36);
  return new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer());
}

/** A view of a camera that makes stills: red, a second later blue. */
async function stills(): Promise<void> {
  const plaintexts = [fragment(await jpegOf("#f00"), 0), fragment(await jpegOf("#00f"), 1)];
  let [changed, now]: [(now: unknown) => void, { phase: string; opened: number }] = [() => undefined, { phase: "open", opened: 2 }];
  const view = {
    follows: false, get now() { return now; }, setAppetite: () => undefined, onChange: (listener: typeof changed) => (changed = listener),
    stop: (reason: string) => ((now = { ...now, phase: "stopped" }), changed(now), said.push({ topic: "stopped", body: reason })),
    onSegment: (listener: (segment: unknown) => void) => plaintexts.forEach((plaintext, seq) => listener({ header: { codec: "mjpg", seq }, plaintext, epochStartMs: 1_000_000 })),
  };
  const still = document.createElement("canvas");
  document.body.append(still);
  const player = new Player(view as unknown as View, { video: document.createElement("video"), still });
  Object.assign(globalThis, {
    still: () => (still.width === 0 ? null : [...still.getContext("2d")!.getImageData(32, 18, 1, 1).data]),
    player: () => player.now, endView: () => view.stop("window_ended"), wiped: () => plaintexts.every((bytes) => bytes.every((value) => value === 0)),
  });
}

Object.assign(globalThis, { stage, stills });
document.body.dataset["ready"] = "yes";
