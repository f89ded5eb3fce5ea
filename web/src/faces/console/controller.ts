// SPDX-License-Identifier: EUPL-1.2
// What the operator's page does: it follows the queue, works one alarm at a time, and loses neither a row nor a click.
import { Board, need } from "../../kit/dom";
import { bindKeys, showKeys, type Binding } from "../../kit/keys";
import { Bell } from "../../kit/ring";
import { toast } from "../../kit/toast";
import { t } from "../../kit/words";
import { alarmNumber, alarmTitle } from "../names";
import { Refusal, type Me, type Port } from "../port";
import type { Alarm, AlarmDetail } from "../types";
import { mailPictures, type MailPictures } from "../mailpictures";
import { guards, plan, type Panel } from "../plans/panel";
import { plansPort, type PlansPort } from "../plans/port";
import { alarmOf, type AlarmRow } from "../shape";
import type { SiteMap } from "../sitemap";
import { Channel, type Said } from "./channel";
import { askAnswer, askClose, askCodeWord, askGuard, askGuardWords, askHold, askNote, askPark, askReopen } from "./dialogs";
import { mount, type Picture } from "./picture";
import { pictured } from "./incident";
import { blank, current, holdS, isMine, isParked, isWaiting, next, PARKED, ringing, start, wanted, waiting, type ConsoleState, type LogLine, type Question } from "./model";
import { arrange, everything, kinds, onlys, parkable, reveal, type Filter } from "./order";
import { Sending } from "./sending";
import { consoleView, ROW, type ConsoleActions } from "./view";

const HEALTH_MS = 5000;
const UNDO_MS = 10_000;
/** For so long after a key the chosen row counts as the one that is looked at. */
const FOCUS_MS = 5000;

interface Undo {
  readonly untilMs: number;
  readonly run: () => void;
  readonly putAway: () => void;
}

export class Console {
  readonly #port: Port;
  readonly #me: Me;
  readonly #board: Board<ConsoleState>;
  readonly #bell: Bell;
  readonly #sending: Sending;
  readonly #channel: Channel;
  readonly #title = document.title;
  #picture: Picture | null = null;
  #pictureHost: HTMLElement | null = null;
  readonly #plans: PlansPort;
  #mails: MailPictures | null = null;
  readonly #panels: { plan: Panel | null; guards: Panel | null } = { plan: null, guards: null };
  #list: HTMLElement | null = null;
  #listSize: ResizeObserver | null = null;
  #pointer: string | null = null;
  #keyedMs = 0;
  #undo: Undo | null = null;
  #streamUp = true;
  #answering = true;
  #slow = 0;
  #loading: Promise<void> | null = null;
  #again = false;
  /** Rows that came while the whole list was on its way: they are not older than it. */
  #meanwhile: Alarm[] = [];
  #detailing: string | null = null;
  #detailAgain = false;
  /** Whose map is there or on its way. */
  #mapped: string | null = null;
  #second: Window | null = null;

  constructor(port: Port, root: HTMLElement, me: Me) {
    this.#port = port;
    this.#me = me;
    const now = (): number => port.nowMs();
    this.#bell = new Bell(now);
    this.#plans = plansPort((method, path, body) => port.ask(method, path, body), now);
    this.#sending = new Sending(port, (actions) => this.#board.change({ actions }));
    const state: ConsoleState = { ...start, me: { name: me.name, party: me.party.name }, mine: me.id, nowMs: now(), asOfMs: now(), soundReady: false };
    this.#board = new Board<ConsoleState>(root, state, (drawn) => consoleView(drawn, this.#actions));
    this.#channel = new Channel(`${me.id}-${me.party.id}`, (said) => this.#said(said));
    this.#channel.say({ kind: "hello" });
    bindKeys(() => this.#allKeys);
    port.events((topic, data) => this.#heard(topic, data), (up) => this.#stream(up), true);
    setInterval(() => this.#tick(), 1000);
    setInterval(() => void this.#probe(), HEALTH_MS);
    for (const gesture of ["keydown", "pointerdown"]) document.addEventListener(gesture, () => void this.#wake(), { capture: true });
    window.addEventListener("offline", () => this.#reach(false));
    window.addEventListener("online", () => void this.#probe());
    window.addEventListener("pagehide", () => this.#letGo());
    window.addEventListener("beforeunload", (event) => { if (this.#sending.pending) event.preventDefault(); });
    void this.#reload();
    void this.#questions();
    void this.#probe();
    void this.#wake();
  }

  get #state(): ConsoleState {
    return this.#board.state;
  }

  // --- the connection -----------------------------------------------------------------------------------------------

  #stream(up: boolean): void {
    this.#streamUp = up;
    this.#line();
    if (up) void this.#probe();
  }

  #reach(up: boolean): void {
    this.#answering = up;
    this.#line();
  }

  /** Connected means both: events come, and what is asked is answered. What was missed is asked for at once. */
  #line(): void {
    const connected = this.#streamUp && this.#answering;
    if (connected === this.#state.connected) return;
    this.#board.change({ connected });
    this.#picture?.line(connected);
    if (!connected) return;
    this.#sending.hurry();
    void this.#reload();
  }

  async #probe(): Promise<void> {
    try {
      const health = await this.#port.health();
      this.#slow = 0;
      this.#board.change({ health, asOfMs: this.#streamUp ? this.#port.nowMs() : this.#state.asOfMs });
      this.#reach(true);
    } catch (error) {
      // One slow answer is a busy server, not a lost line: the picture would be taken away for it.
      if (error instanceof Refusal && !error.passing) this.#failed(error);
      else if (!(error instanceof DOMException && error.name === "TimeoutError") || (this.#slow += 1) > 1) this.#reach(false);
    }
  }

  #heard(topic: string, data: Readonly<Record<string, unknown>>): void {
    this.#board.change({ asOfMs: this.#port.nowMs() });
    if (topic === "alarm.asked" || topic === "reload") void this.#questions();
    if (topic === "alarm.asked") return;
    if (topic === "alarms") return this.#rows(data["rows"] as AlarmRow[], data["gone"] as string[]);
    if (topic === "reload" || topic.startsWith("alarm.") || topic.startsWith("technical.")) return void this.#reload();
    const id = data["alarm_id"] ?? data["alarm"];
    if (topic === "window.ended" && id === this.#state.selected) this.#ended(String(data["reason"] ?? "closed"));
    if (id === undefined || id !== this.#state.selected) return;
    if (topic.startsWith("mailpicture.")) void this.#mails?.refresh();
    else void this.#detail();
  }

  /** The picture goes before anything else does; the rest is asked for. */
  #ended(reason: string): void {
    const { detail } = this.#state;
    if (detail?.window && detail.id === this.#state.selected) this.#tell({ ...detail, window: { ...detail.window, open: false, ended_reason: reason } });
  }

  /** `gone`: seen no more, or handled as a part of another. */
  #rows(told: readonly AlarmRow[], gone: readonly string[]): void {
    const rows = told.map(alarmOf);
    if (this.#loading !== null) this.#meanwhile.push(...rows);
    const alarms = new Map(this.#state.alarms);
    for (const row of rows) put(alarms, row);
    for (const id of gone) alarms.delete(id);
    this.#took(alarms);
    const mine = rows.find((row) => row.id === this.#state.selected);
    if (mine === undefined) return;
    const { detail } = this.#state;
    if (detail?.id === mine.id) this.#tell({ ...detail, ...mine });
    void this.#detail();
  }

  /** One load at a time; what happens meanwhile makes one more. */
  async #reload(): Promise<void> {
    this.#again = true;
    this.#loading ??= (async () => {
      while (this.#again) {
        this.#again = false;
        await this.#load().catch((error: unknown) => this.#failed(error));
      }
      this.#loading = null;
    })();
    return this.#loading;
  }

  async #load(): Promise<void> {
    this.#meanwhile = [];
    const rows = await this.#port.alarms("open");
    const alarms = new Map(rows.map((row) => [row.id, row]));
    for (const row of this.#meanwhile) put(alarms, row);
    this.#board.change({ loading: false, asOfMs: this.#port.nowMs() });
    this.#took(alarms);
    if (this.#state.list === "handled") await this.#handled();
    void this.#detail();
  }

  async #handled(): Promise<void> {
    this.#board.change({ handled: (await this.#port.alarms("all")).filter((alarm) => alarm.state === "closed") });
    this.#arrange();
  }

  #took(alarms: ReadonlyMap<string, Alarm>): void {
    const gone = new Map(this.#state.gone);
    for (const id of this.#state.ids) {
      const left = alarms.has(id) ? undefined : this.#state.alarms.get(id);
      if (left !== undefined) gone.set(id, left);
    }
    this.#board.change({ alarms, gone, nowMs: this.#port.nowMs() });
    this.#arrange();
    this.#choose();
    this.#ring();
  }

  /** What the alarm in hand is now: the picture hears of it first. */
  #tell(detail: AlarmDetail): void {
    this.#board.change({ detail });
    this.#picture?.alarm(detail);
    if (detail.state === "closed") this.#mails?.shut();
    this.#panels.plan?.alarm(detail);
    this.#panels.guards?.alarm(detail);
    void this.#mapOf(detail);
  }

  /** The site's map is shown to who has one of its alarms in hand; asked for once, and gone with the alarm. */
  async #mapOf(detail: AlarmDetail): Promise<void> {
    if (!isMine(this.#state, detail) || detail.site.id === "") {
      this.#mapped = null;
      return this.#board.change({ map: null });
    }
    if (this.#mapped === detail.id) return;
    this.#mapped = detail.id;
    try {
      const found = await this.#port.ask<SiteMap>("GET", `/sites/${detail.site.id}/map?alarm_id=${detail.id}`);
      if (this.#mapped === detail.id) this.#board.change({ map: { alarmId: detail.id, siteId: detail.site.id, found } });
    } catch {
      if (this.#mapped === detail.id) this.#mapped = null; // without a map he works on; it is asked for with the next news
    }
  }

  async #detail(): Promise<void> {
    const { selected } = this.#state;
    if (selected === null) return;
    if (this.#detailing === selected) return void (this.#detailAgain = true);
    this.#detailing = selected;
    try {
      do {
        this.#detailAgain = false;
        const detail = await this.#port.alarm(selected);
        if (this.#state.selected === selected) this.#tell(detail);
      } while (this.#detailAgain && this.#state.selected === selected);
    } catch (error) {
      if (this.#state.selected === selected) this.#failed(error);
    } finally {
      if (this.#detailing === selected) this.#detailing = null;
    }
    this.#mayLook();
  }

  #failed(error: unknown): void {
    const out = error instanceof Refusal && (error.code === "unauthorized" || error.code === "signed_out");
    if (out && !this.#sending.pending) return location.assign("/sign-in?ended&next=/console/");
    if (error instanceof Refusal && !error.passing) toast([error.message, error.action].filter(Boolean).join(" "), "alarm");
    else this.#reach(false);
  }

  #tick(): void {
    this.#board.change({ nowMs: this.#port.nowMs() });
    this.#arrange();
    this.#ring();
    this.#mayLook();
    if (this.#undo !== null && this.#undo.untilMs < Date.now()) this.#undo = null;
  }

  // --- the list -----------------------------------------------------------------------------------------------------

  /** The row that must not move: under the pointer, or chosen by a key a moment ago. */
  get #anchor(): string | null {
    if (this.#pointer !== null) return this.#pointer;
    const looking = this.#list !== null && this.#list.matches(":focus-visible");
    return looking || performance.now() - this.#keyedMs < FOCUS_MS ? this.#state.selected : null;
  }

  #arrange(loose = false): void {
    const anchor = loose ? null : this.#anchor;
    const before = this.#state.ids;
    const { ids, held } = arrange(before, wanted(this.#state), anchor);
    const settled = anchor === null || !before.includes(anchor);
    const gone = settled && this.#state.gone.size > 0 ? new Map<string, Alarm>() : this.#state.gone;
    if (same(ids, before) && same(held, this.#state.held) && gone === this.#state.gone) return;
    this.#board.change({ ids: same(ids, before) ? before : ids, held, gone });
    if (settled) this.#steady(before, ids);
  }

  /** Scrolled down, the rows in sight stay in sight although some came above them. */
  #steady(before: readonly string[], ids: readonly string[]): void {
    const { top } = this.#state.roll;
    if (top < ROW || this.#list === null) return;
    const first = before[Math.floor(top / ROW)];
    const at = first === undefined ? -1 : ids.indexOf(first);
    if (at < 0) return;
    const to = top + (at - Math.floor(top / ROW)) * ROW;
    if (to === top) return;
    this.#board.redraw();
    this.#list.scrollTop = to;
    this.#rolled();
  }

  readonly #rolled = (): void => {
    if (this.#list === null) return;
    const { scrollTop: top, clientHeight: height } = this.#list;
    if (top !== this.#state.roll.top || height !== this.#state.roll.height) this.#board.change({ roll: { top, height } });
  };

  readonly #rolls = (element?: Element): void => {
    this.#listSize?.disconnect();
    this.#list = element instanceof HTMLElement ? element : null;
    if (this.#list === null) return;
    this.#list.addEventListener("scroll", this.#rolled, { passive: true });
    this.#listSize = new ResizeObserver(this.#rolled);
    this.#listSize.observe(this.#list);
  };

  #over(id: string | null): void {
    this.#pointer = id;
    if (id === null) this.#arrange();
  }

  #filter(part: Partial<Filter>): void {
    this.#board.change({ filter: { ...this.#state.filter, ...part } });
    this.#arrange(true);
    if (this.#list !== null) this.#list.scrollTop = 0;
  }

  #cycle(what: "only" | "kind"): void {
    const { filter } = this.#state;
    if (what === "only") return this.#filter({ only: onlys[(onlys.indexOf(filter.only) + 1) % onlys.length] ?? "all" });
    const at = filter.kind === null ? -1 : kinds.indexOf(filter.kind);
    this.#filter({ kind: kinds[at + 1] ?? null });
  }

  #reveal(id: string): void {
    const at = this.#state.ids.indexOf(id);
    if (at < 0 || this.#list === null) return;
    const to = reveal(this.#state.roll, ROW, at);
    if (to === null) return;
    this.#list.scrollTop = to;
    this.#rolled();
  }

  /** Nobody has to reach for an alarm: with nothing in hand, the most urgent one that waits lies open. */
  #choose(): void {
    if (this.#state.list !== "open" || this.#state.selected !== null) return;
    const first = next(this.#state);
    if (first !== undefined) this.#select(first.id, true);
  }

  #next(): void {
    this.#select(null);
    this.#choose();
  }

  #takeUp(): void {
    const first = next(this.#state);
    this.#pointer = null;
    this.#keyedMs = 0;
    this.#board.change({ filter: everything, list: "open" });
    this.#arrange(true);
    if (first === undefined) return;
    this.#select(first.id);
    this.#reveal(first.id);
  }

  #move(to: (at: number, last: number) => number): void {
    this.#keyedMs = performance.now();
    const rows = this.#state.ids.filter((id) => id !== PARKED);
    const at = rows.indexOf(this.#state.selected ?? "");
    const id = rows[Math.min(rows.length - 1, Math.max(0, to(at, rows.length - 1)))];
    if (id === undefined) return;
    this.#select(id);
    this.#reveal(id);
  }

  get #page(): number {
    return Math.max(1, Math.floor(this.#state.roll.height / ROW) - 1);
  }

  #select(id: string | null, quietly = false): void {
    if (id === this.#state.selected) return;
    this.#letGo();
    this.#board.change({ selected: id, detail: null, opened: null, picture: blank, raw: null, map: null });
    this.#mapped = null;
    this.#channel.say({ kind: "chosen", id });
    if (id !== null) this.#soon(quietly ? 0 : 60);
  }

  #due: ReturnType<typeof setTimeout> | null = null;
  /** Running down the list with a key held asks for the alarm where it ends, not for each on the way. */
  #soon(ms: number): void {
    clearTimeout(this.#due ?? undefined);
    this.#due = setTimeout(() => void this.#detail(), ms);
  }

  // --- sound --------------------------------------------------------------------------------------------------------

  async #wake(): Promise<void> {
    await this.#bell.wake();
    if (this.#bell.ready !== this.#state.soundReady) this.#board.change({ soundReady: this.#bell.ready });
  }

  #ring(): void {
    this.#bell.ring(ringing(this.#state));
    const { ringing: sound, muted, breaksMs } = this.#bell;
    if (sound !== this.#state.sound || muted !== this.#state.muted || breaksMs !== this.#state.breaksMs) this.#board.change({ sound, muted, breaksMs });
    const open = waiting(this.#state).length;
    const title = `${this.#state.connected ? "" : "⚠ "}${open > 0 ? `(${open}) ` : ""}${this.#title}`;
    if (document.title !== title) document.title = title;
  }

  /** Off and on; while what is vital sounds through, once more hushes it for another minute. */
  #mute(): void {
    if (!this.#bell.ready && !this.#bell.muted) return void this.#wake();
    const { breaksMs } = this.#bell;
    this.#bell.mute(!this.#bell.muted || (breaksMs !== null && breaksMs <= this.#port.nowMs()));
    this.#ring();
  }

  // --- the picture --------------------------------------------------------------------------------------------------

  /** Where the picture goes; it is opened as soon as there is a place and the alarm's own facts. */
  readonly #pictureAt = (host?: Element): void => {
    this.#pictureHost = host instanceof HTMLElement ? host : null;
    if (this.#pictureHost !== null) this.#mount();
  };

  #mount(): void {
    const { detail, opened } = this.#state;
    if (this.#picture !== null || this.#pictureHost === null || detail === null || detail.id !== opened) return;
    this.#picture = mount(this.#pictureHost, {
      alarm: detail, me: this.#me, changed: (picture) => this.#board.change({ picture }), log: (words, index, proof) => this.#log(words, index, proof),
    }, this.#port);
    void this.#picture.open();
  }

  /** Coming back to an alarm in hand opens it again, a look of its own; a hold before any look is waited out. */
  #mayLook(): void {
    const alarm = this.#alarm;
    if (alarm === null || this.#state.opened !== null || this.#state.detail?.id !== alarm.id) return;
    if (this.#sending.of(alarm.id).some(({ verb }) => verb === "release-claim" || verb === "close")) return; // it is being let go of
    if (isMine(this.#state, alarm) && alarm.window?.open === true && holdS(alarm, this.#state.nowMs) === 0) this.#open(alarm);
  }

  #open(alarm: Alarm): void {
    this.#board.change({ opened: alarm.id });
    queueMicrotask(() => this.#mount());
  }

  /** Pictures that came by mail draw nothing when there are none. */
  #mailsAt(host?: Element): void {
    this.#mails?.end();
    this.#mails = null;
    const { detail } = this.#state;
    if (!(host instanceof HTMLElement) || detail === null) return;
    this.#mails = mailPictures(host, { of: { alarmId: detail.id }, watermark: this.#me.name, log: (words, index, proof) => this.#log(words, index, proof) }, this.#port);
  }

  /** Lets go of the keys and of everything decoded. */
  #letGo(): void {
    this.#picture?.end();
    this.#picture = null;
    this.#mails?.shut();
  }

  /** The plan and the guards have parts of their own; what they do goes through the same queue of actions. */
  #panel(name: "plan" | "guards", make: typeof plan, host?: Element): void {
    this.#panels[name]?.end();
    this.#panels[name] = null;
    const { detail } = this.#state;
    if (!(host instanceof HTMLElement) || detail === null) return;
    const act = (verb: string, body: Readonly<Record<string, unknown>>): void => void this.#do(detail, verb, body, doneWords(verb));
    this.#panels[name] = make(host, { alarm: detail, me: this.#me, act, changed: () => void this.#detail() }, this.#plans);
  }

  get #allKeys(): readonly Binding[] {
    return [...this.#keys, ...(this.#picture?.keys ?? []), ...(this.#panels.plan?.keys ?? []), ...(this.#panels.guards?.keys ?? [])];
  }

  #log(words: string, index: number | null, proof: LogLine["proof"]): void {
    const line = index === null ? undefined : this.#state.log.find((one) => one.index === index);
    if (line === undefined) return this.#board.change({ log: [...this.#state.log, { atMs: this.#port.nowMs(), words, index, proof }].slice(-40) });
    if (line.proof !== proof) this.#board.change({ log: this.#state.log.map((one) => (one === line ? { ...one, proof } : one)) });
  }

  // --- what the operator does ---------------------------------------------------------------------------------------

  get #alarm(): Alarm | null {
    return current(this.#state);
  }

  readonly #inHand = (): boolean => this.#alarm !== null && isMine(this.#state, this.#alarm);

  /** Kept, sent, sent again: the answer is the alarm as it is then. Null when the server refused; that stays in sight. */
  async #do(alarm: Alarm, verb: string, body: Readonly<Record<string, unknown>>, words: string): Promise<AlarmDetail | null> {
    try {
      const detail = await this.#sending.send(alarm, verb, body, `${words} ${alarmNumber(alarm)}`);
      this.#log(`${words} ${alarmNumber(alarm)}`, null, "none");
      this.#changed(detail);
      return detail;
    } catch (error) {
      if (error instanceof Refusal && error.code === "unauthorized") this.#failed(error);
      void this.#reload();
      return null;
    }
  }

  #changed(detail: AlarmDetail): void {
    const alarms = new Map(this.#state.alarms);
    put(alarms, detail);
    if (this.#state.selected === detail.id) this.#tell(detail);
    this.#took(alarms);
  }

  async #claim(): Promise<void> {
    const alarm = this.#alarm;
    if (alarm === null || this.#sending.of(alarm.id).some((one) => one.verb === "claim")) return;
    if (alarm.state === "closed") return this.#reopened() && this.#state.opened !== alarm.id ? this.#open(alarm) : this.#next();
    if (!isWaiting(alarm)) return this.#lookAlong(alarm);
    const claimed = await this.#do(alarm, "claim", {}, t("claimed"));
    if (claimed === null) return;
    this.#mayLook();
    if (this.#state.opened === alarm.id) this.#lookAlong(claimed);
  }

  /** Open again for a reason of the closed list, and not over yet. */
  #reopened(): boolean {
    const reopened = this.#state.detail?.reopened ?? null;
    return reopened !== null && (reopened.until_ms ?? 0) > this.#state.nowMs;
  }

  #lookAlong(alarm: Alarm): void {
    if (this.#state.opened === alarm.id) return void (["sealed", "refused", "none"].includes(this.#state.picture.phase) && this.#picture?.open());
    if (alarm.window?.open === true && holdS(alarm, this.#state.nowMs) === 0) this.#open(alarm);
  }

  #mayUndo(words: string, run: () => void): void {
    const putAway = toast(words, "ok", { words: t("Undo"), key: "Z", press: () => this.#undoIt() }, UNDO_MS);
    this.#undo = { run, putAway, untilMs: Date.now() + UNDO_MS };
  }

  #undoIt(): void {
    const undo = this.#undo;
    this.#undo = null;
    undo?.putAway();
    undo?.run();
  }

  async #putBack(): Promise<void> {
    const alarm = this.#alarm;
    if (alarm === null || !this.#inHand()) return;
    this.#letGo();
    this.#board.change({ opened: null, picture: blank });
    if (await this.#do(alarm, "release-claim", {}, t("put back"))) this.#mayUndo(t("{number} is back in the queue.", { number: alarmNumber(alarm) }), () => void this.#do(alarm, "claim", {}, t("claimed")).then(() => this.#mayLook()));
  }

  #park(): void {
    const alarm = this.#alarm;
    if (alarm === null || !parkable(alarm) || !(isWaiting(alarm) || this.#inHand())) return;
    if (isParked(alarm, this.#state.nowMs)) return void this.#do(alarm, "unpark", {}, t("fetched back"));
    askPark(alarm, (minutes, text) => void (async () => {
      if (!(await this.#do(alarm, "park", { minutes, text }, t("parked")))) return;
      this.#mayUndo(t("{number} is parked for {n} minutes.", { number: alarmNumber(alarm), n: minutes }), () => void this.#do(alarm, "unpark", {}, t("fetched back")));
      if (this.#state.selected === alarm.id) this.#next();
    })());
  }

  #hold(): void {
    const alarm = this.#alarm;
    if (alarm === null || !this.#inHand()) return;
    if (alarm.state === "on_hold") return void this.#do(alarm, "resume", { text: "" }, t("went on with"));
    askHold(alarm, (text) => void this.#do(alarm, "hold", { text }, t("on hold")));
  }

  #close(): void {
    const alarm = this.#alarm;
    if (alarm === null || !this.#inHand()) return;
    askClose(alarm, (code, note) => {
      this.#letGo();
      this.#board.change({ opened: null, picture: { ...blank, phase: "sealed", reason: "closed" } });
      void this.#do(alarm, "close", { code, note }, t("closed")).then((closed) => {
        if (closed === null) return;
        toast(pictured(alarm) ? t("{what} at {site} is closed. The pictures are sealed again.", { what: alarmTitle(alarm), site: alarm.site.name }) : t("{what} at {site} is closed.", { what: alarmTitle(alarm), site: alarm.site.name }), "ok");
        if (this.#state.selected === alarm.id) this.#next();
      });
    });
  }

  #note(): void {
    const alarm = this.#alarm;
    if (alarm !== null && this.#inHand()) askNote(alarm, (text) => void this.#do(alarm, "note", { text, kind: "note" }, t("noted on")));
  }

  #guard(): void {
    const { detail } = this.#state;
    if (detail === null || !this.#inHand()) return;
    if (detail.guards.length === 0) askGuardWords(detail, (text) => void this.#do(detail, "note", { text, kind: "guard_sent" }, t("guard sent for")));
    else askGuard(detail, detail.guards, (guard_id, note) => void this.#do(detail, "send-guard", { guard_id, note }, t("guard sent for")));
  }

  #codeWord(): void {
    const { detail } = this.#state;
    if (detail !== null && this.#inHand()) askCodeWord(detail, (contact_id, word) => void this.#do(detail, "recall-by-word", { contact_id, word }, t("code word for")).then((answer) => answer !== null && spoken(answer)));
  }

  #reopen(): void {
    const alarm = this.#alarm;
    if (alarm === null || alarm.state !== "closed") return;
    askReopen(alarm, (reason) => void this.#do(alarm, "reopen", { reason }, t("reopened")).then((detail) => detail !== null && this.#open(detail)));
  }

  #raw(id: string | null): void {
    const { detail, raw } = this.#state;
    const wantedId = id ?? (raw === null ? (detail?.signals.at(0)?.id ?? null) : null);
    if (detail === null || wantedId === null || raw?.id === wantedId) return this.#board.change({ raw: null });
    this.#board.change({ raw: { id: wantedId, signal: null } });
    this.#port.rawSignal(detail.id, wantedId).then(
      (signal) => { if (this.#state.raw?.id === wantedId) this.#board.change({ raw: { id: wantedId, signal } }); },
      (error: unknown) => { this.#board.change({ raw: null }); this.#failed(error); },
    );
  }

  async #questions(): Promise<void> {
    try {
      this.#board.change({ questions: (await this.#port.ask<{ questions: readonly Question[] }>("GET", "/alarm-questions")).questions });
    } catch {
      // what is asked stays asked: it is read again with the next word of it
    }
  }

  /** An alarm that is over stands in the list of what was handled. */
  async #question(alarmId: string): Promise<void> {
    this.#showList("handled");
    await this.#handled();
    this.#select(alarmId);
  }

  #answer(question: Question): void {
    askAnswer(question, (text) => void this.#port.ask("POST", `/alarms/${question.alarm_id}/answer`, { text }).then(() => toast(t("Answered. The customer reads it."), "ok"), (error: unknown) => toast(error instanceof Refusal ? error.message : t("This did not reach the server. Nothing changed; try again."), "alarm")).then(() => this.#questions()));
  }

  #showList(list: ConsoleState["list"]): void {
    this.#select(null);
    this.#board.change({ list, ids: [], held: [], gone: new Map() });
    this.#arrange(true);
    void this.#reload();
  }

  // --- the second window --------------------------------------------------------------------------------------------

  #said(said: Said): void {
    if (said.kind === "hello") {
      this.#board.change({ second: true });
      this.#channel.say({ kind: "chosen", id: this.#state.selected });
    }
    if (said.kind === "here") this.#board.change({ second: true });
    if (said.kind === "bye") this.#board.change({ second: false });
    if (said.kind === "choose") {
      this.#select(said.id);
      this.#reveal(said.id);
    }
  }

  #openSecond(): void {
    if (this.#second !== null && !this.#second.closed) return this.#second.focus();
    this.#second = window.open("/console/second", "zegel-second", "popup,width=1280,height=800");
    if (this.#second === null) toast(t("The browser kept the second window shut. Allow windows for this site, or open /console/second yourself."), "alarm");
  }

  readonly #actions: ConsoleActions = {
    select: (id) => this.#select(id),
    back: () => this.#select(null),
    list: (list) => this.#showList(list),
    filter: (filter) => this.#filter(filter),
    rolls: this.#rolls,
    over: (id) => this.#over(id),
    takeUp: () => this.#takeUp(),
    first: () => this.#move(() => 0),
    claim: () => void this.#claim(),
    putBack: () => void this.#putBack(),
    close: () => this.#close(),
    note: () => this.#note(),
    hold: () => this.#hold(),
    park: () => this.#park(),
    guard: () => this.#guard(),
    codeWord: () => this.#codeWord(),
    reopen: () => this.#reopen(),
    question: (alarmId) => void this.#question(alarmId),
    answer: (question) => this.#answer(question),
    raw: (id) => this.#raw(id),
    verify: () => this.#picture?.verify(),
    replay: () => this.#picture?.replay(),
    live: () => this.#picture?.live(),
    pause: () => this.#picture?.pause(),
    full: () => this.#picture?.full(),
    seek: (ms) => this.#picture?.seek(ms),
    mute: () => this.#mute(),
    keys: () => showKeys(this.#allKeys),
    second: () => this.#openSecond(),
    putAway: (id) => this.#sending.putAway(id),
    signOut: () => {
      this.#letGo();
      void this.#port.signOut().finally(() => location.assign("/sign-in"));
    },
    picture: this.#pictureAt,
    mails: (host) => this.#mailsAt(host),
    plan: (host) => this.#panel("plan", plan, host),
    guards: (host) => this.#panel("guards", guards, host),
  };

  readonly #keys: readonly Binding[] = this.#bindings();

  #bindings(): readonly Binding[] {
    const queue = t("The queue");
    const alarm = t("The alarm");
    const seat = t("The seat");
    return [
      { key: "t", shown: "T", words: t("Take up the most urgent"), group: queue, press: () => this.#takeUp() },
      { key: "arrowdown", shown: "↓", words: t("Next alarm"), group: queue, press: () => this.#move((at) => at + 1) },
      { key: "j", shown: "J", words: t("Next alarm"), group: queue, press: () => this.#move((at) => at + 1) },
      { key: "arrowup", shown: "↑", words: t("Alarm before"), group: queue, press: () => this.#move((at) => at - 1) },
      { key: "k", shown: "K", words: t("Alarm before"), group: queue, press: () => this.#move((at) => at - 1) },
      { key: "pagedown", shown: "PgDn", words: t("A page on"), group: queue, press: () => this.#move((at) => at + this.#page) },
      { key: "pageup", shown: "PgUp", words: t("A page back"), group: queue, press: () => this.#move((at) => at - this.#page) },
      { key: "home", shown: "Home", words: t("First, last"), group: queue, press: () => this.#move(() => 0) },
      { key: "end", shown: "End", words: t("First, last"), group: queue, press: () => this.#move((_at, last) => last) },
      { key: "/", shown: "/", words: t("Search"), group: queue, press: () => need("#search", HTMLInputElement).focus() },
      { key: "q", shown: "Q", words: t("All, yours, unconfirmed, parked"), group: queue, press: () => this.#cycle("only") },
      { key: "e", shown: "E", words: t("One class after the other"), group: queue, press: () => this.#cycle("kind") },
      { key: "escape", shown: "Esc", words: t("No filter"), group: queue, press: () => this.#filter(everything) },
      { key: "enter", shown: "⏎", words: t("Claim and look"), group: alarm, when: () => this.#alarm !== null, press: () => void this.#claim() },
      { key: "g", shown: "G", words: t("Send guard"), group: alarm, when: this.#inHand, press: () => this.#guard() },
      { key: "x", shown: "X", words: t("Code word"), group: alarm, when: this.#inHand, press: () => this.#codeWord() },
      { key: "n", shown: "N", words: t("Note"), group: alarm, when: this.#inHand, press: () => this.#note() },
      { key: "h", shown: "H", words: t("On hold, go on"), group: alarm, when: this.#inHand, press: () => this.#hold() },
      { key: "p", shown: "P", words: t("Park, fetch back"), group: alarm, when: () => this.#alarm !== null && parkable(this.#alarm), press: () => this.#park() },
      { key: "b", shown: "B", words: t("The signal as it came in"), group: alarm, when: () => this.#alarm !== null, press: () => this.#raw(null) },
      { key: "u", shown: "U", words: t("Put back"), group: alarm, when: this.#inHand, press: () => void this.#putBack() },
      { key: "c", shown: "C", words: t("Close with a code"), group: alarm, when: this.#inHand, press: () => this.#close() },
      { key: "y", shown: "Y", words: t("Reopen for a reason"), group: alarm, when: () => this.#alarm?.state === "closed", press: () => this.#reopen() },
      { key: "z", shown: "Z", words: t("Undo, while it is offered"), group: alarm, press: () => this.#undoIt() },
      { key: "m", shown: "M", words: t("Sound on, muted"), group: seat, press: () => this.#mute() },
      { key: "o", shown: "O", words: t("Second monitor"), group: seat, press: () => this.#openSecond() },
      { key: "?", shown: "?", words: t("Keys"), group: seat, press: () => this.#actions.keys() },
    ];
  }
}

function put(alarms: Map<string, Alarm>, row: Alarm): void {
  if (row.state === "closed") alarms.delete(row.id);
  else alarms.set(row.id, row);
}

/** What the operator is told; to the caller he says the same, whichever it was. */
function spoken(answer: AlarmDetail & { readonly word?: string }): void {
  if (answer.word === "valid") toast(t("The word is right: {number} is recalled.", { number: alarmNumber(answer) }), "ok");
  else if (answer.word === "duress") toast(t("Duress word: a hold-up. Say that all is well and end the call, then call the police."), "alarm");
  else toast(t("The word is not right: go on with the plan."), "alarm");
}

function doneWords(verb: string): string {
  const words: Readonly<Record<string, string>> = { steps: t("step of"), "send-guard": t("guard sent for"), "guard-state": t("guard's news on"), "guard-cancel": t("guard called off for"), note: t("noted on") };
  return words[verb] ?? verb.replaceAll("-", " ");
}

const same = (a: readonly string[], b: readonly string[]): boolean => a === b || (a.length === b.length && a.every((id, i) => id === b[i]));
