// SPDX-License-Identifier: EUPL-1.2
// A person's account, from the invitation to the day he lost his password. Keys are made and unwrapped here; what goes to the
// server is wrapped, and nothing that it has opens any of it.
import { type Bundle, accountKeys, newRecoveryCode, normalizeEmail, recoveryKey, unwrapBundle, wrapBundle } from "../seal/account";
import { type Bytes, base64url, concat, fromBase64url, fromUuid, uuid, wipe } from "../seal/bytes";
import { signingKey, suiteOf } from "../seal/suite";
import { Api } from "./api";
import { type FactorAnswer, type Halfway, type Question, proofBytes, proofFor } from "./factor";
import { type NewAccount, makeAccount, makeTenantKey } from "./owner";
import { enterWith, type Session } from "./session";
import { stretch } from "./stretch";

const here = (): Api => new Api(location.origin);

export interface Invited {
  readonly email: string;
  readonly name: string;
  readonly language: string;
  readonly role: string;
  readonly party: string;
  readonly invited_by: string;
  readonly expires_ms: number;
  readonly has_account: boolean;
}

export const invited = (token: string, api: Api = here()): Promise<Invited> => api.get<Invited>(`/invitations/by-link/${token}`);

/** Keys and code exist now, in this page alone: nothing is sent before the code was typed back. */
export const prepareAccount = (email: string, password: string, api: Api = here(), person?: string): Promise<NewAccount> =>
  makeAccount(email, password, api.origin, 1, ...(person === undefined ? [] : [fromUuid(person)]));

function sent(account: NewAccount, email: string, name: string, language: string): Record<string, unknown> {
  return {
    person_id: uuid(account.person), email: normalizeEmail(email), name, language, suite: account.suite, auth_key: base64url(account.authKey),
    sign_pk: base64url(account.signPublic), open_pk: base64url(account.openPublic), bundle_password: base64url(account.bundlePassword), bundle_recovery: base64url(account.bundleRecovery),
  };
}

/** The account and its role, signed in; the first owner's party has its key from here on. */
export async function acceptInvitation(token: string, account: NewAccount, who: { email: string; name: string; language: string }, password: string, api: Api = here()): Promise<Session> {
  const me = await api.post(`/invitations/by-link/${token}/accept`, sent(account, who.email, who.name, who.language));
  const session = await enterWith(api, me, who.email, password);
  await firstTenantKey(session);
  return session;
}

/** Who has an account already takes the role with it. */
export async function joinInvitation(token: string, session: Session): Promise<void> {
  await session.api.post(`/invitations/by-link/${token}/join`, {});
  await session.refresh();
}

/** An organisation's key is made by its first owner, in his browser; where there is one, another owner must share it. */
export async function firstTenantKey(session: Session): Promise<boolean> {
  const party = session.actingParty;
  if (party === null || party.open_pk !== null || party.role !== "owner") return false;
  const person = fromUuid(session.person.id);
  const made = await makeTenantKey(session, fromUuid(party.id), [{ person, openKey: session.opening.publicKey }]);
  await session.api.post("/tenant-keys", { suite: session.suite, open_pk: base64url(made.publicKey), sealed: [{ person_id: session.person.id, envelope: base64url(made.members[0]!) }] });
  await session.refresh();
  return true;
}

// --- lost and changed ------------------------------------------------------------------------------------------------------

/** A new password by the recovery code. SealError `code` for a slip in it, `open` when it is not this account's (or there is none). */
export async function recoverPassword(email: string, code: string, password: string, api: Api = here()): Promise<void> {
  const key = recoveryKey(code);
  const asked = await api.post<Question>("/recovery", { email: normalizeEmail(email) });
  const bundle = await unwrapBundle(fromBase64url(asked.bundle), "recovery", key, fromUuid(asked.person_id), suiteOf(asked.suite));
  const signing = await signingKey(bundle.signSeed);
  try {
    const { authKey, wrapped } = await rewrapped(bundle, email, password, api);
    const signature = await signing.sign(proofBytes(fromBase64url(asked.question), concat(authKey, wrapped)));
    await api.post("/recovery/password", { email: normalizeEmail(email), question: asked.question, signature: base64url(signature), auth_key: base64url(authKey), bundle: base64url(wrapped) });
  } finally {
    signing.wipe();
    wipe(key, bundle.signSeed, bundle.openPrivate);
  }
}

async function rewrapped(bundle: Bundle, email: string, password: string, api: Api): Promise<{ authKey: Bytes; wrapped: Bytes }> {
  const { authKey, wrapKey } = await accountKeys(password, email, api.origin, stretch);
  const wrapped = await wrapBundle(bundle, "password", wrapKey);
  wipe(wrapKey);
  return { authKey, wrapped };
}

export const askResetLetter = async (email: string, api: Api = here()): Promise<void> => void (await api.post("/recovery/letter", { email: normalizeEmail(email) }));

export interface ResetLetter {
  /** What must be given with the new keys: a letter replaces no second factor. Null: there is none. */
  readonly second_factor: (Halfway["second_factor"] & { readonly recovery: Question }) | null;
  readonly person_id: string;
  readonly email: string;
  readonly name: string;
  readonly language: string;
}

export const resetLetter = (token: string, api: Api = here()): Promise<ResetLetter> => api.post<ResetLetter>(`/recovery/by-letter/${token}`, {});

/** New keys for an account without password and code: they open nothing of before. */
export async function resetAccount(token: string, account: NewAccount, who: ResetLetter, password: string, given: FactorAnswer | null = null, api: Api = here()): Promise<Session> {
  const factor = given !== null && "recovery" in given ? await proofFor(who.second_factor!.recovery, given.recovery) : given;
  const me = await api.post(`/recovery/by-letter/${token}/reset`, { ...sent(account, who.email, who.name, who.language), factor });
  return enterWith(api, me, who.email, password);
}

/** The person's keys, opened with the password he typed; SealError `open` when it is not the one. */
async function ownBundle(session: Session, email: string, password: string): Promise<{ bundle: Bundle; authKey: Bytes }> {
  const { authKey, wrapKey } = await accountKeys(password, email, session.api.origin, stretch);
  const { bundle } = await session.api.get<{ bundle: string }>("/me");
  try {
    return { bundle: await unwrapBundle(fromBase64url(bundle), "password", wrapKey, fromUuid(session.person.id), session.suite), authKey };
  } finally {
    wipe(wrapKey);
  }
}

/** Every other session ends; this one goes on. */
export async function changePassword(session: Session, email: string, old: string, password: string): Promise<void> {
  const { bundle, authKey: before } = await ownBundle(session, email, old);
  const { authKey, wrapped } = await rewrapped(bundle, email, password, session.api);
  wipe(bundle.signSeed, bundle.openPrivate);
  await session.api.put("/me/password", { old_auth_key: base64url(before), auth_key: base64url(authKey), bundle: base64url(wrapped) });
}

export interface PreparedCode {
  readonly code: string;
  /** Called once the code was typed back: from then on the old one opens nothing. */
  readonly keep: () => Promise<void>;
}

export async function newCode(session: Session, email: string, password: string): Promise<PreparedCode> {
  const { bundle, authKey } = await ownBundle(session, email, password);
  const code = newRecoveryCode();
  const key = recoveryKey(code);
  const wrapped = await wrapBundle(bundle, "recovery", key);
  wipe(key, bundle.signSeed, bundle.openPrivate);
  return { code, keep: async () => void (await session.api.put("/me/recovery", { auth_key: base64url(authKey), bundle: base64url(wrapped) })) };
}

export async function removeFactor(session: Session, email: string, password: string, factor: string): Promise<void> {
  const { authKey, wrapKey } = await accountKeys(password, email, session.api.origin, stretch);
  wipe(wrapKey);
  await session.api.post(`/me/factors/${factor}/remove`, { auth_key: base64url(authKey) });
}

/** All second factors of another person, who lost them and his recovery code; the server takes it from an owner who gives his own password. */
export async function takeOffFactors(session: Session, email: string, password: string, person: string): Promise<void> {
  const { authKey, wrapKey } = await accountKeys(password, email, session.api.origin, stretch);
  wipe(wrapKey);
  await session.api.post(`/members/${person}/factors/remove`, { auth_key: base64url(authKey) });
}

// --- how strong ------------------------------------------------------------------------------------------------------------

const COMMON = ["password", "wachtwoord", "passwort", "lösenord", "losenord", "qwerty", "azerty", "welkom", "welcome", "hallo", "letmein", "iloveyou", "admin", "camera", "zegel", "alarm", "zomer", "winter", "sommer"];

/** About how many guesses it takes, as a power of ten; at least 12 is asked for. Said by what the password is made of: a word that is known, a run or a repetition counts for one letter. */
export function strength(password: string, email: string): number {
  let text = password.normalize("NFKC").toLowerCase();
  const own = [...COMMON, ...normalizeEmail(email).split(/[^a-z0-9]+/).filter((part) => part.length > 2)];
  for (const word of own) text = text.replaceAll(word, "\u0001");
  text = text.replace(/(.)\1{2,}/g, "$1");
  text = text.replace(/(?:0123|1234|2345|3456|4567|5678|6789|7890|abcd|bcde|cdef)\d*/g, "\u0001");
  const distinct = new Set(text).size;
  const kinds = (/[a-z]/.test(text) ? 26 : 0) + (/\d/.test(text) ? 10 : 0) + (/[^a-z0-9\u0001]/.test(text) ? 20 : 0) + (/[A-Z]/.test(password) ? 4 : 0);
  const perLetter = Math.log10(Math.max(2, Math.min(kinds, distinct * 3)));
  const guesses = text.length * perLetter * 0.75;
  return Math.round(guesses * 10) / 10;
}

export const LEAST_LENGTH = 12;
export const LEAST_STRENGTH = 12;

export const goodPassword = (password: string, email: string): boolean => password.length >= LEAST_LENGTH && strength(password, email) >= LEAST_STRENGTH;

export const sameCode = (typed: string, code: string): boolean => typed.toUpperCase().replaceAll(/[\s-]/g, "") === code.replaceAll("-", "");
