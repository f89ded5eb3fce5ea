// SPDX-License-Identifier: EUPL-1.2
// To which key a photo or signature of this phone is sealed. Principles:
//  - only to one whose words the person compared with those that the firm told him: the server's word for it is not enough;
//  - what was compared is pinned in the person's own sealed list (client/pins.ts), and kept here for where there is no line;
//  - another key than the compared one seals nothing until its words were compared too. A firm gets a new one when somebody leaves it.
import type { Session } from "../../../client/session";
import { base64url, equal, fromBase64url, fromUuid, uuid } from "../../../seal/bytes";
import { openingFingerprint, suiteOf } from "../../../seal/suite";
import { words } from "../../../seal/words";
import type { Sheet } from "./types";

/** A firm's key that was compared: its fingerprint, base64url. */
export interface Compared {
  readonly firm: string;
  readonly fingerprint: string;
  readonly atMs: number;
}

/** `none`: the firm has no key yet, so there is nothing to seal to. */
export type Standing = "compared" | "new" | "changed" | "none";

const KIND = "firm";

function fingerprint(to: NonNullable<Sheet["seal_to"]>): string {
  return base64url(openingFingerprint(suiteOf(to.suite), fromBase64url(to.open_pk)));
}

export function standing(sheet: Sheet, compared: readonly Compared[]): Standing {
  if (sheet.seal_to === null) return "none";
  const known = compared.find(({ firm }) => firm === sheet.tenant_id);
  if (known === undefined) return "new";
  return known.fingerprint === fingerprint(sheet.seal_to) ? "compared" : "changed";
}

export const wordsOf = (sheet: Sheet): string => (sheet.seal_to === null ? "" : words(openingFingerprint(suiteOf(sheet.seal_to.suite), fromBase64url(sheet.seal_to.open_pk))));

/** What the person says when he saw that the words are the same. */
export function comparedNow(sheet: Sheet, all: readonly Compared[], nowMs: number): readonly Compared[] {
  if (sheet.seal_to === null) return all;
  return [...all.filter(({ firm }) => firm !== sheet.tenant_id), { firm: sheet.tenant_id, fingerprint: fingerprint(sheet.seal_to), atMs: nowMs }];
}

/** The key to seal to. Error when nobody compared it: then nothing is sealed. */
export function sealTo(sheet: Sheet, compared: readonly Compared[]): NonNullable<Sheet["seal_to"]> {
  if (sheet.seal_to === null || standing(sheet, compared) !== "compared") throw new Error("this firm's key was not compared");
  return sheet.seal_to;
}

/** With a line: what was compared on another phone is known here too, and what was compared here without one is told there. The later counts. */
export async function together(session: Session, here: readonly Compared[]): Promise<readonly Compared[]> {
  const there = session.pins.filter(({ kind }) => kind === KIND);
  const fresh = here.filter(({ firm, fingerprint: print, atMs }) => {
    const pin = there.find(({ id }) => equal(id, fromUuid(firm)));
    return pin === undefined || (atMs > pin.atMs && !equal(pin.fingerprint, fromBase64url(print)));
  });
  if (fresh.length > 0) await session.addPins(fresh.map((one) => ({ kind: KIND, id: fromUuid(one.firm), fingerprint: fromBase64url(one.fingerprint), how: "words", atMs: one.atMs })));
  const theirs = there.map((pin) => ({ firm: uuid(pin.id), fingerprint: base64url(pin.fingerprint), atMs: pin.atMs })).filter(({ firm }) => !fresh.some((one) => one.firm === firm));
  return [...fresh, ...theirs];
}
