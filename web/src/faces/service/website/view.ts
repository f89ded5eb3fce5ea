// SPDX-License-Identifier: EUPL-1.2
// A firm's own site: pages with a draft and what is public, what visitors wrote, the newsletter, and how often it is read.
import { Board, html, nothing, svg, type Part } from "../../../kit/dom";
import { field, textField } from "../../../kit/form";
import { button, empty, link, note, pill, skeleton, tile } from "../../../kit/pieces";
import { table } from "../../../kit/table";
import { number, t, tn, when } from "../../../kit/words";
import { asRefusal } from "../../refusal";
import { Refusal } from "../../port";
import { refusedOf } from "../../report_dialog";
import { sureDialog } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import { answerForm, pageForm, pictureForm, siteForm, tick } from "./dialogs";
import { letters } from "./letters";
import type { Figures, Lang, Letters, Message, PageText, Picture, Site, SitePage, Texts, Whole } from "./types";
import { languageName, messageState } from "./words";

type Tab = "pages" | "messages" | "newsletter" | "figures";
const TABS: readonly Tab[] = ["pages", "messages", "newsletter", "figures"];
const NO_TEXT: PageText = { title: "", summary: "", body: "" };

interface Editing {
  readonly id: string;
  readonly lang: Lang;
  readonly texts: Texts<PageText>;
  readonly inMenu: boolean;
  readonly dirty: boolean;
  readonly wrong: string;
}

interface State {
  readonly tab: Tab;
  readonly all: Whole | null;
  readonly edit: Editing | null;
  readonly messages: readonly Message[] | null;
  readonly letters: Letters | null;
  readonly figures: Figures | null;
  readonly days: number;
  readonly waits: string;
  readonly busy: string;
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  return new WebsitePage(host, ctx, TABS.find((tab) => tab === id) ?? "pages");
}

class WebsitePage implements Mounted {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, ctx: Ctx, tab: Tab) {
    this.#ctx = ctx;
    this.#board = new Board<State>(host, { tab, all: null, edit: null, messages: null, letters: null, figures: null, days: 30, waits: "", busy: "" }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic.startsWith("website.") && this.#loadTab()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    try {
      this.#board.change({ all: await this.#ctx.ask<Whole>("GET", "/website") });
      await this.#loadTab();
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #loadTab(): Promise<void> {
    const { tab, days } = this.#board.state;
    try {
      if (tab === "messages") this.#board.change({ messages: (await this.#ctx.ask<{ messages: readonly Message[] }>("GET", "/website/messages")).messages });
      if (tab === "newsletter") this.#board.change({ letters: await this.#ctx.ask<Letters>("GET", "/website/newsletters") });
      if (tab === "figures") this.#board.change({ figures: await this.#ctx.ask<Figures>("GET", `/website/figures?days=${days}`) });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  #draw(state: State): Part {
    const { all } = state;
    return html`<div class="title"><div><h1>${t("Website")}</h1><p class="mute measure">${t("Your own site on this server: pages in your languages, a contact form, a newsletter. It sets no cookie, runs no script and asks nobody else for anything.")}</p></div>
      ${all?.site == null ? nothing : html`<div class="row wrap">${all.site.published_ms === null ? pill(t("not open yet"), "warn") : pill(t("open to everybody"), "ok")}${link(t("Look at it"), all.site.address, { small: true, id: "look" })}${button(t("What is said of it"), () => siteForm(this.#ctx, all, this.#took), { small: true, id: "site-settings" })}${this.#opener(all.site)}</div>`}</div>
      ${all === null ? skeleton(5, t("Loading")) : all.site === null ? empty(t("No website yet"), t("Give it a name and languages; it opens when you say so."), "note", button(t("Make the site"), () => siteForm(this.#ctx, all, this.#took), { kind: "primary", id: "make-site" })) : this.#tabs(state, all, all.site)}`;
  }

  readonly #took = (all: Whole): void => {
    this.#board.change({ all });
    this.#ctx.toast(t("Saved."), "ok");
  };

  #opener(site: Site): Part {
    const open = site.published_ms === null;
    const words = open ? t("From now on everybody can read what is published.") : t("Nobody reads it any more until you open it again.");
    return button(open ? t("Open the site") : t("Close the site"), () => sureDialog(open ? t("Open the site?") : t("Close the site?"), words, open ? t("Open the site") : t("Close the site"), () => refusedOf(async () => this.#took(await this.#ctx.ask<Whole>("POST", "/website/open", { open })))), { small: true, kind: open ? "primary" : "quiet", id: "open-site" });
  }

  #tabs(state: State, all: Whole, site: Site): Part {
    const names: Readonly<Record<Tab, string>> = { pages: t("Pages"), messages: t("Messages"), newsletter: t("Newsletter"), figures: t("Figures") };
    return html`<nav class="row wrap site-tabs" aria-label=${t("Parts of the site")}>${TABS.map((tab) => html`<a class="btn small ${tab === state.tab ? "primary" : "quiet"}" href="/service/website/${tab}" id="tab-${tab}" aria-current=${tab === state.tab ? "page" : nothing}>${names[tab]}</a>`)}</nav>
      ${state.tab === "pages" ? this.#pages(state, all, site) : nothing}
      ${state.tab === "messages" ? this.#messages(state) : nothing}
      ${state.tab === "newsletter" ? letters({ ctx: this.#ctx, site, mail: all.mail, letters: state.letters, waits: state.waits, took: (found) => this.#board.change({ letters: found }), tried: (waits) => this.#board.change({ waits }) }) : nothing}
      ${state.tab === "figures" ? this.#figures(state) : nothing}`;
  }

  // --- pages ---

  #pages({ edit, busy }: State, all: Whole, site: Site): Part {
    const chosen = edit === null ? undefined : all.pages.find(({ id }) => id === edit.id);
    return html`<div class="site-two"><section class="card" aria-labelledby="site-pages"><header><h2 id="site-pages">${t("Pages")}</h2>${button(t("Add a page"), () => pageForm(this.#ctx, site, (whole, slug) => this.#added(whole, slug)), { small: true, icon: "plus", id: "add-page" })}</header>
      <ul class="items">${all.pages.map((one, place) => this.#row(one, place, all, site, edit))}</ul>${this.#pictures(all, site)}</section>
      ${edit === null || chosen === undefined ? html`<section class="card pad"><p class="mute">${t("Choose a page to write in it.")}</p></section>` : this.#editor(edit, chosen, site, busy)}</div>`;
  }

  #row(one: SitePage, place: number, all: Whole, site: Site, edit: Editing | null): Part {
    const title = one.texts[site.languages[0] ?? "en"]?.title ?? Object.values(one.texts)[0]?.title ?? one.slug;
    const state = one.published_ms === null ? pill(t("draft"), "warn") : one.differs ? pill(t("changed since"), "warn") : pill(t("public"), "ok");
    const move = (by: number): void => void this.#move(all, place, by);
    return html`<li class=${edit?.id === one.id ? "chosen" : nothing}><div class="body"><button type="button" class="page-name" id="page-${one.slug}" aria-pressed=${edit?.id === one.id ? "true" : "false"} @click=${() => this.#edit(one, site)}>${title === "" ? one.slug : title}</button>
      <div class="row wrap small">${state}${one.in_menu ? nothing : pill(t("not in the menu"))}<span class="faint">/${one.slug}</span></div></div>
      <div class="row">${button(t("Up"), () => move(-1), { small: true, kind: "quiet", disabled: place === 0 })}${button(t("Down"), () => move(1), { small: true, kind: "quiet", disabled: place === all.pages.length - 1 })}</div></li>`;
  }

  #pictures(all: Whole, site: Site): Part {
    const remove = (one: Picture): void => sureDialog(t("Remove this picture?"), t("Browsers that have it may keep it for a while."), t("Remove"), () => refusedOf(async () => this.#took(await this.#ctx.ask<Whole>("POST", `/website/pictures/${one.name}/remove`, {}))));
    return html`<header><h2 id="site-pictures">${t("Pictures")}</h2>${button(t("Add a picture"), () => pictureForm(this.#ctx, site, null, this.#took), { small: true, icon: "plus", id: "add-picture" })}</header>
      ${all.pictures.length === 0 ? html`<p class="pad mute">${t("No pictures yet. A page shows one by its name.")}</p>` : html`<ul class="items">${all.pictures.map((one) => html`<li><img class="thumb" src=${one.address} alt=${one.alts[site.languages[0] ?? "en"] ?? ""} width="72" height="54" loading="lazy"><div class="body"><code class="break">![](${one.name})</code><div class="mute small">${one.width} × ${one.height}</div></div>
        <div class="row">${button(t("Words"), () => pictureForm(this.#ctx, site, one, this.#took), { small: true, kind: "quiet" })}${button(t("Remove"), () => remove(one), { small: true, kind: "quiet" })}</div></li>`)}</ul>`}`;
  }

  #edit(one: SitePage, site: Site): void {
    const go = (): void => this.#board.change({ edit: { id: one.id, lang: site.languages[0] ?? "en", texts: one.texts, inMenu: one.in_menu, dirty: false, wrong: "" } });
    if (this.#board.state.edit?.dirty !== true) return go();
    sureDialog(t("Leave without saving?"), t("What you changed on this page is lost."), t("Leave it"), async () => { go(); return null; });
  }

  #added(whole: Whole, slug: string): void {
    this.#took(whole);
    const made = whole.pages.find((one) => one.slug === slug);
    if (made !== undefined && whole.site !== null) this.#edit(made, whole.site);
  }

  async #move(all: Whole, place: number, by: number): Promise<void> {
    const order = all.pages.map(({ id }) => id);
    const [moved] = order.splice(place, 1);
    if (moved === undefined) return;
    order.splice(place + by, 0, moved);
    try {
      this.#board.change({ all: await this.#ctx.ask<Whole>("POST", "/website/pages/order", { pages: order }) });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  #editor(edit: Editing, one: SitePage, site: Site, busy: string): Part {
    const said = edit.texts[edit.lang] ?? NO_TEXT;
    const put = (part: Partial<PageText>): void => this.#change({ texts: { ...edit.texts, [edit.lang]: { ...said, ...part } } });
    const address = one.slug === "home" ? `${site.address}/${edit.lang}` : `${site.address}/${edit.lang}/${one.slug}`;
    return html`<section class="card pad stack" aria-labelledby="editor"><div class="row apart wrap"><h2 id="editor">${said.title === "" ? one.slug : said.title}</h2><span class="mute small">${one.published_ms === null ? t("never published") : t("published {when}", { when: when(one.published_ms, this.#ctx.nowMs()) })}</span></div>
      <div class="row wrap" role="group" aria-label=${t("Language")}>${site.languages.map((lang) => html`<button type="button" class="btn small ${lang === edit.lang ? "primary" : "quiet"}" id="in-${lang}" aria-pressed=${lang === edit.lang ? "true" : "false"} @click=${() => this.#board.change({ edit: { ...edit, lang } })}>${languageName(lang)}${edit.texts[lang]?.title ? nothing : html` <span class="faint">· ${t("empty")}</span>`}</button>`)}</div>
      ${edit.wrong === "" ? nothing : note(edit.wrong, "alarm", "alarm")}
      ${field("edit-title", t("Title"), { value: said.title, maxlength: 120, input: (title) => put({ title }) })}
      ${textField("edit-summary", t("In one sentence"), { value: said.summary, rows: 2, maxlength: 300, hint: t("It stands below the title, and in search engines."), input: (summary) => put({ summary }) })}
      ${textField("edit-body", t("Words"), { value: said.body, rows: 14, maxlength: 20_000, hint: t("## makes a heading, - a list, **bold**, [words](address) a link, ![words below](name) alone in a line a picture. Nothing else is form."), input: (body) => put({ body }) })}
      ${tick("edit-menu", t("In the menu"), edit.inMenu, (inMenu) => this.#change({ inMenu }))}
      <div class="row wrap">${button(t("Save the draft"), () => void this.#save(), { kind: edit.dirty ? "primary" : "", busy: busy === "save", id: "save-page" })}
        ${link(t("Look at the draft"), `${address}?draft`, { id: "see-draft" })}
        ${button(t("Publish"), () => void this.#publish(), { kind: edit.dirty ? "" : "primary", busy: busy === "publish", disabled: edit.dirty || !one.differs, id: "publish-page" })}
        ${one.slug === "home" ? nothing : button(t("Remove"), () => sureDialog(t("Remove this page?"), t("Its words and its address are gone, for everybody."), t("Remove"), () => refusedOf(async () => { const whole = await this.#ctx.ask<Whole>("POST", `/website/pages/${one.id}/remove`, {}); this.#board.change({ all: whole, edit: null }); })), { kind: "quiet" })}</div></section>`;
  }

  #change(part: Partial<Editing>): void {
    const { edit } = this.#board.state;
    if (edit !== null) this.#board.change({ edit: { ...edit, ...part, dirty: true, wrong: "" } });
  }

  async #save(): Promise<void> {
    const { edit } = this.#board.state;
    if (edit !== null) await this.#act("save", "PUT", `/website/pages/${edit.id}`, { texts: edit.texts, in_menu: edit.inMenu });
  }

  async #publish(): Promise<void> {
    const { edit } = this.#board.state;
    if (edit !== null) await this.#act("publish", "POST", `/website/pages/${edit.id}/publish`, {});
  }

  async #act(busy: string, method: "PUT" | "POST", path: string, body: unknown): Promise<void> {
    this.#board.change({ busy });
    try {
      this.#took(await this.#ctx.ask<Whole>(method, path, body));
      const { edit } = this.#board.state;
      if (edit !== null) this.#board.change({ edit: { ...edit, dirty: false, wrong: "" } });
    } catch (error) {
      this.#wrong(error);
    }
    this.#board.change({ busy: "" });
  }

  #wrong(error: unknown): void {
    const refusal = asRefusal(error);
    const { edit } = this.#board.state;
    if (refusal instanceof Refusal && edit !== null) this.#board.change({ edit: { ...edit, wrong: `${refusal.message} ${refusal.action}` } });
    else this.#ctx.failed(error);
  }

  // --- messages ---

  #messages({ messages }: State): Part {
    if (messages === null) return skeleton(4, t("Loading"));
    const now = this.#ctx.nowMs();
    const took = (all: { messages: readonly Message[] }): void => {
      this.#board.change({ messages: all.messages });
      this.#ctx.changed();
    };
    return html`<section class="card" aria-labelledby="messages"><header><h2 id="messages">${t("What visitors wrote")}</h2></header>${messages.length === 0 ? empty(t("Nothing yet"), t("What somebody writes in the contact form stands here, until its term is over."), "note")
      : html`<ul class="items">${messages.map((one) => html`<li>${tile("person", one.state === "new" ? "accent" : "")}<div class="body"><div class="row wrap"><b>${one.name}</b>${pill(messageState(one.state), one.state === "new" ? "accent" : "ok")}<span class="mute small">${when(one.received_ms, now)}</span></div>
        <div class="small mute break">${one.email}${one.phone === "" ? "" : ` · ${one.phone}`}</div><p class="said">${one.text}</p>
        ${one.answer === "" ? nothing : html`<blockquote class="quoted">${one.answer}<footer class="small mute">${one.by}${one.sent_ms === null ? ` · ${t("the letter waits")}` : ` · ${t("sent {when}", { when: when(one.sent_ms, now) })}`}</footer></blockquote>`}
        ${one.state === "new" ? html`<div class="row wrap">${button(t("Answer"), () => answerForm(this.#ctx, one, took), { small: true, kind: "primary", id: `answer-${one.id}` })}${button(t("It needs no answer"), () => void this.#ctx.ask<{ messages: readonly Message[] }>("POST", `/website/messages/${one.id}/close`, {}).then(took, (error: unknown) => this.#ctx.failed(error)), { small: true, kind: "quiet" })}</div>` : nothing}</div></li>`)}</ul>`}</section>`;
  }

  // --- figures ---

  #figures({ figures, days }: State): Part {
    if (figures === null) return skeleton(4, t("Loading"));
    const views = figures.days.reduce((sum, one) => sum + one.views, 0);
    const visits = figures.days.reduce((sum, one) => sum + one.visits, 0);
    const choose = (n: number): void => { this.#board.change({ days: n }); void this.#loadTab(); };
    return html`<section class="card pad stack" aria-labelledby="figures"><div class="row apart wrap"><h2 id="figures">${tn("1 page shown", "{n} pages shown", views)} · ${tn("1 visit", "{n} visits", visits)}</h2>
      <div class="row" role="group" aria-label=${t("How long")}>${[7, 30, 365].map((n) => html`<button type="button" class="btn small ${n === days ? "primary" : "quiet"}" aria-pressed=${n === days ? "true" : "false"} @click=${() => choose(n)}>${tn("1 day", "{n} days", n)}</button>`)}</div></div>
      <p class="mute small measure">${t("Counted is how often a page was shown on a day, and how often somebody came to it from outside the site. Of whoever looked nothing is kept: no address, no cookie, no time. So nobody can say how many people it were.")}</p>
      ${bars(figures, t("Pages shown by day: {n} in all", { n: number(views) }))}
      ${table(t("By page"), [{ title: t("Page"), cell: (one) => one.page }, { title: t("Shown"), cell: (one) => number(one.views), numeric: true }, { title: t("From outside"), cell: (one) => number(one.visits), numeric: true }], figures.pages, (one) => one.page, empty(t("Nothing counted yet"), t("It begins when somebody reads an open site."), "eye"))}</section>`;
  }
}

/** One bar a day; the heights are the figures' own. */
function bars({ days }: Figures, label: string): Part {
  const most = Math.max(1, ...days.map(({ views }) => views));
  const step = 100 / days.length;
  return html`<svg class="bars" viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label=${label}>${days.map(({ views }, place) => svg`<rect x=${place * step} y=${30 - (views / most) * 29} width=${step * 0.8} height=${(views / most) * 29}></rect>`)}</svg>`;
}
