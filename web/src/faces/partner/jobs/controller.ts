// SPDX-License-Identifier: EUPL-1.2
// The partner's page at work: everything he does is kept here first and then sent; without a line it waits, in its order, and is sent when
// there is one. What the server says of his jobs is kept here too, so that they open in a cellar.
import { Api } from "../../../client/api";
import { ApiError } from "../../../client/errors";
import type { Session } from "../../../client/session";
import { Board } from "../../../kit/dom";
import { keepAnswer } from "../../../kit/leaving";
import { toast } from "../../../kit/toast";
import { t, tn } from "../../../kit/words";
import { Refusal } from "../../port";
import { asRefusal } from "../../refusal";
import { endedOf, saidOf, type State } from "./model";
import { photo, signature } from "./photo";
import * as store from "./store";
import { comparedNow, together } from "./trust";
import type { Act, Me, Offer, Paper, Sheet, Waiting } from "./types";
import { partnerView, type Actions } from "./view";

const ASK_MS = 20_000;
const AGAIN_MS = 500;
const AGAIN_AT_MOST_MS = 4_000;
const AT_ONCE = 40;

interface Told {
  readonly acts: readonly { readonly id: string; readonly done: boolean; readonly refused: string }[];
  readonly sheet: Sheet;
}

export class Partner {
  readonly #api = new Api(location.origin);
  readonly #board: Board<State>;
  #sending = false;
  #again = false;
  #missed = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #aheadMs = 0;

  constructor(root: HTMLElement, me: Me, from: store.Kept | null, waiting: readonly Waiting[], online: boolean, private readonly session: Session | null, private readonly leave: () => Promise<void>) {
    this.#board = new Board<State>(
      root,
      { me, online, nowMs: Date.now(), sheets: from?.sheets ?? null, offers: from?.offers ?? [], waiting, compared: from?.compared ?? [], open: openOf(location.pathname), busy: new Set(), signedOut: false },
      (state) => partnerView(state, this.#actions),
    );
    addEventListener("popstate", () => this.#board.change({ open: openOf(location.pathname) }));
    addEventListener("online", () => {
      this.#missed = 0;
      void this.refresh();
    });
    addEventListener("offline", () => this.#board.change({ online: false }));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void this.refresh());
    setInterval(() => this.#board.change({ nowMs: this.#nowMs() }), 15_000);
    setInterval(() => document.visibilityState === "visible" && void this.refresh(), ASK_MS);
    void this.refresh();
  }

  get #state(): Readonly<State> {
    return this.#board.state;
  }

  #nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Sends what waits, then asks what there is. */
  async refresh(): Promise<void> {
    if (this.#sending) return void (this.#again = true);
    this.#sending = true;
    try {
      await this.#send();
      await this.#ask();
      this.#missed = 0;
      this.#board.change({ online: true, signedOut: false });
    } catch (error) {
      this.#lost(error);
    } finally {
      this.#sending = false;
    }
    if (this.#again) {
      this.#again = false;
      void this.refresh();
    }
  }

  #lost(error: unknown): void {
    if (error instanceof ApiError && error.status === 401) return this.#board.change({ signedOut: true, online: true });
    this.#board.change({ online: false });
    this.#tryAgain();
  }

  /** Not every line that comes back is told of, and the first request over it is often lost: so again soon, and a little less soon. */
  #tryAgain(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => document.visibilityState === "visible" && void this.refresh(), Math.min(AGAIN_AT_MOST_MS, AGAIN_MS * 2 ** Math.min(this.#missed++, 6)));
  }

  async #ask(): Promise<void> {
    const [{ sheets, now_ms }, { offers }] = await Promise.all([
      this.#api.get<{ sheets: readonly Sheet[]; now_ms: number }>("/partner/sheets"), this.#api.get<{ offers: readonly Offer[] }>("/partner/offers"),
    ]);
    this.#aheadMs = now_ms - Date.now();
    const compared = this.session === null ? this.#state.compared : await together(this.session, this.#state.compared).catch(() => this.#state.compared);
    this.#board.change({ sheets, offers, compared, nowMs: this.#nowMs() });
    await store.keep({ me: this.#state.me, seenMs: Date.now(), sheets, offers, compared });
  }

  /** The words are the same: kept first, also where there is no line. */
  async #compared(sheet: Sheet): Promise<void> {
    const compared = comparedNow(sheet, this.#state.compared, this.#nowMs());
    this.#board.change({ compared });
    const was = await store.kept(Date.now());
    if (was !== null) await store.keep({ ...was, compared });
    await this.refresh();
  }

  /** In the order in which it was done; what the server will never take is said and let go. */
  async #send(): Promise<void> {
    for (;;) {
      const [first, ...rest] = await store.waiting();
      if (first === undefined) break;
      const batch = first.type === "document" ? [first] : [first, ...untilOther(first, rest)].slice(0, AT_ONCE);
      try {
        await (first.type === "document" ? this.#sendPaper(first) : this.#sendActs(first.sheet, batch as Act[]));
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500) throw error;
        toast([t("This was not taken:"), error.message].join(" "), "alarm");
      }
      await store.sent(batch);
      await this.#counted();
    }
    await this.#counted();
  }

  async #sendPaper({ sheet, kind, object, ciphertext }: Paper): Promise<void> {
    await this.#api.post(`/partner/sheets/${sheet}/documents`, { kind, object, ciphertext });
  }

  async #sendActs(sheet: string, acts: readonly Act[]): Promise<void> {
    const told = await this.#api.post<Told>(`/partner/sheets/${sheet}/acts`, { acts: acts.map(({ id, kind, at_ms, text, parts, outcome }) => ({ id, kind, at_ms, text: text ?? "", parts: parts ?? [], outcome: outcome ?? null })) });
    const refused = told.acts.filter(({ done }) => !done).length;
    if (refused > 0) toast(tn("One thing came after the job was over and was not taken.", "{n} things came after the job was over and were not taken.", refused), "alarm");
    this.#board.change({ sheets: (this.#state.sheets ?? []).map((one) => (one.id === told.sheet.id ? told.sheet : one)) });
  }

  async #counted(): Promise<void> {
    this.#board.change({ waiting: await store.waiting() });
  }

  /** Kept first: whatever happens to the line, it is not lost. */
  async #does(all: readonly Waiting[]): Promise<void> {
    for (const one of all) await store.wait(one);
    await this.#counted();
    await this.refresh();
  }

  #act(sheet: Sheet, kind: Act["kind"], more: Partial<Act> = {}, nth = 0): Act {
    return { type: "act", id: crypto.randomUUID(), sheet: sheet.id, kind, at_ms: this.#nowMs() + nth, ...more };
  }

  async #busy(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#state.busy.has(name)) return;
    this.#board.change({ busy: new Set([...this.#state.busy, name]) });
    try {
      await work();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#board.change({ busy: new Set([...this.#state.busy].filter((one) => one !== name)) });
    }
  }

  #failed(error: unknown): void {
    if (error instanceof ApiError && error.status === 401) return this.#board.change({ signedOut: true });
    const refusal = asRefusal(error);
    if (refusal instanceof Refusal) toast([refusal.message, refusal.action].filter(Boolean).join(" "), "alarm");
    else {
      toast(t("There is no line now. Try again where there is one."), "alarm");
      this.#board.change({ online: false });
    }
  }

  #go(open: string | null): void {
    history.pushState(null, "", open === null ? "/partner/" : `/partner/job/${open}`);
    this.#board.change({ open });
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>("#content")?.focus({ preventScroll: true });
  }

  readonly #actions: Actions = {
    go: (id) => this.#go(id),
    accept: (offer) => void this.#busy(offer.id, async () => {
      try {
        const sheet = await this.#api.post<Sheet>(`/partner/offers/${offer.id}/accept`);
        await this.#ask();
        this.#go(sheet.id);
      } catch (error) {
        await this.#ask().catch(() => undefined);
        throw error;
      }
    }),
    decline: (offer) => void this.#busy(offer.id, async () => {
      await this.#api.post(`/partner/offers/${offer.id}/decline`);
      await this.#ask();
    }),
    arrived: (sheet) => void this.#busy("arrived", () => this.#does([this.#act(sheet, "arrived")])),
    note: (sheet, text) => this.#busy("note", () => this.#does([this.#act(sheet, "note", { text })])),
    parts: (sheet, parts) => this.#busy("parts", () => this.#does([this.#act(sheet, "parts", { parts })])),
    compared: (sheet) => void this.#busy("compared", () => this.#compared(sheet)),
    photos: (sheet, files) => void this.#busy("photo", async () => {
      for (const file of files) {
        const made = await photo(sheet, file, this.#state.compared, this.#nowMs()).catch(() => null);
        if (made === null) toast(t("This photo can't be used. Take it again."), "alarm");
        else await this.#does([made]);
      }
    }),
    signed: (sheet, canvas, name) => this.#busy("signed", async () => this.#does([await signature(sheet, canvas, this.#state.compared, this.#nowMs()), this.#act(sheet, "signed", { text: name }, 1)])),
    done: (sheet, outcome, text) => this.#busy("done", async () => {
      await this.#does([...(text === "" ? [] : [this.#act(sheet, "note", { text })]), this.#act(sheet, "done", { outcome }, 1)]);
      this.#go(null);
    }),
    giveBack: (sheet) => this.#busy("give-back", async () => {
      await this.#api.post(`/partner/sheets/${sheet.id}/give-back`);
      await this.#ask();
      this.#go(null);
    }),
    label: (sheet) => void this.#busy("label", async () => void (await keepAnswer(await this.#api.request("GET", `/api/v1/partner/sheets/${sheet.id}/label`, undefined)))),
    mayEnd: (sheet) => !endedOf(sheet, saidOf(sheet, this.#state.waiting)),
    again: () => void this.refresh(),
    signIn: () => location.assign(`/sign-in?ended&next=${encodeURIComponent(location.pathname)}`),
    signOut: () => this.#busy("sign-out", async () => {
      await store.forget();
      await this.leave();
    }),
  };
}

const openOf = (path: string): string | null => /^\/partner\/job\/([0-9a-f-]{36})$/.exec(path)?.[1] ?? null;

/** What follows for the same job, until something that is sent on its own. */
function untilOther(first: Act, rest: readonly Waiting[]): readonly Act[] {
  const found: Act[] = [];
  for (const one of rest) {
    if (one.type !== "act" || one.sheet !== first.sheet) break;
    found.push(one);
  }
  return found;
}
