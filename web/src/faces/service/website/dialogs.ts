// SPDX-License-Identifier: EUPL-1.2
// The forms of a site: what is said of it, a new page, an answer.
import { html, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { t } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import type { Ctx } from "../pages";
import type { Lang, Message, Site, Whole } from "./types";
import { languageName } from "./words";

export function tick(id: string, words: string, on: boolean, put: (on: boolean) => void): Part {
  return html`<label class="check"><input type="checkbox" id=${id} .checked=${on} @change=${(event: Event) => put((event.target as HTMLInputElement).checked)}><span>${words}</span></label>`;
}

export function siteForm(ctx: Ctx, all: Whole, done: (whole: Whole) => void): void {
  const was: Site | null = all.site;
  const first = {
    slug: was?.slug ?? "", name: was?.name ?? ctx.me.party, languages: was?.languages ?? (["nl"] as readonly Lang[]), imprint: was?.imprint ?? "", told: was?.told ?? "",
    security: was?.security ?? "", has_form: was?.has_form ?? true, has_newsletter: was?.has_newsletter ?? true, counts: was?.counts ?? true,
  };
  formDialog(was === null ? t("Your site") : t("What is said of the site"), first, (page) => html`
    ${field("site-name", t("Name of the site"), { value: page.said.name, maxlength: 120, input: (name) => page.set({ name }), ...page.error("name") })}
    ${field("site-slug", t("Its name in the address"), { value: page.said.slug, maxlength: 40, hint: t("Small letters, figures and hyphens: /site/your-name"), input: (slug) => page.set({ slug }), ...page.error("slug") })}
    <fieldset class="choices"><legend class="field"><span class="label">${t("Languages")}</span></legend>${all.languages.map((lang) => tick(`lang-${lang}`, languageName(lang), page.said.languages.includes(lang), (on) => page.put({ languages: on ? [...page.said.languages, lang] : page.said.languages.filter((one) => one !== lang) })))}
      ${page.error("languages").error === undefined ? "" : html`<div class="error" role="alert">${page.error("languages").error}</div>`}</fieldset>
    ${field("site-told", t("Who is told that somebody wrote"), { value: page.said.told, type: "email", maxlength: 254, hint: t("An e-mail address. The letter holds only a link; what was written is read here."), input: (told) => page.set({ told }), ...page.error("told") })}
    ${field("site-security", t("Where weaknesses are reported"), { value: page.said.security, maxlength: 254, hint: t("An e-mail address or a page. It stands in security.txt."), input: (security) => page.set({ security }), ...page.error("security") })}
    ${textField("site-imprint", t("More for the imprint"), { value: page.said.imprint, rows: 3, maxlength: 1000, hint: t("Registration, VAT number and address come from your organisation’s particulars by themselves."), input: (imprint) => page.set({ imprint }) })}
    ${tick("site-form", t("Contact form"), page.said.has_form, (has_form) => page.put({ has_form }))}
    ${tick("site-newsletter", t("Newsletter"), page.said.has_newsletter, (has_newsletter) => page.put({ has_newsletter }))}
    ${tick("site-counts", t("Count how often each page is shown, by day, and nothing of who reads it"), page.said.counts, (counts) => page.put({ counts }))}`, {
    save: t("Save"), fields: ["name", "slug", "languages", "told", "security"], wide: true,
    check: (said) => ({
      ...(said.name.trim().length < 2 ? { name: t("Write its name.") } : {}), ...(said.languages.length === 0 ? { languages: t("Choose at least one.") } : {}),
      ...(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(said.slug.trim()) ? {} : { slug: t("Small letters, figures and hyphens.") }),
    }) as Record<string, string>,
    send: (said) => refusedOf(async () => done(await ctx.ask<Whole>("PUT", "/website", { ...said, slug: said.slug.trim(), name: said.name.trim() }))),
  });
}

export function pageForm(ctx: Ctx, site: Site, done: (whole: Whole, slug: string) => void): void {
  const lang = site.languages[0] ?? "en";
  formDialog(t("A new page"), { title: "", slug: "" }, (page) => html`
    ${field("page-title", t("Title ({language})", { language: languageName(lang) }), { value: page.said.title, maxlength: 120, input: (title) => page.set({ title }), ...page.error("title") })}
    ${field("page-slug", t("Its name in the address"), { value: page.said.slug, maxlength: 60, hint: t("Small letters, figures and hyphens."), input: (slug) => page.set({ slug }), ...page.error("slug") })}`, {
    save: t("Make it"), fields: ["title", "slug"],
    check: (said) => ({
      ...(said.title.trim() === "" ? { title: t("Write a title.") } : {}), ...(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(said.slug.trim()) ? {} : { slug: t("Small letters, figures and hyphens.") }),
    }) as Record<string, string>,
    send: (said) => refusedOf(async () => {
      const slug = said.slug.trim();
      done(await ctx.ask<Whole>("POST", "/website/pages", { slug, texts: { [lang]: { title: said.title.trim() } } }), slug);
    }),
  });
}

export function answerForm(ctx: Ctx, message: Message, done: (all: { messages: readonly Message[] }) => void): void {
  formDialog(t("Answer {name}", { name: message.name }), { text: "" }, (page) => html`
    <blockquote class="quoted">${message.text}</blockquote>
    ${textField("answer-text", t("Your answer"), { value: page.said.text, rows: 7, maxlength: 4000, hint: t("It goes by letter to {email}, with his words below it.", { email: message.email }), input: (text) => page.set({ text }), ...page.error("answer") })}`, {
    save: t("Send it"), fields: ["answer"], wide: true,
    check: (said) => (said.text.trim().length < 2 ? { answer: t("Write your answer.") } : {}) as Record<string, string>,
    send: (said) => refusedOf(async () => done(await ctx.ask<{ messages: readonly Message[] }>("POST", `/website/messages/${message.id}/answer`, { text: said.text }))),
  });
}
