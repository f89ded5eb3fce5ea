# SPDX-License-Identifier: EUPL-1.2
"""Live pictures from the process with the units' links to the processes with the viewers. Ciphertext, in memory only.

- The gateway listens: on a Unix socket of its own installation, or on an address of the internal network, there with
  TLS, both sides under an authority that only the installation's secret makes (kernel/tls.py). Whoever connects proves
  that he holds the secret before he hears anything; nothing is said to a stranger.
- A process with viewers says which cameras it wants, and gets those, from the newest picture that can stand alone.
- Nothing grows: what a slow reader does not take is left out up to the next such picture.

On the wire each message is its length (32 bits, big-endian) and its bytes. To the gateway: `+` or `-` and a camera.
From it: camera ‖ epoch ‖ segment.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import ssl
import struct
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from zegel.link.messages import MAX_SEGMENTS_BYTES
from zegel.seal.errors import SealError
from zegel.seal.segment import HEADER_SIZE, Header
from zegel.server.kernel import log, services, tls
from zegel.server.kernel.secrets import secret

ID = 16
BACKLOG_BYTES = 4 << 20
RECENT_BYTES = 6 << 20
RECENT_CAMERAS = 512
LARGEST = MAX_SEGMENTS_BYTES + 64
AGAIN_S = 0.5
PROVE_S = 5.0
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Piece:
    """One sealed segment of a live track. `slot` and `random_access` are what its header claims."""

    camera: bytes
    epoch: bytes
    data: bytes
    slot: int
    random_access: bool


def piece_of(camera: bytes, epoch: bytes, data: bytes) -> Piece | None:
    """None for what is no segment of that camera's epoch."""
    try:
        header = Header.decode(data[:HEADER_SIZE])
    except SealError:
        return None
    if (header.camera, header.epoch) != (camera, epoch):
        return None
    return Piece(camera, epoch, data, header.slot, header.random_access)


class Recent:
    """A camera's pieces since the newest one that can stand alone: where a new viewer begins."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._bytes = 0

    def add(self, piece: Piece) -> None:
        if piece.random_access or self._bytes + len(piece.data) > RECENT_BYTES:
            self.pieces, self._bytes = [], 0
        if piece.random_access or self.pieces:
            self.pieces.append(piece)
            self._bytes += len(piece.data)


class Backlog:
    """What waits for one reader: bounded. After a loss it goes on with the next piece that can stand alone."""

    def __init__(self) -> None:
        self._waiting: deque[Piece] = deque()
        self._bytes = 0
        self._skipping: set[bytes] = set()
        self._some = asyncio.Event()
        self.lost = 0

    def offer(self, piece: Piece) -> None:
        if piece.random_access:
            self._skipping.discard(piece.camera)
        if piece.camera in self._skipping:
            self.lost += 1
            return
        if self._bytes + len(piece.data) > BACKLOG_BYTES and self._waiting:
            self._skipping |= {waiting.camera for waiting in self._waiting} | {piece.camera}
            self.lost += len(self._waiting) + 1
            self._waiting.clear()
            self._bytes = 0
            return
        self._waiting.append(piece)
        self._bytes += len(piece.data)
        self._some.set()

    async def take(self) -> Piece:
        while not self._waiting:
            self._some.clear()
            await self._some.wait()
        piece = self._waiting.popleft()
        self._bytes -= len(piece.data)
        return piece


# --- the gateway's side -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Subscriber:
    cameras: set[bytes] = field(default_factory=set)
    backlog: Backlog = field(default_factory=Backlog)


class Publisher:
    """Of the process with the units' links. Used on its event loop only."""

    def __init__(self) -> None:
        self._subscribers: set[_Subscriber] = set()
        self._recent: dict[bytes, Recent] = {}

    def publish(self, camera: bytes, epoch: bytes, segments: Sequence[bytes]) -> None:
        for data in segments:
            piece = piece_of(camera, epoch, data)
            if piece is None:
                return
            self._remember(piece)
            for subscriber in self._subscribers:
                if camera in subscriber.cameras:
                    subscriber.backlog.offer(piece)

    def _remember(self, piece: Piece) -> None:
        recent = self._recent.pop(piece.camera, None) or Recent()
        self._recent[piece.camera] = recent  # the one that was heard last stands last
        recent.add(piece)
        while len(self._recent) > RECENT_CAMERAS:
            self._recent.pop(next(iter(self._recent)))

    def forget(self, camera: bytes) -> None:
        """Nobody looks at it any more."""
        self._recent.pop(camera, None)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One process with viewers, until it goes."""
        subscriber = _Subscriber()
        try:
            await _prove(reader, writer, first=False)
            self._subscribers.add(subscriber)
            hearing = asyncio.ensure_future(self._hear(reader, subscriber))
            telling = asyncio.ensure_future(_tell(writer, subscriber.backlog))
            try:
                await asyncio.wait({hearing, telling}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (hearing, telling):
                    task.cancel()
                await asyncio.gather(hearing, telling, return_exceptions=True)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, Stranger) as error:
            log.info("relay.closed", error=type(error).__name__)
        finally:
            self._subscribers.discard(subscriber)
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader, subscriber: _Subscriber) -> None:
        while True:
            word = await _read(reader, 1 + ID)
            camera = word[1:]
            if word[:1] == b"-":
                subscriber.cameras.discard(camera)
            elif word[:1] == b"+" and len(camera) == ID and camera not in subscriber.cameras:
                subscriber.cameras.add(camera)
                for piece in self._recent[camera].pieces if camera in self._recent else ():
                    subscriber.backlog.offer(piece)


async def _tell(writer: asyncio.StreamWriter, backlog: Backlog) -> None:
    while True:
        piece = await backlog.take()
        writer.writelines((_LENGTH.pack(2 * ID + len(piece.data)), piece.camera, piece.epoch, piece.data))
        await writer.drain()


publisher = Publisher()


@services.service("gateway", name="realtime.relay")
async def listen(stop: asyncio.Event) -> None:
    """Where processes with viewers connect."""
    place = settings.RELAY_LISTEN
    if place.startswith("unix:"):
        server = await _listen_here(place.removeprefix("unix:"))
    else:
        host, _, port = place.rpartition(":")
        server = await asyncio.start_server(
            publisher.serve, host, int(port), ssl=_tls(listening=True), ssl_handshake_timeout=PROVE_S
        )
    async with server:
        await stop.wait()


async def _listen_here(name: str) -> asyncio.Server:
    if name.startswith("\0"):
        return await asyncio.start_unix_server(publisher.serve, name)
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileNotFoundError):
        path.unlink()
    server = await asyncio.start_unix_server(publisher.serve, path)
    path.chmod(0o600)
    return server


# --- the viewers' side ------------------------------------------------------------------------------------------------


class Hub:
    """Of a process with viewers: which cameras they want, and what came. Used on its event loop only."""

    def __init__(self) -> None:
        self._viewers: dict[bytes, set[Backlog]] = {}
        self._recent: dict[bytes, Recent] = {}
        self._wanted: Counter[bytes] = Counter()
        self._tellers: set[Callable[[bytes], None]] = set()

    def join(self, camera: bytes, backlog: Backlog) -> None:
        """From now on what the camera sends, from the newest picture on."""
        self._viewers.setdefault(camera, set()).add(backlog)
        self._wanted[camera] += 1
        if self._wanted[camera] == 1:
            self._say(b"+" + camera)
        for piece in self._recent[camera].pieces if camera in self._recent else ():
            backlog.offer(piece)

    def leave(self, camera: bytes, backlog: Backlog) -> None:
        viewers = self._viewers.get(camera, set())
        if backlog not in viewers:
            return
        viewers.discard(backlog)
        self._wanted[camera] -= 1
        if not viewers:
            self._viewers.pop(camera, None)
            self._recent.pop(camera, None)
            del self._wanted[camera]
            self._say(b"-" + camera)

    def take(self, camera: bytes, epoch: bytes, data: bytes) -> None:
        piece = piece_of(camera, epoch, data)
        if piece is None or camera not in self._viewers:
            return
        self._recent.setdefault(camera, Recent()).add(piece)
        for backlog in self._viewers[camera]:
            backlog.offer(piece)

    def _say(self, word: bytes) -> None:
        for tell in list(self._tellers):
            tell(word)

    async def follow(self, place: str, stop: asyncio.Event) -> None:
        """One gateway, again and again until told to stop."""
        stopping = asyncio.ensure_future(stop.wait())
        while not stop.is_set():
            following = asyncio.ensure_future(self._follow(place))
            await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
            following.cancel()
            [error] = await asyncio.gather(following, return_exceptions=True)
            if not isinstance(error, OSError | EOFError | TimeoutError | Stranger | asyncio.CancelledError):
                log.error("relay.failed", error=type(error).__name__)
            await services.wait(stop, AGAIN_S)

    async def _follow(self, place: str) -> None:
        reader, writer = await _connect(place)

        def tell(word: bytes) -> None:
            writer.write(_LENGTH.pack(len(word)) + word)

        try:
            await _prove(reader, writer, first=True)
            for camera in self._wanted:
                tell(b"+" + camera)
            self._tellers.add(tell)
            while True:
                message = await _read(reader, LARGEST)
                self.take(message[:ID], message[ID : 2 * ID], message[2 * ID :])
        finally:
            self._tellers.discard(tell)
            writer.close()


hub = Hub()


@services.service("realtime", name="realtime.live")
async def follow(stop: asyncio.Event) -> None:
    """Hears every gateway of this installation."""
    await asyncio.gather(*(hub.follow(place, stop) for place in settings.RELAY))


async def _connect(place: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(PROVE_S):
        if place.startswith("unix:"):
            return await asyncio.open_unix_connection(place.removeprefix("unix:"))
        host, _, port = place.rpartition(":")
        return await asyncio.open_connection(host, int(port), ssl=_tls(listening=False))


# --- both -------------------------------------------------------------------------------------------------------------


class Stranger(Exception):
    """Who connected does not hold the installation's secret."""


async def _prove(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, first: bool) -> None:
    """Each side proves that it holds the secret, over both sides' nonces. Raises Stranger."""
    async with asyncio.timeout(PROVE_S):
        mine = secrets.token_bytes(32)
        await _write(writer, mine)
        theirs = await _read(reader, 32)
        nonces = mine + theirs if first else theirs + mine
        await _write(writer, _mac(nonces, first))
        if not hmac.compare_digest(await _read(reader, 32), _mac(nonces, not first)):
            raise Stranger


def _shared() -> bytes:
    return secret(settings.SECRETS_PATH, "relay", 32)


def _tls(*, listening: bool) -> ssl.SSLContext:
    """Between machines never without. A Unix socket is the system's own and takes none."""
    return tls.among_ourselves(_shared(), "relay", listening=listening)


def _mac(nonces: bytes, first: bool) -> bytes:
    return hmac.digest(_shared(), b"zegel/relay/v1" + (b"viewer" if first else b"gateway") + nonces, "sha256")


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(_LENGTH.pack(len(data)) + data)
    await writer.drain()


async def _read(reader: asyncio.StreamReader, most: int) -> bytes:
    """Raises Stranger for a message that is too long: nobody who knows the secret says one."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > most:
        raise Stranger
    return await reader.readexactly(length)
