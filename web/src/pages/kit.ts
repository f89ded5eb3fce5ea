// SPDX-License-Identifier: EUPL-1.2
// The page of parts: every piece in both themes, and both faces in every state, without a server behind them.
import { centreSamples } from "../faces/centre/samples";
import type { CentreActions } from "../faces/centre/view";
import type { SecondActions } from "../faces/console/second";
import type { ConsoleActions } from "../faces/console/view";
import type { PortalActions } from "../faces/portal/view";
import { consoleSamples, NIGHT, portalSamples, secondSamples } from "../faces/samples";
import { openDialog, foot } from "../kit/dialog";
import { html, need, nothing, render, type Part } from "../kit/dom";
import { choices, field, textField, toggle } from "../kit/form";
import { drawBoxes, frame } from "../kit/frame";
import { icon, mark } from "../kit/icons";
import { button, empty, keyWords, note, pill, progress, skeleton, steps, tile } from "../kit/pieces";
import { table } from "../kit/table";
import { alarmTimeline } from "../kit/timeline";
import { toast } from "../kit/toast";
import { t } from "../kit/words";

const idle = (): void => undefined;
/** What a specimen still fetches: it is drawn when all of it is there. */
const fetched: Promise<unknown>[] = [];
const specimenFrame = (host?: Element): void => {
  if (host instanceof HTMLElement) render(frame({ id: "picture", label: t("Recording"), overlay: paint, mark: "Operator 12 · AL-20488 · 02:31:21", clock: "02:31:20", over: html`${pill(t("Live, one second behind"), "alarm", { dot: true })}${pill(t("Zone “{name}”", { name: "fence" }))}` }), host);
};
const specimenPanel = (name: "plan" | "guards") => (host?: Element): void => {
  const shown = consoleSamples[new URLSearchParams(location.search).get("show")?.split("-")[1] ?? ""]?.detail;
  if (!(host instanceof HTMLElement) || !shown) return;
  fetched.push(Promise.all([import("../faces/plans/panel"), import("../faces/plans/port")]).then(([{ guards, plan }, { plansPort }]) => {
    const aside = plansPort(() => new Promise(() => undefined), () => NIGHT + 14_000);
    (name === "plan" ? plan : guards)(host, { alarm: shown, me: { id: "me", name: "Operator 12" }, act: idle, changed: idle }, aside);
  }));
};
/** Every action of a face, doing nothing: a specimen is to be looked at. */
const still = <Actions extends object>(): Actions => new Proxy({}, { get: (_, name) => (name === "picture" ? specimenFrame : name === "plan" || name === "guards" ? specimenPanel(name) : name === "module" ? () => null : idle) }) as Actions;

const swatches = ["bg", "panel", "panel2", "line", "ink", "mute", "accent", "alarm", "warn", "ok"] as const;
const rows = [{ id: 1, camera: "Gate camera 2", state: "ok", seconds: 14 }, { id: 2, camera: "Hall", state: "lost", seconds: 0 }];

const paint = (canvas: HTMLCanvasElement | undefined): void => {
  const video = canvas?.parentElement?.querySelector("video");
  if (canvas && video) requestAnimationFrame(() => drawBoxes(canvas, video, [{ c: "person", s: 0.91, x: 0.42, y: 0.4, w: 0.08, h: 0.4 }, { c: "vehicle", s: 0.74, x: 0.66, y: 0.5, w: 0.24, h: 0.3 }]));
};

function parts(theme: string): Part {
  return html`<div class=${theme}>
    <div class="row">${button(t("Do it"), idle, { kind: "primary", key: "⏎" })}${button(t("Send guard"), idle, { kind: "alarm", key: "G" })}${button(t("Note"), idle, { icon: "note", key: "N" })}${button(t("Cancel"), idle, { kind: "quiet" })}${button(t("Busy"), idle, { busy: true })}${button(t("Not now"), idle, { disabled: true })}</div>
    <div class="row">${pill(t("Well"), "ok", { dot: true })}${pill(t("Alarm now"), "alarm", { dot: true, beat: true })}${pill(t("No picture"), "warn", { icon: "alarm" })}${pill(t("proved"), "ok", { icon: "check" })}${pill(t("Closed"))}${pill(t("Catching up"), "accent", { icon: "clock" })}<kbd>?</kbd><kbd>⏎</kbd></div>
    <div class="swatches">${swatches.map((name) => html`<div><i class="sw-${name}"></i>${name}</div>`)}</div>
    ${field(`${theme}-mail`, t("E-mail"), { type: "email", hint: t("The address your provider invited."), value: "owner@dehaan.example" })}
    ${field(`${theme}-bad`, t("Password"), { type: "password", error: t("This e-mail and password do not belong together."), value: "wrong" })}
    ${textField(`${theme}-note`, t("Note"), {})}
    ${choices(`${theme}-code`, t("How did it end?"), [{ value: "a", words: t("An animal"), key: "1" }, { value: "b", words: t("A test"), key: "2" }], "a", idle)}
    <div class="row">${toggle(t("Guard {site}", { site: "A" }), true, idle)}${toggle(t("Guard {site}", { site: "B" }), false, idle)}${toggle(t("Guard {site}", { site: "C" }), true, idle, true)}</div>
    ${note(t("The unit confirmed this at {time}.", { time: "17:31" }))}${note(t("Connection lost. Trying again; what you see may be old."), "warn", "offline")}${note(t("This unit or this centre was revoked. Nothing of it can be opened here."), "alarm", "alarm")}
    ${progress(0.62, t("Opening your keys"))}${progress(null, t("Loading"))}${steps([t("Logged"), t("Keys released by the unit"), t("First picture")], 1)}${skeleton(2, t("Loading"))}
    ${keyWords("lusab-babad-gutih-tugad-mudof-sakat-hirop-vozuk", t("Keys, in eight words"))}
    ${table(`${t("Cameras")} (${theme})`, [{ title: t("Camera"), cell: (row) => row.camera }, { title: t("State"), cell: (row) => pill(row.state === "ok" ? t("Well") : t("No picture"), row.state === "ok" ? "ok" : "warn", { dot: true }) }, { title: t("Looked, s"), cell: (row) => String(row.seconds), numeric: true }], rows, (row) => row.id, nothing)}
    <div class="card">${empty(t("No alarm yet"), t("When your unit raises one, it is here: what it saw, who handled it, and how it ended."), "bell", button(t("Back to now"), idle), "ok")}</div>
    ${frame({ label: t("Recording"), overlay: paint, mark: "Operator 12 · AL-20488 · 02:31:21", clock: "02:31:20", over: pill(t("Live, one second behind"), "alarm", { dot: true }) })}
    ${frame({ label: t("Recording"), curtain: { title: t("The customer recalled this alarm"), words: t("The picture is sealed again and this browser has forgotten the key. The log says so.") } })}
    ${alarmTimeline({ alarmMs: NIGHT, tz: "Europe/Amsterdam", words: t("person"), stretches: [{ fromMs: NIGHT - 10_000, toMs: NIGHT, kind: "pre" }, { fromMs: NIGHT, toMs: NIGHT + 14_000, kind: "rel" }], nowMs: NIGHT + 14_000, untilMs: NIGHT + 600_000, headMs: NIGHT + 6000, seek: idle })}
    <div class="row">${tile("eye", "accent")}${tile("tool")}${tile("alarm", "alarm")}${tile("shield", "ok")}${icon("camera")}${mark()}</div>
    <div class="row">${button(t("Open a dialog"), () => openDialog(t("Recall this alarm?"), (opened) => html`<p class="mute">${t("The alarm centre stops looking at once and its key is gone.")}</p>${foot(button(t("Keep it"), opened.close), button(t("Yes, recall"), opened.close, { kind: "alarm" }))}`))}${button(t("Show a toast"), () => toast(t("Recalled. The alarm centre can see nothing any more."), "ok"))}</div>
  </div>`;
}

function overview(): Part {
  const links = (face: string, names: readonly string[]): Part => html`<div class="row">${names.map((name) => html`<a class="btn small" href="/kit?show=${face}-${name}">${name}</a>`)}</div>`;
  return html`<div class="stack tight"><h1>${t("The parts")}</h1><p class="lead">${t("What every page is made of, in both themes. One accent, and red only for alarm.")}</p></div>
    <section><h2>${t("The operator’s page, in its states")}</h2>${links("console", Object.keys(consoleSamples))}${links("second", Object.keys(secondSamples))}</section>
    <section><h2>${t("The centre’s pages, in their states")}</h2>${links("centre", Object.keys(centreSamples))}</section>
    <section><h2>${t("The customer’s pages, in their states")}</h2>${links("portal", Object.keys(portalSamples))}</section>
    <section><h2>${t("Pieces")}</h2><div class="themes">${parts("light")}${parts("dark")}</div></section>`;
}

/** A face is fetched when a specimen of it is looked at; the page of parts has none of them. */
async function specimen(root: HTMLElement, name: string): Promise<boolean> {
  const [face = "", state = ""] = name.split("-");
  const operator = face === "console" ? consoleSamples[state] : undefined;
  const customer = face === "portal" ? portalSamples[state] : undefined;
  const second = face === "second" ? secondSamples[state] : undefined;
  const centre = face === "centre" ? centreSamples[state] : undefined;
  if (operator === undefined && customer === undefined && second === undefined && centre === undefined) return false;
  document.body.className = `${customer ? "light portal" : centre ? "dark centre" : second ? "dark console second-monitor" : "dark console"} specimen`;
  const outer = root.closest("main");
  const app = document.createElement("div");
  app.className = "app";
  outer?.replaceWith(app);
  if (operator) render((await import("../faces/console/view")).consoleView(operator, still<ConsoleActions>()), app);
  else if (second) render((await import("../faces/console/second")).secondView(second, still<SecondActions>()), app);
  else if (customer) render((await import("../faces/portal/view")).portalView(customer, still<PortalActions>()), app);
  else if (centre) render((await import("../faces/centre/view")).centreView(centre, still<CentreActions>()), app);
  return true;
}

const root = need("#app", HTMLElement);
if (!(await specimen(root, new URLSearchParams(location.search).get("show") ?? ""))) render(overview(), root);
await Promise.all(fetched);
document.documentElement.dataset["drawn"] = "";
