// SPDX-License-Identifier: EUPL-1.2
// The tenant's public forms: which there are, in whose pages they may stand, the one line that puts them there, and what came in.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { button, empty, link, note, pill, skeleton, tile } from "../../../kit/pieces";
import { textField } from "../../../kit/form";
import { t, when } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";
import { Refusal } from "../../port";

interface One {
  readonly kind: string;
  readonly on: boolean;
  readonly address: string;
  readonly line: string;
}

interface Came {
  readonly id: string;
  readonly kind: string;
  readonly at_ms: number;
  readonly origin: string;
  readonly withdrawn_ms: number | null;
  readonly order_id: string | null;
  readonly item_id: string | null;
  readonly item: string;
  readonly customer: { readonly id: string; readonly number: number; readonly name: string } | null;
}

interface Forms {
  readonly slug: string;
  readonly statement: boolean;
  readonly origins: readonly string[];
  readonly forms: readonly One[];
  readonly came: readonly Came[];
  readonly may_change: boolean;
}

interface State {
  readonly all: Forms | null;
  readonly kinds: readonly string[];
  readonly origins: string;
  readonly shown: string;
  readonly busy: boolean;
  readonly wrong: string;
}

function formName(kind: string): string {
  if (kind === "registration") return t("Register a product");
  if (kind === "request") return t("Ask for a product");
  if (kind === "repair") return t("Ask for a repair");
  if (kind === "installation") return t("Have it measured and installed");
  if (kind === "exchange") return t("Exchange a product");
  if (kind === "return") return t("Return a product");
  return kind === "complaint" ? t("A complaint") : t("Ask about a product");
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new FormsPage(host, ctx);
  return { close: () => page.close() };
}

class FormsPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { all: null, kinds: [], origins: "", shown: "", busy: false, wrong: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic.startsWith("form.") && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  #took(all: Forms): void {
    this.#board.change({ all, kinds: all.forms.filter(({ on }) => on).map(({ kind }) => kind), origins: all.origins.join("\n") });
  }

  async #load(): Promise<void> {
    try {
      this.#took(await this.#ctx.ask<Forms>("GET", "/service/forms"));
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #save(): Promise<void> {
    const { kinds, origins } = this.#board.state;
    this.#board.change({ busy: true, wrong: "" });
    try {
      this.#took(await this.#ctx.ask<Forms>("PUT", "/service/forms", { kinds, origins: origins.split(/\s+/).filter(Boolean) }));
      this.#ctx.toast(t("Saved."), "ok");
    } catch (error) {
      if (error instanceof Refusal) this.#board.change({ wrong: `${error.message} ${error.action}` });
      else this.#ctx.failed(error);
    }
    this.#board.change({ busy: false });
  }

  async #copy(line: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(line);
      this.#ctx.toast(t("Copied."), "ok");
    } catch {
      this.#ctx.toast(t("Select the line and copy it."), "");
    }
  }

  #draw(state: State): Part {
    const { all } = state;
    return html`<div class="title"><div><h1>${t("Forms")}</h1><p class="mute measure">${t("By these your customers register a product and ask for service: on their own address, or in a page of your site. Each asks for consent in plain words and sends a receipt of it.")}</p></div></div>
      ${all === null ? skeleton(5, t("Loading")) : html`${all.statement ? nothing : note(html`${t("There is no privacy statement of your own yet, so no form is shown and none can be embedded.")} <a href="/service/organisation">${t("Name it")}</a>`, "warn")}
      <div class="forms-two">${this.#which(state, all)}${this.#where(state, all)}</div>${this.#came(all)}`}`;
  }

  #which({ kinds, shown }: State, all: Forms): Part {
    const flip = (kind: string, on: boolean): void => this.#board.change({ kinds: on ? [...kinds, kind] : kinds.filter((one) => one !== kind) });
    return html`<section class="card" aria-labelledby="which"><header><h2 id="which">${t("Which forms")}</h2></header><ul class="items">${all.forms.map((one) => html`<li><div class="body">
      <label class="check"><input type="checkbox" .checked=${kinds.includes(one.kind)} ?disabled=${!all.may_change} @change=${(event: Event) => flip(one.kind, (event.target as HTMLInputElement).checked)}><span>${formName(one.kind)}</span></label>
      ${one.on && one.address !== "" ? html`<div class="row wrap">${link(t("Look at it"), one.address, { small: true, kind: "quiet", id: `see-${one.kind}` })}${one.line === "" ? nothing : button(t("Embed it"), () => this.#board.change({ shown: shown === one.kind ? "" : one.kind }), { small: true, kind: "quiet", id: `embed-${one.kind}` })}</div>` : nothing}
      ${shown === one.kind && one.line !== "" ? html`<div class="stack tight"><p class="small mute">${t("Put this line in your page where the form is to stand. Below it comes the link to your privacy statement.")}</p><pre class="code" tabindex="0" id="line">${one.line}</pre><div class="row">${button(t("Copy"), () => void this.#copy(one.line), { small: true })}</div></div>` : nothing}</div></li>`)}</ul></section>`;
  }

  #where({ origins, busy, wrong }: State, all: Forms): Part {
    return html`<section class="card pad stack" aria-labelledby="where"><h2 id="where">${t("In which sites they may stand")}</h2>
      ${textField("origins", t("Addresses of your sites"), { value: origins, rows: 4, maxlength: 4000, hint: t("One a line, for example https://www.shop.example. In any other page a browser shows nothing."), disabled: !all.may_change, input: (text) => this.#board.change({ origins: text, wrong: "" }) })}
      ${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}
      ${all.may_change ? html`<div class="row">${button(t("Save"), () => void this.#save(), { kind: "primary", busy, id: "save-forms" })}</div>` : nothing}</section>`;
  }

  #came(all: Forms): Part {
    const now = this.#ctx.nowMs();
    return html`<section class="card" aria-labelledby="came"><header><h2 id="came">${t("What came in")}</h2></header>${all.came.length === 0 ? empty(t("Nothing yet"), t("What people send by these forms stands here."), "send")
      : html`<ul class="items">${all.came.map((one) => html`<li>${tile(one.order_id === null ? "check" : "list")}<div class="body"><b>${formName(one.kind)}</b> ${one.withdrawn_ms === null ? nothing : pill(t("consent taken back"), "warn")}
        <div class="small mute">${one.customer === null ? t("forgotten") : html`<a href="/service/customers/${one.customer.id}">${one.customer.name || t("customer {number}", { number: String(one.customer.number) })}</a>`} · ${when(one.at_ms, now)}${one.origin === "" ? "" : ` · ${one.origin.replace(/^https?:\/\//, "")}`}</div>
        <div class="row wrap">${one.item_id === null ? nothing : link(one.item, `/service/items/${one.item_id}`, { small: true, kind: "quiet" })}${one.order_id === null ? nothing : link(t("The order"), `/service/orders/${one.order_id}`, { small: true, kind: "quiet" })}</div></div></li>`)}</ul>`}</section>`;
  }
}
