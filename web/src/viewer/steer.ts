// SPDX-License-Identifier: EUPL-1.2
// Turning a camera by holding a key or a button: it turns while that is held, and stops with it, whatever happens: the key is
// let go, the page loses the focus or the line, the window ends. The unit stops by itself a second and a half after the last
// order, so that a lost "stop" is no turning camera.
export type Direction = "left" | "right" | "up" | "down" | "in" | "out";

export interface Order {
  readonly action: "move" | "stop" | "preset" | "home";
  readonly pan?: number;
  readonly tilt?: number;
  readonly zoom?: number;
  readonly preset?: string;
}

/** Held directions as speeds, −1 to 1; slow at first, so that a touch is a small step. Pure. */
export function speedsOf(held: ReadonlySet<Direction>, heldMs: number): { readonly pan: number; readonly tilt: number; readonly zoom: number } {
  const speed = heldMs < SLOW_MS ? 0.35 : 0.8;
  const along = (plus: Direction, minus: Direction): number => (Number(held.has(plus)) - Number(held.has(minus))) * speed;
  return { pan: along("right", "left"), tilt: along("up", "down"), zoom: along("in", "out") };
}

const SLOW_MS = 700;
/** So long a turned camera with privacy masks stays black after it was sent home (the unit's own HOMECOMING_S). */
export const HOMECOMING_S = 20;
/** Well within the second and a half after which a unit stops by itself. */
export const REPEAT_MS = 500;

export interface Clock {
  now(): number;
  every(ms: number, call: () => void): () => void;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  every(ms, call) {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  },
};

export class Steer {
  readonly #held = new Set<Direction>();
  #sinceMs = 0;
  #stopRepeating: (() => void) | null = null;
  #sending = false;
  #next: Order | null = null;
  #over = false;

  /** `send` rejects when the order was refused: then everything is let go. */
  constructor(
    private readonly send: (order: Order) => Promise<void>,
    private readonly clock: Clock = browserClock,
  ) {}

  get turning(): boolean {
    return this.#held.size > 0;
  }

  /** Held from now on; a key that repeats says so again and again. */
  press(direction: Direction): void {
    if (this.#over || this.#held.has(direction)) return;
    if (this.#held.size === 0) this.#sinceMs = this.clock.now();
    this.#held.add(direction);
    this.#move();
    this.#stopRepeating ??= this.clock.every(REPEAT_MS, () => this.#move());
  }

  release(direction: Direction): void {
    if (!this.#held.delete(direction)) return;
    if (this.#held.size > 0) this.#move();
    else this.#halt();
  }

  /** Everything is let go: focus or line lost. */
  letGo(): void {
    if (this.#held.size === 0) return;
    this.#held.clear();
    this.#halt();
  }

  goTo(preset: string | null): void {
    if (this.#over) return;
    this.letGo();
    this.#order(preset === null ? { action: "home" } : { action: "preset", preset });
  }

  /** The window ended, or the picture is gone: nothing more is sent. */
  end(): void {
    this.#over = true;
    this.#held.clear();
    this.#stopRepeating?.();
    this.#stopRepeating = null;
    this.#next = null;
  }

  #move(): void {
    const { pan, tilt, zoom } = speedsOf(this.#held, this.clock.now() - this.#sinceMs);
    this.#order(pan === 0 && tilt === 0 && zoom === 0 ? { action: "stop" } : { action: "move", pan, tilt, zoom });
  }

  #halt(): void {
    this.#stopRepeating?.();
    this.#stopRepeating = null;
    this.#order({ action: "stop" });
  }

  /** One at a time, the newest next: a slow line gets what holds now, not what held then. */
  #order(order: Order): void {
    if (this.#over) return;
    if (this.#sending) {
      this.#next = order;
      return;
    }
    this.#sending = true;
    void this.send(order).then(
      () => this.#sent(),
      () => {
        this.#next = null;
        this.#held.clear();
        this.#stopRepeating?.();
        this.#stopRepeating = null;
        this.#sent();
      },
    );
  }

  #sent(): void {
    this.#sending = false;
    const next = this.#next;
    this.#next = null;
    if (next !== null) this.#order(next);
  }
}
