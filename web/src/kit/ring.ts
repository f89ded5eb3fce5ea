// SPDX-License-Identifier: EUPL-1.2
// The bell of the queue: one sound for each class, again and again until somebody claims the alarm. Made here: no file, no request.
//
// A seat may be muted. What endangers people breaks through: a mute hushes it for a minute, says how long, and then it sounds again.

export type Sound = "fire" | "holdup" | "medical" | "burglary" | "technical";

/** Most urgent first: one sounds at a time, or nobody hears any. */
const rank: readonly Sound[] = ["fire", "holdup", "medical", "burglary", "technical"];
const vital: ReadonlySet<Sound> = new Set(["fire", "holdup", "medical"]);
export const HUSH_MS = 60_000;

interface Note {
  readonly at: number;
  readonly hertz: number;
  /** Glides to this. */
  readonly to?: number;
  readonly long: number;
  readonly wave: OscillatorType;
  readonly loud: number;
}

/** Rising sweeps; three hard beeps; a slow triple chime; two notes down; one soft low note: to be told apart half asleep. */
const scores: Readonly<Record<Sound, { readonly everyMs: number; readonly notes: readonly Note[] }>> = {
  fire: { everyMs: 1500, notes: [{ at: 0, hertz: 520, to: 1180, long: 0.55, wave: "sawtooth", loud: 0.16 }, { at: 0.62, hertz: 520, to: 1180, long: 0.55, wave: "sawtooth", loud: 0.16 }] },
  holdup: { everyMs: 1800, notes: [0, 0.17, 0.34].map((at) => ({ at, hertz: 1320, long: 0.11, wave: "square" as const, loud: 0.13 })) },
  medical: { everyMs: 2600, notes: [523, 659, 784].map((hertz, i) => ({ at: i * 0.28, hertz, long: 0.5, wave: "sine" as const, loud: 0.3 })) },
  burglary: { everyMs: 2400, notes: [880, 660].map((hertz, i) => ({ at: i * 0.22, hertz, long: 0.42, wave: "triangle" as const, loud: 0.28 })) },
  technical: { everyMs: 8000, notes: [{ at: 0, hertz: 330, long: 0.35, wave: "sine", loud: 0.14 }] },
};

export class Bell {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sound: Sound | null = null;
  #hushedUntilMs = 0;
  #heard: ReadonlySet<string> = new Set();
  muted = false;

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** A browser plays no sound before the first key or click; the page says so until then. */
  get ready(): boolean {
    return this.#context?.state === "running";
  }

  /** Call from a key or click. */
  async wake(): Promise<void> {
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running") await this.#context.resume().catch(() => undefined);
  }

  get ringing(): Sound | null {
    return this.#sound;
  }

  /** When what is vital sounds again although muted; null when there is nothing vital to hush. */
  get breaksMs(): number | null {
    return this.muted && this.#sound !== null && vital.has(this.#sound) ? this.#hushedUntilMs : null;
  }

  /** Off, or on for what is not vital and for a minute for what is. */
  mute(on: boolean): void {
    this.muted = on;
    this.#hushedUntilMs = on ? this.nowMs() + HUSH_MS : 0;
  }

  /**
   * `waiting`: what nobody has claimed, as (identifier, sound). The most urgent one sounds; a vital one that is new ends the hush.
   */
  ring(waiting: Iterable<readonly [string, Sound]>): void {
    const ids = new Set<string>();
    let first: Sound | null = null;
    for (const [id, sound] of waiting) {
      if (vital.has(sound)) ids.add(id);
      if (first === null || rank.indexOf(sound) < rank.indexOf(first)) first = sound;
    }
    if (this.muted && [...ids].some((id) => !this.#heard.has(id))) this.#hushedUntilMs = Math.min(this.#hushedUntilMs, this.nowMs());
    this.#heard = this.muted ? new Set([...this.#heard, ...ids]) : ids; // while muted one that was gone for a moment is not new
    if (first === this.#sound) return;
    this.#sound = first;
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
    if (first !== null) this.#strike(first);
  }

  get #silent(): boolean {
    return this.muted && !(this.#sound !== null && vital.has(this.#sound) && this.nowMs() >= this.#hushedUntilMs);
  }

  #strike(sound: Sound): void {
    const { everyMs, notes } = scores[sound];
    this.#timer = setTimeout(() => this.#strike(sound), everyMs);
    const context = this.#context;
    if (context === null || context.state !== "running" || this.#silent) return;
    for (const note of notes) play(context, note);
  }
}

function play(context: AudioContext, note: Note): void {
  const start = context.currentTime + note.at;
  const end = start + note.long;
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.type = note.wave;
  tone.frequency.setValueAtTime(note.hertz, start);
  if (note.to !== undefined) tone.frequency.exponentialRampToValueAtTime(note.to, end);
  loudness.gain.setValueAtTime(0.0001, start);
  loudness.gain.exponentialRampToValueAtTime(note.loud, start + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.0001, end);
  tone.connect(loudness).connect(context.destination);
  tone.start(start);
  tone.stop(end + 0.03);
}
