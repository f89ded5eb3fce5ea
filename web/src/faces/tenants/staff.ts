// SPDX-License-Identifier: EUPL-1.2
// Who works here: in which function, with which tasks and access; what each still owes; who left; under which contract one administers.
import { Board, html, nothing, type Part } from "../../kit/dom";
import { button, empty, note, pill, skeleton, tile } from "../../kit/pieces";
import { date, isoDay, t, tn } from "../../kit/words";
import { roleName } from "../names";
import type { Ctx, Mount } from "../paged/pages";
import { areaIn, LANGUAGES, openForm, openSure, selectIn, showOnce, textIn } from "./dialogs";
import type { Contract, Employee, Func, Staff } from "./types";

interface State {
  readonly staff: Staff | null;
}

interface Asked {
  readonly login_code: string | null;
  readonly link: string | null;
  readonly expires_ms: number;
}

const SOON_MS = 60 * 86_400_000;
const YEAR_MS = 365 * 86_400_000;

export const mount: Mount = (host, ctx) => {
  const page = new StaffPage(host, ctx);
  return { close: () => page.close() };
};

class StaffPage {
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx) {
    this.#board = new Board<State>(host, { staff: null }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "member.changed" && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    await this.ctx.ask<Staff>("GET", "/staff").then((staff) => this.#board.change({ staff }), (error: unknown) => this.ctx.failed(error));
  }

  readonly #saved = (): void => {
    this.ctx.toast(t("Saved, and written in the log."), "ok");
    this.ctx.changed();
    void this.#load();
  };

  #draw({ staff }: State): Part {
    return html`<div class="title"><div><h1>${t("Who works here")}</h1><p class="mute measure">${t("Access follows the function: it begins with it, changes with it, and ends at once when somebody leaves.")}</p></div></div>
      ${staff === null ? skeleton(8, t("Loading")) : html`${this.#people(staff)}${this.#functions(staff)}${staff.administrators.length === 0 && staff.contracts.length === 0 ? nothing : this.#contracts(staff)}`}`;
  }

  #people(staff: Staff): Part {
    const here = staff.employees.filter(({ left_ms }) => left_ms === null);
    const left = staff.employees.filter(({ left_ms }) => left_ms !== null);
    return html`<section class="card" aria-labelledby="people"><header><h2 id="people">${t("People")}</h2>${staff.may_change && staff.functions.length > 0 ? button(t("Ask somebody"), () => this.#employ(staff), { small: true, icon: "plus", id: "employ" }) : nothing}</header>
      ${here.length === 0 ? empty(t("Nobody has a function yet"), t("Make the functions first; then say who has which."), "person") : html`<ul class="items">${here.map((one) => this.#employee(one, staff))}</ul>`}
      ${staff.others.length === 0 ? nothing : html`<div class="pad stack tight"><h3>${t("Here without a function")}</h3><ul class="plain">${staff.others.map((one) => html`<li class="row"><span>${one.name}, ${roleName(one.role)}</span>${staff.may_change && staff.functions.some(({ role }) => role === one.role) ? button(t("Give a function"), () => this.#present(one, staff), { small: true, kind: "quiet" }) : nothing}</li>`)}</ul></div>`}
      ${left.length === 0 ? nothing : html`<details class="pad"><summary>${tn("1 person left", "{n} people left", left.length)}</summary><ul class="plain">${left.map((one) => html`<li>${one.name}, ${one.function.name}: ${one.left_ms === null ? "" : date(one.left_ms)} <span class="mute">${one.left_why}</span></li>`)}</ul><p class="mute small">${t("Their access ended that moment. These lines are kept for their term.")}</p></details>`}</section>`;
  }

  #employee(one: Employee, staff: Staff): Part {
    const now = staff.now_ms;
    return html`<li id="employee-${one.id}">${tile("person", one.person_id === null ? "warn" : "ok")}<div class="body"><b>${one.name}</b> <span class="mute">${one.function.name}, ${roleName(one.function.role)}</span>
      <div class="row wrap">${one.person_id === null ? pill(one.login_code === null ? t("asked; the letter is on its way") : t("asked, with code {code}", { code: one.login_code }), "warn") : html`
        ${one.statement_until_ms === null ? pill(t("no confidentiality statement"), "alarm") : one.statement_until_ms <= now ? pill(t("statement lapsed {day}", { day: date(one.statement_until_ms) }), "alarm") : pill(t("confidential until {day}", { day: date(one.statement_until_ms) }), one.statement_until_ms - now < SOON_MS ? "warn" : "ok")}
        ${staff.policy === null ? nothing : one.policy_ms === null ? pill(t("policy not acknowledged"), "warn") : pill(t("policy acknowledged"), "ok")}
        ${one.lesson_ms === null ? pill(t("lesson not taken"), "warn") : pill(t("lesson passed {day}", { day: date(one.lesson_ms) }), "ok")}`}</div>
      ${!staff.may_change || one.person_id === this.ctx.me.id ? nothing : html`<div class="row">${one.person_id !== null ? button(t("Another function"), () => this.#move(one, staff), { small: true, kind: "quiet" }) : nothing}${button(one.person_id === null ? t("Withdraw") : t("Leaves"), () => this.#leave(one), { small: true, kind: "quiet", id: `leave-${one.id}` })}</div>`}</div></li>`;
  }

  #functions(staff: Staff): Part {
    return html`<section class="card" aria-labelledby="functions"><header><h2 id="functions">${t("Functions")}</h2>${staff.may_change ? button(t("Make a function"), () => this.#function(staff), { small: true, icon: "plus", id: "new-function" }) : nothing}</header>
      ${staff.functions.length === 0 ? empty(t("No function yet"), t("A function says what somebody does here, and so what he needs to see."), "list") : html`<ul class="items">${staff.functions.map((one) => html`<li>${tile("list")}<div class="body"><b>${one.name}</b> <span class="mute">${t("access as {role}", { role: roleName(one.role) })}</span><ul class="plain">${one.tasks.map((task) => html`<li>${task}</li>`)}</ul>
        ${staff.may_change && !staff.employees.some((who) => who.left_ms === null && who.function.id === one.id) ? html`<div class="row">${button(t("End it"), () => openSure(this.ctx, t("End the function {name}?", { name: one.name }), t("Nobody is given it any more."), t("End it"), `/staff/functions/${one.id}/end`, this.#saved), { small: true, kind: "quiet" })}</div>` : nothing}</div></li>`)}</ul>`}</section>`;
  }

  #contracts(staff: Staff): Part {
    const lapsed = staff.administrators.filter(({ in_date }) => !in_date);
    return html`<section class="card" aria-labelledby="contracts"><header><h2 id="contracts">${t("Under which contract one administers")}</h2>${staff.may_record && this.#recordable(staff).length > 0 ? button(t("Record one"), () => this.#contract(staff), { small: true, icon: "plus", id: "new-contract" }) : nothing}</header>
      ${lapsed.map(({ name }) => html`<div class="pad">${note(t("{name} has no service contract in date and can’t sign in as administrator.", { name }), "warn", "lock")}</div>`)}
      ${staff.contracts.length === 0 ? empty(t("No contract on record"), t("An administrator signs in for a month after his appointment without one, and not after that."), "note") : html`<ul class="items">${staff.contracts.map((one) => this.#oneContract(one, staff))}</ul>`}</section>`;
  }

  #recordable(staff: Staff): Staff["administrators"] {
    return staff.administrators.filter(({ person_id }) => staff.alone || person_id !== this.ctx.me.id);
  }

  #oneContract(one: Contract, staff: Staff): Part {
    const left = one.valid_to_ms - staff.now_ms;
    const state = one.ended_ms !== null ? pill(t("ended {day}", { day: date(one.ended_ms) })) : left <= 0 ? pill(t("lapsed {day}", { day: date(one.valid_to_ms) }), "alarm") : pill(t("until {day}", { day: date(one.valid_to_ms) }), left < SOON_MS ? "warn" : "ok");
    return html`<li>${tile("note", one.ended_ms === null && left > 0 ? "ok" : "")}<div class="body"><b>${one.name}</b> <span class="mute">${one.organisation}, ${one.reference}</span><div class="row wrap">${state}</div>
      ${staff.may_record && one.ended_ms === null && left > 0 ? html`<div class="row">${button(t("End it"), () => openSure(this.ctx, t("End the contract of {name}?", { name: one.name }), t("Without another one in date he administers no more, from this moment on."), t("End it"), `/staff/contracts/${one.id}/end`, this.#saved), { small: true, kind: "quiet" })}</div>` : nothing}</div></li>`;
  }

  // --- forms ---

  #function(staff: Staff): void {
    openForm<unknown>(this.ctx, {
      title: t("Make a function"), path: "/staff/functions", press: t("Make it"), values: { name: "", tasks: "", role: staff.roles[0] ?? "" },
      fields: (values, opened) => html`${textIn(values, "name", t("Name"), { maxlength: 80 })}${areaIn(values, "tasks", t("Tasks, one a line"), 4, t("What its holder does: that is what the access is for."), 2000)}${selectIn(values, "role", t("Access as"), staff.roles.map((role) => [role, roleName(role)]), opened)}`,
      body: ({ name, tasks, role }) => ({ name, role, tasks: (tasks ?? "").split("\n").filter((line) => line.trim() !== "") }),
    }, this.#saved);
  }

  #employ(staff: Staff): void {
    const byCode = staff.sign_in === "code";
    openForm<Asked>(this.ctx, {
      title: t("Ask somebody"), path: "/staff", press: t("Ask"), values: { name: "", email: "", function_id: staff.functions[0]?.id ?? "", language: "nl" },
      fields: (values, opened) => html`${textIn(values, "name", t("Name"))}${selectIn(values, "function_id", t("Function"), options(staff.functions), opened)}
        ${textIn(values, "email", t("E-mail"), { type: "email", hint: byCode ? t("Leave it empty for a login code; you hand that over yourself.") : t("A letter with a link goes there; it works once, for a week.") })}${selectIn(values, "language", t("Language"), LANGUAGES, opened)}`,
      body: (values) => values,
    }, (asked) => {
      this.#saved();
      if (asked.login_code !== null && asked.link !== null) showOnce(this.ctx, t("Hand this over"), t("The link is shown this once and works once, until {day}. Who opens it chooses the password.", { day: date(asked.expires_ms) }), [[t("Login code"), asked.login_code], [t("Link"), asked.link]]);
    });
  }

  #present(who: Staff["others"][number], staff: Staff): void {
    const fit = staff.functions.filter(({ role }) => role === who.role);
    openForm<unknown>(this.ctx, {
      title: t("A function for {name}", { name: who.name }), path: "/staff/present", press: t("Give it"), values: { function_id: fit[0]?.id ?? "" },
      fields: (values, opened) => selectIn(values, "function_id", t("Function"), options(fit), opened), body: ({ function_id }) => ({ person_id: who.person_id, function_id }),
    }, this.#saved);
  }

  #move(one: Employee, staff: Staff): void {
    const others = staff.functions.filter(({ id }) => id !== one.function.id);
    openForm<unknown>(this.ctx, {
      title: t("Another function for {name}", { name: one.name }), path: `/staff/${one.id}/function`, press: t("Give it"), values: { function_id: others[0]?.id ?? "" },
      fields: (values, opened) => html`${note(t("The access of the function before ends with it."))}${selectIn(values, "function_id", t("Function"), options(others), opened)}`, body: (values) => values,
    }, this.#saved);
  }

  #leave(one: Employee): void {
    openForm<unknown>(this.ctx, {
      title: one.person_id === null ? t("Withdraw what {name} was asked?", { name: one.name }) : t("{name} leaves?", { name: one.name }), path: `/staff/${one.id}/leave`, press: one.person_id === null ? t("Withdraw") : t("Leaves now"), tone: "alarm", values: { why: "" },
      fields: (values) => html`${note(one.person_id === null ? t("The link works no longer.") : t("All access here ends this moment, on every device. What was done stays in the log."), "warn")}${textIn(values, "why", t("Why (you may leave it empty)"), { maxlength: 300 })}`, body: (values) => values,
    }, this.#saved);
  }

  #contract(staff: Staff): void {
    const now = staff.now_ms;
    const whom = this.#recordable(staff);
    openForm<unknown>(this.ctx, {
      title: t("Record a service contract"), path: "/staff/contracts", press: t("Record it"), values: { person_id: whom[0]?.person_id ?? "", organisation: "", reference: "", from: isoDay(now), until: isoDay(now + YEAR_MS) },
      fields: (values, opened) => html`${selectIn(values, "person_id", t("Who"), whom.map(({ person_id, name }) => [person_id, name]), opened)}${textIn(values, "organisation", t("With whom the contract is"))}${textIn(values, "reference", t("Reference"), { maxlength: 120 })}${textIn(values, "from", t("From"), { type: "date" })}${textIn(values, "until", t("Until"), { type: "date" })}`,
      body: ({ person_id, organisation, reference, from, until }) => ({ person_id, organisation, reference, valid_from_ms: Date.parse(from ?? "") || 0, valid_to_ms: Date.parse(until ?? "") || 0 }),
    }, this.#saved);
  }
}

const options = (all: readonly Func[]): readonly (readonly [string, string])[] => all.map(({ id, name }) => [id, name]);
