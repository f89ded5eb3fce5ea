// SPDX-License-Identifier: EUPL-1.2
// Newsletters: how many are on the list, drafts with their words, and what became of those that were sent.
import { html, nothing, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { t, tn, when } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog, sureDialog } from "../../settings/dialogs";
import type { Ctx } from "../pages";
import type { Lang, Letter, Letters, LetterText, Mail, Site, Texts } from "./types";
import { languageName, leavesBy, letterState, whyWaits } from "./words";

const NONE: LetterText = { subject: "", body: "" };

export interface LettersPage {
  readonly ctx: Ctx;
  readonly site: Site;
  readonly mail: Mail | undefined;
  readonly letters: Letters | null;
  readonly waits: string;
  took(letters: Letters): void;
  tried(waits: string): void;
}

export function letters(page: LettersPage): Part {
  const { letters: all, mail } = page;
  if (all === null) return skeleton(4, t("Loading"));
  const { confirmed = 0, asked = 0, bounced = 0 } = all.subscribers;
  return html`<section class="card pad stack" aria-labelledby="list"><div class="row apart wrap"><div><h2 id="list">${tn("1 address on the list", "{n} addresses on the list", confirmed)}</h2>
      <p class="mute small">${t("Each asked for it twice: in a form, and with the link in a letter. No address is shown here: nobody needs to read them to send a letter.")}</p>
      <div class="row wrap">${asked === 0 ? nothing : pill(tn("1 was asked and did not answer yet", "{n} were asked and did not answer yet", asked))}${bounced === 0 ? nothing : pill(tn("1 takes no letters any more", "{n} take no letters any more", bounced), "warn")}</div></div>
      ${button(t("Write one"), () => letterForm(page, null), { kind: "primary", icon: "plus", id: "write" })}</div>
      ${page.waits === "" ? nothing : note(whyWaits(page.waits), "warn")}
      ${mail === undefined ? nothing : html`<p class="mute small" id="leaves">${leavesBy(mail)}</p>${mail.signed === null ? nothing : html`<details class="small"><summary>${t("How receivers see that a letter is yours (DKIM)")}</summary><p class="mute">${t("Publish this in the DNS, as a TXT record:")}</p><pre class="code" tabindex="0">${mail.signed.name} TXT "${mail.signed.value}"</pre></details>`}`}</section>
    <section class="card" aria-labelledby="letters"><header><h2 id="letters">${t("Newsletters")}</h2></header>${all.newsletters.length === 0 ? empty(t("None yet"), t("Write the first one; it leaves when you send it, and can be tried on yourself before."), "send")
      : html`<ul class="items">${all.newsletters.map((one) => row(page, one, confirmed))}</ul>`}</section>`;
}

function row(page: LettersPage, one: Letter, list: number): Part {
  const { ctx } = page;
  const subject = Object.values(one.texts)[0]?.subject ?? "";
  const { waiting = 0, sent = 0, refused = 0, bounced = 0, skipped = 0 } = one.counts;
  const tone = one.state === "sent" ? "ok" : one.state === "sending" ? "accent" : "";
  return html`<li>${tile("send", tone)}<div class="body"><b>${subject === "" ? t("No subject yet") : subject}</b> ${pill(letterState(one.state), tone)}
    <div class="small mute">${one.sent_ms === null ? t("written {when}", { when: when(one.made_ms, ctx.nowMs()) }) : t("sent {when}", { when: when(one.sent_ms, ctx.nowMs()) })} · ${Object.keys(one.texts).map((lang) => languageName(lang as Lang)).join(", ")}</div>
    ${one.state === "draft" ? nothing : html`<div class="row wrap">${pill(tn("1 left", "{n} left", sent), "ok")}${waiting > 0 ? pill(tn("1 waits", "{n} wait", waiting), "warn") : nothing}${refused + bounced > 0 ? pill(tn("1 did not arrive", "{n} did not arrive", refused + bounced), "warn") : nothing}${skipped > 0 ? pill(tn("1 not sent: he had left", "{n} not sent: they had left", skipped)) : nothing}</div>`}
    ${one.state === "draft" ? html`<div class="row wrap">${button(t("Change"), () => letterForm(page, one), { small: true, id: `change-${one.id}` })}
      ${button(t("Try it on myself"), () => void tryOut(page, one), { small: true, disabled: !one.ready, id: `try-${one.id}` })}
      ${button(t("Send it"), () => sureDialog(t("Send it to the list?"), tn("One copy leaves, to 1 address. What was sent can’t be called back.", "{n} copies leave, one to each address. What was sent can’t be called back.", list), t("Send it"), () => act(page, `/${one.id}/send`)), { small: true, kind: "primary", disabled: !one.ready || list === 0, id: `send-${one.id}` })}
      ${button(t("Remove"), () => sureDialog(t("Remove this draft?"), t("Its words are gone."), t("Remove"), () => act(page, `/${one.id}/remove`)), { small: true, kind: "quiet" })}</div>` : nothing}
    ${one.state === "sending" ? html`<div class="row">${button(t("Stop"), () => sureDialog(t("Stop sending?"), t("What waits is not sent any more; what left has left."), t("Stop"), () => act(page, `/${one.id}/stop`)), { small: true, kind: "quiet" })}</div>` : nothing}</div></li>`;
}

const act = (page: LettersPage, path: string): ReturnType<typeof refusedOf> =>
  refusedOf(async () => page.took(await page.ctx.ask<Letters>("POST", `/website/newsletters${path}`, {})));

async function tryOut(page: LettersPage, one: Letter): Promise<void> {
  try {
    const { to, waits } = await page.ctx.ask<{ to: string; waits: string }>("POST", `/website/newsletters/${one.id}/try`, {});
    page.tried(waits);
    if (waits === "") page.ctx.toast(t("On its way to {address}.", { address: to }), "ok");
  } catch (error) {
    page.ctx.failed(error);
  }
}

function letterForm(page: LettersPage, was: Letter | null): void {
  const languages = page.site.languages;
  formDialog(was === null ? t("A newsletter") : t("Change the draft"), { texts: was?.texts ?? ({} as Texts<LetterText>) }, (form) => {
    const put = (lang: Lang, part: Partial<LetterText>): void => form.set({ texts: { ...form.said.texts, [lang]: { ...(form.said.texts[lang] ?? NONE), ...part } } });
    return html`<p class="mute small">${t("Who reads another language gets the first one that you wrote. ## makes a heading, - a list, **bold**, [words](address) a link. There are no pictures and nothing that tells who read it; the button to leave and the imprint come by themselves.")}</p>
      ${languages.map((lang) => html`<fieldset class="stack tight"><legend class="lbl">${languageName(lang)}</legend>
        ${field(`subject-${lang}`, t("Subject"), { value: form.said.texts[lang]?.subject ?? "", maxlength: 120, input: (subject) => put(lang, { subject }) })}
        ${textField(`body-${lang}`, t("Words"), { value: form.said.texts[lang]?.body ?? "", rows: 7, maxlength: 20_000, input: (body) => put(lang, { body }), ...form.error("body") })}</fieldset>`)}`;
  }, {
    save: t("Save the draft"), fields: ["body"], wide: true,
    send: (said) => refusedOf(async () => page.took(await page.ctx.ask<Letters>(was === null ? "POST" : "PUT", `/website/newsletters${was === null ? "" : `/${was.id}`}`, { texts: said.texts }))),
  });
}
