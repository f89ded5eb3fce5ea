# SPDX-License-Identifier: EUPL-1.2
"""Opens a picture that came from outside, in a process of its own: `python -m zegel.server.sites.reencode`.

Standard input: the picture; standard output: one byte `P` or `J`, width and height (32 bits, big-endian), and the new
file. The process holds no key, no connection and no tenant's data, and has little memory and time; whatever a picture
makes of a decoder, it makes of this one, and that ends here. Pixels alone come out: no EXIF, no text, no trailing
bytes.
"""

from __future__ import annotations

import resource
import struct
import sys

LONGEST_EDGE = 2000
MEMORY = 3 << 30
SECONDS = 20
LARGEST_PNG = 1_500_000


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    import cv2  # after the limits
    import numpy as np

    cv2.setNumThreads(1)
    drawing = data[:4] == b"\x89PNG"
    flags = cv2.IMREAD_UNCHANGED if drawing else cv2.IMREAD_COLOR  # the latter turns a photo as its camera was held
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if picture is None:
        return 1
    if picture.dtype != np.uint8:
        picture = (picture // 257).astype(np.uint8)
    if picture.ndim == 3 and picture.shape[2] == 4:
        alpha = picture[:, :, 3:4].astype(np.float32) / 255
        picture = (picture[:, :, :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    height, width = picture.shape[:2]
    scale = LONGEST_EDGE / max(height, width)
    if scale < 1:
        new = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = cv2.resize(picture, new, interpolation=cv2.INTER_AREA)
        height, width = picture.shape[:2]
    out = None
    if drawing:
        ok, out = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 6])
        if not ok or len(out) > LARGEST_PNG:
            drawing = False
    if not drawing:
        ok, out = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
        if not ok:
            return 1
    assert out is not None
    sys.stdout.buffer.write(struct.pack(">cII", b"P" if drawing else b"J", width, height) + out.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
