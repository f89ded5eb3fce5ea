// SPDX-License-Identifier: EUPL-1.2
// What the orders' page does: the list with its filters, its keys, and one order.
import { Board, type Part } from "../../../kit/dom";
import { fits, showKeys, type Binding } from "../../../kit/keys";
import { keepAnswer, logBy, printPage } from "../../../kit/leaving";
import { t } from "../../../kit/words";
import type { Mounted } from "../../opened";
import { refusedOf } from "../../report_dialog";
import type { Ctx } from "../pages";
import { endDialog, lineDialog, newDialog, noteDialog, planDialog, type Planned } from "./dialogs";
import type { Counts, Course, Listed, Short, Visit, Whole, Worker } from "./types";

export type Which = "open" | "mine" | "all" | "closed";

export interface Filters {
  readonly which: Which;
  readonly type: string;
  readonly state: string;
  readonly late: boolean;
  readonly unplanned: boolean;
  readonly text: string;
}

export interface State {
  readonly me: string;
  readonly role: string;
  readonly nowMs: number;
  readonly id: string | null;
  readonly filters: Filters;
  readonly rows: readonly Short[] | null;
  readonly next: string;
  readonly counts: Counts | null;
  readonly courses: Readonly<Record<string, Course>> | null;
  readonly whole: Whole | null;
  readonly workers: readonly Worker[] | null;
  readonly at: number;
  readonly busy: boolean;
}

export interface Actions {
  readonly open: (event: MouseEvent, id: string) => void;
  readonly back: (event: MouseEvent) => void;
  readonly filter: (part: Partial<Filters>) => void;
  readonly more: () => void;
  readonly add: () => void;
  readonly take: () => void;
  readonly print: () => void;
  readonly move: (state: string) => void;
  readonly reopen: () => void;
  readonly plan: (visit?: Visit) => void;
  readonly visit: (visit: Visit, state: string) => void;
  readonly note: () => void;
  readonly line: () => void;
  readonly drop: (id: string) => void;
  readonly assign: (id: string | null) => void;
  readonly keys: () => void;
}

const NONE: Filters = { which: "open", type: "", state: "", late: false, unplanned: false, text: "" };
const TYPED_MS = 180;

export class Orders implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];
  #typed: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(private readonly host: HTMLElement, private readonly ctx: Ctx, id: string | null, draw: (state: State, act: Actions) => Part, private readonly onOrder: (id: string | null) => void) {
    this.#board = new Board<State>(host, { me: ctx.me.id, role: ctx.me.role, nowMs: ctx.nowMs(), id, filters: NONE, rows: null, next: "", counts: null, courses: null, whole: null, workers: null, at: 0, busy: false }, (state) => draw(state, this.#actions));
    const keyed = (event: KeyboardEvent): void => this.#keyed(event);
    document.addEventListener("keydown", keyed);
    this.#stops = [
      () => document.removeEventListener("keydown", keyed),
      ctx.events((topic) => { if (topic.startsWith("order.") || topic === "reload") this.#again(); }),
      ctx.ticks((nowMs) => { if (nowMs - this.#state.nowMs > 20_000) this.#board.change({ nowMs }); }),
    ];
    void this.#try(async () => this.#board.change({ courses: await ctx.ask("GET", "/service/orders/courses") }));
    this.#load();
  }

  get #state(): Readonly<State> {
    return this.#board.state;
  }

  route(id: string | null): void {
    this.#board.change({ id, whole: null });
    this.#load();
  }

  close(): void {
    clearTimeout(this.#typed);
    this.onOrder(null);
    for (const stop of this.#stops) stop();
  }

  #load(): void {
    if (this.#state.id !== null) return void this.#loadOne(this.#state.id);
    this.onOrder(null);
    void this.#loadList();
    void this.#try(async () => this.#board.change({ counts: await this.ctx.ask("GET", "/service/orders/counts") }));
  }

  /** What others did shows at once; what is on the screen stays until then. */
  #again(): void {
    if (this.#state.busy) return;
    this.#load();
  }

  async #loadOne(id: string): Promise<void> {
    await this.#try(async () => {
      const whole = await this.ctx.ask<Whole>("GET", `/service/orders/${id}`);
      if (this.#state.id !== id) return;
      const first = this.#state.whole === null;
      this.#board.change({ whole, nowMs: whole.now_ms });
      if (first) this.onOrder(id);
      if (this.#state.workers === null) await this.#workers();
    });
  }

  async #workers(): Promise<void> {
    if (!["owner", "desk"].includes(this.#state.role)) return;
    this.#board.change({ workers: (await this.ctx.ask<{ workers: readonly Worker[] }>("GET", "/service/day-settings")).workers });
  }

  async #loadList(cursor = ""): Promise<void> {
    const asked = (this.#asked += 1);
    await this.#try(async () => {
      const found = await this.ctx.ask<Listed>("GET", `/service/orders?${this.#query()}&cursor=${cursor}`);
      if (asked !== this.#asked) return;
      const rows = cursor === "" ? found.orders : [...(this.#state.rows ?? []), ...found.orders];
      this.#board.change({ rows, next: found.next, nowMs: found.now_ms, at: Math.min(this.#state.at, Math.max(0, rows.length - 1)) });
    });
  }

  #query(): string {
    const { filters } = this.#state;
    const searching = filters.text.trim() !== "";
    const said: Record<string, string> = { which: searching && filters.which !== "mine" ? "all" : filters.which, type: filters.type, state: filters.state, text: filters.text.trim() };
    if (filters.late) said["late"] = "true";
    if (filters.unplanned) said["unplanned"] = "true";
    return new URLSearchParams(said).toString();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  /** One thing done to the open order; the answer is the order as it is then. */
  async #do(path: string, body: unknown, method: "POST" | "PUT" = "POST"): Promise<void> {
    if (this.#state.busy) return;
    this.#board.change({ busy: true });
    await this.#try(async () => this.#shown(await this.ctx.ask<Whole>(method, path, body)));
    this.#board.change({ busy: false });
  }

  #shown(whole: Whole): void {
    this.#board.change({ whole, nowMs: whole.now_ms });
    this.ctx.changed();
  }

  readonly #actions: Actions = {
    open: (event, id) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.ctx.go("orders", id);
    },
    back: (event) => {
      event.preventDefault();
      this.ctx.go("orders");
    },
    filter: (part) => {
      this.#board.change({ filters: { ...this.#state.filters, ...part }, at: 0 });
      clearTimeout(this.#typed);
      this.#typed = setTimeout(() => void this.#loadList(), "text" in part ? TYPED_MS : 0);
    },
    more: () => void this.#loadList(this.#state.next),
    add: () => newDialog(this.ctx, (whole) => this.ctx.go("orders", whole.id)),
    take: () => void this.#try(async () => {
      await keepAnswer(await this.ctx.session.api.request("GET", `/api/v1/service/orders/export?${this.#query()}`, undefined));
      this.ctx.toast(t("It is in your downloads; that you took it is in the log."), "ok");
    }),
    print: () => void this.#try(() => printPage(logBy(this.ctx.port), { what: "order", count: 1, ...(this.#state.id === null ? {} : { about: this.#state.id }) })),
    move: (state) => {
      const { whole, courses } = this.#state;
      const course = whole === null ? undefined : courses?.[whole.type];
      if (whole === null || course === undefined) return;
      if (!course.ends.includes(state)) return void this.#do(`/service/orders/${whole.id}/move`, { state });
      endDialog(state, course, (said) => refusedOf(async () => this.#shown(await this.ctx.ask<Whole>("POST", `/service/orders/${whole.id}/move`, { state, ...said }))));
    },
    reopen: () => void this.#do(`/service/orders/${this.#state.id ?? ""}/reopen`, {}),
    plan: (visit) => {
      const { whole, courses, workers } = this.#state;
      const course = whole === null ? undefined : courses?.[whole.type];
      if (whole === null || course === undefined || workers === null) return;
      const send = async (said: Planned): Promise<void> => this.#shown(visit === undefined ? await this.ctx.ask<Whole>("POST", `/service/orders/${whole.id}/visits`, said) : await this.ctx.ask<Whole>("PUT", `/service/visits/${visit.id}`, said));
      void planDialog(this.ctx, { kinds: course.visits, workers, tz: whole.tz, visit: visit ?? null }, send);
    },
    visit: (visit, state) => void this.#do(`/service/visits/${visit.id}/end`, { state }),
    note: () => noteDialog((said) => refusedOf(async () => this.#shown(await this.ctx.ask<Whole>("POST", `/service/orders/${this.#state.id ?? ""}/notes`, said)))),
    line: () => lineDialog((said) => refusedOf(async () => this.#shown(await this.ctx.ask<Whole>("POST", `/service/orders/${this.#state.id ?? ""}/lines`, said)))),
    drop: (id) => void this.#do(`/service/lines/${id}/remove`, {}),
    assign: (id) => void this.#do(`/service/orders/${this.#state.id ?? ""}/assign`, { person_id: id }),
    keys: () => showKeys(this.#bindings()),
  };

  // --- keys ---

  #keyed(event: KeyboardEvent): void {
    const field = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null) return;
    if (field && !(event.target instanceof HTMLInputElement && event.target.id === "search-orders" && ["ArrowDown", "Enter", "Escape"].includes(event.key))) return;
    if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.closest("a, button, summary") !== null) return;
    const found = this.#bindings().find((one) => fits(event, one));
    if (found === undefined) return;
    event.preventDefault();
    found.press();
  }

  #bindings(): readonly Binding[] {
    const { id, whole } = this.#state;
    const keys: Binding = { key: "?", shown: "?", words: t("Show all keys"), press: this.#actions.keys };
    const may = ["owner", "desk"].includes(this.#state.role);
    if (id !== null) {
      const open = whole !== null && whole.closed_ms === null && may;
      return [
        { key: "escape", shown: "Esc", words: t("Back to the list"), press: () => this.ctx.go("orders") },
        { key: "p", shown: "P", words: t("Plan a visit"), when: () => open, press: () => this.#actions.plan() },
        { key: "n", shown: "N", words: t("Write a note"), when: () => may, press: this.#actions.note },
        { key: "l", shown: "L", words: t("Add a part or work"), when: () => open, press: this.#actions.line },
        { key: "e", shown: "E", words: t("Done…"), when: () => open, press: () => this.#actions.move("done") },
        keys,
      ];
    }
    return [
      { key: "/", shown: "/", words: t("Search"), press: () => document.querySelector<HTMLElement>("#search-orders")?.focus() },
      { key: "escape", shown: "Esc", words: t("Clear the search"), press: () => this.#clear() },
      { key: "arrowdown", shown: "↓", words: t("Next order"), press: () => this.#step(1) }, { key: "j", shown: "J", words: t("Next order"), press: () => this.#step(1) },
      { key: "arrowup", shown: "↑", words: t("Previous order"), press: () => this.#step(-1) }, { key: "k", shown: "K", words: t("Previous order"), press: () => this.#step(-1) },
      { key: "enter", shown: "Enter", words: t("Open it"), press: () => this.#enter() },
      { key: "c", shown: "C", words: t("New order"), when: () => may, press: this.#actions.add },
      { key: "1", shown: "1", words: t("Open orders"), press: () => this.#actions.filter({ ...NONE }) },
      { key: "2", shown: "2", words: t("Mine"), press: () => this.#actions.filter({ ...NONE, which: "mine" }) },
      { key: "3", shown: "3", words: t("Late"), press: () => this.#actions.filter({ ...NONE, late: true }) },
      { key: "4", shown: "4", words: t("Not planned yet"), press: () => this.#actions.filter({ ...NONE, unplanned: true }) },
      keys,
    ];
  }

  #clear(): void {
    const search = document.querySelector<HTMLInputElement>("#search-orders");
    search?.blur();
    if (this.#state.filters.text !== "") this.#actions.filter({ text: "" });
  }

  #step(by: number): void {
    const { rows, at, next } = this.#state;
    const last = (rows?.length ?? 0) - 1;
    if (last < 0) return;
    document.querySelector<HTMLElement>("#search-orders")?.blur();
    const to = Math.max(0, Math.min(last, at + by));
    this.#board.change({ at: to });
    queueMicrotask(() => this.host.querySelector<HTMLElement>(`[data-at="${to}"] a`)?.focus());
    if (to === last && next !== "" && by > 0) this.#actions.more();
  }

  #enter(): void {
    const row = this.#state.rows?.[this.#state.at];
    if (row !== undefined) this.ctx.go("orders", row.id);
  }
}
