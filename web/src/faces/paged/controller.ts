// SPDX-License-Identifier: EUPL-1.2
// What the frame of a face of many pages does: opens its pages, and asks each what of it needs attention.
import type { Session } from "../../client/session";
import { openDialog } from "../../kit/dialog";
import { Board } from "../../kit/dom";
import { toast } from "../../kit/toast";
import { Opened } from "../opened";
import { Refusal, type Me, type Port } from "../port";
import { asRefusal } from "../refusal";
import { pathOf, pressing, routeOf, type Need, type Route, type State } from "./model";
import { pageOf, seenBy, type Ctx, type Face, type Page } from "./pages";
import { pagedView, type Actions } from "./view";

const ASK_MS = 60_000;
const SOON_MS = 400;

export class Paged {
  readonly #board: Board<State>;
  readonly #hearing = new Set<(topic: string, data: Readonly<Record<string, unknown>>) => void>();
  readonly #ticking = new Set<(nowMs: number) => void>();
  readonly #watching = new Set<(state: State) => void>();
  #module: Opened<Ctx> | null = null;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #ctx: Frame;

  constructor(private readonly face: Face, private readonly port: Port, root: HTMLElement, me: Me, session: () => Session, private readonly signOut: () => void) {
    const who = { id: me.id, name: me.name, party: me.party.name, partyId: me.party.id, role: me.party.role };
    this.#ctx = this.#context(who, session);
    this.#board = new Board<State>(root, { who, nowMs: port.nowMs(), connected: true, route: routeOf(this.face.root, location.pathname), needs: null, silent: [] }, (state) => {
      for (const told of this.#watching) queueMicrotask(() => told(state));
      return pagedView(face, state, this.#actions);
    });
    port.events((topic, data) => this.#heard(topic, data), (connected) => void (connected !== this.#board.state.connected && this.#board.change({ connected })));
    setInterval(() => this.#tick(), 1000);
    setInterval(() => void (document.visibilityState === "visible" && this.#needs()), ASK_MS);
    addEventListener("popstate", () => this.#arrive());
    matchMedia("(min-width: 861px)").addEventListener("change", ({ matches }) => document.querySelector(".paged-fold")?.toggleAttribute("open", matches));
    this.#arrive();
    void this.#needs();
  }

  #heard(topic: string, data: Readonly<Record<string, unknown>>): void {
    for (const told of this.#hearing) told(topic, data);
    this.#asksSoon();
  }

  #asksSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.#needs(), SOON_MS);
  }

  #tick(): void {
    const nowMs = this.port.nowMs();
    this.#board.change({ nowMs });
    for (const told of this.#ticking) told(nowMs);
  }

  async #needs(): Promise<void> {
    const silent: Page[] = [];
    const asked = this.face.pages.filter((page) => page.attention !== undefined && seenBy(page, this.#board.state.who.role));
    const found = await Promise.all(asked.map(async (page): Promise<readonly Need[]> => {
      try {
        const module = await page.attention?.();
        return ((await module?.attention(this.#ctx)) ?? []).map((one) => ({ ...one, page }));
      } catch {
        silent.push(page);
        return [];
      }
    }));
    this.#board.change({ needs: pressing(found.flat()), silent });
  }

  #failed(error: unknown): void {
    const refusal = asRefusal(error);
    if (refusal instanceof Refusal && (refusal.code === "unauthorized" || refusal.code === "signed_out")) return location.assign(`/sign-in?ended&next=${encodeURIComponent(location.pathname)}`);
    if (refusal instanceof Refusal) toast([refusal.message, refusal.action].filter(Boolean).join(" "), "alarm");
    else this.#board.change({ connected: false });
  }

  #arrive(): void {
    const route = routeOf(this.face.root, location.pathname);
    this.#open(route);
    this.#board.change({ route });
    document.title = `${pageOf(this.face, route.view)?.title() ?? ""} · Zegel`;
  }

  #open(route: Route): void {
    const page = pageOf(this.face, route.view);
    if (this.#module !== null && this.#module.view !== route.view) {
      this.#module.close();
      this.#module = null;
    }
    if (page === undefined || !seenBy(page, this.#board.state.who.role)) return;
    if (this.#module === null) this.#module = new Opened<Ctx>(page, this.#ctx, route.id, this.face.style);
    else this.#module.route(route.id);
  }

  #go(path: string): void {
    history.pushState(null, "", path);
    this.#arrive();
    scrollTo({ top: 0 });
    if (!matchMedia("(min-width: 861px)").matches) document.querySelector(".paged-fold")?.removeAttribute("open");
    document.querySelector<HTMLElement>("#content")?.focus({ preventScroll: true });
  }

  #context(me: Ctx["me"], session: () => Session): Frame {
    const { port } = this;
    return {
      face: this.face, me, port, ask: port.ask.bind(port), get session() { return session(); }, nowMs: () => port.nowMs(),
      events: (heard) => kept(this.#hearing, heard), ticks: (tick) => kept(this.#ticking, tick), watch: (told) => (told(this.#board.state), kept(this.#watching, told)),
      go: (view, id) => this.#go(pathOf(this.face.root, view, id ?? null)), changed: () => this.#asksSoon(), failed: (error) => this.#failed(error), toast, dialog: openDialog,
    };
  }

  readonly #actions: Actions = {
    follow: (event, path) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#go(path);
    },
    signOut: () => this.signOut(),
    module: () => this.#module?.element ?? null,
  };
}

/** What the frame's own start page may see besides: what every page says needs attention. */
export interface Frame extends Ctx {
  readonly face: Face;
  watch(told: (state: State) => void): () => void;
}

function kept<F>(all: Set<F>, one: F): () => void {
  all.add(one);
  return () => void all.delete(one);
}
