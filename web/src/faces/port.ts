// SPDX-License-Identifier: EUPL-1.2
// What a face needs of the client library, and no more: the faces know neither keys nor bytes.
import type { FactorAnswer, FactorAsked } from "../client/factor";
import type { Box } from "../kit/frame";
import type { Stretch } from "../kit/timeline";
import type { Order } from "../viewer/steer";
import type { HandedPicture } from "./console/handing";
import type { Purpose } from "./look";
import type { MailPicturesPort } from "./mailpictures";
import type { Alarm, AlarmDetail, Camera, Health, Look, RawSignal, Unit } from "./types";

export interface Party {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** It has an office of its own for service or customers (/service/). */
  readonly tenant?: boolean;
}

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly language: string;
  readonly party: Party;
  readonly parties: readonly Party[];
}

/** A refusal in the user's language: what is wrong, and what to do. */
export class Refusal extends Error {
  readonly code: string;
  readonly action: string;
  /** The words of the key in question, to be compared. */
  readonly words: string | null;
  /** Not about the request itself: the same one may succeed in a moment. */
  readonly passing: boolean;
  /** Which field is wrong, when it is one. */
  readonly field: string;
  constructor(code: string, message: string, action = "", words: string | null = null, passing = false, field = "") {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.action = action;
    this.words = words;
    this.passing = passing;
    this.field = field;
  }
}

export type SignInStep = "deriving" | "asking" | "opening";

export interface Entrance {
  /** `factor`: asked when the account has a second one, again when its answer was refused. */
  signIn(email: string, password: string, step: (step: SignInStep) => void, factor?: (asked: FactorAsked) => Promise<FactorAnswer>): Promise<Me>;
  restore(): Promise<Me | null>;
  act(partyId: string): Promise<Me>;
  signOut(): Promise<void>;
}

/** One look, from its log entry to its end. What it opened is forgotten when it ends, whatever the reason. */
export interface Looking {
  readonly index: number;
  readonly onChange: (listener: (now: LookingNow) => void) => void;
  /** Whether the camera makes stills: then they are drawn on `still`, and the video stays empty. */
  readonly stills: boolean;
  /** Whether parts of the picture are blackened by the unit; then all of it is while the camera is turned. */
  readonly masked?: boolean;
  attach(video: HTMLVideoElement, still?: HTMLCanvasElement): void;
  boxes(): readonly Box[];
  seek(ms: number): void;
  live(): void;
  pause(paused: boolean): void;
  end(): Promise<void>;
}

export interface LookingNow {
  readonly phase: "opening" | "playing" | "ended";
  readonly step: number;
  readonly headMs: number | null;
  readonly live: boolean;
  readonly behindS: number;
  readonly paused: boolean;
  readonly stretches: readonly Stretch[];
  /** Why it ended: recalled, closed, expired, revoked, done, or what went wrong */
  readonly reason: string | null;
  readonly proof: "waiting" | "proved" | "failed";
  /** What exactly went wrong, for a report. */
  readonly detail: string | null;
}

export interface LookRequest {
  readonly cameraId: string;
  readonly alarmId?: string;
  readonly alarmMs?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface Word {
  readonly state: "off" | "armed" | "disarmed" | "working_hours" | "unpaired";
  readonly untilMs: number | null;
  readonly atMs: number;
  readonly tz: string | undefined;
  /** Armed, but only this part. */
  readonly part?: string | null;
  /** When it guards again by itself. */
  readonly guardsFromMs?: number | null;
}

export interface Checked {
  readonly index: number;
  readonly size: number;
}

export interface Port extends Entrance, MailPicturesPort {
  alarms(state: "open" | "all"): Promise<readonly Alarm[]>;
  alarm(id: string): Promise<AlarmDetail>;
  /** One thing done to an alarm. The same `requestId` is the same thing: asked again it is answered again, not done again. */
  onAlarm(alarmId: string, verb: string, body: Readonly<Record<string, unknown>>, requestId: string): Promise<AlarmDetail>;
  rawSignal(alarmId: string, signalId: string): Promise<RawSignal>;
  /** For parts of a face that know their own operations (faces/plans). */
  ask<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T>;
  claim(id: string): Promise<Alarm>;
  putBack(id: string): Promise<Alarm>;
  note(id: string, text: string): Promise<void>;
  close(id: string, code: string, note: string): Promise<Alarm>;
  recall(id: string): Promise<Alarm>;
  cameras(): Promise<readonly Camera[]>;
  units(): Promise<readonly Unit[]>;
  health(): Promise<Health>;
  looks(): Promise<readonly Look[]>;
  receipt(index: number): Promise<string>;
  /** The same to take away: the log notes that it was. */
  /** The text, and the entry under which it was written down that it leaves. */
  receiptFile(index: number): Promise<{ readonly text: string; readonly entry: number }>;
  check(receipt: string): Promise<Checked>;
  /** The unit's own signed word, verified against what is pinned. Throws Refusal when it doesn't hold. */
  word(unitId: string): Promise<Word | null>;
  /** The person compared the words: this unit's key is pinned. */
  confirmUnit(unitId: string): Promise<void>;
  command(unitId: string, action: "arm" | "disarm", signed: () => void): Promise<void>;
  /** A stolen unit: cut off for ever. */
  revoke(unitId: string): Promise<void>;
  clips(cameraId: string, fromMs: number, toMs: number): Promise<readonly { fromMs: number; toMs: number }[]>;
  look(request: LookRequest, as: Purpose): Promise<Looking>;
  /** The operator wants to see more than a blur: logged before it is shown. */
  verify(alarmId: string, cameraId: string): Promise<{ readonly index: number; readonly at_ms: number }>;
  /** A still, sealed to the key of the guard's phone; see faces/console/handing.ts. */
  handPicture(alarmId: string, picture: HandedPicture): Promise<{ readonly id: string; readonly until_ms: number; readonly left: number }>;
  /** Turns the camera; what became of it comes as the event `camera.controlled` with this id. */
  control(alarmId: string, cameraId: string, order: Order): Promise<{ readonly id: string; readonly index: number }>;
  /** An earlier alarm that was reopened, shut again before its time. */
  endReopening(alarmId: string): Promise<void>;
  keyWords(): Promise<readonly { name: string; words: string; hint: string }[]>;
  /** Calls for every event of this party; says when the line is lost and when it is back. */
  events(heard: (topic: string, data: Readonly<Record<string, unknown>>) => void, line: (connected: boolean) => void, rows?: boolean): () => void;
  nowMs(): number;
}
