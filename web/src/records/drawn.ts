// SPDX-License-Identifier: EUPL-1.2
// One opened picture as a bitmap, at its full size: a still as it is, of a film its first frame.
import { wipe } from "../seal/bytes";
import { frames } from "../viewer/boxes";
import { Film } from "./mp4";

const WITHIN_MS = 5000;

/** Null when there is no picture in it. The plaintext stays the caller's. */
export async function drawn(plaintext: Uint8Array, codec: string, epochStartMs: number): Promise<ImageBitmap | null> {
  if (codec !== "mjpg") return firstFrame(plaintext, epochStartMs);
  const [first] = frames(plaintext).frames;
  return first === undefined ? null : createImageBitmap(new Blob([new Uint8Array(first.bytes)]));
}

async function firstFrame(plaintext: Uint8Array, epochStartMs: number): Promise<ImageBitmap | null> {
  const film = new Film();
  film.add(plaintext, epochStartMs);
  const parts = film.finish();
  if (parts === null) return null;
  const video = document.createElement("video");
  const url = URL.createObjectURL(new Blob([...parts] as BlobPart[], { type: "video/mp4" }));
  try {
    video.muted = true;
    video.src = url;
    await new Promise<void>((resolve, reject) => {
      // Loaded is not yet decoded: only a frame that was sought can be drawn.
      video.addEventListener("loadeddata", () => (video.currentTime = 0.001), { once: true });
      video.addEventListener("seeked", () => resolve(), { once: true });
      video.addEventListener("error", () => reject(new Error("this picture can't be drawn")), { once: true });
      setTimeout(() => reject(new Error("this picture took too long")), WITHIN_MS);
    });
    return await createImageBitmap(video);
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(url);
    wipe(...parts);
  }
}
