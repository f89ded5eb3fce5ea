// SPDX-License-Identifier: EUPL-1.2
// Overview pictures of a time: which there are, by the unit's signed epochs, fetched sixty at a time, each look in the log.
import { fromBase64url, fromUuid, equal, wipe } from "../../../seal/bytes";
import { verifyEpoch } from "../../../seal/epoch";
import type { Session } from "../../../client/session";
import { openView, type RangeText } from "../../../client/view";
import { daysOf, thinned } from "./model";
import { type Frame, frameOf } from "./timelapse";

const AT_ONCE = 60;
const SIDE_BY_SIDE = 6;
const NOON_MS = 2 * 3_600_000;
const SLOT_MS = 1000;

export interface Kept {
  readonly count: number;
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** When they are forgotten; null while a unit stands on the site. */
  readonly ends_ms: number | null;
}

interface Moment {
  readonly atMs: number;
  readonly range: RangeText;
}

interface Timeline {
  readonly next_ms: number | null;
  readonly epochs: readonly string[];
  readonly ranges: readonly RangeText[];
}

export const kept = (session: Session, cameraId: string): Promise<Kept> => session.api.get<Kept>(`/cameras/${cameraId}/overview`);

/** All moments of a time, in order. */
export async function momentsIn(session: Session, cameraId: string, unitId: string, fromMs: number, toMs: number): Promise<readonly Moment[]> {
  const { signKey } = await session.trust.unit(unitId, "owner");
  const found: Moment[] = [];
  for (let at: number | null = Math.round(fromMs); at !== null && at < toMs; ) {
    const answer: Timeline = await session.api.get<Timeline>(`/cameras/${cameraId}/timeline?track=2&from_ms=${at}&to_ms=${Math.round(toMs)}`);
    const epochs = answer.epochs.map((envelope) => verifyEpoch(fromBase64url(envelope), signKey).value);
    for (const range of answer.ranges) {
      const epoch = epochs.find((each) => equal(each.epoch, fromUuid(range.epoch)));
      if (epoch !== undefined) found.push({ atMs: epoch.startMs + range.from * SLOT_MS, range: { ...range, to: range.from + 1 } });
    }
    at = answer.next_ms !== null && answer.next_ms > at ? answer.next_ms : null;
  }
  return found.sort((a, b) => a.atMs - b.atMs);
}

/** One a day, the nearest to `noonMs` of its day: a whole project in a minute. */
export async function momentsOfProject(session: Session, cameraId: string, unitId: string, noonMs: number, lastMs: number, tell: (share: number) => void): Promise<readonly Moment[]> {
  const days = daysOf(noonMs, lastMs);
  const found: Moment[] = [];
  for (let i = 0; i < days.length; i += SIDE_BY_SIDE) {
    const some = await Promise.all(days.slice(i, i + SIDE_BY_SIDE).map(async (noon) => {
      const near = await momentsIn(session, cameraId, unitId, noon - NOON_MS, noon + NOON_MS);
      return near.reduce<Moment | null>((best, each) => (best === null || Math.abs(each.atMs - noon) < Math.abs(best.atMs - noon) ? each : best), null);
    }));
    found.push(...some.filter((each): each is Moment => each !== null));
    tell((i + some.length) / days.length);
  }
  return found;
}

/** The pictures of these moments, opened here. Stops when `stopped` says so; what was opened is given all the same. */
export async function framesOf(session: Session, cameraId: string, moments: readonly Moment[], tell: (done: number, of: number) => void, stopped: () => boolean): Promise<readonly Frame[]> {
  const wanted = thinned(moments);
  const frames: Frame[] = [];
  for (let i = 0; i < wanted.length && !stopped(); i += AT_ONCE) {
    frames.push(...(await some(session, cameraId, wanted.slice(i, i + AT_ONCE))));
    tell(Math.min(wanted.length, i + AT_ONCE), wanted.length);
  }
  return frames.sort((a, b) => a.atMs - b.atMs);
}

async function some(session: Session, cameraId: string, moments: readonly Moment[]): Promise<readonly Frame[]> {
  const view = await openView(session, { cameraId, track: 2, purpose: "own_use", ranges: moments.map(({ range }) => range) });
  const frames: Frame[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      view.onSegment(({ header, plaintext, epochStartMs }) => {
        try {
          frames.push(frameOf(plaintext, epochStartMs + header.slot * SLOT_MS));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        } finally {
          wipe(plaintext);
        }
      });
      view.onChange(({ phase, detail }) => {
        if (phase === "complete") resolve();
        if (phase === "stopped") reject(new Error(detail ?? "the view ended"));
      });
    });
    return frames;
  } finally {
    await view.end();
  }
}
