// SPDX-License-Identifier: EUPL-1.2
// Taking a recording away: why and for whom first, then it is written down, then the file is made here and offered.
import { html, nothing, type Part } from "../../../kit/dom";
import { foot, type Opened } from "../../../kit/dialog";
import { choices, field } from "../../../kit/form";
import { keepLogged } from "../../../kit/leaving";
import { button, note, progress } from "../../../kit/pieces";
import { clockSeconds, number, t } from "../../../kit/words";
import type { Span } from "../../../client/recordings";
import { makeExport, type Made } from "../../../records/export";
import { LONGEST_MS } from "../../../seal/exported";
import type { Camera } from "../../types";
import { Refusal } from "../../port";
import { asRefusal } from "../../wire";
import { canFilm } from "../can";
import type { Ctx } from "../pages";

interface Wish extends Span {
  readonly camera: Camera;
  readonly tz: string;
  /** 3: a picture that the owner took. */
  readonly track?: 3;
  readonly epoch?: string;
}

type Step =
  | { readonly phase: "asking"; readonly error?: string }
  | { readonly phase: "making"; readonly share: number | null; readonly words: string }
  | { readonly phase: "made"; readonly made: Made };

const purposes = (): readonly { readonly value: string; readonly words: string }[] => [
  { value: "own_record", words: t("For my own records") }, { value: "police", words: t("For the police") }, { value: "insurer", words: t("For an insurer") }, { value: "court", words: t("For a court or a lawyer") },
  { value: "repair", words: t("For a repair, to show what is wrong") }, { value: "data_subject", words: t("For somebody who is in the picture and asked for it") }, { value: "publication", words: t("To publish it") },
];

/** One dialog from the question to the file. Closing it forgets the film and the code. */
export function askToSave(ctx: Ctx, wish: Wish): void {
  const asked = { purpose: "", recipient: "", form: (canFilm(wish.camera) ? "film" : "originals") as "film" | "originals", fromMs: wish.fromMs, toMs: Math.min(wish.toMs, wish.fromMs + LONGEST_MS) };
  let step: Step = { phase: "asking" };
  let dialog: Opened | null = null;
  const move = (next: Step): void => {
    step = next;
    dialog?.redraw();
  };
  const make = async (): Promise<void> => {
    if (asked.purpose === "") return move({ phase: "asking", error: t("Say what it is for.") });
    if (asked.recipient.trim() === "") return move({ phase: "asking", error: t("Say who gets it.") });
    move({ phase: "making", share: null, words: t("Opening it in this browser") });
    try {
      const made = await makeExport(ctx.session, { cameraId: wish.camera.id, cameraName: wish.camera.name, siteName: wish.camera.site.name, zone: wish.tz, ...(wish.track === undefined ? {} : { track: wish.track }), ...(wish.epoch === undefined ? {} : { epoch: wish.epoch }), ...asked }, (what, done) =>
        move({ phase: "making", share: what === "opening" ? done : null, words: what === "opening" ? t("Opening it in this browser") : t("Signing it with your key, and writing it down") }));
      move({ phase: "made", made });
    } catch (error) {
      const told = asRefusal(error);
      move({ phase: "asking", error: told instanceof Refusal ? [told.message, told.action].filter(Boolean).join(" ") : t("This did not work: {why}.", { why: told instanceof Error ? told.message : String(told) }) });
    }
  };
  dialog = ctx.dialog(wish.track === 3 ? t("Save a picture") : t("Save a recording"), (opened) => drawn(opened, step, asked, wish, () => void make(), () => move({ phase: "asking" }), () => {
    opened.close();
    ctx.go("redact", `${wish.camera.id}_${Math.floor(wish.fromMs)}_${Math.ceil(wish.toMs)}`);
  }), {
    wide: true,
  });
}

function drawn(opened: Opened, step: Step, asked: { purpose: string; recipient: string; form: "film" | "originals"; fromMs: number; toMs: number }, wish: Wish, make: () => void, again: () => void, redact: () => void): Part {
  const when = html`<p><b>${wish.camera.name}</b> · <span class="mono">${clockSeconds(asked.fromMs, wish.tz)}${wish.track === 3 ? "" : ` – ${clockSeconds(asked.toMs, wish.tz)}`}</span></p>`;
  if (step.phase === "making") return html`${when}${progress(step.share, step.words)}<p class="mute">${step.words}…</p>${foot(button(t("Stop"), opened.close))}`;
  if (step.phase === "made") return madePart(opened, step.made);
  return html`${when}
    ${wish.toMs - wish.fromMs > LONGEST_MS ? note(t("A file holds an hour at most: this is the first hour of it."), "", "info") : nothing}
    ${canFilm(wish.camera) ? choices("save-form", t("What"), [{ value: "film", words: wish.track === 3 ? t("The picture as a film of one moment, which plays anywhere, with your signature in it") : t("A film that plays anywhere, with your signature in it") }, { value: "originals", words: t("The sealed originals, opened with a code that only you get") }], asked.form, (value) => { asked.form = value as "film" | "originals"; again(); }) : note(t("This camera makes single pictures, no film: you get the sealed originals, opened with a code that only you get."), "", "info")}
    ${choices("save-purpose", t("What it is for"), purposes(), asked.purpose || null, (value) => { asked.purpose = value; again(); })}
    ${wish.track === 3 || !canFilm(wish.camera) ? nothing : html`<div class="rec-others">${note(asked.purpose === "data_subject" || asked.purpose === "publication" ? t("For this, others in it are made unrecognisable first.") : t("Are there others in it? They can be made unrecognisable first."), asked.purpose === "data_subject" || asked.purpose === "publication" ? "warn" : "", "mask")}${button(t("Make others unrecognisable"), redact, { icon: "mask", id: "save-redact", kind: asked.purpose === "data_subject" || asked.purpose === "publication" ? "primary" : "" })}</div>`}
    ${field("save-recipient", t("Who gets it"), { value: asked.recipient, maxlength: 120, hint: t("A person or an organisation. If it is for you, your own name."), input: (value) => { asked.recipient = value; } })}
    ${step.error === undefined ? nothing : note(step.error, "alarm", "alarm")}
    <p class="faint small">${t("It is written down, with what it is for and who gets it, before the file is offered. There may be people in it: who has the file is responsible for it.")}</p>
    ${foot(button(t("Leave it"), opened.close), button(t("Make the file"), make, { kind: "primary", icon: "download", id: "save-now" }))}`;
}

function madePart(opened: Opened, made: Made): Part {
  return html`${note(t("Written down as entry {n}, and signed with your key.", { n: number(made.index) }), "ok", "check")}
    ${made.code === null ? nothing : html`<div class="rec-code"><p>${t("This code opens it. Send it another way than the file: on paper, or by phone. It is not kept, and nobody can make it again.")}</p><p class="mono" id="save-code">${made.code}</p>
      <p class="small">${t("Whoever gets it opens it without us, in any browser and without a network, with this page:")} <a href="/static/zegel/dist/open.html" download="zegel-open.html">zegel-open.html</a></p></div>`}
    ${foot(button(t("Close"), opened.close), button(t("Keep {name}", { name: made.name }), () => keepLogged(made.index, made.blob, made.name), { kind: "primary", id: "save-file" }))}`;
}
