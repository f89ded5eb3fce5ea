// SPDX-License-Identifier: EUPL-1.2
// One's own account: password, recovery code, second factors, sessions.
import { changePassword, newCode, removeFactor, sameCode, type PreparedCode } from "../../../client/account";
import { makePasskey, passkeysWork } from "../../../client/factor";
import { foot, type Opened } from "../../../kit/dialog";
import { Board, html, need, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, note, pill, skeleton, tile } from "../../../kit/pieces";
import { day, relative, t, when } from "../../../kit/words";
import { SealError } from "../../../seal/errors";
import { codeBack, codeCard, nothingChosen, passwordFields, passwordTrouble, type Chosen } from "../../account/pieces";
import { asRefusal } from "../../wire";
import { Refusal } from "../../port";
import type { Ctx, Mounted } from "../pages";

interface Factor {
  readonly id: string;
  readonly kind: "totp" | "passkey";
  readonly name: string;
  readonly created_ms: number;
  readonly used_ms: number | null;
}

interface SignedIn {
  readonly id: string;
  readonly started_ms: number;
  readonly seen_ms: number;
  readonly address: string;
  readonly agent: string;
  readonly this: boolean;
}

interface Security {
  readonly factors: readonly Factor[];
  readonly sessions: readonly SignedIn[];
}

/** "Firefox, Linux": enough to know one's own devices by. */
export function deviceName(agent: string): string {
  const browser = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrome\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : t("a browser");
  const system = /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Mac OS/.test(agent) ? "macOS" : /Windows/.test(agent) ? "Windows" : /Linux/.test(agent) ? "Linux" : "";
  return [browser, system].filter(Boolean).join(", ");
}

class SecurityPage {
  readonly #ctx: Ctx;
  readonly #board: Board<{ security: Security | null }>;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<{ security: Security | null }>(host, { security: null }, ({ security }) => this.#draw(security));
    void this.#load();
  }

  async #load(): Promise<void> {
    await this.#ctx.port.ask<Security>("GET", "/me/security").then((security) => this.#board.change({ security }), (error: unknown) => this.#ctx.failed(error));
  }

  get #email(): string {
    return this.#ctx.state().me.email;
  }

  #draw(security: Security | null): Part {
    return html`<div class="page security"><div class="title"><div><div class="lbl">${this.#email}</div><h1>${t("Security")}</h1></div></div>
      ${security === null ? skeleton(6, t("Loading")) : html`<div class="columns"><div class="stack">
        <section class="card pad stack"><div><h2>${t("Password")}</h2><p class="mute">${t("It is also the key to your keys. Changing it ends every other session.")}</p></div><div>${button(t("Change the password"), () => this.#password(), { icon: "lock", id: "change-password" })}</div></section>
        <section class="card pad stack"><div><h2>${t("Recovery code")}</h2><p class="mute">${t("If you forget your password, only the code on your paper opens your keys. Lost the paper? Make a new one; the old code then opens nothing.")}</p></div><div>${button(t("Make a new code"), () => this.#code(), { icon: "note", id: "new-code" })}</div></section>
        ${this.#factors(security)}</div>
      ${this.#sessions(security)}</div>`}</div>`;
  }

  #factors({ factors }: Security): Part {
    return html`<section class="card"><header><h2>${t("Second factor")}</h2>${factors.length > 0 ? pill(t("on"), "ok", { icon: "check" }) : pill(t("off"), "warn")}</header>
      <ul class="items">${factors.length === 0 ? html`<li>${tile("shield", "warn")}<div class="body"><b>${t("None yet")}</b><div class="mute">${t("With one, a stolen password alone signs nobody in.")}</div></div></li>` : factors.map((one) => html`<li>${tile(one.kind === "passkey" ? "key" : "device", "ok")}<div class="body"><b>${one.name}</b><div class="mute">${one.kind === "passkey" ? t("Passkey") : t("Code app")} · ${t("since {day}", { day: day(one.created_ms) })}${one.used_ms === null ? "" : ` · ${t("used {when}", { when: relative(one.used_ms, this.#ctx.state().nowMs) })}`}</div></div>${button(t("Remove"), () => this.#removeFactor(one), { small: true })}</li>`)}</ul>
      <div class="pad row">${button(t("Add a code app"), () => void this.#totp(), { icon: "device", id: "add-totp" })}${passkeysWork() ? button(t("Add a passkey"), () => this.#passkey(), { icon: "key", id: "add-passkey" }) : nothing}</div></section>`;
  }

  #sessions({ sessions }: Security): Part {
    const now = this.#ctx.state().nowMs;
    return html`<section class="card"><header><h2>${t("Where you are signed in")}</h2></header><ul class="items">
      ${sessions.map((one) => html`<li>${tile("device", one.this ? "ok" : "")}<div class="body"><b>${deviceName(one.agent)}</b> ${one.this ? html`<span class="faint">${t("(here)")}</span>` : nothing}<div class="mute">${t("from {address}", { address: one.address })}</div><div class="faint small">${t("since {when}", { when: when(one.started_ms, now) })} · ${t("last seen {when}", { when: relative(one.seen_ms, now) })}</div></div>
        ${one.this ? nothing : button(t("Sign out"), () => void this.#end(one), { small: true })}</li>`)}</ul>
      <div class="pad">${button(t("Sign out everywhere"), () => void this.#everywhere(), { icon: "signOut", id: "everywhere" })}</div></section>`;
  }

  async #end(one: SignedIn): Promise<void> {
    await this.#ctx.port.ask("POST", `/me/sessions/${one.id}/end`, {}).catch((error: unknown) => this.#ctx.failed(error));
    await this.#load();
  }

  async #everywhere(): Promise<void> {
    try {
      await this.#ctx.port.ask("POST", "/sign-out-everywhere", {});
      await this.#ctx.port.signOut();
      location.assign("/sign-in");
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  // --- dialogs ------------------------------------------------------------------------------------------------------------

  /** A form in a dialog: what goes wrong is said in it, and it closes when it is done. */
  #form(title: string, body: (opened: Opened, busy: boolean) => Part, words: string, act: (form: HTMLFormElement) => Promise<string | null>): void {
    let [busy, error] = [false, ""];
    const dialog = this.#ctx.dialog(title, (opened) => html`<form class="form" novalidate @submit=${(event: Event) => { event.preventDefault(); void go(event.target as HTMLFormElement); }}>
      ${body(opened, busy)}${error === "" ? nothing : note(error, "alarm", "alarm")}
      ${foot(button(t("Cancel"), opened.close, { disabled: busy }), html`<button class="btn primary" id="do-it" ?disabled=${busy} aria-busy=${busy ? "true" : "false"}><span>${words}</span></button>`)}</form>`);
    const go = async (form: HTMLFormElement): Promise<void> => {
      [busy, error] = [true, ""];
      dialog.redraw();
      try {
        error = (await act(form)) ?? "";
        if (error === "") {
          dialog.close();
          await this.#load();
        }
      } catch (wrong) {
        error = this.#said(wrong);
      }
      busy = false;
      dialog.redraw();
    };
  }

  #said(error: unknown): string {
    if (error instanceof SealError && error.code === "open") return t("This is not your password.");
    const refusal = asRefusal(error);
    return refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again.");
  }

  #password(): void {
    let chosen: Chosen = nothingChosen;
    this.#form(t("Change the password"), (opened, busy) => html`
      <input class="sr" type="email" autocomplete="username" tabindex="-1" aria-hidden="true" .value=${this.#email}>
      ${field("old", t("Password until now"), { type: "password", autocomplete: "current-password", maxlength: 1024, disabled: busy })}
      ${passwordFields(chosen, this.#email, (now) => { chosen = now; opened.redraw(); }, "", busy)}`, t("Change the password"), async (form) => {
      const wrong = passwordTrouble(chosen, this.#email);
      if (wrong !== "") return wrong;
      await changePassword(this.#ctx.session, this.#email, need("#old", HTMLInputElement, form).value, chosen.password);
      this.#ctx.toast(t("Changed. Every other session was ended."), "ok");
      return null;
    });
  }

  #code(): void {
    let prepared: PreparedCode | null = null;
    let [typed, tried] = ["", false];
    this.#form(t("A new recovery code"), (opened, busy) => prepared === null
      ? html`<p>${t("Your password opens your keys, so that a new code can close them.")}</p>${field("old", t("Password"), { type: "password", autocomplete: "current-password", maxlength: 1024, disabled: busy })}`
      : html`${codeCard(prepared.code)}${codeBack(prepared.code, typed, (now) => { typed = now; opened.redraw(); }, tried)}<p class="small mute">${t("Until you have typed it back, the old code stays in force.")}</p>`, t("Go on"), async (form) => {
      if (prepared === null) {
        prepared = await newCode(this.#ctx.session, this.#email, need("#old", HTMLInputElement, form).value);
        return " ";
      }
      tried = true;
      if (!sameCode(typed, prepared.code)) return t("This is not the code. Look at the paper once more.");
      await prepared.keep();
      this.#ctx.toast(t("The new code counts from now on. Destroy the old paper."), "ok");
      return null;
    });
  }

  async #totp(): Promise<void> {
    const drawn = await this.#ctx.port.ask<{ id: string; secret: string; uri: string; picture: string }>("POST", "/me/totp", {}).catch((error: unknown) => void this.#ctx.failed(error));
    if (!drawn) return;
    this.#form(t("Add a code app"), (_opened, busy) => html`<p>${t("Scan this with a code app on your phone, or type the letters into it. Then type the six digits that it shows.")}</p>
      <img class="qr" src=${drawn.picture} alt=${t("QR code for a code app")}><p class="code mono" id="totp-secret">${drawn.secret.replace(/(.{4})/g, "$1 ").trim()}</p>
      ${field("factor-name", t("Name of the device"), { value: t("My phone"), maxlength: 80, disabled: busy })}${field("digits", t("Six digits"), { autocomplete: "one-time-code", maxlength: 10, disabled: busy })}`, t("Add it"), async (form) => {
      await this.#ctx.port.ask("POST", "/me/totp/confirm", { id: drawn.id, code: need("#digits", HTMLInputElement, form).value, name: need("#factor-name", HTMLInputElement, form).value });
      this.#ctx.toast(t("From now on signing in asks for it."), "ok");
      return null;
    });
  }

  #passkey(): void {
    this.#form(t("Add a passkey"), (_opened, busy) => html`<p>${t("Your browser or your security key makes it. It signs you in together with your password; it never opens recordings.")}</p>${field("factor-name", t("Name of the passkey"), { value: deviceName(navigator.userAgent), maxlength: 80, disabled: busy })}`, t("Make it"), async (form) => {
      const name = need("#factor-name", HTMLInputElement, form).value;
      const options = await this.#ctx.port.ask<unknown>("POST", "/me/passkeys/begin", {});
      const answer = await makePasskey(options).catch(() => null);
      if (answer === null) return t("The browser made no passkey. Try again.");
      await this.#ctx.port.ask("POST", "/me/passkeys", { name, answer });
      this.#ctx.toast(t("From now on signing in asks for it."), "ok");
      return null;
    });
  }

  #removeFactor(one: Factor): void {
    this.#form(t("Remove {name}?", { name: one.name }), (_opened, busy) => html`<p>${t("Signing in will not ask for it any more.")}</p>${field("old", t("Password"), { type: "password", autocomplete: "current-password", maxlength: 1024, disabled: busy })}`, t("Remove"), async (form) => {
      await removeFactor(this.#ctx.session, this.#email, need("#old", HTMLInputElement, form).value, one.id);
      return null;
    });
  }
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  new SecurityPage(host, ctx);
  return { close: () => undefined };
}
