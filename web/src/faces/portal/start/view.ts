// SPDX-License-Identifier: EUPL-1.2
// Getting started: what stands and what is missing, each with its one next step. It can be left anywhere and gone on with from any
// device: what is done lies in the signed objects and in the records, not in this page.
import { firstTenantKey } from "../../../client/account";
import { armUnit, findUnit, pairUnit, type Found } from "../../../client/pair";
import { Board, html, need, nothing, ref, type Part } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { icon, type IconName } from "../../../kit/icons";
import { button, keyWords, note, progress, skeleton, steps, tile } from "../../../kit/pieces";
import { t, tn } from "../../../kit/words";
import { SealError } from "../../../seal/errors";
import type { Policy } from "../../../seal/policy";
import { Refusal } from "../../port";
import { asRefusal } from "../../wire";
import { pageOf, type Ctx, type Mounted } from "../pages";
import { canScan, scan } from "./scan";

interface Answer {
  readonly second_factor: boolean;
  readonly owners: number;
  readonly tenant_key: boolean;
  readonly key_held: boolean;
  readonly provider: string;
  readonly agreement: { readonly since_ms: number; readonly how: string } | null;
  readonly sites: readonly { readonly id: string; readonly name: string; readonly sign_hung: boolean }[];
  readonly units: readonly { readonly id: string; readonly name: string; readonly site_id: string }[];
  readonly cameras: readonly { readonly id: string; readonly name: string; readonly unit_id: string; readonly site_id: string; readonly purpose: boolean }[];
  readonly purposes: Readonly<Record<string, string>>;
}

type Pairing =
  | { readonly phase: "code"; readonly error: string; readonly busy: boolean }
  | { readonly phase: "compare"; readonly found: Found; readonly error: string; readonly busy: boolean }
  | { readonly phase: "done" };

interface State {
  readonly answer: Answer | null;
  readonly policies: Readonly<Record<string, Policy | null>>;
  readonly armed: Readonly<Record<string, boolean>>;
  readonly looked: readonly string[];
  readonly step: string | null;
  readonly pairing: Pairing;
  readonly site: string;
  readonly code: string;
  readonly purpose: string;
  /** Of one camera alone; "" for all of them. */
  readonly camera: string;
  readonly sentence: string;
  readonly busy: string;
  readonly error: string;
}

interface Step {
  readonly name: string;
  readonly words: string;
  readonly more: string;
  readonly done: boolean;
  readonly icon: IconName;
  readonly optional?: boolean;
  /** What is missing first, in words; then it can't be done yet. */
  readonly waits?: string;
  readonly act?: Part;
}

const RELOAD = ["unit.", "member.", "agreement.", "site."];

class StartPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stops: (() => void)[] = [];
  readonly #witnesses = new Set<string>();
  #scanHost: HTMLElement | null = null;

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { answer: null, policies: {}, armed: {}, looked: [], step: id, pairing: { phase: "code", error: "", busy: false }, site: "", code: "", purpose: "", camera: "", sentence: "", busy: "", error: "" }, (state) => this.#draw(state));
    this.#stops.push(ctx.events((topic) => void (RELOAD.some((begin) => topic.startsWith(begin)) && this.#load())));
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  route(id: string | null): void {
    this.#board.change({ step: id, error: "" });
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      await firstTenantKey(this.#ctx.session);
      const answer = await this.#ctx.port.ask<Answer>("GET", "/getting-started");
      const [{ looks }, said] = await Promise.all([this.#looks(), Promise.all(answer.units.map(async ({ id }) => [id, await this.#ctx.session.trust.unit(id, "owner", true).catch(() => null)] as const))]);
      this.#board.change({
        answer, looked: looks, policies: Object.fromEntries(said.map(([id, trusted]) => [id, trusted?.policy?.value ?? null])),
        armed: Object.fromEntries(said.map(([id, trusted]) => [id, trusted?.status?.value.state === "armed" || trusted?.status?.value.state === "working_hours"])),
        site: this.#board.state.site || answer.sites[0]?.id || "", purpose: this.#board.state.purpose || Object.keys(answer.purposes)[0] || "",
      });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  /** Cameras that he has looked at himself: then their picture is checked. */
  async #looks(): Promise<{ looks: readonly string[] }> {
    const looks = await this.#ctx.port.looks().catch(() => []);
    return { looks: looks.filter((look) => look.mine && look.camera_id !== null).map((look) => look.camera_id!) };
  }

  // --- the list -----------------------------------------------------------------------------------------------------------

  #steps(state: State, answer: Answer): readonly Step[] {
    const owner = this.#ctx.state().me.role === "owner";
    const { units, cameras, sites } = answer;
    const without = cameras.filter(({ purpose }) => !purpose);
    const unsigned = sites.filter(({ id, sign_hung }) => !sign_hung && units.some(({ site_id }) => site_id === id));
    const hours = units.length > 0 && units.every(({ id }) => (state.policies[id]?.hours.weekly.length ?? 0) + (state.policies[id]?.hours.exceptions.length ?? 0) > 0);
    const masks = cameras.length > 0 && Object.values(state.policies).some((policy) => policy?.cameras.some(({ zones, privacy }) => zones.length + privacy.length > 0));
    const pictures = cameras.length > 0 && cameras.every(({ id }) => state.looked.includes(id));
    const armed = units.length > 0 && units.every(({ id }) => state.armed[id]);
    const missing = [answer.agreement === null ? t("the agreement") : "", units.length === 0 ? t("a paired unit") : "", without.length > 0 ? t("a purpose") : "", unsigned.length > 0 ? t("the sign") : ""].filter(Boolean);
    const to = (view: string, words: string, id?: string): Part => (pageOf(view) === undefined ? nothing : button(words, () => this.#ctx.go(view, id), { small: true, kind: "primary", id: `go-${view}` }));
    const here = (step: string, words: string): Part => button(words, () => this.#ctx.go("start", step), { small: true, kind: "primary", id: `go-${step}` });
    return [
      { name: "account", icon: "key", words: t("Your keys and your recovery code"), more: t("Made in your browser; the code is on your paper."), done: true },
      { name: "factor", icon: "shield", words: t("A second factor"), more: t("A code app or a passkey, so that a stolen password alone signs nobody in."), done: answer.second_factor, optional: true, act: to("security", t("Add one")) },
      { name: "key", icon: "lock", words: t("Your organisation’s key"), more: answer.tenant_key && !answer.key_held ? t("An owner must let you in: read your words to him.") : t("Recordings are sealed to it. Only your people hold it."), done: answer.key_held, act: to("people", t("Read your words")) },
      { name: "agreement", icon: "note", words: t("The agreement, read and signed"), more: answer.agreement === null ? t("Online with your own key, or by e-mail.") : t("In force."), done: answer.agreement !== null, act: owner ? to("agreements", t("Read and sign"), "sign") : nothing },
      { name: "pair", icon: "camera", words: t("A unit, paired by the code on it"), more: units.length === 0 ? t("Stand before the unit with your phone.") : tn("{n} unit paired", "{n} units paired", units.length), done: units.length > 0, ...(answer.key_held ? {} : { waits: t("first your organisation’s key") }), act: owner ? here("pair", units.length === 0 ? t("Pair a unit") : t("Pair another")) : nothing },
      { name: "purpose", icon: "list", words: t("What the cameras are for"), more: cameras.length === 0 ? t("For all cameras at once, or for each.") : without.length === 0 ? t("Each has its purpose.") : tn("{n} camera has no purpose yet", "{n} cameras have no purpose yet", without.length), done: cameras.length > 0 && without.length === 0, ...(answer.agreement === null ? { waits: t("first the agreement") } : {}), act: owner ? here("purpose", t("Write it down")) : nothing },
      { name: "picture", icon: "eye", words: t("The picture, looked at"), more: t("Is only in it what you want to guard?"), done: pictures, optional: true, ...(units.length === 0 ? { waits: t("first a paired unit") } : {}), act: to("pictures", t("Look")) },
      { name: "masks", icon: "screens", words: t("Masks, drawn"), more: t("Black out the street and the neighbours; draw where an alarm counts."), done: masks, optional: true, ...(units.length === 0 ? { waits: t("first a paired unit") } : {}), act: to("masks", t("Draw them")) },
      { name: "hours", icon: "clock", words: t("Hours, set"), more: t("In working hours nothing is recorded and nobody is alarmed."), done: hours, optional: true, ...(units.length === 0 ? { waits: t("first a paired unit") } : {}), act: to("hours", t("Set them")) },
      { name: "sign", icon: "info", words: t("The sign, printed and hung"), more: unsigned.length === 0 && units.length > 0 ? t("It hangs.") : t("People must read it before a camera sees them."), done: units.length > 0 && unsigned.length === 0, ...(units.length === 0 ? { waits: t("first a paired unit") } : {}), act: here("sign", t("Print and tick")) },
      { name: "arm", icon: "power", words: t("Armed"), more: armed ? t("Your units confirmed it, signed.") : missing.length === 0 ? t("Everything is there.") : t("Still missing: {what}.", { what: missing.join(", ") }), done: armed, ...(missing.length > 0 ? { waits: t("first {what}", { what: missing.join(", ") }) } : {}), act: button(t("Arm now"), () => void this.#arm(), { small: true, kind: "primary", icon: "shield", id: "arm", busy: state.busy === "arm" }) },
    ];
  }

  #draw(state: State): Part {
    const { answer, step } = state;
    if (answer === null) return html`<div class="page">${skeleton(8, t("Loading"))}</div>`;
    const back = html`<div>${button(t("Back to the list"), () => this.#ctx.go("start"), { icon: "back", kind: "quiet", id: "back" })}</div>`;
    if (step === "pair") return html`<div class="page start">${this.#title(t("Pair a unit"))}${back}${this.#pair(state, answer)}</div>`;
    if (step === "purpose") return html`<div class="page start">${this.#title(t("What the cameras are for"))}${back}${this.#purpose(state, answer)}</div>`;
    if (step === "sign") return html`<div class="page start">${this.#title(t("The sign"))}${back}${this.#sign(state, answer)}</div>`;
    const all = this.#steps(state, answer);
    const needed = all.filter(({ optional }) => optional !== true);
    const next = all.find((one) => !one.done && one.waits === undefined && one.optional !== true) ?? all.find((one) => !one.done && one.waits === undefined);
    return html`<div class="page start">${this.#title(t("Getting started"))}
      <section class="card pad stack tight"><p>${needed.every(({ done }) => done) ? t("Everything that is needed is there.") : t("{done} of {n} steps that are needed are done. You can stop anywhere and go on later, on any device.", { done: needed.filter(({ done }) => done).length, n: needed.length })}</p>${progress(needed.filter(({ done }) => done).length / needed.length, t("Getting started"))}</section>
      ${state.error === "" ? nothing : note(state.error, "alarm", "alarm")}
      <section class="card"><ol class="todo">${all.map((one) => html`<li class=${one.done ? "done" : one === next ? "next" : ""} data-step=${one.name} data-done=${one.done ? "yes" : "no"}>${tile(one.done ? "check" : one.icon, one.done ? "ok" : one === next ? "accent" : "")}
        <div class="body"><b>${one.words}</b><div class="mute small">${one.more}${one.optional === true && !one.done ? html` <span class="faint">${t("(advised)")}</span>` : nothing}</div>
        ${one.done && one.name !== "pair" ? nothing : one.waits !== undefined ? html`<div class="waits faint small">${icon("clock", "small")}<span>${one.waits}</span></div>` : html`<div class="row">${one.act ?? nothing}</div>`}</div></li>`)}</ol></section></div>`;
  }

  #title(words: string): Part {
    return html`<div class="title"><div><div class="lbl">${this.#ctx.state().me.party}</div><h1>${words}</h1></div></div>`;
  }

  #said(error: unknown): string {
    if (error instanceof SealError && error.code === "code") return t("A letter or digit of the code is wrong.");
    const refusal = asRefusal(error);
    return refusal instanceof Refusal ? [refusal.message, refusal.action].filter(Boolean).join(" ") : t("The server can’t be reached. Check the connection and try again.");
  }

  // --- pairing ---------------------------------------------------------------------------------------------------------------

  #pair(state: State, answer: Answer): Part {
    const { pairing } = state;
    if (answer.sites.length === 0) return this.#newSite(state);
    const at = pairing.phase === "code" ? 0 : pairing.phase === "compare" ? 1 : 3;
    return html`${steps([t("The code on the unit"), t("The words in your agreement"), t("The unit’s own answer")], pairing.phase === "compare" && pairing.busy ? 2 : at)}
      ${pairing.phase === "done" ? html`<section class="card pad stack"><h2>${t("Paired")}</h2><p>${t("The unit signed that it obeys you, and nobody else. It is not armed yet.")}</p><div class="row">${button(t("Go on"), () => this.#ctx.go("start"), { kind: "primary", id: "go-on" })}</div></section>`
      : pairing.phase === "code" ? html`<section class="card pad stack"><p class="mute">${t("Scan the code on the unit, or type what stands under it. It never leaves this device: the server only hears which unit it is.")}</p>
        <div ${ref((host) => (this.#scanHost = host instanceof HTMLElement ? host : null))}></div>
        ${canScan() ? html`<div>${button(t("Scan with the camera"), () => void this.#scan(), { icon: "camera", id: "scan" })}</div>` : nothing}
        <form class="form" novalidate @submit=${(event: Event) => { event.preventDefault(); void this.#find(event.target as HTMLFormElement); }}>
          ${field("pairing-code", t("Code on the unit"), { value: state.code, maxlength: 300, disabled: pairing.busy, input: (code) => this.#board.change({ code }), ...(pairing.error ? { error: pairing.error } : {}) })}
          ${field("unit-name", t("Name of the unit"), { value: t("Unit at the gate"), maxlength: 200, disabled: pairing.busy })}
          ${answer.sites.length === 1 ? nothing : choices("unit-site", t("At which site?"), answer.sites.map(({ id, name }) => ({ value: id, words: name })), state.site, (site) => this.#board.change({ site }))}
          <div><button class="btn primary" id="find" ?disabled=${pairing.busy} aria-busy=${pairing.busy ? "true" : "false"}><span>${t("Find the unit")}</span></button></div></form></section>`
      : html`<section class="card pad stack"><h2>${t("Compare with your agreement")}</h2><p class="mute">${t("The unit will give keys to this alarm centre when it raises an alarm, and prove everything to this log. Their words stand in annex C of your agreement.")}</p>
        ${pairing.found.arc === null ? note(t("No alarm centre serves you: nobody but you will see anything.")) : html`<h3>${t("The alarm centre")}</h3>${keyWords(pairing.found.arc.words, t("The alarm centre"))}`}
        <h3>${t("The log")}</h3>${keyWords(pairing.found.log.words, t("The log"))}
        ${pairing.found.witnesses.length === 0 ? nothing : html`<details id="witnesses"><summary>${t("Witnesses of the log")}</summary><fieldset class="choices"><legend class="field"><span class="label">${t("Who must have seen it in the log")}</span></legend>
          <p class="small mute">${t("Only needed should a panel that reports to the alarm centre show pictures one day; you can name them later, too. Ask each for its words another way, and tick those that agree.")}</p>
          ${pairing.found.witnesses.map((card) => html`<label class="choice"><input type="checkbox" data-witness=${card.name} .checked=${this.#witnesses.has(card.vkey)} @change=${() => { if (!this.#witnesses.delete(card.vkey)) this.#witnesses.add(card.vkey); }}><span><b>${card.name}</b>${keyWords(card.words, t("Words of {name}", { name: card.name }))}</span></label>`)}</fieldset></details>`}
        <p class="small mute">${tn("{n} camera: {names}", "{n} cameras: {names}", pairing.found.start.cameras.length, { names: pairing.found.start.cameras.map(({ name }) => name).join(", ") })}</p>
        ${pairing.error === "" ? nothing : note(pairing.error, "alarm", "alarm")}
        <div class="row">${button(t("They are the same: pair"), () => void this.#complete(pairing.found), { kind: "primary", icon: "check", busy: pairing.busy, id: "same" })}${button(t("They differ"), () => this.#board.change({ pairing: { phase: "code", error: t("Nothing was paired. Call your provider by a number you already had."), busy: false } }), { disabled: pairing.busy })}</div></section>`}`;
  }

  #newSite(state: State): Part {
    return html`<section class="card pad stack"><h2>${t("Where is it?")}</h2><p class="mute">${t("First the place that is guarded. Its address stands on the sign and helps who is sent there.")}</p>
      <form class="form" novalidate @submit=${(event: Event) => { event.preventDefault(); void this.#addSite(event.target as HTMLFormElement); }}>
        ${field("site-name", t("Name of the place"), { maxlength: 200 })}${field("site-address", t("Address"), { autocomplete: "street-address", maxlength: 300, ...(state.error ? { error: state.error } : {}) })}
        <div><button class="btn primary" id="add-site" ?disabled=${state.busy === "site"}><span>${t("Go on")}</span></button></div></form></section>`;
  }

  async #addSite(form: HTMLFormElement): Promise<void> {
    const [name, address] = [need("#site-name", HTMLInputElement, form).value.trim(), need("#site-address", HTMLInputElement, form).value.trim()];
    if (name === "" || address === "") return this.#board.change({ error: t("Fill in both.") });
    this.#board.change({ busy: "site", error: "" });
    try {
      await this.#ctx.port.ask("POST", "/getting-started/site", { name, address, tz: Intl.DateTimeFormat().resolvedOptions().timeZone });
    } catch (error) {
      this.#board.change({ error: this.#said(error) });
    }
    this.#board.change({ busy: "" });
    await this.#load();
  }

  async #scan(): Promise<void> {
    if (this.#scanHost === null) return;
    const code = await scan(this.#scanHost).catch(() => null);
    if (code === null) this.#ctx.toast(t("Nothing was scanned. Type the code instead."));
    else this.#board.change({ code });
  }

  async #find(form: HTMLFormElement): Promise<void> {
    const { code, site } = this.#board.state;
    const name = need("#unit-name", HTMLInputElement, form).value.trim() || t("Unit at the gate");
    this.#board.change({ pairing: { phase: "code", error: "", busy: true } });
    this.#witnesses.clear();
    try {
      this.#board.change({ pairing: { phase: "compare", found: await findUnit(this.#ctx.session, code.trim(), site, name), error: "", busy: false } });
    } catch (error) {
      this.#board.change({ pairing: { phase: "code", error: this.#said(error), busy: false } });
    }
  }

  async #complete(found: Found): Promise<void> {
    this.#board.change({ pairing: { phase: "compare", found, error: "", busy: true } });
    try {
      const { sites } = await this.#ctx.port.ask<{ sites: readonly { id: string; tz: string }[] }>("GET", "/sites");
      await pairUnit(this.#ctx.session, found, sites.find(({ id }) => id === this.#board.state.site)?.tz ?? "Europe/Amsterdam", found.witnesses.filter(({ vkey }) => this.#witnesses.has(vkey)));
      this.#board.change({ pairing: { phase: "done" }, code: "" });
      await Promise.all([this.#load(), this.#ctx.reload()]);
    } catch (error) {
      this.#board.change({ pairing: { phase: "code", error: this.#said(error), busy: false } });
    }
  }

  // --- purpose, sign, arming ----------------------------------------------------------------------------------------------------

  #purpose(state: State, answer: Answer): Part {
    return html`<section class="card pad stack"><p class="mute">${t("You decide what the cameras are for; images serve nothing else. It holds for all your cameras, also those that come later, unless you write another one for a camera.")}</p>
      <form class="form" novalidate @submit=${(event: Event) => { event.preventDefault(); void this.#record(event.target as HTMLFormElement); }}>
        ${answer.cameras.length < 2 ? nothing : choices("purpose-camera", t("For which cameras?"), [{ value: "", words: t("All of them") }, ...answer.cameras.map(({ id, name, purpose }) => ({ value: id, words: purpose ? name : t("{name}: none yet", { name }) }))], state.camera, (camera) => this.#board.change({ camera }))}
        ${choices("purpose-code", t("Purpose"), Object.entries(answer.purposes).map(([value, words]) => ({ value, words })), state.purpose, (purpose) => this.#board.change({ purpose }))}
        ${textField("purpose-text", t("In your own words"), { value: state.sentence || (answer.purposes[state.purpose] ?? ""), maxlength: 500, rows: 2, ...(state.error ? { error: state.error } : {}) })}
        <div><button class="btn primary" id="record" ?disabled=${state.busy === "purpose"}><span>${t("Write it down")}</span></button></div></form></section>`;
  }

  async #record(form: HTMLFormElement): Promise<void> {
    this.#board.change({ busy: "purpose", error: "" });
    try {
      await this.#ctx.port.ask("POST", "/purposes", { camera_id: this.#board.state.camera || null, code: this.#board.state.purpose, text: need("#purpose-text", HTMLTextAreaElement, form).value });
      this.#ctx.go("start");
    } catch (error) {
      this.#board.change({ error: this.#said(error) });
    }
    this.#board.change({ busy: "" });
    await this.#load();
  }

  #sign(state: State, answer: Answer): Part {
    return html`${answer.sites.map((site) => html`<section class="card pad stack"><div class="row apart"><h2>${site.name}</h2></div>
      ${site.sign_hung ? note(t("The sign hangs here."), "ok", "check") : html`<p class="mute">${t("Print it, hang it where people read it before a camera sees them, then tick.")}</p>
      <div class="row">${pageOf("signs") === undefined ? nothing : button(t("Print the sign"), () => this.#ctx.go("signs", site.id), { icon: "note" })}${button(t("It hangs"), () => void this.#hung(site.id), { kind: "primary", icon: "check", id: "hung", busy: state.busy === site.id })}</div>`}</section>`)}
      ${state.error === "" ? nothing : note(state.error, "alarm", "alarm")}`;
  }

  async #hung(site: string): Promise<void> {
    this.#board.change({ busy: site, error: "" });
    try {
      await this.#ctx.port.ask("POST", `/sites/${site}/sign/hung`, {});
    } catch (error) {
      this.#board.change({ error: this.#said(error) });
    }
    this.#board.change({ busy: "" });
    await this.#load();
  }

  async #arm(): Promise<void> {
    this.#board.change({ busy: "arm", error: "" });
    try {
      for (const { id } of this.#board.state.answer?.units ?? []) if (!this.#board.state.armed[id]) await armUnit(this.#ctx.session, id);
      this.#ctx.toast(t("Signed and on its way. It counts once the unit confirms it."), "ok");
    } catch (error) {
      this.#board.change({ error: this.#said(error) });
    }
    this.#board.change({ busy: "" });
    await this.#load();
  }
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new StartPage(host, ctx, id);
  return { close: () => page.close(), route: (now) => page.route(now) };
}
