# SPDX-License-Identifier: EUPL-1.2
"""How cameras' processes share one detector: the picture in shared memory, a small datagram each way.

One network for all cameras keeps a unit small, and a camera that takes its own process down leaves nothing half-read
here: datagrams have edges, each question has a number, and late answers to another number are thrown away.
"""

from __future__ import annotations

import mmap
import os
import select
import selectors
import signal
import socket
from collections.abc import Sequence
from multiprocessing import reduction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from zegel.unit import clock
from zegel.unit.detectors.result import Box

if TYPE_CHECKING:
    from zegel.unit.watch.picture import Image

ANSWER_S = 3.0
MAX_ANSWER = 64 * 1024

_answers: msgspec.msgpack.Decoder[tuple[int, list[Box]]] = msgspec.msgpack.Decoder(tuple[int, list[Box]])


class EyeLost(Exception):
    """The detector does not answer; it is being started again."""


class _Ends:
    """One end of a link: a datagram socket and the picture's memory. A child process gets it when it is started."""

    def __init__(self, end: socket.socket, memory: int, width: int, height: int, sure: float) -> None:
        self.end = end
        self.memory = memory
        self.width = width
        self.height = height
        self.sure = sure
        self._image: Image | None = None

    def __getstate__(self) -> dict[str, Any]:
        fields = {"width": self.width, "height": self.height, "sure": self.sure, "_image": None}
        return fields | {"end": self.end, "memory": reduction.DupFd(self.memory)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.memory = state["memory"].detach()

    @property
    def image(self) -> Image:
        """The shared picture [height, width, 3]. Only the children ask: no numpy runs beside the keys."""
        import numpy as np

        if self._image is None:
            shared = mmap.mmap(self.memory, self.width * self.height * 3)
            self._image = np.frombuffer(shared, np.uint8).reshape(self.height, self.width, 3)
        return self._image


class EyeLink(_Ends):
    """A camera's end."""

    _number = 0

    def look(self, image: Image) -> list[Box]:
        """What the detector finds in this picture. Raises EyeLost."""
        self._number += 1
        self.image[:] = image
        try:
            self.end.send(self._number.to_bytes(8, "big"), socket.MSG_DONTWAIT)
            return self._answer(clock.mono_s() + ANSWER_S)
        except OSError as error:
            raise EyeLost("the detector's link is broken") from error

    def _answer(self, until_s: float) -> list[Box]:
        while (left_s := until_s - clock.mono_s()) > 0:
            if not select.select([self.end], [], [], left_s)[0]:
                break
            try:
                number, boxes = _answers.decode(self.end.recv(MAX_ANSWER))
            except msgspec.MsgspecError as error:
                raise EyeLost("the detector's answer can't be read") from error
            if number == self._number:
                return boxes
        raise EyeLost("the detector does not answer")


class EyeEnd(_Ends):
    """The detector's end."""


def make_link(width: int, height: int, sure: float) -> tuple[EyeLink, EyeEnd]:
    """Both ends. The unit keeps them, so that either process can be started again."""
    camera, detector = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    memory = os.memfd_create("zegel-eye", os.MFD_CLOEXEC)
    os.ftruncate(memory, width * height * 3)
    return EyeLink(camera, memory, width, height, sure), EyeEnd(detector, os.dup(memory), width, height, sure)


def close_link(link: _Ends) -> None:
    link.end.close()
    os.close(link.memory)


class _Lazy:
    """A network that is read when it is first asked: few units make overview pictures."""

    def __init__(self, manifest: Path) -> None:
        self._manifest = manifest
        self._detector: Any = None

    def detect(self, image: Image) -> list[Box]:
        from zegel.unit.detectors.runner import Detector

        self._detector = self._detector or Detector.load(self._manifest)
        boxes: list[Box] = self._detector.detect(image)
        return boxes


def detector_process(
    manifest: Path | None, ends: list[EyeEnd], parent: Any, faces: Path | None = None, face_ends: Sequence[EyeEnd] = ()
) -> None:
    """Where the detector's process begins: answers in turn, ends when the unit closes `parent`."""
    from zegel.unit.detectors.runner import Detector

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    detector = Detector.load(manifest) if manifest else None
    finder = _Lazy(faces) if faces else None
    with selectors.DefaultSelector() as waiting:
        waiting.register(parent, selectors.EVENT_READ, None)
        for network, group in ((detector, ends), (finder, face_ends)):
            for end in group:
                waiting.register(end.end, selectors.EVENT_READ, (network, end))
        while True:
            for key, _ in waiting.select():
                if key.data is None:
                    return
                _answer_one(*key.data)


def _answer_one(detector: Any, end: EyeEnd) -> None:
    try:
        question = end.end.recv(64, socket.MSG_DONTWAIT)
        boxes = detector.detect(end.image.copy())
        end.end.send(msgspec.msgpack.encode((int.from_bytes(question[:8], "big"), boxes)), socket.MSG_DONTWAIT)
    except BlockingIOError:
        return  # the camera's process is gone or asks for nothing any more
