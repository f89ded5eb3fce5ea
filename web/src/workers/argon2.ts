// SPDX-License-Identifier: EUPL-1.2
import { stretchHere } from "../client/stretch_here";

self.onmessage = ({ data }: MessageEvent<{ password: Uint8Array; salt: Uint8Array }>) => {
  stretchHere(data.password, data.salt).then(
    (key) => self.postMessage(key, { transfer: [key.buffer] }),
    () => self.postMessage(null),
  );
};
