// SPDX-License-Identifier: EUPL-1.2
// The cover of a held range (seal.md, Forgetting): the owner's own client opens the epoch, and seals the keys of just the held slots to
// his tenant key. When the epoch's term is over that is all that opens of it. The server says which slots are held; what is sealed is held
// to the time that two people signed for, so that it can't have more kept than they did.
import { equal, fromUuid, hex } from "../seal/bytes";
import { must } from "../seal/errors";
import { complement } from "../seal/kept";
import { SLOTS } from "../seal/tree";
import { holdings, keep, type Held } from "./deletion";
import type { Session } from "./session";

type Slots = readonly [number, number];

interface CoversAnswer extends Held {
  readonly parts: readonly { readonly epoch: string; readonly ranges: readonly Slots[] }[];
  readonly camera_id: string | null;
  readonly unit_id: string | null;
}

export interface HeldTime {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const MOST_ROUNDS = 200;

/** Seals what is still unsealed of a hold; gives back how many epochs that were. Nothing is left to do: 0. */
export async function coverHold(session: Session, hold: HeldTime, times: readonly HeldTime[]): Promise<number> {
  let done = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const answer = await session.api.get<CoversAnswer>(`/holds/${hold.id}/covers`);
    if (answer.parts.length === 0 || answer.camera_id === null || answer.unit_id === null) return done;
    const trust = await session.trust.unit(answer.unit_id, "owner", true);
    const camera = fromUuid(answer.camera_id);
    const held = await holdings(session, trust, answer);
    try {
      const keeping = await Promise.all(answer.parts.map(async ({ epoch, ranges }) => {
        const of = held.get(hex(fromUuid(epoch)));
        must(of !== undefined && equal(of.value.camera, camera), "object", "an epoch of another camera");
        checkHeld(of.value.startMs, ranges, times);
        return keep(session, trust, of, complement(ranges));
      }));
      await session.api.post("/holds/covers", { camera_id: answer.camera_id, keeping });
      done += keeping.length;
    } finally {
      for (const { keys } of held.values()) keys?.wipe();
    }
  }
  return done;
}

/** Every slot to seal lies in a time that is held: slots are whole seconds, so a range may begin within its first and end within its last. */
export function checkHeld(startMs: number, ranges: readonly Slots[], times: readonly HeldTime[]): void {
  const spans = times.map(({ fromMs, toMs }) => [Math.max(0, Math.floor((fromMs - startMs) / 1000)), Math.min(SLOTS, Math.ceil((toMs - startMs) / 1000))] as const);
  const free = complement(spans.filter(([first, last]) => first < last));
  must(ranges.every(([first, last]) => first < last && free.every(([a, b]) => last <= a || b <= first)), "range", "the server would have more kept than was signed for");
}
