// SPDX-License-Identifier: EUPL-1.2
// The same player as the portal's, fed without a seal: what bench/live.py compares with. One WebSocket message is one segment's
// plaintext behind a byte that says whether it stands alone.
import type { LiveNow, LiveSegment, LiveView } from "../src/client/live";
import { LivePicture } from "../src/viewer/live";

class Plain {
  readonly now: LiveNow = { phase: "open", proof: "proved", opened: 1, reason: null, detail: null };
  #listener: (segment: LiveSegment) => void = () => undefined;

  onSegment(listener: (segment: LiveSegment) => void): void {
    this.#listener = listener;
  }

  onChange(listener: (now: LiveNow) => void): void {
    listener(this.now);
  }

  stop(reason: string, detail: string | null = null): void {
    document.title = `stopped: ${reason} ${detail ?? ""}`;
  }

  take(data: ArrayBuffer): void {
    const bytes = new Uint8Array(data);
    const header = { codec: "avc1", randomAccess: bytes[0] === 1 } as LiveSegment["header"];
    this.#listener({ header, plaintext: bytes.slice(1), epochStartMs: 0, gap: false });
  }
}

const plain = new Plain();
new LivePicture(plain as unknown as LiveView, document.querySelector("video")!, document.querySelector("canvas")!);
const socket = new WebSocket(new URLSearchParams(location.search).get("from")!);
socket.binaryType = "arraybuffer";
socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => plain.take(data);
