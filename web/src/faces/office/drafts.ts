// SPDX-License-Identifier: EUPL-1.2
// Work reports on their way: kept on this device until the server has them, because there is often no line where a camera hangs.
// Each has its own number, so that one sent twice is one report. They lie sealed to the technician's own key: who finds the phone
// reads none, and neither does a colleague who shares it.
import { vault } from "../../client/vault";
import type { Session } from "../../client/session";
import { fromBase64url, hex, newId, utf8, uuid } from "../../seal/bytes";
import { seal } from "../../seal/suite";

export interface Draft {
  readonly ref: string;
  readonly malfunctionId: string;
  readonly place: string;
  readonly outcome: string;
  readonly text: string;
  readonly minutes: number | null;
  readonly parts: readonly { readonly name: string; readonly count: number }[];
  /** Written to the end and to be sent; before that it is being written. */
  readonly ready: boolean;
  /** Why the server would not have it. */
  readonly refused: string;
}

const INFO = utf8("zegel/reports/v1");

export const newRef = (): string => uuid(newId());

const nameOf = ({ opening }: Session): string => `reports/${hex(opening.fingerprint).slice(0, 32)}`;

/** None where this browser keeps nothing, or when what it kept opens no more. */
export async function drafts(session: Session): Promise<readonly Draft[]> {
  try {
    const sealed = await vault.kept(nameOf(session));
    if (sealed === null || sealed.length === 0) return [];
    const kept = JSON.parse(new TextDecoder().decode(await session.opening.open(sealed, INFO))) as unknown;
    return Array.isArray(kept) ? (kept as Draft[]).filter((one) => typeof one.ref === "string" && typeof one.text === "string") : [];
  } catch {
    return [];
  }
}

/** A private window keeps nothing: then a report lives as long as the page. */
export async function keep(session: Session, all: readonly Draft[]): Promise<void> {
  const sealed = await seal(session.suite, fromBase64url(session.person.open_pk), INFO, utf8(JSON.stringify(all)));
  await vault.keep(nameOf(session), sealed).catch(() => undefined);
}
