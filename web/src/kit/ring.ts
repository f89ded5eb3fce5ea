// SPDX-License-Identifier: EUPL-1.2
// The bell of the queue: two notes, again and again until the alarm is claimed or muted. Made here, no file, no request.

const PERIOD_MS = 2400;

export class Bell {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  muted = false;

  /** A browser plays no sound before the first key or click; the page says so until then. */
  get ready(): boolean {
    return this.#context?.state === "running";
  }

  /** Call from a key or click. */
  async wake(): Promise<void> {
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running") await this.#context.resume().catch(() => undefined);
  }

  get ringing(): boolean {
    return this.#timer !== null;
  }

  ring(on: boolean): void {
    if (on === this.ringing) return;
    if (!on) {
      clearInterval(this.#timer ?? undefined);
      this.#timer = null;
      return;
    }
    this.#strike();
    this.#timer = setInterval(() => this.#strike(), PERIOD_MS);
  }

  #strike(): void {
    const context = this.#context;
    if (context === null || context.state !== "running" || this.muted) return;
    for (const [i, hertz] of [880, 660].entries()) {
      const start = context.currentTime + i * 0.22;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.type = "triangle";
      tone.frequency.value = hertz;
      loudness.gain.setValueAtTime(0.0001, start);
      loudness.gain.exponentialRampToValueAtTime(0.28, start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.42);
      tone.connect(loudness).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.45);
    }
  }
}
