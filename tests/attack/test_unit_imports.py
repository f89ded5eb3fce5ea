# SPDX-License-Identifier: EUPL-1.2
"""The process that holds the keys loads nothing that parses pictures: a flaw in a decoder is not beside a key."""

from __future__ import annotations

import subprocess
import sys

PARSERS = ("numpy", "cv2", "av", "onnxruntime")
RUN = """
import sys
import zegel.unit.cli, zegel.unit.enrol, zegel.unit.run, zegel.unit.wipe
from zegel.unit.config import Camera, Config
camera = Camera(bytes(16), "yard", "yard=rtsp://127.0.0.1:9/")
zegel.unit.run._pool(Config("https://server.example", "ca.pem", [camera]))
print(",".join(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_the_units_own_process_loads_no_decoder_and_no_picture_library() -> None:
    """Everything that `zegel unit run` imports, with its pool of cameras made and its detector's file checked."""
    done = subprocess.run([sys.executable, "-c", RUN, *PARSERS], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
