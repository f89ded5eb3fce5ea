// SPDX-License-Identifier: EUPL-1.2
// One look: from the client's view and its player to what a face shows of it.
import type { Session } from "../client/session";
import { openView, type StopReason, type View } from "../client/view";
import type { Box } from "../kit/frame";
import type { Stretch } from "../kit/timeline";
import { t } from "../kit/words";
import { Player } from "../viewer/player";
import type { Looking, LookingNow, LookRequest } from "./port";

export type Purpose = "alarm_verification" | "alarm_followup" | "own_use";

const SURVEILLANCE = 1;
const END_S = 0.4;

export async function look(session: Session, request: LookRequest, purpose: Purpose): Promise<Looking> {
  const { cameraId, alarmId, fromMs, toMs } = request;
  const view = await openView(session, {
    cameraId, track: SURVEILLANCE, purpose, ...(alarmId === undefined ? {} : { alarmId }), ...(fromMs === undefined || toMs === undefined ? {} : { fromMs, toMs }),
  });
  return new Watched(view, request);
}

class Watched implements Looking {
  readonly index: number;
  #player: Player | null = null;
  #attached: HTMLVideoElement | null = null;
  #listener: (now: LookingNow) => void = () => undefined;

  constructor(
    private readonly view: View,
    private readonly request: LookRequest,
  ) {
    this.index = view.lease?.index ?? 0;
    view.onChange(() => this.#tell());
  }

  readonly onChange = (listener: (now: LookingNow) => void): void => {
    this.#listener = listener;
    this.#tell();
  };

  get stills(): boolean {
    return this.#player?.stills ?? false;
  }

  get masked(): boolean {
    return this.#player?.masked ?? false;
  }

  attach(video: HTMLVideoElement, still?: HTMLCanvasElement): void {
    if (video === this.#attached || this.view.now.phase === "stopped") return;
    this.#attached = video;
    this.#player = new Player(this.view, { video, ...(still === undefined ? {} : { still }) });
    this.#player.onChange(() => this.#tell());
    video.addEventListener("ended", () => this.#tell());
  }

  boxes(): readonly Box[] {
    return (this.#player?.findings ?? []).map((found) => ({ c: found.class, s: found.score, x: found.x, y: found.y, w: found.width, h: found.height }));
  }

  seek(ms: number): void {
    this.#player?.seek(ms);
  }

  live(): void {
    this.#player?.goLive();
  }

  pause(paused: boolean): void {
    this.#player?.pause(paused);
  }

  async end(): Promise<void> {
    await this.view.end();
  }

  #tell(): void {
    this.#listener(this.#now());
  }

  #now(): LookingNow {
    const { phase, proof, reason, opened, detail } = this.view.now;
    const shown = this.#player?.now ?? null;
    const common = { headMs: shown?.atMs ?? null, live: shown?.live ?? false, behindS: shown?.behindS ?? 0, paused: shown?.phase === "paused", stretches: this.#stretches(shown?.stretches ?? []), proof, detail };
    if (phase === "stopped") return { ...common, phase: "ended", step: 3, reason: reasonOf(reason) };
    const over = phase === "complete" && (opened === 0 || (shown !== null && shown.atMs !== null && shown.behindS < END_S));
    if (over) return { ...common, phase: "ended", step: 3, reason: opened === 0 ? "nothing" : "done" };
    if (shown === null || shown.phase === "waiting") return { ...common, phase: "opening", step: opened > 0 ? 2 : this.view.lease === null ? 0 : 1, reason: null };
    return { ...common, phase: "playing", step: 3, reason: null };
  }

  /** Before the alarm and after it look different on the line; what is missing is hatched. */
  #stretches(all: readonly { readonly fromMs: number; readonly toMs: number }[]): readonly Stretch[] {
    const alarm = this.request.alarmMs;
    const gaps = this.view.now.missing.map(({ fromMs, toMs }): Stretch => ({ fromMs, toMs, kind: "gap" }));
    const shown = all.flatMap(({ fromMs, toMs }): Stretch[] => {
      if (alarm === undefined || fromMs >= alarm) return [{ fromMs, toMs, kind: "rel" }];
      if (toMs <= alarm) return [{ fromMs, toMs, kind: "pre" }];
      return [{ fromMs, toMs: alarm, kind: "pre" }, { fromMs: alarm, toMs, kind: "rel" }];
    });
    return [...shown, ...gaps].sort((a, b) => a.fromMs - b.fromMs);
  }
}

function reasonOf(reason: StopReason | null): string {
  return reason ?? "ended";
}

/** What a look ended with, when that is not simply its window's end. */
export function trouble({ reason, detail }: LookingNow): { message: string; action: string } | null {
  const found = troubleWords(reason ?? "");
  return found === null || detail === null || reason === "nothing" ? found : { ...found, action: `${found.action} (${detail})` };
}

function troubleWords(reason: string): { message: string; action: string } | null {
  switch (reason) {
    case "no_receipt": return { message: t("The log did not prove this look in time"), action: t("So the picture was taken away: what is not logged is not seen. Report this if it happens again.") };
    case "not_verified": return { message: t("What the server gave does not verify"), action: t("The picture was taken away. Report this: somebody may have tampered with it.") };
    case "unreachable": return { message: t("Connection lost"), action: t("The picture was taken away. Open it again when the connection is back.") };
    case "unsupported": return { message: t("This browser can’t play this camera’s video"), action: t("Use a current Chrome, Edge, Firefox or Safari.") };
    case "refused": return { message: t("This could not be opened."), action: "" };
    case "nothing": return { message: t("Nothing was recorded"), action: t("There is no picture of these moments.") };
    default: return null;
  }
}
