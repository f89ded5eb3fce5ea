// SPDX-License-Identifier: EUPL-1.2
// Drawing: lit's templates into the page's own document, so that one stylesheet serves all and no inline style is needed.
import { html, nothing, render, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { live } from "lit/directives/live.js";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import { Directive, directive, type ElementPart } from "lit/directive.js";

export { guard, html, live, nothing, ref, render, repeat, svg };
export type Part = TemplateResult | typeof nothing | string;

class Placed extends Directive {
  override update(part: ElementPart, [styles]: [Readonly<Record<string, string>>]): typeof nothing {
    const { style } = part.element as HTMLElement;
    for (const [name, value] of Object.entries(styles)) if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
    return nothing;
  }

  override render(_styles: Readonly<Record<string, string>>): typeof nothing {
    return nothing;
  }
}

/** Where an element stands, set through the style object: a style attribute is refused by the pages' own policy. */
export const placed = directive(Placed);

/** A page's state and its picture. `change` merges and redraws once per frame, however often it is called. */
export class Board<State extends object> {
  #state: State;
  #due = false;
  readonly #root: HTMLElement;
  readonly #draw: (state: State) => Part;

  constructor(root: HTMLElement, state: State, draw: (state: State) => Part) {
    this.#root = root;
    this.#state = state;
    this.#draw = draw;
    this.redraw();
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  change(part: Partial<State>): void {
    this.#state = { ...this.#state, ...part };
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => this.redraw());
  }

  redraw(): void {
    this.#due = false;
    render(this.#draw(this.#state), this.#root);
  }
}

/** An element that the template promises is there. */
export function need<E extends Element>(selector: string, kind: new () => E, inside: ParentNode = document): E {
  const found = inside.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

export const percent = (share: number): string => `${Math.round(share * 1e4) / 100}%`;
