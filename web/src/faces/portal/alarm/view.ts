// SPDX-License-Identifier: EUPL-1.2
// What a notification opens: one alarm, with the picture of its moment, opened on this device with the person's own keys, through
// the ordinary door: the look is in the log like any other. When it is left, nothing of it stays.
import { allowPictures } from "../../../client/central";
import { foot } from "../../../kit/dialog";
import { Board, html, nothing, ref, type Part } from "../../../kit/dom";
import { sealed } from "../../../kit/icons";
import { button, emptyPage, note, pill, skeleton, steps } from "../../../kit/pieces";
import { clockSeconds, relative, t, when } from "../../../kit/words";
import { alarmNumber, alarmTitle, noImages, seen } from "../../names";
import { Refusal, type Looking, type LookingNow } from "../../port";
import type { Alarm } from "../../types";
import { canBeSeen, open, type UnitView } from "../model";
import type { Ctx, Mount, Mounted } from "../pages";

type Picture = { readonly phase: "none"; readonly why: string } | { readonly phase: "opening"; readonly step: number } | { readonly phase: "shown"; readonly atMs: number | null; readonly index: number };

interface State {
  readonly alarm: Alarm | null;
  readonly missing: boolean;
  readonly picture: Picture;
  readonly nowMs: number;
  /** When he said so; the unit waits half a minute, and may refuse. */
  readonly allowedMs: number | null;
}

const BEFORE_MS = 1000;
const AFTER_MS = 5000;
const AGAIN_MS = 2500;
const TRIES = 12;
const MOST_CAMERAS = 8;
/** The log’s witnesses take seconds, the unit waits thirty. */
const REFUSED_AFTER_MS = 90_000;
/** Who reports to the alarm centre itself; what reports to a unit is that unit’s to judge. */
const ELSEWHERE: readonly string[] = ["panel", "api"];

export const mount: Mount = (host, ctx, id) => new AlarmPage(host, ctx, id ?? "");

/** An owner’s own word is asked for only where a panel elsewhere raised the alarm, a unit is there, and nothing is shown of it yet. */
const mayAllow = (alarm: Alarm, role: string, units: readonly UnitView[]): boolean =>
  role === "owner" && open(alarm) && units.some(({ unit }) => unit.site.id === alarm.site.id && unit.state === "paired") && ELSEWHERE.includes(alarm.source) && alarm.images !== "released";

/** Whether there is a frame to draw: none while the film is being sought in. */
function decoded(video: HTMLVideoElement | null): boolean {
  return video !== null && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !video.seeking && video.videoWidth > 0;
}

class AlarmPage implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];
  #id: string;
  #looking: Looking | null = null;
  #video: HTMLVideoElement | null = null;
  #canvas: HTMLCanvasElement | null = null;
  #tries = 0;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string) {
    this.#id = id;
    this.#board = new Board<State>(host, { alarm: null, missing: false, picture: { phase: "opening", step: 0 }, nowMs: ctx.port.nowMs(), allowedMs: null }, (state) => this.#draw(state));
    const timer = setInterval(() => this.#board.change({ nowMs: ctx.port.nowMs() }), 1000);
    this.#stops = [() => clearInterval(timer), ctx.events((topic, data) => {
      if (topic.startsWith("alarm.") && data["alarm_id"] === this.#id) void this.#read();
      if (topic === "segments.stored" && this.#board.state.picture.phase === "none") void this.#picture();
    })];
    void this.#read().then(() => this.#picture());
  }

  route(id: string | null): void {
    this.#forget();
    this.#id = id ?? "";
    this.#tries = 0;
    this.#board.change({ alarm: null, missing: false, picture: { phase: "opening", step: 0 }, allowedMs: null });
    void this.#read().then(() => this.#picture());
  }

  close(): void {
    this.#forget();
    for (const stop of this.#stops) stop();
  }

  async #read(): Promise<void> {
    const id = this.#id;
    if (id === "") return this.#board.change({ missing: true });
    try {
      const alarm = await this.ctx.port.alarm(id);
      if (id === this.#id) this.#board.change({ alarm });
    } catch (error) {
      if (error instanceof Refusal && ["not_found", "denied", "malformed"].includes(error.code)) this.#board.change({ missing: true });
      else this.ctx.failed(error);
    }
  }

  /** What the owner's own camera recorded at that moment. It may still be on its way: then again, for half a minute. */
  async #picture(): Promise<void> {
    const { alarm } = this.#board.state;
    if (alarm === null || this.#looking !== null || this.#board.state.picture.phase === "shown") return;
    if (alarm.camera === null) return this.#none(noImages(alarm.images));
    this.#board.change({ picture: { phase: "opening", step: 0 } });
    try {
      const looking = await this.ctx.port.look({ cameraId: alarm.camera.id, fromMs: alarm.raised_ms - BEFORE_MS, toMs: alarm.raised_ms + AFTER_MS }, "own_use");
      if (alarm.id !== this.#id) return void looking.end();
      this.#looking = looking;
      if (this.#video !== null) looking.attach(this.#video, this.#canvas ?? undefined);
      looking.onChange((now) => this.#looked(looking, now, alarm));
    } catch (error) {
      if (error instanceof Refusal && error.code === "unauthorized") this.ctx.failed(error);
      else this.#later(error instanceof Refusal && error.code !== "nothing_to_show" ? error.message : t("The recording of this moment is not here yet."));
    }
  }

  #looked(looking: Looking, now: LookingNow, alarm: Alarm): void {
    if (looking !== this.#looking) return;
    if (now.phase === "opening") return this.#board.change({ picture: { phase: "opening", step: now.step } });
    const there = now.headMs !== null && now.headMs >= alarm.raised_ms - 200;
    if (now.phase === "playing" && (looking.stills || (there && decoded(this.#video)))) return this.#keep(looking, now.headMs);
    if (now.phase === "ended") {
      if (now.headMs !== null && (looking.stills || decoded(this.#video))) return this.#keep(looking, now.headMs);
      this.#forget();
      this.#later(t("The recording of this moment is not here yet."));
    }
  }

  /** One frame is drawn, the look ends, its keys go. */
  #keep(looking: Looking, atMs: number | null): void {
    const [video, canvas] = [this.#video, this.#canvas];
    if (!looking.stills && video !== null && canvas !== null) {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d")?.drawImage(video, 0, 0);
    }
    this.#board.change({ picture: { phase: "shown", atMs, index: looking.index } });
    this.#looking = null;
    void looking.end().catch(() => undefined);
  }

  #later(why: string): void {
    this.#none(why);
    this.#tries += 1;
    clearTimeout(this.#again);
    if (this.#tries < TRIES) this.#again = setTimeout(() => void this.#picture(), AGAIN_MS);
  }

  #none(why: string): void {
    this.#board.change({ picture: { phase: "none", why } });
  }

  #forget(): void {
    clearTimeout(this.#again);
    const looking = this.#looking;
    this.#looking = null;
    void looking?.end().catch(() => undefined);
    this.#canvas?.getContext("2d")?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  #recall(alarm: Alarm): void {
    const dialog = this.ctx.dialog(t("Recall {number}?", { number: alarmNumber(alarm) }), (opened) => html`
      <p>${t("You say: it is us, or it is nothing. The alarm centre stops looking within two seconds and its key is gone.")}</p>
      ${foot(button(t("Keep the alarm"), opened.close), button(t("Yes, recall it"), () => { dialog.close(); void this.#recallNow(alarm); }, { kind: "alarm", icon: "recall", id: "recall-now" }))}`);
  }

  async #recallNow(alarm: Alarm): Promise<void> {
    try {
      this.#board.change({ alarm: await this.ctx.port.recall(alarm.id) });
      this.ctx.toast(t("Recalled. The alarm centre can see nothing any more."), "ok");
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  /** A panel's alarm that reached the centre without a picture: the owner says that it may see one. */
  async #allow(alarm: Alarm): Promise<void> {
    const units = this.ctx.state().units.map(({ unit }) => unit).filter(({ site, state }) => site.id === alarm.site.id && state === "paired");
    for (const unit of units) {
      try {
        const { policy } = await this.ctx.session.trust.unit(unit.id, "owner", true);
        if (policy?.value.central != null) return this.#choose(alarm, unit.id);
      } catch (error) {
        return this.ctx.failed(error);
      }
    }
    this.ctx.toast(t("No unit here takes such alarms. Allow it first, on the page “Hours”."));
  }

  #choose(alarm: Alarm, unitId: string): void {
    const cameras = this.ctx.state().cameras.filter(({ unit }) => unit.id === unitId);
    const chosen = new Set(cameras.slice(0, MOST_CAMERAS).map(({ id }) => id));
    const dialog = this.ctx.dialog(t("Let the alarm centre look"), (opened) => html`<div class="stack"><p>${t("In 30 seconds your unit begins to show what these cameras see from then on, for as long as an alarm lasts. Recalling it ends that at once.")}</p>
      <fieldset class="choices"><legend class="field"><span class="label">${t("Cameras")}</span></legend>${cameras.map(({ id, name }) => html`<label class="choice"><input type="checkbox" .checked=${chosen.has(id)} @change=${() => { if (!chosen.delete(id)) chosen.add(id); opened.redraw(); }}><span>${name}</span></label>`)}</fieldset>
      ${foot(button(t("Cancel"), opened.close), button(t("Allow it"), () => { dialog.close(); void this.#allowNow(alarm, unitId, [...chosen]); }, { kind: "primary", icon: "eye", id: "allow-now", disabled: chosen.size === 0 || chosen.size > MOST_CAMERAS }))}</div>`);
  }

  async #allowNow(alarm: Alarm, unitId: string, cameras: readonly string[]): Promise<void> {
    try {
      await allowPictures(this.ctx.session, unitId, { id: alarm.id, panelId: alarm.panel_id ?? alarm.site.id, class: alarm.signal_class, zone: alarm.zone }, cameras, this.ctx.port.nowMs());
      this.#board.change({ allowedMs: this.ctx.port.nowMs() });
      await this.#read();
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  // --- how it looks ---

  #draw({ alarm, missing, picture, nowMs, allowedMs }: State): Part {
    const aside = button(t("All events"), () => this.ctx.go("events"), { icon: "list" });
    if (missing) return html`<div class="page alarm-page">${emptyPage(t("This alarm is not here"), t("It is not one of yours, or it is older than what is kept."), "alarm", aside)}</div>`;
    if (alarm === null) return html`<div class="page alarm-page">${skeleton(6, t("Loading"))}</div>`;
    return html`<div class="page alarm-page"><div class="title"><div><div class="lbl">${alarmNumber(alarm)} · ${alarm.site.name}</div><h1>${alarmTitle(alarm)}</h1></div>${this.#state(alarm)}</div>
      <section class="card" aria-label=${t("The picture of this moment")}>
        <div class="opened" data-picture=${picture.phase}>
          <video muted playsinline aria-hidden="true" tabindex="-1" ${ref((element) => this.#place(element instanceof HTMLVideoElement ? element : null))}></video>
          <canvas role="img" aria-label=${t("The picture of this moment")} ${ref((element) => { this.#canvas = element instanceof HTMLCanvasElement ? element : null; })}></canvas>
          ${picture.phase === "shown" ? nothing : html`<div class="curtain">${sealed()}${picture.phase === "opening" ? steps([t("Written in the log"), t("Fetched, sealed"), t("Opened on this device")], picture.step) : html`<p>${picture.why}</p>`}</div>`}
        </div>
        <div class="pad facts"><div>${[alarm.camera?.name, seen(alarm)].filter(Boolean).join(" · ")}</div>
          <div class="mute small">${when(alarm.raised_ms, nowMs, alarm.site.tz)} · ${relative(alarm.raised_ms, nowMs)}</div>
          ${picture.phase === "shown" ? html`<div class="faint small">${picture.atMs === null ? nothing : html`${t("Picture of {time}.", { time: clockSeconds(picture.atMs, alarm.site.tz) })} `}${t("Opened on this device; entry {index} of the log.", { index: picture.index })}</div>` : nothing}</div>
      </section>
      ${canBeSeen(alarm) ? note(t("The alarm centre can see this alarm now. Is it nothing? Recall it: its picture stops within two seconds."), "alarm", "eye") : nothing}
      ${allowedMs === null || !open(alarm) || alarm.images === "released" ? nothing : nowMs - allowedMs < REFUSED_AFTER_MS ? note(t("Signed. Your unit shows pictures in about half a minute, unless you recall the alarm."), "ok", "clock")
        : note(t("Your unit shows nothing of it. It may have an alarm of its own, or its limit of such alarms is used up."), "warn", "alarm")}
      <div class="row">${open(alarm) ? button(t("Recall it"), () => this.#recall(alarm), { kind: "alarm", icon: "recall", id: "recall" }) : nothing}
        ${allowedMs !== null ? nothing : mayAllow(alarm, this.ctx.state().me.role, this.ctx.state().units) ? button(t("Let the alarm centre look"), () => void this.#allow(alarm), { icon: "eye", id: "allow-pictures" }) : nothing}
        ${alarm.camera === null ? nothing : button(t("See the recording"), () => this.ctx.go("recordings", alarm.camera?.id), { icon: "record" })}${aside}</div></div>`;
  }

  #state(alarm: Alarm): Part {
    if (alarm.recalled_ms !== null) return pill(t("recalled"), "");
    return open(alarm) ? pill(t("open"), "alarm", { dot: true }) : pill(t("closed"), "ok");
  }

  #place(video: HTMLVideoElement | null): void {
    if (video === this.#video) return;
    this.#video = video;
    if (video !== null) this.#looking?.attach(video, this.#canvas ?? undefined);
  }
}
