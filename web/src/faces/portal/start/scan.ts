// SPDX-License-Identifier: EUPL-1.2
// Reads a QR code with the phone's camera. The decoder is JavaScript and comes only when somebody scans; pictures stay here.
import { html, render, type Part } from "../../../kit/dom";
import { button } from "../../../kit/pieces";
import { t } from "../../../kit/words";

const EVERY_MS = 150;
const WIDTH = 480;

export const canScan = (): boolean => typeof navigator.mediaDevices?.getUserMedia === "function";

/** Shows the camera in `host` until a code was read or somebody cancels; null then, or when there is no camera. */
export async function scan(host: HTMLElement): Promise<string | null> {
  const [{ default: jsQR }, stream] = await Promise.all([import("jsqr"), navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false }).catch(() => null)]);
  if (stream === null) return null;
  const video = document.createElement("video");
  video.srcObject = stream;
  video.muted = true;
  video.playsInline = true;
  return new Promise((resolve) => {
    const end = (text: string | null): void => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      render("", host);
      resolve(text);
    };
    const draw = (): Part => html`<div class="scanner">${video}</div><div class="row">${button(t("Stop scanning"), () => end(null), { icon: "close" })}</div>`;
    render(draw(), host);
    const timer = setInterval(() => {
      const found = look(video, jsQR);
      if (found !== null) end(found);
    }, EVERY_MS);
    void video.play().catch(() => end(null));
  });
}

type Decoder = (data: Uint8ClampedArray, width: number, height: number) => { readonly data: string } | null;

function look(video: HTMLVideoElement, decode: Decoder): string | null {
  if (video.videoWidth === 0) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, Math.round((WIDTH * video.videoHeight) / video.videoWidth)];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  return decode(data, width, height)?.data ?? null;
}
