// SPDX-License-Identifier: EUPL-1.2
// A day of a camera: when something was recorded, what was deleted, what can be previewed. Times come from what the unit signed.
import { equal, fromBase64url, fromUuid } from "../seal/bytes";
import { verifyEpoch } from "../seal/epoch";
import { type LeftText, verifyLeft } from "./epochs";
import { ApiError } from "./errors";
import type { Session } from "./session";
import type { UnitTrust } from "./trust";

const SLOT_MS = 1000;

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface AlarmMark {
  readonly id: string;
  readonly number: number | null;
  readonly className: string;
  readonly atMs: number;
}

export interface Day {
  readonly recorded: readonly Span[];
  /** What an owner deleted, as the server has it: nothing of it is there to be checked any more. */
  readonly deleted: readonly Span[];
  readonly alarms: readonly AlarmMark[];
}

interface TimelineAnswer {
  readonly next_ms: number | null;
  readonly epochs: readonly string[];
  readonly ranges: readonly { readonly epoch: string; readonly from: number; readonly to: number }[];
  readonly kept?: readonly string[];
  readonly deleted?: readonly (readonly [number, number])[];
  readonly alarms: readonly { readonly id: string; readonly number: number | null; readonly class: string; readonly raised_ms: number }[];
}

/** Every page of it, whole. */
export async function dayOf(session: Session, cameraId: string, unitId: string, fromMs: number, toMs: number): Promise<Day> {
  const trust = await session.trust.unit(unitId, "owner");
  const found: { recorded: Span[]; deleted: Span[]; alarms: AlarmMark[] } = { recorded: [], deleted: [], alarms: [] };
  for (let at: number | null = fromMs; at !== null; ) {
    const answer: TimelineAnswer = await session.api.get<TimelineAnswer>(`/cameras/${cameraId}/timeline?from_ms=${at}&to_ms=${toMs}`);
    found.recorded.push(...(await recorded(answer, trust, at, toMs)));
    if (at === fromMs) found.deleted.push(...(answer.deleted ?? []).map(([from, to]) => ({ fromMs: Math.max(from, fromMs), toMs: Math.min(to, toMs) })));
    found.alarms.push(...answer.alarms.filter(({ id }) => !found.alarms.some((each) => each.id === id)).map(({ id, number, class: className, raised_ms }) => ({ id, number, className, atMs: raised_ms })));
    at = answer.next_ms !== null && answer.next_ms > at ? answer.next_ms : null;
  }
  return found;
}

async function recorded(answer: TimelineAnswer, trust: UnitTrust, fromMs: number, toMs: number): Promise<readonly Span[]> {
  const whole = answer.epochs.map((envelope) => verifyEpoch(fromBase64url(envelope), trust.signKey).value);
  const left = await Promise.all((answer.kept ?? []).map(async (kept) => (await verifyLeft({ kept, grant: null } satisfies LeftText, trust, () => Promise.resolve([]))).value));
  const epochs = [...whole, ...left];
  return answer.ranges.flatMap(({ epoch, from, to }) => {
    const found = epochs.find((each) => equal(each.epoch, fromUuid(epoch)));
    return found === undefined ? [] : [{ fromMs: Math.max(fromMs, found.startMs + from * SLOT_MS), toMs: Math.min(toMs, found.startMs + to * SLOT_MS) }];
  });
}

/** Slots that can be shown by themselves, spread over a time: one view of just these gives a row of previews. */
export async function momentsOf(session: Session, cameraId: string, fromMs: number, toMs: number, count: number): Promise<readonly { readonly epoch: string; readonly from: number; readonly to: number }[]> {
  const path = `/cameras/${cameraId}/moments?from_ms=${Math.round(fromMs)}&to_ms=${Math.round(toMs)}&count=${count}`;
  const { slots } = await session.api.get<{ slots: readonly { epoch: string; slot: number }[] }>(path);
  return slots.map(({ epoch, slot }) => ({ epoch, from: slot, to: slot + 1 }));
}

/** Which unit a camera hangs on. */
export async function unitOf(session: Session, cameraId: string): Promise<string> {
  const { cameras } = await session.api.get<{ cameras: readonly { id: string; unit: { id: string } }[] }>(`/cameras?camera_id=${cameraId}`);
  const camera = cameras.find(({ id }) => id === cameraId);
  if (!camera) throw new ApiError(404, "unknown_camera", "this camera is not among yours");
  return camera.unit.id;
}
