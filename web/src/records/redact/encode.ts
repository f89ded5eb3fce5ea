// SPDX-License-Identifier: EUPL-1.2
// Pictures to a film, with whatever this browser encodes: H.264 where it can, else VP9, which plays in fewer places and is said so.
import { type Bytes, copy } from "../../seal/bytes";
import { SealError } from "../../seal/errors";
import { type Chunk, type Format, box, mp4, vp9Configuration } from "./mux";

const KEY_EVERY_US = 2_000_000;
const BITS_A_PIXEL = 0.3;
const LEAST_BITS = 2_000_000;
const MOST_QUEUED = 8;

export interface Way {
  readonly codec: string;
  readonly entry: Format["entry"];
  /** As people know it. */
  readonly name: "H.264" | "VP9";
}

const WAYS: readonly Way[] = [
  { codec: "avc1.4d0028", entry: "avc1", name: "H.264" }, { codec: "avc1.4d0033", entry: "avc1", name: "H.264" }, { codec: "avc1.42e028", entry: "avc1", name: "H.264" }, { codec: "vp09.00.40.08", entry: "vp09", name: "VP9" }, { codec: "vp09.00.51.08", entry: "vp09", name: "VP9" },
];

function configOf({ codec, entry }: Way, width: number, height: number, fps: number): VideoEncoderConfig {
  const bitrate = Math.max(LEAST_BITS, Math.round(width * height * fps * BITS_A_PIXEL));
  return { codec, width, height, bitrate, framerate: fps, latencyMode: "quality", ...(entry === "avc1" ? { avc: { format: "avc" as const } } : {}) };
}

/** The first that this browser can; null when it encodes nothing. */
export async function wayOf(width: number, height: number, fps: number): Promise<Way | null> {
  if (typeof VideoEncoder !== "function") return null;
  for (const way of WAYS) if ((await VideoEncoder.isConfigSupported(configOf(way, width, height, fps)).catch(() => null))?.supported === true) return way;
  return null;
}

export class Encoding {
  readonly #encoder: VideoEncoder;
  readonly #chunks: Chunk[] = [];
  #configuration: Bytes | null = null;
  #wrong: Error | null = null;
  #keyAt = -KEY_EVERY_US;

  constructor(private readonly way: Way, private readonly width: number, private readonly height: number, fps: number) {
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        this.#chunks.push({ key: chunk.type === "key", at: chunk.timestamp, data });
        const said = metadata?.decoderConfig?.description;
        if (said !== undefined && this.#configuration === null) this.#configuration = box("avcC", copy(new Uint8Array(said instanceof ArrayBuffer ? said : (said as ArrayBufferView).buffer as ArrayBuffer)));
      },
      error: (error) => (this.#wrong = error),
    });
    this.#encoder.configure(configOf(way, width, height, fps));
  }

  /** `at`: microseconds from the start. The canvas is read before this resolves. */
  async add(canvas: OffscreenCanvas, at: number): Promise<void> {
    this.#check();
    const frame = new VideoFrame(canvas, { timestamp: at });
    const key = at - this.#keyAt >= KEY_EVERY_US;
    if (key) this.#keyAt = at;
    this.#encoder.encode(frame, { keyFrame: key });
    frame.close();
    while (this.#encoder.encodeQueueSize > MOST_QUEUED && this.#wrong === null) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** The file's parts, without its statement. */
  async finish(length: number): Promise<readonly Bytes[]> {
    await this.#encoder.flush().catch(() => undefined);
    this.#check();
    this.stop();
    const configuration = this.way.entry === "vp09" ? vp9Configuration(this.way.codec) : this.#configuration;
    if (configuration === null || this.#chunks.length === 0) throw new SealError("unsupported", "this browser encoded nothing; use another one");
    return mp4({ entry: this.way.entry, configuration, width: this.width, height: this.height }, this.#chunks, length);
  }

  stop(): void {
    if (this.#encoder.state !== "closed") this.#encoder.close();
  }

  #check(): void {
    if (this.#wrong !== null) throw new SealError("unsupported", `this browser can't encode the film: ${this.#wrong.message}`);
  }
}
