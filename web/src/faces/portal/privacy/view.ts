// SPDX-License-Identifier: EUPL-1.2
// The owner's part of accounting: whom he names for questions about privacy, and what he asks his provider to show.
import { html, nothing, render, type Part } from "../../../kit/dom";
import { textField } from "../../../kit/form";
import { button, empty, link, pill, skeleton } from "../../../kit/pieces";
import { day, t, when } from "../../../kit/words";
import { contactCard, contactDialog, type Contacts } from "../../privacy_contact";
import type { AuditRequest } from "../../privacy/reviews/types";
import { refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";

interface Asked {
  readonly now_ms: number;
  readonly requests: readonly AuditRequest[];
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  let contacts: Contacts | null = null;
  let asked: Asked | null = null;
  const owner = ctx.state().me.role === "owner";
  const draw = (): void => {
    render(html`<div class="page stack privacy"><div class="title"><div><div class="lbl">${ctx.state().me.party}</div><h1>${t("Privacy")}</h1></div></div>
      ${contacts === null ? skeleton(4, t("Loading")) : contactCard(contacts, change)}
      ${statementCard(ctx.session.actingParty?.id ?? "")}
      ${!owner ? nothing : asked === null ? skeleton(3, t("Loading")) : requestsCard(asked, ask, withdraw)}</div>`, host);
  };
  const change = (): void => contactDialog(contacts?.contact ?? null, async (said) => {
    contacts = await ctx.port.ask<Contacts>("PUT", "/privacy-contact", said);
    draw();
  });
  const ask = (): void => formDialog(t("Ask for an audit"), { scope: "" }, (form) => html`<p class="mute">${t("Your provider answers within 14 days: you may come and look, or you get what you ask for.")}</p>
    ${textField("audit-scope", t("What do you want to see?"), { value: form.said.scope, rows: 4, maxlength: 4000, ...form.error("scope"), input: (scope) => form.set({ scope }) })}`, {
    save: t("Ask"), fields: ["scope"],
    check: ({ scope }) => (scope.trim().length < 10 ? { scope: t("Write it in a sentence or more.") } : {}) as Record<string, string>,
    send: (said) => refusedOf(async () => {
      asked = await ctx.port.ask<Asked>("POST", "/audit-requests", said);
      draw();
    }),
  });
  const withdraw = (id: string): void => void ctx.port.ask<Asked>("POST", `/audit-requests/${id}/withdraw`, {}).then((found) => { asked = found; draw(); }, (error: unknown) => ctx.failed(error));
  draw();
  void ctx.port.ask<Contacts>("GET", "/privacy-contact").then((found) => { contacts = found; draw(); }, (error: unknown) => ctx.failed(error));
  if (owner) void ctx.port.ask<Asked>("GET", "/audit-requests").then((found) => { asked = found; draw(); }, (error: unknown) => ctx.failed(error));
  return { close: () => undefined };
}

/** What anybody may read of how this organisation's cameras are kept: its own statement, and the promises tried for it. */
function statementCard(party: string): Part {
  return html`<section class="card pad stack" id="own-statement"><h2>${t("Your privacy statement")}</h2><p class="mute measure">${t("Written from what really runs: purposes, terms, recipients, and the promises with their newest evidence. Link to it, print it, or hand it over.")}</p>
    <div class="row">${link(t("Read the statement"), `/statement?of=${party}`, { icon: "note", id: "own-statement-link" })}${link(t("What is promised, and tried"), `/promises?of=${party}`, { icon: "shield" })}</div></section>`;
}

function requestsCard({ requests, now_ms }: Asked, ask: () => void, withdraw: (id: string) => void): Part {
  return html`<section class="card pad stack" id="audit-requests"><h2>${t("What you asked your provider to show")}</h2>
    ${requests.length === 0 ? empty(t("Nothing asked yet"), t("You may check how your provider works for you: where data lies, who may enter, what was reviewed."), "shield") : html`<ul class="items">${requests.map((one) => html`<li><div class="body stack tight"><div>${one.scope}</div>${one.answer === "" ? nothing : html`<div><b>${outcome(one.outcome)}</b> ${one.answer}</div>`}<div class="faint small">${t("asked {when}", { when: when(one.asked_ms, now_ms) })}</div></div>
      <div class="row end">${one.withdrawn_ms !== null ? pill(t("Withdrawn"), "") : one.answered_ms !== null ? pill(t("Answered"), "ok") : html`${pill(one.due_ms < now_ms ? t("late since {day}", { day: day(one.due_ms) }) : t("before {day}", { day: day(one.due_ms) }), one.due_ms < now_ms ? "alarm" : "warn")}${button(t("Withdraw"), () => withdraw(one.id), { small: true, kind: "quiet" })}`}</div></li>`)}</ul>`}
    <div>${button(t("Ask for an audit"), ask, { icon: "send", id: "ask-audit" })}</div></section>`;
}

function outcome(said: string): string {
  if (said === "agreed") return t("You may come.");
  return said === "answered" ? t("Here it is.") : t("Refused.");
}
