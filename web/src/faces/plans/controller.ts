// SPDX-License-Identifier: EUPL-1.2
// The planner's page at work: asks, keeps drafts, saves them, and loses nothing that was typed.
import { foot, openDialog } from "../../kit/dialog";
import { Board, html, type Part } from "../../kit/dom";
import { choices } from "../../kit/form";
import { button } from "../../kit/pieces";
import { toast } from "../../kit/toast";
import { t } from "../../kit/words";
import { type Me, Refusal } from "../port";
import { added, draftOf, isChanged, newDraft, type PlannerState, start, type Tab } from "./model";
import { companyDialog, contactDialog, guidanceDialog, wordsDialog } from "./people";
import type { PlansPort, Where } from "./port";
import { moved } from "./reorder";
import type { Contact, PlanRow, PlanWhole } from "./types";
import { plannerView, type PlannerActions } from "./view";

function words(error: unknown): string {
  if (error instanceof Refusal) return [error.message, error.action].filter(Boolean).join(" ");
  return t("The server can’t be reached. Check the connection and try again.");
}

export class Planner {
  readonly #port: PlansPort;
  readonly #board: Board<PlannerState>;

  constructor(port: PlansPort, root: HTMLElement, me: Me, signOut: () => void) {
    this.#port = port;
    this.#board = new Board(root, start(me.party.name, me.party.role), (state) => plannerView(state, { ...this.#actions, signOut }));
    window.addEventListener("beforeunload", (event) => {
      if (this.#unsaved()) event.preventDefault();
    });
    void this.#begin();
  }

  get #state(): Readonly<PlannerState> {
    return this.#board.state;
  }

  readonly #unsaved = (): boolean => isChanged(this.#state.draft, this.#state.whole);

  async #begin(): Promise<void> {
    await this.#try(async () => {
      const [places, standard] = await Promise.all([this.#port.places(), this.#port.standard()]);
      this.#board.change({ places: places.sites, defaults: places.default, standard });
      const asked = new URLSearchParams(location.search);
      const site = places.sites.find((one) => one.id === asked.get("site"))?.id;
      if (site !== undefined) await this.#show(site, (asked.get("tab") as Tab | null) ?? "plans");
      else if (places.default) await this.#show(null, "plans");
      else if (places.sites.length === 1 && places.sites[0] !== undefined) await this.#show(places.sites[0].id, "plans");
    });
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    this.#board.change({ busy: true, error: "" });
    try {
      await work();
      return true;
    } catch (error) {
      this.#board.change({ error: words(error) });
      return false;
    } finally {
      this.#board.change({ busy: false });
    }
  }

  /** For a dialog: what the server refused, or nothing when it is done. */
  async #told(work: () => Promise<void>): Promise<string> {
    try {
      await work();
      return "";
    } catch (error) {
      return words(error);
    }
  }

  async #show(where: Where, tab: Tab): Promise<void> {
    const known = ["plans", "contacts", "guards"].includes(tab) ? tab : "plans";
    this.#board.change({ where, tab: where === null ? "plans" : known, plans: null, contacts: null, guards: null, draft: null, whole: null, beside: null });
    history.replaceState(null, "", where === null ? location.pathname : `${location.pathname}?site=${where}${known === "plans" ? "" : `&tab=${known}`}`);
    const [plans, contacts, guards] = await Promise.all([this.#port.plans(where), where === null ? null : this.#port.contacts(where), where === null ? null : this.#port.guards(where)]);
    if (this.#state.where === where) this.#board.change({ plans, contacts, guards });
  }

  /** Asks before something that was typed is thrown away. */
  #leaving(go: () => void): void {
    if (!this.#unsaved()) return go();
    openDialog(t("Throw the changes away?"), (opened) => html`<p>${t("This plan has changes that are not saved.")}</p>${foot(button(t("Keep editing"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Throw away"), () => { opened.close(); go(); }, { kind: "alarm", id: "throw-away" }))}`);
  }

  #opened(whole: PlanWhole): void {
    this.#board.change({ whole, draft: draftOf(whole), beside: null });
  }

  async #save(): Promise<void> {
    const { draft, where } = this.#state;
    if (draft === null || where === undefined) return;
    const said = { name: draft.name, classes: draft.classes, steps: draft.steps, why: draft.why };
    const saved = await this.#try(async () => this.#opened(draft.id === null ? await this.#port.addPlan(where, said) : await this.#port.savePlan(draft.id, draft.base, said)));
    if (!saved) return void document.querySelector(".note.alarm")?.scrollIntoView({ block: "center" });
    toast(t("Saved as version {n}. New alarms get it; open ones keep theirs.", { n: this.#state.draft?.base ?? 1 }), "ok");
    this.#board.change({ plans: await this.#port.plans(where).catch(() => this.#state.plans) });
  }

  #startNew(): void {
    const standard = this.#state.standard?.plans ?? [];
    let chosen = "empty";
    const all = [{ value: "empty", words: t("An empty plan") }, ...standard.map((one, n) => ({ value: String(n), words: one.name }))];
    openDialog(t("New plan"), (opened): Part => {
      const go = (): void => {
        opened.close();
        const from = standard[Number(chosen)];
        this.#board.change({ whole: null, beside: null, error: "", draft: from === undefined ? newDraft("", [], []) : newDraft(from.name, this.#free(from.classes), from.steps) });
      };
      return html`<div class="form">${choices("from", t("Start from"), all, chosen, (value) => { chosen = value; opened.redraw(); })}
        ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Start"), go, { kind: "primary", id: "start-plan" }))}</div>`;
    });
  }

  /** Those classes that no other plan of the place has. */
  #free(classes: readonly string[]): readonly string[] {
    const taken = new Set(this.#state.plans?.plans.flatMap((one) => one.classes) ?? []);
    return classes.filter((code) => !taken.has(code));
  }

  #sure(title: string, body: string, doIt: string, go: () => Promise<void>): void {
    openDialog(title, (opened) => html`<p>${body}</p>${foot(button(t("Not now"), opened.close, { kind: "quiet", key: "Esc" }), button(doIt, () => { opened.close(); void this.#try(go); }, { kind: "alarm", id: "sure" }))}`);
  }

  #edit(part: Partial<NonNullable<PlannerState["draft"]>>): void {
    const { draft } = this.#state;
    if (draft !== null) this.#board.change({ draft: { ...draft, ...part } });
  }

  readonly #here = (): string => this.#state.where ?? "";

  readonly #actions: Omit<PlannerActions, "signOut"> = {
    filter: (filter) => this.#board.change({ filter }),
    choose: (where) => this.#leaving(() => {
      if (where === undefined) this.#board.change({ where, draft: null, whole: null, error: "" });
      else void this.#try(() => this.#show(where, where === null ? "plans" : this.#state.tab));
    }),
    tab: (tab) => {
      this.#board.change({ tab, error: "" });
      if (this.#state.where) history.replaceState(null, "", `${location.pathname}?site=${this.#state.where}${tab === "plans" ? "" : `&tab=${tab}`}`);
    },
    open: (plan: PlanRow) => void this.#try(async () => this.#opened(await this.#port.plan(plan.id))),
    startNew: () => this.#startNew(),
    copyHere: (plan) => this.#board.change({ whole: null, beside: null, error: "", draft: newDraft(plan.name, this.#free(plan.classes), plan.steps) }),
    leave: () => this.#leaving(() => this.#board.change({ draft: null, whole: null, error: "" })),
    edit: (part) => this.#edit(part),
    step: (n, part) => this.#edit({ steps: this.#state.draft?.steps.map((step, at) => (at === n ? { ...step, ...part } : step)) ?? [] }),
    add: (kind) => {
      const steps = added(this.#state.draft?.steps ?? [], kind);
      this.#edit({ steps });
      const at = steps.findLastIndex((step) => step.kind === kind);
      requestAnimationFrame(() => document.getElementById(`text-${at}`)?.focus());
    },
    takeOut: (n) => this.#edit({ steps: this.#state.draft?.steps.filter((_, at) => at !== n) ?? [] }),
    move: (from, to) => this.#edit({ steps: moved(this.#state.draft?.steps ?? [], from, to) }),
    reset: () => this.#board.change({ error: "", draft: this.#state.whole === null ? newDraft("", [], []) : draftOf(this.#state.whole) }),
    save: () => void this.#save(),
    compare: (beside) => this.#board.change({ beside }),
    restore: (number) => this.#leaving(() => void this.#try(async () => {
      const { whole } = this.#state;
      if (whole === null) return;
      this.#opened(await this.#port.restore(whole.id, number, t("Version {n} again", { n: number })));
      toast(t("Version {n} is in force again, as version {m}.", { n: number, m: this.#state.draft?.base ?? 0 }), "ok");
    })),
    endPlan: () => this.#sure(t("End this plan?"), t("New alarms don’t get it any more; open ones keep it. Its versions stay on record."), t("End it"), async () => {
      const { whole, where } = this.#state;
      if (whole === null || where === undefined) return;
      await this.#port.endPlan(whole.id);
      await this.#show(where, "plans");
    }),
    contact: (contact) => contactDialog(contact, (said) => this.#told(async () => this.#board.change({ contacts: contact === null ? await this.#port.addContact(this.#here(), said) : await this.#port.changeContact(contact.id, said) }))),
    words: (contact) => wordsDialog(contact,
      (code, duress) => this.#told(async () => { this.#board.change({ contacts: await this.#port.setWords(contact.id, code, duress) }); toast(t("The words of {name} are set.", { name: contact.name }), "ok"); }),
      () => void this.#try(async () => this.#board.change({ contacts: await this.#port.clearWords(contact.id) }))),
    removeContact: (contact: Contact) => this.#sure(t("Remove {name}?", { name: contact.name }), t("He is called no more, and his name, numbers and words are erased. Plans that name him call the contacts in their order."), t("Remove"), async () => {
      await this.#port.removeContact(contact.id);
      this.#board.change({ contacts: await this.#port.contacts(this.#here()) });
    }),
    moveContact: (from, to) => void this.#try(async () => {
      const { contacts } = this.#state;
      if (contacts === null) return;
      const order = moved(contacts.contacts, from, to);
      this.#board.change({ contacts: { ...contacts, contacts: order } });
      this.#board.change({ contacts: await this.#port.orderContacts(this.#here(), order.map((one) => one.id)) });
    }),
    guide: () => guidanceDialog(this.#state.contacts?.guidance ?? { route: "", on_site: "" }, (said) => this.#told(async () => this.#board.change({ contacts: await this.#port.guide(this.#here(), said) }))),
    company: (company) => companyDialog(company, (said) => this.#told(async () => this.#board.change({ guards: company === null ? await this.#port.addGuard(this.#here(), said) : await this.#port.changeGuard(company.id, said) }))),
    removeCompany: (company) => this.#sure(t("Remove {name}?", { name: company.name }), t("It is sent no more; its name stays with the errands that it went on."), t("Remove"), async () => {
      await this.#port.removeGuard(company.id);
      this.#board.change({ guards: await this.#port.guards(this.#here()) });
    }),
    moveCompany: (from, to) => void this.#try(async () => {
      const { guards } = this.#state;
      if (guards === null) return;
      const order = moved(guards.guards, from, to);
      this.#board.change({ guards: { ...guards, guards: order } });
      this.#board.change({ guards: await this.#port.orderGuards(this.#here(), order.map((one) => one.id)) });
    }),
  };
}
