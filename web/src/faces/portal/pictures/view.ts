// SPDX-License-Identifier: EUPL-1.2
// The owner's pictures, newest first. What they show is opened here, with his key, one look for many; large on a tap.
import { foot, openDialog } from "../../../kit/dialog";
import { Board, html, nothing, ref, repeat, type Part } from "../../../kit/dom";
import { button, empty, note, pill, skeleton } from "../../../kit/pieces";
import { dayWord, clockSeconds, t, tn, when } from "../../../kit/words";
import type { Camera } from "../../types";
import { asRefusal } from "../../wire";
import type { Ctx, Mount, Mounted } from "../pages";
import { askToDelete } from "../recordings/deleting";
import { askToSave } from "../recordings/saving";
import { openPictures, TOGETHER, type Taken } from "./opened";

interface State {
  readonly cameraId: string;
  readonly cameras: readonly Camera[];
  readonly taken: readonly Taken[] | null;
  readonly shown: number;
  readonly opened: ReadonlySet<string>;
  readonly failed: string | null;
  readonly nowMs: number;
}

const TRACK = 3;
const SECOND_MS = 1000;
const AT_FIRST = 12;
const AT_A_TIME = 24;

export const mount: Mount = (host, ctx, id) => new PicturesPage(host, ctx, id ?? "");

class PicturesPage implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];
  readonly #pictures = new Map<string, ImageBitmap>();
  #opening: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(host: HTMLElement, private readonly ctx: Ctx, cameraId: string) {
    this.#board = new Board<State>(host, { cameraId, cameras: ctx.state().cameras, taken: null, shown: AT_FIRST, opened: new Set(), failed: null, nowMs: ctx.port.nowMs() }, (state) => this.#draw(state));
    this.#stops = [
      ctx.watch(({ cameras, nowMs }) => cameras !== this.#board.state.cameras && this.#board.change({ cameras, nowMs })),
      ctx.events((topic, data) => void (topic === "segments.stored" && data["track"] === 3 && this.#read())),
    ];
    void this.#read();
  }

  route(id: string | null): void {
    this.#board.change({ cameraId: id ?? "", taken: null, shown: AT_FIRST });
    void this.#read();
  }

  close(): void {
    this.#closed = true;
    for (const picture of this.#pictures.values()) picture.close();
    this.#pictures.clear();
    for (const stop of this.#stops) stop();
  }

  async #read(): Promise<void> {
    const { cameraId } = this.#board.state;
    try {
      const taken = await this.ctx.port.ask<readonly Taken[]>("GET", `/pictures${cameraId === "" ? "" : `?camera_id=${cameraId}`}`);
      if (this.#closed || cameraId !== this.#board.state.cameraId) return;
      this.#board.change({ taken, failed: null });
      this.#open();
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  /** One look for each camera whose pictures are on the page and not opened yet. */
  #open(): void {
    this.#opening = this.#opening.then(async () => {
      const { taken, shown } = this.#board.state;
      const lacking = (taken ?? []).slice(0, shown).filter(({ epoch }) => !this.#pictures.has(epoch));
      for (const cameraId of new Set(lacking.map(({ camera_id }) => camera_id))) {
        if (this.#closed) return;
        const epochs = lacking.filter(({ camera_id }) => camera_id === cameraId).map(({ epoch }) => epoch).slice(0, TOGETHER);
        await openPictures(this.ctx.session, cameraId, epochs, (epoch, picture) => this.#got(epoch, picture));
      }
    }).catch((error: unknown) => {
      const told = asRefusal(error);
      if (!this.#closed) this.#board.change({ failed: told instanceof Error ? told.message : t("These pictures could not be opened.") });
    });
  }

  #got(epoch: string, picture: ImageBitmap): void {
    if (this.#closed) return picture.close();
    this.#pictures.get(epoch)?.close();
    this.#pictures.set(epoch, picture);
    this.#board.change({ opened: new Set(this.#pictures.keys()) });
  }

  #paint(canvas: Element | undefined, epoch: string): void {
    const picture = this.#pictures.get(epoch);
    if (!(canvas instanceof HTMLCanvasElement) || picture === undefined || canvas.dataset["epoch"] === epoch) return;
    Object.assign(canvas, { width: picture.width, height: picture.height });
    canvas.dataset["epoch"] = epoch;
    canvas.getContext("2d")?.drawImage(picture, 0, 0);
  }

  #name(id: string): string {
    return this.#board.state.cameras.find((camera) => camera.id === id)?.name ?? t("A camera that is gone");
  }

  #draw(state: State): Part {
    const { taken, cameras, cameraId } = state;
    return html`<div class="page pictures-page"><div class="title"><div><h1>${t("Pictures")}</h1><p class="mute">${t("Taken by you, sealed to you alone. Opening them is written in your log.")}</p></div>
        ${cameras.length < 2 ? nothing : html`<select class="input" aria-label=${t("Camera")} @change=${(event: Event) => this.ctx.go("pictures", (event.target as HTMLSelectElement).value)}><option value="">${t("All cameras")}</option>${cameras.map(({ id, name }) => html`<option value=${id} ?selected=${id === cameraId}>${name}</option>`)}</select>`}</div>
      ${state.failed === null ? nothing : note(state.failed, "alarm", "alarm")}
      ${taken === null ? skeleton(6, t("Loading")) : taken.length === 0
        ? html`<div class="card">${empty(t("No pictures yet"), t("Look live at a camera and take one. It is kept until its term is over or you delete it."), "still", button(t("To the live picture"), () => this.ctx.go("live"), { kind: "primary", icon: "live" }))}</div>`
        : html`<ul class="pictures">${repeat(taken.slice(0, state.shown), ({ epoch }) => epoch, (one) => this.#tile(one, state))}</ul>
          ${taken.length > state.shown ? html`<div class="row centred">${button(tn("Show {n} more", "Show {n} more", Math.min(AT_A_TIME, taken.length - state.shown)), () => { this.#board.change({ shown: state.shown + AT_A_TIME }); this.#open(); })}</div>` : nothing}`}
    </div>`;
  }

  #tile(one: Taken, { opened, nowMs }: State): Part {
    const words = t("Picture of {camera}, {time}", { camera: this.#name(one.camera_id), time: when(one.at_ms, nowMs) });
    return html`<li class="card picture"><button type="button" class="picture-open" aria-label=${opened.has(one.epoch) ? words : `${t("Opening")}: ${words}`} ?disabled=${!opened.has(one.epoch)} @click=${() => this.#large(one, words)}>
        <canvas aria-hidden="true" ${ref((canvas) => this.#paint(canvas, one.epoch))}></canvas>${opened.has(one.epoch) ? nothing : html`<span class="picture-wait">${pill(t("Opening"), "")}</span>`}</button>
      <div class="picture-words"><b>${this.#name(one.camera_id)}</b><span class="mute small">${dayWord(one.at_ms, nowMs)}, ${clockSeconds(one.at_ms)}</span></div></li>`;
  }

  #large(one: Taken, words: string): void {
    const camera = this.#board.state.cameras.find(({ id }) => id === one.camera_id);
    const owner = this.ctx.state().me.role === "owner";
    openDialog(this.#name(one.camera_id), (dialog) => {
      const then = (act: (camera: Camera) => void) => (): void => {
        dialog.close();
        if (camera !== undefined) act(camera);
      };
      return html`<canvas class="picture-large" role="img" aria-label=${words} ${ref((canvas) => this.#paint(canvas, one.epoch))}></canvas>
        <p class="mute small">${words}</p>${foot(camera !== undefined && owner ? button(t("Delete"), then((of) => this.#remove(one, of)), { id: "picture-delete" }) : nothing,
          camera === undefined ? nothing : button(t("Save"), then((of) => this.#save(one, of)), { icon: "download", id: "picture-save" }), button(t("Close"), dialog.close))}`;
    }, { wide: true });
  }

  /** Why and for whom, written down, then the file: as every recording that leaves the customer's hands. */
  #save(one: Taken, camera: Camera): void {
    askToSave(this.ctx, { camera, tz: this.#tz(camera) ?? "UTC", track: TRACK, epoch: one.epoch, fromMs: one.at_ms, toMs: one.at_ms + SECOND_MS });
  }

  /** With its key: what the owner deletes opens nowhere any more. */
  #remove(one: Taken, camera: Camera): void {
    askToDelete(this.ctx, { camera, tz: this.#tz(camera), track: TRACK, fromMs: one.at_ms, toMs: one.at_ms + 1 }, () => {
      this.#pictures.get(one.epoch)?.close();
      this.#pictures.delete(one.epoch);
      void this.#read();
    });
  }

  #tz({ site }: Camera): string | undefined {
    return this.ctx.state().units.find(({ unit, tz }) => tz !== undefined && unit.site.id === site.id)?.tz;
  }
}
