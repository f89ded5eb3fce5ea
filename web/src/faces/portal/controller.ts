// SPDX-License-Identifier: EUPL-1.2
// What the customer's page does: it takes the unit's word only when it verifies, and signs what the unit is to obey.
import type { Session } from "../../client/session";
import { foot, openDialog } from "../../kit/dialog";
import { Board, html } from "../../kit/dom";
import { keepLogged } from "../../kit/leaving";
import { button } from "../../kit/pieces";
import { toast } from "../../kit/toast";
import { t } from "../../kit/words";
import { alarmNumber } from "../names";
import { mailPictures, type MailPictures } from "../mailpictures";
import { asRefusal } from "../wire";
import { Refusal, type Me, type Port } from "../port";
import type { Alarm, Look } from "../types";
import { pathOf, routeOf, start, type Arming, type MailCamera, type PortalState, type Route, type UnitView, type View } from "./model";
import { grouped } from "./model";
import { Opened } from "../opened";
import { pageOf, type Ctx } from "./pages";
import { arrival, newcomers, type Sight } from "./seeing";
import { portalView, type PortalActions } from "./view";

const CONFIRM_WITHIN_MS = 30_000;

export class Portal {
  readonly #port: Port;
  readonly #board: Board<PortalState>;
  readonly #session: () => Session;
  readonly #watching = new Set<(state: PortalState) => void>();
  readonly #hearing = new Set<(topic: string, data: Readonly<Record<string, unknown>>) => void>();
  #module: Opened<Ctx> | null = null;
  #reloading: Promise<void> | null = null;
  #again = false;
  #sighting = false;
  #sightAgain = false;
  readonly #mailHosts = new Map<string, (host: Element | undefined) => void>();
  readonly #mail = new Map<string, MailPictures>();

  constructor(port: Port, root: HTMLElement, me: Me, session: () => Session) {
    this.#port = port;
    this.#session = session;
    this.#board = new Board<PortalState>(root, {
      ...start, me: { name: me.name, email: me.email, party: me.party.name, partyId: me.party.id, role: me.party.role, tenant: me.party.tenant === true }, nowMs: port.nowMs(), route: routeOf(location.pathname), moreParties: me.parties.length > 1,
    }, (state) => {
      for (const told of this.#watching) queueMicrotask(() => told(state));
      return portalView(state, this.#actions);
    });
    port.events((topic, data) => this.#heard(topic, data), (connected) => this.#line(connected));
    setInterval(() => this.#tick(), 1000);
    addEventListener("popstate", () => this.#arrive());
    if (pageOf(this.#state.route.view)?.load !== undefined) this.#arrive();
    void this.#reload().then(() => this.#arrive());
  }

  get #state(): PortalState {
    return this.#board.state;
  }

  // --- what comes in ------------------------------------------------------------------------------------------------

  #heard(topic: string, data: Readonly<Record<string, unknown>>): void {
    for (const told of this.#hearing) told(topic, data);
    if (/^(view|window|reopening|release|grant|live|alarm)\./.test(topic) || topic === "reload") void this.#sight();
    if (topic === "unit.status") void this.#words();
    else if (topic === "view.logged" || topic === "view.ended" || topic === "release.stored" || topic === "window.reopened" || topic === "view.after_recall") void this.#looks();
    else if (topic === "segments.stored" || topic === "footage.deleted") return;
    else {
      void this.#reload();
      if (topic === "reload") void this.#looks();
    }
  }

  /** Who can see what now. Somebody who began to look is told of at once, whatever page is open. */
  async #sight(): Promise<void> {
    this.#sightAgain = true;
    if (this.#sighting) return;
    this.#sighting = true;
    try {
      while (this.#sightAgain) {
        this.#sightAgain = false;
        const sight = await this.#port.ask<Sight>("GET", "/who-can-see");
        for (const one of newcomers(this.#state.sight, sight)) toast(arrival(one, this.#state.cameras.find(({ id }) => id === one.camera_id)?.name ?? ""), one.own ? "" : "alarm");
        this.#board.change({ sight });
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#sighting = false;
    }
  }

  async #endSight(alarmId: string): Promise<void> {
    try {
      await this.#port.endReopening(alarmId);
      toast(t("Ended. The alarm centre sees nothing of it any more."), "ok");
    } catch (error) {
      this.#failed(error);
    }
    await this.#sight();
  }

  #line(connected: boolean): void {
    if (connected === this.#state.connected) return;
    this.#board.change({ connected });
    if (connected) void this.#reload();
  }

  #tick(): void {
    this.#board.change({ nowMs: this.#port.nowMs() });
    if (!this.#state.connected) void this.#reload();
  }

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
    const [alarms, cameras, units, mail] = await Promise.all([this.#port.alarms("all"), this.#port.cameras(), this.#port.units(), this.#port.ask<{ cameras: readonly MailCamera[] }>("GET", "/mail-cameras")]);
    const known = new Map(this.#state.units.map((one) => [one.unit.id, one]));
    const fresh = (unit: UnitView["unit"]): UnitView => ({ tz: undefined, confirmed: null, distrust: null, compare: null, arming: null, ...known.get(unit.id), unit });
    for (const shown of this.#mail.values()) void shown.refresh();
    this.#board.change({ alarms, cameras, mail: mail.cameras.filter((one) => one.state === "active"), units: units.filter((unit) => unit.state !== "revoked").map(fresh), loading: false, connected: true, nowMs: this.#port.nowMs() });
    await Promise.all([this.#words(), this.#looks(), this.#sight()]);
  }

  async #looks(): Promise<void> {
    await this.#port.looks().then((looks) => this.#board.change({ looks: grouped(looks), looksLoaded: true }), (error: unknown) => this.#failed(error));
  }

  /** Asks each unit's signed status; a word that does not verify is shown as distrust, never as a state. */
  async #words(): Promise<void> {
    await Promise.all(this.#state.units.map(async ({ unit }) => {
      try {
        const word = await this.#port.word(unit.id);
        this.#unit(unit.id, (one) => ({ confirmed: word === null ? null : { state: word.state, untilMs: word.untilMs, atMs: word.atMs, part: word.part ?? null, guardsFromMs: word.guardsFromMs ?? null }, tz: word?.tz, distrust: null, compare: null, strange: false, arming: settled(one.arming, word?.state) }));
      } catch (error) {
        if (error instanceof Refusal && error.code === "not_compared" && error.words !== null) {
          const compare = error.words;
          this.#unit(unit.id, () => ({ compare, confirmed: null }));
        } else if (error instanceof Refusal && error.code === "not_compared") this.#unit(unit.id, () => ({ compare: null, strange: true, confirmed: null }));
        else if (error instanceof Refusal && error.code === "distrust") this.#unit(unit.id, () => ({ distrust: error.message, confirmed: null }));
        else this.#failed(error);
      }
    }));
  }

  #unit(id: string, change: (one: UnitView) => Partial<UnitView>): void {
    this.#board.change({ units: this.#state.units.map((one) => (one.unit.id === id ? { ...one, ...change(one) } : one)) });
  }

  #failed(error: unknown): void {
    if (error instanceof Refusal && (error.code === "unauthorized" || error.code === "signed_out")) return location.assign(`/sign-in?ended&next=${location.pathname}`);
    if (error instanceof Refusal) toast([error.message, error.action].filter(Boolean).join(" "), "alarm");
    else this.#board.change({ connected: false });
  }

  /** The pictures of a mail camera, for as long as their place is on the page. */
  #mailHost(cameraId: string): (host: Element | undefined) => void {
    const known = this.#mailHosts.get(cameraId);
    if (known !== undefined) return known;
    const place = (host: Element | undefined): void => {
      this.#mail.get(cameraId)?.end();
      this.#mail.delete(cameraId);
      if (host instanceof HTMLElement) this.#mail.set(cameraId, mailPictures(host, { of: { cameraId }, watermark: null, log: (_words, _index, proof) => void (proof === "proved" && this.#looks()) }, this.#port));
    };
    this.#mailHosts.set(cameraId, place);
    return place;
  }

  // --- where ----------------------------------------------------------------------------------------------------------

  #go(view: View, id?: string): void {
    history.pushState(null, "", pathOf(view, id));
    this.#arrive();
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>("#content")?.focus({ preventScroll: true });
  }

  #arrive(): void {
    const route = routeOf(location.pathname);
    this.#open(route);
    this.#board.change({ route });
    if (route.view === "you" && this.#state.keys.length === 0) void this.#port.keyWords().then((keys) => this.#board.change({ keys }), (error: unknown) => this.#failed(error));
    if (route.view === "looked") void this.#looks();
  }

  /** A page that is a module of its own: opened once, told when its address changes, closed when another is opened. */
  #open(route: Route): void {
    const page = pageOf(route.view);
    if (this.#module !== null && this.#module.view !== route.view) {
      this.#module.close();
      this.#module = null;
    }
    if (page?.load === undefined) return;
    if (this.#module === null) this.#module = new Opened(page, this.#ctx(), route.id, "portal");
    else this.#module.route(route.id);
  }

  #ctx(): Ctx {
    const session = this.#session();
    const kept = <Told>(all: Set<Told>) => (told: Told): (() => void) => {
      all.add(told);
      return () => void all.delete(told);
    };
    return {
      session, api: session.api, port: this.#port, toast, dialog: openDialog,
      events: kept(this.#hearing), watch: kept(this.#watching), state: () => this.#state,
      go: (view, id) => this.#go(view, id), reload: () => this.#reload(), failed: (error) => this.#failed(asRefusal(error)),
    };
  }

  /** What the customer has of an alarm: from a little before it to its end, five minutes at most. */
  #watchAlarm(alarm: Alarm): void {
    if (alarm.camera === null) return;
    const end = alarm.closed?.at_ms ?? alarm.window?.ended_ms ?? this.#port.nowMs();
    const to = Math.max(alarm.raised_ms + 5000, Math.min(end, alarm.raised_ms + 300_000));
    this.#go("recordings", `${alarm.camera.id}_${alarm.raised_ms - 15_000}_${Math.round(to)}`);
  }

  // --- the unit -----------------------------------------------------------------------------------------------------------

  async #arm(unitId: string, target: "arm" | "disarm"): Promise<void> {
    this.#unit(unitId, () => ({ arming: { phase: "signing", target } }));
    try {
      await this.#port.command(unitId, target, () => this.#unit(unitId, () => ({ arming: { phase: "sent", target } })));
      setTimeout(() => this.#unit(unitId, (one) => (one.arming?.phase === "sent" ? { arming: { phase: "failed", target, message: t("The unit has not confirmed yet. It will when it is in contact; until then nothing changed.") } } : {})), CONFIRM_WITHIN_MS);
      await this.#words();
    } catch (error) {
      const message = error instanceof Refusal ? [error.message, error.action].filter(Boolean).join(" ") : t("This did not reach the server. Nothing changed; try again.");
      this.#unit(unitId, () => ({ arming: { phase: "failed", target, message } }));
    }
  }

  /** Asks first, because the alarm centre then stops looking and can't be asked to look again by this alarm. */
  #recall(alarm: Alarm): void {
    const dialog = openDialog(t("Recall {number}?", { number: alarmNumber(alarm) }), (opened) => html`
      <p>${t("You say: it is us, or it is nothing. The alarm centre stops looking within two seconds and its key is gone.")}</p>
      <p class="mute">${t("Your unit goes on guarding, and what it recorded stays yours.")}</p>
      ${foot(button(t("Keep the alarm"), opened.close), button(t("Yes, recall it"), () => { dialog.close(); void this.#recallNow(alarm); }, { kind: "alarm", icon: "recall", id: "recall-now" }))}`);
  }

  async #recallNow(alarm: Alarm): Promise<void> {
    this.#board.change({ recalling: alarm.id });
    try {
      const recalled = await this.#port.recall(alarm.id);
      this.#board.change({ alarms: this.#state.alarms.map((one) => (one.id === recalled.id ? recalled : one)) });
      toast(t("Recalled. The alarm centre can see nothing any more."), "ok");
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#board.change({ recalling: null });
      void this.#reload();
    }
  }

  /** A stolen unit opens nothing of yesterday; revoked, it cannot come back either. */
  #revoke(unitId: string, name: string): void {
    const dialog = openDialog(t("Cut off {unit}?", { unit: name }), (opened) => html`
      <p>${t("Do this when the unit was stolen. It is refused within seconds and can never come back under this key.")}</p>
      <p class="mute">${t("What it recorded stays yours: it holds no key of the past.")}</p>
      ${foot(button(t("Keep the unit"), opened.close), button(t("Yes, cut it off"), () => { dialog.close(); void this.#revokeNow(unitId); }, { kind: "alarm", id: "revoke-now" }))}`);
  }

  /** What was reopened is shut again: the alarm centre sees nothing of it from now on. */
  async #endReopening(look: Look): Promise<void> {
    if (look.alarm_id === null) return;
    try {
      await this.#port.endReopening(look.alarm_id);
      this.#board.change({ endedReopenings: [...this.#state.endedReopenings, look.index] });
      toast(t("Ended. The alarm centre sees nothing of it any more."), "ok");
    } catch (error) {
      this.#failed(error);
    }
  }

  async #revokeNow(unitId: string): Promise<void> {
    try {
      await this.#port.revoke(unitId);
      toast(t("Cut off. It cannot come back."), "ok");
    } catch (error) {
      this.#failed(error);
    }
    await this.#reload();
  }

  // --- proof ----------------------------------------------------------------------------------------------------------------

  async #check(look: Look): Promise<void> {
    const mark = (check: PortalState["checks"][number]): void => this.#board.change({ checks: { ...this.#state.checks, [look.index]: check } });
    mark({ phase: "checking" });
    try {
      let size = 0;
      for (const wanted of look.indices) {
        const found = await this.#port.check(await this.#port.receipt(wanted));
        if (found.index !== wanted) return mark({ phase: "failed", why: t("The receipt is for another entry.") });
        size = Math.max(size, found.size);
      }
      mark({ phase: "ok", first: look.index, count: look.indices.length, size });
    } catch (error) {
      mark({ phase: "failed", why: error instanceof Error ? error.message : String(error) });
    }
  }

  async #receipt(look: Look): Promise<void> {
    try {
      const { text, entry } = await this.#port.receiptFile(look.index);
      keepLogged(entry, new Blob([text], { type: "text/plain" }), `zegel-${look.index}.tlog-proof`);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #compared(unitId: string, same: boolean): Promise<void> {
    if (!same) return this.#unit(unitId, () => ({ compare: null, distrust: t("Its key is not the one you see on the unit.") }));
    await this.#port.confirmUnit(unitId).catch((error: unknown) => this.#failed(error));
    await this.#words();
  }

  readonly #actions: PortalActions = {
    compared: (unitId, same) => void this.#compared(unitId, same),
    go: (view, id) => this.#go(view, id),
    module: () => this.#module?.element ?? null,
    arm: (unitId, target) => void this.#arm(unitId, target),
    recall: (alarm) => this.#recall(alarm),
    revoke: (unitId, name) => this.#revoke(unitId, name),
    watchAlarm: (alarm) => this.#watchAlarm(alarm),
    check: (look) => void this.#check(look),
    endReopening: (look) => void this.#endReopening(look),
    endSight: (alarmId) => void this.#endSight(alarmId),
    filterLooks: (part) => this.#board.change({ lookFilter: { ...this.#state.lookFilter, ...part } }),
    receipt: (look) => void this.#receipt(look),
    signOut: () => {
      void this.#port.signOut().finally(() => location.assign("/sign-in"));
    },
    switchParty: () => location.assign("/sign-in?choose"),
    mailHost: (id) => this.#mailHost(id),
  };
}

/** A command is settled once the unit's own word agrees with it. */
function settled(arming: Arming, state: string | undefined): Arming {
  if (arming === null || arming.phase === "signing" || state === undefined) return arming;
  const armed = state === "armed" || state === "working_hours";
  return (arming.target === "arm") === armed ? null : arming;
}

