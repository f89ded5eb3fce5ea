// SPDX-License-Identifier: EUPL-1.2
// What an operator does reaches the server once, whatever the connection does meanwhile.
//
// Every action gets its own identifier when the key is pressed; the server answers the same identifier with the same answer, so
// an action may be sent again without being done again. Actions on one alarm go in the order in which they were made. What
// the server refuses is never tried again by itself: it stays in sight, with what was refused and why, until it is put away.
import { Refusal } from "../port";
import type { AlarmDetail } from "../types";

export interface Action {
  /** The request's identifier, made with the click. */
  readonly id: string;
  readonly alarmId: string;
  readonly number: number;
  readonly verb: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** In the operator's words: "claim AL-20488". */
  readonly words: string;
  readonly madeMs: number;
  readonly state: "sending" | "waiting" | "refused";
  readonly tries: number;
  /** Why it was refused. */
  readonly message: string;
  readonly advice: string;
}

export interface SendingPort {
  onAlarm(alarmId: string, verb: string, body: Readonly<Record<string, unknown>>, requestId: string): Promise<AlarmDetail>;
  nowMs(): number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;
/** A server's own fault is tried this often before a person is asked. */
const FAULTS = 4;

/** Whether the same request may yet succeed: nobody answered, or the answer was not about the request. */
export const again = (error: unknown): boolean => !(error instanceof Refusal) || error.passing;

export class Sending {
  #actions: readonly Action[] = [];
  readonly #waiters = new Map<string, { done: (answer: AlarmDetail) => void; failed: (error: unknown) => void }>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly port: SendingPort,
    private readonly changed: (actions: readonly Action[]) => void,
    private readonly makeId: () => string = () => crypto.randomUUID(),
  ) {}

  get actions(): readonly Action[] {
    return this.#actions;
  }

  get pending(): boolean {
    return this.#actions.some((one) => one.state !== "refused");
  }

  /** Resolves with the server's answer, however long that takes; throws what the server refused with. */
  send(alarm: { readonly id: string; readonly number: number }, verb: string, body: Readonly<Record<string, unknown>>, words: string): Promise<AlarmDetail> {
    const action: Action = { id: this.makeId(), alarmId: alarm.id, number: alarm.number, verb, body, words, madeMs: this.port.nowMs(), state: "waiting", tries: 0, message: "", advice: "" };
    this.#set([...this.#actions, action]);
    const answer = new Promise<AlarmDetail>((done, failed) => this.#waiters.set(action.id, { done, failed }));
    this.#go();
    return answer;
  }

  /** The connection is back: don't wait for the next try. */
  hurry(): void {
    this.#go();
  }

  /** The operator read it. */
  putAway(id: string): void {
    this.#set(this.#actions.filter((one) => one.id !== id || one.state !== "refused"));
  }

  /** What is still on its way for this alarm. */
  of(alarmId: string): readonly Action[] {
    return this.#actions.filter((one) => one.alarmId === alarmId && one.state !== "refused");
  }

  #set(actions: readonly Action[]): void {
    this.#actions = actions;
    this.changed(actions);
  }

  #change(id: string, part: Partial<Action>): void {
    this.#set(this.#actions.map((one) => (one.id === id ? { ...one, ...part } : one)));
  }

  /** The first of each alarm's actions goes out; the next one after its answer. */
  #go(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
    const busy = new Set(this.#actions.filter((one) => one.state === "sending").map((one) => one.alarmId));
    for (const action of this.#actions) {
      if (action.state === "refused" || busy.has(action.alarmId)) continue;
      busy.add(action.alarmId);
      void this.#try(action);
    }
  }

  async #try(action: Action): Promise<void> {
    const tries = action.tries + 1;
    this.#change(action.id, { state: "sending", tries });
    try {
      const answer = await this.port.onAlarm(action.alarmId, action.verb, action.body, action.id);
      this.#end(action.id);
      this.#waiters.get(action.id)?.done(answer);
      this.#waiters.delete(action.id);
    } catch (error) {
      if (again(error) && !(error instanceof Refusal && tries >= FAULTS)) return this.#later(action.id, tries);
      this.#refused(action, error);
    }
    this.#go();
  }

  #later(id: string, tries: number): void {
    this.#change(id, { state: "waiting" });
    this.#timer ??= setTimeout(() => this.#go(), Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 6)));
  }

  #end(id: string): void {
    this.#set(this.#actions.filter((one) => one.id !== id));
  }

  /** What was to follow on the same alarm was meant for an alarm in hand: it is refused with it, in sight. */
  #refused(action: Action, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const advice = error instanceof Refusal ? error.action : "";
    const at = this.#actions.findIndex((one) => one.id === action.id);
    const with_it = this.#actions.filter((one, i) => i >= at && one.alarmId === action.alarmId && one.state !== "refused");
    this.#set(this.#actions.map((one) => (with_it.includes(one) ? { ...one, state: "refused" as const, message, advice } : one)));
    for (const one of with_it) {
      this.#waiters.get(one.id)?.failed(error);
      this.#waiters.delete(one.id);
    }
  }
}
