// SPDX-License-Identifier: EUPL-1.2
// Requests of data subjects: the list, and one case from who asks to the answer.
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, note, pill, skeleton } from "../../../kit/pieces";
import { clock, day, number, relative, t, tn, when } from "../../../kit/words";
import type { Mount } from "../pages";
import { Requests, type Actions, type State } from "./controller";
import type { Line, Short, Whole } from "./types";
import { aboutName, channelName, DEED_CODES, deedName, fateName, groundName, outcomeName, rightName, rightsName, stateOf, stepName, wayName } from "./words";

export const mount: Mount = (host, ctx, id) => new Requests(host, ctx, id, draw);

export function draw(state: State, act: Actions): Part {
  if (state.id !== null) return state.whole === null ? html`${skeleton(8, t("Loading"))}` : caseView(state, state.whole, act);
  return listView(state, act);
}

export function duePill(one: Short, nowMs: number): Part {
  if (one.ended_ms !== null) return pill(day(one.ended_ms));
  const left = one.due_ms - nowMs;
  return pill(left < 0 ? t("late: {when}", { when: relative(one.due_ms, nowMs) }) : t("due {when}", { when: relative(one.due_ms, nowMs) }), left < 0 ? "alarm" : left < 7 * 86_400_000 ? "warn" : "");
}

// --- the list ---

function listView(state: State, act: Actions): Part {
  const { listed, figures } = state;
  return html`<div class="title"><div><h1>${t("Requests")}</h1><p class="mute measure">${t("Who asks what is kept about him, or wants it corrected, erased or stopped, is answered within a month.")}</p></div>
      <div class="row">${listed !== null && listed.controllers.length > 0 ? button(t("Take one in"), act.takeIn, { kind: "primary", icon: "plus", id: "take-in" }) : nothing}</div></div>
    ${figures === null ? nothing : html`<dl class="figures card pad">${figure(t("In a year"), number(figures.count))}${figure(t("Open"), number(figures.open))}${figure(t("Late"), number(figures.late))}${figure(t("Days to an answer"), figures.days === null ? "–" : number(figures.days, 1))}</dl>`}
    <div class="row apart"><div class="chips" role="group" aria-label=${t("Which")}>${[false, true].map((ended) => html`<button type="button" class="chip" aria-pressed=${state.ended === ended ? "true" : "false"} @click=${() => act.show(ended)}>${ended ? t("Ended") : t("Running")}</button>`)}</div>
      ${button(t("Register as a spreadsheet"), act.register, { icon: "download", small: true, id: "register" })}</div>
    ${listed === null ? skeleton(5, t("Loading")) : listed.requests.length === 0
      ? html`<div class="card">${empty(state.ended ? t("None has ended") : t("Nobody asks anything"), t("The public form is linked from every notice and statement. A letter or a call is taken in here."), "person", nothing, "ok")}</div>`
      : html`<ul class="card items">${repeat(listed.requests, (one) => one.id, (one) => row(one, state.nowMs, act))}</ul>`}`;
}

const figure = (name: string, value: string): Part => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function row(one: Short, nowMs: number, act: Actions): Part {
  const [words, tone] = stateOf(one);
  return html`<li>${icon(one.about === "footage" ? "camera" : "note")}<div class="body"><a href="/backoffice/privacy/requests/${one.id}" @click=${(event: MouseEvent) => act.open(event, one.id)}><b class="mono">${one.number}</b> ${one.controller.name}</a>
    <div class="mute small">${aboutName(one.about)} · ${rightsName(one.rights)} · ${channelName(one.channel)}</div></div><div class="row">${pill(words, tone)}${duePill(one, nowMs)}</div></li>`;
}

// --- one case ---

function caseView(state: State, one: Whole, act: Actions): Part {
  const [words, tone] = stateOf(one);
  const running = one.state === "open" && one.may.change;
  return html`<div class="title"><div><p class="lbl">${one.controller.name}</p><h1>${t("Request {number}", { number: one.number })}</h1></div><div class="row">${pill(words, tone)}${duePill(one, state.nowMs)}</div></div>
    ${one.state === "unconfirmed" && one.may.change ? html`${note(t("Nobody pressed the link in the letter yet. If he calls, the office can take it over; after a week it is gone."), "", "clock")}<div class="row">${button(t("Take it over"), act.takeOver, { id: "take-over" })}</div>` : nothing}
    ${one.approval === "sent_back" && one.state === "open" ? note(html`<b>${t("{name} sent it back:", { name: one.approval_by })}</b> ${one.approval_words}`, "warn", "undo") : nothing}
    ${askedCard(one)}
    ${running || one.identity !== "unknown" ? identityCard(state, one, running, act) : nothing}
    ${one.identity === "established" && one.state === "open" ? html`${one.about === "records" ? searchCard(state, one, running, act) : nothing}${foundCard(state, one, running, act)}${deedsCard(state, one, running, act)}` : nothing}
    ${running ? endCard(state, one, act) : nothing}
    ${one.state === "open" || one.state === "unconfirmed" ? nothing : endedCard(one, act)}
    ${historyCard(one, state.nowMs)}`;
}

export function askedCard(one: Whole): Part {
  const place = one.site === null || one.from_ms === null || one.to_ms === null ? nothing
    : html`<div><dt>${t("Where and when")}</dt><dd>${one.site.name}, ${day(one.from_ms, one.site.tz)} ${clock(one.from_ms, one.site.tz)}–${clock(one.to_ms, one.site.tz)}</dd></div>${one.look === "" ? nothing : html`<div><dt>${t("Recognised by")}</dt><dd>${one.look}</dd></div>`}`;
  return html`<section class="card pad stack" aria-labelledby="asked"><h2 id="asked">${t("What is asked")}</h2>
    <ul class="asked">${one.rights.map((right) => html`<li>${icon("check", "small")}<span>${rightName(right)} <span class="faint small">${t("Article {n}", { n: one.articles[right] ?? "" })}</span></span></li>`)}</ul>
    ${one.forgotten_ms !== null ? note(t("Who asked this was erased; nothing here says who it was."), "", "check") : html`<dl class="facts"><div><dt>${t("Who")}</dt><dd>${[one.name, one.email, one.phone, one.postal].filter(Boolean).join(" · ")}</dd></div>
      <div><dt>${t("Came in")}</dt><dd>${day(one.received_ms)}, ${channelName(one.channel)}</dd></div>${place}</dl>${one.text === "" ? nothing : html`<blockquote>${one.text}</blockquote>`}`}</section>`;
}

function identityCard(state: State, one: Whole, running: boolean, act: Actions): Part {
  if (one.identity === "established") {
    return html`<section class="card pad stack" aria-labelledby="who"><h2 id="who">${t("Who asks")}</h2><p>${icon("check", "small")} ${wayName(one.identity_how)}${one.identity_by === "" ? nothing : html` · ${one.identity_by}`}</p>
      ${one.identity_seen === "" ? nothing : html`<p class="mute">${one.identity_seen}</p>`}
      ${one.may.change && one.forgotten_ms === null ? html`<div class="row">${button(t("He lost his code"), act.newCode, { small: true, id: "new-code" })}</div>` : nothing}</section>`;
  }
  return html`<section class="card pad stack" aria-labelledby="who"><h2 id="who">${t("Who asks?")}</h2>
    <p class="mute">${t("As sure as what is asked needs, and no surer. Look and listen; keep no copy and write no number down.")}</p>
    ${running ? html`<fieldset class="choices"><legend class="field"><span class="label">${t("How was it made sure?")}</span></legend>${one.ways.map((way) => html`<label class="choice"><input type="radio" name="how" value=${way} .checked=${state.how === way} @change=${() => act.set({ how: way })}><span>${wayName(way)}</span></label>`)}</fieldset>
    <div class="field"><label for="seen">${t("What was seen or heard")}</label><input class="input" id="seen" maxlength="200" autocomplete="off" .value=${state.seen} @input=${(event: Event) => act.set({ seen: (event.target as HTMLInputElement).value })} aria-describedby="seen-hint"><div class="hint" id="seen-hint">${t("For example: identity card, photo and name agree; handed back.")}</div></div>
    <div class="row">${button(t("It is sure"), act.establish, { kind: "primary", icon: "check", id: "establish", disabled: state.how === null || state.seen.trim().length < 3, busy: state.busy === "establish" })}
      ${one.email === "" ? nothing : button(t("Ask him by mail"), act.askIdentity, { id: "ask-identity" })}${one.identity === "failed" ? nothing : button(t("It can’t be made sure"), act.notEstablished, { kind: "quiet", id: "not-established" })}</div>` : nothing}</section>`;
}

function searchCard(state: State, one: Whole, running: boolean, act: Actions): Part {
  if (!running || state.found === null) return nothing;
  const chosen = new Set(state.chosen ?? one.subjects.map(([kind, value]) => `${kind}/${value}`));
  const all = [...state.found.candidates.map((who) => ({ key: `${who.kind}/${who.value}`, words: who.name, beside: who.kind === "email" ? t("wherever this address stands") : who.beside }))];
  for (const [kind, value] of one.subjects) if (!all.some(({ key }) => key === `${kind}/${value}`)) all.push({ key: `${kind}/${value}`, words: value, beside: "" });
  return html`<section class="card pad stack" aria-labelledby="search"><h2 id="search">${t("Where he is in the records")}</h2>
    <p class="mute">${t("Everything that is declared as personal data is searched, in what {name} is responsible for.", { name: one.controller.name })}</p>
    ${all.length === 0 ? note(t("Nobody of that name, number or address is known. Look for another address below."), "", "info") : html`<fieldset class="choices"><legend class="field"><span class="label">${t("He is")}</span></legend>${all.map(({ key, words, beside }) => html`<label class="choice"><input type="checkbox" value=${key} .checked=${chosen.has(key)} @change=${() => act.choose(key)}><span>${words} <span class="mute small">${beside}</span></span></label>`)}</fieldset>`}
    <div class="row"><label class="sr" for="other">${t("Another address")}</label><input class="input narrow" id="other" type="email" placeholder=${t("Another address")} .value=${state.other} @input=${(event: Event) => act.set({ other: (event.target as HTMLInputElement).value })}>
      ${button(t("Search"), act.search, { kind: one.searched_ms === null ? "primary" : "", icon: "list", id: "search-now", busy: state.busy === "search", disabled: chosen.size === 0 && state.other === "" })}</div></section>`;
}

// --- what was found ---

export function foundCard(state: State, one: Whole, running: boolean, act: Actions): Part {
  if (state.found === null) return skeleton(4, t("Loading"));
  if (one.about === "footage") return recordingsCard(state, one);
  if (one.searched_ms === null && one.subjects.length === 0) return nothing;
  const groups = [...new Set(state.found.lines.map((line) => `${line.model}/${line.key}`))];
  const waits = state.found.lines.filter((line) => line.value !== null && line.verdict === null);
  return html`<section class="card stack" aria-labelledby="found"><header class="pad row apart"><h2 id="found">${t("What there is of him")}</h2>${state.found.left === 0 ? pill(t("All reviewed"), "ok") : pill(tn("1 line to look at", "{n} lines to look at", state.found.left), "warn")}</header>
    ${state.found.lines.length === 0 ? html`<div class="pad">${note(t("Nothing was found."), "", "info")}</div>` : nothing}
    ${running && waits.length > 0 ? html`<div class="pad row">${button(t("Give all that nobody typed"), act.giveTyped, { small: true, id: "give-typed" })}<span class="faint small">${t("Free text is looked at line by line: it may speak of others.")}</span></div>` : nothing}
    ${groups.map((group) => html`<div class="lines pad"><h3>${group.split("/")[0]?.replace(".", ": ") ?? ""}</h3><ul>${state.found?.lines.filter((line) => `${line.model}/${line.key}` === group).map((line) => lineView(line, running, act))}</ul></div>`)}</section>`;
}

function lineView(line: Line, running: boolean, act: Actions): Part {
  const name = line.field.replaceAll("_", " ");
  const press = (verdict: "give" | "withhold", words: string): Part => html`<button type="button" class="chip" aria-pressed=${line.verdict === verdict ? "true" : "false"} aria-label="${words}: ${name}" @click=${() => act.decide(line, verdict)}>${words}</button>`;
  return html`<li class="line ${line.verdict ?? (line.value === null ? "described" : "waits")}"><div class="body"><span class="lbl">${name}</span>${line.value === null ? html`<span class="faint">${t("only said to exist: a secret")}</span>` : html`<span class="value">${line.verdict === "edited" ? html`<s>${line.value}</s> ${line.text}` : line.value}</span>`}<span class="faint small">${line.purpose}${line.free ? html` · ${t("free text")}` : nothing}</span></div>
    ${running && line.value !== null ? html`<div class="chips">${press("give", t("Give"))}<button type="button" class="chip" aria-pressed=${line.verdict === "edited" ? "true" : "false"} aria-label="${t("Take others out")}: ${name}" @click=${() => act.edit(line)}>${t("Take others out")}</button>${press("withhold", t("Withhold"))}</div>` : nothing}</li>`;
}

function recordingsCard(state: State, one: Whole): Part {
  const tz = one.site?.tz;
  return html`<section class="card pad stack" aria-labelledby="found"><h2 id="found">${t("Recordings of that time")}</h2>
    ${state.found?.recordings.length === 0 ? note(t("There are none any more, or none was made: then the answer is that nothing is held."), "", "info")
      : html`<ul class="asked">${state.found?.recordings.map((rec) => html`<li>${icon("record", "small")}<span>${rec.unit}, ${rec.camera}: ${clock(rec.from_ms, tz)}–${clock(rec.to_ms, tz)}, ${tn("1 second", "{n} seconds", rec.seconds)}</span></li>`)}</ul>
        <p class="mute">${t("Only the owner opens them. He looks for the requester, makes everybody else unrecognisable in his own browser, and hands the film over; or it is refused with its ground.")}</p>`}</section>`;
}

// --- what was done, and how it ends ---

function deedsCard(state: State, one: Whole, running: boolean, act: Actions): Part {
  const wanted = one.rights.some((right) => ["rectification", "restriction", "objection", "withdrawal"].includes(right)) || one.about === "footage";
  if (!wanted && one.deeds.length === 0) return nothing;
  return html`<section class="card pad stack" aria-labelledby="deeds"><h2 id="deeds">${t("What was done about it")}</h2>
    ${one.deeds.length === 0 ? nothing : html`<ul class="asked">${one.deeds.map((deed) => html`<li>${icon("check", "small")}<span>${deedName(deed.deed)} <span class="mute small">${deed.words} · ${when(deed.at_ms, state.nowMs)}</span></span></li>`)}</ul>`}
    ${running && wanted ? html`<div class="row end">${select("deed", t("What"), DEED_CODES.map((code) => [code, deedName(code)] as const), state.deed, (deed) => act.set({ deed }))}
      <div class="field grow"><label for="deed-words">${t("Where and how")}</label><input class="input" id="deed-words" maxlength="1000" .value=${state.deedWords} @input=${(event: Event) => act.set({ deedWords: (event.target as HTMLInputElement).value })}></div>
      ${button(t("Write it down"), act.did, { id: "did", disabled: state.deedWords.trim().length < 3 })}</div>` : nothing}</section>`;
}

export function select(id: string, label: string, all: readonly (readonly [string, string])[], chosen: string, choose: (value: string) => void): Part {
  return html`<div class="field"><label for=${id}>${label}</label><select class="input" id=${id} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>${all.map(([value, words]) => html`<option value=${value} .selected=${value === chosen}>${words}</option>`)}</select></div>`;
}

function endCard(state: State, one: Whole, act: Actions): Part {
  const refuses = state.outcome === "refused" || state.outcome === "partly";
  const erases = one.about === "records" && one.rights.includes("erasure") && (state.outcome === "fulfilled" || state.outcome === "partly");
  const outcomes = one.identity === "established" ? ["fulfilled", "partly", "nothing_held", "refused"] : ["refused"];
  const grounds = one.grounds.filter(({ ground }) => one.identity === "established" || ground === "identity_unknown");
  const ours = one.approval === "not_needed";
  return html`<section class="card pad stack" aria-labelledby="end"><h2 id="end">${t("How it ends")}</h2>
    <fieldset class="choices"><legend class="field"><span class="label">${t("The answer")}</span></legend>${outcomes.map((code) => html`<label class="choice"><input type="radio" name="outcome" value=${code} .checked=${state.outcome === code} @change=${() => act.set({ outcome: code })}><span>${outcomeName(code)}</span></label>`)}</fieldset>
    ${refuses ? select("ground", t("The ground"), [["", t("Choose one")] as const, ...grounds.map(({ ground, article }) => [ground, `${groundName(ground)} (${article})`] as const)], state.ground, (ground) => act.set({ ground })) : nothing}
    ${erases ? html`<fieldset class="choices"><legend class="field"><span class="label">${t("What the erasure leaves")}</span></legend>${([["anonymise", t("Figures and books stay, without his name")], ["erase", t("Nothing that may go")]] as const).map(([how, words]) => html`<label class="choice"><input type="radio" name="erase" value=${how} .checked=${state.eraseHow === how} @change=${() => act.erase(how)}><span>${words}</span></label>`)}</fieldset>${erasingList(state)}` : nothing}
    <div class="field"><label for="answer-words">${t("To the requester, in a sentence")}</label><textarea class="input" id="answer-words" rows="3" maxlength="1000" .value=${state.words} @input=${(event: Event) => act.set({ words: (event.target as HTMLTextAreaElement).value })}></textarea></div>
    <div class="row">${button(ours ? t("Prepare the answer") : t("Ask {name} for approval", { name: one.controller.name }), act.prepare, { kind: one.outcome === "" || !ours ? "primary" : "", id: "prepare", busy: state.busy === "prepare", disabled: state.outcome === "" || (refuses && state.ground === "") })}
      ${ours && one.outcome !== "" ? button(t("Answer now"), act.give, { kind: "primary", icon: "send", id: "give", busy: state.busy === "give" }) : nothing}
      ${one.extended ? nothing : button(t("More time"), act.extend, { kind: "quiet", icon: "clock", id: "extend" })}${button(t("He asks it no longer"), act.withdraw, { kind: "quiet", id: "withdraw" })}</div>
    ${one.approval === "asked" ? note(t("{name} has it for approval. What you change here wants it again.", { name: one.controller.name }), "", "clock") : nothing}</section>`;
}

export function erasingList(state: State): Part {
  if (state.erasing === null) return nothing;
  return html`<div class="erasing"><h3>${t("What happens to what was found")}</h3><ul class="asked">${state.erasing.lines.map((line) => html`<li>${icon(line.fate === "kept" ? "lock" : line.fate === "gone" ? "close" : "mask", "small")}<span>${line.model.replace(".", ": ")} · ${tn("1 row", "{n} rows", line.count)} · ${fateName(line.fate)}</span></li>`)}</ul></div>`;
}

function endedCard(one: Whole, act: Actions): Part {
  return html`<section class="card pad stack" aria-labelledby="ended"><h2 id="ended">${outcomeName(one.outcome)}</h2>
    ${one.ground === "" ? nothing : html`<p>${groundName(one.ground)} (${one.grounds.find(({ ground }) => ground === one.ground)?.article ?? ""})</p>`}
    ${one.words === "" ? nothing : html`<blockquote>${one.words}</blockquote>`}
    ${one.deeds.length === 0 ? nothing : html`<ul class="asked">${one.deeds.map((deed) => html`<li>${icon("check", "small")}<span>${deedName(deed.deed)} · ${tn("1 row", "{n} rows", deed.count)}</span></li>`)}</ul>`}
    ${one.may.answer && one.email !== "" && one.state !== "withdrawn" ? html`<div class="row">${button(t("Send a new link"), act.sendAgain, { small: true, id: "send-again" })}</div>` : nothing}
    ${one.may.answer && one.printable ? html`<p class="measure">${t("He gave no e-mail address: print his answer, and hand it over or post it. It is kept here until its term is over.")}</p><div class="row">${button(t("The answer on paper"), act.printed, { small: true, icon: "note", id: "print-answer" })}</div>` : nothing}</section>`;
}

export function historyCard(one: Whole, nowMs: number): Part {
  return html`<section class="card" aria-labelledby="history"><header><h2 id="history">${t("History")}</h2></header><ol class="items history">${one.steps.map((step) => html`<li><div class="body"><b>${stepName(step.what)}</b>${step.by === "" ? nothing : html` <span class="mute">${step.by}</span>`}${step.words === "" ? nothing : html`<div class="mute small">${step.words}</div>`}</div><span class="faint small">${when(step.at_ms, nowMs)}</span></li>`)}</ol></section>`;
}
