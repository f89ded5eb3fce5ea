// SPDX-License-Identifier: EUPL-1.2
// What the pages of setting up do: load a tab, follow a panel live, and carry out what somebody asks.
import { Board } from "../../kit/dom";
import { bindKeys, type Binding } from "../../kit/keys";
import { toast } from "../../kit/toast";
import { t } from "../../kit/words";
import { Refusal } from "../port";
import { codesActions, listActions } from "./actions";
import { exceptionDialog } from "./fields";
import { sureDialog, type Refused } from "./dialogs";
import { figuresSaid, may, pathOf, routeOf, siteOf, start, tabsFor, zoneErrors, type SettingsState, type Tab, type Who } from "./model";
import { openingDialog } from "./openings";
import { keyDialog, keysDialog, pathsDialog, testDialog } from "./panel";
import { panelDialog } from "./panels";
import type { SettingsPort } from "./port";
import type { Panel, PanelSaid, Zone } from "./types";
import { settingsView, type SettingsActions } from "./view";
import { tabName } from "./words";

const LIVE_MS = 1500;
const LIST_MS = 15_000;
const freshZone = (zone: string): Zone => ({ zone, name: "", signal_class: "", area: "", camera_ids: [], entry_exit: false });

/** What an error says to a person; null when he has to sign in again. */
export function sentence(error: unknown): Refused {
  if (error instanceof Refusal) return { message: [error.message, error.action].filter(Boolean).join(" "), field: error.field };
  return { message: t("The server can’t be reached. Check the connection and try again."), field: "" };
}

export type Events = (heard: (topic: string) => void, line: (connected: boolean) => void) => void;

export class Settings {
  readonly #port: SettingsPort;
  readonly #board: Board<SettingsState>;
  readonly #signOut: () => void;
  #asking = false;
  /** Whose cameras are at hand. */
  #camerasOf = "";

  constructor(port: SettingsPort, root: HTMLElement, who: Who, events: Events, signOut: () => void) {
    this.#port = port;
    this.#signOut = signOut;
    this.#board = new Board(root, { ...start(who, port.nowMs()), ...this.#allowed(who) }, (state) => settingsView(state, this.#actions));
    bindKeys(() => this.#keys());
    events((topic) => this.#heard(topic), (connected) => this.#connected(connected));
    addEventListener("popstate", () => void this.#arrive());
    setInterval(() => this.#board.change({ nowMs: port.nowMs() }), 1000);
    setInterval(() => void this.#follow(), LIVE_MS);
    setInterval(() => void (this.#state.panelId === null && document.visibilityState === "visible" && this.#refresh()), LIST_MS);
    void this.#arrive();
  }

  get #state(): SettingsState {
    return this.#board.state;
  }

  #allowed(who: Who): { tab: Tab; panelId: string | null } {
    const route = routeOf(location.pathname);
    return tabsFor(who.role).includes(route.tab) ? route : { tab: "panels", panelId: null };
  }

  // --- what comes from the server -------------------------------------------------------------------------------------

  #heard(topic: string): void {
    if (topic.startsWith("alarm.") || topic === "panel.changed" || topic === "site.test" || topic === "reload") void (this.#state.panelId === null ? this.#refresh() : this.#follow());
  }

  #connected(connected: boolean): void {
    if (connected === this.#state.connected) return;
    this.#board.change({ connected });
    if (connected) void this.#refresh();
  }

  /** The open panel, its signals and tests: at once when something is heard, else every moment. */
  async #follow(): Promise<void> {
    const { panelId, who } = this.#state;
    if (panelId === null || this.#asking || document.visibilityState !== "visible") return;
    this.#asking = true;
    try {
      const [panel, signals] = await Promise.all([this.#port.panel(panelId), may(who.role).seeSignals ? this.#port.signals(panelId) : []]);
      const tests = may(who.role).test ? await this.#port.tests(panel.site_id).catch(() => null) : null;
      if (this.#camerasOf !== panel.site_id) {
        this.#board.change({ cameras: await this.#port.cameras(panel.site_id) });
        this.#camerasOf = panel.site_id;
      }
      if (this.#state.panelId === panelId) this.#board.change({ panel, signals, tests });
      if (this.#state.openings === null && may(who.role).figures) await this.#readOpenings(panel);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#asking = false;
    }
  }

  async #refresh(): Promise<void> {
    await this.#try(() => this.#load());
  }

  async #load(): Promise<void> {
    const { tab, panelId, sites, figuresOf } = this.#state;
    if (sites === null) {
      const [found, lines] = await Promise.all([this.#port.sites(), this.#port.lines()]);
      this.#board.change({ sites: found, lines });
    }
    switch (tab) {
      case "panels": return panelId === null ? this.#board.change({ panels: await this.#port.panels() }) : this.#follow();
      case "lines": return this.#board.change({ lines: await this.#port.lines(), receivers: this.#state.receivers ?? (await this.#port.receivers()) });
      case "mail": return this.#board.change({ mail: await this.#port.mailCameras() });
      case "brokers": return this.#board.change({ brokers: await this.#port.brokers() });
      case "integrations": return this.#board.change({ integrations: await this.#port.integrations() });
      case "codes": return this.#loadCodes();
      case "figures": return this.#loadFigures(figuresOf);
    }
  }

  async #loadCodes(): Promise<void> {
    const { codes, who } = this.#state;
    const [table, own, unknown] = await Promise.all([codes?.table ?? this.#port.table(), may(who.role).codes ? this.#port.ownCodes() : [], this.#port.unknownCodes()]);
    this.#board.change({ codes: { table, own, unknown } });
  }

  async #loadFigures(siteId: string | null): Promise<void> {
    const can = may(this.#state.who.role);
    const [panels, tests] = await Promise.all([this.#state.panels ?? this.#port.panels(), siteId !== null && can.test ? this.#port.tests(siteId) : null]);
    this.#board.change({ panels, testsOf: tests });
    if (!can.figures || (siteId === null && !can.figuresAtLarge)) return;
    const typing = this.#state.figures !== null;
    const figures = await this.#port.figures(siteId);
    if (this.#state.figuresOf !== siteId) return;
    this.#board.change(typing ? { figures } : { figures, figuresSaid: shown(figures.own) });
  }

  async #try(work: () => Promise<unknown> | void): Promise<boolean> {
    try {
      await work();
      if (this.#state.error !== "") this.#board.change({ error: "" });
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #failed(error: unknown): void {
    if (error instanceof Refusal && (error.code === "unauthorized" || error.code === "signed_out")) return location.assign(`/sign-in?ended&next=${location.pathname}`);
    if (error instanceof Refusal) this.#board.change({ error: sentence(error).message });
    else this.#board.change({ connected: false });
  }

  /** For a dialog: what the server refused, or null when it is done; then the tab is read again. */
  readonly #told = async (work: () => Promise<unknown>, done = ""): Promise<Refused | null> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof Refusal && error.code === "unauthorized") this.#failed(error);
      return sentence(error);
    }
    if (done !== "") toast(done, "ok");
    await this.#refresh();
    return null;
  };

  // --- where one is ---------------------------------------------------------------------------------------------------

  async #arrive(): Promise<void> {
    const { tab, panelId } = this.#allowed(this.#state.who);
    this.#board.change({ tab, panelId, filter: "", error: "", panel: null, signals: null, opened: null, tests: null, zones: null, zoneErrors: [], openings: null, figures: null });
    document.title = `${tabName(tab)} · Zegel`;
    // On a phone the tabs scroll sideways: the one that is shown is brought into sight.
    requestAnimationFrame(() => document.querySelector(".setup-tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" }));
    await this.#refresh();
  }

  #go(tab: Tab, panelId: string | null = null): void {
    history.pushState(null, "", pathOf(tab, panelId));
    void this.#arrive();
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>("#content")?.focus({ preventScroll: true });
  }

  #keys(): readonly Binding[] {
    const mine = tabsFor(this.#state.who.role);
    const adds: Readonly<Partial<Record<Tab, string>>> = { panels: "#add-panel", lines: "#add-line", mail: "#add-mail", brokers: "#add-broker", integrations: "#add-integration", codes: "#add-code" };
    const click = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click();
    return [
      ...mine.map((tab, n): Binding => ({ key: String(n + 1), shown: String(n + 1), words: tabName(tab), group: t("Tabs"), press: () => this.#go(tab) })),
      { key: "n", shown: "N", words: t("Add what the tab holds"), press: () => click(adds[this.#state.tab] ?? "") },
      { key: "/", shown: "/", words: t("Find"), press: () => document.querySelector<HTMLElement>("#panel-filter, #code-filter")?.focus() },
      { key: "escape", shown: "Esc", words: t("Back to the list"), when: () => this.#state.panelId !== null && this.#state.zones === null, press: () => this.#go("panels") },
      { key: "?", shown: "?", words: t("Keys"), press: keysDialog },
    ];
  }

  // --- what one does --------------------------------------------------------------------------------------------------

  readonly #panel = (work: (panel: Panel) => void) => (): void => {
    if (this.#state.panel !== null) work(this.#state.panel);
  };

  async #readOpenings(panel: Panel): Promise<void> {
    const openings = await this.#port.openings(panel.site_id);
    if (this.#state.panelId === panel.id) this.#board.change({ openings });
  }

  #zones(zones: readonly Zone[]): void {
    const shownErrors = this.#state.zoneErrors.some((one) => one !== "");
    this.#board.change({ zones, zoneErrors: shownErrors ? zoneErrors(zones) : [] });
  }

  async #saveZones(): Promise<void> {
    const { zones, panel } = this.#state;
    if (zones === null || panel === null) return;
    const wanted = zones.map((one) => ({ ...one, zone: one.zone.trim(), name: one.name.trim(), area: one.area.trim() }));
    const errors = zoneErrors(wanted);
    this.#board.change({ zones: wanted, zoneErrors: errors });
    if (errors.some((one) => one !== "")) return void requestAnimationFrame(() => document.querySelector<HTMLElement>(".zone-row [aria-invalid=true]")?.focus());
    this.#board.change({ busy: true });
    const saved = await this.#try(async () => this.#board.change({ panel: await this.#port.setZones(panel.id, wanted), zones: null, zoneErrors: [] }));
    this.#board.change({ busy: false });
    if (saved) toast(t("The zones are saved."), "ok");
  }

  async #saveFigures(): Promise<void> {
    const { figures, figuresOf, figuresSaid: typed } = this.#state;
    if (figures === null) return;
    const { values, wrong } = figuresSaid(typed, figures.limits);
    if (wrong.length > 0) return document.getElementById(wrong[0] ?? "")?.focus();
    this.#board.change({ busy: true });
    const saved = await this.#try(async () => {
      await this.#port.setFigures(figuresOf, values);
      this.#board.change({ figures: await this.#port.figures(figuresOf) });
    });
    this.#board.change({ busy: false });
    if (saved) toast(t("Saved. They hold for signals from now on."), "ok");
  }

  readonly #added = async (work: () => Promise<Panel>): Promise<Refused | null> => {
    try {
      const panel = await work();
      this.#go("panels", panel.id);
      return null;
    } catch (error) {
      return sentence(error);
    }
  };

  readonly #endTest = (id: string): void => void this.#told(() => this.#port.endTest(id), t("The test has ended. Every signal rings again.")).then((refused) => { if (refused !== null) this.#board.change({ error: refused.message }); });

  readonly #actions: SettingsActions = {
    follow: (event, tab, panelId) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      this.#go(tab, panelId ?? null);
    },
    filter: (filter) => this.#board.change({ filter }),
    signOut: () => this.#signOut(),
    keys: keysDialog,
    addPanel: () => panelDialog(t("Add a panel"), this.#state.sites ?? [], this.#state.lines ?? [], null, (said) => this.#added(() => this.#port.addPanel(said))),
    replacePanel: this.#panel((panel) => panelDialog(t("Another device in the place of {name}", { name: panel.name }), this.#state.sites ?? [], this.#state.lines ?? [], siteOf(this.#state, panel.site_id) ?? null, (said: PanelSaid) => this.#added(() => this.#port.replacePanel(panel.id, said)))),
    changeKey: this.#panel((panel) => keyDialog(panel, (key, format) => this.#told(() => this.#port.changeKey(panel.id, key, format), key === null ? t("The key is gone.") : t("The key is set. It is never shown again.")))),
    changePaths: this.#panel((panel) => pathsDialog(panel, this.#state.lines?.find((one) => one.id === panel.line.id), (paths) => this.#told(() => this.#port.setPaths(panel.id, paths), t("Saved.")))),
    exceptPanel: this.#panel((panel) => exceptionDialog(t("Allow unencrypted signals of {name}", { name: panel.name }), t("Anybody on the way could read and forge what this panel says. The alarm centre answers for it."), this.#port.nowMs(), (said) => this.#told(() => this.#port.exceptPanel(panel.id, said), t("The exception holds.")))),
    endPanelException: this.#panel((panel) => sureDialog(t("End the exception?"), t("Unencrypted signals of this panel are refused from now on."), t("End it"), () => this.#told(() => this.#port.exceptPanel(panel.id, { reason: "", until_ms: null }), t("The exception has ended.")))),
    retirePanel: this.#panel((panel) => sureDialog(t("Take {name} out of use?", { name: panel.name }), t("Nobody waits for it any more, its key is forgotten and its account is free. What it said is kept. This can’t be undone."), t("Take it out of use"), () => this.#told(() => this.#port.retirePanel(panel.id), t("It is out of use.")))),
    startTest: this.#panel((panel) => testDialog(panel.id, (said) => this.#told(() => this.#port.startTest(panel.site_id, said), t("The test runs. Let the panel speak.")))),
    startSiteTest: (siteId) => testDialog(null, (said) => this.#told(() => this.#port.startTest(siteId, said), t("The test runs."))),
    endTest: this.#endTest,
    openSignal: (id) => void (id === null ? this.#board.change({ opened: null }) : this.#try(async () => this.#board.change({ opened: await this.#port.signal(id) }))),
    editZones: this.#panel((panel) => {
      this.#board.change({ zones: panel.zones.length === 0 ? [freshZone("1")] : panel.zones, zoneErrors: [] });
      requestAnimationFrame(() => document.querySelector<HTMLElement>(".zone-row .input")?.focus());
    }),
    leaveZones: () => this.#board.change({ zones: null, zoneErrors: [] }),
    addZone: () => {
      const zones = this.#state.zones ?? [];
      const last = Number(zones.at(-1)?.zone ?? 0);
      this.#zones([...zones, freshZone(Number.isInteger(last) ? String(last + 1) : "")]);
      requestAnimationFrame(() => document.getElementById(`name-${zones.length}`)?.focus());
    },
    dropZone: (n) => {
      const before = this.#state.zones ?? [];
      this.#zones(before.filter((_, at) => at !== n));
      toast(t("Zone removed."), "", { words: t("Put it back"), press: () => this.#zones(before) });
    },
    zone: (n, part) => this.#zones((this.#state.zones ?? []).map((one, at) => (at === n ? { ...one, ...part } : one))),
    saveZones: () => void this.#saveZones(),
    editOpening: (plan) => this.#panel((panel) => openingDialog(plan, panel.id, (said) => this.#told(async () => { await this.#port.setOpening(panel.site_id, said); await this.#readOpenings(panel); }, t("The hours are saved."))))(),
    clearOpening: (plan) => this.#panel((panel) => sureDialog(t("Watch these hours no longer?"), t("Nobody is told any more when it is open after hours."), t("Watch no longer"), () => this.#told(async () => { await this.#port.clearOpening(panel.site_id, panel.id, plan.area); await this.#readOpenings(panel); }, t("Nobody watches these hours now."))))(),
    figuresOf: (figuresOf) => { this.#board.change({ figuresOf, figures: null, figuresSaid: {}, testsOf: null, error: "" }); void this.#refresh(); },
    figure: (name, text) => this.#board.change({ figuresSaid: { ...this.#state.figuresSaid, [name]: text } }),
    resetFigures: () => this.#board.change({ figuresSaid: shown(this.#state.figures?.own ?? {}) }),
    saveFigures: () => void this.#saveFigures(),
    ...listActions({ port: () => this.#port, state: () => this.#state, told: this.#told, load: () => void this.#refresh() }),
    ...codesActions({ port: () => this.#port, state: () => this.#state, told: this.#told, load: () => void this.#refresh() }),
  };
}

/** What was set, as it stands in the fields. */
const shown = (own: Readonly<Record<string, number | null>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(own).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
