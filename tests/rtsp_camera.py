# SPDX-License-Identifier: EUPL-1.2
"""A small RTSP camera for tests and benches: plays an H.264 file over TCP, on loopback, and misbehaves on request.

RFC 2326 (RTSP), RFC 6184 (H.264 over RTP, single NAL units and FU-A). It can vanish, hang, speak nonsense, change its
picture's size and step its clock, which no camera from a shop does when asked.

    python -m tests.rtsp_camera FILE [PORT]
"""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import av

from zegel.unit.source.nal import ParameterSets, length_size, sets_of_extradata, split_lengths

MTU = 1400


@dataclass(frozen=True)
class Clip:
    """A file's frames: NAL units, time in 90 kHz, key frame or not; and its parameter sets."""

    frames: list[tuple[list[bytes], int, bool]]
    sets: list[bytes]
    length: int

    @classmethod
    def read(cls, path: Path, seconds: float = 1e9) -> Clip:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            extradata = bytes(stream.codec_context.extradata or b"")
            frames = []
            for packet in container.demux(stream):
                if packet.size and packet.pts is not None and packet.time_base is not None:
                    at = round(packet.pts * packet.time_base * 90_000)
                    if at > seconds * 90_000:
                        break
                    frames.append(
                        (list(split_lengths(bytes(packet), length_size(extradata, False))), at, packet.is_keyframe)
                    )
        step = frames[1][1] - frames[0][1]
        return cls(frames, list(sets_of_extradata(extradata, False)), frames[-1][1] + step)


class RtspCamera:
    """`with RtspCamera(clip) as camera: camera.url`. Each client gets the clip from the moment where the camera is."""

    def __init__(self, path: Path, port: int = 0, in_band: bool = False) -> None:
        self._clip = Clip.read(path)
        self._in_band = in_band
        self._socket = socket.create_server(("127.0.0.1", port))
        self._began = time.monotonic()
        self._clients: list[socket.socket] = []
        self._closed = False
        self.jump_s = 0.0
        self.garbage = False
        self.silent = False
        self.served = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"rtsp://user:secret@127.0.0.1:{self._socket.getsockname()[1]}/stream"

    def __enter__(self) -> RtspCamera:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def show(self, path: Path) -> None:
        """Another clip from now on, in the same connection, with its parameter sets in band."""
        self._clip, self._in_band = Clip.read(path), True
        self._began = time.monotonic()

    def drop(self) -> None:
        """Cuts all connections; new ones are welcome."""
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        self._clients = []

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.drop()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self._clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError), client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            buffer = b""
            while True:
                while b"\r\n\r\n" not in buffer:
                    more = client.recv(4096)
                    if not more:
                        return
                    buffer += more
                request, _, buffer = buffer.partition(b"\r\n\r\n")
                if self._answer(client, request.decode("ascii", "replace")):
                    self._play(client)
                    return

    def _answer(self, client: socket.socket, request: str) -> bool:
        lines = request.split("\r\n")
        method, url = lines[0].split(" ")[:2]
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        reply, body = [f"CSeq: {headers.get('cseq', '0')}", "Session: 1234;timeout=60"], b""
        if method == "OPTIONS":
            reply.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
        elif method == "DESCRIBE":
            body = self._description()
            reply += ["Content-Type: application/sdp", f"Content-Base: {url}/", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            reply.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
        elif method == "PLAY":
            reply.append("Range: npt=0.000-")
        client.sendall("\r\n".join(["RTSP/1.0 200 OK", *reply, "", ""]).encode() + body)
        return method == "PLAY"

    def _description(self) -> bytes:
        sets = self._clip.sets
        sprop = "" if self._in_band else ";sprop-parameter-sets=" + ",".join(base64.b64encode(s).decode() for s in sets)
        profile = sets[0][1:4].hex()
        return "\r\n".join(
            [
                "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=camera", "t=0 0", "a=control:*", "m=video 0 RTP/AVP 96",
                "c=IN IP4 0.0.0.0", "a=rtpmap:96 H264/90000",
                f"a=fmtp:96 packetization-mode=1;profile-level-id={profile}{sprop}", "a=control:track1", "",
            ]
        ).encode()  # fmt: skip

    def _play(self, client: socket.socket) -> None:
        sequence, frames, clip = 0, iter(()), None  # type: ignore[var-annotated]
        threading.Thread(target=self._drain, args=(client,), daemon=True).start()
        while not self._closed:
            if clip is not self._clip:
                clip, frames = self._clip, self._frames()
            nals, at_s, stamp = next(frames)
            time.sleep(max(0.0, at_s - time.monotonic()))
            if self.silent:
                continue
            if self.garbage:
                nals = [os.urandom(max(40, len(nal))) for nal in nals]
            stamp = (stamp + round(self.jump_s * 90_000)) & 0xFFFFFFFF
            payloads = [part for nal in nals for part in _packetized(nal)]
            data = []
            for index, payload in enumerate(payloads):
                marker = 0x80 if index == len(payloads) - 1 else 0
                header = struct.pack(">BBHII", 0x80, 96 | marker, sequence & 0xFFFF, stamp, 0x1234)
                sequence += 1
                data.append(struct.pack(">cBH", b"$", 0, len(header) + len(payload)) + header + payload)
            client.sendall(b"".join(data))
            self.served += 1

    def _frames(self) -> Iterator[tuple[list[bytes], float, int]]:
        """(NAL units, when to send on the monotonic clock, RTP time), from the next frame on, over and over."""
        clip, turn = self._clip, int((time.monotonic() - self._began) * 90_000 // self._clip.length)
        while True:
            for nals, at, keyframe in clip.frames:
                at_s = self._began + (turn * clip.length + at) / 90_000
                if at_s < time.monotonic() - 0.2:
                    continue
                sets = clip.sets if keyframe and self._in_band else []
                yield [*sets, *nals], at_s, turn * clip.length + at
            turn += 1

    @staticmethod
    def _drain(client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while client.recv(4096):
                pass


def _packetized(nal: bytes) -> Iterator[bytes]:
    if len(nal) <= MTU:
        yield nal
        return
    kind, rest = nal[0] & 0x1F, nal[1:]
    for at in range(0, len(rest), MTU):
        first, last = at == 0, at + MTU >= len(rest)
        yield bytes([nal[0] & 0xE0 | 28, first << 7 | last << 6 | kind]) + rest[at : at + MTU]


def sizes_of(path: Path) -> tuple[int, int]:
    """A clip's width and height, from its parameter sets."""
    sets = ParameterSets(h265=False)
    for nal in Clip.read(path, 1).sets:
        sets.learn(nal)
    shape = sets.shape()
    return shape.width, shape.height


if __name__ == "__main__":
    with RtspCamera(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0) as camera:
        print(camera.url, flush=True)
        sys.stdin.read()
