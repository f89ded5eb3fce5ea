// SPDX-License-Identifier: EUPL-1.2
// What the incidents' page does, in the portal and in the privacy office alike. Where the owner himself is signed in his own device seals
// the keys of what is kept (`cover`), without being asked.
import { Board, type Part } from "../../../kit/dom";
import type { Mounted } from "../../opened";
import type { Port } from "../../port";
import { closingDialog, holdDialog, openingDialog, releaseDialog, signDialog, type Opening, type Wish } from "./dialogs";
import type { Hold, Listed, One, State } from "./model";

export interface House {
  readonly ask: Port["ask"];
  readonly role: string;
  nowMs(): number;
  go(id: string | null): void;
  failed(error: unknown): void;
  changed(): void;
  events(heard: (topic: string) => void): () => void;
  ticks(tick: (nowMs: number) => void): () => void;
  /** Seals what is unsealed of a hold; null where the signed-in person has no keys of these images. */
  readonly cover: ((hold: Hold, all: readonly Hold[]) => Promise<number>) | null;
}

export interface Actions {
  readonly show: (id: string | null) => void;
  readonly open: () => void;
  readonly ask: () => void;
  readonly sign: (hold: Hold) => void;
  readonly release: (hold: Hold) => void;
  readonly close: () => void;
}

export class Incidents implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];

  constructor(host: HTMLElement, private readonly house: House, id: string | null, draw: (state: State, act: Actions) => Part) {
    this.#board = new Board<State>(host, { nowMs: house.nowMs(), list: null, one: null, id, busy: false, sealing: false, role: house.role }, (state) => draw(state, this.#actions));
    this.#stops = [
      house.ticks((nowMs) => this.#board.change({ nowMs })),
      house.events((topic) => { if (topic.startsWith("hold.") || topic.startsWith("incident.") || topic === "reload") void this.#load(); }),
    ];
    void this.#load();
  }

  route(id: string | null): void {
    this.#board.change({ id, one: null });
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(): Promise<void> {
    const { id } = this.#board.state;
    try {
      const list = await this.house.ask<Listed>("GET", "/incidents");
      const one = id === null ? null : await this.house.ask<One>("GET", `/incidents/${id}`);
      if (this.#board.state.id !== id) return;
      this.#board.change({ list, one });
      if (one !== null) await this.#seal(one);
    } catch (error) {
      this.house.failed(error);
    }
  }

  async #seal(one: One): Promise<void> {
    if (this.house.cover === null || this.#board.state.sealing) return;
    const held = one.holds.filter((hold) => hold.signed_ms !== null && hold.released_ms === null);
    const unsealed = held.filter((hold) => hold.sealed < hold.epochs);
    if (unsealed.length === 0) return;
    this.#board.change({ sealing: true });
    try {
      let done = 0;
      for (const hold of unsealed) done += await this.house.cover(hold, held.filter(({ camera_id, track }) => camera_id === hold.camera_id && track === hold.track));
      if (done > 0 && this.#board.state.id === one.id) this.#board.change({ one: await this.house.ask<One>("GET", `/incidents/${one.id}`) });
    } finally {
      this.#board.change({ sealing: false });
    }
  }

  async #do(method: "POST", path: string, body: unknown): Promise<void> {
    this.#board.change({ busy: true });
    try {
      await this.house.ask(method, path, body);
      this.house.changed();
    } catch (error) {
      this.house.failed(error);
    }
    this.#board.change({ busy: false });
    await this.#load();
  }

  async #opened(said: Opening): Promise<void> {
    try {
      const made = await this.house.ask<One>("POST", "/incidents", said);
      this.house.changed();
      this.house.go(made.id);
    } catch (error) {
      this.house.failed(error);
    }
  }

  readonly #actions: Actions = {
    show: (id) => this.house.go(id),
    open: () => openingDialog(this.#board.state.list?.sites ?? [], () => this.house.nowMs(), (said) => this.#opened(said)),
    ask: () => {
      const { one, list } = this.#board.state;
      const site = list?.sites.find(({ id }) => id === one?.site.id);
      if (one !== null && site !== undefined) holdDialog(site, () => this.house.nowMs(), (wish: Wish) => this.#do("POST", `/incidents/${one.id}/holds`, wish));
    },
    sign: (hold) => signDialog(hold, () => this.#do("POST", `/holds/${hold.id}/sign`, {})),
    release: (hold) => releaseDialog(hold, () => this.#do("POST", `/holds/${hold.id}/release`, {})),
    close: () => {
      const { one } = this.#board.state;
      if (one !== null) closingDialog(one, (outcome) => this.#do("POST", `/incidents/${one.id}/close`, { outcome }));
    },
  };
}
