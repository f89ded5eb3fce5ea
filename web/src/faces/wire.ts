// SPDX-License-Identifier: EUPL-1.2
// The faces' one line to the client library: its names into ours, its errors into sentences.
import type { FactorAnswer, FactorAsked } from "../client/factor";
import { type OpenedPicture, openPicture, type PictureInfo, picturesOfAlarm, picturesOfCamera } from "../client/mailpictures";
import { restore, type Session, signIn } from "../client/session";
import type { UnitTrust } from "../client/trust";
import { toast } from "../kit/toast";
import { t } from "../kit/words";
import { base64url, equal, fromBase64url, fromUuid } from "../seal/bytes";
import { signCommand } from "../seal/command";
import { verifyEpoch } from "../seal/epoch";
import { openingFingerprint, suiteOf } from "../seal/suite";
import { words } from "../seal/words";
import { verifyReceipt } from "../seal/proof";
import { asRefusal } from "./refusal";
import { Refusal, type Checked, type Me, type Party, type Port, type SignInStep, type Word } from "./port";
import { alarmOf, detailOf, type AlarmRow, type DetailRow } from "./shape";
import type { Alarm, AlarmDetail, Camera, Health, Look, RawSignal, Unit } from "./types";

const SLOT_MS = 1000;
/** A request of the operator that was not answered by then is sent again: a line may be gone without a word. */
const ACT_WITHIN_MS = 8000;
const ANSWER_WITHIN_MS = 4000;
const steps: Readonly<Record<string, SignInStep>> = { stretching: "deriving", asking: "asking", opening: "opening", done: "opening" };

interface Timeline {
  readonly epochs: readonly string[];
  readonly ranges: readonly { readonly epoch: string; readonly from: number; readonly to: number }[];
}

type LookRow = Pick<Look, "index" | "kind" | "at_ms"> & Partial<Pick<Look, "why" | "camera_id" | "camera_name" | "alarm_id" | "alarm_number" | "from_ms" | "to_ms" | "seconds" | "slots" | "ended" | "forgotten" | "reason" | "address" | "verified_ms" | "turned" | "minutes">> & {
  readonly who?: { readonly name: string; readonly role: string; readonly party: string };
};

function lookOf(row: LookRow, name: string, party: string): Look {
  const { who, ...rest } = row;
  return {
    why: "", camera_id: null, camera_name: null, alarm_id: null, alarm_number: null, from_ms: null, to_ms: null, seconds: null, slots: null, ended: true, forgotten: false, reason: "", address: "", verified_ms: null, turned: 0, minutes: null, ...rest,
    indices: [row.index], who: who?.name ?? "", role: who?.role ?? null, party: who?.party || null, mine: who !== undefined && who.name === name && who.party === party,
  };
}

async function told<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    throw asRefusal(error);
  }
}

class Wire implements Port {
  #session: Session | null = null;
  #email = "";
  #aheadMs = 0;
  #units: readonly Unit[] = [];
  #cameras: readonly Camera[] = [];

  get #is(): Session {
    if (this.#session === null) throw new Refusal("signed_out", t("You were signed out. Sign in again to go on."));
    return this.#session;
  }

  /** For pages that do more with keys than a port tells. */
  get session(): Session {
    return this.#is;
  }

  #me(session: Session): Me {
    const party = (one: Session["parties"][number]): Party => ({ id: one.id, name: one.name, role: one.role, tenant: one.tenant === true });
    const acting = session.actingParty ?? session.parties[0];
    if (acting === undefined) throw new Refusal("no_party", t("Your account belongs to no organisation yet."), t("Ask whoever invited you."));
    return { id: session.person.id, name: session.person.name, email: session.person.email ?? this.#email, language: session.person.language, party: party(acting), parties: session.parties.map(party) };
  }

  async signIn(email: string, password: string, step: (step: SignInStep) => void, factor?: (asked: FactorAsked) => Promise<FactorAnswer>): Promise<Me> {
    this.#session = await told(signIn(email, password, { onProgress: (now) => step(steps[now] ?? "opening"), ...(factor === undefined ? {} : { onFactor: factor }) }));
    this.#email = email.trim().toLowerCase();
    warnOf(this.#session);
    return this.#me(this.#session);
  }

  async restore(): Promise<Me | null> {
    this.#session = await told(restore());
    if (this.#session === null) return null;
    warnOf(this.#session);
    return this.#me(this.#session);
  }

  async act(partyId: string): Promise<Me> {
    await told(this.#is.setActingParty(partyId));
    return this.#me(this.#is);
  }

  async signOut(): Promise<void> {
    await this.#session?.signOut();
    this.#session = null;
  }

  readonly #get = <T>(path: string): Promise<T> => told(this.#is.api.get<T>(path));
  readonly #post = <T>(path: string, body: unknown = {}): Promise<T> => told(this.#is.api.post<T>(path, body));
  /** For parts of a face that know their own operations (faces/plans). */
  ask = <T>(method: "GET" | "POST" | "PUT", path: string, body: unknown = {}): Promise<T> =>
    told(method === "GET" ? this.#is.api.get<T>(path) : method === "PUT" ? this.#is.api.put<T>(path, body) : this.#is.api.post<T>(path, body));

  alarms = async (state: "open" | "all"): Promise<readonly Alarm[]> => (await this.#get<{ alarms: AlarmRow[] }>(`/alarms?state=${state}`)).alarms.map(alarmOf);
  alarm = async (id: string): Promise<AlarmDetail> => detailOf(await this.#get<DetailRow>(`/alarms/${id}`));
  onAlarm = async (alarmId: string, verb: string, body: Readonly<Record<string, unknown>>, requestId: string): Promise<AlarmDetail> => {
    const answer = await told(this.#is.api.post<DetailRow | null>(`/alarms/${alarmId}/${verb}`, body, { headers: { "idempotency-key": requestId }, signal: AbortSignal.timeout(ACT_WITHIN_MS) }));
    return answer !== null && "steps" in answer ? detailOf(answer) : this.alarm(alarmId);
  };
  rawSignal = (alarmId: string, signalId: string): Promise<RawSignal> => this.#get(`/alarms/${alarmId}/signals/${signalId}/raw`);

  claim = (id: string): Promise<Alarm> => this.#post(`/alarms/${id}/claim`);
  putBack = (id: string): Promise<Alarm> => this.#post(`/alarms/${id}/release-claim`);
  note = (id: string, text: string): Promise<void> => this.#post(`/alarms/${id}/note`, { text });
  close = (id: string, code: string, note: string): Promise<Alarm> => this.#post(`/alarms/${id}/close`, { code, note });
  recall = (id: string): Promise<Alarm> => this.#post(`/alarms/${id}/recall`);

  async cameras(): Promise<readonly Camera[]> {
    return (this.#cameras = (await this.#get<{ cameras: Camera[] }>("/cameras")).cameras);
  }

  async units(): Promise<readonly Unit[]> {
    return (this.#units = (await this.#get<{ units: Unit[] }>("/units")).units);
  }

  async health(): Promise<Health> {
    const health = await told(this.#is.api.get<Health>("/health", { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }));
    this.#aheadMs = health.now_ms - Date.now();
    return health;
  }

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  async looks(): Promise<readonly Look[]> {
    const rows = await told(this.#is.api.list<LookRow>("/who-looked?days=30"));
    return rows.map((row) => lookOf(row, this.#is.person.name, this.#is.actingParty?.name ?? ""));
  }

  receipt = (index: number): Promise<string> => told(this.#is.api.text(`/api/v1/receipts/${index}`));

  receiptFile = (index: number): Promise<{ readonly text: string; readonly entry: number }> => told(this.#receiptFile(index));

  async #receiptFile(index: number): Promise<{ readonly text: string; readonly entry: number }> {
    const answer = await this.#is.api.request("GET", `/api/v1/receipts/${index}/file`, undefined);
    return { text: await answer.text(), entry: Number(answer.headers.get("x-zegel-entry") ?? Number.NaN) };
  }

  /** Checks against the log's key that an owner's keyset names; it is pinned, not asked for. */
  async check(receipt: string): Promise<Checked> {
    return told((async () => {
      const [unit] = this.#units.length > 0 ? this.#units : await this.units();
      if (unit === undefined) throw new Refusal("no_log", t("No unit is paired, so no log’s key is pinned yet."));
      const { log } = await this.#is.trust.unit(unit.id, "owner");
      const found = verifyReceipt(receipt, log);
      await this.#is.ledger.observe(found.checkpoint, log);
      return { index: found.index, size: found.checkpoint.size };
    })());
  }

  async word(unitId: string): Promise<Word | null> {
    const trusted = await told(this.#is.trust.unit(unitId, "owner", true));
    const status = trusted.status?.value;
    if (status === undefined) return null;
    return { state: status.state, untilMs: status.untilMs, atMs: status.atMs, part: status.part, guardsFromMs: status.guardsFromMs, tz: trusted.policy?.value.hours.zone };
  }

  confirmUnit = (unitId: string): Promise<void> => told(this.#is.trust.confirmUnit(unitId, "words"));

  async command(unitId: string, action: "arm" | "disarm", signed: () => void): Promise<void> {
    await told((async () => {
      const { unit, policy, keyset } = await this.#is.trust.unit(unitId, "owner");
      const issuedMs = this.nowMs();
      // The counter only has to rise per person: the time does, on every device of his.
      const command = { version: 1 as const, unit, pairing: policy?.value.pairing ?? keyset.value.pairing, counter: issuedMs, person: fromUuid(this.#is.person.id), action, issuedMs, untilMs: null, part: null };
      const envelope = base64url(await signCommand(command, this.#is.signing));
      signed();
      await this.#is.api.post(`/units/${unitId}/command`, { envelope });
    })());
  }

  async revoke(unitId: string): Promise<void> {
    await this.#post(`/units/${unitId}/revoke`);
  }

  /** Times come from the unit's signed epochs, never from the server's index. */
  async clips(cameraId: string, fromMs: number, toMs: number): Promise<readonly { fromMs: number; toMs: number }[]> {
    return told((async () => {
      const line = await this.#is.api.get<Timeline>(`/cameras/${cameraId}/timeline?from_ms=${fromMs}&to_ms=${toMs}`);
      const camera = (this.#cameras.length > 0 ? this.#cameras : await this.cameras()).find((one) => one.id === cameraId);
      if (camera === undefined || line.epochs.length === 0) return [];
      const { signKey } = await this.#is.trust.unit(camera.unit.id, "owner");
      const epochs = line.epochs.map((envelope) => verifyEpoch(fromBase64url(envelope), signKey).value);
      return line.ranges.flatMap((range) => {
        const epoch = epochs.find((one) => equal(one.epoch, fromUuid(range.epoch)));
        return epoch === undefined ? [] : [{ fromMs: Math.max(fromMs, epoch.startMs + range.from * SLOT_MS), toMs: Math.min(toMs, epoch.startMs + range.to * SLOT_MS) }];
      });
    })());
  }

  mailPictures = (of: { alarmId: string } | { cameraId: string }): Promise<readonly PictureInfo[]> =>
    told("alarmId" in of ? picturesOfAlarm(this.#is, of.alarmId) : picturesOfCamera(this.#is, of.cameraId));
  openMailPicture = (id: string, alarmId: string | null): Promise<OpenedPicture> =>
    told(openPicture(this.#is, id, alarmId === null ? "own_use" : "alarm_verification", alarmId));
  look: Port["look"] = (request, purpose) => told(import("./look").then(({ look }) => look(this.#is, request, purpose)));
  verify: Port["verify"] = (alarmId, cameraId) => this.#post(`/alarms/${alarmId}/verify`, { camera_id: cameraId });
  handPicture: Port["handPicture"] = (alarmId, picture) => this.#post(`/alarms/${alarmId}/guard-pictures`, picture);
  control: Port["control"] = (alarmId, cameraId, order) => this.#post(`/alarms/${alarmId}/control`, { camera_id: cameraId, ...order });
  endReopening = async (alarmId: string): Promise<void> => void (await this.#post(`/alarms/${alarmId}/end-reopening`));

  async keyWords(): Promise<readonly { name: string; words: string; hint: string }[]> {
    const session = this.#is;
    const party = session.actingParty;
    const units = await Promise.all(this.#units.map(async (unit) => {
      const trusted = await session.trust.unit(unit.id, "owner").catch(() => null);
      return trusted === null ? null : { name: unit.name, words: trusted.words, hint: compared(trusted) };
    }));
    return [
      { name: t("Your signing key"), words: session.fingerprintWords("signing"), hint: t("Made in your browser. Your unit obeys what it signs.") },
      ...(party?.open_pk ? [{ name: t("The key that opens for {party}", { party: party.name }), words: words(openingFingerprint(suiteOf(session.person.suite), fromBase64url(party.open_pk))), hint: t("Recordings are sealed to it. Only your people hold its other half.") }] : []),
      ...units.filter((unit) => unit !== null),
    ];
  }

  events: Port["events"] = (heard, line, rows = false) => {
    const stream = this.#is.events((event) => heard(event.topic, event.data), (state) => {
      if (state === "open") line(true);
      if (state === "waiting" || state === "ended") line(false);
    }, rows);
    return () => stream.close();
  };
}

function warnOf(session: Session): void {
  if (session.pinsRolledBack) toast(t("The server gave back an older list of the keys that you compared. The newer list on this device counts; tell your provider."), "alarm");
}

function compared(trusted: UnitTrust): string {
  switch (trusted.how) {
    case "qr": return t("Compared by the code on the unit.");
    case "words": return t("Compared by its words.");
    case "agreement": return t("Compared with the agreement.");
    default: return t("Pinned at first use: compare it with the words on the unit.");
  }
}

export const port: Wire = new Wire();
export { asRefusal };
