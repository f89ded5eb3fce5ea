// SPDX-License-Identifier: EUPL-1.2
// The forms of a site: what is said of it, a new page, an answer.
import { html, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { t } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import type { Ctx } from "../pages";
import type { Lang, Message, Picture, Site, Whole } from "./types";
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

const PICTURE = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
const LARGEST = 8 << 20;

interface PictureSaid {
  readonly name: string;
  readonly file: File | null;
  readonly alts: Readonly<Partial<Record<Lang, string>>>;
}

/** A new picture (`was` null), or other words for one. */
export function pictureForm(ctx: Ctx, site: Site, was: Picture | null, done: (whole: Whole) => void): void {
  const first: PictureSaid = { name: was?.name ?? "", file: null, alts: was?.alts ?? {} };
  formDialog(was === null ? t("A new picture") : t("What the picture shows"), first, (page) => html`
    ${was !== null ? "" : html`<div class="field"><label for="picture-file">${t("Picture")}</label><input class="input" type="file" id="picture-file" accept="image/png,image/jpeg" aria-describedby="picture-hint" @change=${(event: Event) => page.set({ file: (event.target as HTMLInputElement).files?.[0] ?? null })}>
      <div class="hint" id="picture-hint">${t("A PNG or JPEG of at most 8 MB. It is drawn anew: where and with what it was taken is not kept.")}</div>${page.error("file").error === undefined ? "" : html`<div class="error" role="alert">${page.error("file").error}</div>`}</div>
      ${field("picture-name", t("Its name"), { value: page.said.name, maxlength: 40, hint: t("Small letters, figures and hyphens. In a page: ![words below it](name), alone in its line."), input: (name) => page.set({ name }), ...page.error("name") })}`}
    ${site.languages.map((lang) => textField(`picture-alt-${lang}`, t("What it shows ({language})", { language: languageName(lang) }), { value: page.said.alts[lang] ?? "", rows: 2, maxlength: 200, input: (words) => page.set({ alts: { ...page.said.alts, [lang]: words } }), ...page.error(`alt-${lang}`) }))}
    <p class="mute small">${t("Who can’t see the picture reads or hears this instead.")}</p>`, {
    save: t("Save"), fields: ["name", "file", ...site.languages.map((lang) => `alt-${lang}`)], wide: true,
    check: (said) => ({
      ...(was !== null || PICTURE.test(said.name.trim()) ? {} : { name: t("Small letters, figures and hyphens.") }),
      ...(was !== null || said.file !== null ? {} : { file: t("Choose a picture.") }), ...(said.file !== null && said.file.size > LARGEST ? { file: t("This picture is larger than 8 MB.") } : {}),
      ...Object.fromEntries(site.languages.filter((lang) => (said.alts[lang] ?? "").trim().length < 3).map((lang) => [`alt-${lang}`, t("Say what it shows.")])),
    }) as Record<string, string>,
    send: (said) => refusedOf(async () => {
      if (was !== null) return done(await ctx.ask<Whole>("POST", `/website/pictures/${was.name}/describe`, said.alts));
      const words = new URLSearchParams(Object.entries(said.alts).map(([lang, alt]) => [lang, alt]));
      const answer = await ctx.session.api.request("PUT", `/api/v1/website/pictures/${said.name.trim()}?${words}`, new Blob(said.file === null ? [] : [said.file], { type: "application/octet-stream" }));
      done((await answer.json()) as Whole);
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
