// SPDX-License-Identifier: EUPL-1.2
// One panel: is it heard, how far is its installation, what came in just now, and everything that was said of it.
import { foot, openDialog } from "../../kit/dialog";
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { field } from "../../kit/form";
import { icon } from "../../kit/icons";
import { button, empty, note, pill, skeleton } from "../../kit/pieces";
import { age, clockSeconds, day, number, relative, t, when } from "../../kit/words";
import { pathName, phaseName, sourceName, zoneName } from "../names";
import { formDialog, type Refused } from "./dialogs";
import { checkField, exceptionPart } from "./fields";
import { bare, checklist, dump, exceptionHolds, healthOf, keyFits, may, siteOf, toneOf, wrongOf, type SettingsState } from "./model";
import { keyFields, pathFields, protection, said } from "./panels";
import type { Line, Panel, PanelSaid, PathSaid, Signal, Test, TestSaid, Whole } from "./types";
import type { SettingsActions } from "./view";
import { classOption, healthName, pathFacts, protocolName, qualifierName, wrongName } from "./words";
import { openingsPart } from "./openings";
import { zonesPart } from "./zones";

export function panelPage(state: SettingsState, act: SettingsActions): Part {
  const { panel } = state;
  const back = html`<a class="back row" href="/backoffice/settings/" id="to-panels" @click=${(event: MouseEvent) => act.follow(event, "panels")}>${icon("back", "small")}<span>${t("Panels")}</span></a>`;
  if (panel === null) return html`${back}${skeleton(6, t("Loading"))}`;
  const site = siteOf(state, panel.site_id);
  const ended = panel.state !== "active";
  return html`${back}<div class="title"><div><div class="lbl">${[site?.name, site?.owner].filter(Boolean).join(" · ")}</div><h1>${panel.name}</h1></div><div class="row">${ended ? pill(healthName("ended")) : protection(panel, state.nowMs)}</div></div>
    ${ended ? note(t("It is out of use since {day}. What it said is kept.", { day: day(panel.ended_ms ?? panel.added_ms) }), "", "info") : nothing}
    ${exceptionHolds(panel.exception?.until_ms, state.nowMs) ? exceptionPart(panel.exception, state.nowMs, may(state.who.role).except ? act.endPanelException : null) : nothing}
    ${testPart(state, panel, act)}
    <div class="setup-columns"><div class="stack">${ended ? nothing : installPart(state, panel, act)}${may(state.who.role).seeSignals ? livePart(state, act) : nothing}</div>
      <div class="stack">${factsPart(state, panel, act)}${pathsPart(state, panel, act)}</div></div>
    ${zonesPart(state, panel, act)}${openingsPart(state, panel, act)}`;
}

// --- how far it is ---

function installPart(state: SettingsState, panel: Panel, act: SettingsActions): Part {
  if (!may(state.who.role).seeSignals) return nothing;
  const { signals } = state;
  if (signals === null) return html`<section class="card pad">${skeleton(4, t("Loading"))}</section>`;
  const test = state.tests?.find((one) => one.panel_id === null || one.panel_id === panel.id);
  const now = checklist(panel, signals, test?.from_ms ?? 0);
  const rows: readonly (readonly [boolean, string, Part])[] = [
    [now.encrypted, now.encrypted ? t("What it says can be read by nobody on the way") : t("It may speak unencrypted"), nothing],
    [now.understood, now.first && !now.understood ? t("Something was not understood: see below") : t("What it says is understood"), nothing],
    [now.ofPaths > 0 && now.paths === now.ofPaths, t("Heard on {n} of {all} ways", { n: number(now.paths), all: number(now.ofPaths) }), nothing],
    [now.zones.length > 0 && now.missingZones.length === 0, panel.zones.length === 0 ? t("No zone is named yet") : t("Heard from {n} of {all} zones", { n: number(now.zones.length), all: number(panel.zones.length) }),
      now.missingZones.length > 0 && now.missingZones.length < 9 ? html`<span class="small mute">${t("still silent: {zones}", { zones: now.missingZones.join(", ") })}</span>` : nothing],
  ];
  const [latest] = signals.filter((one) => one.source !== "server");
  return html`<section class="card first ${now.first ? "heard" : ""}" id="first-signal" aria-live="polite">
    <div class="beacon">${now.first ? icon("check") : html`<i class="dot warn beat"></i>`}<div><h2>${now.first ? t("It is heard") : t("Waiting for the first signal…")}</h2>
      <p class="mute">${latest === undefined ? t("Let the panel send a test now. This page shows it by itself.") : t("{name}, {when}", { name: latest.name, when: relative(latest.at_ms, state.nowMs) })}</p></div></div>
    <ul class="ticks">${rows.map(([done, words, more]) => html`<li class=${done ? "done" : ""}><span class="ck">${done ? icon("check") : nothing}</span><span>${words}<span class="sr">${done ? t("done") : t("not yet")}</span> ${more}</span></li>`)}</ul>
    ${may(state.who.role).test && state.tests !== null && test === undefined ? html`<div class="row apart"><p class="small mute">${t("During a test its signals ring nobody. Hold-up always does.")}</p>${button(t("Start a test"), act.startTest, { small: true, icon: "clock", id: "start-test" })}</div>` : nothing}</section>`;
}

// --- tests ---

function testPart(state: SettingsState, panel: Panel, act: SettingsActions): Part {
  const running = (state.tests ?? []).filter((one) => one.panel_id === null || one.panel_id === panel.id);
  return html`${running.map((one) => testNote(one, state.nowMs, may(state.who.role).test ? act.endTest : null))}`;
}

export function testNote(test: Test, nowMs: number, end: ((id: string) => void) | null, what = ""): Part {
  return html`<div class="note accent-note" role="status" data-test=${test.id}>${icon("clock")}<div class="grow"><b>${what === "" ? t("A test runs") : t("A test runs: {what}", { what })}</b> <span class="mono">${age(test.until_ms - nowMs)}</span>
    <p class="small">${t("Until {time}, then it ends by itself.", { time: when(test.until_ms, nowMs) })} ${test.fire ? t("Fire and medical are tested too.") : t("Fire, medical and hold-up ring all the same.")}${test.reason === "" ? nothing : html` <span class="mute">${test.reason}</span>`}</p></div>
    ${end === null ? nothing : button(t("End the test"), () => end(test.id), { small: true, id: "end-test" })}</div>`;
}

export function testDialog(panelId: string | null, send: (said: TestSaid) => Promise<Refused | null>): void {
  formDialog(t("Start a test"), { minutes: "30", reason: "", fire: false }, (page) => html`<p>${panelId === null ? t("Signals of the whole site ring nobody until it ends. Hold-up and duress always do.") : t("Signals of this panel ring nobody until it ends. Hold-up and duress always do.")}</p>
    ${field("minutes", t("For how many minutes"), { value: page.said.minutes, maxlength: 4, ...page.error("minutes"), input: (minutes) => page.set({ minutes }) })}
    ${field("test-reason", t("Why"), { value: page.said.reason, maxlength: 300, hint: t("The operators read it. No names."), input: (reason) => page.set({ reason }) })}
    ${checkField("test-fire", t("Fire and medical are tested too: then they ring nobody either"), page.said.fire, (fire) => page.set({ fire }))}`, {
    save: t("Start the test"), fields: ["minutes"],
    check: ({ minutes }): Readonly<Record<string, string>> => (/^\d+$/.test(minutes.trim()) && Number(minutes) > 0 && Number(minutes) <= 1440 ? {} : { minutes: t("A whole number from 1 to 1440.") }),
    send: ({ minutes, reason, fire }) => send({ minutes: Number(minutes), reason: reason.trim(), fire, panel_id: panelId }),
  });
}

// --- what came in ---

function livePart(state: SettingsState, act: SettingsActions): Part {
  const { signals } = state;
  return html`<section class="card" aria-labelledby="newest"><header><h2 id="newest">${t("Newest signals")}</h2>${state.connected ? pill(t("live"), "ok", { dot: true, beat: true }) : pill(t("not connected"), "warn", { dot: true })}</header>
    ${signals === null ? html`<div class="pad">${skeleton(4, t("Loading"))}</div>` : signals.length === 0 ? empty(t("Nothing came in yet"), t("Each signal appears here within a second or two, with its bytes and how we read them."), "send")
    : html`<ol class="live" id="signals">${repeat(signals.slice(0, 40), (one) => one.id, (one) => signalRow(state, one, act))}</ol>`}</section>`;
}

function signalRow(state: SettingsState, one: Signal, act: SettingsActions): Part {
  const open = state.opened?.id === one.id;
  const tone = one.fault !== "" || !one.known ? "warn" : "";
  return html`<li class=${open ? "open" : ""}><button type="button" class="signal" data-code=${one.code} aria-expanded=${open ? "true" : "false"} @click=${() => act.openSignal(open ? null : one.id)}>
      <time class="mono" title=${day(one.at_ms)}>${clockSeconds(one.at_ms)}</time><span class="mono sig-code">${one.code === "" ? "–" : one.code}</span>
      <span class="meaning"><b>${one.name === "" ? phaseName(one.phase) : one.name}</b><span class="small mute">${[zoneWords(state.panel, one.zone), one.area === "" ? "" : t("area {n}", { n: one.area }), one.text].filter(Boolean).join(" · ")}</span></span>
      <span class="row end">${one.times > 1 ? html`<span class="small mute">${t("{n}×", { n: one.times })}</span>` : nothing}${pill(one.known ? classOption(one.class) : t("Unknown code"), tone)}</span></button>
    ${open && state.opened !== null ? reading(state.opened) : nothing}</li>`;
}

/** A zone's own name with its number, or the number alone. */
function zoneWords(panel: Panel | null, zone: string): string {
  if (zone === "") return "";
  const named = panel?.zones.find((one) => bare(one.zone) === bare(zone));
  return named === undefined ? zoneName(zone) : `${named.name} (${bare(zone)})`;
}

function reading(one: Whole): Part {
  const rows: readonly (readonly [string, string])[] = [
    [t("Came by"), [pathName(one.transport), one.peer].filter(Boolean).join(" · ")], [t("Account"), one.account], [t("Read as"), [protocolName(one.protocol), one.code, qualifierName(one.qualifier)].filter(Boolean).join(" · ")],
    [t("Means"), [one.name, phaseName(one.phase), classOption(one.class)].filter(Boolean).join(" · ")], [t("Priority"), String(one.priority)], [t("Zone"), one.zone], [t("Area"), one.area], [t("User"), one.user], [t("Text"), one.text],
    [t("Said by"), sourceName(one.source)], [t("What was wrong"), one.fault], [t("Became"), one.alarm_id === null ? t("no alarm") : `AL-${one.alarm_id.slice(0, 6).toUpperCase()}`],
  ];
  return html`<div class="reading"><dl class="facts">${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    <div class="raw" tabindex="0" role="region" aria-label=${t("The bytes as they came")}><pre>${one.raw === "" ? t("no bytes") : dump(one.raw)}</pre></div></div>`;
}

// --- what is said of it ---

function factsPart(state: SettingsState, panel: Panel, act: SettingsActions): Part {
  const can = may(state.who.role);
  const drift = panel.clock_drift_ms;
  const rows: readonly (readonly [string, Part])[] = [
    [t("Account"), html`<span class="mono">${panel.account}</span>`], [t("Line"), panel.line.name],
    [t("Receiver, line"), html`<span class="mono">${panel.receiver_no === "" ? t("any") : panel.receiver_no}, ${panel.line_no === "" ? t("any") : panel.line_no}</span>`],
    [t("Key"), panel.encrypted ? html`${panel.key_format === "hex" ? t("set, in hexadecimal") : t("set, in characters")}<span class="small mute"> ${panel.key_changed_ms === null ? "" : t("since {day}", { day: day(panel.key_changed_ms) })}</span>` : t("none")],
    [t("Its clock"), drift === null ? t("not told yet") : Math.abs(drift) < 2000 ? t("right") : html`${drift > 0 ? t("{n} s ahead", { n: number(Math.round(drift / 1000)) }) : t("{n} s behind", { n: number(Math.round(-drift / 1000)) })}`],
    [t("Added"), day(panel.added_ms)],
  ];
  return html`<section class="card pad stack"><h2>${t("This panel")}</h2><dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${panel.state !== "active" ? nothing : html`<div class="row">${can.install ? html`${button(t("Change the key…"), act.changeKey, { small: true, icon: "key", id: "change-key" })}${button(t("Replace…"), act.replacePanel, { small: true, id: "replace-panel" })}${button(t("Take out of use…"), act.retirePanel, { small: true, kind: "quiet", id: "retire-panel" })}` : nothing}
      ${can.except && !exceptionHolds(panel.exception?.until_ms, state.nowMs) ? button(t("Allow unencrypted…"), act.exceptPanel, { small: true, icon: "lock", id: "except-panel" }) : nothing}</div>`}</section>`;
}

function pathsPart(state: SettingsState, panel: Panel, act: SettingsActions): Part {
  return html`<section class="card pad stack"><div class="row apart"><h2>${t("Ways to us")}</h2>${may(state.who.role).install && panel.state === "active" ? button(t("Change"), act.changePaths, { small: true, id: "change-paths" }) : nothing}</div>
    ${panel.paths.length === 0 ? html`<p class="mute">${t("No way is chosen.")}</p>` : html`<ul class="paths">${panel.paths.map((path) => html`<li><i class="dot ${toneOf(healthOf(path))}"></i><div><b>${pathName(path.kind)}</b> <span class="small mute">${healthName(healthOf(path))}</span><p class="small mute">${pathFacts(path, state.nowMs)}</p></div></li>`)}</ul>`}</section>`;
}

// --- changing it ---

const asSaid = (panel: Panel): PanelSaid => ({
  site_id: panel.site_id, line_id: panel.line.id, name: panel.name, account: panel.account, receiver_no: panel.receiver_no, line_no: panel.line_no, key: null, key_format: "",
  paths: panel.paths.map(({ kind, poll_s, grace_s }) => ({ kind, poll_s, grace_s })),
});

export function keyDialog(panel: Panel, send: (key: string | null, format: PanelSaid["key_format"]) => Promise<Refused | null>): void {
  const first: { key: string | null; key_format: PanelSaid["key_format"] } = { key: "", key_format: panel.key_format ?? "hex" };
  formDialog(t("Change the key"), first, (page) => html`<p>${t("From then on only signals under the new key are taken. Change it in the panel at once.")}</p>${keyFields(page, { ...asSaid(panel), ...page.said })}`, {
    save: t("Set the key"), fields: ["key"],
    check: ({ key, key_format }): Readonly<Record<string, string>> => (key === null || keyFits(key, key_format) ? {} : { key: wrongName(key_format === "hex" ? "key_hex" : "key_ascii") }),
    send: ({ key, key_format }) => send(key, key_format),
  });
}

export function pathsDialog(panel: Panel, line: Line | undefined, send: (paths: readonly PathSaid[]) => Promise<Refused | null>): void {
  formDialog(t("Ways to us"), asSaid(panel), (page) => html`<p class="mute">${t("A way that is not ticked is no longer waited for.")}</p>${pathFields(page, line)}`, {
    save: t("Save"), fields: ["paths"], check: (typed) => said(wrongOf(typed)), send: ({ paths }) => send(paths),
  });
}

export function keysDialog(): void {
  openDialog(t("Keys"), (opened) => html`<ul class="keys"><li><span>${t("Tabs")}</span><span class="row"><kbd>1</kbd>…<kbd>7</kbd></span></li><li><span>${t("Add what the tab holds")}</span><kbd>N</kbd></li><li><span>${t("Find")}</span><kbd>/</kbd></li><li><span>${t("Back to the list")}</span><kbd>Esc</kbd></li></ul>${foot(button(t("Close"), opened.close, {}))}`);
}
