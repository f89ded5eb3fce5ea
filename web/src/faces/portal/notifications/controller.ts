// SPDX-License-Identifier: EUPL-1.2
// What the page of notifications does: each change is saved at once and can be undone from the note that says so.
import { deviceName, enable, forgetPush, permission, PushRefused, thisDevice } from "../../../client/push";
import { Board, type Part } from "../../../kit/dom";
import { keepAnswer } from "../../../kit/leaving";
import { t } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";
import { start, type ClassWish, type Device, type Reached, type Settings, type State, type Told, type Tried } from "./model";
import type { Actions } from "./view";

const AGAIN_MS = 30_000;

export class Notifications implements Mounted {
  readonly #board: Board<State>;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx, draw: (state: State, act: Actions) => Part) {
    const owner = ctx.state().me.role === "owner";
    this.#board = new Board<State>(host, { ...start, permission: permission(), nowMs: ctx.port.nowMs(), owner }, (state) => draw(state, this.#actions));
    this.#timer = setInterval(() => this.#board.change({ nowMs: ctx.port.nowMs() }), AGAIN_MS);
    this.#stop = ctx.events((topic) => {
      if (/^(alarm|window|view|live)\./.test(topic)) setTimeout(() => void this.#load(), 1500);
    });
    void this.#load();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop();
  }

  async #load(): Promise<void> {
    await this.#try(async () => this.#took(await this.ctx.port.ask<Settings>("GET", "/notifications")));
  }

  async #took(settings: Settings): Promise<void> {
    const mine = await thisDevice(settings.devices);
    this.#board.change({ settings, thisDevice: mine?.id ?? null, permission: permission(), nowMs: this.ctx.port.nowMs() });
    if (!this.#board.state.owner) return;
    const { people } = await this.ctx.port.ask<{ people: readonly Reached[] }>("GET", "/notifications/people");
    this.#board.change({ people });
  }

  async #try(work: () => Promise<void>, busy: string | null = null): Promise<boolean> {
    this.#board.change({ busy });
    try {
      await work();
      return true;
    } catch (error) {
      this.ctx.failed(error);
      return false;
    } finally {
      this.#board.change({ busy: null });
    }
  }

  /** Saves, says so, and offers what was before. */
  async #save(path: string, body: unknown, before: unknown): Promise<void> {
    const put = async (wanted: unknown): Promise<boolean> => this.#try(async () => this.#took(await this.ctx.port.ask<Settings>("PUT", path, wanted)));
    if (await put(body)) this.ctx.toast(t("Saved."), "ok", { words: t("Undo"), press: () => void put(before) });
  }

  readonly #actions: Actions = {
    enable: () => void this.#enable(),
    disable: () => void this.#try(async () => {
      await forgetPush(this.ctx.api);
      await this.#load();
    }, "device"),
    choose: (wish, change) => {
      const of = ({ by_push, by_mail, at_once }: ClassWish): unknown => ({ by_push, by_mail, at_once });
      void this.#save(`/notifications/classes/${wish.name}`, of({ ...wish, ...change }), of(wish));
    },
    times: (change) => {
      const { settings } = this.#board.state;
      if (settings === null) return;
      const { zone, quiet, digest_at } = settings;
      const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const first = quiet.length === 0 && digest_at === null && device ? { zone: device } : {};
      void this.#save("/notifications/times", { zone, quiet, digest_at, ...first, ...change }, { zone, quiet, digest_at });
    },
    remove: (device) => void this.#remove(device),
    withdraw: (consent) => void this.#try(async () => {
      await this.ctx.port.ask("POST", `/consents/${consent}/withdraw`, { place: "/portal/notifications" });
      await forgetPush(this.ctx.api);
      await this.#load();
      this.ctx.toast(t("Taken back: the addresses of your devices are erased. The receipt comes by mail."), "ok");
    }, "consent"),
    receipt: (consent) => void this.#try(async () => void (await keepAnswer(await this.ctx.session.api.request("POST", `/api/v1/consents/${consent}/receipt`, {})))),
    tryOut: () => void this.#try(async () => {
      const answer = await this.ctx.port.ask<Settings & { tried: Tried }>("POST", "/notifications/try", {});
      this.#board.change({ tried: answer.tried });
      await this.#took(answer);
    }, "try"),
    open: (told: Told) => {
      const [, , view = "", id] = told.path.split("/");
      this.ctx.go(view || "now", id);
    },
  };

  async #enable(): Promise<void> {
    const { settings } = this.#board.state;
    if (settings === null) return;
    this.#board.change({ trouble: null });
    await this.#try(async () => {
      try {
        await enable(this.ctx.api, settings.push.key, deviceName(), settings.consent);
      } catch (error) {
        if (!(error instanceof PushRefused)) throw error;
        this.#board.change({ permission: permission(), trouble: error.why === "service" ? t("Your browser could not reach its push service. Try again with another connection.") : null });
        return;
      }
      await this.#load();
      this.ctx.toast(t("Notifications reach this device now. Send yourself a test."), "ok");
    }, "device");
  }

  async #remove(device: Device): Promise<void> {
    if (device.id === this.#board.state.thisDevice) return this.#actions.disable();
    await this.#try(async () => this.#took(await this.ctx.port.ask<Settings>("POST", `/notifications/devices/${device.id}/remove`, {})));
    this.ctx.toast(t("{device} is told nothing more.", { device: device.name || t("A browser") }), "ok");
  }
}
