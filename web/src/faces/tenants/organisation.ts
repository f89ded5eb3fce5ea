// SPDX-License-Identifier: EUPL-1.2
// A tenant's own page: how it shows itself, who answers for it, its privacy statement, how its people sign in, what it may use, and taking
// everything along.
import { foot } from "../../kit/dialog";
import { Board, html, nothing, placed, type Part } from "../../kit/dom";
import { keepAnswer } from "../../kit/leaving";
import { button, note, pill, skeleton } from "../../kit/pieces";
import { day, number, t, tn, when } from "../../kit/words";
import type { Ctx, Mount } from "../paged/pages";
import { areaIn, LANGUAGES, openForm, openSure, selectIn, textIn, type Values } from "./dialogs";
import type { Brand, Sender, Tenant } from "./types";
import { billingName, euros, imprintName, profileName, recordName, standingPill } from "./words";

interface State {
  readonly tenant: Tenant | null;
  readonly sender: Sender | null;
  readonly busy: string;
}

const LARGEST_LOGO = 256 * 1024;

export const mount: Mount = (host, ctx) => {
  const page = new OrganisationPage(host, ctx);
  return { close: () => page.close() };
};

class OrganisationPage {
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx) {
    this.#board = new Board<State>(host, { tenant: null, sender: null, busy: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "tenant.changed" && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    await this.ctx.ask<Tenant>("GET", "/tenant").then((tenant) => this.#board.change({ tenant }), (error: unknown) => this.ctx.failed(error));
    await this.ctx.ask<Sender>("GET", "/tenant/sender").then((sender) => this.#board.change({ sender }), (error: unknown) => this.ctx.failed(error));
  }

  readonly #saved = (): void => {
    this.ctx.toast(t("Saved, and written in the log."), "ok");
    void this.#load();
  };

  async #do(name: string, act: () => Promise<unknown>): Promise<void> {
    this.#board.change({ busy: name });
    await act().then(this.#saved, (error: unknown) => this.ctx.failed(error));
    this.#board.change({ busy: "" });
  }

  #draw({ tenant, sender, busy }: State): Part {
    return html`<div class="title"><div><h1>${t("Organisation")}</h1><p class="mute measure">${t("How your customers see you, who answers for it, and what you may use.")}</p></div></div>
      ${tenant === null ? skeleton(8, t("Loading")) : html`${this.#face(tenant, busy)}${this.#imprint(tenant)}${this.#privacy(tenant)}${this.#sender(sender, tenant.may_change, busy)}${this.#signIn(tenant)}${this.#use(tenant, busy)}`}`;
  }

  #face({ brand, may_change }: Tenant, busy: string): Part {
    return html`<section class="card" aria-labelledby="face"><header><h2 id="face">${t("Face")}</h2>${may_change ? button(t("Change"), () => this.#changeLook(brand), { small: true, id: "change-look" }) : nothing}</header><div class="pad stack">
      <div class="brand-sample" ${placed({ "--brand": brand.colour, "--brand-accent": brand.accent })}><div class="brand-bar">${brand.logo === null ? nothing : html`<img src=${brand.logo} alt=${brand.logo_alt || brand.name} height="40">`}<b>${brand.name}</b></div><div class="brand-body"><span class="brand-button">${t("Send")}</span></div></div>
      <dl class="facts"><div><dt>${t("Name in addresses")}</dt><dd class="mono">/forms/${brand.slug}/</dd></div><div><dt>${t("Languages of your pages")}</dt><dd>${brand.languages.map((code) => LANGUAGES.find(([one]) => one === code)?.[1] ?? code).join(", ")}</dd></div>
        <div><dt>${t("Public pages and forms")}</dt><dd>${brand.active ? pill(t("answer"), "ok") : pill(t("switched off"), "warn")}</dd></div></dl>
      ${may_change ? html`<div class="row"><label class="btn small" for="logo-file"><span>${brand.logo === null ? t("Choose a logo") : t("Another logo")}</span></label><input class="sr" type="file" id="logo-file" accept="image/png,image/jpeg" @change=${(event: Event) => void this.#logo(event)}>
        ${brand.logo === null ? nothing : button(t("Without a logo"), () => void this.#do("logo", async () => this.ctx.ask("PUT", "/tenant/logo", { logo: null })), { small: true, kind: "quiet", busy: busy === "logo" })}
        ${button(brand.active ? t("Switch the public pages off") : t("Switch the public pages on"), () => void this.#do("active", async () => this.ctx.ask("PUT", "/tenant/active", { active: !brand.active })), { small: true, kind: "quiet", busy: busy === "active" })}</div><p class="mute small">${t("A PNG or JPEG of at most 256 kB. It is drawn anew, so that nothing else of the file is kept.")}</p>` : nothing}</div></section>`;
  }

  async #logo(event: Event): Promise<void> {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (file === undefined) return;
    if (file.size > LARGEST_LOGO) return void this.ctx.toast(t("This picture is larger than 256 kB."), "alarm");
    const data = new Uint8Array(await file.arrayBuffer());
    const text = btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    await this.#do("logo", async () => this.ctx.ask("PUT", "/tenant/logo", { logo: text }));
  }

  #changeLook(brand: Brand): void {
    const values: Values = { name: brand.name, colour: brand.colour, accent: brand.accent, logo_alt: brand.logo_alt, first: brand.languages[0] ?? "nl" };
    const chosen = new Set(brand.languages);
    openForm<unknown>(this.ctx, {
      title: t("Face"), method: "PUT", path: "/tenant/look", press: t("Save"), values,
      fields: (_, opened) => html`${textIn(values, "name", t("Name"))}${colour(values, "colour", t("Colour"), opened.redraw)}${colour(values, "accent", t("Colour of buttons"), opened.redraw)}
        <p class="mute small">${t("White letters must be readable on both.")}</p>${textIn(values, "logo_alt", t("What the logo shows, for who can’t see it"), { maxlength: 100 })}
        ${selectIn(values, "first", t("Your own language"), LANGUAGES, opened)}
        <fieldset class="choices"><legend class="field"><span class="label">${t("Other languages of your pages")}</span></legend>${LANGUAGES.filter(([code]) => code !== values["first"]).map(([code, words]) => html`<label class="choice"><input type="checkbox" name="language" value=${code} .checked=${chosen.has(code)} @change=${() => { if (!chosen.delete(code)) chosen.add(code); }}><span>${words}</span></label>`)}</fieldset>`,
      body: ({ name, colour: main, accent, logo_alt, first }) => ({ name, colour: main, accent, logo_alt, languages: [first, ...[...chosen].filter((code) => code !== first)] }),
    }, this.#saved);
  }

  #imprint({ brand, may_change }: Tenant): Part {
    const said = Object.entries(brand.imprint).filter(([, value]) => value !== "");
    return html`<section class="card" aria-labelledby="imprint"><header><h2 id="imprint">${t("Imprint")}</h2>${may_change ? button(t("Change"), () => this.#changeImprint(brand), { small: true, id: "change-imprint" }) : nothing}</header><div class="pad stack">
      ${said.length === 0 ? note(t("Nothing is filled in. The law wants it on your pages and invoices."), "warn") : html`<dl class="facts">${said.map(([name, value]) => html`<div><dt>${imprintName(name)}</dt><dd>${value}</dd></div>`)}</dl>`}</div></section>`;
  }

  #changeImprint(brand: Brand): void {
    const values: Values = { ...brand.imprint };
    openForm<unknown>(this.ctx, {
      title: t("Imprint"), method: "PUT", path: "/tenant/imprint", press: t("Save"), values, wide: true,
      fields: () => html`<div class="two-columns">${Object.keys(brand.imprint).map((name) => textIn(values, name, imprintName(name), name === "country" ? { hint: t("Two capital letters: NL, SE, DE."), maxlength: 2 } : {}))}</div>`,
      body: (all) => all,
    }, this.#saved);
  }

  #privacy({ brand, may_change }: Tenant): Part {
    return html`<section class="card" aria-labelledby="privacy"><header><h2 id="privacy">${t("Privacy statement")}</h2>${may_change ? button(t("Change"), () => this.#changePrivacy(brand), { small: true, id: "change-privacy" }) : nothing}</header><div class="pad stack">
      ${!brand.has_statement ? note(t("You have none on record. Without your own statement no form of yours can be placed in another page."), "warn")
        : brand.privacy_url === "" ? html`<p>${t("Its words stand here, in {languages}.", { languages: Object.keys(brand.privacy_text).join(", ") })}</p>`
        : html`<p>${t("It stands at")} <a class="break" href=${brand.privacy_url} rel="noopener noreferrer" target="_blank">${brand.privacy_url}</a></p>`}</div></section>`;
  }

  #changePrivacy(brand: Brand): void {
    const values: Values = { url: brand.privacy_url, ...brand.privacy_text };
    openForm<unknown>(this.ctx, {
      title: t("Privacy statement"), method: "PUT", path: "/tenant/privacy", press: t("Save"), values, wide: true,
      fields: () => html`${textIn(values, "url", t("Address of your own statement"), { hint: t("It begins with https://. Or leave it empty and write the words below."), maxlength: 500 })}
        ${brand.languages.map((code) => areaIn(values, code, t("Words, {language}", { language: LANGUAGES.find(([one]) => one === code)?.[1] ?? code }), 5))}`,
      body: ({ url, ...text }) => ({ url, text: Object.fromEntries(Object.entries(text).filter(([code]) => LANGUAGES.some(([one]) => one === code))) }),
    }, this.#saved);
  }

  #sender(sender: Sender | null, may: boolean, busy: string): Part {
    if (sender === null) return nothing;
    const { own } = sender;
    const look = (): void => void this.#asked("verify", () => this.ctx.ask<Sender>("POST", "/tenant/sender/verify", {}));
    const remove = (): void => openSure(this.ctx, t("Send from the provider’s address again?"), t("The key is destroyed. To come back to your own address you publish a new one."), t("Do so"), "/tenant/sender/remove", this.#saved);
    return html`<section class="card" aria-labelledby="sender"><header><h2 id="sender">${t("Address of your e-mails")}</h2>${may ? button(own === null ? t("Use your own") : t("Change"), () => this.#changeSender(sender), { small: true, id: "change-sender" }) : nothing}</header><div class="pad stack">
      ${own === null ? html`<p>${t("E-mails to your customers come from {address}, in your name; answers go to you.", { address: sender.provider })}</p>`
        : html`<p><b class="break">${own.address}</b> ${own.verified_ms === null ? pill(t("not shown to be yours yet"), "warn") : pill(t("yours, and in use"), "ok")}</p>
        ${own.verified_ms === null ? note(t("Until your domain names the key below, e-mails come from {address}, in your name; answers go to you.", { address: sender.provider }), "warn") : nothing}
        <p class="mute">${t("Publish these as TXT records of your domain, where it is kept.")}</p>
        <ul class="plain stack">${sender.records.map((one) => html`<li class="stack tight"><div class="row wrap"><b>${recordName(one.use)}</b>${one.must ? pill(t("needed")) : pill(t("advised"))}${one.found === null ? nothing : one.found ? pill(t("found"), "ok") : pill(t("not found"), one.must ? "alarm" : "warn")}</div><code class="break">${one.name}</code><code class="dns-value">${one.value}</code></li>`)}</ul>
        <div class="row wrap">${may ? html`${button(t("Look now"), look, { kind: own.verified_ms === null ? "primary" : "", busy: busy === "verify", id: "verify-sender" })}${button(t("Send from the provider’s address"), remove, { kind: "quiet" })}` : nothing}<span class="mute small">${own.looked_ms === null ? t("Nobody looked yet.") : t("Last looked {when}.", { when: when(own.looked_ms, this.ctx.nowMs()) })}</span></div>
        <p class="mute small">${t("A new record may take hours until it is seen. It is looked at again each night; when it is gone, e-mails come from the provider’s address.")}</p>`}</div></section>`;
  }

  async #asked(name: string, act: () => Promise<Sender>): Promise<void> {
    this.#board.change({ busy: name });
    await act().then((sender) => this.#board.change({ sender }), (error: unknown) => this.ctx.failed(error));
    this.#board.change({ busy: "" });
  }

  #changeSender({ own }: Sender): void {
    const values: Values = { address: own?.address ?? "" };
    openForm<Sender>(this.ctx, {
      title: t("Address of your e-mails"), method: "PUT", path: "/tenant/sender", press: t("Save"), values,
      fields: () => html`${textIn(values, "address", t("E-mail address"), { type: "email", maxlength: 254, hint: t("Of a domain whose records you can change: service@your-firm.example") })}<p class="mute small">${t("A key is drawn for you; you publish its public half. Another domain gets another key.")}</p>`,
      body: ({ address }) => ({ address }),
    }, (sender) => this.#board.change({ sender }));
  }

  #signIn({ sign_in, may_change }: Tenant): Part {
    const other = sign_in === "code" ? "email" : "code";
    return html`<section class="card" aria-labelledby="signing"><header><h2 id="signing">${t("How your people sign in")}</h2>${may_change ? button(other === "code" ? t("Use login codes") : t("Use e-mail addresses"), () => void this.#do("sign-in", async () => this.ctx.ask("PUT", "/tenant/sign-in", { way: other })), { small: true, id: "change-sign-in" }) : nothing}</header><div class="pad">
      <p>${sign_in === "code" ? t("With a login code and a password: for people without an e-mail address of their own. You hand the code and its link over yourself.") : t("With their e-mail address and a password.")}</p><p class="mute small">${t("A change counts for whoever comes from now on; the others keep what they have.")}</p></div></section>`;
  }

  #use(tenant: Tenant, busy: string): Part {
    const { right, users } = tenant;
    return html`<section class="card" aria-labelledby="use"><header><h2 id="use">${t("Right of use")}</h2>${standingPill(tenant.standing, right)}</header><div class="pad stack">
      ${right === null ? nothing : html`<dl class="facts"><div><dt>${t("Plan")}</dt><dd>${right.plan}, ${profileName(tenant.profile)}</dd></div><div><dt>${t("People")}</dt><dd>${users === null ? number(right.users) : t("{n} of {most}", { n: users, most: right.users })}</dd></div>
        <div><dt>${t("Since")}</dt><dd>${day(right.valid_from_ms)}</dd></div><div><dt>${t("Price")}</dt><dd>${euros(right.price_cents)} ${billingName(right.billing)}</dd></div>${right.reference === "" ? nothing : html`<div><dt>${t("Reference")}</dt><dd>${right.reference}</dd></div>`}</dl>`}
      ${tenant.rights.length < 2 ? nothing : html`<details><summary>${tn("1 earlier right of use", "{n} earlier rights of use", tenant.rights.length - 1)}</summary><ul class="plain">${tenant.rights.filter(({ id }) => id !== right?.id).map((one) => html`<li>${one.plan}, ${day(one.valid_from_ms)} – ${one.valid_to_ms === null ? "" : day(one.valid_to_ms)}</li>`)}</ul></details>`}
      ${tenant.may_take_out ? html`<div class="row">${button(t("Take everything along"), () => this.#takeOut(), { icon: "download", busy: busy === "out", id: "take-out" })}</div><p class="mute small">${t("One file with everything of this organisation: each table as lines of JSON, with the SHA-256 of every part. It can be taken at any time, also after the right of use has ended.")} ${tenant.taken_out_ms === null ? "" : t("Last taken {day}.", { day: day(tenant.taken_out_ms) })}</p>` : nothing}</div></section>`;
  }

  #takeOut(): void {
    const dialog = this.ctx.dialog(t("Take everything along?"), (opened) => html`${note(t("The file holds the names and addresses of all your customers. Keep it as you keep them here. That it was taken is written in the log."), "warn")}
      ${foot(button(t("Cancel"), opened.close), button(t("Take it along"), () => { dialog.close(); void this.#do("out", async () => keepAnswer(await this.ctx.session.api.request("POST", "/api/v1/tenant/take-out", {}))); }, { kind: "primary", id: "take-it-now" }))}`);
  }
}

function colour(values: Values, name: string, label: string, redraw: () => void): Part {
  const set = (event: Event): void => { values[name] = (event.target as HTMLInputElement).value; redraw(); };
  return html`<div class="field"><label for=${name}>${label}</label><div class="row"><input type="color" class="colour" aria-label=${label} .value=${values[name] ?? "#000000"} @change=${set}><input class="input narrow" id=${name} maxlength="7" .value=${values[name] ?? ""} @change=${set}></div></div>`;
}
