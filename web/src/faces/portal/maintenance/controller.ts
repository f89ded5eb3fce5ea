// SPDX-License-Identifier: EUPL-1.2
// What the page does: reports malfunctions, and answers technicians. The grant is made here, with the owner's keys.
import { begunEpoch, comparedProvider, grantPart, providerKey } from "../../../client/grants";
import { TrustError } from "../../../client/errors";
import { Board, type Part } from "../../../kit/dom";
import { t } from "../../../kit/words";
import { type Asked, type Fault, type Malfunction } from "../../office/maintenance";
import { Refusal } from "../../port";
import { asRefusal } from "../../wire";
import type { Ctx, Mounted } from "../pages";
import { consentClock, grantsEnd, minutesFor, running, wantsNext, type Giving, type State } from "./model";
import { refuseDialog, reportDialog, stopDialog } from "./dialogs";

export interface Actions {
  readonly report: () => void;
  readonly withdraw: (malfunction: Malfunction) => void;
  readonly minutes: (asked: Asked, minutes: number) => void;
  readonly compared: () => void;
  readonly allow: (asked: Asked) => void;
  readonly refuse: (asked: Asked) => void;
  readonly stop: (asked: Asked) => void;
  readonly next: (asked: Asked) => void;
}

export class Maintenance implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[] = [];
  /** Requests that this page allowed: their next parts follow by themselves. */
  readonly #mine = new Set<string>();
  /** Until when the owner consented, by his own choice and clock. */
  readonly #until = new Map<string, number>();
  /** Those of which he read that stills are asked for: a server that says more later gets no more. */
  readonly #stills = new Set<string>();

  constructor(host: HTMLElement, private readonly ctx: Ctx, draw: (state: State, act: Actions) => Part) {
    this.#board = new Board<State>(host, { role: ctx.state().me.role, nowMs: ctx.state().nowMs, malfunctions: null, units: [], cameras: [], key: null, changed: null, minutes: {}, giving: {}, trouble: {} }, (state) => draw(state, this.#actions));
    this.#stops.push(
      ctx.events((topic) => { if (topic.startsWith("maintenance.") || topic.startsWith("malfunction.") || topic === "reload") void this.#load(); }),
      ctx.watch((state) => this.#tick(state.nowMs)),
    );
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  get #state(): State {
    return this.#board.state;
  }

  #tick(nowMs: number): void {
    const { units, cameras } = this.ctx.state();
    this.#board.change({
      nowMs, units: units.map(({ unit }) => ({ id: unit.id, name: unit.name, site: unit.site.name })), cameras: cameras.map((camera) => ({ id: camera.id, name: camera.name, unitId: camera.unit.id })),
    });
    for (const { asked } of running(this.#state)) {
      if (this.#mine.has(asked.id) && this.#state.giving[asked.id] === undefined && wantsNext(asked, nowMs)) void this.#next(asked);
    }
  }

  async #load(): Promise<void> {
    try {
      const { malfunctions } = await this.ctx.port.ask<{ malfunctions: readonly Malfunction[] }>("GET", "/maintenance");
      this.#board.change({ malfunctions });
      if (this.#state.role === "owner" && this.#state.key === null && this.#state.changed === null && malfunctions.some((one) => one.requests.some(({ state }) => state === "waiting" || state === "allowed"))) await this.#key();
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  async #key(): Promise<void> {
    try {
      this.#board.change({ key: await providerKey(this.ctx.session), changed: null });
    } catch (error) {
      if (!(error instanceof TrustError)) throw asRefusal(error);
      this.#board.change({ key: null, changed: error.words });
    }
  }

  #giving(id: string, giving: Giving | null, trouble = ""): void {
    const { [id]: _, ...rest } = this.#state.giving;
    this.#board.change({ giving: giving === null ? rest : { ...rest, [id]: giving }, trouble: { ...this.#state.trouble, [id]: trouble } });
  }

  async #try(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      await this.#load();
      return true;
    } catch (error) {
      this.ctx.failed(asRefusal(error));
      return false;
    }
  }

  // --- the consent, and what it gives ----------------------------------------------------------------------------------

  async #allow(asked: Asked): Promise<void> {
    const { key } = this.#state;
    if (key === null || !key.compared) return;
    const minutes = minutesFor(this.#state, asked);
    this.#until.set(asked.id, this.#clock() + minutes * 60_000);
    if (asked.way === "still") return this.#allowStills(asked, minutes);
    await this.#give(asked, () => this.ctx.port.ask<Asked>("POST", `/maintenance/requests/${asked.id}/allow`, { minutes }));
  }

  /** Nothing begins yet: each still is given when the technician asks for it. */
  async #allowStills(asked: Asked, minutes: number): Promise<void> {
    this.#stills.add(asked.id);
    this.#giving(asked.id, "asking");
    if (await this.#try(() => this.ctx.port.ask("POST", `/maintenance/requests/${asked.id}/allow`, { minutes }))) this.#mine.add(asked.id);
    this.#giving(asked.id, null);
  }

  async #next(asked: Asked): Promise<void> {
    await this.#give(asked, () => this.ctx.port.ask<Asked>("POST", `/maintenance/requests/${asked.id}/next`, {}));
  }

  #clock(): number {
    return consentClock(this.ctx.port.nowMs(), Date.now());
  }

  /** Yes, then the picture that begins with it, then its keys. What fails is said where it was asked. */
  async #give(asked: Asked, yes: () => Promise<Asked>): Promise<void> {
    const { key } = this.#state;
    if (key === null) return;
    const sinceMs = this.#clock();
    this.#giving(asked.id, "asking");
    try {
      const allowed = await yes();
      if (this.#until.has(asked.id)) this.#mine.add(asked.id);
      await this.#load();
      this.#giving(asked.id, "waiting");
      const envelope = await begunEpoch(this.ctx.session, asked.id);
      if (envelope !== null && allowed.until_ms !== null) {
        this.#giving(asked.id, "sealing");
        await grantPart(this.ctx.session, key, { requestId: asked.id, cameraId: asked.camera_id, unitId: asked.unit_id, untilMs: grantsEnd(this.#until.get(asked.id), sinceMs, allowed.until_ms), sinceMs, still: asked.way === "still" || this.#stills.has(asked.id) }, envelope, this.#clock());
      }
      this.#giving(asked.id, null);
    } catch (error) {
      this.#mine.delete(asked.id);
      const refusal = asRefusal(error);
      this.#giving(asked.id, null, refusal instanceof Refusal ? refusal.message : t("The unit’s picture could not be passed on. Try again, or stop."));
    }
    await this.#load();
  }

  readonly #actions: Actions = {
    report: () => reportDialog(this.#state.units, this.#state.cameras, async (said: { unit_id: string; camera_id: string | null; fault: Fault; words: string }) => {
      if (await this.#try(() => this.ctx.port.ask("POST", "/maintenance/malfunctions", said))) this.ctx.toast(t("Reported. Your provider sees it now."), "ok");
    }),
    withdraw: (malfunction) => void this.#try(() => this.ctx.port.ask("POST", `/maintenance/malfunctions/${malfunction.id}/withdraw`, {})).then((done) => { if (done) this.ctx.toast(t("Closed: it works again."), "ok"); }),
    minutes: (asked, minutes) => this.#board.change({ minutes: { ...this.#state.minutes, [asked.id]: minutes } }),
    compared: () => {
      const { key } = this.#state;
      if (key !== null) void this.#try(async () => this.#board.change({ key: await comparedProvider(this.ctx.session, key) }));
    },
    allow: (asked) => void this.#allow(asked),
    next: (asked) => void this.#next(asked),
    refuse: (asked) => refuseDialog(asked, async (words) => {
      if (await this.#try(() => this.ctx.port.ask("POST", `/maintenance/requests/${asked.id}/refuse`, { words }))) this.ctx.toast(t("Refused. Nobody saw anything."), "ok");
    }),
    stop: (asked) => stopDialog(asked, async () => {
      this.#mine.delete(asked.id);
      if (await this.#try(() => this.ctx.port.ask("POST", `/maintenance/requests/${asked.id}/stop`, {}))) this.ctx.toast(t("Stopped. The technician sees nothing any more."), "ok");
    }),
  };
}
