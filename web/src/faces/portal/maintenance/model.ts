// SPDX-License-Identifier: EUPL-1.2
// What the customer's page of maintenance knows. Pure.
import { LIVE_SECONDS, type ProviderKey } from "../../../client/grants";
import type { Asked, Malfunction } from "../../office/maintenance";

/** How far the owner's device is with a part that it grants. */
export type Giving = "asking" | "waiting" | "sealing";

export interface State {
  readonly role: string;
  readonly nowMs: number;
  readonly malfunctions: readonly Malfunction[] | null;
  readonly units: readonly { readonly id: string; readonly name: string; readonly site: string }[];
  readonly cameras: readonly { readonly id: string; readonly name: string; readonly unitId: string }[];
  /** null: not asked yet. `changed`: the server gives another key than the one that was compared. */
  readonly key: ProviderKey | null;
  readonly changed: string | null;
  /** Minutes chosen for a waiting request. */
  readonly minutes: Readonly<Record<string, number>>;
  readonly giving: Readonly<Record<string, Giving>>;
  readonly trouble: Readonly<Record<string, string>>;
}

export interface Shown {
  readonly malfunction: Malfunction;
  readonly asked: Asked;
}

const all = (state: State): readonly Shown[] => (state.malfunctions ?? []).flatMap((malfunction) => malfunction.requests.map((asked) => ({ malfunction, asked })));
export const waiting = (state: State): readonly Shown[] => all(state).filter(({ asked }) => asked.state === "waiting");
export const running = (state: State): readonly Shown[] => all(state).filter(({ asked }) => asked.state === "allowed" && (asked.until_ms ?? 0) > state.nowMs);

/** A part has ended and there is time left: the next one can be given. A still: one was asked for since the last. */
export function wantsNext(asked: Asked, nowMs: number): boolean {
  if (asked.way === "still") return asked.still_ms !== null && (asked.begun_ms === null || asked.still_ms > asked.begun_ms) && (asked.until_ms ?? 0) - nowMs > 2000;
  return (asked.granted_until_ms === null || asked.granted_until_ms <= nowMs || asked.trouble !== "") && (asked.until_ms ?? 0) - nowMs > 5000;
}

export const MINUTES: readonly number[] = [1, 5, 15, 30, 60];
export const minutesFor = (state: State, asked: Asked): number => state.minutes[asked.id] ?? Math.min(asked.minutes_asked, 60);

/** A device's clock is put right by the server's, by no more than this: who could turn it back further could have an older picture granted. */
export const CLOCK_TRUSTED_MS = 30_000;

export const consentClock = (serverMs: number, ownMs: number): number => Math.min(Math.max(serverMs, ownMs - CLOCK_TRUSTED_MS), ownMs + CLOCK_TRUSTED_MS);

/**
 * Until when parts may be granted, by what the owner chose on this page (`consented`) and never later, whatever the server says
 * (`saidMs`). Of a consent that he gave on another page only the part that he now asks for is known.
 */
export function grantsEnd(consentedMs: number | undefined, sinceMs: number, saidMs: number): number {
  return Math.min(saidMs, consentedMs ?? sinceMs + LIVE_SECONDS * 1000);
}
