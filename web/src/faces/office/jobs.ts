// SPDX-License-Identifier: EUPL-1.2
// The technician's page, made for a phone: what is out of order and where, the unit's condition, asking to look, looking, the report.
import { html, nothing, ref, repeat, type Part } from "../../kit/dom";
import { choices, field, textField } from "../../kit/form";
import { icon } from "../../kit/icons";
import { button, empty, note, pill, skeleton } from "../../kit/pieces";
import { age, clockSeconds, relative, span, t, when } from "../../kit/words";
import { cameraName, faultName, outcomeName, stateOf, troubleName, type Asked, type Malfunction } from "./maintenance";
import type { Draft } from "./drafts";
import { pairingHelp, unitCard } from "./lists";
import { pathOf, type State } from "./model";
import type { Actions } from "./view";

export function jobsTab(state: State, act: Actions): Part {
  const { jobs, route } = state;
  const one = route.id === null ? undefined : jobs?.find(({ id }) => id === route.id);
  if (one !== undefined) return jobPage(state, one, act);
  const still = (jobs ?? []).filter((job) => job.state === "open");
  const over = (jobs ?? []).filter((job) => job.state === "closed").slice(0, 20);
  return html`<div class="title"><div><h1>${t("Malfunctions")}</h1><p class="mute measure">${t("Reported by customers, or found by the units themselves. To see a picture you ask the owner.")}</p></div></div>
    ${jobs === null ? skeleton(6, t("Loading")) : still.length === 0 ? html`<div class="card">${empty(t("Nothing is out of order"), t("What a customer reports, or a unit finds, stands here at once."), "tool", nothing, "ok")}</div>` : list(state, still, act)}
    ${over.length === 0 ? nothing : html`<h2>${t("Closed lately")}</h2>${list(state, over, act)}`}${pairingHelp()}`;
}

function list(state: State, jobs: readonly Malfunction[], act: Actions): Part {
  return html`<ul class="setup-list">${repeat(jobs, ({ id }) => id, (job) => {
    const path = pathOf("jobs", job.id);
    const asked = job.requests[0];
    return html`<li><a class="setup-row four" href=${path} @click=${(event: MouseEvent) => act.follow(event, path)}><span class="what"><b>${cameraName(job)}: ${faultName(job.fault)}</b><span class="small mute">${job.site.name} · ${job.customer.name}</span></span><span class="small">${job.site.address}</span>
      <span class="row">${asked === undefined || job.state === "closed" ? nothing : pill(stateOf(asked, state.nowMs).words, stateOf(asked, state.nowMs).tone)}${job.state === "closed" ? pill(outcomeName(job.outcome), "ok") : pill(relative(job.reported_ms, state.nowMs))}</span>${icon("arrow", "small")}</a></li>`;
  })}</ul>`;
}

function jobPage(state: State, job: Malfunction, act: Actions): Part {
  const unit = state.places?.flatMap(({ units }) => units).find(({ id }) => id === job.unit.id);
  const contact = state.places?.find(({ id }) => id === job.site.id);
  return html`<a class="back row" href=${pathOf("jobs")} @click=${(event: MouseEvent) => act.follow(event, pathOf("jobs"))}>${icon("back", "small")}${t("Malfunctions")}</a>
    <div class="title"><div><h1>${cameraName(job)}</h1><p class="mute">${faultName(job.fault)}</p></div>${job.state === "open" ? pill(t("Out of order"), "warn", { dot: true }) : pill(outcomeName(job.outcome), "ok")}</div>
    <section class="card pad stack"><dl class="facts"><div><dt>${t("Where")}</dt><dd><b>${job.site.name}</b><div>${job.site.address}</div></dd></div><div><dt>${t("Customer")}</dt><dd>${job.customer.name}${contact?.contact_phone ? html` · <a href="tel:${contact.contact_phone.replaceAll(/[^+\d]/g, "")}">${contact.contact_phone}</a>` : nothing}</dd></div>
      <div><dt>${t("Reported")}</dt><dd>${when(job.reported_ms, state.nowMs, job.site.tz)}${job.reported_by === "" ? ` · ${t("by the unit itself")}` : ` · ${job.reported_by}`}</dd></div>${job.words === "" ? nothing : html`<div><dt>${t("In his words")}</dt><dd><q>${job.words}</q></dd></div>`}</dl></section>
    ${job.state === "open" ? looking(state, job, act) : nothing}
    ${unit === undefined ? nothing : unitCard(state, unit)}
    ${job.state === "open" ? reportForm(state, job, act) : nothing}
    ${history(state, job)}`;
}

// --- the look ---

function looking(state: State, job: Malfunction, act: Actions): Part {
  const technician = state.who.role === "technician";
  const mine = job.requests.find(({ state: now, technician_id, until_ms }) => technician_id === state.who.id && (now === "waiting" || (now === "allowed" && (until_ms ?? 0) > state.nowMs)));
  const others = job.requests.find(({ state: now, technician_id, until_ms }) => technician_id !== state.who.id && (now === "waiting" || (now === "allowed" && (until_ms ?? 0) > state.nowMs)));
  if (mine !== undefined) return mine.state === "waiting" ? waitingCard(state, mine, act) : allowedCard(state, job, mine, act);
  if (others !== undefined) return note(t("{name} asked for this camera: {state}", { name: others.technician, state: stateOf(others, state.nowMs).words }), "", "eye");
  if (!technician) return note(t("Only a technician asks the owner to see the picture."), "", "lock");
  return html`<section class="card pad row apart"><div class="grow"><h2>${t("The picture")}</h2><p class="mute">${t("You see nothing before the owner allows it.")}</p></div>${button(t("Ask to see the picture"), () => act.request(job), { kind: "primary", icon: "eye", id: "ask" })}</section>`;
}

function waitingCard(state: State, asked: Asked, act: Actions): Part {
  return html`<section class="card pad stack"><div class="row apart"><h2>${t("Waiting for the owner")}</h2>${pill(t("asked {when}", { when: relative(asked.asked_ms, state.nowMs) }), "warn", { icon: "clock" })}</div><blockquote>${asked.reason}</blockquote><p class="mute">${t("He has a notice on his phone and a letter. Call him if it is urgent.")}</p><div>${button(t("Withdraw"), () => act.end(asked, false), { small: true, kind: "quiet" })}</div></section>`;
}

function allowedCard(state: State, job: Malfunction, asked: Asked, act: Actions): Part {
  const { nowMs, look } = state;
  if (asked.way === "still") return stillsCard(state, job, asked, act);
  const granted = asked.granted_until_ms !== null && asked.granted_until_ms > nowMs;
  const shown = look?.requestId === asked.id && look.now.phase !== "stopped";
  return html`<section class="card pad stack look" aria-labelledby="look-title"><div class="row apart"><h2 id="look-title">${t("{owner} allows you to look", { owner: asked.answered_by || t("The owner") })}</h2><span class="countdown" role="timer" aria-label=${t("Time left")}>${age(Math.max(0, (asked.until_ms ?? 0) - nowMs))}</span></div>
    ${shown ? picture(state, job, asked, act) : html`${look?.requestId === asked.id ? endedNote(look.now.reason, look.now.detail) : nothing}${granted ? button(t("Look now"), () => act.look(asked), { kind: "primary", icon: "play", id: "look" }) : note(asked.trouble === "" ? t("The owner’s device makes the keys. This takes a moment; he may have to open his portal.") : troubleName(asked.trouble), "", "key")}`}
    <div class="row">${button(t("The camera works: end the look"), () => act.end(asked, true), { icon: "check", kind: shown ? "primary" : "", id: "works" })}${shown ? button(t("Close the picture"), act.leave, { kind: "quiet" }) : button(t("I need not look"), () => act.end(asked, false), { kind: "quiet" })}</div>
    <p class="faint small">${t("Live only. What you see is written down, with your name over the picture.")}</p></section>`;
}

const STILL_WITHIN_MS = 60_000;

/** Single stills to aim by: each is asked for, given by the owner's device, and looked at once. */
function stillsCard(state: State, job: Malfunction, asked: Asked, act: Actions): Part {
  const { nowMs, look, still } = state;
  const shown = still?.requestId === asked.id ? still : null;
  const waits = state.wanted === asked.id && nowMs - (asked.still_ms ?? nowMs) < STILL_WITHIN_MS; // then he may ask again
  const opening = look?.requestId === asked.id && look.now.phase !== "stopped";
  return html`<section class="card pad stack look" aria-labelledby="look-title"><div class="row apart"><h2 id="look-title">${t("{owner} allows you stills", { owner: asked.answered_by || t("The owner") })}</h2><span class="countdown" role="timer" aria-label=${t("Time left")}>${age(Math.max(0, (asked.until_ms ?? 0) - nowMs))}</span></div>
    ${opening ? html`<div class="taking">${picture(state, job, asked, act)}</div>` : shown === null ? nothing : repeat([shown], ({ atMs }) => atMs, ({ atMs }) => stillFigure(job, asked, atMs, act))}
    ${look?.requestId === asked.id && !opening ? endedNote(look.now.reason, look.now.detail) : nothing}
    ${!waits ? nothing : asked.trouble === "" ? note(t("The owner’s device makes the keys of one still. This takes a moment; he may have to open his portal."), "", "key") : note(troubleName(asked.trouble), "warn", "alarm")}
    <div class="row">${button(shown === null ? t("Get a still") : t("Next still"), () => act.still(asked), { kind: "primary", icon: "still", id: "get-still", busy: waits && asked.trouble === "" })}${button(t("The camera works: end the look"), () => act.end(asked, true), { icon: "check", id: "works" })}${shown === null ? button(t("I need not look"), () => act.end(asked, false), { kind: "quiet" }) : nothing}</div>
    <p class="faint small">${t("One still at a time, nothing moving. Each is written down, with your name over the picture, and gone with the consent.")}</p></section>`;
}

function stillFigure(job: Malfunction, asked: Asked, atMs: number, act: Actions): Part {
  const attach = (host?: Element): void => {
    const [canvas, watermark] = [host?.querySelector<HTMLCanvasElement>("canvas.frozen"), host?.querySelector<HTMLCanvasElement>("canvas.mark")];
    if (canvas && watermark) act.paint(canvas, watermark);
  };
  return html`<figure class="live-look" ${ref(attach)}><canvas class="frozen" role="img" aria-label=${t("{camera}, a still", { camera: cameraName(job, asked.camera_id) })}></canvas><canvas class="mark" aria-hidden="true"></canvas><figcaption class="row">${pill(t("Still of {time}", { time: clockSeconds(atMs, job.site.tz) }))}</figcaption></figure>`;
}

function picture({ look }: State, job: Malfunction, asked: Asked, act: Actions): Part {
  const words = look === null || look.now.phase === "opening" ? t("Opening") : look.now.phase === "lost" ? t("Connection lost, trying again") : look.now.phase === "waiting" ? t("Waiting for the unit") : t("Live");
  const attach = (host?: Element): void => {
    const [video, still, watermark] = [host?.querySelector("video"), host?.querySelector<HTMLCanvasElement>("canvas.still"), host?.querySelector<HTMLCanvasElement>("canvas.mark")];
    if (video && still && watermark) act.attach(video, still, watermark);
  };
  return html`<figure class="live-look" ${ref(attach)}><video muted playsinline aria-label=${t("{camera}, live", { camera: cameraName(job, asked.camera_id) })}></video><canvas class="still"></canvas><canvas class="mark" aria-hidden="true"></canvas><figcaption class="row">${pill(words, look?.now.phase === "open" ? "alarm" : "", { dot: true, beat: look?.now.phase === "open" })}</figcaption></figure>`;
}

function endedNote(reason: string | null, detail: string | null): Part {
  if (reason === null || reason === "ended") return nothing;
  const words = reason === "not_verified" ? t("What the server gave does not verify: {why}.", { why: detail ?? "" }) : reason === "no_receipt" ? t("This look could not be proved in the log, so it was ended.") : reason === "unsupported" ? t("This browser can’t show the picture.") : t("The look has ended.");
  return note(words, reason === "not_verified" || reason === "no_receipt" ? "alarm" : "", "info");
}

// --- the report ---

function reportForm(state: State, job: Malfunction, act: Actions): Part {
  const waiting = state.drafts.find(({ malfunctionId, ready }) => malfunctionId === job.id && ready);
  if (waiting !== undefined) return note(t("Your work report waits on this device and is handed over as soon as there is a line."), "", "send");
  if (state.who.role !== "technician") return nothing;
  const draft = state.drafts.find(({ malfunctionId, ready }) => malfunctionId === job.id && !ready);
  const outcomes = ["repaired", "replaced", "no_fault", "not_repaired"];
  return html`<section class="card pad stack report" aria-labelledby="report-title"><h2 id="report-title">${t("Work report")}</h2>${draft?.refused ? note(draft.refused, "alarm", "alarm") : nothing}
    ${choices("outcome", t("How did it end?"), outcomes.map((value) => ({ value, words: outcomeName(value) })), draft?.outcome ?? "repaired", (outcome) => act.write(job, { outcome }))}
    ${textField("report-text", t("What did you do?"), { value: draft?.text ?? "", maxlength: 2000, hint: t("No names of people who walked past. It is kept on this device until it is handed over."), input: (text) => act.write(job, { text }) })}
    ${field("report-minutes", t("Minutes of work"), { value: draft?.minutes === null || draft === undefined ? "" : String(draft.minutes), maxlength: 4, input: (text) => act.write(job, { minutes: /^\d{1,4}$/.test(text) ? Number(text) : null }) })}
    ${partsField(state, job, draft, act)}
    <div>${button(t("Hand over the report"), () => act.hand(job), { kind: "primary", icon: "send", disabled: (draft?.text.trim().length ?? 0) < 3, id: "hand-over" })}</div></section>`;
}

function partsField(state: State, job: Malfunction, draft: Draft | undefined, act: Actions): Part {
  const parts = draft?.parts ?? [];
  const names = [...new Set((state.stock ?? []).filter(({ state: where }) => where === "stock").map(({ name }) => name))].slice(0, 100);
  const add = (event: Event): void => {
    const input = (event.currentTarget as HTMLElement).closest(".parts")?.querySelector("input");
    const name = input?.value.trim() ?? "";
    if (name === "" || input === null || input === undefined) return;
    const known = parts.find((part) => part.name === name);
    act.write(job, { parts: known === undefined ? [...parts, { name, count: 1 }] : parts.map((part) => (part.name === name ? { ...part, count: part.count + 1 } : part)) });
    input.value = "";
  };
  return html`<div class="parts field"><label for="part">${t("Parts used")}</label><div class="row"><input class="input grow" id="part" list="stock-names" maxlength="120" autocomplete="off">${button(t("Add"), add, { small: true })}</div><datalist id="stock-names">${names.map((name) => html`<option value=${name}></option>`)}</datalist><p class="hint">${t("What is in the stock comes off it with the report.")}</p>
    ${parts.length === 0 ? nothing : html`<ul class="row chosen-parts">${parts.map((part) => html`<li class="row">${pill(part.count > 1 ? `${part.count} × ${part.name}` : part.name)}<button type="button" class="btn small quiet" aria-label=${t("Take off {name}", { name: part.name })} @click=${() => act.write(job, { parts: parts.filter(({ name }) => name !== part.name) })}>×</button></li>`)}</ul>`}</div>`;
}

function history(state: State, job: Malfunction): Part {
  if (job.requests.length === 0 && job.reports.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="history"><header><h2 id="history">${t("What happened")}</h2></header><ul class="items">${job.reports.map((report) => html`<li><div class="body"><b>${outcomeName(report.outcome)}</b> · ${report.by}<div>${report.text}</div><div class="faint small">${[when(report.at_ms, state.nowMs, job.site.tz), report.minutes === null ? "" : t("{n} min", { n: report.minutes }), ...report.parts.map((part) => (part.taken === undefined || part.taken === 0 ? `${part.count} × ${part.name}` : t("{n} × {name}, {taken} off the stock", { n: part.count, name: part.name, taken: part.taken })))].filter(Boolean).join(" · ")}</div></div></li>`)}
    ${job.requests.map((asked) => html`<li><div class="body"><b>${asked.technician}</b> · ${stateOf(asked, state.nowMs).words}${asked.refusal === "" ? nothing : html`: <q>${asked.refusal}</q>`}<div>${asked.reason}</div><div class="faint small">${when(asked.asked_ms, state.nowMs, job.site.tz)}${asked.begun_ms !== null && asked.ended_ms !== null ? ` · ${span((asked.ended_ms - asked.begun_ms) / 1000)}` : ""}</div></div></li>`)}</ul></section>`;
}
