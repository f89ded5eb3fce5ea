// SPDX-License-Identifier: EUPL-1.2
// What codes mean: the tables, a provider's own meanings over them, and codes that nobody knew.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { field } from "../../kit/form";
import { button, empty, note, pill, skeleton } from "../../kit/pieces";
import { day, number, relative, t, tn } from "../../kit/words";
import { phaseName } from "../names";
import { formDialog, type Refused } from "./dialogs";
import { selectField } from "./fields";
import { codeKey, holding, matches, may, type SettingsState } from "./model";
import type { Code, MeaningSaid, OwnCode, TableCode, UnknownCode } from "./types";
import type { SettingsActions } from "./view";
import { classOption, phases, protocolName, qualifierName, signalClasses } from "./words";

const MOST = 60;

export function codesTab(state: SettingsState, act: SettingsActions): Part {
  const { codes } = state;
  if (codes === null) return skeleton(6, t("Loading"));
  const own = holding(codes.own);
  const change = may(state.who.role).codes;
  const inTable = new Set(codes.table.map(codeKey));
  const rows = [...codes.own.filter((one) => one.retired_ms === null && !inTable.has(codeKey(one))), ...codes.table];
  const found = rows.filter((one) => matches(state.filter, one.code, one.name, own.get(codeKey(one))?.name ?? "", classOption((own.get(codeKey(one)) ?? one).class), protocolName(one.protocol)));
  return html`<div class="row apart"><h1>${t("Codes")}</h1>${change ? button(t("Add a code"), () => act.override(null), { kind: "primary", icon: "list", id: "add-code", key: "N" }) : nothing}</div>
    <p class="mute measure">${t("The tables of Contact ID and SIA as they are delivered. A provider’s own meaning holds for its customers, from now on; the one before it is kept.")}</p>
    ${unknownPart(codes.unknown, own, state.nowMs, change, act)}
    ${change && own.size > 0 ? html`<section class="stack tight" aria-labelledby="own-codes"><h2 id="own-codes">${t("Our own meanings")}</h2><ul class="code-list">${[...own.values()].map((one) => ownRow(one, codes.own, act))}</ul></section>` : nothing}
    <section class="stack tight" aria-labelledby="all-codes"><h2 id="all-codes">${t("All codes")}</h2>${field("code-filter", t("Find a code"), { value: state.filter, input: act.filter, hint: t("Number, letters, name or class") })}
      ${found.length === 0 ? note(t("No code fits that.")) : html`<ul class="code-list" id="code-list">${repeat(found.slice(0, MOST), codeKey, (one) => codeRow(one, own.get(codeKey(one)), change, act))}</ul>`}
      ${found.length > MOST ? html`<p class="small mute">${t("{n} more: type to find them.", { n: number(found.length - MOST) })}</p>` : nothing}</section>`;
}

const coded = (one: Code | UnknownCode): Part => html`<span class="mono sig-code">${one.code}</span><span class="small mute proto">${[protocolName(one.protocol), qualifierName(one.qualifier)].filter(Boolean).join(" · ")}</span>`;
const means = (one: Code): Part => html`<span class="meaning"><b>${one.name}</b><span class="small mute">${classOption(one.class)} · ${phaseName(one.phase)} · ${t("priority {n}", { n: one.priority })}</span></span>`;

function codeRow(one: Code, own: OwnCode | undefined, change: boolean, act: SettingsActions): Part {
  return html`<li data-code="${one.code}${one.qualifier}">${coded(one)}${means(own ?? one)}<span class="row end">${own === undefined ? nothing : pill(t("our own"), "accent")}${"duress" in one && (one as TableCode).duress ? pill(t("duress"), "alarm") : nothing}
    ${change ? button(own === undefined ? t("Change…") : t("Change again…"), () => act.override(own ?? one), { small: true, kind: "quiet" }) : nothing}</span></li>`;
}

function ownRow(one: OwnCode, all: readonly OwnCode[], act: SettingsActions): Part {
  const before = all.filter((other) => codeKey(other) === codeKey(one) && other.retired_ms !== null).length;
  return html`<li data-own=${one.code}>${coded(one)}${means(one)}<span class="row end"><span class="small mute">${t("version {n}, {day}", { n: one.number, day: day(one.at_ms) })}${one.by === "" ? nothing : ` · ${one.by}`}${before === 0 ? nothing : ` · ${tn("{n} before it", "{n} before it", before)}`}</span>
    ${button(t("Back to the table…"), () => act.restoreCode(one), { small: true, kind: "quiet" })}</span></li>`;
}

function unknownPart(unknown: readonly UnknownCode[], own: ReadonlyMap<string, OwnCode>, nowMs: number, change: boolean, act: SettingsActions): Part {
  const open = unknown.filter((one) => !own.has(codeKey(one)));
  return html`<section class="card" aria-labelledby="unknown-codes"><header><h2 id="unknown-codes">${t("Unknown codes seen lately")}</h2>${open.length === 0 ? pill(t("none"), "ok", { icon: "check" }) : pill(number(open.length), "warn", { dot: true })}</header>
    ${open.length === 0 ? empty(t("Every code was known"), t("A code that no table knows becomes an alarm for a person to judge, and is listed here."), "check", nothing, "ok") : html`<ul class="code-list inset">${open.map((one) => html`<li data-unknown=${one.code}>${coded(one)}<span class="meaning small mute">${tn("seen once", "seen {n} times", one.times)}, ${t("last {when}", { when: relative(one.last_ms, nowMs) })}</span>${change ? html`<span class="row end">${button(t("Say what it means…"), () => act.override({ protocol: one.protocol, code: one.code, qualifier: one.qualifier, name: "", phase: "alarm", class: "burglary", priority: 4 }), { small: true })}</span>` : nothing}</li>`)}</ul>`}</section>`;
}

interface MeaningTyped extends Omit<MeaningSaid, "priority"> {
  readonly priority: string;
}

export function meaningDialog(of: Code | null, send: (said: MeaningSaid) => Promise<Refused | null>): void {
  const first: MeaningTyped = { protocol: of?.protocol ?? "sia", code: of?.code ?? "", qualifier: of?.qualifier ?? "", name: of?.name ?? "", phase: of?.phase ?? "alarm", signal_class: of?.class ?? "burglary", priority: String(of?.priority ?? 4) };
  formDialog(of === null ? t("Add a code") : t("What {code} means", { code: of.code }), first, (page) => html`
    ${of !== null ? html`<p class="row">${coded(of)}</p>` : html`<div class="pair">${selectField("protocol", t("Table"), ["sia", "cid", "mail", "frigate", "onvif", "api"].map((value) => ({ value, words: protocolName(value) })), page.said.protocol, (protocol) => page.put({ protocol, qualifier: protocol === "cid" ? "1" : "" }))}${field("code", t("Code"), { value: page.said.code, maxlength: 32, ...page.error("code"), input: (code) => page.set({ code }) })}</div>
      ${page.said.protocol === "cid" ? selectField("qualifier", t("Qualifier"), ["1", "3"].map((value) => ({ value, words: `${value} · ${qualifierName(value)}` })), page.said.qualifier, (qualifier) => page.set({ qualifier })) : nothing}`}
    ${field("name", t("Name"), { value: page.said.name, maxlength: 120, hint: t("What the operator reads"), ...page.error("name"), input: (name) => page.set({ name }) })}
    <div class="pair">${selectField("signal_class", t("Class"), signalClasses.map((value) => ({ value, words: classOption(value) })), page.said.signal_class, (signal_class) => page.set({ signal_class }))}${selectField("phase", t("Phase"), phases.map((value) => ({ value, words: phaseName(value) })), page.said.phase, (phase) => page.set({ phase }))}</div>
    ${selectField("priority", t("Priority"), Array.from({ length: 9 }, (_, n) => ({ value: String(n + 1), words: n === 0 ? t("1, the most urgent") : n === 8 ? t("9, the least urgent") : String(n + 1) })), page.said.priority, (priority) => page.set({ priority }))}`, {
    save: t("It means this from now on"), fields: ["code", "name"],
    check: (said) => ({ ...(/^[0-9A-Za-z_.:-]{1,32}$/.test(said.code.trim()) ? {} : { code: t("Letters, digits and _ . : - only.") }), ...(said.name.trim() === "" ? { name: t("Give it a name.") } : {}) }),
    send: (said) => send({ ...said, code: said.code.trim(), name: said.name.trim(), priority: Number(said.priority) }),
  });
}
