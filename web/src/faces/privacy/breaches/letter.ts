// SPDX-License-Identifier: EUPL-1.2
// A letter: drafted from the case's facts in one of four languages, read and changed by the officer, then sent; or written down as
// told in another way.
import { html, nothing } from "../../../kit/dom";
import { choices, field, textField } from "../../../kit/form";
import { note } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import { momentField, refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import { checkField, selectField } from "../../settings/fields";
import type { Ctx } from "../pages";
import type { Duty } from "./types";
import { howName, whom } from "./words";

interface Draft {
  readonly subject: string;
  readonly body: string;
  readonly name: string;
  readonly to: string;
}

const LANGUAGES = [{ value: "nl", words: "Nederlands" }, { value: "sv", words: "Svenska" }, { value: "de", words: "Deutsch" }, { value: "en", words: "English" }];

export function letterDialog(duty: Duty, ctx: Ctx, post: (path: string, body: unknown) => Promise<void>): void {
  const language = document.documentElement.lang.slice(0, 2) || "en";
  const drafted = (chosen: string): Promise<Draft> => ctx.ask<Draft>("GET", `/breach-duties/${duty.id}/draft?language=${chosen}`);
  void drafted(language).then((draft) => open(draft), (error: unknown) => ctx.failed(error));

  function open(draft: Draft): void {
    const late = duty.met_ms === null && duty.due_ms !== null && ctx.nowMs() > duty.due_ms;
    const first = { language, how: duty.kind === "authority" ? "form" : "mail", to: draft.to, subject: draft.subject, body: draft.body, final: true, late_reason: duty.late_reason, reference: "", at: "" };
    formDialog(t("Tell {whom}", { whom: whom(duty) }), first, (page) => html`
      ${late ? note(t("This comes too late. Write why: the law asks for the reasons."), "alarm", "clock") : nothing}
      ${choices("how", t("How"), ["mail", "form", "post", "phone"].filter((how) => how !== "form" || duty.kind === "authority").map((value) => ({ value, words: howName(value) })), page.said.how, (how) => page.put({ how }))}
      <div class="pair">${selectField("letter-language", t("Language"), LANGUAGES, page.said.language, (chosen) => {
        page.set({ language: chosen });
        void drafted(chosen).then(({ subject, body }) => page.put({ subject, body }), (error: unknown) => ctx.failed(error));
      })}${field("letter-to", page.said.how === "mail" ? t("E-mail address") : t("Who was told"), { value: page.said.to, type: page.said.how === "mail" ? "email" : "text", maxlength: 254, ...(draft.name === "" ? {} : { hint: t("Privacy contact: {name}", { name: draft.name }) }), ...page.error("to"), input: (to) => page.set({ to }) })}</div>
      ${page.said.how === "mail" ? nothing : html`<div class="pair">${momentField("letter-at", t("When (empty: now)"), page.said.at, (at) => page.set({ at }))}${field("letter-reference", t("Their reference"), { value: page.said.reference, maxlength: 200, input: (reference) => page.set({ reference }) })}</div>`}
      ${field("letter-subject", t("Subject"), { value: page.said.subject, maxlength: 200, ...page.error("subject"), input: (subject) => page.set({ subject }) })}
      ${textField("letter-body", t("The letter"), { value: page.said.body, rows: 14, maxlength: 20000, ...page.error("body"), input: (body) => page.set({ body }) })}
      ${late ? textField("late-reason", t("Why it comes late"), { value: page.said.late_reason, rows: 2, maxlength: 2000, ...page.error("late_reason"), input: (late_reason) => page.set({ late_reason }) }) : nothing}
      ${checkField("letter-final", t("This is all; no more follows"), page.said.final, (final) => page.set({ final }))}
      ${duty.kind === "customer" && page.said.how === "mail" ? html`<p class="mute small">${t("With it go the letter as a document, and the authority’s form filled in, as a document and as data.")}</p>` : nothing}`, {
      wide: true, save: first.how === "mail" ? t("Send") : t("Keep"), fields: ["to", "subject", "body", "late_reason"],
      check: (said) => ({
        ...(said.to.trim() === "" ? { to: t("Say to whom.") } : {}), ...(said.subject.trim() === "" ? { subject: t("Write a subject.") } : {}),
        ...(said.body.trim().length < 10 ? { body: t("Write the letter.") } : {}), ...(late && said.late_reason.trim() === "" ? { late_reason: t("Write the reason.") } : {}),
      }) as Record<string, string>,
      send: ({ at, ...said }) => refusedOf(async () => {
        await post(`/breach-duties/${duty.id}/tell`, { ...said, at_ms: at === "" ? null : Date.parse(at) });
        ctx.toast(said.how === "mail" ? t("It is on its way to {to}.", { to: said.to }) : t("Kept: {whom} was told.", { whom: whom(duty) }), "ok");
      }),
    });
  }
}
