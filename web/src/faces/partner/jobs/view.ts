// SPDX-License-Identifier: EUPL-1.2
// The partner's page, for a phone in one hand: what is offered, today's jobs, and one job with its next step at the bottom. Draws; decides
// nothing.
import { foot, openDialog } from "../../../kit/dialog";
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { icon, mark } from "../../../kit/icons";
import { button, empty, keyWords, note, pill, skeleton } from "../../../kit/pieces";
import { toast } from "../../../kit/toast";
import { clock, dayWord, t, tn, when } from "../../../kit/words";
import { languageSwitch } from "../../language";
import { addressOf, endedOf, kindWords, ordered, outcomeWords, productWords, saidOf, titleOf, typeWords, type State } from "./model";
import { pad } from "./pad";
import { standing, wordsOf } from "./trust";
import type { Offer, Outcome, Part as Used, Said, Sheet } from "./types";

export interface Actions {
  readonly go: (id: string | null) => void;
  readonly accept: (offer: Offer) => void;
  readonly decline: (offer: Offer) => void;
  readonly arrived: (sheet: Sheet) => void;
  readonly note: (sheet: Sheet, text: string) => Promise<void>;
  readonly parts: (sheet: Sheet, parts: readonly Used[]) => Promise<void>;
  /** He saw that the words are the same. */
  readonly compared: (sheet: Sheet) => void;
  readonly photos: (sheet: Sheet, files: readonly File[]) => void;
  readonly signed: (sheet: Sheet, canvas: HTMLCanvasElement, name: string) => Promise<void>;
  readonly done: (sheet: Sheet, outcome: Outcome, text: string) => Promise<void>;
  readonly giveBack: (sheet: Sheet) => Promise<void>;
  readonly label: (sheet: Sheet) => void;
  readonly mayEnd: (sheet: Sheet) => boolean;
  readonly again: () => void;
  readonly signIn: () => void;
  readonly signOut: () => Promise<void>;
}

export function partnerView(state: State, act: Actions): Part {
  const sheet = state.open === null ? undefined : state.sheets?.find(({ id }) => id === state.open);
  return html`<header class="bar"><div class="wide row apart"><a class="logo" href="/partner/" @click=${(event: MouseEvent) => follow(event, () => act.go(null))}>${mark()}<span>Zegel</span></a>
      <div class="row">${line(state)}${button(t("Sign out"), () => signOut(state, act), { small: true, icon: "signOut", id: "sign-out" })}</div></div></header>
    <main id="content" class="wide stack partner" tabindex="-1" data-online=${String(state.online)} data-waiting=${state.waiting.length}>
      ${state.signedOut ? note(html`${t("You were signed out.")} ${state.waiting.length === 0 ? "" : t("What you did is kept here and is sent once you sign in again.")} ${button(t("Sign in"), act.signIn, { small: true, id: "sign-in" })}`, "warn", "lock") : nothing}
      ${state.open === null ? list(state, act) : state.sheets === null ? skeleton(5, t("Loading")) : sheet === undefined ? gone(act) : job(state, sheet, act)}</main>
    <footer class="wide office-foot">${languageSwitch()}</footer>`;
}

function follow(event: MouseEvent, go: () => void): void {
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  go();
}

function line(state: State): Part {
  const n = state.waiting.length;
  if (!state.online) return pill(n === 0 ? t("No line") : tn("No line, one thing waits", "No line, {n} things wait", n), "warn", { icon: "offline" });
  return n === 0 ? nothing : pill(tn("Sending one thing", "Sending {n} things", n), "accent", { icon: "send" });
}

function signOut(state: State, act: Actions): void {
  if (state.waiting.length === 0) return void act.signOut();
  const dialog = openDialog(t("Not everything was sent"), () => html`<p>${tn("One thing that you did is only on this phone. If you sign out it is lost.", "{n} things that you did are only on this phone. If you sign out they are lost.", state.waiting.length)}</p>
    ${foot(button(t("Stay"), () => dialog.close()), button(t("Sign out all the same"), () => void act.signOut(), { kind: "alarm" }))}`);
}

// --- the list ---

function list(state: State, act: Actions): Part {
  const sheets = state.sheets === null ? null : ordered(state.sheets, state.waiting);
  const open = state.offers.filter((one) => one.state === "open");
  const late = state.offers.filter((one) => one.state !== "open");
  return html`<div class="title"><div><h1>${t("Jobs")}</h1><p class="mute">${state.me.party}</p></div></div>
    ${open.length + late.length === 0 ? nothing : html`<section class="stack tight" id="offers"><h2>${t("Offered")}</h2>
      ${repeat([...open, ...late], (one) => one.id, (one) => offerCard(state, one, act))}</section>`}
    <section class="stack tight" id="jobs"><h2>${t("Yours")}</h2>
      ${sheets === null ? skeleton(3, t("Loading")) : sheets.length === 0 ? html`<div class="card">${empty(t("No jobs"), t("What you accept stands here, also without a line."), "check", nothing, "ok")}</div>`
      : repeat(sheets, (one) => one.id, (one) => jobRow(state, one, act))}</section>
    <p><a class="btn small" id="firm" href="/partner/firm">${t("Your firm: colleagues and keys")}</a></p>
    <p class="mute small measure">${t("Your firm’s number, for those who want to offer you work:")} <code class="number" id="party-number">${state.me.partyId}</code></p>`;
}

function windowWords(from: unknown, until: unknown, nowMs: number): string {
  if (typeof from !== "number") return t("No time agreed");
  return typeof until === "number" ? t("{day}, {from} to {until}", { day: dayWord(from, nowMs), from: clock(from), until: clock(until) }) : when(from, nowMs);
}

function offerCard(state: State, offer: Offer, act: Actions): Part {
  const taken = offer.state !== "open";
  const busy = state.busy.has(offer.id);
  return html`<article class="card pad stack tight offer" data-offer=${offer.id} data-state=${offer.state}>
    <div class="row apart"><b>${kindWords(offer.kind)}</b>${taken ? pill(offer.state === "taken" ? t("Another was first") : t("Withdrawn")) : pill(typeWords(offer.order_type), "accent")}</div>
    <div>${[productWords(offer.product_kind), offer.area].filter(Boolean).join(" · ")}</div>
    <div class="mute">${windowWords(offer.window_from_ms, offer.window_until_ms, state.nowMs)} · ${offer.tenant}</div>
    ${taken ? nothing : html`<div class="row two">${button(t("Not for me"), () => act.decline(offer), { disabled: busy || !state.online })}${button(t("Accept"), () => act.accept(offer), { kind: "primary", busy, disabled: !state.online })}</div>`}</article>`;
}

function jobRow(state: State, sheet: Sheet, act: Actions): Part {
  const said = saidOf(sheet, state.waiting);
  const waits = state.waiting.some((one) => one.sheet === sheet.id);
  return html`<a class="card pad stack tight job" href="/partner/job/${sheet.id}" data-job=${sheet.id} @click=${(event: MouseEvent) => follow(event, () => act.go(sheet.id))}>
    <div class="row apart"><b>${titleOf(sheet)}</b>${said.outcome !== undefined ? pill(outcomeWords(said.outcome, sheet.kind), said.outcome === "solved" || said.outcome === "moved" ? "ok" : "warn") : said.arrived_ms ? pill(t("At work"), "accent") : nothing}</div>
    ${addressOf(sheet).length === 0 ? nothing : html`<div>${addressOf(sheet).join(", ")}</div>`}
    <div class="mute">${[kindWords(sheet.kind), windowWords(sheet.fields["window_from"], sheet.fields["window_until"], state.nowMs)].join(" · ")}</div>
    ${waits ? html`<div>${pill(t("Not sent yet"), "warn", { icon: "clock" })}</div>` : nothing}</a>`;
}

const gone = (act: Actions): Part => html`<div class="card">${empty(t("This job is not yours any more"), t("It was taken back, or its time is over. Its data is gone from this phone."), "info", button(t("To your jobs"), () => act.go(null)))}</div>`;

// --- one job ---

function job(state: State, sheet: Sheet, act: Actions): Part {
  const said = saidOf(sheet, state.waiting);
  const ended = endedOf(sheet, said);
  return html`<div class="title"><div class="grow">${button(t("All jobs"), () => act.go(null), { small: true, icon: "back", id: "back" })}<h1>${titleOf(sheet)}</h1>
      <p class="mute">${[kindWords(sheet.kind), sheet.fields["order_number"], sheet.tenant].filter(Boolean).join(" · ")}</p></div></div>
    ${ended ? note(said.outcome === undefined ? t("This job is done.") : t("Done: {how}.", { how: outcomeWords(said.outcome, sheet.kind) }), "ok", "check") : nothing}
    ${where(state, sheet)}${what(sheet)}${work(state, sheet, said, ended, act)}
    ${ended ? nothing : html`<div class="partner-next">${nextStep(state, sheet, said, act)}</div>`}
    ${ended || said.arrived_ms ? nothing : html`<p>${button(t("I can’t do this job"), () => giveBack(sheet, act), { kind: "quiet", id: "give-back", disabled: !state.online })}</p>`}
    ${sheet.gone_ms === null ? nothing : html`<p class="mute small">${t("These data go from here on {day}.", { day: dayWord(sheet.gone_ms, state.nowMs) })}</p>`}`;
}

function where(state: State, { fields, kind }: Sheet): Part {
  const street = [fields["street"], fields["house_number"]].filter(Boolean).join(" ");
  const city = [fields["postcode"], fields["city"]].filter(Boolean).join(" ");
  return html`<section class="card pad stack tight" id="where"><h2>${fields["customer_name"] === undefined ? t("When") : t("Where and when")}</h2>
    <div class="large">${windowWords(fields["window_from"], fields["window_until"], state.nowMs)}</div>
    ${street === "" ? nothing : html`<address>${street}<br>${city}</address>`}
    ${typeof fields["phone"] !== "string" ? nothing : html`<a class="btn wide" id="call" href="tel:${fields["phone"].replaceAll(/[^+\d]/g, "")}">${icon("bell")}<span>${t("Call {number}", { number: fields["phone"] })}</span></a>`}
    ${fields["other_end"] === undefined ? nothing : html`<div><span class="lbl">${kind === "deliver" ? t("Fetch it at") : t("Bring it to")}</span><div>${fields["other_end"]}</div></div>`}
    ${fields["language"] === undefined ? nothing : html`<div class="mute small">${t("Speaks {language}", { language: new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(String(fields["language"])) ?? String(fields["language"]) })}</div>`}</section>`;
}

function what({ fields }: Sheet): Part {
  const rows: readonly (readonly [string, unknown])[] = [
    [t("Product"), [fields["product_brand"], fields["product_name"]].filter(Boolean).join(" ") || (fields["product_kind"] === undefined ? "" : productWords(String(fields["product_kind"])))],
    [t("Type"), fields["type_number"]], [t("Serial number"), fields["serial"]], [t("Warranty until"), fields["warranty_until"]], [t("About"), fields["subject"]],
  ];
  const texts: readonly (readonly [string, unknown])[] = [[t("What is the matter"), fields["fault"]], [t("Found before"), fields["earlier_work"]], [t("Asked of you"), fields["instructions"]]];
  return html`<section class="card pad stack tight" id="what"><h2>${t("What")}</h2>
    <dl class="facts">${rows.filter(([, value]) => value !== undefined && value !== "").map(([label, value]) => html`<div><dt>${label}</dt><dd>${String(value)}</dd></div>`)}</dl>
    ${texts.filter(([, value]) => value !== undefined).map(([label, value]) => html`<div><span class="lbl">${label}</span><p class="said">${String(value)}</p></div>`)}</section>`;
}

function work(state: State, sheet: Sheet, said: Said, ended: boolean, act: Actions): Part {
  const photos = (said.documents ?? []).filter(({ kind }) => kind === "photo").length;
  const carrier = sheet.kind === "collect" || sheet.kind === "deliver";
  const sure = standing(sheet, state.compared) === "compared";
  return html`<section class="card pad stack tight" id="work"><h2>${t("What you did")}</h2>
    ${said.arrived_ms ? html`<div>${t("Here since {time}", { time: clock(said.arrived_ms) })}</div>` : nothing}
    ${(said.notes ?? []).map((one) => html`<p class="said"><span class="mute">${clock(one.ms)}</span> ${one.text}</p>`)}
    ${(said.parts ?? []).length === 0 ? nothing : html`<ul class="plain">${said.parts?.map((one) => html`<li>${one.count} × ${one.name}</li>`)}</ul>`}
    ${photos === 0 ? nothing : html`<div id="photos">${tn("One photo, sealed for {firm}", "{n} photos, sealed for {firm}", photos, { firm: sheet.tenant })}</div>`}
    ${said.signed_by ? html`<div id="signed">${t("Signed by {name}", { name: said.signed_by })}</div>` : nothing}
    ${ended ? nothing : html`${trust(state, sheet, act)}<div class="partner-tools">
      ${button(t("Note"), () => writeNote(sheet, act), { icon: "note", id: "add-note" })}
      ${carrier ? nothing : button(t("Parts"), () => writeParts(sheet, said, act), { icon: "tool", id: "add-parts" })}
      ${!sure ? nothing : html`<label class="btn" id="add-photo" aria-busy=${state.busy.has("photo") ? "true" : "false"}>${icon("camera")}<span>${t("Photo")}</span><input class="sr" type="file" accept="image/*" capture="environment" multiple
        @change=${(event: Event) => { const input = event.target as HTMLInputElement; act.photos(sheet, [...(input.files ?? [])]); input.value = ""; }}></label>`}
      ${sheet.kind === "workshop" || !sure ? nothing : button(t("Signature"), () => sign(sheet, act), { icon: "person", id: "add-signature" })}
      ${carrier ? button(t("Label"), () => act.label(sheet), { icon: "download", id: "label", busy: state.busy.has("label"), disabled: !state.online }) : nothing}</div>`}</section>`;
}

/** Before anything is sealed: whose key it is was seen by a person, and is seen again when it changed. */
function trust(state: State, sheet: Sheet, act: Actions): Part {
  const now = standing(sheet, state.compared);
  if (now === "compared" || now === "none") return nothing;
  const press = button(t("Compare the key"), () => compare(sheet, act), { small: true, id: "compare-key", busy: state.busy.has("compared") });
  if (now === "changed") return note(html`${t("{firm} has another key than the one that you compared. Photos wait until you compared this one too.", { firm: sheet.tenant })} ${press}`, "alarm", "lock");
  return note(html`${t("Photos and signatures are sealed for {firm}. Compare its key once, so that nobody puts his own in its place.", { firm: sheet.tenant })} ${press}`, "", "lock");
}

function compare(sheet: Sheet, act: Actions): void {
  const dialog = openDialog(t("Is this the key of {firm}?", { firm: sheet.tenant }), () => html`
    <div id="firm-words">${keyWords(wordsOf(sheet), t("The key of {firm}", { firm: sheet.tenant }))}</div>
    <p class="mute">${t("{firm} sees these words under Service, Partners. Have them read out to you, or look in your agreement.", { firm: sheet.tenant })}</p>
    ${foot(button(t("They differ"), () => { dialog.close(); toast(t("Nothing is sealed to this key. Tell {firm} what you see.", { firm: sheet.tenant }), "alarm"); }), button(t("They are the same"), () => { dialog.close(); act.compared(sheet); }, { kind: "primary", id: "same-words" }))}`);
}

function nextStep(state: State, sheet: Sheet, said: Said, act: Actions): Part {
  if (sheet.kind !== "workshop" && !said.arrived_ms) return button(t("I am here"), () => act.arrived(sheet), { kind: "primary", wide: true, id: "arrived", busy: state.busy.has("arrived") });
  return button(t("Done…"), () => finish(sheet, act), { kind: "primary", wide: true, id: "done", busy: state.busy.has("done") });
}

// --- dialogs ---

function writeNote(sheet: Sheet, act: Actions): void {
  let text = "";
  const dialog = openDialog(t("Note"), () => html`${textField("note-text", t("What you found or did"), { rows: 5, value: text, input: (value) => (text = value) })}
    ${foot(button(t("Cancel"), () => dialog.close()), button(t("Keep"), () => { if (text.trim() === "") return; dialog.close(); void act.note(sheet, text.trim()); }, { kind: "primary", id: "note-keep" }))}`);
}

function writeParts(sheet: Sheet, said: Said, act: Actions): void {
  let parts: Used[] = [...(said.parts ?? [])];
  let name = "";
  const add = (): void => {
    if (name.trim() !== "") parts = [...parts, { name: name.trim().slice(0, 200), count: 1 }];
    name = "";
    dialog.redraw();
  };
  const count = (at: number, by: number): void => {
    parts = parts.map((one, index) => (index === at ? { ...one, count: one.count + by } : one)).filter((one) => one.count > 0);
    dialog.redraw();
  };
  const dialog = openDialog(t("Parts used"), () => html`
    ${parts.map((one, at) => html`<div class="row apart"><span>${one.name}</span><span class="row">${button("−", () => count(at, -1), { small: true, hint: t("One fewer") })}<b>${one.count}</b>${button("+", () => count(at, 1), { small: true, hint: t("One more") })}</span></div>`)}
    ${field("part-name", t("Part"), { value: name, maxlength: 160, input: (value) => (name = value) })}${button(t("Add this part"), add, { icon: "plus", id: "part-add" })}
    ${foot(button(t("Cancel"), () => dialog.close()), button(t("Keep"), () => { add(); dialog.close(); void act.parts(sheet, parts); }, { kind: "primary", id: "parts-keep" }))}`);
}

function sign(sheet: Sheet, act: Actions): void {
  let name = "";
  let drawn = false;
  let wrong = "";
  const canvas = pad(() => (drawn = true));
  const dialog = openDialog(t("Signature"), () => html`<p class="mute">${t("Sealed on this phone for {firm}; nobody else can look at it.", { firm: sheet.tenant })}</p>
    ${canvas}${field("sign-name", t("Name of who signs"), { value: name, maxlength: 120, error: wrong, input: (value) => (name = value) })}
    ${foot(button(t("Cancel"), () => dialog.close()), button(t("Keep"), () => {
      if (!drawn || name.trim() === "") {
        wrong = t("Sign in the field, and write who signed.");
        return dialog.redraw();
      }
      dialog.close();
      void act.signed(sheet, canvas, name.trim());
    }, { kind: "primary", id: "sign-keep" }))}`);
}

function finish(sheet: Sheet, act: Actions): void {
  let outcome: Outcome | null = null;
  let text = "";
  let wrong = "";
  const dialog = openDialog(t("How did it end?"), () => html`
    ${choices("outcome", t("Outcome"), sheet.outcomes.map((one) => ({ value: one, words: outcomeWords(one, sheet.kind) })), outcome, (value) => { outcome = value as Outcome; dialog.redraw(); })}
    ${textField("done-text", t("What the office should know"), { rows: 3, value: text, input: (value) => (text = value) })}${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}
    ${foot(button(t("Cancel"), () => dialog.close()), button(t("Job is done"), () => {
      if (outcome === null) {
        wrong = t("Choose how it ended.");
        return dialog.redraw();
      }
      dialog.close();
      void act.done(sheet, outcome, text.trim());
    }, { kind: "primary", id: "done-keep" }))}`);
}

function giveBack(sheet: Sheet, act: Actions): void {
  const dialog = openDialog(t("Give this job back?"), () => html`<p>${t("{firm} offers it anew. Its data goes from here at once.", { firm: sheet.tenant })}</p>
    ${foot(button(t("Keep it"), () => dialog.close()), button(t("Give it back"), () => { dialog.close(); void act.giveBack(sheet); }, { kind: "alarm", id: "give-back-yes" }))}`);
}
