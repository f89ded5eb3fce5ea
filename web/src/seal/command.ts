// SPDX-License-Identifier: EUPL-1.2
// Arming and disarming: signed by a person whom the policy lists, counted upward per person, fresh.
import type { Bytes } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import type { Policy } from "./policy";
import { type TypeOf, id, kind, ms, nullable, oneOf, record, uint, version } from "./schema";
import type { SigningKey } from "./suite";

export const MAX_AGE_MS = 5 * 60_000;
export const MAX_AHEAD_MS = 60_000;

const FIELDS = record({
  version,
  unit: id,
  pairing: id,
  counter: uint(Number.MAX_SAFE_INTEGER, 1),
  person: id,
  action: oneOf("arm", "disarm"),
  issuedMs: ms,
  untilMs: nullable(ms),
});

export type Command = TypeOf<typeof FIELDS>;
export const COMMAND = kind("command", FIELDS, ({ issuedMs, untilMs }: Command) => {
  must(untilMs === null || untilMs > issuedMs, "field", "a command must end after it is issued");
});

export function signCommand(command: Command, commander: SigningKey): Promise<Bytes> {
  return signObject(COMMAND, command, commander);
}

/** Signed by the commander it names, and fresh at `nowMs`. Whether its counter rises, the unit knows. */
export function verifyCommand(envelope: Uint8Array, policy: Policy, nowMs: number): Verified<Command> {
  const command = verifyObject(COMMAND, envelope, ...policy.commanders.map(({ signKey }) => signKey));
  const { person, issuedMs } = command.value;
  const listed = policy.commanders.find((commander) => commander.person.every((byte, i) => byte === person[i]));
  must(listed !== undefined, "signer", "the policy does not list this person");
  verifyObject(COMMAND, envelope, listed.signKey);
  must(issuedMs >= nowMs - MAX_AGE_MS && issuedMs <= nowMs + MAX_AHEAD_MS, "expired", "a command lasts five minutes");
  return command;
}
