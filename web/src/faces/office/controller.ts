// SPDX-License-Identifier: EUPL-1.2
// What the provider's office does: shows what there is to do, finds anything, and carries out what somebody asks.
import type { Session } from "../../client/session";
import { Board } from "../../kit/dom";
import { bindKeys, showKeys, type Binding } from "../../kit/keys";
import { toast } from "../../kit/toast";
import { t } from "../../kit/words";
import type { Asked, Malfunction } from "./maintenance";
import { Refusal } from "../port";
import type { Refused } from "../settings/dialogs";
import { asRefusal } from "../refusal";
import { drafts, keep, newRef, type Draft } from "./drafts";
import { drawWatermark } from "../../viewer/watermark";
import type { Looking, Still } from "./looking";
import { TABS, leadsTo, pathOf, routeOf, start, type State, type Who } from "./model";
import type { Customer, Found, Health, Item, Paper, Place, Switch, Task, Tasks, Which } from "./types";
import { officeView, type Actions } from "./view";
import { tabName } from "./words";

type Ask = <T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown) => Promise<T>;
export type Events = (heard: (topic: string) => void, line: (connected: boolean) => void) => () => void;

const LIST_MS = 20_000;
const FIND_MS = 90;
const SEND_MS = 15_000;

export class Office {
  readonly #board: Board<State>;
  #finding: ReturnType<typeof setTimeout> | undefined;
  #filtering: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #looking: Looking | null = null;
  #turn = 0;
  #keeping: Promise<void> = Promise.resolve();

  constructor(private readonly ask: Ask, private readonly session: () => Session, root: HTMLElement, who: Who, private readonly clock: () => number, events: Events, private readonly signOut: () => void) {
    this.#board = new Board<State>(root, { ...start(who, clock()), route: routeOf(location.pathname, who.role) }, (state) => officeView(state, this.#actions));
    bindKeys(() => this.#keys());
    events((topic) => this.#heard(topic), (connected) => this.#line(connected));
    addEventListener("popstate", () => void this.#arrive());
    addEventListener("online", () => void this.#send());
    addEventListener("pagehide", () => this.#looking?.end());
    setInterval(() => this.#tick(), 1000);
    setInterval(() => void (document.visibilityState === "visible" && this.#load()), LIST_MS);
    setInterval(() => void this.#send(), SEND_MS);
    void this.#arrive();
    void drafts(session()).then((all) => { this.#board.change({ drafts: all }); void this.#send(); });
  }

  get #state(): State {
    return this.#board.state;
  }

  // --- what comes in ----------------------------------------------------------------------------------------------------

  #heard(topic: string): void {
    if (topic === "task.changed" || topic === "stock.changed" || topic.startsWith("maintenance.") || topic.startsWith("malfunction.") || topic.startsWith("unit.") || topic === "reload") void this.#load();
  }

  #line(connected: boolean): void {
    if (connected === this.#state.connected) return;
    this.#board.change({ connected });
    if (connected) void this.#load().then(() => this.#send());
  }

  #tick(): void {
    this.#board.change({ nowMs: this.clock() });
    this.#stills();
  }

  /** The still that was asked for is looked at once its keys are there; a still is gone with its consent. */
  #stills(): void {
    const { wanted, still, nowMs } = this.#state;
    const asked = (id: string | undefined | null): Asked | undefined => this.#state.jobs?.flatMap(({ requests }) => requests).find((one) => one.id === id && one.state === "allowed" && (one.until_ms ?? 0) > nowMs);
    if (still !== null && asked(still.requestId) === undefined) {
      still.picture.close();
      this.#board.change({ still: null });
    }
    const one = asked(wanted);
    if (wanted !== null && one === undefined) this.#board.change({ wanted: null });
    if (one === undefined || this.#looking !== null) return;
    if (one.begun_ms !== null && one.still_ms !== null && one.begun_ms >= one.still_ms && one.granted_until_ms !== null && one.granted_until_ms > nowMs) void this.#look(one).catch((error: unknown) => this.#failed(error));
  }

  async #load(): Promise<void> {
    try {
      await this.#read();
      if (this.#state.error !== "") this.#board.change({ error: "" });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #read(): Promise<void> {
    const { tab, id } = this.#state.route;
    const tasks = this.ask<Tasks>("GET", `/tasks?which=${this.#state.which}`).then((found) => this.#board.change({ tasks: found }));
    switch (tab) {
      case "tasks": return tasks;
      case "jobs": await Promise.all([this.#jobs(), this.#stock(), tasks]); if (id !== null) await this.#places(); return this.#health(this.#state.jobs?.filter((job) => job.id === id).map(({ unit }) => unit.id) ?? []);
      case "customers": await Promise.all([this.#customers(), id === null ? null : this.#places(), tasks]); return;
      case "sites": await Promise.all([this.#places(), this.#customers(), tasks]); return this.#health(this.#state.places?.filter((place) => place.id === id).flatMap(({ units }) => units.map((unit) => unit.id)) ?? []);
      case "stock": await Promise.all([this.#stock(), this.#places(), tasks]); return;
      case "papers": await Promise.all([this.#papers(), tasks]);
    }
  }

  readonly #jobs = async (): Promise<void> => {
    this.#board.change({ jobs: (await this.ask<{ malfunctions: readonly Malfunction[] }>("GET", "/maintenance")).malfunctions });
    this.#stills();
  };
  /** Those that the page shows: one site, a customer's, or what is typed above the list. */
  readonly #places = async (): Promise<void> => {
    const { route, filter, jobs } = this.#state;
    const job = route.tab === "jobs" ? jobs?.find(({ id }) => id === route.id) : undefined;
    const one = route.tab === "sites" ? route.id : (job?.site.id ?? null);
    const query = one !== null ? `site_id=${one}` : route.tab === "customers" && route.id !== null ? `customer_id=${route.id}` : route.tab === "sites" ? `words=${encodeURIComponent(filter)}` : "";
    const { sites, count } = await this.ask<{ sites: readonly Place[]; count: number }>("GET", `/provider/sites?${query}`);
    this.#board.change({ places: sites, placesCount: count });
  };
  readonly #customers = async (): Promise<void> => {
    const { customers, add } = await this.ask<{ customers: readonly Customer[]; add: boolean }>("GET", "/provider/customers");
    this.#board.change({ customers, mayAdd: add });
  };
  readonly #stock = async (): Promise<void> => {
    if (this.#state.who.role !== "privacy_officer") this.#board.change({ stock: (await this.ask<{ items: readonly Item[] }>("GET", "/provider/stock")).items });
  };
  /** Technical figures, for maintenance (D6). Who may not read them sees the rest of the page. */
  async #health(units: readonly string[]): Promise<void> {
    const found = await Promise.all(units.slice(0, 20).map(async (id) => [id, await this.ask<Health>("GET", `/units/${id}/condition?purpose=maintenance`).catch(() => null)] as const));
    this.#board.change({ health: { ...this.#state.health, ...Object.fromEntries(found.filter((one): one is readonly [string, Health] => one[1] !== null)) } });
  }

  readonly #papers = async (): Promise<void> => {
    const [{ papers }, { profiles }] = await Promise.all([this.ask<{ papers: readonly Paper[] }>("GET", "/provider/papers"), this.ask<{ profiles: readonly Switch[] }>("GET", "/provider/live-switch")]);
    this.#board.change({ papers, switches: profiles });
  };

  #failed(error: unknown): void {
    const refusal = asRefusal(error);
    if (refusal instanceof Refusal && (refusal.code === "unauthorized" || refusal.code === "signed_out")) return location.assign(`/sign-in?ended&next=${location.pathname}`);
    if (refusal instanceof Refusal) this.#board.change({ error: [refusal.message, refusal.action].filter(Boolean).join(" ") });
    else this.#board.change({ connected: false });
  }

  /** Does it, reads anew, says so; with the reverse as an undo, where there is one. */
  async #do(work: () => Promise<unknown>, done = "", undo?: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
    } catch (error) {
      this.#failed(error);
      return false;
    }
    await this.#load();
    if (done !== "") toast(done, "ok", ...(undo === undefined ? [] : [{ words: t("Undo"), press: () => void this.#do(undo) }]));
    return true;
  }

  // --- where one is -------------------------------------------------------------------------------------------------------

  async #arrive(): Promise<void> {
    const route = routeOf(location.pathname, this.#state.who.role);
    if (this.#state.route.tab !== route.tab || this.#state.route.id !== route.id) this.#drop();
    if (this.#state.route.tab !== route.tab || this.#state.route.id !== route.id) this.#board.change({ places: null });
    this.#board.change({ route, filter: "", error: "", find: { text: "", found: null, at: -1 } });
    document.title = `${tabName(route.tab)} · Zegel`;
    requestAnimationFrame(() => document.querySelector(".setup-tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" }));
    await this.#load();
  }

  #go(path: string): void {
    if (!path.startsWith("/backoffice/") || path.startsWith("/backoffice/settings") || path.startsWith("/backoffice/plans")) return location.assign(path);
    history.pushState(null, "", path);
    void this.#arrive();
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>("#content")?.focus({ preventScroll: true });
  }

  #keys(): readonly Binding[] {
    const click = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click();
    return [
      ...TABS.map((tab, n): Binding => ({ key: String(n + 1), shown: String(n + 1), words: tabName(tab), group: t("Tabs"), press: () => this.#go(pathOf(tab)) })),
      { key: "/", shown: "/", words: t("Find anything"), press: () => document.querySelector<HTMLElement>("#find")?.focus() },
      { key: "n", shown: "N", words: t("Add what the tab holds"), press: () => click("#add") },
      { key: "escape", shown: "Esc", words: t("Back to the list"), when: () => this.#state.route.id !== null, press: () => this.#go(pathOf(this.#state.route.tab)) },
      { key: "?", shown: "?", words: t("Keys"), press: () => showKeys(this.#keys()) },
    ];
  }

  // --- finding ------------------------------------------------------------------------------------------------------------

  #find(text: string): void {
    this.#board.change({ find: { text, found: text.trim() === "" ? null : this.#state.find.found, at: -1 } });
    clearTimeout(this.#finding);
    if (text.trim() === "") return;
    const asked = ++this.#asked;
    this.#finding = setTimeout(() => void this.ask<{ found: readonly Found[] }>("GET", `/find?q=${encodeURIComponent(text)}`).then(({ found }) => {
      if (asked === this.#asked) this.#board.change({ find: { text: this.#state.find.text, found, at: found.length > 0 ? 0 : -1 } });
    }, (error: unknown) => this.#failed(error)), FIND_MS);
  }

  #findKey(event: KeyboardEvent): void {
    const { found, at } = this.#state.find;
    const count = found?.length ?? 0;
    if (event.key === "Escape") {
      this.#board.change({ find: { text: "", found: null, at: -1 } });
      (event.target as HTMLElement).blur();
      event.stopPropagation();
    } else if (event.key === "Enter" && found?.[at] !== undefined) this.#go(leadsTo(found[at]));
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      this.#board.change({ find: { ...this.#state.find, at: (at + (event.key === "ArrowDown" ? 1 : count - 1)) % count } });
      requestAnimationFrame(() => document.querySelector(".found [aria-selected=true]")?.scrollIntoView({ block: "nearest" }));
    }
  }

  // --- looking ------------------------------------------------------------------------------------------------------------

  /** A look that the log did not prove in time is tried once more, as a look of its own with its own entry. */
  async #look(asked: Asked, again = true): Promise<void> {
    this.#drop();
    const turn = this.#turn;
    const { who } = this.#state;
    const { Looking } = await import("./looking");
    if (turn !== this.#turn) return;
    const took = (still: Still): void => {
      this.#state.still?.picture.close();
      if (this.#looking === looking) this.#looking = null;
      this.#board.change({ still, wanted: null, look: null });
    };
    const looking: Looking = new Looking(this.session(), asked, `${who.name} · ${who.party}`, asked.way === "still" ? took : null);
    this.#looking = looking;
    this.#board.change({ look: { requestId: asked.id, cameraId: asked.camera_id, now: looking.view.now } });
    looking.view.onChange((now) => {
      if (this.#looking !== looking) return;
      if (now.phase === "stopped" && now.reason === "no_receipt" && again) return void queueMicrotask(() => void this.#look(asked, false));
      this.#board.change({ look: { requestId: asked.id, cameraId: asked.camera_id, now }, ...(now.phase === "stopped" ? { wanted: null } : {}) });
    });
    void looking.start().catch((error: unknown) => { if (asRefusal(error) instanceof Refusal) this.#failed(error); });
  }

  #drop(): void {
    this.#turn += 1;
    this.#looking?.end();
    this.#looking = null;
    if (this.#state.look !== null) this.#board.change({ look: null });
  }

  // --- work reports -------------------------------------------------------------------------------------------------------

  #drafts(all: readonly Draft[]): void {
    this.#keeping = this.#keeping.then(() => keep(this.session(), all)).catch(() => undefined);
    this.#board.change({ drafts: all });
  }

  #write(malfunction: Malfunction, part: Partial<Draft>): void {
    const known = this.#state.drafts.find((one) => one.malfunctionId === malfunction.id && !one.ready);
    const fresh: Draft = { ref: newRef(), malfunctionId: malfunction.id, place: `${malfunction.site.name}, ${malfunction.unit.name}`, outcome: "repaired", text: "", minutes: null, parts: [], ready: false, refused: "" };
    const draft = { ...(known ?? fresh), ...part };
    this.#drafts([...this.#state.drafts.filter((one) => one.ref !== draft.ref), draft]);
  }

  /** What is written to the end goes as soon as there is a line; what the server refuses is given back to be corrected. */
  async #send(): Promise<void> {
    for (const draft of this.#state.drafts.filter(({ ready }) => ready)) {
      const { ref, outcome, text, minutes, parts, malfunctionId } = draft;
      try {
        await this.ask("POST", `/maintenance/malfunctions/${malfunctionId}/report`, { ref, outcome, text, minutes, parts });
        this.#drafts(this.#state.drafts.filter((one) => one.ref !== ref));
        toast(t("The work report is in."), "ok");
        await this.#load();
      } catch (error) {
        const refusal = asRefusal(error);
        if (!(refusal instanceof Refusal) || refusal.passing) return this.#board.change({ connected: false });
        this.#drafts(this.#state.drafts.map((one) => (one.ref === ref ? { ...one, ready: false, refused: [refusal.message, refusal.action].filter(Boolean).join(" ") } : one)));
      }
    }
  }

  // --- what one does ------------------------------------------------------------------------------------------------------

  readonly #actions: Actions = {
    follow: (event, path) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || path.startsWith("/backoffice/privacy/")) return;
      event.preventDefault();
      this.#go(path);
    },
    signOut: () => this.signOut(),
    keys: () => showKeys(this.#keys()),
    find: (text) => this.#find(text),
    findKey: (event) => this.#findKey(event),
    filter: (filter) => {
      this.#board.change({ filter });
      clearTimeout(this.#filtering);
      if (this.#state.route.tab === "sites") this.#filtering = setTimeout(() => void this.#load(), FIND_MS);
    },
    which: (which: Which) => {
      this.#board.change({ which, tasks: null });
      void this.#load();
    },
    addTask: () => this.#open(({ taskDialog }) => taskDialog((words, due_ms) => void this.#do(() => this.ask("POST", "/tasks", { words, due_ms }), t("It is on the list.")))),
    done: (task: Task) => void this.#do(() => this.ask("POST", `/tasks/${task.id}/done`), t("Done."), () => this.ask("POST", `/tasks/${task.id}/undo`)),
    undo: (task: Task) => void this.#do(() => this.ask("POST", `/tasks/${task.id}/undo`), t("Back on the list.")),
    take: (task: Task) => void this.#do(() => this.ask("POST", `/tasks/${task.id}/assign`, { person_id: this.#state.who.id }), t("It is yours."), () => this.ask("POST", `/tasks/${task.id}/assign`, { person_id: task.assignee?.id ?? null })),
    assign: (task: Task) => this.#open(({ assignDialog }) => assignDialog(task, this.#state.tasks?.people ?? [], (person_id) => void this.#do(() => this.ask("POST", `/tasks/${task.id}/assign`, { person_id }), t("Assigned."), () => this.ask("POST", `/tasks/${task.id}/assign`, { person_id: task.assignee?.id ?? null })))),
    snooze: (task: Task) => {
      if (task.snoozed_until_ms !== null && task.snoozed_until_ms > this.#state.nowMs) return void this.#do(() => this.ask("POST", `/tasks/${task.id}/snooze`, { until_ms: null }), t("Back on the list."));
      this.#open(({ snoozeDialog }) => snoozeDialog(task, this.#state.nowMs, (until_ms) => void this.#do(() => this.ask("POST", `/tasks/${task.id}/snooze`, { until_ms }), t("Put off."), () => this.ask("POST", `/tasks/${task.id}/snooze`, { until_ms: null }))));
    },
    addCustomer: () => this.#open(({ customerDialog }) => customerDialog((said) => this.#told(() => this.ask("POST", "/provider/customers", said), t("Invited. The letter is on its way.")))),
    letter: (customer: Customer) => {
      const { invited } = customer;
      if (invited !== null) this.#open(({ letterDialog }) => letterDialog(invited, (said) => this.#told(() => this.ask("POST", `/customers/${customer.id}/invitations`, said), t("The letter is on its way."))));
    },
    addItem: () => this.#open(({ itemDialog }) => itemDialog((said) => this.#told(() => this.ask("POST", "/provider/stock", said), t("It is in the stock.")))),
    move: (item: Item) => this.#open(({ moveDialog }) => moveDialog(item, this.#state.places ?? [], (said) => this.#told(() => this.ask("POST", `/provider/stock/${item.id}/move`, said), t("Moved.")))),
    count: (item: Item, count: number) => void this.#do(() => this.ask("POST", `/provider/stock/${item.id}/count`, { count })),
    request: (malfunction: Malfunction) => this.#open(({ askDialog }) => askDialog(malfunction, (said) => this.#told(() => this.ask("POST", `/maintenance/malfunctions/${malfunction.id}/requests`, said), t("Asked. The owner gets a notice and a letter.")))),
    look: (asked: Asked) => void this.#look(asked).catch((error: unknown) => this.#failed(error)),
    still: (asked: Asked) => {
      this.#drop();
      this.#board.change({ wanted: asked.id });
      void this.#do(() => this.ask("POST", `/maintenance/requests/${asked.id}/still`)).then((done) => { if (!done) this.#board.change({ wanted: null }); });
    },
    paint: (canvas, mark) => {
      const { still, who } = this.#state;
      if (still === null) return;
      [canvas.width, canvas.height] = [still.picture.width, still.picture.height];
      canvas.getContext("2d")?.drawImage(still.picture, 0, 0);
      requestAnimationFrame(() => drawWatermark(mark, `${who.name} · ${who.party}`, still.atMs)); // in the page by then
    },
    leave: () => this.#drop(),
    attach: (video, still, mark) => this.#looking?.attach(video, still, mark),
    end: (asked: Asked, works: boolean) => {
      this.#drop();
      void this.#do(() => this.ask("POST", `/maintenance/requests/${asked.id}/end`, { works }), works ? t("Ended: the camera works. Write your report.") : t("Withdrawn."));
    },
    write: (malfunction, part) => this.#write(malfunction, part),
    hand: (malfunction: Malfunction) => {
      this.#write(malfunction, { ready: true, refused: "" });
      void this.#send();
    },
  };

  /** Dialogs are fetched when the first one is opened. */
  #open(open: (dialogs: typeof import("./dialogs")) => void): void {
    void import("./dialogs").then(open).catch((error: unknown) => this.#failed(error));
  }

  /** For a dialog: what the server refused, or null when it is done. */
  async #told(work: () => Promise<unknown>, done: string): Promise<Refused | null> {
    try {
      await work();
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal instanceof Refusal) return { message: [refusal.message, refusal.action].filter(Boolean).join(" "), field: refusal.field };
      return { message: t("The server can’t be reached. Check the connection and try again."), field: "" };
    }
    toast(done, "ok");
    await this.#load();
    return null;
  }
}
