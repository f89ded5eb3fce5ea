// SPDX-License-Identifier: EUPL-1.2
// Signs of a site: what they say and what is missing, a preview, the PDF, and the tick that they hang. /portal/signs/<site>.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { checkbox, removeDialog } from "../sites/dialogs";
import { choices } from "../../../kit/form";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, link, note, pill, skeleton } from "../../../kit/pieces";
import { day, number, t, when } from "../../../kit/words";
import type { Named } from "../../types";
import { Refusal } from "../../port";
import { asRefusal } from "../../wire";
import type { Ctx, Mounted } from "../pages";

interface Sign {
  readonly controller: string;
  readonly email: string;
  readonly phone: string;
  readonly purposes: readonly string[];
  readonly languages: readonly string[];
  readonly days: number;
  readonly missing: readonly string[];
  readonly address: string;
  readonly sizes: readonly { readonly size: string; readonly width_mm: number; readonly height_mm: number }[];
  readonly hung: readonly { readonly at_ms: number; readonly by: string; readonly down_ms: number | null }[];
  readonly may: { readonly tick: boolean; readonly print: boolean };
}

interface State {
  readonly loading: boolean;
  readonly sites: readonly Named[];
  readonly siteId: string;
  readonly sign: Sign | null;
  readonly size: string;
  readonly languages: readonly string[];
  readonly everywhere: boolean;
  readonly busy: boolean;
  readonly wrong: string;
}

const names: readonly (readonly [string, string])[] = [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]];

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new SignsPage(host, ctx, id);
  return { route: (next) => page.route(next), close: () => undefined };
}

class SignsPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { loading: true, sites: [], siteId: id ?? "", sign: null, size: "a4", languages: [], everywhere: false, busy: false, wrong: "" }, (state) => this.#draw(state));
    void this.#load();
  }

  get #state(): Readonly<State> {
    return this.#board.state;
  }

  route(id: string | null): void {
    this.#board.change({ siteId: id ?? "", sign: null, loading: true, languages: [], wrong: "" });
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const { sites } = await this.#ctx.port.ask<{ sites: Named[] }>("GET", "/sites");
      const siteId = this.#state.siteId || sites[0]?.id || "";
      if (siteId === "") return this.#board.change({ sites, loading: false });
      const sign = await this.#ctx.port.ask<Sign>("GET", `/sites/${siteId}/sign`);
      this.#board.change({ sites, siteId, sign, loading: false, languages: this.#state.languages.length > 0 ? this.#state.languages : sign.languages });
    } catch (error) {
      const refusal = asRefusal(error);
      this.#board.change({ loading: false, wrong: refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again.") });
    }
  }

  #query(state: State): string {
    return `size=${state.size}&languages=${state.languages.join(",")}`;
  }

  async #print(): Promise<void> {
    const state = this.#state;
    this.#board.change({ busy: true });
    try {
      const answer = await this.#ctx.api.request("POST", `/api/v1/sites/${state.siteId}/sign/file?${this.#query(state)}`, undefined);
      await keepAnswer(answer);
      this.#ctx.toast(t("The sign is in your downloads."));
    } catch (error) {
      this.#ctx.failed(asRefusal(error));
    }
    this.#board.change({ busy: false });
  }

  async #tick(): Promise<void> {
    this.#board.change({ busy: true });
    try {
      const sign = await this.#ctx.port.ask<Sign>("POST", `/sites/${this.#state.siteId}/sign/hung`);
      this.#board.change({ sign, everywhere: false });
      this.#ctx.toast(t("Ticked: the signs hang."));
    } catch (error) {
      this.#ctx.failed(error);
    }
    this.#board.change({ busy: false });
  }

  #takeDown(): void {
    const words = t("From then on nothing can be armed at this site, until somebody says that a sign hangs again. What is armed stays armed. It is written in the log.");
    removeDialog({ title: t("Does no sign hang here any more?"), words, understood: null, press: t("The sign hangs no longer") }, async () => {
      try {
        this.#board.change({ sign: await this.#ctx.port.ask<Sign>("POST", `/sites/${this.#state.siteId}/sign/down`) });
      } catch (error) {
        const refusal = asRefusal(error);
        return refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again.");
      }
      this.#ctx.toast(t("Written down: no sign hangs here."));
      return "";
    });
  }

  #draw(state: State): Part {
    const site = state.sites.find((one) => one.id === state.siteId);
    return html`<div class="page signs"><div class="title"><div><div class="lbl">${site?.name ?? this.#ctx.state().me.party}</div><h1>${t("Signs")}</h1></div>
        ${state.sites.length < 2 ? nothing : html`<div class="field"><label for="sign-site">${t("Site")}</label><select class="input" id="sign-site" @change=${(event: Event) => this.#ctx.go("signs", (event.target as HTMLSelectElement).value)}>${state.sites.map((one) => html`<option value=${one.id} ?selected=${one.id === state.siteId}>${one.name}</option>`)}</select></div>`}</div>
      <p class="lead">${t("People are told on the spot that cameras watch, before a camera sees them. Without a sign nothing arms.")}</p>
      ${state.wrong !== "" ? note(state.wrong, "alarm", "alarm") : nothing}
      ${state.loading ? skeleton(6, t("Loading")) : state.sign === null ? html`<div class="card">${empty(t("No site yet"), t("A sign belongs to a site. Enter one first."), "building", button(t("Getting started"), () => this.#ctx.go("start")))}</div>` : this.#body(state, state.sign)}</div>`;
  }

  #body(state: State, sign: Sign): Part {
    const ready = sign.missing.length === 0 && state.languages.length > 0;
    return html`${sign.missing.length === 0 ? nothing : note(html`<b>${t("A sign can’t be made yet.")}</b> ${t("Still missing: {what}.", { what: sign.missing.map(missingName).join(", ") })} ${button(sign.missing.includes("purpose") && sign.missing.length === 1 ? t("To the agreements") : t("Fill it in"), () => (sign.missing.includes("purpose") && sign.missing.length === 1 ? this.#ctx.go("agreements") : this.#ctx.go("sites", state.siteId)), { small: true })}`, "warn", "alarm")}
      <div class="columns"><section class="card pad stack" aria-labelledby="h-choose"><h2 id="h-choose">${t("Print one")}</h2>
        ${choices("size", t("Size"), sign.sizes.map((one) => ({ value: one.size, words: sizeName(one) })), state.size, (size) => this.#board.change({ size }))}
        <fieldset class="choices"><legend class="field"><span class="label">${t("Languages, the first one largest")}</span></legend>${names.map(([code, name]) => checkbox(`sign-${code}`, state.languages.includes(code) ? `${number(state.languages.indexOf(code) + 1)}. ${name}` : name, state.languages.includes(code), (on) => this.#board.change({ languages: on ? [...state.languages, code] : state.languages.filter((one) => one !== code) })))}</fieldset>
        ${sign.may.print ? html`<div>${button(t("Download as PDF"), () => void this.#print(), { kind: "primary", icon: "download", disabled: !ready, busy: state.busy, id: "print" })}</div>` : nothing}
        <p class="faint small">${t("That it was downloaded is written in the log.")}</p></section>
      <div class="stack"><section class="card pad stack" aria-labelledby="h-preview"><h2 id="h-preview">${t("So it looks")}</h2>
        ${ready ? html`<img class="preview" src="/api/v1/sites/${state.siteId}/sign/picture?${this.#query(state)}" alt=${t("Preview of the sign: camera surveillance, {controller}, {email}, {phone}, and a code to the notice", { controller: sign.controller, email: sign.email, phone: sign.phone })}>` : html`<p class="mute">${state.languages.length === 0 ? t("Choose a language.") : t("The preview comes when nothing is missing.")}</p>`}
        <div class="row">${link(t("The public notice"), new URL(sign.address).pathname, { icon: "note", small: true, id: "notice" })}</div></section>
      <section class="card pad stack" aria-labelledby="h-hung"><h2 id="h-hung">${t("They hang")}</h2>
        ${sign.hung.length === 0 ? html`<p class="mute">${t("Nobody has said so yet.")}</p>` : html`<ul class="plain">${sign.hung.slice(0, 5).map((row) => html`<li>${pill(row.down_ms === null ? t("hangs") : t("taken down"), row.down_ms === null ? "ok" : "", { dot: true })} ${t("{name}, {when}", { name: row.by, when: row.down_ms === null ? when(row.at_ms, this.#ctx.port.nowMs()) : day(row.down_ms) })}</li>`)}</ul>`}
        ${sign.may.tick ? html`${checkbox("everywhere", t("A sign hangs at every way in, where people see it before a camera sees them"), state.everywhere, (everywhere) => this.#board.change({ everywhere }))}
          <div class="row">${button(t("They hang"), () => void this.#tick(), { kind: sign.hung.some((row) => row.down_ms === null) ? "" : "primary", icon: "check", disabled: !state.everywhere, busy: state.busy, id: "hung" })}${sign.hung.some((row) => row.down_ms === null) ? button(t("The sign hangs no longer"), () => this.#takeDown(), { kind: "quiet", id: "down" }) : nothing}</div><p class="faint small">${t("No photo is asked for: it would show who walks by. Your name and the time are kept.")}</p>` : nothing}</section></div></div>`;
  }
}

function sizeName(one: { readonly size: string; readonly width_mm: number; readonly height_mm: number }): string {
  if (!one.size.startsWith("banner")) return t("{name} ({w} × {h} mm)", { name: one.size.toUpperCase(), w: number(one.width_mm), h: number(one.height_mm) });
  return t("Banner, {w} × {h} m", { w: number(one.width_mm / 1000, 1), h: number(one.height_mm / 1000, 2) });
}

function missingName(word: string): string {
  switch (word) {
    case "email": return t("an e-mail address");
    case "phone": return t("a telephone number");
    default: return t("the purpose of the cameras");
  }
}
