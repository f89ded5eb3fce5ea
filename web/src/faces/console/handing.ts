// SPDX-License-Identifier: EUPL-1.2
// "Send this picture to the guard": a still of what the operator sees, blurred if it is, marked with the guard's errand and the time,
// sealed here to the key of the guard's phone. Nothing is sealed to a key on the server's word: the guard reads its words first, once
// for each key. What is sent is what the dialog shows; when the look ends, the dialog and the still go with it.
import { openDialog, foot, type Opened } from "../../kit/dialog";
import { html, nothing, ref } from "../../kit/dom";
import { button, note } from "../../kit/pieces";
import { toast } from "../../kit/toast";
import { clockSeconds, t, tn } from "../../kit/words";
import { base64url, fromBase64url, fromUuid, random, type Bytes } from "../../seal/bytes";
import { GUARD_PICTURE, sealFile } from "../../seal/sealedfile";
import { openingFingerprint, suiteOf } from "../../seal/suite";
import { words as spoken } from "../../seal/words";
import { jpegOf, stillOf } from "../../viewer/handed";
import type { Size } from "../../viewer/veil";
import { alarmNumber } from "../names";
import { Refusal } from "../port";
import type { Errand, ErrandPictures } from "../plans/types";
import type { AlarmDetail } from "../types";

export interface HandedPicture {
  readonly dispatch_id: string;
  readonly camera_id: string;
  readonly object: string;
  readonly ciphertext: string;
  readonly compared: true;
}

export interface HandingPort {
  handPicture(alarmId: string, picture: HandedPicture): Promise<{ readonly id: string; readonly until_ms: number; readonly left: number }>;
  nowMs(): number;
}

/** What is on the operator's screen. */
export interface Seen {
  readonly cameraId: string;
  readonly camera: string;
  readonly source: CanvasImageSource;
  readonly size: Size;
  readonly veiled: boolean;
}

/** An errand whose guard can be given a picture, with his phone's key. */
interface Ready {
  readonly errand: Errand;
  readonly key: NonNullable<ErrandPictures["key"]>;
  readonly left: number;
}

const SEES = new Set(["accepted", "on_the_way", "arrived"]);
/** Keys whose words a guard read to this seat. */
const compared = new Set<string>();

/** The guards of an alarm who can be given a picture now: the owner allows it, the errand runs, the phone offered a key. Pure. */
export function ready(errands: readonly Errand[]): readonly Ready[] {
  return errands.flatMap((errand) => {
    const pictures = errand.pictures;
    return pictures !== undefined && pictures.allowed && pictures.key !== null && pictures.left > 0 && SEES.has(errand.state) ? [{ errand, key: pictures.key, left: pictures.left }] : [];
  });
}

const fingerprintOf = ({ key }: Ready): Bytes => openingFingerprint(suiteOf(key.suite), fromBase64url(key.open_pk));

export class Handing {
  #dialog: Opened | null = null;
  #still: HTMLCanvasElement | null = null;

  constructor(private readonly port: HandingPort) {}

  /** Takes the still now and asks before it is sent. */
  open(alarm: AlarmDetail, seen: Seen): void {
    const [first] = ready(alarm.dispatches);
    if (first === undefined || this.#dialog !== null) return;
    const atMs = this.port.nowMs();
    const tz = alarm.site.tz;
    const said = `${first.errand.guard} · ${alarmNumber(alarm)} · ${clockSeconds(atMs, tz)}`;
    const still = stillOf(seen.source, seen.size, seen.veiled, said, atMs);
    this.#still = still;
    const print = base64url(fingerprintOf(first));
    let [same, busy, wrong] = [compared.has(print), false, ""];
    const known = same;
    const send = (): void => {
      if (busy || !same) return;
      busy = true;
      this.#dialog?.redraw();
      void this.#send(alarm, first, seen.cameraId, still, atMs).then((refused) => {
        busy = false;
        wrong = refused;
        if (refused !== "") return void this.#dialog?.redraw();
        compared.add(print);
        toast(t("{guard} can open it on his phone now.", { guard: first.errand.guard }), "ok");
        this.close();
      });
    };
    const place = (host?: Element): void => void (host !== undefined && still.parentElement !== host && host.replaceChildren(still));
    still.className = "handed-still";
    still.setAttribute("role", "img");
    still.setAttribute("aria-label", t("The picture that is sent: {camera}, {time}", { camera: seen.camera, time: clockSeconds(atMs, tz) }));
    this.#dialog = openDialog(t("Picture for {guard}", { guard: first.errand.guard }), (opened) => html`<div class="form">
      ${wrong === "" ? nothing : note(wrong, "alarm", "alarm")}
      <div ${ref(place)}></div>
      ${seen.veiled ? note(t("It is blurred, as you see it. Ask to see clearly first if the guard must know more."), "warn", "eye") : nothing}
      ${known ? nothing : html`<div class="stack tight"><p>${t("Call the guard and let him read the words on his phone. Are they these?")}</p><p class="code" id="guard-words" translate="no">${spoken(fingerprintOf(first))}</p>
        <label class="choice"><input type="checkbox" id="guard-compared" .checked=${same} @change=${(event: Event) => { same = (event.target as HTMLInputElement).checked; opened.redraw(); }}><span>${t("He read me these words")}</span></label></div>`}
      <p class="mute small">${tn("One more picture may be sent on this errand.", "{n} more pictures may be sent on this errand.", first.left)} ${t("The owner reads in his log that you sent it, and each time that the guard opens it.")}</p>
      ${foot(button(t("Cancel"), opened.close, { kind: "quiet", key: "Esc" }), button(t("Send the picture"), send, { kind: "primary", busy, disabled: !same, id: "hand-now" }))}</div>`, { closed: () => this.#gone() });
  }

  /** The look is over: so is what was taken from it. */
  close(): void {
    this.#dialog?.close();
    this.#gone();
  }

  #gone(): void {
    this.#dialog = null;
    if (this.#still !== null) this.#still.width = this.#still.height = 0;
    this.#still = null;
  }

  async #send(alarm: AlarmDetail, to: Ready, cameraId: string, still: HTMLCanvasElement, madeMs: number): Promise<string> {
    try {
      const file = random(16);
      file[6] = ((file[6] ?? 0) & 0x0f) | 0x40;
      file[8] = ((file[8] ?? 0) & 0x3f) | 0x80;
      const { object, ciphertext } = await sealFile(
        GUARD_PICTURE,
        { file, about: fromUuid(cameraId), recipient: fromUuid(to.errand.id), suite: to.key.suite, recipientPublic: fromBase64url(to.key.open_pk), madeMs, mediaType: "image/jpeg" },
        await jpegOf(still),
      );
      await this.port.handPicture(alarm.id, { dispatch_id: to.errand.id, camera_id: cameraId, object: base64url(object), ciphertext: base64url(ciphertext), compared: true });
      return "";
    } catch (error) {
      return error instanceof Refusal ? [error.message, error.action].filter(Boolean).join(" ") : t("The picture could not be made. Try again.");
    }
  }
}
