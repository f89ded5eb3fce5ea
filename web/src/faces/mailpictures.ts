// SPDX-License-Identifier: EUPL-1.2
// Pictures that came by mail, beside an alarm or a camera. None is opened before somebody asks for it; each opening is a
// look, logged first. What they are stands over them: a weaker class, seen by the server.
import type { OpenedPicture, PictureInfo } from "../client/mailpictures";
import { html, nothing, render, repeat, type Part } from "../kit/dom";
import { button } from "../kit/pieces";
import { clockSeconds, t } from "../kit/words";
import { drawWatermark } from "../viewer/watermark";
import { Refusal } from "./port";

export interface MailPicturesPort {
  mailPictures(of: { alarmId: string } | { cameraId: string }): Promise<readonly PictureInfo[]>;
  openMailPicture(id: string, alarmId: string | null): Promise<OpenedPicture>;
  nowMs(): number;
}

export interface MailPicturesOptions {
  readonly of: { readonly alarmId: string } | { readonly cameraId: string };
  /** Whose name stands over the picture; none over one's own. */
  readonly watermark: string | null;
  readonly log: (words: string, index: number | null, proof: "waiting" | "proved" | "failed" | "none") => void;
}

export interface MailPictures {
  /** Reads again what there is: after an event about it. */
  refresh(): Promise<void>;
  /** Everything decoded goes at once. */
  shut(): void;
  end(): void;
}

interface Shown {
  readonly info: PictureInfo;
  readonly bitmap: ImageBitmap;
}

const REDRAW_MS = 1000;

export function mailPictures(host: HTMLElement, options: MailPicturesOptions, port: MailPicturesPort): MailPictures {
  return new Strip(host, options, port);
}

class Strip implements MailPictures {
  #found: readonly PictureInfo[] = [];
  #shown: Shown | null = null;
  #opening: string | null = null;
  #trouble: string | null = null;
  #ended = false;
  readonly #timer: number;

  constructor(
    private readonly host: HTMLElement,
    private readonly options: MailPicturesOptions,
    private readonly port: MailPicturesPort,
  ) {
    this.#timer = window.setInterval(() => this.#mark(), REDRAW_MS);
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const found = await this.port.mailPictures(this.options.of).catch(() => this.#found);
    if (this.#ended) return;
    this.#found = found;
    this.#draw();
  }

  shut(): void {
    this.#shown?.bitmap.close();
    this.#shown = null;
    if (!this.#ended) this.#draw();
  }

  end(): void {
    this.#ended = true;
    window.clearInterval(this.#timer);
    this.shut();
    render(nothing, this.host);
  }

  async #open(info: PictureInfo): Promise<void> {
    this.shut();
    this.#opening = info.id;
    this.#trouble = null;
    this.#draw();
    try {
      const opened = await this.port.openMailPicture(info.id, "alarmId" in this.options.of ? this.options.of.alarmId : null);
      const words = t("Picture by mail opened");
      this.options.log(words, opened.index, "waiting");
      const bitmap = await createImageBitmap(new Blob([opened.picture as BlobPart], { type: opened.mediaType }));
      opened.picture.fill(0);
      if (this.#ended) return bitmap.close();
      this.#shown = { info, bitmap };
      opened.proved.then(() => this.options.log(words, opened.index, "proved"), () => this.#unproved(words, opened.index));
    } catch (error) {
      this.#trouble = error instanceof Refusal ? error.message : t("This picture can't be shown.");
    }
    this.#opening = null;
    if (!this.#ended) this.#draw();
  }

  #unproved(words: string, index: number): void {
    this.options.log(words, index, "failed");
    this.#trouble = t("The log gave no proof of this look, so the picture was put away.");
    this.shut();
  }

  #draw(): void {
    render(this.#part(), this.host);
    this.#paint();
  }

  #part(): Part {
    if (this.#found.length === 0) return nothing;
    return html`<section class="mail-pictures" aria-label=${t("Pictures by mail")}>
      <header><strong>${t("Pictures by mail")}</strong> <span class="pill weak" title=${t("This camera only knows e-mail: the server saw its pictures before it sealed them.")}>${t("Seen by the server")}</span></header>
      <div class="mail-pictures-list">${repeat(this.#found, ({ id }) => id, (info) => this.#item(info))}</div>
      ${this.#trouble === null ? nothing : html`<p class="trouble" role="alert">${this.#trouble}</p>`}
      ${this.#shown === null ? nothing : html`<div class="mail-picture"><canvas class="mail-picture-face"></canvas><canvas class="mail-picture-mark"></canvas></div>`}
    </section>`;
  }

  #item(info: PictureInfo): Part {
    const at = clockSeconds(info.at_ms);
    if (this.#opening === info.id) return html`<span class="pill" aria-busy="true">${at} …</span>`;
    const words = this.#shown?.info.id === info.id ? t("Put away {time}", { time: at }) : t("Open {time}", { time: at });
    return button(words, () => (this.#shown?.info.id === info.id ? this.shut() : void this.#open(info)), { kind: "quiet" });
  }

  #paint(): void {
    const face = this.host.querySelector<HTMLCanvasElement>(".mail-picture-face");
    if (face === null || this.#shown === null) return;
    const { bitmap } = this.#shown;
    Object.assign(face, { width: bitmap.width, height: bitmap.height });
    face.getContext("2d")?.drawImage(bitmap, 0, 0);
    face.oncontextmenu = (event) => event.preventDefault();
    this.#mark();
  }

  #mark(): void {
    const mark = this.host.querySelector<HTMLCanvasElement>(".mail-picture-mark");
    if (mark !== null && this.options.watermark !== null) drawWatermark(mark, this.options.watermark, this.port.nowMs());
  }
}
