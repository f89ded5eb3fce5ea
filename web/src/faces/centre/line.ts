// SPDX-License-Identifier: EUPL-1.2
// The centre's line to the server. It opens no keys' contents and no picture: what is here is the log and the queue.
import { confirmMember, letIn, memberWords, openingKeyNow, ownWords, people, renewOpeningKey, standing, type MemberRow, type OpeningKeyNow, type People, type Standing } from "../../client/members";
import { restore, type Session } from "../../client/session";
import { Refusal } from "../port";
import { asRefusal } from "../refusal";
import type { Certificate, Certificates, Desk, Escalation, Figures, Finding, HandOver, HandOvers, ReviewDetail, Reviews, Seat, Settings, Trends, Verdict, Wall } from "./types";

const ANSWER_WITHIN_MS = 15_000;

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly party: string;
  readonly partyId: string;
}

export interface NewCertificate {
  readonly person_id: string | null;
  readonly scheme: string;
  readonly number: string;
  readonly issuer: string;
  readonly valid_from: string;
  readonly valid_to: string;
}

export class Line {
  readonly #session: Session;
  #aheadMs = 0;

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Null when nobody is signed in. */
  static async open(): Promise<Line | null> {
    const session = await restore();
    return session === null ? null : new Line(session);
  }

  get me(): Me {
    const party = this.#session.actingParty ?? this.#session.parties[0];
    return { id: this.#session.person.id, name: this.#session.person.name, role: party?.role ?? "", party: party?.name ?? "", partyId: party?.id ?? "" };
  }

  /** The server's clock, as its last answer had it. */
  nowMs = (): number => Date.now() + this.#aheadMs;

  /** Who works here, with the keys that the server says they have. */
  members = (): Promise<People> => this.#told(people(this.#session));
  standing = (member: MemberRow): Standing => standing(this.#session, member);
  wordsOf = (member: MemberRow): string => memberWords(member);
  ownWords = (): string => ownWords(this.#session);
  /** His words were compared: he gets the centre's key, sealed to his own. */
  letIn = (member: MemberRow, all: People, told: string): Promise<void> =>
    this.#told((async () => {
      if (standing(this.#session, member) !== "compared") await confirmMember(this.#session, member, told);
      await letIn(this.#session, member, all);
    })());
  invite = (name: string, email: string, language: string): Promise<unknown> => this.#post("/invitations", { name, email, role: "operator", language });
  withdrawInvitation = (id: string): Promise<unknown> => this.#post(`/invitations/${id}/withdraw`, {});
  letOut = (membershipId: string): Promise<unknown> => this.#post(`/members/${membershipId}/end`, {});

  /** Null for a centre that has no certified key, so that no owner can have chosen it. */
  openingKey = (): Promise<OpeningKeyNow | null> =>
    this.#told(openingKeyNow(this.#session)).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === "not_there") return null;
      throw error;
    });
  /** A new one for all who stay; `compared`: whose words were read out just now. Gives the new key's own words. */
  renewOpeningKey = (all: People, compared: readonly MemberRow[]): Promise<string> =>
    this.#told((async () => {
      for (const member of compared) await confirmMember(this.#session, member, memberWords(member));
      return renewOpeningKey(this.#session, all);
    })());

  wall = async (): Promise<Wall> => {
    const wall = await this.#get<Wall>("/centre/wall");
    this.#aheadMs = wall.now_ms - Date.now();
    return wall;
  };
  seat = (onDuty: boolean, onBreak: boolean): Promise<Seat> => this.#post("/centre/seat", { on_duty: onDuty, on_break: onBreak });
  escalations = async (): Promise<readonly Escalation[]> => (await this.#get<{ escalations: Escalation[] }>("/centre/escalations")).escalations;
  acknowledge = (id: string, note: string): Promise<unknown> => this.#post(`/centre/escalations/${id}/acknowledge`, { note });
  handOvers = (): Promise<HandOvers> => this.#get("/centre/hand-overs");
  writeHandOver = (note: string): Promise<HandOver> => this.#post("/centre/hand-overs", { note });
  acceptHandOver = (id: string, note: string): Promise<HandOver> => this.#post(`/centre/hand-overs/${id}/accept`, { note });
  figures = (fromMs: number, toMs: number): Promise<Figures> => this.#get(`/centre/figures?from_ms=${fromMs}&to_ms=${toMs}`);
  reviews = (state: Desk): Promise<Reviews> => this.#get(`/reviews?state=${state}`);
  review = (id: string): Promise<ReviewDetail> => this.#get(`/reviews/${id}`);
  trends = (): Promise<Trends> => this.#get("/reviews/trends");
  judge = (id: string, verdict: Verdict, reason: string, suspend: boolean): Promise<Finding> => this.#post(`/reviews/${id}/judge`, { verdict, reason, suspend });
  followUp = (id: string, text: string): Promise<Finding> => this.#post(`/reviews/${id}/follow-up`, { text });
  certificates = (): Promise<Certificates> => this.#get("/centre/certificates");
  recordCertificate = (body: NewCertificate): Promise<Certificate> => this.#post("/centre/certificates", body);
  withdrawCertificate = (id: string): Promise<Certificate> => this.#post(`/centre/certificates/${id}/withdraw`, {});
  suspend = (personId: string, reason: string): Promise<unknown> => this.#post("/centre/suspensions", { person_id: personId, reason });
  lift = (id: string, reason: string): Promise<unknown> => this.#post(`/centre/suspensions/${id}/lift`, { reason });
  settings = (): Promise<Settings> => this.#get("/centre/settings");
  changeSettings = (body: Settings): Promise<Settings> => this.#told(this.#session.api.put<Settings>("/centre/settings", body, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }));

  /** Where the browser gets the file; the server logs that it was taken. */
  file = (what: "responses" | "causes", fromMs: number, toMs: number): string => `/api/v1/centre/figures/file?what=${what}&from_ms=${fromMs}&to_ms=${toMs}`;

  events(heard: (topic: string) => void, line: (connected: boolean) => void): void {
    this.#session.events((event) => heard(event.topic), (state) => {
      if (state === "open") line(true);
      if (state === "waiting" || state === "ended") line(false);
    });
  }

  signOut = (): Promise<void> => this.#session.signOut();

  readonly #get = <T>(path: string): Promise<T> => this.#told(this.#session.api.get<T>(path, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }));
  readonly #post = <T>(path: string, body: unknown): Promise<T> => this.#told(this.#session.api.post<T>(path, body, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }));

  async #told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw asRefusal(error);
    }
  }
}
