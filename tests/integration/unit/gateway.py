# SPDX-License-Identifier: EUPL-1.2
"""A server's door, just enough of it for a real unit process: TLS, handshake, acknowledgements, a small log."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import os
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.unit.unit.actors import ORIGIN, Owner
from zegel.link.framing import decode_from_unit, encode_from_server
from zegel.link.messages import (
    Ack,
    Challenge,
    Controlled,
    Deliver,
    DeliverKind,
    FromServer,
    Hello,
    NeedProof,
    Proof,
    ReleaseItem,
    SegmentsItem,
    StatusItem,
    Unclaimed,
    Up,
    Welcome,
)
from zegel.seal import merkle
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint
from zegel.seal.entry import ActorKind, Entry, entry_leaf_hash
from zegel.seal.keyset import sign_keyset
from zegel.seal.linkauth import LinkAuth, verify_link
from zegel.seal.note import Note, NoteSigner
from zegel.seal.pairing import Pairing, PairingCode, pairing_mac
from zegel.seal.policy import sign_policy
from zegel.seal.promise import Time, sign_time
from zegel.seal.proof import make_receipt
from zegel.seal.suite import sign_fingerprint


def make_tls(folder: Path) -> ssl.SSLContext:
    """ca.pem, and a server certificate for localhost under it."""
    now = datetime.datetime.now(datetime.UTC)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def build(name: str, public: ec.EllipticCurvePublicKey, ca: bool) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(1))
        builder = builder.not_valid_after(now + datetime.timedelta(9))
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(root_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    root, leaf = build("test authority", root_key.public_key(), True), build("server", key.public_key(), False)
    (folder / "ca.pem").write_bytes(root.public_bytes(pem))
    (folder / "server.pem").write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.key").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


class Gateway:
    """Runs in a thread of its own. `ups` holds every item by its number, `messages` everything else that was said."""

    def __init__(self, folder: Path, owner: Owner, *, prove: bool = True) -> None:
        self.folder, self.owner, self.prove = folder, owner, prove
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ups: dict[int, Up] = {}
        self.hellos: list[Hello] = []
        self.times: dict[int, float] = {}
        self.pending: list[FromServer] = []
        self.leaves: list[tuple[bytes, bytes]] = []
        self.controlled: list[Controlled] = []
        self.claimed = False
        self.acking = True
        self.refuse_links = False
        self._tls: ssl.SSLContext | None = None
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._links: set[ServerConnection] = set()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._main, daemon=True)

    def __enter__(self) -> Gateway:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _main(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._tls = self._tls or make_tls(self.folder)
        options = {"ssl": self._tls, "max_size": 8 << 20, "close_timeout": 1}
        async with serve(self._talk, "127.0.0.1", self.port, **options) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._stop.wait()

    async def _talk(self, link: ServerConnection) -> None:
        if self.refuse_links:
            return
        nonce = os.urandom(32)
        await link.send(encode_from_server(Challenge(nonce, "gateway.test")))
        hello = decode_from_unit(await link.recv(decode=False))
        assert isinstance(hello, Hello)
        verify_link(LinkAuth(hello.unit_id, nonce, hello.nonce, "gateway.test"), hello.signature, hello.sign_pk)
        self.hellos.append(hello)
        await link.send(encode_from_server(self._welcome(hello) if self.claimed else Unclaimed()))
        for message in self.pending:
            await link.send(encode_from_server(message))
        self._links.add(link)
        try:
            async for frame in link:
                await self._hear(link, decode_from_unit(frame))  # type: ignore[arg-type]
        except ConnectionClosed:
            pass
        finally:
            self._links.discard(link)

    async def _hear(self, link: ServerConnection, message: object) -> None:
        if isinstance(message, NeedProof) and self.prove:
            await link.send(encode_from_server(Proof(message.release_hash, self.receipt(message.release_hash))))
        if isinstance(message, Controlled):
            self.controlled.append(message)
        if isinstance(message, Up):
            self.ups[message.n] = message
            self.times.setdefault(message.n, time.monotonic())
            if self.acking or isinstance(message.item, StatusItem):
                await link.send(encode_from_server(Ack([message.n])))

    def _welcome(self, hello: Hello) -> Welcome:
        told = sign_time(Time(hello.nonce[:16], time.time_ns() // 1_000_000), self.owner.log)
        return Welcome(told, str(self.checkpoint()), True)

    # -- a small log

    def checkpoint(self) -> Note:
        hashes = [entry_leaf_hash(salt, body) for salt, body in self.leaves]
        root = merkle.root(len(hashes), merkle.nodes_of(hashes))
        return sign_checkpoint(Checkpoint(ORIGIN, len(hashes), root), NoteSigner(ORIGIN, self.owner.log))

    def receipt(self, release: bytes) -> str:
        entry = Entry.make("release", 1, None, ActorKind.UNIT, None, None, {"release": release})
        self.leaves.append((os.urandom(32), entry.encode()))
        hashes = [entry_leaf_hash(salt, body) for salt, body in self.leaves]
        at = len(hashes) - 1
        path = merkle.inclusion_proof(at, len(hashes), merkle.nodes_of(hashes))
        return make_receipt(*self.leaves[at], at, path, self.checkpoint())

    # -- what a test does

    def send(self, message: FromServer) -> None:
        """To every unit that is connected."""

        async def to_all() -> None:
            for link in list(self._links):
                await link.send(encode_from_server(message))

        asyncio.run_coroutine_threadsafe(to_all(), self._loop).result(10)

    def hang_up(self) -> None:
        async def close_all() -> None:
            for link in list(self._links):
                await link.close()

        asyncio.run_coroutine_threadsafe(close_all(), self._loop).result(10)

    def pair(self, code: PairingCode, **policy: object) -> None:
        """As the owner's client does, having read the unit's code. What is callable is asked with the unit's hello."""
        self.wait_for(lambda: self.hellos and sign_fingerprint(self.hellos[-1].sign_pk) == code.fingerprint)
        unit, drawn, now = self.hellos[-1].unit_id, self.hellos[-1].pairing_id, time.time_ns() // 1_000_000
        assert drawn is not None
        keyset = self.owner.keyset(unit, drawn, now)
        policy = {name: value(self.hellos[-1]) if callable(value) else value for name, value in policy.items()}
        self.policy = self.owner.policy(keyset, now, **policy)
        self.keyset = keyset
        asked = Pairing(unit, keyset.pairing, keyset.hash, self.policy.hash)
        for message in (
            Deliver(DeliverKind.KEYSET, sign_keyset(keyset, self.owner.key)),
            Deliver(DeliverKind.POLICY, sign_policy(self.policy, self.owner.key)),
            Deliver(DeliverKind.PAIRING, asked.encode(), pairing_mac(code.secret, asked)),
        ):
            self.send(message)
        self.claimed = True
        self.pending = [Deliver(DeliverKind.ARCKEY, self.owner.arckey(now))]

    def items(self, kind: type) -> list:  # type: ignore[type-arg]
        return [up.item for _, up in sorted(self.ups.items()) if isinstance(up.item, kind)]

    def times_of(self, kind: type) -> list[tuple[float, Up]]:
        return [(self.times[n], up) for n, up in self.ups.items() if isinstance(up.item, kind)]

    def keep_tls(self, other: Gateway) -> None:
        """Be the same server after a restart."""
        self._tls = other._tls

    def segments(self) -> list[bytes]:
        return [segment for item in self.items(SegmentsItem) for segment in item.segments]

    def releases(self) -> list[bytes]:
        return [item.envelope for item in self.items(ReleaseItem)]

    def wait_for(self, condition: Callable[[], object], timeout_s: float = 20) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.02)
