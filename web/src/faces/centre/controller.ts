// SPDX-License-Identifier: EUPL-1.2
// What the centre's pages do: follow the queue and the seats, and carry out what a supervisor or an operator asks.
import { foot, openDialog } from "../../kit/dialog";
import { Board, html } from "../../kit/dom";
import { field, textField } from "../../kit/form";
import { bindKeys, showKeys, type Binding } from "../../kit/keys";
import { button, keyWords, note } from "../../kit/pieces";
import { toast } from "../../kit/toast";
import { isoDay, t } from "../../kit/words";
import { Refusal } from "../port";
import type { Line, NewCertificate } from "./line";
import { pageOf, pagesFor, pathOf, start, undecided, type CentreState, type PageName } from "./model";
import type { Certificates, Verdict } from "./types";
import { centreView, pageWord, type CentreActions } from "./view";
import { schemeName } from "./words";

const WALL_MS = 5000;
const NARROW = "(max-width: 700px)";
const DAY_MS = 86_400_000;

export class Centre {
  readonly #line: Line;
  readonly #board: Board<CentreState>;
  #asking = new Set<string>();

  constructor(line: Line, root: HTMLElement) {
    this.#line = line;
    const me = line.me;
    const page = pageOf(location.pathname);
    this.#board = new Board<CentreState>(root, { ...start(me, pagesFor(me.role).includes(page) ? page : (pagesFor(me.role)[0] ?? "wall"), line.nowMs()), narrow: matchMedia(NARROW).matches }, (state) => centreView(state, this.#actions));
    bindKeys(() => this.#keys());
    line.events((topic) => this.#heard(topic), (connected) => this.#connected(connected));
    setInterval(() => this.#board.change({ nowMs: line.nowMs() }), 1000);
    setInterval(() => void this.#loadWall(), WALL_MS);
    matchMedia(NARROW).addEventListener("change", (event) => this.#board.change({ narrow: event.matches }));
    addEventListener("popstate", () => this.#show(pageOf(location.pathname)));
    void this.#loadWall();
    void this.#load();
  }

  get #state(): CentreState {
    return this.#board.state;
  }

  // --- what comes from the server -----------------------------------------------------------------------------------

  #heard(topic: string): void {
    if (topic.startsWith("alarm.") || topic === "centre.changed" || topic === "reload") void this.#loadWall();
    if (topic === "centre.changed" && (this.#state.page !== "settings")) void this.#load();
  }

  #connected(connected: boolean): void {
    if (connected === this.#state.connected) return;
    this.#board.change({ connected });
    if (connected) void Promise.all([this.#loadWall(), this.#load()]);
  }

  async #loadWall(): Promise<void> {
    if (!pagesFor(this.#state.me.role).includes("wall")) return;
    await this.#ask("wall", async () => this.#board.change({ wall: await this.#line.wall(), nowMs: this.#line.nowMs() }));
  }

  async #load(): Promise<void> {
    const { page, days, desk } = this.#state;
    const now = this.#line.nowMs();
    switch (page) {
      case "wall": return;
      case "hand-over": return this.#ask(page, async () => this.#board.change({ handOvers: await this.#line.handOvers() }));
      case "figures": return this.#ask(`${page} ${days}`, async () => { const figures = await this.#line.figures(now - days * DAY_MS, now); if (this.#state.days === days) this.#board.change({ figures }); });
      case "reviews": return this.#ask(`${page} ${desk}`, async () => {
        const [reviews, trends] = await Promise.all([this.#line.reviews(desk), this.#line.trends()]);
        if (this.#state.desk === desk) this.#board.change({ reviews, trends });
      });
      case "certificates": return this.#ask(page, async () => {
        const judges = this.#state.me.role === "supervisor" || this.#state.me.role === "admin";
        const [certificates, members, openingKey] = await Promise.all([this.#line.certificates(), judges ? this.#line.members() : null, judges ? this.#line.openingKey() : null]);
        this.#board.change({ certificates, openingKey, members: members === null ? null : { all: members, ownWords: this.#line.ownWords(), shown: members.members.map((row) => ({ row, words: this.#line.wordsOf(row), standing: this.#line.standing(row) })) } });
      });
      case "settings": return this.#ask(page, async () => this.#board.change({ settings: await this.#line.settings() }));
    }
  }

  /** One question of a sort at a time; what goes wrong is said once, in its place. */
  async #ask(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#asking.has(name)) return;
    this.#asking.add(name);
    try {
      await work();
      this.#board.change({ loading: false, refused: null });
    } catch (error) {
      this.#wrong(error, name === "wall");
    } finally {
      this.#asking.delete(name);
    }
  }

  #wrong(error: unknown, quiet = false): void {
    if (!(error instanceof Refusal)) return void this.#board.change({ connected: false });
    if (error.code === "unauthorized" || error.code === "signed_out") return location.assign(`/sign-in?ended&next=${location.pathname}`);
    if (!quiet || this.#state.page === "wall") this.#board.change({ refused: { message: error.message, action: error.action } });
  }

  async #do(work: () => Promise<unknown>, done: string): Promise<boolean> {
    if (this.#state.busy) return false;
    this.#board.change({ busy: true, refused: null });
    try {
      await work();
      if (done !== "") toast(done, "ok");
      return true;
    } catch (error) {
      this.#wrong(error);
      return false;
    } finally {
      this.#board.change({ busy: false });
      await Promise.all([this.#loadWall(), this.#reload()]);
    }
  }

  async #reload(): Promise<void> {
    const { refused } = this.#state;
    await this.#load();
    if (refused !== null) this.#board.change({ refused });
  }

  // --- where one is -------------------------------------------------------------------------------------------------

  #show(page: PageName): void {
    this.#board.change({ page, refused: null, chosen: null, review: null });
    document.title = `${pageWord(page)} · Zegel`;
    void this.#load();
  }

  #go(page: PageName): void {
    if (page === this.#state.page) return;
    history.pushState(null, "", pathOf(page));
    this.#show(page);
    scrollTo({ top: 0 });
    document.querySelector<HTMLElement>("#content")?.focus({ preventScroll: true });
  }

  async #choose(id: string | null): Promise<void> {
    this.#board.change({ chosen: id, review: null, judging: undecided });
    if (id === null) return;
    await this.#ask(`review ${id}`, async () => {
      const review = await this.#line.review(id);
      if (this.#state.chosen === id) this.#board.change({ review });
    });
  }

  #step(by: number): void {
    const rows = this.#state.reviews?.reviews ?? [];
    const at = rows.findIndex((row) => row.id === this.#state.chosen);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next !== undefined && next.id !== this.#state.chosen) void this.#choose(next.id);
  }

  // --- what one does ------------------------------------------------------------------------------------------------

  readonly #actions: CentreActions = {
    go: (page) => this.#go(page),
    seat: (onDuty, onBreak) => void this.#do(() => this.#line.seat(onDuty, onBreak), ""),
    acknowledge: (id) => void this.#do(() => this.#line.acknowledge(id, ""), t("Noted: you act on it.")),
    handNote: (handNote) => this.#board.change({ handNote }),
    writeHandOver: () => void this.#writeHandOver(),
    acceptHandOver: (id) => this.#accept(id),
    days: (days) => { this.#board.change({ days }); void this.#load(); },
    file: (what) => { const now = this.#line.nowMs(); return this.#line.file(what, now - this.#state.days * DAY_MS, now); },
    desk: (desk) => { this.#board.change({ desk, reviews: null, chosen: null, review: null }); void this.#load(); },
    choose: (id) => void this.#choose(id),
    judging: (part) => this.#board.change({ judging: { ...this.#state.judging, ...part } }),
    judge: () => void this.#judge(),
    followUp: () => this.#followUp(),
    addCertificate: () => this.#addCertificate(),
    withdraw: (id) => this.#withdraw(id),
    suspend: (id) => this.#suspend(id),
    invite: () => this.#invite(),
    letIn: (id) => this.#letIn(id),
    letOut: (id) => this.#letOut(id),
    renewKey: () => this.#renewKey(),
    uninvite: (id) => void this.#do(() => this.#line.withdrawInvitation(id), t("Withdrawn.")).then(() => this.#load()),
    lift: (id) => this.#reasoned(t("Lift the suspension"), t("Why may this person work again?"), (reason) => this.#line.lift(id, reason), t("Lifted.")),
    settings: (part) => this.#state.settings !== null && this.#board.change({ settings: { ...this.#state.settings, ...part } }),
    saveSettings: () => void (this.#state.settings !== null && this.#do(() => this.#line.changeSettings(this.#state.settings!), t("Saved."))),
    keys: () => showKeys(this.#keys()),
    signOut: () => void this.#line.signOut().finally(() => location.assign("/sign-in")),
  };

  async #writeHandOver(): Promise<void> {
    if (this.#state.handNote.trim() === "") return document.querySelector<HTMLElement>("#hand-note")?.focus();
    if (await this.#do(() => this.#line.writeHandOver(this.#state.handNote), t("Handed over. A colleague takes it from here."))) this.#board.change({ handNote: "" });
  }

  #accept(id: string): void {
    let answer = "";
    const opened = openDialog(t("Take over"), (dialog) => html`<p>${t("You have read the note and what stands open.")}</p>${textField("answer", t("A word back, if you like"), { rows: 3, input: (value) => (answer = value), maxlength: 1000 })}
      ${foot(button(t("Not yet"), dialog.close), button(t("I take over"), () => { opened.close(); void this.#do(() => this.#line.acceptHandOver(id, answer), t("You have taken over.")); }, { kind: "primary", id: "take-over-now" }))}`);
  }

  async #judge(): Promise<void> {
    const { chosen, judging } = this.#state;
    if (chosen === null || judging.verdict === null || judging.reason.trim().length < 3) return;
    const verdict: Verdict = judging.verdict;
    if (await this.#do(() => this.#line.judge(chosen, verdict, judging.reason, judging.suspend && verdict === "breach"), t("The finding is recorded."))) void this.#choose(chosen);
  }

  #followUp(): void {
    const { chosen } = this.#state;
    if (chosen !== null) this.#reasoned(t("Follow-up"), t("What was done about it?"), async (text) => { await this.#line.followUp(chosen, text); void this.#choose(chosen); }, t("Kept."));
  }

  #suspend(id: string): void {
    const name = this.#state.certificates?.people.find((person) => person.id === id)?.name ?? "";
    this.#reasoned(t("Suspend {name}", { name }), t("Why? From now on: no alarms, no images, until somebody else lifts it."), (reason) => this.#line.suspend(id, reason), t("Suspended."));
  }

  /** A dialog that wants a sentence. */
  #reasoned(title: string, question: string, work: (reason: string) => Promise<unknown>, done: string): void {
    let reason = "";
    openDialog(title, (opened) => html`${textField("why", question, { rows: 3, input: (value) => { reason = value; opened.redraw(); }, maxlength: 500 })}
      ${foot(button(t("Cancel"), opened.close), button(title, () => { opened.close(); void this.#do(() => work(reason), done); }, { kind: "primary", disabled: reason.trim().length < 3, id: "do-it" }))}`);
  }

  #invite(): void {
    const form = { name: "", email: "", language: document.documentElement.lang || "en" };
    openDialog(t("Invite an operator"), (opened) => html`<p>${t("He gets a letter, makes his own keys and signs the confidentiality statement. Then compare his words and let him in.")}</p>
      <div class="form">${field("invite-name", t("Name"), { value: form.name, maxlength: 200, input: (value) => { form.name = value; opened.redraw(); } })}${field("invite-email", t("E-mail"), { type: "email", value: form.email, maxlength: 320, input: (value) => { form.email = value; opened.redraw(); } })}
        ${pick("invite-language", t("Language"), [["nl", "Nederlands"], ["sv", "Svenska"], ["de", "Deutsch"], ["en", "English"]], form.language, (value) => { form.language = value; opened.redraw(); })}</div>
      ${foot(button(t("Cancel"), opened.close), button(t("Send the letter"), () => { opened.close(); void this.#do(() => this.#line.invite(form.name, form.email, form.language), t("The letter is on its way.")).then(() => this.#load()); }, { kind: "primary", disabled: form.name.trim().length < 2 || !form.email.includes("@"), id: "invite-now" }))}`);
  }

  #letIn(id: string): void {
    const { members } = this.#state;
    const found = members?.shown.find(({ row }) => row.person_id === id);
    if (members === null || found === undefined) return;
    if (found.standing === "changed") return void openDialog(t("Another key"), (opened) => html`${note(t("The server gives another key of {name} than the one that you compared. Let nobody in, and find out why.", { name: found.row.name }), "alarm", "alarm")}${foot(button(t("Close"), opened.close))}`);
    openDialog(t("Let {name} in", { name: found.row.name }), (opened) => html`<p>${t("Have him read out his eight words, on the telephone or beside you. Only if they are these:")}</p>${keyWords(found.words, t("Words of {name}", { name: found.row.name }))}
      <p class="mute small">${t("Yours are: {words}", { words: members.ownWords })}</p>
      ${foot(button(t("They are not"), opened.close), button(t("They are the same: let him in"), () => { opened.close(); void this.#do(() => this.#line.letIn(found.row, members.all, found.words), t("He is in: from now on he opens what units release to this centre.")).then(() => this.#load()); }, { kind: "primary", id: "let-in-now" }))}`);
  }

  #letOut(id: string): void {
    const found = this.#state.members?.shown.find(({ row }) => row.person_id === id)?.row;
    if (found === undefined) return;
    openDialog(t("Let {name} out?", { name: found.name }), (opened) => html`<p>${t("He is signed out of this centre at once: no queue, no alarm, no image. What he had in hand goes back into the queue.")}</p>
      <p>${t("He may have kept the centre’s key. It opens nothing without the server, which gives him nothing any more. Then make a new opening key: what units release after it, his copy does not open at all.")}</p>
      ${foot(button(t("Keep him"), opened.close), button(t("Let him out"), () => { opened.close(); void this.#do(() => this.#line.letOut(found.membership_id), t("He is out.")).then(() => this.#load()); }, { kind: "alarm", id: "let-out-now" }))}`);
  }

  /** Those who stay get the new key: whoever was not compared yet on this account is compared here. */
  #renewKey(): void {
    const { members, me } = this.#state;
    if (members === null) return;
    const stay = members.shown.filter(({ row }) => row.holds_key && row.person_id !== me.id);
    const open = stay.filter(({ standing }) => standing === "not_compared");
    const changed = stay.filter(({ standing }) => standing === "changed");
    const same = new Set<string>();
    if (changed.length > 0) return void openDialog(t("Another key"), (opened) => html`${note(t("The server gives another key of {name} than the one that you compared. Let nobody in, and find out why.", { name: changed[0]!.row.name }), "alarm", "alarm")}${foot(button(t("Close"), opened.close))}`);
    openDialog(t("A new opening key?"), (opened) => html`<div class="stack"><p>${t("Do this when somebody left. Everybody who has the key of before gets the new one, sealed to his own key in this browser; alarms of before still open.")}</p>
      <p class="mute">${t("Units release to it once it is certified from your paper: the page then says how. Until then they release to the key of before. There is no undo.")}</p>
      ${open.length === 0 ? "" : html`<fieldset class="choices"><legend class="field"><span class="label">${t("Have each of them read out his eight words, and tick those that are the same")}</span></legend>
        ${open.map(({ row, words }) => html`<label class="choice"><input type="checkbox" data-compare=${row.person_id} @change=${() => { if (!same.delete(row.person_id)) same.add(row.person_id); opened.redraw(); }}><span><b>${row.name}</b>${keyWords(words, t("Words of {name}", { name: row.name }))}</span></label>`)}</fieldset>
        <p class="mute small">${t("If somebody’s words differ, make no key, and find out why.")}</p>`}
      ${foot(button(t("Keep this key"), opened.close), button(t("Make the new key"), () => { opened.close(); void this.#do(() => this.#line.renewOpeningKey(members.all, open.map(({ row }) => row)), t("Made. Now certify it from your paper.")).then(() => this.#load()); }, { kind: "primary", disabled: same.size < open.length, id: "renew-key-now" }))}</div>`);
  }

  #withdraw(id: string): void {
    openDialog(t("Withdraw this certificate?"), (opened) => html`<p>${t("From now on nothing is released that asks for it. This can’t be taken back; a new one can be recorded.")}</p>
      ${foot(button(t("Keep it"), opened.close), button(t("Withdraw it"), () => { opened.close(); void this.#do(() => this.#line.withdrawCertificate(id), t("Withdrawn.")); }, { kind: "alarm", id: "withdraw-now" }))}`);
  }

  #addCertificate(): void {
    const { certificates } = this.#state;
    if (certificates === null) return;
    const now = this.#line.nowMs();
    let made: NewCertificate = { person_id: null, scheme: certificates.schemes[0] ?? "pac", number: "", issuer: "", valid_from: isoDay(now), valid_to: isoDay(now + 365 * DAY_MS) };
    openDialog(t("Record a certificate"), (opened) => {
      const set = (part: Partial<NewCertificate>): void => { made = { ...made, ...part }; opened.redraw(); };
      const whole = made.number.trim() !== "" && made.issuer.trim() !== "" && made.valid_from < made.valid_to;
      return html`<div class="form">${pick("of", t("Of"), [["", this.#state.me.party], ...people(certificates)], made.person_id ?? "", (value) => set({ person_id: value === "" ? null : value }))}
        ${pick("scheme", t("Scheme"), certificates.schemes.map((scheme) => [scheme, schemeName(scheme)] as const), made.scheme, (scheme) => set({ scheme }))}
        ${field("number", t("Number"), { value: made.number, maxlength: 60, input: (value) => set({ number: value }) })}${field("issuer", t("Issued by"), { value: made.issuer, maxlength: 120, input: (issuer) => set({ issuer }) })}
        ${field("from", t("Holds from"), { type: "date", value: made.valid_from, input: (valid_from) => set({ valid_from }) })}${field("to", t("Until, that day not included"), { type: "date", value: made.valid_to, input: (valid_to) => set({ valid_to }) })}</div>
        ${foot(button(t("Cancel"), opened.close), button(t("Record it"), () => { opened.close(); void this.#do(() => this.#line.recordCertificate(made), t("Recorded.")); }, { kind: "primary", disabled: !whole, id: "record-it" }))}`;
    });
  }

  // --- keys ---------------------------------------------------------------------------------------------------------

  #keys(): readonly Binding[] {
    const { page, wall, handOvers, me } = this.#state;
    const seat = wall?.mine ?? null;
    const calls = wall?.escalations.find((one) => one.acknowledged_ms === null || one.next_ms <= this.#state.nowMs);
    const toTake = handOvers?.hand_overs.find((one) => one.accepted === null && one.by.id !== me.id);
    const verdict = (key: string, value: Verdict, words: string): Binding => ({ key, shown: key.toUpperCase(), words, when: () => page === "reviews" && this.#state.review?.finding === null, press: () => this.#actions.judging({ verdict: value }) });
    return [
      ...pagesFor(me.role).map((name, i): Binding => ({ key: String(i + 1), shown: String(i + 1), words: pageWord(name), press: () => this.#go(name) })),
      { key: "a", shown: "A", words: t("I act on it"), when: () => calls !== undefined, press: () => this.#actions.acknowledge(calls?.id ?? "") },
      { key: "d", shown: "D", words: t("On duty or not"), when: () => seat !== null, press: () => this.#actions.seat(!(seat?.on_duty ?? false), false) },
      { key: "b", shown: "B", words: t("Break, and back"), when: () => seat?.on_duty ?? false, press: () => this.#actions.seat(true, (seat?.break_since_ms ?? null) === null) },
      { key: "h", shown: "H", words: t("Hand over"), when: () => page === "hand-over", press: () => void this.#writeHandOver() },
      { key: "t", shown: "T", words: t("I take over"), when: () => page === "hand-over" && toTake !== undefined, press: () => this.#accept(toTake?.id ?? "") },
      { key: "arrowdown", shown: "↓", words: t("Next view"), when: () => page === "reviews", press: () => this.#step(1) },
      { key: "arrowup", shown: "↑", words: t("Previous view"), when: () => page === "reviews", press: () => this.#step(-1) },
      verdict("o", "ok", t("In order")), verdict("q", "question", t("Question")), verdict("x", "breach", t("Breach")),
      { key: "enter", shown: "⏎", words: t("Record the finding"), when: () => page === "reviews" && this.#state.chosen !== null, press: () => void this.#judge() },
      { key: "n", shown: "N", words: t("Record a certificate"), when: () => page === "certificates", press: () => this.#addCertificate() },
      { key: "?", shown: "?", words: t("All keys"), press: () => showKeys(this.#keys()) },
    ];
  }
}

const people = (all: Certificates): readonly (readonly [string, string])[] => all.people.map((person) => [person.id, person.name] as const);

function pick(name: string, label: string, all: readonly (readonly [string, string])[], chosen: string, choose: (value: string) => void) {
  return html`<div class="field"><label for=${name}>${label}</label><select class="input" id=${name} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>${all.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}</select></div>`;
}
