// SPDX-License-Identifier: EUPL-1.2
// Arming, arming a part, disarming: signed by a commander or a delegate whom the policy lists, counted upward per person, fresh.
import { type Bytes, equal } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { ACTIONS, type Delegate, type Policy, inWeek } from "./policy";
import { type TypeOf, id, kind, ms, nullable, oneOf, record, text, uint, version } from "./schema";
import type { SigningKey } from "./suite";

export const MAX_AGE_MS = 5 * 60_000;
export const MAX_AHEAD_MS = 60_000;

const FIELDS = record({
  version,
  unit: id,
  pairing: id,
  counter: uint(Number.MAX_SAFE_INTEGER, 1),
  person: id,
  action: oneOf(...ACTIONS),
  issuedMs: ms,
  untilMs: nullable(ms),
}, { shape: { part: nullable(text(32)) }, empty: { part: null } });

export type Command = TypeOf<typeof FIELDS>;
export const COMMAND = kind("command", FIELDS, ({ action, issuedMs, untilMs, part }: Command) => {
  must(untilMs === null || untilMs > issuedMs, "field", "a command must end after it is issued");
  must((part !== null) === (action === "part"), "field", "a part is named exactly when a part is armed");
});

export function signCommand(command: Command, commander: SigningKey): Promise<Bytes> {
  return signObject(COMMAND, command, commander);
}

/** Signed by the commander or delegate it names, allowed to him, and fresh at `nowMs`. Whether its counter rises, the unit knows. */
export function verifyCommand(envelope: Uint8Array, policy: Policy, nowMs: number): Verified<Command> {
  const mayCommand = [...policy.commanders.map(({ person, signKey }) => ({ id: person, signKey })), ...policy.delegates];
  const command = verifyObject(COMMAND, envelope, ...mayCommand.map(({ signKey }) => signKey));
  const { person, issuedMs, part } = command.value;
  const listed = mayCommand.find((one) => equal(one.id, person));
  must(listed !== undefined, "signer", "the policy does not list this person");
  verifyObject(COMMAND, envelope, listed.signKey);
  must(issuedMs >= nowMs - MAX_AGE_MS && issuedMs <= nowMs + MAX_AHEAD_MS, "expired", "a command lasts five minutes");
  must(part === null || policy.parts.some(({ name }) => name === part), "signer", `the policy knows no part ${part}`);
  const delegate = policy.delegates.find((one) => equal(one.id, person));
  if (delegate) checkDelegate(delegate, command.value, policy.hours.zone, nowMs);
  return command;
}

/** What a delegate's line in the policy allows him. Less guarding by his word must end by itself, in his time. */
function checkDelegate(delegate: Delegate, { action, issuedMs, untilMs }: Command, zone: string, nowMs: number): void {
  must(delegate.actions.includes(action), "signer", `${delegate.name} may not ${action}`);
  must(nowMs >= delegate.fromMs && nowMs < delegate.expiresMs, "expired", `what ${delegate.name} may do has not begun or is over`);
  must(delegate.weekly.length === 0 || inWeek(delegate.weekly, zone, nowMs), "signer", `${delegate.name} may do this at other hours`);
  if (action === "arm") return;
  const ends = latestUntil(delegate, issuedMs);
  must(untilMs !== null && untilMs <= ends, "signer", `what ${delegate.name} commands must say until when, and in his time`);
}

/** How long a delegate's disarming or arming of a part may last, given at `issuedMs`. */
export function latestUntil(delegate: Delegate, issuedMs: number): number {
  return delegate.maxS === null ? delegate.expiresMs : Math.min(delegate.expiresMs, issuedMs + delegate.maxS * 1000);
}
