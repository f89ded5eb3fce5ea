// SPDX-License-Identifier: EUPL-1.2
// Lines, mail cameras, brokers and integrations: lists with what matters of each, and the forms that make and end them.
import { html, nothing, type Part } from "../../kit/dom";
import { field } from "../../kit/form";
import { button, empty, note, pill, skeleton, tile } from "../../kit/pieces";
import { day, isoDay, relative, t } from "../../kit/words";
import { pathName } from "../names";
import { formDialog, type Refused } from "./dialogs";
import { checkField, endOf, errorLine, exceptionPart, inDays, selectField } from "./fields";
import { exceptionHolds, may, siteOf, type SettingsState } from "./model";
import type { LineSaid } from "./port";
import type { Broker, BrokerSaid, Integration, IntegrationSaid, Line, MailCamera, Receivers, Site } from "./types";
import type { SettingsActions } from "./view";
import { kinds, scopeName, troubleName } from "./words";

const top = (title: string, words: string, press: Part): Part => html`<div class="row apart"><h1>${title}</h1>${press}</div><p class="mute measure">${words}</p>`;
const heard = (ms: number | null, nowMs: number, never: string): string => (ms === null ? never : t("last {when}", { when: relative(ms, nowMs) }));

// --- lines ---

export function linesTab(state: SettingsState, act: SettingsActions): Part {
  const { lines, who } = state;
  if (lines === null) return skeleton(4, t("Loading"));
  const can = may(who.role);
  return html`${top(t("Lines"), t("A line is where panels call an alarm centre. Over the internet they must speak encrypted; behind a VPN a line may take plain signals for a time that somebody answers for."), can.line ? button(t("Add a line"), act.addLine, { kind: "primary", icon: "bell", id: "add-line", key: "N" }) : nothing)}
    ${lines.length === 0 ? html`<div class="card">${empty(t("No line yet"), can.line ? t("Add the first; panels are put on it.") : t("The alarm centre’s supervisor adds lines."), "bell")}</div>` : html`<ul class="cards">${lines.map((one) => lineCard(one, state, act))}</ul>`}
    ${state.receivers === null ? nothing : whereToCall(state.receivers)}`;
}

/** What an installer types into a panel. */
function whereToCall({ host, ports }: Receivers): Part {
  const ways = (["dc09", "dc09_udp", "dc09_tls", "smtp"] as const).flatMap((way) => (typeof ports[way] === "number" ? [{ way, port: ports[way] }] : []));
  const names = { dc09: pathName("dc09_tcp"), dc09_udp: pathName("dc09_udp"), dc09_tls: pathName("dc09_tls"), smtp: t("E-mail (SMTP with STARTTLS)") };
  return html`<section class="card pad stack" id="where-to-call" aria-labelledby="where-title"><h2 id="where-title">${t("Where panels call")}</h2>
    ${ways.length === 0 ? html`<p class="mute measure">${t("The receivers run on a machine of their own; whoever runs it knows its address.")}</p>`
    : html`<dl class="facts">${ways.map(({ way, port }) => html`<dt>${names[way]}</dt><dd class="mono">${host}:${String(port)}</dd>`)}</dl><p class="small mute measure">${t("Where a firewall or proxy stands before the server its outer port counts.")}</p>`}</section>`;
}

function lineCard(line: Line, state: SettingsState, act: SettingsActions): Part {
  const can = may(state.who.role);
  const holds = exceptionHolds(line.exception?.until_ms, state.nowMs);
  return html`<li class="card pad stack" data-line=${line.name}><div class="row apart"><h2>${line.name}</h2>${holds ? pill(t("takes unencrypted"), "warn", { icon: "lock" }) : pill(t("encrypted only"), "ok", { icon: "lock" })}</div>
    <div class="row">${line.kinds.map((kind) => pill(pathName(kind)))}</div>
    <p class="small mute">${t("Receiver {r}, line {l}", { r: line.receiver_no === "" ? t("any") : line.receiver_no, l: line.line_no === "" ? t("any") : line.line_no })}</p>
    ${exceptionPart(line.exception, state.nowMs, can.line ? () => act.endLineException(line) : null)}
    ${can.line && !holds ? html`<div>${button(t("Allow unencrypted…"), () => act.exceptLine(line), { small: true, icon: "lock" })}</div>` : nothing}</li>`;
}

export function lineDialog(send: (said: LineSaid) => Promise<Refused | null>): void {
  formDialog<LineSaid>(t("Add a line"), { name: "", kinds: ["dc09_tcp", "dc09_tls"], receiver_no: "", line_no: "" }, (page) => html`${field("name", t("Name"), { value: page.said.name, maxlength: 200, ...page.error("name"), input: (name) => page.set({ name }) })}
    <fieldset class="ways-form"><legend>${t("How panels reach it")}</legend>${errorLine("kinds", page.error("kinds").error)}${kinds.filter((kind) => kind !== "unit").map((kind) => checkField(`kind-${kind}`, pathName(kind), page.said.kinds.includes(kind), (on) => page.set({ kinds: on ? [...page.said.kinds, kind] : page.said.kinds.filter((one) => one !== kind) })))}</fieldset>
    <div class="pair">${field("receiver_no", t("Receiver number"), { value: page.said.receiver_no, maxlength: 6, hint: t("Empty: any"), ...page.error("receiver_no"), input: (receiver_no) => page.set({ receiver_no }) })}${field("line_no", t("Line number"), { value: page.said.line_no, maxlength: 6, hint: t("Empty: any"), input: (line_no) => page.set({ line_no }) })}</div>`, {
    save: t("Add the line"), fields: ["name", "kinds", "receiver_no"],
    check: (said) => ({ ...(said.name.trim() === "" ? { name: t("Give it a name.") } : {}), ...(said.kinds.length === 0 ? { kinds: t("Choose at least one way.") } : {}) }),
    send: (said) => send({ ...said, name: said.name.trim(), receiver_no: said.receiver_no.trim(), line_no: said.line_no.trim() }),
  });
}

// --- mail cameras ---

export function mailTab(state: SettingsState, act: SettingsActions): Part {
  const { mail, who } = state;
  if (mail === null) return skeleton(4, t("Loading"));
  const active = mail.filter((one) => one.state === "active");
  const can = may(who.role);
  return html`${top(t("Mail cameras"), t("Cameras that can do nothing but send e-mail. Each gets an address that nobody can guess."), can.install ? button(t("Add a mail camera"), act.addMail, { kind: "primary", icon: "camera", id: "add-mail", key: "N" }) : nothing)}
    ${note(t("A weaker class: the server sees these pictures for a moment before it seals them. Homes may not have them. Use a camera with a unit where you can."), "warn", "eye")}
    ${active.length === 0 ? html`<div class="card">${empty(t("No mail camera"), t("Good: every picture is sealed before it leaves the site."), "camera")}</div>` : html`<ul class="cards">${active.map((one) => mailCard(one, state, act))}</ul>`}`;
}

function mailCard(one: MailCamera, state: SettingsState, act: SettingsActions): Part {
  const can = may(state.who.role);
  const holds = exceptionHolds(one.plain_until_ms, state.nowMs);
  return html`<li class="card pad stack" data-mail=${one.name}><div class="row apart"><div><h2>${one.name}</h2><p class="small mute">${siteOf(state, one.site_id)?.name ?? ""}</p></div><div class="row">${pill(t("Seen by the server"), "warn", { icon: "eye" })}${one.verified_ms === null ? pill(t("Waiting for its first mail"), "", { dot: true, beat: true }) : pill(t("Verified"), "ok", { icon: "check" })}</div></div>
    <p class="small mute">${one.verified_ms === null ? t("Send a test mail from the camera: this turns green by itself.") : `${t("Verified on {day}", { day: day(one.verified_ms) })} · ${heard(one.last_ms, state.nowMs, t("no mail yet"))}`}</p>
    ${holds ? exceptionPart({ by: "", reason: one.plain_reason, until_ms: one.plain_until_ms ?? 0 }, state.nowMs, can.except ? () => act.endMailException(one) : null) : nothing}
    <div class="row">${can.install ? html`${button(t("New address…"), () => act.newAddress(one), { small: true, icon: "key" })}${button(t("Rename…"), () => act.renameMail(one), { small: true })}${button(t("Take out of use…"), () => act.retireMail(one), { small: true, kind: "quiet" })}` : nothing}
      ${can.except && !holds ? button(t("Allow without TLS…"), () => act.exceptMail(one), { small: true, icon: "lock" }) : nothing}</div></li>`;
}

export function mailDialog(sites: readonly Site[], send: (site: string, name: string) => Promise<Refused | null>): void {
  const allowed = sites.filter((one) => !one.profile.startsWith("home"));
  formDialog(t("Add a mail camera"), { site_id: allowed.length === 1 ? (allowed[0]?.id ?? "") : "", name: "" }, (page) => html`${selectField("site_id", t("Site"), [{ value: "", words: t("Choose…") }, ...allowed.map((one) => ({ value: one.id, words: `${one.name} · ${one.owner}` }))], page.said.site_id, (site_id) => page.set({ site_id }), { hint: t("Homes are not offered."), ...page.error("site_id") })}
    ${field("name", t("Name"), { value: page.said.name, maxlength: 200, ...page.error("name"), input: (name) => page.set({ name }) })}`, {
    save: t("Make its address"), fields: ["site_id", "name"],
    check: (said) => ({ ...(said.site_id === "" ? { site_id: t("Choose a site.") } : {}), ...(said.name.trim() === "" ? { name: t("Give it a name.") } : {}) }),
    send: (said) => send(said.site_id, said.name.trim()),
  });
}

export function renameDialog(name: string, send: (name: string) => Promise<Refused | null>): void {
  formDialog(t("Rename"), { name }, (page) => field("name", t("Name"), { value: page.said.name, maxlength: 200, ...page.error("name"), input: (value) => page.set({ name: value }) }), {
    save: t("Save"), fields: ["name"], check: (said): Readonly<Record<string, string>> => (said.name.trim() === "" ? { name: t("Give it a name.") } : {}), send: (said) => send(said.name.trim()),
  });
}

// --- brokers ---

export function brokersTab(state: SettingsState, act: SettingsActions): Part {
  const { brokers } = state;
  if (brokers === null) return skeleton(4, t("Loading"));
  const active = brokers.filter((one) => one.state === "active");
  return html`${top(t("Brokers"), t("MQTT brokers of a site’s own boxes, for example Frigate. This server connects to them and makes alarms of what they report."), button(t("Add a broker"), act.addBroker, { kind: "primary", icon: "device", id: "add-broker", key: "N" }))}
    ${active.length === 0 ? html`<div class="card">${empty(t("No broker"), t("Add one where a box on site already detects people and tells it by MQTT."), "device")}</div>` : html`<ul class="cards">${active.map((one) => brokerCard(one, state, act))}</ul>`}`;
}

function brokerCard(one: Broker, state: SettingsState, act: SettingsActions): Part {
  const connected = one.trouble === "" && one.connected_ms !== null;
  return html`<li class="card pad stack" data-broker=${one.name}><div class="row apart"><div><h2>${one.name}</h2><p class="small mute">${siteOf(state, one.site_id)?.name ?? ""}</p></div>${connected ? pill(t("Connected"), "ok", { dot: true }) : one.trouble === "" ? pill(t("Connecting…"), "", { dot: true, beat: true }) : pill(troubleName(one.trouble), "alarm", { dot: true })}</div>
    <dl class="facts"><div><dt>${t("Address")}</dt><dd class="mono">${one.host}:${one.port}</dd></div><div><dt>${t("Protection")}</dt><dd>${one.tls ? "TLS" : t("none")}${one.has_password ? ` · ${t("with a password")}` : ""}</dd></div><div><dt>${t("Topics")}</dt><dd class="mono">${one.prefix}/#</dd></div><div><dt>${t("Heard")}</dt><dd>${heard(one.last_ms, state.nowMs, t("nothing yet"))}</dd></div></dl>
    <div>${button(t("Leave it…"), () => act.retireBroker(one), { small: true, kind: "quiet" })}</div></li>`;
}

interface BrokerTyped extends Omit<BrokerSaid, "port"> {
  readonly port: string;
}

export function brokerDialog(sites: readonly Site[], send: (said: BrokerSaid) => Promise<Refused | null>): void {
  const first: BrokerTyped = { site_id: sites.length === 1 ? (sites[0]?.id ?? "") : "", name: "", host: "", port: "8883", tls: true, username: "", password: "", prefix: "frigate" };
  formDialog(t("Add a broker"), first, (page) => html`${selectField("site_id", t("Site"), [{ value: "", words: t("Choose…") }, ...sites.map((one) => ({ value: one.id, words: `${one.name} · ${one.owner}` }))], page.said.site_id, (site_id) => page.set({ site_id }), page.error("site_id"))}
    ${field("name", t("Name"), { value: page.said.name, maxlength: 200, ...page.error("name"), input: (name) => page.set({ name }) })}
    <div class="pair">${field("host", t("Host"), { value: page.said.host, maxlength: 253, hint: t("A public name; TLS is required on the internet."), ...page.error("host"), input: (host) => page.set({ host }) })}${field("port", t("Port"), { value: page.said.port, maxlength: 5, ...page.error("port"), input: (port) => page.set({ port }) })}</div>
    ${checkField("tls", t("With TLS"), page.said.tls, (tls) => page.set({ tls }))}
    <div class="pair">${field("username", t("User name"), { value: page.said.username, maxlength: 100, input: (username) => page.set({ username }) })}${field("password", t("Password"), { type: "password", autocomplete: "new-password", value: page.said.password, maxlength: 200, hint: t("It is never shown again."), input: (password) => page.set({ password }) })}</div>
    ${field("prefix", t("First word of its topics"), { value: page.said.prefix, maxlength: 60, ...page.error("prefix"), input: (prefix) => page.set({ prefix }) })}`, {
    wide: true, save: t("Connect to it"), fields: ["site_id", "name", "host", "port", "prefix"],
    check: (said) => ({
      ...(said.site_id === "" ? { site_id: t("Choose a site.") } : {}), ...(said.name.trim() === "" ? { name: t("Give it a name.") } : {}), ...(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(said.host.trim()) ? {} : { host: t("This is not the name of a host.") }),
      ...(/^\d{1,5}$/.test(said.port.trim()) && Number(said.port) >= 1 && Number(said.port) <= 65_535 ? {} : { port: t("A whole number from 1 to 65535.") }), ...(said.prefix.trim() === "" ? { prefix: t("Frigate’s own is “frigate”.") } : {}),
    }),
    send: (said) => send({ ...said, name: said.name.trim(), host: said.host.trim(), port: Number(said.port), prefix: said.prefix.trim() }),
  });
}

// --- integrations ---

export function integrationsTab(state: SettingsState, act: SettingsActions): Part {
  const { integrations } = state;
  if (integrations === null) return skeleton(4, t("Loading"));
  return html`${top(t("Integrations"), t("Other systems that tell us signals over HTTPS. Each has a key of its own that is shown once and can do only what is ticked, for the sites that are ticked."), button(t("Add an integration"), act.addIntegration, { kind: "primary", icon: "key", id: "add-integration", key: "N" }))}
    ${integrations.length === 0 ? html`<div class="card">${empty(t("No integration"), t("Add one for each system, so that one key can end without the others."), "key")}</div>` : html`<ul class="items card">${integrations.map((one) => integrationRow(one, state, act))}</ul>`}
    <p class="small mute"><a href="/api/v1/openapi.json">${t("How a system speaks to us: the interface’s own description")}</a></p>`;
}

function integrationRow(one: Integration, state: SettingsState, act: SettingsActions): Part {
  const over = one.revoked_ms !== null || one.expires_ms <= state.nowMs;
  const places = one.site_ids.map((id) => siteOf(state, id)?.name ?? "").filter(Boolean);
  return html`<li data-integration=${one.name}>${tile("key", over ? "" : "accent")}<div class="body"><div class="row"><b>${one.name}</b><span class="mono faint">${one.hint}…</span>${one.revoked_ms !== null ? pill(t("Revoked"), "alarm") : over ? pill(t("Expired"), "warn") : pill(t("until {day}", { day: isoDay(one.expires_ms) }), "ok")}</div>
    <p class="small mute">${one.scopes.map(scopeName).join(" · ")}</p><p class="small mute">${places.join(", ")} · ${heard(one.last_ms, state.nowMs, t("not used yet"))}</p></div>${over ? nothing : button(t("Revoke…"), () => act.revokeIntegration(one), { small: true, kind: "quiet" })}</li>`;
}

const scopes = ["signals.write", "signals.read"];
const YEAR_DAYS = 365;

interface IntegrationTyped extends Omit<IntegrationSaid, "until_ms"> {
  readonly until: string;
}

export function integrationDialog(sites: readonly Site[], nowMs: number, send: (said: IntegrationSaid) => Promise<Refused | null>): void {
  const owners = [...new Map(sites.map((one) => [one.owner_id, one.owner])).entries()];
  const first: IntegrationTyped = { owner_id: owners.length === 1 ? (owners[0]?.[0] ?? "") : "", name: "", scopes: ["signals.write"], site_ids: [], until: inDays(nowMs, YEAR_DAYS) };
  formDialog(t("Add an integration"), first, (page) => {
    const places = sites.filter((one) => one.owner_id === page.said.owner_id);
    return html`${field("name", t("Which system"), { value: page.said.name, maxlength: 200, ...page.error("name"), input: (name) => page.set({ name }) })}
      ${selectField("owner_id", t("Customer"), [{ value: "", words: t("Choose…") }, ...owners.map(([value, words]) => ({ value, words }))], page.said.owner_id, (owner_id) => page.put({ owner_id, site_ids: [] }), page.error("owner_id"))}
      ${places.length === 0 ? nothing : html`<fieldset class="ways-form scroll"><legend>${t("For which sites")}</legend>${errorLine("site_ids", page.error("site_ids").error)}${places.map((one) => checkField(`site-${one.id}`, one.name, page.said.site_ids.includes(one.id), (on) => page.set({ site_ids: on ? [...page.said.site_ids, one.id] : page.said.site_ids.filter((id) => id !== one.id) })))}</fieldset>`}
      <fieldset class="ways-form"><legend>${t("What it may do")}</legend>${errorLine("scopes", page.error("scopes").error)}${scopes.map((scope) => checkField(`scope-${scope}`, scopeName(scope), page.said.scopes.includes(scope), (on) => page.set({ scopes: on ? [...page.said.scopes, scope] : page.said.scopes.filter((one) => one !== scope) })))}</fieldset>
      ${field("until", t("Until the end of"), { type: "date", value: page.said.until, hint: t("At most two years."), ...page.error("until"), input: (until) => page.set({ until }) })}`;
  }, {
    wide: true, save: t("Make its key"), fields: ["name", "owner_id", "site_ids", "scopes", "until"],
    check: (said) => ({
      ...(said.name.trim() === "" ? { name: t("Give it a name.") } : {}), ...(said.owner_id === "" ? { owner_id: t("Choose a customer.") } : {}), ...(said.owner_id !== "" && said.site_ids.length === 0 ? { site_ids: t("Choose at least one site.") } : {}),
      ...(said.scopes.length === 0 ? { scopes: t("Choose at least one.") } : {}), ...(endOf(said.until) > nowMs && endOf(said.until) < nowMs + 731 * 86_400_000 ? {} : { until: t("Choose a day within two years.") }),
    }),
    send: ({ until, ...said }) => send({ ...said, name: said.name.trim(), until_ms: endOf(until) }),
  });
}
