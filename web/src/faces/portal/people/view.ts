// SPDX-License-Identifier: EUPL-1.2
// Who acts for this organisation. Nobody's key is used before his eight words were compared; a key that changed is shown and stops.
import { admit, behind, confirmMember, memberWords, ownWords, people, replaceKey, standing, type Following, type InvitationRow, type KeysetChange, type MemberRow, type People } from "../../../client/members";
import { takeOffFactors } from "../../../client/account";
import { followsKeyset } from "../../../client/owner";
import { foot } from "../../../kit/dialog";
import { Board, html, need, nothing, repeat, type Part } from "../../../kit/dom";
import { choices, field } from "../../../kit/form";
import { button, keyWords, note, pill, skeleton, tile } from "../../../kit/pieces";
import { day, language, t, tn } from "../../../kit/words";
import { roleName } from "../../names";
import type { Ctx, Mounted } from "../pages";

interface State {
  readonly all: People | null;
  readonly following: readonly Following[];
  readonly behind: readonly string[];
  readonly busy: string;
}

const FOLLOW_MS = 1500;

class PeoplePage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stops: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, ctx: Ctx) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { all: null, following: [], behind: [], busy: "" }, (state) => this.#draw(state));
    this.#stops.push(ctx.events((topic) => void (topic.startsWith("member.") && this.#load())));
    void this.#load();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  get #owner(): boolean {
    return this.#ctx.state().me.role === "owner";
  }

  async #load(): Promise<void> {
    try {
      const all = await people(this.#ctx.session);
      this.#board.change({ all });
      if (this.#owner && this.#ctx.session.actingParty?.sealed_tenant_key) this.#board.change({ behind: (await behind(this.#ctx.session)).map(({ name }) => name) });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #work(name: string, act: () => Promise<void>): Promise<void> {
    this.#board.change({ busy: name });
    try {
      await act();
    } catch (error) {
      this.#ctx.failed(error);
    } finally {
      this.#board.change({ busy: "" });
      await this.#load();
    }
  }

  /** Told when each unit's own signed word names its new keyset. */
  #follow(following: readonly Following[]): void {
    this.#board.change({ following });
    const look = async (): Promise<void> => {
      const left: Following[] = [];
      for (const one of this.#board.state.following) if (!(await followsKeyset(this.#ctx.session, one.unitId, one.keyset as never).catch(() => false))) left.push(one);
      this.#board.change({ following: left });
      if (left.length > 0) this.#timer = setTimeout(() => void look(), FOLLOW_MS);
      else void this.#load();
    };
    if (following.length > 0) void look();
  }

  // --- what can be done -----------------------------------------------------------------------------------------------------

  #compare(member: MemberRow): void {
    const told = memberWords(member);
    const dialog = this.#ctx.dialog(t("Compare with {name}", { name: member.name }), (opened) => html`
      <p>${t("Call {name}, by a number you already had. He opens this page and reads his own words to you. They must be these:", { name: member.name })}</p>
      ${keyWords(told, member.name)}
      <p class="mute">${member.role === "owner" ? t("If they are the same he can open everything, and sign what your units obey.") : t("If they are the same he can open everything.")}</p>
      ${foot(button(t("They differ"), () => { opened.close(); this.#differ(member); }), button(t("They are the same"), () => { dialog.close(); void this.#work(member.person_id, async () => {
        await confirmMember(this.#ctx.session, member, told);
        await this.#admit(member);
      }); }, { kind: "primary", icon: "check", id: "same" }))}`);
  }

  #differ(member: MemberRow): void {
    this.#ctx.dialog(t("Stop"), (opened) => html`<p>${t("The server shows another key than {name} has. Nothing was sealed or signed to it. Call your provider by a number you already had.", { name: member.name })}</p>${foot(button(t("Close"), opened.close, { kind: "primary" }))}`);
  }

  async #admit(member: MemberRow): Promise<void> {
    if (!this.#ctx.session.actingParty?.sealed_tenant_key || !this.#owner) return;
    const following = await admit(this.#ctx.session, member, this.#board.state.all!, this.#confirm);
    this.#ctx.toast(t("{name} is let in.", { name: member.name }), "ok");
    this.#follow(following);
  }

  #remove(member: MemberRow): void {
    const dialog = this.#ctx.dialog(t("Remove {name}?", { name: member.name }), (opened) => html`
      <p>${t("From now on he acts for you no more. Your organisation gets a new key, and every unit a new list of owners: what is recorded after a unit has followed, he can't open.")}</p>
      <p class="mute">${t("What he could open before he can still open, if he kept a copy. There is no undo; you can invite him again.")}</p>
      ${foot(button(t("Keep him"), opened.close), button(t("Yes, remove"), () => { dialog.close(); void this.#work(member.person_id, async () => this.#follow(await replaceKey(this.#ctx.session, this.#board.state.all!, member, this.#confirm))); }, { kind: "alarm", id: "remove-now" }))}`);
  }

  /** Who may sign for the units is shown against the lists that this browser pinned, before his key signs the next ones. */
  readonly #confirm = (changes: readonly KeysetChange[]): Promise<boolean> => new Promise((resolve) => {
    let agreed = false;
    const people = (title: string, list: KeysetChange["added"]): Part => (list.length === 0 ? nothing : html`<p><b>${title}</b></p>${list.map(({ name, words }) => keyWords(words, name))}`);
    const dialog = this.#ctx.dialog(t("Sign the next list of owners?"), (opened) => html`
      ${changes.map((one) => html`<section data-unit=${one.unitId}><h3>${one.name}</h3>${people(t("Will sign for this unit"), one.added)}${people(t("Signs for it no more"), one.leftOut)}${one.newKey ? html`<p>${t("It seals to your organisation’s new key.")}</p>` : nothing}</section>`)}
      ${foot(button(t("No, sign nothing"), opened.close), button(t("Yes, sign"), () => { agreed = true; dialog.close(); }, { kind: "primary", id: "sign-owners" }))}`, { closed: () => resolve(agreed) });
  });

  #takeOff(member: MemberRow): void {
    const send = async (event: Event): Promise<void> => {
      event.preventDefault();
      const password = need("#own", HTMLInputElement, event.target as HTMLFormElement).value;
      dialog.close();
      await this.#work(member.person_id, async () => {
        await takeOffFactors(this.#ctx.session, this.#ctx.state().me.email, password, member.person_id);
        this.#ctx.toast(t("Signing in asks {name} for the password alone now.", { name: member.name }), "ok");
      });
    };
    const dialog = this.#ctx.dialog(t("Take off {name}’s second factor?", { name: member.name }), (opened) => html`<form class="form" novalidate @submit=${(event: Event) => void send(event)}>
      <p>${t("Only when he lost it and his recovery code too. Call him first, by a number you already had: who has his mailbox may be asking. He and every other owner get a letter about it.")}</p>
      ${field("own", t("Your own password"), { type: "password", autocomplete: "current-password", maxlength: 1024 })}
      ${foot(button(t("Leave it"), opened.close), html`<button class="btn alarm" id="take-off-now"><span>${t("Take it off")}</span></button>`)}</form>`);
  }

  #rotate(): void {
    const dialog = this.#ctx.dialog(t("A new key for your organisation?"), (opened) => html`
      <p>${t("What is recorded from now on is sealed to a new key; the old one still opens what was. Do this when a device of one of you was stolen.")}</p>
      ${foot(button(t("Keep the key"), opened.close), button(t("Yes, a new key"), () => { dialog.close(); void this.#work("rotate", async () => this.#follow(await replaceKey(this.#ctx.session, this.#board.state.all!, null, this.#confirm))); }, { kind: "primary", id: "rotate-now" }))}`);
  }

  #invite(): void {
    let [role, error] = ["member", ""];
    const dialog = this.#ctx.dialog(t("Invite somebody"), (opened) => html`<form class="form" novalidate @submit=${(event: Event) => void send(event)}>
      ${field("who-name", t("Name"), { maxlength: 200 })}${field("who-email", t("E-mail"), { type: "email", ...(error ? { error } : {}) })}
      ${choices("who-role", t("As what?"), [{ value: "owner", words: t("Owner: opens, signs, and invites others") }, { value: "member", words: t("Member: opens, and switches on and off") }], role, (value) => { role = value; opened.redraw(); })}
      ${foot(button(t("Cancel"), opened.close), html`<button class="btn primary" id="send-invitation"><span>${t("Send the letter")}</span></button>`)}</form>`);
    const send = async (event: Event): Promise<void> => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      try {
        await this.#ctx.port.ask("POST", "/invitations", { name: need("#who-name", HTMLInputElement, form).value, email: need("#who-email", HTMLInputElement, form).value, role, language });
        dialog.close();
        this.#ctx.toast(t("The letter is on its way."), "ok");
        await this.#load();
      } catch (wrong) {
        error = wrong instanceof Error ? wrong.message : String(wrong);
        dialog.redraw();
      }
    };
  }

  // --- how it looks -----------------------------------------------------------------------------------------------------------

  #draw(state: State): Part {
    const { all } = state;
    const held = Boolean(this.#ctx.session.actingParty?.sealed_tenant_key);
    return html`<div class="page people"><div class="title"><div><div class="lbl">${this.#ctx.state().me.party}</div><h1>${t("People")}</h1></div>${this.#owner ? button(t("Invite somebody"), () => this.#invite(), { kind: "primary", icon: "person", id: "invite" }) : nothing}</div>
      ${all === null ? skeleton(5, t("Loading")) : html`
      ${held ? nothing : note(t("Nobody has let you in yet. Read your words to an owner; then you can open recordings too."), "warn", "key")}
      ${state.following.length > 0 ? note(html`<b>${t("Waiting for your units")}</b><br>${t("The new keys count for each unit once it has signed that it follows them: {names}.", { names: state.following.map(({ name }) => name).join(", ") })}`, "warn", "clock")
        : state.behind.length > 0 ? note(html`<b>${t("Not finished")}</b><br>${t("These units do not follow the newest keys yet: {names}.", { names: state.behind.join(", ") })}<br>${this.#owner ? button(t("Finish it"), () => void this.#work("finish", () => this.#finish()), { small: true, id: "finish", busy: state.busy === "finish" }) : ""}`, "warn", "clock") : nothing}
      <section class="card"><ul class="items">${repeat(all.members, (member) => member.membership_id, (member) => this.#row(member, state))}</ul></section>
      ${all.invitations.length === 0 ? nothing : html`<section class="card"><header><h2>${t("Invited")}</h2></header><ul class="items">${all.invitations.map((row) => this.#invitation(row))}</ul></section>`}
      ${all.members.filter(({ role }) => role === "owner").length > 1 ? nothing : note(t("You are the only owner. A second one can let you in again if you lose your password and your code; we can't."), "", "info")}
      <div class="columns"><section class="card pad stack"><div><h2>${t("Your own words")}</h2><p class="mute">${t("Read them to an owner who asks for them: they stand for both your keys, and come from this device.")}</p></div>${keyWords(ownWords(this.#ctx.session), t("Your own words"))}</section>
      ${this.#owner && held ? html`<section class="card pad stack"><h2>${t("Your organisation's key")}</h2><p class="mute">${t("Key number {n}. Everyone marked “opens” above holds it; nobody else does.", { n: all.key_number })}</p><div>${button(t("Make a new key"), () => this.#rotate(), { icon: "key", busy: state.busy === "rotate", id: "rotate" })}</div></section>` : nothing}</div>`}</div>`;
  }

  async #finish(): Promise<void> {
    const { renew } = await import("../../../client/members");
    this.#follow(await renew(this.#ctx.session, this.#board.state.all!.members, null, this.#confirm));
  }

  #row(member: MemberRow, state: State): Part {
    const now = standing(this.#ctx.session, member);
    const busy = state.busy === member.person_id;
    const held = Boolean(this.#ctx.session.actingParty?.sealed_tenant_key);
    return html`<li data-person=${member.person_id} data-standing=${now}>${tile("person", now === "changed" ? "alarm" : now === "me" || now === "compared" ? "ok" : "warn")}<div class="body"><b>${member.name}</b> ${now === "me" ? html`<span class="faint">${t("(you)")}</span>` : nothing}
      <div class="mute">${roleName(member.role)} · ${member.email}</div>
      <div class="row">${member.holds_key ? pill(t("opens"), "ok", { icon: "key" }) : pill(t("opens nothing yet"), "warn", { icon: "lock" })}${now === "compared" ? pill(t("words compared"), "ok", { icon: "check" }) : now === "not_compared" ? pill(t("words not compared"), "warn") : nothing}<span class="faint small">${t("since {day}", { day: day(member.since_ms) })}</span></div>
      ${now !== "changed" ? nothing : note(html`<b>${t("This key is not the one that you compared.")}</b> ${t("Nothing is sealed or signed to it. He may have begun anew: call him, by a number you already had, and compare again. If he did not, call your provider.")}`, "alarm", "alarm")}
      <div class="row">${now === "not_compared" || now === "changed" ? button(t("Compare the words"), () => this.#compare(member), { small: true, icon: "key", kind: now === "changed" ? "" : "primary", busy }) : nothing}
        ${now === "compared" && !member.holds_key && this.#owner && held ? button(t("Let him in"), () => void this.#work(member.person_id, () => this.#admit(member)), { small: true, kind: "primary", busy }) : nothing}
        ${this.#owner && now !== "me" && member.second_factor ? button(t("Lost his second factor"), () => this.#takeOff(member), { small: true, kind: "quiet", busy }) : nothing}
        ${this.#owner && now !== "me" ? button(t("Remove"), () => this.#remove(member), { small: true, busy }) : nothing}</div></div></li>`;
  }

  #invitation(row: InvitationRow): Part {
    const words = row.expired ? t("too old since {day}", { day: day(row.expires_ms) }) : t("until {day}", { day: day(row.expires_ms) });
    const act = (path: string, done: string) => (): void => void this.#work(row.id, async () => {
      await this.#ctx.port.ask("POST", `/invitations/${row.id}/${path}`, {});
      this.#ctx.toast(done, "ok");
    });
    return html`<li>${tile("send", row.expired ? "warn" : "")}<div class="body"><b>${row.name}</b><div class="mute">${roleName(row.role)} · ${row.email}</div><div class="faint small">${words} · ${tn("{n} letter", "{n} letters", row.letters)}</div>
      ${this.#owner ? html`<div class="row">${button(t("Send again"), act("send-again", t("The letter is on its way.")), { small: true })}${button(t("Withdraw"), act("withdraw", t("Its link works no longer.")), { small: true })}</div>` : nothing}</div></li>`;
  }
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const page = new PeoplePage(host, ctx);
  return { close: () => page.close() };
}
