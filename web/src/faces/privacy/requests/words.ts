// SPDX-License-Identifier: EUPL-1.2
// What the codes of a request say.
import { t } from "../../../kit/words";
import type { Tone } from "../../../kit/pieces";
import type { Short } from "./types";

type Words = Readonly<Record<string, () => string>>;
const said = (words: Words, code: string): string => words[code]?.() ?? code;

const RIGHTS: Words = {
  access: () => t("to know what there is"), copy: () => t("a copy"), rectification: () => t("correction"), erasure: () => t("erasure"),
  restriction: () => t("restricted use"), portability: () => t("to take it elsewhere"), objection: () => t("objection"), withdrawal: () => t("withdrawal of consent"),
};
const CHANNELS: Words = {
  form: () => t("by the public form"), portal: () => t("signed in"), letter: () => t("by letter"), phone: () => t("by phone"), email: () => t("by e-mail"), counter: () => t("at the counter"),
};
const WAYS: Words = {
  signed_in: () => t("He is signed in"), email_confirmed: () => t("By the address on record, which he confirmed"), called_back: () => t("Called back on the number on record"),
  letter_code: () => t("By a code sent to the address on record"), known_details: () => t("Knows what only that person knows"),
  recognised: () => t("Compared with the picture, in person or by video"), document_seen: () => t("Showed a document, which was handed back"),
};
const GROUNDS: Words = {
  identity_unknown: () => t("It could not be made sure who asks"), unfounded: () => t("Manifestly unfounded"), excessive: () => t("Excessive: asked and answered a short while ago"),
  others_rights: () => t("It would harm others who are in it"), investigation: () => t("A criminal investigation forbids it"), accurate: () => t("What is written is accurate"),
  legal_duty: () => t("The law obliges to keep it"), legal_claims: () => t("Needed for a legal claim"), not_restrictable: () => t("No case for restricting applies"),
  not_portable: () => t("Not given by him on consent or contract"), compelling: () => t("Compelling legitimate grounds"), no_consent: () => t("It does not rest on his consent"),
};
const OUTCOMES: Words = {
  fulfilled: () => t("Done as asked"), partly: () => t("Done in part"), nothing_held: () => t("Nothing found"), refused: () => t("Refused"), withdrawn: () => t("Withdrawn by the requester"), printed: () => t("Printed, to be handed over or posted"),
};
const DEEDS: Words = {
  rectified: () => t("Corrected where it is kept"), erased: () => t("Erased"), anonymised: () => t("Name taken out"), restricted: () => t("Use restricted"),
  objection_heeded: () => t("That use stopped"), consent_withdrawn: () => t("Consent withdrawn, what rested on it stopped"), film_handed: () => t("Redacted film handed over"),
};
const STEPS: Words = {
  received: () => t("Came in"), confirmed: () => t("Address confirmed"), taken_over: () => t("Taken over by the office"), identity: () => t("It is sure who asks"), identity_asked: () => t("Asked who he is"),
  identity_failed: () => t("Not sure who asks"), searched: () => t("Searched"), reviewed: () => t("Lines reviewed"), did: () => t("Something was done about it"), prepared: () => t("Answer prepared"),
  sent_back: () => t("Sent back"), erased: () => t("Erased"), answered: () => t("Answered"), opened: () => t("Opened by the requester"), fetched: () => t("Fetched by the requester"),
  wrong_code: () => t("A wrong code was tried"), extended: () => t("Term extended"), withdrawn: () => t("Withdrawn by the requester"), new_code: () => t("New code drawn"),
  sent_again: () => t("New link sent"), answer_destroyed: () => t("The answer’s copy here was destroyed"), forgotten: () => t("The requester’s name was taken out"),
};
const FATES: Words = { gone: () => t("goes"), nameless: () => t("stays, without the name"), kept: () => t("stays: the law, or another organisation, needs it") };

export const rightName = (code: string): string => said(RIGHTS, code);
export const rightsName = (codes: readonly string[]): string => codes.map(rightName).join(", ");
export const channelName = (code: string): string => said(CHANNELS, code);
export const wayName = (code: string): string => said(WAYS, code);
export const groundName = (code: string): string => said(GROUNDS, code);
export const outcomeName = (code: string): string => said(OUTCOMES, code);
export const deedName = (code: string): string => said(DEEDS, code);
export const stepName = (code: string): string => said(STEPS, code);
export const fateName = (code: string): string => said(FATES, code);
export const DEED_CODES: readonly string[] = ["rectified", "restricted", "objection_heeded", "consent_withdrawn", "film_handed"];
export const aboutName = (about: Short["about"]): string => (about === "footage" ? t("Recordings") : t("What is written"));

/** Where a case is, in a word. */
export function stateOf(one: Short): readonly [string, Tone] {
  if (one.state === "unconfirmed") return [t("Not confirmed yet"), ""];
  if (one.state !== "open") return [outcomeName(one.outcome), one.state === "answered" ? "ok" : ""];
  if (one.identity === "failed") return [t("Not sure who asks"), "warn"];
  if (one.identity !== "established") return [t("Who is it?"), "accent"];
  if (one.approval === "asked") return [t("Waits for approval"), ""];
  if (one.approval === "sent_back") return [t("Sent back"), "warn"];
  return [t("To be answered"), "accent"];
}
