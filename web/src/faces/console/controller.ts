// SPDX-License-Identifier: EUPL-1.2
// What the operator's page does: it follows the queue, opens one alarm's window, and lets go of every key the moment that ends.
import { foot, openDialog } from "../../kit/dialog";
import { Board, html, need } from "../../kit/dom";
import { choices, textField } from "../../kit/form";
import { drawBoxes } from "../../kit/frame";
import { bindKeys, showKeys, type Binding } from "../../kit/keys";
import { button } from "../../kit/pieces";
import { Bell } from "../../kit/ring";
import { toast } from "../../kit/toast";
import { t } from "../../kit/words";
import { alarmNumber, alarmTitle, closeCodes, codeName } from "../names";
import { trouble } from "../look";
import { Refusal, type Looking, type LookingNow, type Me, type Port } from "../port";
import type { Alarm } from "../types";
import { current, isMine, isWaiting, queue, rings, shown, start, waiting, type ConsoleState, type LogLine, type Watch } from "./model";
import { consoleView, type ConsoleActions } from "./view";

export class Console {
  readonly #port: Port;
  readonly #board: Board<ConsoleState>;
  readonly #bell = new Bell();
  #looking: Looking | null = null;
  #video: HTMLVideoElement | undefined;
  #canvas: HTMLCanvasElement | undefined;
  #reloading: Promise<void> | null = null;
  #again = false;
  readonly #title = document.title;

  constructor(port: Port, root: HTMLElement, me: Me) {
    this.#port = port;
    this.#board = new Board<ConsoleState>(root, { ...start, me: { name: me.name, party: me.party.name }, mine: me.id, nowMs: port.nowMs(), soundReady: false }, (state) => consoleView(state, this.#actions));
    bindKeys(this.#keys);
    port.events((topic, data) => this.#heard(topic, data), (connected) => this.#line(connected));
    setInterval(() => this.#tick(), 1000);
    setInterval(() => void this.#health(), 5000);
    for (const gesture of ["keydown", "pointerdown"]) document.addEventListener(gesture, () => void this.#wake(), { capture: true });
    window.addEventListener("pagehide", () => this.#drop());
    void this.#reload();
    void this.#health();
    void this.#wake();
    this.#paint();
  }

  get #state(): ConsoleState {
    return this.#board.state;
  }

  // --- what comes in ------------------------------------------------------------------------------------------------

  #heard(topic: string, data: Readonly<Record<string, unknown>>): void {
    const id = data["alarm_id"] ?? data["alarm"] ?? data["id"];
    if (topic === "window.ended" && id === this.#state.selected && this.#looking !== null) this.#seal(String(data["reason"] ?? "closed"));
    if (topic.startsWith("alarm.") || topic.startsWith("window.") || topic.startsWith("release.") || topic.startsWith("technical.") || topic === "reload") void this.#reload();
    if (topic === "unit.status") void this.#health();
  }

  #line(connected: boolean): void {
    if (connected === this.#state.connected) return;
    this.#board.change({ connected });
    if (connected) void this.#reload();
  }

  #tick(): void {
    this.#board.change({ nowMs: this.#port.nowMs() });
    this.#ring();
    if (!this.#state.connected) void this.#reload();
  }

  async #wake(): Promise<void> {
    await this.#bell.wake();
    if (this.#bell.ready !== this.#state.soundReady) this.#board.change({ soundReady: this.#bell.ready });
  }

  #ring(): void {
    this.#bell.muted = this.#state.muted;
    this.#bell.ring(rings(this.#state));
    const open = waiting(this.#state.alarms).length;
    document.title = open > 0 ? `(${open}) ${this.#title}` : this.#title;
  }

  /** One reload at a time; what happens meanwhile makes one more. */
  async #reload(): Promise<void> {
    this.#again = true;
    this.#reloading ??= (async () => {
      while (this.#again) {
        this.#again = false;
        await this.#load().catch((error: unknown) => this.#failed(error));
      }
      this.#reloading = null;
    })();
    return this.#reloading;
  }

  async #load(): Promise<void> {
    const alarms = await this.#port.alarms("open");
    this.#board.change({ alarms, loading: false, nowMs: this.#port.nowMs(), connected: true });
    this.#choose();
    this.#ring();
    const { selected, list } = this.#state;
    if (selected !== null) await this.#detail(selected);
    if (list === "handled") await this.#handled();
  }

  async #handled(): Promise<void> {
    this.#board.change({ handled: (await this.#port.alarms("all")).filter((alarm) => alarm.state === "closed") });
  }

  async #detail(id: string): Promise<void> {
    const detail = await this.#port.alarm(id);
    if (this.#state.selected !== id) return;
    this.#board.change({ detail });
    if (this.#looking !== null && (detail.state === "closed" || detail.window?.open === false)) this.#seal(detail.recalled_ms !== null ? "recalled" : (detail.window?.ended_reason ?? "closed"));
  }

  async #health(): Promise<void> {
    await this.#port.health().then((health) => this.#board.change({ health }), () => undefined);
  }

  /** Nobody has to reach for an alarm: with nothing in hand, the most urgent one that waits lies open. */
  #choose(): void {
    const { selected, list } = this.#state;
    if (list !== "open" || selected !== null) return;
    const next = queue(waiting(this.#state.alarms))[0];
    if (next !== undefined) this.#board.change({ selected: next.id, watch: { phase: "none" } });
  }

  #next(): void {
    if (this.#state.list !== "open") return;
    this.#board.change({ selected: null, detail: null, watch: { phase: "none" } });
    this.#choose();
  }

  #failed(error: unknown): void {
    if (error instanceof Refusal && (error.code === "unauthorized" || error.code === "signed_out")) return location.assign("/sign-in?ended&next=/console/");
    if (error instanceof Refusal) toast([error.message, error.action].filter(Boolean).join(" "), "alarm");
    else this.#board.change({ connected: false });
  }

  // --- looking ------------------------------------------------------------------------------------------------------

  /** A look that the log did not prove in time is tried once more, as a look of its own with its own entry. */
  async #look(alarm: Alarm, again = true): Promise<void> {
    if (alarm.camera === null || alarm.images !== "released") return;
    this.#drop();
    this.#board.change({ watch: { phase: "opening", step: 0 } });
    try {
      const looking = await this.#port.look({ cameraId: alarm.camera.id, alarmId: alarm.id, alarmMs: alarm.raised_ms }, "alarm_verification");
      if (this.#state.selected !== alarm.id) return void looking.end();
      this.#looking = looking;
      this.#log(t("looked, {camera}", { camera: alarm.camera.name }), looking.index, "waiting");
      looking.onChange((now) => this.#looked(looking, now, again ? alarm : null));
      if (this.#video !== undefined) looking.attach(this.#video);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal("failed", t("This could not be opened."), error instanceof Error ? error.message : "");
      this.#board.change({ watch: { phase: "refused", message: refusal.message, action: refusal.action } });
    }
  }

  #looked(looking: Looking, now: LookingNow, retry: Alarm | null): void {
    if (looking !== this.#looking) return;
    this.#prove(looking.index, now.proof);
    if (now.phase === "opening") return this.#board.change({ watch: { phase: "opening", step: now.step } });
    if (now.phase === "ended" && now.reason === "no_receipt" && retry !== null) return void this.#look(retry, false);
    if (now.phase === "ended") return this.#over(now);
    const { live, headMs, stretches, behindS, paused } = now;
    this.#board.change({ watch: { phase: "playing", live, headMs, stretches, behindS, paused, boxes: looking.boxes().length } });
  }

  #over(now: LookingNow): void {
    const wrong = trouble(now);
    this.#seal(now.reason ?? "ended", now.stretches);
    if (wrong !== null) this.#board.change({ watch: { phase: "refused", ...wrong } });
    void this.#reload();
  }

  /** The picture goes before anything else does. */
  #seal(reason: string, stretches?: readonly Extract<Watch, { phase: "sealed" }>["stretches"][number][]): void {
    const seen = stretches ?? (this.#state.watch.phase === "playing" ? this.#state.watch.stretches : []);
    this.#drop();
    this.#board.change({ watch: { phase: "sealed", reason, stretches: seen } });
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

  #paint(): void {
    requestAnimationFrame(() => this.#paint());
    if (this.#looking !== null && this.#canvas !== undefined && this.#video !== undefined) drawBoxes(this.#canvas, this.#video, this.#looking.boxes());
  }

  #log(words: string, index: number | null, proof: LogLine["proof"]): void {
    this.#board.change({ log: [...this.#state.log, { atMs: this.#port.nowMs(), words, index, proof }].slice(-40) });
  }

  #prove(index: number, proof: LogLine["proof"]): void {
    const line = this.#state.log.find((one) => one.index === index);
    if (line === undefined || line.proof === proof) return;
    this.#board.change({ log: this.#state.log.map((one) => (one === line ? { ...one, proof } : one)) });
  }

  // --- what the operator does ---------------------------------------------------------------------------------------

  get #alarm(): Alarm | null {
    return current(this.#state);
  }

  readonly #playing = (): boolean => this.#state.watch.phase === "playing";
  readonly #inHand = (): boolean => this.#alarm !== null && isMine(this.#state, this.#alarm);

  async #claim(): Promise<void> {
    const alarm = this.#alarm;
    if (alarm === null || this.#state.busy !== null) return;
    if (alarm.state === "closed") return this.#next();
    if (this.#inHand()) return this.#playing() ? undefined : this.#look(alarm);
    if (!isWaiting(alarm)) return;
    await this.#busy("claim", async () => {
      const claimed = await this.#port.claim(alarm.id);
      this.#took(claimed, t("claimed {number}", { number: alarmNumber(alarm) }));
      await this.#look(claimed);
    });
  }

  #took(alarm: Alarm, words: string): void {
    const rest = this.#state.alarms.filter((one) => one.id !== alarm.id);
    this.#board.change({ alarms: alarm.state === "closed" ? rest : [...rest, alarm], detail: this.#state.detail?.id === alarm.id ? { ...this.#state.detail, ...alarm } : this.#state.detail });
    this.#log(words, null, "none");
    this.#ring();
    void this.#reload();
  }

  async #busy(what: string, work: () => Promise<void>): Promise<void> {
    this.#board.change({ busy: what });
    try {
      await work();
    } catch (error) {
      this.#failed(error);
      void this.#reload();
    } finally {
      this.#board.change({ busy: null });
    }
  }

  #putBack(): void {
    const alarm = this.#alarm;
    if (alarm === null || !this.#inHand()) return;
    this.#drop();
    void this.#busy("put-back", async () => {
      this.#took(await this.#port.putBack(alarm.id), t("put back {number}", { number: alarmNumber(alarm) }));
      this.#board.change({ watch: { phase: "none" } });
    });
  }

  #closeDialog(): void {
    const alarm = this.#alarm;
    if (alarm === null || !this.#inHand()) return;
    let code: string | null = null;
    let words = "";
    const finish = (): void => {
      if (code === null) return;
      dialog.close();
      this.#close(alarm, code, words);
    };
    const all = closeCodes.map((value, i) => ({ value, words: codeName(value), key: String(i + 1) }));
    const pick = (value: string): void => {
      code = value;
      dialog.redraw();
    };
    const pressed = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLTextAreaElement) return;
      const choice = all[Number(event.key) - 1];
      if (choice !== undefined) pick(choice.value);
      if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) finish();
    };
    const dialog = openDialog(t("Close {number} with a code", { number: alarmNumber(alarm) }), (opened) => html`<div class="form" @keydown=${pressed}>
      ${choices("code", t("How did it end?"), all, code, pick)}
      ${textField("close-note", t("Note"), { hint: t("Facts, not people: the customer can read it."), input: (value) => (words = value) })}
      ${foot(button(t("Not yet"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Close the alarm"), finish, { kind: "primary", key: "⏎", disabled: code === null, id: "close-now" }))}</div>`);
  }

  #close(alarm: Alarm, code: string, words: string): void {
    this.#drop();
    this.#board.change({ watch: { phase: "sealed", reason: "closed", stretches: [] } });
    void this.#busy("close", async () => {
      this.#took(await this.#port.close(alarm.id, code, words), t("closed {number}", { number: alarmNumber(alarm) }));
      toast(t("{what} at {site} is closed. The pictures are sealed again.", { what: alarmTitle(alarm), site: alarm.site.name }), "ok");
      this.#board.change({ selected: null, detail: null, watch: { phase: "none" } });
      this.#choose();
    });
  }

  #noteDialog(): void {
    const alarm = this.#alarm;
    if (alarm === null || !this.#inHand()) return;
    let words = "";
    const save = (): void => {
      if (words.trim() === "") return;
      dialog.close();
      void this.#busy("note", async () => {
        await this.#port.note(alarm.id, words.trim());
        this.#log(t("note on {number}", { number: alarmNumber(alarm) }), null, "none");
        await this.#detail(alarm.id);
      });
    };
    const dialog = openDialog(t("Note on {number}", { number: alarmNumber(alarm) }), (opened) => html`<div class="form" @keydown=${(event: KeyboardEvent) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(); }}>
      ${textField("note", t("What do you see?"), { hint: t("Facts, not people: the customer can read it."), rows: 4, input: (value) => (words = value) })}
      ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Save the note"), save, { kind: "primary", key: "Ctrl ⏎", id: "note-save" }))}</div>`);
    need("#note", HTMLTextAreaElement).focus();
  }

  #select(id: string | null): void {
    if (id === this.#state.selected) return;
    this.#drop();
    this.#board.change({ selected: id, detail: null, watch: { phase: "none" } });
    if (id === null) return;
    void this.#detail(id).then(() => this.#resume(id), (error: unknown) => this.#failed(error));
    requestAnimationFrame(() => document.getElementById(`alarm-${id}`)?.scrollIntoView({ block: "nearest" }));
  }

  /** Coming back to an alarm that is in hand opens it again: a look of its own, with its own entry. */
  #resume(id: string): void {
    const alarm = this.#alarm;
    if (alarm?.id === id && this.#inHand() && alarm.window?.open === true) void this.#look(alarm);
  }

  #move(by: number): void {
    const rows = shown(this.#state);
    const at = rows.findIndex((alarm) => alarm.id === this.#state.selected);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next !== undefined) this.#select(next.id);
  }

  #mute(): void {
    if (!this.#bell.ready && !this.#state.muted) return void this.#wake();
    this.#board.change({ muted: !this.#state.muted });
    this.#ring();
  }

  readonly #full = (): void => void need("#picture", HTMLElement).requestFullscreen().catch(() => undefined);
  readonly #pause = (): void => this.#looking?.pause(!(this.#state.watch.phase === "playing" && this.#state.watch.paused));
  readonly #replay = (): void => {
    if (this.#state.watch.phase === "playing") this.#looking?.seek(this.#state.watch.stretches[0]?.fromMs ?? 0);
  };

  readonly #actions: ConsoleActions = {
    select: (id) => this.#select(id),
    back: () => this.#select(null),
    list: (list) => {
      this.#drop();
      this.#board.change({ list, selected: null, detail: null, watch: { phase: "none" } });
      void this.#reload();
    },
    filter: (filter) => this.#board.change({ filter }),
    claim: () => void this.#claim(),
    putBack: () => this.#putBack(),
    close: () => this.#closeDialog(),
    note: () => this.#noteDialog(),
    replay: this.#replay,
    live: () => this.#looking?.live(),
    pause: this.#pause,
    full: this.#full,
    seek: (ms) => this.#looking?.seek(ms),
    mute: () => this.#mute(),
    keys: () => showKeys(this.#keys),
    signOut: () => {
      this.#drop();
      void this.#port.signOut().finally(() => location.assign("/sign-in"));
    },
    video: (video) => {
      if (video === this.#video) return;
      this.#video = video;
      if (video !== undefined) this.#looking?.attach(video);
    },
    overlay: (canvas) => (this.#canvas = canvas),
  };

  readonly #keys: readonly Binding[] = [
    { key: "arrowdown", shown: "↓", words: t("Next alarm"), press: () => this.#move(1) },
    { key: "j", shown: "J", words: t("Next alarm"), press: () => this.#move(1) },
    { key: "arrowup", shown: "↑", words: t("Alarm before"), press: () => this.#move(-1) },
    { key: "k", shown: "K", words: t("Alarm before"), press: () => this.#move(-1) },
    { key: "enter", shown: "⏎", words: t("Claim and look"), when: () => this.#alarm !== null, press: () => void this.#claim() },
    { key: "r", shown: "R", words: t("From the start"), when: this.#playing, press: this.#replay },
    { key: " ", shown: "␣", words: t("Pause, go on"), when: this.#playing, press: this.#pause },
    { key: "l", shown: "L", words: t("Live"), when: this.#playing, press: () => this.#looking?.live() },
    { key: "f", shown: "F", words: t("Full screen"), when: this.#playing, press: this.#full },
    { key: "n", shown: "N", words: t("Note"), when: this.#inHand, press: () => this.#noteDialog() },
    { key: "u", shown: "U", words: t("Put back"), when: this.#inHand, press: () => this.#putBack() },
    { key: "c", shown: "C", words: t("Close with a code"), when: this.#inHand, press: () => this.#closeDialog() },
    { key: "m", shown: "M", words: t("Sound on, muted"), press: () => this.#mute() },
    { key: "/", shown: "/", words: t("Search"), press: () => need("#search", HTMLInputElement).focus() },
    { key: "?", shown: "?", words: t("Keys"), press: () => showKeys(this.#keys) },
  ];
}
