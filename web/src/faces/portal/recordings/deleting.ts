// SPDX-License-Identifier: EUPL-1.2
// Deleting for ever, in two steps: first what would be gone, then his word. Long ones show how far they are.
import { html, nothing, type Part } from "../../../kit/dom";
import { foot, type Opened } from "../../../kit/dialog";
import { button, note, progress, skeleton } from "../../../kit/pieces";
import { bytes, clockSeconds, day, span, t, tn } from "../../../kit/words";
import { deleteTime, lossOf, type Loss } from "../../../client/deletion";
import type { Span } from "../../../client/recordings";
import type { Camera } from "../../types";
import { Refusal } from "../../port";
import { asRefusal } from "../../wire";
import type { Ctx } from "../pages";

interface Wish extends Span {
  readonly camera: Camera;
  readonly tz: string | undefined;
  /** 3: a picture that the owner took. */
  readonly track?: 3;
}

type Step =
  | { readonly phase: "counting" }
  | { readonly phase: "sure"; readonly loss: Loss; readonly said: boolean }
  | { readonly phase: "deleting"; readonly share: number }
  | { readonly phase: "refused"; readonly message: string; readonly action: string }
  | { readonly phase: "gone"; readonly loss: Loss };

export function askToDelete(ctx: Ctx, span: Wish, done: () => void): void {
  const wish = { cameraId: span.camera.id, unitId: span.camera.unit.id, track: span.track ?? (1 as const), fromMs: Math.floor(span.fromMs), toMs: Math.ceil(span.toMs) };
  let step: Step = { phase: "counting" };
  let dialog: Opened | null = null;
  const move = (next: Step): void => {
    step = next;
    dialog?.redraw();
  };
  const refused = (error: unknown): void => {
    const told = asRefusal(error);
    move({ phase: "refused", message: told instanceof Refusal ? told.message : t("This did not reach the server. Nothing changed; try again."), action: told instanceof Refusal ? told.action : "" });
  };
  const remove = async (loss: Loss): Promise<void> => {
    move({ phase: "deleting", share: 0 });
    try {
      await deleteTime(ctx.session, wish, (share) => move({ phase: "deleting", share }));
      move({ phase: "gone", loss });
    } catch (error) {
      refused(error);
    }
    done();
  };
  dialog = ctx.dialog(span.track === 3 ? t("Delete a picture") : t("Delete a recording"), (opened) => drawn(opened, span, step, (said) => step.phase === "sure" && move({ ...step, said }), (loss) => void remove(loss)));
  void lossOf(ctx.session, wish).then((loss) => move({ phase: "sure", loss, said: false }), refused);
}

function drawn(opened: Opened, { camera, fromMs, toMs, tz, track }: Wish, step: Step, say: (said: boolean) => void, remove: (loss: Loss) => void): Part {
  const when = html`<p><b>${camera.name}</b> · ${day(fromMs, tz)} <span class="mono">${clockSeconds(fromMs, tz)}${track === 3 ? "" : ` – ${clockSeconds(toMs, tz)}`}</span></p>`;
  switch (step.phase) {
    case "counting": return html`${when}${skeleton(3, t("Counting what would be gone"))}${foot(button(t("Keep it"), opened.close))}`;
    case "refused": return html`${when}${note(html`<b>${step.message}</b> ${step.action}`, "alarm", "alarm")}${foot(button(t("Close"), opened.close, { kind: "primary" }))}`;
    case "deleting": return html`${when}${progress(step.share, t("Deleting"))}<p class="mute">${t("Destroying the keys, then the recording itself. You can leave this page: what was begun is carried through.")}</p>`;
    case "gone": return html`${note(t("Gone: {span} of pictures. Their keys were destroyed, so no back-up opens them either. It stands in your log.", { span: span(step.loss.seconds) }), "ok", "check")}${foot(button(t("Close"), opened.close, { kind: "primary", id: "delete-done" }))}`;
    case "sure": return html`${when}${losses(step.loss)}
      <label class="choice rec-sure"><input type="checkbox" id="delete-sure" .checked=${step.said} @change=${(event: Event) => say((event.target as HTMLInputElement).checked)}><span>${t("I understand that nobody can bring this back: not I, not my provider, not the police.")}</span></label>
      ${foot(button(t("Keep it"), opened.close), button(t("Delete it for ever"), () => remove(step.loss), { kind: "alarm", id: "delete-now", disabled: !step.said || step.loss.seconds === 0 }))}`;
  }
}

function losses({ seconds, bytes: size, releases }: Loss): Part {
  return html`<p>${seconds === 0 ? t("There are no images here.") : t("Gone will be {span} of pictures, {size}.", { span: span(seconds), size: bytes(size) })}</p>
    ${releases === 0 ? nothing : html`<p>${tn("{n} key that the alarm centre got for an alarm goes with it: that alarm can’t be looked at again.", "{n} keys that the alarm centre got for alarms go with it: those alarms can’t be looked at again.", releases)}</p>`}
    <p class="mute">${t("There is no undo, and no copy anywhere. If it may be needed as evidence, save it first.")}</p>`;
}
