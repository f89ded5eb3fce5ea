// SPDX-License-Identifier: EUPL-1.2
// A day of a camera: when something was recorded, what was deleted, what can be previewed. Times come from what the unit signed.
import { equal, fromBase64url, fromUuid } from "../seal/bytes";
import { verifyEpoch } from "../seal/epoch";
import { SealError } from "../seal/errors";
import { type Kept, complement, verifyKept } from "../seal/kept";
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
  /** What an owner deleted, by his signed word. */
  readonly deleted: readonly Span[];
  /** What the server says was deleted, and no owner's word proves. */
  readonly unproved: readonly Span[];
  /** What the unit signed as recorded and is not here, as the server has it: a hint where to ask, no proof. */
  readonly named: readonly Span[];
  readonly alarms: readonly AlarmMark[];
}

interface TimelineAnswer {
  readonly next_ms: number | null;
  readonly epochs: readonly string[];
  readonly ranges: readonly { readonly epoch: string; readonly from: number; readonly to: number }[];
  readonly kept?: readonly string[];
  readonly deletions?: readonly string[];
  readonly named?: readonly (readonly [number, number])[];
  readonly deleted?: readonly (readonly [number, number])[];
  readonly alarms: readonly { readonly id: string; readonly number: number | null; readonly class: string; readonly raised_ms: number }[];
}

/** Every page of it, whole. */
export async function dayOf(session: Session, cameraId: string, unitId: string, fromMs: number, toMs: number): Promise<Day> {
  const trust = await session.trust.unit(unitId, "owner");
  const found: { recorded: Span[]; deleted: Span[]; unproved: Span[]; named: Span[]; alarms: AlarmMark[] } = { recorded: [], deleted: [], unproved: [], named: [], alarms: [] };
  for (let at: number | null = fromMs; at !== null; ) {
    const answer: TimelineAnswer = await session.api.get<TimelineAnswer>(`/cameras/${cameraId}/timeline?from_ms=${at}&to_ms=${toMs}`);
    found.recorded.push(...(await recorded(answer, trust, at, toMs)));
    if (at === fromMs) {
      found.deleted.push(...within(deletedBy(answer.deletions ?? [], trust, fromUuid(cameraId)), fromMs, toMs));
      found.unproved.push(...within((answer.deleted ?? []).flatMap(([from, to]) => without({ fromMs: from, toMs: to }, found.deleted)), fromMs, toMs));
    }
    found.named.push(...within((answer.named ?? []).map(([from, to]) => ({ fromMs: from, toMs: to })), at, toMs));
    found.alarms.push(...answer.alarms.filter(({ id }) => !found.alarms.some((each) => each.id === id)).map(({ id, number, class: className, raised_ms }) => ({ id, number, className, atMs: raised_ms })));
    at = answer.next_ms !== null && answer.next_ms > at ? answer.next_ms : null;
  }
  return found;
}

const within = (spans: readonly Span[], fromMs: number, toMs: number): readonly Span[] =>
  spans.map((span) => ({ fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) })).filter((span) => span.fromMs < span.toMs);

/** What is left of a span when all of `taken` is taken from it. */
export function without(span: Span, taken: readonly Span[]): readonly Span[] {
  return taken.reduce<readonly Span[]>((left, { fromMs, toMs }) => left.flatMap((each) => [
    { fromMs: each.fromMs, toMs: Math.min(each.toMs, fromMs) }, { fromMs: Math.max(each.fromMs, toMs), toMs: each.toMs },
  ].filter((part) => part.fromMs < part.toMs)), [span]);
}

/** The times that owners of the unit's keysets signed as deleted; a word of another unit or camera, or of another signer, proves nothing. */
export function deletedBy(words: readonly string[], trust: Pick<UnitTrust, "owners" | "keyset" | "unit">, camera: Uint8Array): readonly Span[] {
  return words.flatMap((text) => {
    const said = read(text, trust.owners);
    if (said === null || !equal(said.unit, trust.unit) || !equal(said.camera, camera) || said.track !== 1 || !equal(said.owner, trust.keyset.value.owner)) return [];
    const gone = complement(said.ranges.map(({ from, to }) => [from, to] as const));
    return gone.map(([from, to]) => ({ fromMs: said.startMs + from * SLOT_MS, toMs: said.startMs + to * SLOT_MS }));
  });
}

function read(text: string, owners: readonly Uint8Array[]): Kept | null {
  try {
    return verifyKept(fromBase64url(text), ...owners).value;
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
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
