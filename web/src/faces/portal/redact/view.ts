// SPDX-License-Identifier: EUPL-1.2
// Making others unrecognisable, drawn: what is being done, the frame as it will leave with its boxes, the boxes as a list, and the way out.
import { html, nothing, percent, placed, ref, repeat, type Part } from "../../../kit/dom";
import { choices, field } from "../../../kit/form";
import { icon } from "../../../kit/icons";
import { keepLogged } from "../../../kit/leaving";
import { button, empty, note, pill, progress } from "../../../kit/pieces";
import { clockSeconds, day, number, t, tn } from "../../../kit/words";
import type { Kind, Place } from "../../../records/redact/places";
import type { Plan, Standing } from "../../../records/redact/plan";
import type { Mount } from "../pages";
import { type Clip, Redacting, type State } from "./controller";

export const mount: Mount = (host, ctx, id) => new Redacting(host, ctx, id, page);

const kindName = (kind: Kind): string => ({ person: t("Person"), vehicle: t("Vehicle"), face: t("Face") })[kind];

function page(state: State, act: Redacting): Part {
  return html`<div class="page redact"><div class="title"><div><h1>${t("Make others unrecognisable")}</h1>
    <p class="mute">${t("Everybody and every vehicle is covered in the pixels themselves, but for whom you choose. You look at each frame before anything leaves. All of it happens in this browser.")}</p></div></div>
    ${state.clip === null ? html`<div class="card">${empty(t("No recording chosen"), t("Choose one on the page of recordings, save it, and say that others are to be made unrecognisable."), "film", html`<a class="btn primary" href="/portal/recordings"><span>${t("Recordings")}</span></a>`)}</div>` : html`${head(state.clip)}${body(state, act)}`}</div>`;
}

const head = ({ camera, fromMs, toMs, tz }: Clip): Part => html`<p class="redact-head"><b>${camera.name}</b> · ${camera.site.name} · ${day(fromMs, tz)} <span class="mono">${clockSeconds(fromMs, tz)} – ${clockSeconds(toMs, tz)}</span></p>`;

function body(state: State, act: Redacting): Part {
  const { at } = state;
  switch (at.phase) {
    case "nothing": return state.clip === null ? nothing : part(state.clip, state, act);
    case "refused": return html`${note(html`<b>${at.message}</b> ${at.action}`, "alarm", "alarm")}<p><a class="btn" href="/portal/recordings"><span>${t("Back to the recordings")}</span></a></p>`;
    case "working": return working(at, act);
    case "made": return made(at, state.purpose, act);
    case "look": return act.plan === null ? nothing : look(state, act.plan, act);
  }
}

/** Each second is some ten frames to be looked at: the part that is needed, no more. */
function part({ fromMs, toMs, tz }: Clip, { whole }: State, act: Redacting): Part {
  const [second, seconds] = [Math.round((fromMs - whole.fromMs) / 1000), Math.round((toMs - fromMs) / 1000)];
  const input = (id: string, label: string, value: number, least: number, most: number, take: (value: number) => void): Part => html`<label class="field" for=${id}><span class="label">${label}</span>
    <input class="input" id=${id} type="number" inputmode="numeric" min=${least} max=${most} .value=${String(value)} @change=${(event: Event) => take(Number((event.target as HTMLInputElement).value))}></label>`;
  return html`<section class="card pad"><h2>${t("Which part")}</h2><p>${t("You will look at each frame of it, ten or more a second: take the part that is needed, three minutes at most.")}</p>
    <div class="row">${input("redact-from", t("From second"), second, 0, Math.max(0, whole.seconds - 1), (value) => act.part(value, seconds))}${input("redact-seconds", t("Seconds"), seconds, 1, 180, (value) => act.part(second, value))}</div>
    <p class="mute">${t("{from} to {to}, of {seconds} seconds recorded", { from: clockSeconds(fromMs, tz), to: clockSeconds(toMs, tz), seconds: number(whole.seconds) })}</p>
    ${button(t("Begin"), act.begin, { kind: "primary", id: "redact-begin" })}</section>`;
}

function working({ step, share, done, of }: Extract<State["at"], { phase: "working" }>, act: Redacting): Part {
  const words = step === "opening" ? t("Opening it in this browser") : step === "finding" ? t("Looking for people, vehicles and faces") : t("Making the film");
  return html`<section class="card pad redact-work" aria-live="polite">${progress(share, words)}<p>${words}${of > 1 ? html` · <span class="mono">${t("frame {n} of {of}", { n: number(done), of: number(of) })}</span>` : "…"}</p>
    ${step === "finding" ? html`<p class="mute small">${t("The networks that look came from this server and run here. What they miss, you draw.")}</p>` : nothing}
    ${step === "making" ? button(t("Stop"), act.stopMaking, { id: "redact-stop" }) : button(t("Leave it"), act.cancel, { id: "redact-cancel" })}</section>`;
}

function made({ made: film }: Extract<State["at"], { phase: "made" }>, purpose: string, act: Redacting): Part {
  return html`<section class="card pad">${note(t("Written down as entry {n}, and signed with your key.", { n: number(film.index) }), "ok", "check")}
    ${film.way.name === "H.264" ? nothing : note(t("This browser makes no H.264: the film is in {codec}, which plays in browsers and most players, not in all.", { codec: film.way.name }), "warn", "info")}
    <p>${t("It has pictures and nothing else: no sound, no names, no dates. What is covered can’t be brought back.")}</p>
    <p class="row">${button(t("Keep {name}", { name: film.name }), () => keepLogged(film.index, film.blob, film.name), { kind: "primary", icon: "download", id: "redact-file" })}${purpose === "data_subject" ? button(t("Hand it over by a link"), () => act.byLink(film), { icon: "send", id: "redact-link" }) : nothing}<a class="btn" href="/portal/recordings"><span>${t("Back to the recordings")}</span></a></p></section>`;
}

// --- the look -------------------------------------------------------------------------------------------------------------------------

function look(state: State, plan: Plan, act: Redacting): Part {
  return html`<div class="columns redact-desk"><section class="card redact-film" aria-label=${t("The frame as it will leave")}>${stage(state, plan, act)}${walk(state, plan, act)}</section>
    <div class="stack">${boxes(state, plan, act)}${leaving(state, plan, act)}</div></div>`;
}

const at = ({ x, y, w, h }: Place): Record<string, string> => ({ left: percent(x), top: percent(y), width: percent(w), height: percent(h) });

/** A face goes with the person in whose box it is: shown is the person. */
const shown = ({ frame, chosen }: State, plan: Plan): readonly Standing[] => plan.at(frame).filter(({ track, somebodys }) => !somebodys || track.number === chosen);

function stage(state: State, plan: Plan, act: Redacting): Part {
  const found = shown(state, plan);
  return html`<div class="redact-room"><div class="redact-stage ${state.drawing ? "drawing" : ""}" ${placed({ "aspect-ratio": String(state.ratio) })}
      @pointerdown=${(event: PointerEvent) => act.press(event, null)} @pointermove=${act.drag} @pointerup=${act.drop} @pointercancel=${act.drop}>
      <canvas ${ref((element) => act.canvas(element as HTMLCanvasElement | undefined))} role="img" aria-label=${t("Frame {n} of {of}", { n: number(state.frame + 1), of: number(state.frames) })}></canvas>
      ${repeat(found, ({ track }) => track.number, ({ track, place, covered }) => html`<button type="button" class="redact-box ${covered ? "covered" : "sharp"} ${track.number === state.chosen ? "chosen" : ""}" data-track=${track.number}
        ${placed(at(track.number === state.chosen && state.draft !== null ? state.draft : place))} aria-pressed=${track.number === state.chosen ? "true" : "false"}
        aria-label=${boxName(track.number, track.kind, covered)} @pointerdown=${(event: PointerEvent) => act.press(event, track.number)} @pointermove=${act.drag} @pointerup=${act.drop} @focus=${() => act.choose(track.number)}><span aria-hidden="true">${track.number}</span></button>`)}
      ${state.draft !== null && state.chosen === null ? html`<i class="redact-draft" ${placed(at(state.draft))}></i>` : nothing}</div></div>`;
}

const boxName = (n: number, kind: Kind, covered: boolean): string => (covered ? t("{what} {n}, covered", { what: kindName(kind), n: number(n) }) : t("{what} {n}, sharp", { what: kindName(kind), n: number(n) }));

function walk(state: State, plan: Plan, act: Redacting): Part {
  const { frame, frames } = state;
  const flagged = plan.flagged.has(frame);
  return html`<div class="redact-walk">
    <div class="row"><span class="mono" id="redact-at">${t("Frame {n} of {of}", { n: number(frame + 1), of: number(frames) })}</span>
      ${plan.seen(frame) ? pill(t("Looked at"), "ok", { icon: "check" }) : pill(t("Not looked at"), "warn", { icon: "eye" })}${flagged ? pill(t("Flagged"), "alarm") : nothing}</div>
    <input type="range" class="redact-range" min="0" max=${Math.max(0, frames - 1)} .value=${String(frame)} aria-label=${t("Frame")} @input=${(event: Event) => act.go(Number((event.target as HTMLInputElement).value))}>
    <div class="row redact-keys">${button(t("Back"), act.previous, { key: "←", disabled: frame === 0, id: "redact-back" })}${button(t("Looked at, next"), act.next, { kind: "primary", key: "→", id: "redact-next" })}
      ${button(t("Next unseen"), act.unseen, { key: "N", id: "redact-unseen" })}${button(flagged ? t("Take the flag away") : t("Flag"), act.flag, { key: "F", id: "redact-flag" })}
      ${button(t("Draw a box"), act.drawing, { key: "D", kind: state.drawing ? "primary" : "", id: "redact-draw" })}${button(t("Undo"), act.undo, { key: "U", icon: "undo", disabled: plan.undoes === null, id: "redact-undo" })}</div>
    ${state.drawing ? note(t("Draw it over the picture, or press B for one in the middle. Shift and arrows move it, Alt and arrows size it."), "accent", "info") : nothing}
    ${progress(plan.reviewed / Math.max(1, frames), t("Frames looked at"))}
    <p class="small" role="status">${t("{n} of {of} frames looked at", { n: number(plan.reviewed), of: number(frames) })}${plan.flagged.size === 0 ? "" : ` · ${tn("{n} flagged", "{n} flagged", plan.flagged.size)}`}</p></div>`;
}

function boxes(state: State, plan: Plan, act: Redacting): Part {
  const found = shown(state, plan);
  return html`<section class="card"><header><h2>${t("In this frame")}</h2></header>
    <p class="small mute pad-x">${t("Choose who stays sharp: the one who asked. Everybody else stays covered. A box that is nobody’s can be taken away; someone who was missed is drawn.")}</p>
    ${found.length === 0 ? html`<p class="pad-x">${t("Nothing was found in this frame.")}</p>` : html`<ul class="items redact-list">${repeat(found, ({ track }) => track.number, ({ track, covered }) => html`<li class=${track.number === state.chosen ? "chosen" : ""}>
      <button type="button" class="redact-name" @click=${() => act.choose(track.number)}>${icon(covered ? "mask" : "eye")}<span>${boxName(track.number, track.kind, covered)}</span></button>
      ${track.number !== state.chosen ? nothing : html`<div class="row redact-acts">${button(plan.kept.has(track.number) ? t("Cover") : t("Keep sharp"), () => act.keep(track.number), { small: true, key: "K", kind: plan.kept.has(track.number) ? "" : "primary", id: "redact-keep" })}
        ${button(t("Somebody else from here on"), () => act.split(track.number), { small: true, key: "S" })}${button(t("Nobody here: this frame"), () => act.remove(track.number, false), { small: true, key: "Del", id: "redact-remove" })}${button(t("Nobody here: all frames"), () => act.remove(track.number, true), { small: true, key: "⇧Del" })}</div>`}</li>`)}</ul>`}</section>`;
}

function leaving(state: State, plan: Plan, act: Redacting): Part {
  const purposes = [
    { value: "data_subject", words: t("For somebody who is in the picture and asked for it") }, { value: "publication", words: t("To publish it: nobody stays sharp") }, { value: "own_record", words: t("For my own records") }, { value: "insurer", words: t("For an insurer") },
    { value: "court", words: t("For a court or a lawyer") }, { value: "repair", words: t("For a repair, to show what is wrong") },
  ];
  const lacking = state.frames - plan.reviewed;
  return html`<section class="card pad"><h2>${t("Let it leave")}</h2>
    ${choices("redact-purpose", t("What it is for"), purposes, state.purpose, act.purpose)}
    ${field("redact-recipient", t("Who gets it"), { value: state.recipient, maxlength: 120, input: act.recipient })}
    ${state.way === null ? note(t("This browser can’t encode a film. Do it in another one."), "alarm", "alarm") : state.way.name === "H.264" ? nothing : note(t("This browser makes no H.264: the film is in {codec}, which plays in browsers and most players, not in all.", { codec: state.way.name }), "warn", "info")}
    ${state.wrong === null ? nothing : note(state.wrong, "alarm", "alarm")}
    <p class="small ${plan.ready ? "" : "mute"}" id="redact-lacking">${plan.ready ? tn("Every frame was looked at; {n} stays sharp.", "Every frame was looked at; {n} stay sharp.", plan.kept.size) : plan.flagged.size > 0 && lacking === 0 ? t("Look at the flagged frames again, and take their flags away.") : tn("{n} frame was not looked at yet.", "{n} frames were not looked at yet.", lacking)}</p>
    ${button(t("Make the film"), () => void act.make(), { kind: "primary", icon: "download", id: "redact-make", disabled: !plan.ready || state.way === null })}
    <p class="faint small">${t("It is written down, with what it is for, who gets it and how many frames you looked at, before the file is offered.")}</p></section>`;
}
