// SPDX-License-Identifier: EUPL-1.2
// A partner's own firm: who works for it here, and with which keys its programs take and report jobs. One of its people keeps both; the
// others see who that is, and who else is here.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { toast } from "../../../kit/toast";
import { isoDay, t, when } from "../../../kit/words";
import { icon } from "../../../kit/icons";
import { languageSwitch } from "../../language";
import { roleName } from "../../names";
import type { Port } from "../../port";
import { refusedOf } from "../../report_dialog";
import { formDialog, onceDialog, sureDialog } from "../../settings/dialogs";
import type { Me } from "../jobs/types";

interface Firm {
  readonly may_change: boolean;
  readonly keeper: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
}

interface Member {
  readonly membership_id: string;
  readonly person_id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: string;
}

interface Asked {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly expires_ms: number;
  readonly expired: boolean;
}

interface Key {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly expires_ms: number;
  readonly ended_ms: number | null;
  readonly last_ms: number | null;
}

interface State {
  readonly firm: Firm | null;
  readonly members: readonly Member[];
  readonly invitations: readonly Asked[];
  /** Null: not this person's to see. */
  readonly keys: readonly Key[] | null;
  readonly nowMs: number;
}

const YEAR_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;
const LANGUAGES = [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]] as const;

export class FirmPage {
  readonly #board: Board<State>;

  constructor(root: HTMLElement, private readonly port: Port, private readonly me: Me) {
    this.#board = new Board<State>(root, { firm: null, members: [], invitations: [], keys: null, nowMs: Date.now() }, (state) => this.#draw(state));
    void this.#load();
  }

  async #load(): Promise<void> {
    const refused = await refusedOf(async () => {
      const firm = await this.port.ask<Firm>("GET", "/partner/firm");
      const { members, invitations } = await this.port.ask<{ members: readonly Member[]; invitations: readonly Asked[] }>("GET", "/members");
      const keys = firm.may_change ? await this.port.ask<{ keys: readonly Key[] }>("GET", "/api-keys") : null;
      this.#board.change({ firm, members, invitations, keys: keys?.keys ?? null, nowMs: Date.now() });
    });
    if (refused !== null) toast(refused.message, "alarm");
  }

  readonly #saved = (): void => {
    toast(t("Done, and written in the log."), "ok");
    void this.#load();
  };

  #draw({ firm, members, invitations, keys, nowMs }: State): Part {
    return html`<header class="bar"><div class="wide row apart"><a class="btn small" id="jobs" href="/partner/">${icon("back")}<span>${t("All jobs")}</span></a></div></header>
      <main id="content" class="wide stack partner" tabindex="-1">
      <div class="title"><div><h1>${this.me.party}</h1><p class="mute measure">${t("Who does jobs for your firm here, and with which keys its own programs do.")}</p></div></div>
      ${firm === null ? skeleton(5, t("Loading")) : html`
      ${firm.may_change || firm.keeper === "" ? nothing : note(t("{name} keeps these for your firm.", { name: firm.keeper }))}
      <section class="card" aria-labelledby="colleagues"><header><h2 id="colleagues">${t("Colleagues")}</h2>${firm.may_change ? button(t("Ask a colleague"), () => this.#ask(firm), { small: true, icon: "plus", id: "ask" }) : nothing}</header>
        <ul class="items">${members.map((one) => this.#member(one, firm))}${invitations.map((one) => this.#asked(one, firm, nowMs))}</ul></section>
      ${keys === null ? nothing : html`<section class="card" aria-labelledby="keys"><header><h2 id="keys">${t("Keys")}</h2>${button(t("Make a key"), () => this.#key(firm), { small: true, icon: "plus", id: "new-key" })}</header>
        ${keys.length === 0 ? empty(t("No key yet"), t("With one your planning takes jobs and reports them, with the same limits as you."), "key") : html`<ul class="items">${keys.map((one) => this.#keyRow(one, nowMs))}</ul>`}</section>`}
      <p class="mute small measure">${t("Your firm’s number, for those who want to offer you work:")} <code class="number">${this.me.partyId}</code></p>`}</main>
      <footer class="wide office-foot">${languageSwitch()}</footer>`;
  }

  #member(one: Member, firm: Firm): Part {
    const leaves = firm.may_change && one.person_id !== this.me.id;
    return html`<li data-member=${one.person_id}>${tile("person", "ok")}<div class="body"><b>${one.name}</b> ${pill(roleName(one.role))}${one.email?.includes("@") ? html`<div class="small mute break">${one.email}</div>` : nothing}</div>
      ${leaves ? button(t("Leaves"), () => this.#sure(t("{name} leaves?", { name: one.name }), t("All access for your firm ends this moment, on every device. Jobs stay your firm’s."), t("Leaves now"), `/members/${one.membership_id}/end`), { small: true, kind: "quiet" }) : nothing}</li>`;
  }

  #asked(one: Asked, firm: Firm, nowMs: number): Part {
    return html`<li data-asked=${one.email}>${tile("send")}<div class="body"><b>${one.name}</b> ${pill(roleName(one.role))} ${one.expired ? pill(t("not answered in time"), "warn") : pill(t("asked, until {when}", { when: when(one.expires_ms, nowMs) }))}<div class="small mute break">${one.email}</div></div>
      ${firm.may_change ? html`<span class="row wrap">${button(t("Once more"), () => void this.#do(`/invitations/${one.id}/send-again`), { small: true, kind: "quiet" })}${button(t("Withdraw"), () => void this.#do(`/invitations/${one.id}/withdraw`), { small: true, kind: "quiet" })}</span>` : nothing}</li>`;
  }

  #keyRow(one: Key, nowMs: number): Part {
    const over = one.ended_ms !== null || one.expires_ms <= nowMs;
    return html`<li data-key=${one.name}>${tile("key", over ? "" : "ok")}<div class="body"><b>${one.name}</b> <code class="faint">${one.hint}…</code><div class="row wrap">${over ? pill(t("over")) : pill(t("until {day}", { day: isoDay(one.expires_ms) }), "ok")}${one.scopes.map((scope) => pill(scopeName(scope)))}</div>
      <div class="small mute">${one.last_ms === null ? t("never used") : t("used {when}", { when: when(one.last_ms, nowMs) })}</div></div>
      ${over ? nothing : button(t("End it"), () => this.#sure(t("End the key of {name}?", { name: one.name }), t("That program gets no answer from now on. You can make a new key."), t("End it"), `/api-keys/${one.id}/end`), { small: true, kind: "quiet" })}</li>`;
  }

  async #do(path: string): Promise<void> {
    const refused = await refusedOf(() => this.port.ask("POST", path, {}));
    if (refused === null) this.#saved();
    else toast(refused.message, "alarm");
  }

  #sure(title: string, words: string, yes: string, path: string): void {
    sureDialog(title, words, yes, () => refusedOf(async () => { await this.port.ask("POST", path, {}); this.#saved(); }));
  }

  #ask(firm: Firm): void {
    const first = { name: "", email: "", role: this.me.role in { mechanic: 1, repairer: 1, carrier: 1 } ? this.me.role : (firm.roles[0] ?? "mechanic"), language: document.documentElement.lang.slice(0, 2) || "en" };
    formDialog(t("Ask a colleague"), first, (page) => html`
      ${field("colleague-name", t("Name"), { value: page.said.name, maxlength: 120, input: (name) => page.set({ name }), ...page.error("name") })}
      ${field("colleague-email", t("E-mail"), { value: page.said.email, type: "email", maxlength: 254, hint: t("A letter with a link goes there; it works once, for a week."), input: (email) => page.set({ email }), ...page.error("email") })}
      ${select("colleague-role", t("Does the work of a"), firm.roles.map((role) => [role, roleName(role)] as const), page.said.role, (role) => page.put({ role }))}
      ${select("colleague-language", t("Language"), LANGUAGES, page.said.language, (language) => page.put({ language }))}`, {
      save: t("Ask"), fields: ["name", "email"],
      check: (said) => ({ ...(said.name.trim() === "" ? { name: t("Write the name.") } : {}), ...(/^[^@ ]+@[^@ ]+$/.test(said.email.trim()) ? {} : { email: t("Write an e-mail address.") }) }) as Record<string, string>,
      send: (said) => refusedOf(async () => { await this.port.ask("POST", "/invitations", { ...said, name: said.name.trim(), email: said.email.trim() }); this.#saved(); }),
    });
  }

  #key(firm: Firm): void {
    let secret = "";
    formDialog(t("A key for a program of yours"), { name: "", writes: true, until: isoDay(Date.now() + YEAR_MS) }, (page) => html`
      ${field("key-name", t("Which program?"), { value: page.said.name, maxlength: 120, input: (name) => page.set({ name }), ...page.error("name") })}
      <label class="check"><input type="checkbox" id="key-writes" .checked=${page.said.writes} @change=${(event: Event) => page.put({ writes: (event.target as HTMLInputElement).checked })}><span>${t("It may accept jobs and report them, not only read them")}</span></label>
      ${field("key-until", t("Until"), { value: page.said.until, type: "date", hint: t("Two years at most."), input: (until) => page.set({ until }), ...page.error("until_ms") })}`, {
      save: t("Make the key"), fields: ["name", "until_ms"],
      check: (said) => ({ ...(said.name.trim() === "" ? { name: t("Name the program.") } : {}), ...(Number.isNaN(Date.parse(said.until)) ? { until_ms: t("Choose a day.") } : {}) }) as Record<string, string>,
      send: async (said) => {
        const scopes = firm.scopes.filter((scope) => said.writes || scope.endsWith(".read"));
        const refused = await refusedOf(async () => {
          secret = (await this.port.ask<{ secret: string }>("POST", "/api-keys", { name: said.name.trim(), scopes, until_ms: Date.parse(said.until) + DAY_MS - 1 })).secret;
          this.#saved();
        });
        if (refused === null) queueMicrotask(() => onceDialog(t("The key"), secret, t("Give it to that program and to nobody else. It goes into the header Authorization, after the word Bearer.")));
        return refused;
      },
    });
  }
}

const scopeName = (scope: string): string => (scope === "steps.write" ? t("accepts and reports") : t("reads"));

function select(name: string, label: string, all: readonly (readonly [string, string])[], chosen: string, choose: (value: string) => void): Part {
  return html`<div class="field"><label for=${name}>${label}</label><select class="input" id=${name} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>${all.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}</select></div>`;
}
