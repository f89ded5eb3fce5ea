// SPDX-License-Identifier: EUPL-1.2
// The page of notifications: this device, what one is told about and how, quiet hours, the digest, devices, who else is told.
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { toggle } from "../../../kit/form";
import { icon } from "../../../kit/icons";
import { button, note, pill, skeleton, tile } from "../../../kit/pieces";
import { day, language, number, relative, t, when } from "../../../kit/words";
import { Notifications } from "./controller";
import { className, dayNames, DIGEST, minutesOf, shownClasses, timeOf, toldOf, type ClassWish, type Device, type Settings, type Span, type State, type Told } from "./model";
import { wordsOf } from "./push_words";
import type { Mount } from "../pages";

export const mount: Mount = (host, ctx) => new Notifications(host, ctx, page);

export interface Actions {
  readonly enable: () => void;
  readonly withdraw: (consent: string) => void;
  readonly receipt: (consent: string) => void;
  readonly disable: () => void;
  readonly choose: (wish: ClassWish, change: Partial<ClassWish>) => void;
  readonly times: (change: Partial<Pick<Settings, "quiet" | "zone" | "digest_at">>) => void;
  readonly remove: (device: Device) => void;
  readonly tryOut: () => void;
  readonly open: (told: Told) => void;
}

export function page(state: State, act: Actions): Part {
  const { settings } = state;
  const heading = html`<div class="title"><div><h1>${t("Notifications")}</h1><p class="mute">${t("What you are told, how, and when. These are your own; everybody chooses for himself.")}</p></div></div>`;
  if (settings === null) return html`<div class="page notifications">${heading}${skeleton(8, t("Loading"))}</div>`;
  return html`<div class="page notifications">${heading}
    ${settings.push.test_endpoint === null ? nothing : note(t("Test installation: notifications to devices go to {where} on the server itself, and to no browser’s push service.", { where: settings.push.test_endpoint }), "warn", "info")}
    ${deviceCard(state, settings, act)}
    ${classesCard(settings, act)}
    <div class="columns"><div class="stack">${quietCard(settings, act)}${digestCard(settings, act)}</div>
    <div class="stack">${devicesCard(state, settings, act)}${state.people === null ? nothing : peopleCard(state)}</div></div>
    ${toldCard(state, settings, act)}
    ${servicesCard(settings)}
  </div>`;
}

const card = (name: string, title: string, words: Part, body: Part, aside: Part = nothing): Part => html`<section class="card ${name}" aria-labelledby="${name}-title">
  <header><div><h2 id="${name}-title">${title}</h2>${words === nothing ? nothing : html`<p class="mute">${words}</p>`}</div>${aside}</header>${body}</section>`;

// --- this device ---

function deviceCard(state: State, settings: Settings, act: Actions): Part {
  const on = state.thisDevice !== null;
  const words = on ? t("Notifications reach this device, also while Zegel is closed.") : t("This device is not told anything while Zegel is closed.");
  return html`<section class="card pad stack this-device" aria-labelledby="this-device-title"><div class="row">${tile(on ? "bell" : "bellOff", on ? "ok" : "")}
      <div class="grow"><h2 id="this-device-title">${t("This device")}</h2><p class="mute">${words}</p></div></div>
    ${deviceTrouble(state)}
    ${consentPart(state, settings, act)}
    <div class="row">${on ? button(t("Stop on this device"), act.disable, { busy: state.busy === "device", id: "disable" })
      : state.permission === "none" || state.permission === "denied" ? nothing : button(t("I agree: tell me on this device"), act.enable, { kind: "primary", icon: "bell", busy: state.busy === "device", id: "enable" })}
      ${button(t("Send me a test"), act.tryOut, { icon: "send", busy: state.busy === "try", id: "try" })}</div>
    ${state.tried === null ? nothing : triedNote(state.tried, settings)}
    <p class="faint small">${t("A notification holds no picture and no name: it lies on a lock screen. The picture is opened here, after you open it, with your keys.")}</p></section>`;
}

/** What he agrees to by pressing the button; and what he agreed to, to take back as easily. */
function consentPart(state: State, settings: Settings, act: Actions): Part {
  const [held] = settings.consent.held;
  if (held === undefined) return state.permission === "none" || state.permission === "denied" ? nothing : html`<p class="consent" id="consent-words">${settings.consent.words}</p>`;
  return html`<details class="consent"><summary>${t("You agreed to this on {day}", { day: day(held.given_ms) })}</summary><p>${held.words}</p></details>
    <div class="row">${button(t("Take my consent back"), () => act.withdraw(held.id), { id: "withdraw-consent", busy: state.busy === "consent" })}${button(t("Receipt"), () => act.receipt(held.id), { kind: "quiet", icon: "download", small: true, id: "consent-receipt" })}</div>`;
}

function deviceTrouble(state: State): Part {
  if (state.trouble !== null) return note(state.trouble, "alarm", "alarm");
  if (state.thisDevice !== null) return nothing;
  if (state.permission === "denied") return note(t("Your browser’s settings refuse notifications from Zegel. Allow them there, in the lock beside the address, and come back."), "warn", "bellOff");
  if (state.permission === "none") return note(t("This browser can’t be told while it is closed. On an iPhone or iPad: Share, then “Add to Home Screen”, and open Zegel from there."), "", "info");
  return nothing;
}

function triedNote(tried: NonNullable<State["tried"]>, settings: Settings): Part {
  const name = (id: string): string => settings.devices.find((device) => device.id === id)?.name || t("a device");
  const outcome = (word: string): string => ({ sent: t("sent"), gone: t("is no more, and off the list"), later: t("its push service can’t be reached now"), refused: t("its push service refused it") })[word] ?? word;
  return note(html`<ul class="plain">${tried.devices.map((one) => html`<li>${name(one.device_id)}: ${outcome(one.outcome)}</li>`)}<li>${t("E-mail")}: ${tried.mailed ? t("sent") : t("the mail server can’t be reached now")}</li></ul>`, tried.mailed && tried.devices.every(({ outcome: word }) => word === "sent") ? "ok" : "warn", "info");
}

// --- what, and how ---

function chip(label: string, about: string, on: boolean, press: () => void): Part {
  return html`<button type="button" class="chip" aria-pressed=${on ? "true" : "false"} aria-label="${about}: ${label}" @click=${press}>${on ? icon("check", "small") : nothing}<span>${label}</span></button>`;
}

function classesCard(settings: Settings, act: Actions): Part {
  const wishes = new Map(settings.classes.map((one) => [one.name, one]));
  return card("classes", t("What you are told about"), t("Tap to switch. No quiet hour ever holds back an alarm."), html`<ul class="items">${shownClasses.map((name) => {
    const wish = wishes.get(name);
    return wish === undefined ? nothing : classRow(wish, act);
  })}</ul>`);
}

function classRow(wish: ClassWish, act: Actions): Part {
  const { title, hint, icon: name } = className(wish.name);
  const silent = wish.always && !wish.by_push && !wish.by_mail;
  return html`<li data-class=${wish.name}>${tile(name, wish.always ? "alarm" : "")}<div class="body"><b>${title}</b><div class="mute small">${hint}</div>
    <div class="chips">${chip(t("Devices"), title, wish.by_push, () => act.choose(wish, { by_push: !wish.by_push }))}${chip(t("E-mail"), title, wish.by_mail, () => act.choose(wish, { by_mail: !wish.by_mail }))}
      ${wish.always ? html`<span class="chip-always">${icon("bell", "small")}<span>${t("at any hour")}</span></span>` : chip(t("Also in quiet hours"), title, wish.at_once, () => act.choose(wish, { at_once: !wish.at_once }))}</div>
    ${silent ? note(t("You will not be told of these alarms at all."), "warn", "bellOff") : nothing}</div></li>`;
}

// --- when ---

function quietCard(settings: Settings, act: Actions): Part {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const change = (at: number, span: Span | null): void => act.times({ quiet: settings.quiet.flatMap((one, i) => (i === at ? (span === null ? [] : [span]) : [one])) });
  return card("quiet", t("Quiet hours"), t("What is no alarm waits until they end."), html`<div class="pad stack">
    ${settings.quiet.map((span, i) => spanRow(span, i, (changed) => change(i, changed)))}
    <div class="row">${button(settings.quiet.length === 0 ? t("Add quiet hours") : t("Add more"), () => act.times({ quiet: [...settings.quiet, { days: [0, 1, 2, 3, 4, 5, 6], start: 22 * 60, end: 7 * 60 }] }), { icon: "clock", id: "add-quiet", disabled: settings.quiet.length >= 8 })}</div>
    <p class="faint small">${t("Times are in {zone}.", { zone: settings.zone.replaceAll("_", " ") })} ${own === settings.zone || own === undefined ? nothing : html`<button type="button" class="as-link" @click=${() => act.times({ zone: own })}>${t("Use {zone}, where this device is", { zone: own.replaceAll("_", " ") })}</button>`}</p></div>`);
}

function spanRow(span: Span, i: number, change: (span: Span | null) => void): Part {
  const time = (label: string, name: "start" | "end"): Part => html`<label class="field"><span class="label">${label}</span><input class="input" type="time" required .value=${timeOf(span[name])} @change=${(event: Event) => {
    const minutes = minutesOf((event.target as HTMLInputElement).value);
    if (minutes !== null) change({ ...span, [name]: minutes });
  }}></label>`;
  const flip = (day: number): void => {
    const days = span.days.includes(day) ? span.days.filter((one) => one !== day) : [...span.days, day].sort((a, b) => a - b);
    if (days.length > 0) change({ ...span, days });
  };
  return html`<fieldset class="span"><legend class="sr">${t("Quiet hours {n}", { n: i + 1 })}</legend>
    <div class="days">${dayNames(language).map(({ short, long }, day) => html`<button type="button" class="chip day" aria-pressed=${span.days.includes(day) ? "true" : "false"} @click=${() => flip(day)}><span aria-hidden="true">${short}</span><span class="sr">${long}</span></button>`)}</div>
    <div class="row times">${time(t("From"), "start")}${time(span.end <= span.start ? t("Until, the next day") : t("Until"), "end")}
      <button type="button" class="btn icon quiet" aria-label=${t("Remove quiet hours {n}", { n: i + 1 })} @click=${() => change(null)}>${icon("close")}</button></div></fieldset>`;
}

function digestCard(settings: Settings, act: Actions): Part {
  const wish = settings.classes.find(({ name }) => name === DIGEST);
  const on = settings.digest_at !== null;
  return card("digest", t("Digest"), t("Once a day: how often what was where. Nothing on a day without news."), on && wish !== undefined ? html`<div class="pad stack">
    <label class="field at"><span class="label">${t("Comes at")}</span><input class="input" type="time" required .value=${timeOf(settings.digest_at ?? 0)} @change=${(event: Event) => {
      const minutes = minutesOf((event.target as HTMLInputElement).value);
      if (minutes !== null) act.times({ digest_at: minutes });
    }}></label>
    <div class="chips">${chip(t("Devices"), t("Digest"), wish.by_push, () => act.choose(wish, { by_push: !wish.by_push }))}${chip(t("E-mail"), t("Digest"), wish.by_mail, () => act.choose(wish, { by_mail: !wish.by_mail }))}</div></div>` : nothing,
  toggle(t("Digest"), on, () => act.times({ digest_at: on ? null : 7 * 60 + 30 })));
}

// --- where, and who else ---

function devicesCard(state: State, settings: Settings, act: Actions): Part {
  const body = settings.devices.length === 0 ? html`<p class="pad mute">${t("None yet. Open this page on a phone and press “I agree: tell me on this device”.")}</p>`
    : html`<ul class="items">${repeat(settings.devices, ({ id }) => id, (device) => html`<li data-device=${device.id}>${tile("device", device.fault === "" ? "" : "warn")}<div class="body"><b>${device.name || t("A browser")}</b> ${device.id === state.thisDevice ? pill(t("this one"), "ok") : nothing}
      <div class="mute small">${device.told_ms === null ? t("Nothing sent yet") : t("Last told {when}", { when: relative(device.told_ms, state.nowMs) })} · ${device.service === "test" ? t("test endpoint") : device.service}</div>
      ${device.fault === "" ? nothing : html`<div class="small warn-text">${device.fault === "later" ? t("Its push service can’t be reached now; tried again.") : t("Its push service refuses. Take it off and add it again on that device.")}</div>`}</div>
      <button type="button" class="btn small" aria-label=${t("Take {device} off", { device: device.name || t("A browser") })} @click=${() => act.remove(device)}>${t("Take off")}</button></li>`)}</ul>`;
  return card("devices", t("Your devices"), nothing, body);
}

function peopleCard(state: State): Part {
  const people = state.people ?? [];
  return card("people", t("Who is told"), t("As things are now. Everybody chooses for himself; you see it, because somebody should be told of an alarm."), html`<ul class="items">${[...shownClasses, DIGEST].map((name) => {
    const told = toldOf(people, name);
    const alarm = ["alarm", "person", "tamper"].includes(name);
    return html`<li data-told=${name}><div class="body"><b>${className(name).title}</b><div class="names">${told.length === 0 ? pill(t("nobody"), alarm ? "alarm" : "") : told.map((one) => html`<span class="pill">${one.push ? icon("device") : nothing}${one.mail ? icon("note") : nothing}<span>${one.name}<span class="sr"> (${[one.push ? t("Devices") : "", one.mail ? t("E-mail") : ""].filter(Boolean).join(", ")})</span></span></span>`)}</div></div></li>`;
  })}</ul>`);
}

function toldCard(state: State, settings: Settings, act: Actions): Part {
  if (settings.told.length === 0) return card("told", t("What you were told"), nothing, html`<p class="pad mute">${t("Nothing yet. It is kept here for a month.")}</p>`);
  return card("told", t("What you were told"), t("Kept for a month; nobody else sees it."), html`<ul class="items">${settings.told.slice(0, 12).map((one) => {
    const { title } = wordsOf({ v: 1, c: one.class, o: one.occasion, w: one.what, l: "", n: "", t: one.at_ms, u: one.path }, t);
    return html`<li><div class="body"><a href=${one.path} @click=${(event: Event) => { event.preventDefault(); act.open(one); }}><b>${title}</b></a> ${one.more > 0 ? pill(t("and {n} more", { n: number(one.more) })) : nothing}
      <div class="mute small">${[one.site, when(one.at_ms, state.nowMs)].filter(Boolean).join(" · ")}${one.waits_ms === null ? nothing : html` · ${t("waits until {when}", { when: when(one.waits_ms, state.nowMs) })}`}</div></div>
      <span class="ways">${one.pushed ? html`<span title=${t("Devices")}>${icon("device", "small")}<span class="sr">${t("Devices")}</span></span>` : nothing}${one.mailed ? html`<span title=${t("E-mail")}>${icon("note", "small")}<span class="sr">${t("E-mail")}</span></span>` : nothing}</span></li>`;
  })}</ul>`);
}

function servicesCard(settings: Settings): Part {
  return html`<details class="card pad services"><summary>${t("Who carries notifications to your devices")}</summary>
    <p class="mute">${t("Your browser’s maker does. What it carries is encrypted for your browser alone: it sees that something came, when, and of which size. Checked {date}.", { date: settings.push.checked })}</p>
    <ul class="plain">${settings.push.services.map((one) => html`<li>${one.name}: ${one.operator}, ${one.country}</li>`)}</ul></details>`;
}
