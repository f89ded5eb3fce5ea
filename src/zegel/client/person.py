# SPDX-License-Identifier: EUPL-1.2
"""A person's own client, in Python: what the browser does.

It signs in with keys that are derived here, pairs a unit, commands it, and opens a view. The server sees what a browser
would show it, and is believed as little. Standard library only.
"""

from __future__ import annotations

import base64
import hashlib
import http.cookiejar
import json
import struct
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from zegel.client import deletion
from zegel.seal import envelope
from zegel.seal.account import Bundle, Pin, Wrapper, derive_keys, unwrap_bundle, unwrap_pins, wrap_pins
from zegel.seal.command import Action, Command, sign_command
from zegel.seal.epoch import verify_epoch
from zegel.seal.grant import Grant
from zegel.seal.kept import verify_kept
from zegel.seal.keyset import Keyset, NamedKey, Signer, sign_keyset
from zegel.seal.member import open_member, verify_member
from zegel.seal.pairing import Pairing, PairingCode, pairing_mac, verify_paired
from zegel.seal.policy import Policy, sign_policy
from zegel.seal.ranges import Range, RangeKeys
from zegel.seal.release import open_release, verify_release
from zegel.seal.segment import Header, Track, open_segment
from zegel.seal.suite import OpeningKey, Suite
from zegel.seal.tree import Cover

_TIMEOUT_S = 30
_BATCH_BYTES = 6 << 20


class Refused(Exception):
    """The server said no. `status` is HTTP's, `code` the error's name."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code


class NotAsShown(Exception):
    """What the server showed does not fit what is pinned or signed: the work stops."""


@dataclass
class Http:
    """JSON over HTTP with a cookie jar and the CSRF header, as a page would do it."""

    base: str
    jar: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self) -> None:
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def get(self, path: str) -> Any:
        return json.loads(self.raw("GET", path))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.raw("POST", path, body or {})
        return json.loads(answer) if answer else None

    def raw(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        """Raises Refused."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_header("Origin", self.base)
        if method != "GET":
            request.add_header("X-CSRFToken", self._csrf())
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None

    def _csrf(self) -> str:
        for _ in range(2):
            for cookie in self.jar:
                if cookie.name.endswith("csrftoken") and cookie.value:
                    return cookie.value
            self.raw("GET", "/api/v1/csrf")
        raise NotAsShown("the server sets no CSRF cookie")


def _refusal(error: urllib.error.HTTPError) -> Refused:
    text = error.read(65_536)
    try:
        said = json.loads(text)["error"]
        return Refused(error.code, str(said["code"]), str(said["message"]))
    except (ValueError, KeyError, TypeError):
        return Refused(error.code, "http", text[:200].decode("utf-8", "replace"))


@dataclass(frozen=True)
class Opened:
    """A segment that was fetched and opened."""

    header: Header
    plaintext: bytes = field(repr=False)


@dataclass(frozen=True)
class View:
    """A lease, what it lists, and the keys that this viewer got for it."""

    lease_id: str
    answer: dict[str, Any] = field(repr=False)
    keys: RangeKeys = field(repr=False)

    @property
    def index(self) -> int:
        return int(self.answer["index"])


@dataclass
class Client:
    """A signed-in person."""

    http: Http
    person_id: UUID
    bundle: Bundle = field(repr=False)
    parties: list[dict[str, Any]]
    party_id: UUID
    log_key: str = ""
    pins: tuple[Pin, ...] = ()
    other_owners: tuple[bytes, ...] = ()

    @classmethod
    def sign_in(cls, base: str, email: str, password: str, origin: str | None = None) -> Client:
        """Derive both keys, send one. Raises Refused, CannotOpen."""
        http_client = Http(base)
        keys = derive_keys(origin or base, email, password)
        said = http_client.post("/api/v1/sign-in", {"email": email, "auth_key": b64(keys.auth_key)})
        person = said["person"]
        bundle = unwrap_bundle(
            unb64(said["bundle"]), keys.wrap_key, Wrapper.PASSWORD, UUID(person["id"]).bytes, Suite(person["suite"])
        )
        parties = said["parties"]
        pins = unwrap_pins(unb64(said["pins"]), UUID(person["id"]).bytes, bundle.signing) if said["pins"] else ()
        client = cls(
            http_client, UUID(person["id"]), bundle, parties, UUID(parties[0]["id"]), said["log"]["key"], pins
        )  # fmt: skip
        client.act_for(client.party_id)
        return client

    def act_for(self, party_id: UUID) -> None:
        self.http.post("/api/v1/acting-party", {"party_id": str(party_id)})
        self.party_id = party_id

    def tenant(self, signers: Sequence[bytes] | None = None) -> OpeningKey:
        """The acting party's private opening key, sealed to this person by one of `signers` (default: himself)."""
        party = next(p for p in self.parties if UUID(p["id"]) == self.party_id)
        pinned = signers or [self.bundle.signing.public_key]
        return open_member(verify_member(unb64(party["sealed_tenant_key"]), pinned), self.bundle.opening)

    # --- the owner -----------------------------------------------------------------------------------------------

    def start_pairing(self, code: PairingCode, site_id: UUID, name: str) -> dict[str, Any]:
        """What the server says of the unit whose code was read; its key is checked against the code."""
        wanted = {"fingerprint": b64(code.fingerprint), "site_id": str(site_id), "name": name}
        said: dict[str, Any] = self.http.post("/api/v1/pairings", wanted)
        return said

    def pair(self, code: PairingCode, started: dict[str, Any], keyset: Keyset, policy: Policy) -> Pairing:
        """Send keyset and policy under the code's secret. `wait` for the unit's answer with `paired`."""
        signing = self.bundle.signing
        pairing = Pairing(keyset.unit, keyset.pairing, keyset.hash, policy.hash)
        self.http.post(
            f"/api/v1/pairings/{started['pairing_id']}",
            {
                "pairing": b64(pairing.encode()), "mac": b64(pairing_mac(code.secret, pairing)),
                "keyset": b64(sign_keyset(keyset, signing)), "policy": b64(sign_policy(policy, signing)),
            },
        )  # fmt: skip
        return pairing

    def paired(self, code: PairingCode, started: dict[str, Any], pairing: Pairing) -> bool:
        """Whether the unit's signed answer is there; verified against the code's fingerprint. Raises SealError."""
        said = self.http.get(f"/api/v1/pairings/{started['pairing_id']}")
        if not said["paired"]:
            return False
        verify_paired(unb64(said["paired"]), unb64(started["sign_pk"]), code.fingerprint, pairing)
        return True

    def pin_unit(self, code: PairingCode, keyset: Keyset, now_ms: int) -> None:
        """Remember the unit of the code, its keyset and the log, under this person's own key, beside what he pinned."""
        log = hashlib.sha256(keyset.log.name.encode()).digest()[:16]
        new = (
            Pin("unit", keyset.unit, code.fingerprint, "qr", now_ms),
            Pin("keyset", keyset.unit, keyset.hash, "qr", now_ms),
            Pin("log", log, hashlib.sha256(keyset.log.vkey.encode()).digest(), "agreement", now_ms),
        )
        named = {(pin.kind, pin.id) for pin in new}
        kept = (pin for pin in self.pins if (pin.kind, pin.id) not in named and pin.kind != "counter")
        self.pins = (self._numbered(now_ms), *kept, *new)
        wrapped = wrap_pins(self.pins, self.person_id.bytes, self.bundle.signing)
        self.http.raw("PUT", "/api/v1/me/pins", {"pins": b64(wrapped)})

    def _numbered(self, now_ms: int) -> Pin:
        """Each change of the list counts up: a browser that saw a higher number takes the list for rolled back."""
        number = max((int(pin.how) for pin in self.pins if pin.kind == "counter"), default=0)
        return Pin("counter", self.person_id.bytes, bytes(32), str(number + 1), now_ms)

    def command(
        self, unit_id: UUID, pairing_id: bytes, counter: int, action: Action, now_ms: int, until_ms: int | None = None
    ) -> None:
        """Arm or disarm with this person's own key; `until_ms`: when that ends by itself."""
        command = Command(unit_id.bytes, pairing_id, counter, self.person_id.bytes, action, now_ms, until_ms)
        envelope = sign_command(command, self.bundle.signing)
        self.http.post(f"/api/v1/units/{unit_id}/command", {"envelope": b64(envelope)})

    # --- looking -------------------------------------------------------------------------------------------------

    def view_as_arc(self, alarm_id: str, camera_id: str, unit_pk: bytes, tenant: OpeningKey) -> View:
        """The alarm's released ranges: the keys come from the unit's releases and from nowhere else."""
        said = self._open({"camera_id": camera_id, "purpose": "alarm_verification", "alarm_id": alarm_id})
        return View(said["lease_id"], said, _released(said, unit_pk, tenant))

    def view_as_owner(
        self, camera_id: str, from_ms: int, to_ms: int, unit_pk: bytes, tenant: OpeningKey,
        track: Track = Track.SURVEILLANCE,
    ) -> View:  # fmt: skip
        """The owner's own recordings: the keys come from the epochs' roots."""
        what = {"camera_id": camera_id, "purpose": "own_use", "from_ms": from_ms, "to_ms": to_ms, "track": int(track)}
        said = self._open(what)
        return View(said["lease_id"], said, _owned(said, self._held(said, unit_pk, tenant)))

    # --- deleting ------------------------------------------------------------------------------------------------

    def delete(self, camera_id: str, from_ms: int, to_ms: int, keyset: Keyset, unit_pk: bytes, now_ms: int) -> Any:
        """A time of a camera, for ever: the owner signs each epoch; of one that is deleted in part the rest is sealed
        to him first.
        `keyset`: the newest, pinned one. Raises Refused, SealError."""
        what = {"camera_id": camera_id, "track": int(Track.SURVEILLANCE), "from_ms": from_ms, "to_ms": to_ms}
        plan = self.http.post("/api/v1/recordings/plan", what)
        held = self._held(plan, unit_pk, self.tenant(keyset.owner_pks))
        keeping = []
        for part in plan["parts"]:
            gone = [*map(tuple, part["gone"]), (part["from"], part["to"])]
            of = held[UUID(part["epoch"]).bytes]
            if part["whole"]:
                word = deletion.drop(of, gone, self.person_id.bytes, self.bundle.signing, now_ms)
                keeping.append({"kept": b64(word)})
            else:
                kept, grant = deletion.keep(of, gone, keyset, self.person_id.bytes, self.bundle.signing, now_ms)
                keeping.append({"kept": b64(kept), "grant": b64(grant)})
        return self.http.post("/api/v1/recordings/delete", {**what, "keeping": keeping})

    def holdings(
        self, camera_id: str, from_ms: int, to_ms: int, unit_pk: bytes, tenant: OpeningKey
    ) -> dict[bytes, deletion.Opened]:
        """What this owner opens of a time: whole epochs, and what he kept of others. Raises Refused, SealError."""
        what = {"camera_id": camera_id, "purpose": "own_use", "from_ms": from_ms, "to_ms": to_ms}
        return self._held(self._open(what), unit_pk, tenant)

    def _held(self, said: dict[str, Any], unit_pk: bytes, tenant: OpeningKey) -> dict[bytes, deletion.Opened]:
        """Whole epochs, and what was kept of others, by their identifier. Raises SealError."""
        party, person = self.party_id.bytes, self.person_id.bytes
        epochs = [verify_epoch(unb64(text), unit_pk) for text in said["epochs"]]
        found = {one.epoch: deletion.opened_epoch(one, tenant, person, party, one.start_ms) for one in epochs}
        for left in said.get("kept", ()):
            kept = verify_kept(unb64(left["kept"]), self.owners)
            grant = Grant.decode(envelope.verify(unb64(left["grant"]), Grant.NAME, self.owners))
            found[kept.epoch] = deletion.opened_kept(kept, grant, tenant)
        return found

    @property
    def owners(self) -> Sequence[bytes]:
        """Whose word on what was kept this person takes: his own; a client that pins more owners sets more."""
        return (self.bundle.signing.public_key, *self.other_owners)

    def renew(self, view: View) -> dict[str, Any]:
        said: dict[str, Any] = self.http.post(f"/api/v1/views/{view.lease_id}/renew")
        return said

    def end(self, view: View) -> None:
        self.http.post(f"/api/v1/views/{view.lease_id}/end")

    def fetch(self, view: View, segments: Sequence[dict[str, Any]] | None = None) -> list[Opened]:
        """Ciphertext through the door, opened here. Raises Refused, SealError, NotAsShown."""
        listed = list(view.answer["segments"] if segments is None else segments)
        opened: list[Opened] = []
        for batch in _batches(listed):
            data = self.http.raw(
                "POST", f"/api/v1/views/{view.lease_id}/segments", {"ids": [item["id"] for item in batch]}
            )
            opened += [_open_listed(item, piece, view.keys) for item, piece in zip(batch, _pieces(data), strict=True)]
        return opened

    def fetch_one(self, lease_id: str, segment_id: str) -> bytes:
        """One segment's ciphertext. Raises Refused."""
        return self.http.raw("GET", f"/api/v1/views/{lease_id}/segments/{segment_id}")

    def _open(self, what: dict[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = self.http.post("/api/v1/views", {"track": int(Track.SURVEILLANCE), **what})
        return said


def first_keyset(
    started: dict[str, Any],
    *,
    suite: Suite,
    owner_party: UUID,
    owners: Sequence[tuple[UUID, bytes]],
    tenant_open_pk: bytes,
    arc: tuple[UUID, bytes] | None,
    log: NamedKey,
    now_ms: int,
    lasts_ms: int,
    witnesses: Sequence[NamedKey] = (),
) -> Keyset:
    """Keyset number 1 of a pairing. `owners`, `arc` and `witnesses` come with public keys that were compared
    elsewhere."""
    return Keyset(
        suite, UUID(started["unit_id"]).bytes, UUID(started["pairing_id"]).bytes, owner_party.bytes, 1, None,
        now_ms, now_ms + lasts_ms,
        tuple(sorted((Signer(person.bytes, key) for person, key in owners), key=lambda signer: signer.id)),
        tenant_open_pk, None if arc is None else Signer(arc[0].bytes, arc[1]), log,
        tuple(sorted(witnesses, key=lambda witness: witness.name)),
    )  # fmt: skip


def _released(said: dict[str, Any], unit_pk: bytes, tenant: OpeningKey) -> RangeKeys:
    ranges: list[Range] = []
    covers: list[Cover] = []
    for text in said["releases"]:
        keys = open_release(verify_release(unb64(text), unit_pk), tenant)
        ranges += keys.ranges
        covers += keys.covers
    return RangeKeys(tuple(ranges), tuple(covers))


def _owned(said: dict[str, Any], held: dict[bytes, deletion.Opened]) -> RangeKeys:
    """The keys of what is listed and held. A slot that was not kept opens with nothing."""
    ranges: list[Range] = []
    covers: list[Cover] = []
    for epoch in dict.fromkeys(UUID(item["epoch"]).bytes for item in said["segments"]):
        if epoch in held:
            ranges += held[epoch].keys.ranges
            covers += held[epoch].keys.covers
    return RangeKeys(tuple(ranges), tuple(covers))


def _open_listed(item: dict[str, Any], piece: bytes, keys: RangeKeys) -> Opened:
    header, plaintext = open_segment(keys.leaf(UUID(item["epoch"]).bytes, int(item["slot"])), piece)
    if (header.epoch, header.slot, header.sequence) != (UUID(item["epoch"]).bytes, item["slot"], item["seq"]):
        raise NotAsShown("the server sent another segment than it listed")
    return Opened(header, plaintext)


def _batches(listed: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    batches: list[list[dict[str, Any]]] = []
    room = 0
    for item in listed:
        if not batches or item["size"] > room:
            batches.append([])
            room = _BATCH_BYTES
        batches[-1].append(item)
        room -= item["size"]
    return batches


def _pieces(data: bytes) -> list[bytes]:
    """Length-prefixed (32 bits, big-endian) pieces. Raises NotAsShown."""
    pieces = []
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            raise NotAsShown("the answer ends inside a length")
        (size,) = struct.unpack_from(">I", data, at)
        if at + 4 + size > len(data):
            raise NotAsShown("the answer ends inside a segment")
        pieces.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return pieces


def b64(data: bytes) -> str:
    """base64url without padding, as the API writes bytes."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
