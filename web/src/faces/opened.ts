// SPDX-License-Identifier: EUPL-1.2
// A page that is a module of its own: fetched with its stylesheet when it is opened, told of its address, closed when left.
import { html, nothing, render } from "../kit/dom";
import { button, note, skeleton } from "../kit/pieces";
import { t } from "../kit/words";

const STYLE_WITHIN_MS = 4000;

/** What a page's module gives back: told when its address changes (made anew, if it can't be told), closed when another page is
    opened. */
export interface Mounted {
  route?(id: string | null): void;
  close(): void;
}

/** A page of a frame whose context is `C`. */
export interface Loaded<C> {
  readonly view: string;
  readonly css?: string;
  readonly load?: () => Promise<{ readonly mount: (host: HTMLElement, ctx: C, id: string | null) => Mounted }>;
}

/** The page's own stylesheet, from beside the frame's (whose name is `frame`); the page is not held up longer than a moment by it. */
function styled(name: string, frame: string): Promise<void> {
  const id = `style-${name}`;
  const beside = document.querySelector<HTMLLinkElement>(`link[rel="stylesheet"][href*="${frame}"]`);
  if (beside === null || document.getElementById(id) !== null) return Promise.resolve();
  const link = document.createElement("link");
  link.id = id;
  link.rel = "stylesheet";
  link.href = new URL(`${name}.css`, beside.href).href;
  return new Promise((resolve) => {
    setTimeout(resolve, STYLE_WITHIN_MS);
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => resolve());
    document.head.append(link);
  });
}

export class Opened<C> {
  readonly view: string;
  readonly element: HTMLElement;
  #mounted: Mounted | null = null;
  #id: string | null;
  #closed = false;
  #again: (() => Mounted) | null = null;

  constructor(page: Loaded<C>, ctx: C, id: string | null, private readonly frame: string) {
    this.view = page.view;
    this.#id = id;
    this.element = document.createElement("div");
    this.element.className = "page-host";
    void this.#open(page, ctx);
  }

  async #open(page: Loaded<C>, ctx: C): Promise<void> {
    const waiting = document.createElement("div");
    waiting.className = "page";
    render(skeleton(6, t("Loading")), waiting);
    this.element.replaceChildren(waiting);
    try {
      const [module] = await Promise.all([page.load?.(), page.css === undefined ? undefined : styled(page.css, this.frame)]);
      if (this.#closed || module === undefined) return;
      this.element.replaceChildren();
      this.#again = () => module.mount(this.element, ctx, this.#id);
      this.#mounted = this.#again();
    } catch (error) {
      console.error(error);
      render(html`${note(t("This page could not be loaded."), "alarm", "alarm")}${button(t("Load again"), () => location.reload())}`, waiting);
      this.element.replaceChildren(waiting);
    }
  }

  route(id: string | null): void {
    if (id === this.#id) return;
    this.#id = id;
    if (this.#mounted === null || this.#again === null) return;
    if (this.#mounted.route !== undefined) return this.#mounted.route(id);
    this.#mounted.close();
    render(nothing, this.element);
    this.#mounted = this.#again();
  }

  close(): void {
    this.#closed = true;
    this.#mounted?.close();
    this.element.remove();
  }
}
