# SPDX-License-Identifier: EUPL-1.2
"""Which picture the demo's camera shows: the visitor's camera, his clip, or ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zegel.demo import footage
from zegel.demo.processes import DidNotStart

FOLDER = Path("var/clip")


@dataclass(frozen=True)
class Source:
    """`words`: as `zegel unit enrol --camera NAME=…` takes it. `said`: what the table says of it."""

    words: str
    said: str


def source(video: str | None, camera: str | None) -> Source:
    """Raises DidNotStart when it is nothing that a camera could be."""
    if camera:
        if not camera.startswith(("rtsp://", "rtsps://")):
            raise DidNotStart(f"CAMERA={camera} is no address of a camera: write rtsp://user:password@host/path")
        return Source(camera, "your camera")
    if video:
        path = Path(video)
        if not path.is_file():
            raise DidNotStart(f"VIDEO={video}: there is no such file")
        clip = footage.from_video(path, FOLDER)
        return Source(_looped(clip.path), f"your clip {path.name}")
    clip = footage.make(FOLDER)
    return Source(_looped(clip.path), clip.said)


def _looped(path: Path) -> str:
    return f"file:{path.absolute()}?loop=1"
