// SPDX-License-Identifier: EUPL-1.2
// The list of panels, each with the health of its ways to us, and the forms by which one comes, changes and goes.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { field } from "../../kit/form";
import { icon } from "../../kit/icons";
import { button, empty, pill, skeleton } from "../../kit/pieces";
import { day, number, span, t, tn } from "../../kit/words";
import { pathName } from "../names";
import { formDialog, type FormPage, type Refused } from "./dialogs";
import { checkField, errorLine, selectField } from "./fields";
import { exceptionHolds, healthOf, healthOfPanel, matches, may, pathOf, siteOf, toneOf, wrongOf, type SettingsState } from "./model";
import type { Line, Panel, PanelSaid, PathSaid, Site } from "./types";
import type { SettingsActions } from "./view";
import { healthName, kinds, pathFacts, wrongName } from "./words";

export function panelsTab(state: SettingsState, act: SettingsActions): Part {
  const { panels, who } = state;
  if (panels === null) return skeleton(6, t("Loading"));
  const active = panels.filter((one) => one.state === "active");
  const shown = active.filter((one) => matches(state.filter, one.name, one.account, one.line.name, siteOf(state, one.site_id)?.name ?? "", siteOf(state, one.site_id)?.owner ?? ""));
  const add = may(who.role).install ? button(t("Add a panel"), act.addPanel, { kind: "primary", icon: "device", id: "add-panel", key: "N" }) : nothing;
  return html`<div class="row apart"><h1>${t("Panels")}</h1>${add}</div>
    ${active.length === 0 ? html`<div class="card">${empty(t("No panel yet"), may(who.role).install ? t("Add the first: choose its site and line, give it its account and key, then let it call.") : t("The provider’s technician adds panels; they appear here."), "device")}</div>`
    : html`${summary(active)}${active.length > 6 ? field("panel-filter", t("Find a panel"), { value: state.filter, input: act.filter, hint: t("Name, account, site or customer") }) : nothing}
      ${shown.length === 0 ? html`<p class="mute">${t("No panel fits that.")}</p>` : html`<ul class="setup-list" id="panel-list">${repeat(shown.slice(0, 300), (one) => one.id, (one) => row(state, one, act))}</ul>`}
      ${shown.length > 300 ? html`<p class="mute">${t("{n} more: type to find them.", { n: number(shown.length - 300) })}</p>` : nothing}`}`;
}

function summary(panels: readonly Panel[]): Part {
  const count = (health: string): number => panels.filter((one) => healthOfPanel(one) === health).length;
  return html`<div class="row" aria-label=${t("All panels")}>${pill(tn("{n} panel", "{n} panels", panels.length))}
    ${count("missing") > 0 ? pill(t("{n} out of reach", { n: number(count("missing")) }), "alarm", { dot: true }) : nothing}${count("waiting") > 0 ? pill(t("{n} never heard", { n: number(count("waiting")) }), "warn", { dot: true }) : nothing}</div>`;
}

function row(state: SettingsState, panel: Panel, act: SettingsActions): Part {
  const site = siteOf(state, panel.site_id);
  const health = healthOfPanel(panel);
  return html`<li><a class="setup-row" data-panel=${panel.name} href=${pathOf("panels", panel.id)} @click=${(event: MouseEvent) => act.follow(event, "panels", panel.id)}>
    <span class="what"><b>${panel.name}</b><span class="small mute">${site?.name ?? ""} · ${site?.owner ?? ""}</span></span>
    <span class="mono" title=${t("Account")}>${panel.account}</span>
    <span class="ways">${panel.paths.length === 0 ? html`<span class="faint small">${t("no way chosen")}</span>` : panel.paths.map((path) => html`<span class="way" title=${pathFacts(path, state.nowMs)}><i class="dot ${toneOf(healthOf(path))}"></i>${pathName(path.kind)}</span>`)}</span>
    <span class="row">${protection(panel, state.nowMs)}${pill(healthName(health), toneOf(health), { dot: true })}</span>${icon("arrow", "small")}</a></li>`;
}

export function protection(panel: Panel, nowMs: number): Part {
  if (exceptionHolds(panel.exception?.until_ms, nowMs)) return pill(t("Unencrypted until {day}", { day: day(panel.exception?.until_ms ?? 0) }), "warn", { icon: "lock" });
  if (panel.encrypted) return pill(t("Encrypted"), "ok", { icon: "lock" });
  return pill(panel.paths.some((one) => one.kind === "dc09_tls") ? t("TLS") : t("No key"), "", { icon: "lock" });
}

// --- forms ---

const POLL_S = 90;
const GRACE_S = 30;

const keyHint = (said: PanelSaid): string =>
  said.key_format === "hex" ? t("32, 48 or 64 hexadecimal digits: AES-128, 192 or 256. It is never shown again.") : t("16, 24 or 32 characters, as some panels want it. It is never shown again.");

/** The panel's key, and how it is written down. Told, never guessed: 32 hexadecimal digits are a key in characters too. */
export function keyFields<Said extends { key: string | null; key_format: PanelSaid["key_format"] }>(page: FormPage<Said>, whole: PanelSaid): Part {
  const set = (part: Partial<PanelSaid>): void => page.set(part as Partial<Said>);
  const put = (part: Partial<PanelSaid>): void => page.put(part as Partial<Said>);
  return html`<div class="pair">${selectField("key_format", t("The key is written in"), [{ value: "hex", words: t("hexadecimal digits") }, { value: "ascii", words: t("characters") }, { value: "", words: t("no key: TLS or a camera unit only") }], page.said.key_format, (value) => put(value === "" ? { key_format: "", key: null } : { key_format: value as "hex" | "ascii", key: page.said.key ?? "" }))}
    ${page.said.key_format === "" ? nothing : field("key", t("Key"), { type: "password", autocomplete: "new-password", maxlength: 128, value: page.said.key ?? "", hint: keyHint(whole), ...page.error("key"), input: (key) => set({ key: key.replaceAll(/\s/g, "") }) })}</div>`;
}

export function pathFields<Said extends { paths: readonly PathSaid[] }>(page: FormPage<Said>, line: Line | undefined): Part {
  const { paths } = page.said;
  const put = (next: readonly PathSaid[]): void => page.put({ paths: next } as unknown as Partial<Said>);
  const change = (kind: string, part: Partial<PathSaid>): void => page.set({ paths: page.said.paths.map((one) => (one.kind === kind ? { ...one, ...part } : one)) } as unknown as Partial<Said>);
  const offered = kinds.filter((kind) => kind === "unit" || line === undefined || line.kinds.includes(kind));
  return html`<fieldset class="ways-form"><legend>${t("How it reaches us")}</legend>${errorLine("paths", page.error("paths").error)}
    ${offered.map((kind) => {
      const path = paths.find((one) => one.kind === kind);
      return html`<div class="way-form">${checkField(`way-${kind}`, pathName(kind), path !== undefined, (on) => put(on ? [...paths, { kind, poll_s: POLL_S, grace_s: GRACE_S }] : paths.filter((one) => one.kind !== kind)))}
        ${path === undefined ? nothing : html`<div class="pair">${field(`poll-${kind}`, t("Polls every, s"), { value: String(path.poll_s), maxlength: 8, hint: path.poll_s > 0 ? span(path.poll_s) : t("0: nobody waits for it"), ...page.error(`poll-${kind}`), input: (text) => change(kind, { poll_s: Number(text) }) })}
          ${field(`grace-${kind}`, t("Grace, s"), { value: String(path.grace_s), maxlength: 6, ...page.error(`grace-${kind}`), input: (text) => change(kind, { grace_s: Number(text) }) })}</div>`}</div>`;
    })}</fieldset>`;
}

export const said = (wrong: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(wrong).map(([name, word]) => [name, wrongName(word)]));

const FIELDS = ["site_id", "line_id", "name", "account", "receiver_no", "line_no", "key", "paths"];

/** A new panel, or the one that takes another's place (then `site` is given). */
export function panelDialog(title: string, sites: readonly Site[], lines: readonly Line[], at: Site | null, save: (said: PanelSaid) => Promise<Refused | null>): void {
  const [line] = lines;
  const first: PanelSaid = {
    site_id: at?.id ?? (sites.length === 1 ? (sites[0]?.id ?? "") : ""), line_id: lines.length === 1 ? (line?.id ?? "") : "", name: "", account: "", receiver_no: "", line_no: "", key: "", key_format: "hex",
    paths: [{ kind: line?.kinds.includes("dc09_tcp") ?? true ? "dc09_tcp" : (line?.kinds[0] ?? "unit"), poll_s: POLL_S, grace_s: GRACE_S }],
  };
  formDialog(title, first, (page) => html`
    ${at !== null ? nothing : selectField("site_id", t("Site"), [{ value: "", words: t("Choose…") }, ...sites.map((one) => ({ value: one.id, words: `${one.name} · ${one.owner}` }))], page.said.site_id, (site_id) => page.set({ site_id }), page.error("site_id"))}
    ${selectField("line_id", t("Line of the alarm centre"), [{ value: "", words: t("Choose…") }, ...lines.map((one) => ({ value: one.id, words: one.name }))], page.said.line_id, (line_id) => page.put({ line_id }), { ...page.error("line_id"), ...(lines.length === 0 ? { hint: t("No line serves these customers yet: the alarm centre’s supervisor adds one.") } : {}) })}
    <div class="pair">${field("name", t("Name"), { value: page.said.name, maxlength: 200, hint: t("As people on site call it"), ...page.error("name"), input: (name) => page.set({ name }) })}
      ${field("account", t("Account"), { value: page.said.account, maxlength: 16, hint: t("3 to 16 hexadecimal digits"), ...page.error("account"), input: (account) => page.set({ account }) })}</div>
    ${keyFields(page, page.said)}
    ${pathFields(page, lines.find((one) => one.id === page.said.line_id))}
    <details class="more"><summary>${t("Receiver and line number, if the panel sends them")}</summary><div class="pair">${field("receiver_no", t("Receiver number"), { value: page.said.receiver_no, maxlength: 6, hint: t("Empty: any"), ...page.error("receiver_no"), input: (receiver_no) => page.set({ receiver_no }) })}
      ${field("line_no", t("Line number"), { value: page.said.line_no, maxlength: 6, hint: t("Empty: any"), ...page.error("line_no"), input: (line_no) => page.set({ line_no }) })}</div></details>`, {
    wide: true, save: at === null ? t("Add the panel") : t("Put it in its place"), fields: FIELDS,
    check: (typed) => said(wrongOf(typed)),
    send: (typed) => save({ ...typed, name: typed.name.trim(), account: typed.account.trim().toUpperCase(), receiver_no: typed.receiver_no.trim(), line_no: typed.line_no.trim() }),
  });
}
