// SPDX-License-Identifier: EUPL-1.2
// The picture of the alarm in hand: opens its window, shows it, and lets go of every key the moment that ends.
import { html, nothing, render, type Part } from "../../kit/dom";
import { drawBoxes, frame, type Curtain } from "../../kit/frame";
import { icon } from "../../kit/icons";
import type { Binding } from "../../kit/keys";
import { button, pill, steps } from "../../kit/pieces";
import type { Stretch } from "../../kit/timeline";
import { clockSeconds, number, t } from "../../kit/words";
import { trouble } from "../look";
import { alarmNumber, endedReason } from "../names";
import { Refusal, type Looking, type LookingNow, type Port } from "../port";
import type { AlarmDetail } from "../types";

export interface PictureNow {
  readonly phase: "none" | "hold" | "opening" | "blurred" | "playing" | "sealed" | "refused";
  readonly live: boolean;
  readonly headMs: number | null;
  readonly behindS: number;
  readonly paused: boolean;
  readonly stretches: readonly Stretch[];
  readonly step: number;
  readonly reason: string | null;
  readonly message: string;
  readonly action: string;
  readonly untilMs: number | null;
  readonly focus: string | null;
  readonly tiles: readonly unknown[];
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
  alarm(detail: AlarmDetail): void;
  line(connected: boolean): void;
  end(): void;
}

const nothingYet: PictureNow = { phase: "none", live: false, headMs: null, behindS: 0, paused: false, stretches: [], step: 0, reason: null, message: "", action: "", untilMs: null, focus: null, tiles: [], boxes: 0 };

export const mount = (host: HTMLElement, options: PictureOptions, port: Port): Picture => new Eye(host, options, port);

class Eye implements Picture {
  #now: PictureNow = nothingYet;
  #alarm: AlarmDetail;
  #looking: Looking | null = null;
  #video: HTMLVideoElement | undefined;
  #canvas: HTMLCanvasElement | undefined;
  #over = false;
  readonly keys: readonly Binding[];

  constructor(
    private readonly host: HTMLElement,
    private readonly options: PictureOptions,
    private readonly port: Port,
  ) {
    this.#alarm = options.alarm;
    const playing = (): boolean => this.#now.phase === "playing";
    this.keys = [
      { key: "r", shown: "R", words: t("From the start"), group: t("Picture"), when: playing, press: () => this.replay() },
      { key: " ", shown: "␣", words: t("Pause, go on"), group: t("Picture"), when: playing, press: () => this.pause() },
      { key: "l", shown: "L", words: t("Live"), group: t("Picture"), when: playing, press: () => this.live() },
      { key: "f", shown: "F", words: t("Full screen"), group: t("Picture"), when: playing, press: () => this.full() },
    ];
    this.#draw();
    this.#paint();
  }

  get now(): PictureNow {
    return this.#now;
  }

  async open(): Promise<void> {
    await this.#look(true);
  }

  /** A look that the log did not prove in time is tried once more, as a look of its own with its own entry. */
  async #look(again: boolean): Promise<void> {
    const alarm = this.#alarm;
    if (this.#over || alarm.camera === null || alarm.window?.open !== true) return;
    this.#drop();
    this.#change({ ...nothingYet, phase: "opening" });
    try {
      const looking = await this.port.look({ cameraId: alarm.camera.id, alarmId: alarm.id, alarmMs: alarm.raised_ms }, "alarm_verification");
      if (this.#over) return void looking.end();
      this.#looking = looking;
      this.options.log(t("looked, {camera}", { camera: alarm.camera.name }), looking.index, "waiting");
      looking.onChange((now) => this.#looked(looking, now, again));
      if (this.#video !== undefined) looking.attach(this.#video);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal("failed", t("This could not be opened."), error instanceof Error ? error.message : "");
      this.#change({ phase: "refused", message: refusal.message, action: refusal.action });
    }
  }

  #looked(looking: Looking, now: LookingNow, again: boolean): void {
    if (looking !== this.#looking) return;
    this.options.log("", looking.index, now.proof);
    if (now.phase === "opening") return this.#change({ phase: "opening", step: now.step });
    if (now.phase === "ended" && now.reason === "no_receipt" && again) return void this.#look(false);
    if (now.phase === "ended") return this.#ended(now);
    const { live, headMs, stretches, behindS, paused } = now;
    this.#change({ phase: "playing", live, headMs, stretches, behindS, paused, boxes: looking.boxes().length });
  }

  #ended(now: LookingNow): void {
    const wrong = trouble(now);
    this.#seal(now.reason ?? "ended", now.stretches);
    if (wrong !== null) this.#change({ phase: "refused", ...wrong });
  }

  /** The picture goes before anything else does. */
  #seal(reason: string, stretches: readonly Stretch[] = this.#now.stretches): void {
    this.#drop();
    this.#change({ ...nothingYet, phase: "sealed", reason, stretches });
  }

  /** Lets go of the keys and of everything decoded. */
  #drop(): void {
    const looking = this.#looking;
    this.#looking = null;
    if (looking === null) return;
    void looking.end().catch(() => undefined);
    if (this.#video !== undefined) {
      this.#video.removeAttribute("src");
      this.#video.load();
    }
    this.#canvas?.getContext("2d")?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
  }

  verify(): void {}

  readonly replay = (): void => this.#looking?.seek(this.#now.stretches[0]?.fromMs ?? 0);
  readonly pause = (): void => this.#looking?.pause(!this.#now.paused);
  readonly live = (): void => this.#looking?.live();
  readonly full = (): void => void (this.host.firstElementChild as HTMLElement | null)?.requestFullscreen().catch(() => undefined);
  readonly seek = (ms: number): void => this.#looking?.seek(ms);

  alarm(detail: AlarmDetail): void {
    this.#alarm = detail;
    if (this.#looking !== null && (detail.state === "closed" || detail.window?.open === false)) this.#seal(detail.recalled_ms !== null ? "recalled" : (detail.window?.ended_reason ?? "closed"));
    else this.#draw();
  }

  line(_connected: boolean): void {}

  end(): void {
    this.#over = true;
    this.#drop();
    render(nothing, this.host);
  }

  #change(part: Partial<PictureNow>): void {
    if (this.#over) return;
    this.#now = { ...this.#now, ...part };
    this.#draw();
    this.options.changed(this.#now);
  }

  #draw(): void {
    const alarm = this.#alarm;
    const playing = this.#now.phase === "playing";
    render(frame({
      id: "picture", label: t("Camera {name}", { name: alarm.camera?.name ?? "" }), curtain: this.#curtain(),
      attach: (video) => { if (video !== this.#video) { this.#video = video; if (video !== undefined) this.#looking?.attach(video); } },
      overlay: (canvas) => (this.#canvas = canvas),
      mark: `${this.options.me.name} · ${alarmNumber(alarm)} · ${clockSeconds(this.port.nowMs(), alarm.site.tz)}`,
      clock: playing && this.#now.headMs !== null ? clockSeconds(this.#now.headMs, alarm.site.tz) : "",
      over: playing ? html`${mode(this.#now, alarm)}${alarm.zone ? pill(t("Zone “{name}”", { name: alarm.zone })) : nothing}` : nothing,
      corner: playing ? html`<button type="button" class="glass" aria-label=${t("Full screen")} title="F" @click=${this.full}>${icon("full")}</button>` : nothing,
    }), this.host);
  }

  #curtain(): Curtain | null {
    const now = this.#now;
    if (this.#alarm.recalled_ms !== null) return { ...endedReason("recalled"), drop: true };
    if (this.#alarm.state === "closed") return { ...endedReason(this.#alarm.window?.ended_reason ?? "closed"), drop: true };
    if (now.phase === "playing") return null;
    if (now.phase === "sealed") return { ...endedReason(now.reason), drop: true };
    if (now.phase === "refused") return { title: now.message, words: now.action, action: button(t("Try again"), () => void this.open()) };
    return { title: t("Opening"), words: t("The look is being logged, then the ten seconds before the alarm open in this browser."), action: steps([t("Logged"), t("Keys released by the unit"), t("First picture")], now.step) };
  }

  #paint(): void {
    if (this.#over) return;
    requestAnimationFrame(() => this.#paint());
    if (this.#looking !== null && this.#canvas !== undefined && this.#video !== undefined) drawBoxes(this.#canvas, this.#video, this.#looking.boxes());
  }
}

function mode(now: PictureNow, alarm: AlarmDetail): Part {
  if (now.paused) return pill(t("Paused"), "", { icon: "pause" });
  const before = now.headMs !== null && now.headMs < alarm.raised_ms;
  if (now.live && !before) return pill(now.behindS < 1.5 ? t("Live, one second behind") : t("Live, {n} s behind", { n: number(now.behindS) }), "alarm", { dot: true, beat: true });
  return pill(before ? t("Before the alarm") : t("Catching up"), "accent", { icon: "clock" });
}
