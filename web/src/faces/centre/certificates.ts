// SPDX-License-Identifier: EUPL-1.2
// Who may see images, and until when: the centre's certificates, each person's own, statements and suspensions.
import { html, nothing, type Part } from "../../kit/dom";
import { button, empty, keyWords, note, pill } from "../../kit/pieces";
import { table } from "../../kit/table";
import { t, tn, when } from "../../kit/words";
import type { CentreState } from "./model";
import type { Certificate, Certificates, Suspension } from "./types";
import type { CentreActions } from "./view";
import { schemeName } from "./words";

const SOON_DAYS = 60;

export function certificatesPart(state: CentreState, all: Certificates, act: CentreActions): Part {
  const may = state.me.role === "supervisor" || state.me.role === "admin";
  const over = all.certificates.filter((row) => row.person === null && !row.holds && row.withdrawn_ms === null && !all.certificates.some((other) => other.holds && other.person === null && other.scheme === row.scheme));
  return html`<div class="row apart"><h1>${t("Certificates")}</h1>${may ? button(t("Record a certificate"), act.addCertificate, { kind: "primary", key: "N", icon: "note", id: "add-certificate" }) : nothing}</div>
    ${over.length === 0 ? nothing : note(t("A certificate of this centre is out of date: images of sites that ask for it are not released."), "alarm", "alarm")}
    ${table(t("Certificates"), [
      { title: t("Of"), cell: (row) => (row.person === null ? html`<b>${state.me.party}</b>` : row.person.name) },
      { title: t("Scheme"), cell: (row) => schemeName(row.scheme) }, { title: t("Number"), cell: (row) => html`<span class="mono">${row.number}</span><br><span class="mute small">${row.issuer}</span>` },
      { title: t("Until"), cell: (row) => day(state, row.valid_to_ms) }, { title: t("State"), cell: (row) => stateOf(row) },
      { title: t("Action"), cell: (row) => (may && row.holds ? button(t("Withdraw"), () => act.withdraw(row.id), { small: true, kind: "quiet", hint: t("Its issuer took it back") }) : nothing) },
    ], all.certificates, (row) => row.id, empty(t("No certificate is recorded"), t("Without one nothing is released to this centre. Record what your certifying body gave you, and each operator’s own."), "shield", may ? button(t("Record a certificate"), act.addCertificate, { kind: "primary" }) : nothing, "warn"))}
    ${openingKeyPart(state, act)}
    <div class="row apart"><h2>${t("People")}</h2>${may ? button(t("Invite an operator"), act.invite, { icon: "person", id: "invite" }) : nothing}</div>
    ${state.members === null || state.members.all.invitations.length === 0 ? nothing : html`<ul class="items flat" aria-label=${t("Invited")}>${state.members.all.invitations.map((one) => html`<li><div class="body"><b>${one.name || one.email}</b><div class="mute small">${one.email} · ${one.expired ? t("the invitation is too old") : t("invited until {day}", { day: day(state, one.expires_ms) })}</div></div>${one.role === "operator" || state.me.role === "admin" ? button(t("Withdraw"), () => act.uninvite(one.id), { small: true, kind: "quiet" }) : nothing}</li>`)}</ul>`}
    ${table(t("People"), [
      { title: t("Name"), cell: (row) => html`<b>${row.name}</b>` },
      { title: t("Certified"), cell: (row) => held(all, row.id) },
      { title: t("Confidentiality signed until"), cell: (row) => (row.confidential_until_ms === null ? pill(t("not signed"), "alarm") : row.confidential_until_ms <= state.nowMs ? pill(t("lapsed"), "alarm") : day(state, row.confidential_until_ms)) },
      { title: t("State"), cell: (row) => (row.suspended ? pill(t("Suspended"), "alarm", { icon: "lock" }) : pill(t("May work"), "ok", { dot: true })) },
      ...(state.members === null ? [] : [{ title: t("Centre’s key"), cell: (row: Person) => keyOf(state, row.id, act) }]),
      { title: t("Action"), cell: (row) => (may && row.id !== state.me.id ? html`<span class="row">${row.suspended ? nothing : button(t("Suspend"), () => act.suspend(row.id), { small: true, kind: "quiet" })}${outOf(state, row.id) ? button(t("Let out"), () => act.letOut(row.id), { small: true, kind: "quiet" }) : nothing}</span>` : nothing) },
    ], all.people, (row) => row.id, html`<p class="pad mute">${t("Nobody works here yet.")}</p>`)}
    ${all.suspensions.length === 0 ? nothing : html`<h2>${t("Suspensions")}</h2>${table(t("Suspensions"), [
      { title: t("Who"), cell: (row) => html`<b>${row.person.name}</b>` }, { title: t("When"), cell: (row) => when(row.at_ms, state.nowMs) }, { title: t("By"), cell: (row) => row.by },
      { title: t("Reason"), cell: (row) => row.reason }, { title: t("Lifted"), cell: (row) => lifted(state, row, act, may) },
    ], all.suspensions, (row) => row.id, nothing)}`}`;
}

const day = (state: CentreState, ms: number): string => when(ms, state.nowMs).replace(/ \d\d:\d\d$/, "") + (new Date(ms).getFullYear() === new Date(state.nowMs).getFullYear() ? "" : ` ${new Date(ms).getFullYear()}`);

function stateOf(row: Certificate): Part {
  if (row.withdrawn_ms !== null) return pill(t("Withdrawn"), "alarm");
  if (!row.holds) return pill(row.days_left > 0 ? t("Not yet in force") : t("Out of date"), row.days_left > 0 ? "warn" : "alarm", { icon: "alarm" });
  return row.days_left <= SOON_DAYS ? pill(tn("ends in {n} day", "ends in {n} days", row.days_left), "warn", { icon: "clock" }) : pill(t("In date"), "ok", { icon: "check" });
}

/** The key to which units release, for those who may change it. */
function openingKeyPart(state: CentreState, act: CentreActions): Part {
  const key = state.openingKey;
  if (key === null) return nothing;
  const holds = state.members?.shown.some(({ row }) => row.person_id === state.me.id && row.holds_key) ?? false;
  const days = Math.ceil((key.endsMs - state.nowMs) / 86_400_000);
  return html`<section class="stack tight" id="opening-key" aria-label=${t("Opening key")}><div class="row apart"><h2>${t("Opening key")}</h2>${holds ? button(t("Make a new opening key"), act.renewKey, { icon: "key", id: "renew-key" }) : nothing}</div>
    ${key.certified ? html`<div class="row"><span>${t("Units release to key number {n}.", { n: key.number })}</span>${days <= 0 ? pill(t("Out of date"), "alarm", { icon: "alarm" }) : days <= SOON_DAYS ? pill(tn("ends in {n} day", "ends in {n} days", days), "warn", { icon: "clock" }) : pill(t("certified until {day}", { day: day(state, key.endsMs) }), "ok", { icon: "check" })}</div>`
      : note(html`<b>${t("Key number {n} waits for its certificate.", { n: key.number })}</b> ${t("Until it has one, units release to the key of before. On the centre’s own machine, with the paper from your safe:")}
        <pre class="mono small">zegel certify --server ${location.origin} --email … --new-key ${key.ownWords ?? "…"}</pre>
        ${key.ownWords === null ? t("Its eight words stand on this page for the person who made it: ask him.") : html`${t("Its eight words:")}${keyWords(key.ownWords, t("Opening key"))}`}`, "warn", "key")}
    <p class="mute small">${t("Owners compare these words of your certifying key with their agreement. Hold them against your paper:")}</p>${keyWords(key.centreWords, state.me.party)}
    <p class="mute small">${t("Your number, for agreements: {number}", { number: state.me.partyId })}</p></section>`;
}

type Person = Certificates["people"][number];

/** Whether this person may end that one's work here: a supervisor operators', who administers everybody's. */
function outOf(state: CentreState, person: string): boolean {
  const role = state.members?.shown.find(({ row }) => row.person_id === person)?.row.role;
  return role === "operator" || (state.me.role === "admin" && role !== undefined);
}

function keyOf(state: CentreState, person: string, act: CentreActions): Part {
  const found = state.members?.shown.find(({ row }) => row.person_id === person);
  if (found === undefined) return nothing;
  if (found.standing === "changed") return button(t("Another key!"), () => act.letIn(person), { small: true, kind: "alarm" });
  if (found.row.holds_key) return pill(t("has it"), "ok", { icon: "key" });
  const mine = state.members?.shown.find(({ row }) => row.person_id === state.me.id)?.row.holds_key ?? false;
  return mine ? button(t("Let in"), () => act.letIn(person), { small: true, kind: "primary" }) : pill(t("not yet"), "warn");
}

function held(all: Certificates, person: string): Part {
  const mine = [...new Set(all.certificates.filter((row) => row.person?.id === person && row.holds).map((row) => row.scheme))];
  return mine.length === 0 ? pill(t("no certificate in date"), "warn") : html`<span class="row">${mine.map((scheme) => pill(schemeName(scheme), "ok"))}</span>`;
}

function lifted(state: CentreState, row: Suspension, act: CentreActions, may: boolean): Part {
  if (row.lifted_ms !== null) return html`${when(row.lifted_ms, state.nowMs)}, ${row.lifted_by ?? ""}<br><span class="mute small">${row.lifted_reason}</span>`;
  if (row.person.id === state.me.id || row.by_id === state.me.id) return html`<span class="mute">${t("Somebody else lifts it.")}</span>`;
  return may ? button(t("Lift"), () => act.lift(row.id), { small: true }) : nothing;
}

