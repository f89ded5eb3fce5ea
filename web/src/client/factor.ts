// SPDX-License-Identifier: EUPL-1.2
// The second half of signing in: a code, a passkey, or the recovery code in place of what was lost. And making a passkey.
import { recoveryKey, unwrapBundle } from "../seal/account";
import { type Bytes, base64url, concat, copy, fromBase64url, fromUuid, utf8, wipe } from "../seal/bytes";
import { signingKey, suiteOf } from "../seal/suite";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Api } from "./api";
import { ApiError } from "./errors";

export interface Halfway {
  readonly second_factor: { readonly kinds: readonly string[]; readonly passkey: unknown };
}

export interface FactorAsked {
  /** totp, passkey */
  readonly kinds: readonly string[];
  /** Null when there is none, or it was tried already. */
  readonly passkey: unknown;
  readonly refused: ApiError | null;
}

export type FactorAnswer = { readonly code: string } | { readonly passkey: unknown } | { readonly recovery: string };

/** Asks until it is given; only a refusal of the factor itself is asked again. */
export async function secondFactor<Me>(api: Api, said: Halfway, ask: ((asked: FactorAsked) => Promise<FactorAnswer>) | undefined): Promise<Me> {
  if (ask === undefined) throw new ApiError(401, "factor_needed", "this account asks for a second factor");
  let asked: FactorAsked = { ...said.second_factor, refused: null };
  for (;;) {
    const answer = await ask(asked);
    try {
      return await api.post<Me>("/sign-in/second-factor", "recovery" in answer ? await proofOf(api, answer.recovery) : answer);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "factor_refused") throw error;
      asked = { ...asked, passkey: "passkey" in answer ? null : asked.passkey, refused: error };
    }
  }
}

export interface Question {
  readonly person_id: string;
  readonly suite: number;
  readonly bundle: string;
  readonly question: string;
}

/** SealError `code` for a slip, `open` when the code is not this account's. */
async function proofOf(api: Api, code: string): Promise<{ question: string; signature: string }> {
  return proofFor(await api.get<Question>("/sign-in/recovery"), code);
}

/** As `proofOf`, over a question that was asked already. */
export async function proofFor(asked: Question, code: string): Promise<{ question: string; signature: string }> {
  return { question: asked.question, signature: base64url(await signQuestion(asked, code, utf8("second factor"))) };
}

/** The person's own key, which the code opens, signs the question together with what it is for. */
export async function signQuestion(asked: Question, code: string, said: Uint8Array): Promise<Bytes> {
  const key = recoveryKey(code);
  const bundle = await unwrapBundle(fromBase64url(asked.bundle), "recovery", key, fromUuid(asked.person_id), suiteOf(asked.suite));
  const signing = await signingKey(bundle.signSeed);
  try {
    return await signing.sign(proofBytes(fromBase64url(asked.question), said));
  } finally {
    signing.wipe();
    wipe(key, bundle.signSeed, bundle.openPrivate);
  }
}

export function proofBytes(question: Uint8Array, said: Uint8Array): Bytes {
  return concat(utf8("zegel/recovery-proof/v1"), Uint8Array.of(0), question, copy(sha256(said)));
}

// --- passkeys: WebAuthn's buffers as base64url and back ----------------------------------------------------------------

export const passkeysWork = (): boolean => typeof PublicKeyCredential === "function";

interface Described {
  readonly id: string;
  readonly type: PublicKeyCredentialType;
}

const described = (list: readonly Described[] | undefined): PublicKeyCredentialDescriptor[] => (list ?? []).map(({ id, type }) => ({ id: fromBase64url(id), type }));

/** `options`: as the server gave them; what comes back goes to the server as it is. */
export async function makePasskey(options: unknown): Promise<unknown> {
  const { publicKey } = options as { publicKey: PublicKeyCredentialCreationOptionsJSON };
  const made = (await navigator.credentials.create({
    publicKey: {
      ...(publicKey as unknown as PublicKeyCredentialCreationOptions), challenge: fromBase64url(publicKey.challenge),
      user: { ...publicKey.user, id: fromBase64url(publicKey.user.id) }, excludeCredentials: described(publicKey.excludeCredentials as Described[] | undefined),
    },
  })) as PublicKeyCredential | null;
  if (made === null) throw new DOMException("nothing was made", "NotAllowedError");
  const response = made.response as AuthenticatorAttestationResponse;
  return { id: made.id, rawId: text(made.rawId), type: made.type, response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) }, clientExtensionResults: {} };
}

export async function usePasskey(options: unknown): Promise<unknown> {
  const { publicKey } = options as { publicKey: PublicKeyCredentialRequestOptionsJSON };
  const used = (await navigator.credentials.get({
    publicKey: { ...(publicKey as unknown as PublicKeyCredentialRequestOptions), challenge: fromBase64url(publicKey.challenge), allowCredentials: described(publicKey.allowCredentials as Described[] | undefined) },
  })) as PublicKeyCredential | null;
  if (used === null) throw new DOMException("nothing was chosen", "NotAllowedError");
  const response = used.response as AuthenticatorAssertionResponse;
  return {
    id: used.id, rawId: text(used.rawId), type: used.type, clientExtensionResults: {},
    response: { clientDataJSON: text(response.clientDataJSON), authenticatorData: text(response.authenticatorData), signature: text(response.signature), userHandle: response.userHandle === null ? null : text(response.userHandle) },
  };
}

const text = (buffer: ArrayBuffer): string => base64url(new Uint8Array(buffer));
