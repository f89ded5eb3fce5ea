# SPDX-License-Identifier: EUPL-1.2
"""An evidence package made by its owner on his own machine: what his browser does, in Python (`zegel package`).

The server gives ciphertext, proofs and a report; the keys never leave this program. Each recording is an export that is
written down before its file exists; the signed list of files is written down before the package does.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from zegel.client.person import Client, NotAsShown, Refused, View, b64, unb64
from zegel.client.steering import steered
from zegel.records import c2pa
from zegel.records import evidence as packages
from zegel.records import package as files
from zegel.seal.account import RecoveryCode
from zegel.seal.envelope import Envelope
from zegel.seal.evidence import Custody, Evidence, File, Form, Maker, sign_evidence
from zegel.seal.exported import LONGEST_MS, Exported, Piece, seal_keys, sign_exported
from zegel.seal.exported import Form as FileForm
from zegel.seal.keyset import Keyset
from zegel.seal.ranges import Range, RangeKeys
from zegel.seal.segment import Track, open_segment
from zegel.seal.suite import SigningKey, sign_fingerprint
from zegel.unit import clock

PROVED_WITHIN = 40
MAX_RECEIPTS = 60


@dataclass(frozen=True)
class Wish:
    """Of these cameras (as the API shows them) this time (ms UTC), for whom; `order`: as the API shows it, or none.
    `c2pa`: with the films beside the originals, open to whoever holds the package, each with a C2PA manifest."""

    cameras: Sequence[Mapping[str, Any]]
    from_ms: int
    to_ms: int
    recipient: str
    order: Mapping[str, Any] | None
    language: str = "en"
    c2pa: bool = False


@dataclass(frozen=True)
class Recorded:
    """A recording of the package."""

    name: str
    camera: str
    data: bytes
    said: Exported
    statement: bytes
    index: int
    look: int


def make(owner: Client, wish: Wish) -> tuple[bytes, str]:
    """The package and the code that opens it. Raises Refused, SealError, NotAsShown; then nothing was handed over."""
    code = RecoveryCode.generate()
    sites = {str(one["id"]): one for one in owner.http.get("/api/v1/sites")["sites"]}
    recorded: list[Recorded] = []
    for camera in wish.cameras:
        for start in range(wish.from_ms, wish.to_ms, LONGEST_MS):
            span = (start, min(wish.to_ms, start + LONGEST_MS))
            one = _record(owner, wish, camera, sites[str(camera["site"]["id"])], span, code, len(recorded) + 1)
            recorded += [one] if one is not None else []
    if not recorded:
        raise NotAsShown("nothing is recorded in that time")
    films = films_of(owner, recorded, code) if wish.c2pa else {}
    return _packed(owner, wish, recorded, films), code.text()


# --- a recording ---


def _record(
    owner: Client, wish: Wish, camera: Mapping[str, Any], site: Mapping[str, Any], span: tuple[int, int],
    code: RecoveryCode, number: int,
) -> Recorded | None:  # fmt: skip
    now = steered(owner, UUID(camera["unit"]["id"]), clock.wall_ms())
    trust = owner.http.get(f"/api/v1/units/{camera['unit']['id']}/trust")
    unit_pk = unb64(trust["unit"]["sign_pk"])
    _check_unit(owner, now.keyset, unit_pk)
    try:
        view = owner.view_as_owner(str(camera["id"]), *span, unit_pk, owner.tenant(now.keyset.owner_pks))
    except Refused as refused:
        if refused.code == "nothing_to_show":
            return None
        raise
    try:
        return _written(owner, wish, camera, site, span, code, number, view, trust)
    finally:
        owner.end(view)


def _check_unit(owner: Client, keyset: Keyset, unit_pk: bytes) -> None:
    wanted = ("unit", keyset.unit, sign_fingerprint(unit_pk))
    if wanted not in {(pin.kind, pin.id, pin.fingerprint) for pin in owner.pins}:
        raise NotAsShown("the unit's key is not the one that this account pinned")


def _written(
    owner: Client, wish: Wish, camera: Mapping[str, Any], site: Mapping[str, Any], span: tuple[int, int],
    code: RecoveryCode, number: int, view: View, trust: Mapping[str, Any],
) -> Recorded:  # fmt: skip
    unit_pk = unb64(trust["unit"]["sign_pk"])
    answers, listed, sealed = _all(owner, view)
    held = owner.holdings(str(camera["id"]), *span, unit_pk, owner.tenant())
    ranges = _ranges(listed)
    for item, piece in zip(listed, sealed, strict=True):
        opened = held[UUID(item["epoch"]).bytes]
        open_segment(opened.keys.leaf(UUID(item["epoch"]).bytes, int(item["slot"])), piece)
    parts = [held[one.epoch].keys.within([one]) for one in ranges]
    keys = RangeKeys(tuple(ranges), tuple(cover for part in parts for cover in part.covers))
    keysets = tuple(unb64(text) for text in trust["keysets"])
    header = Exported(
        uuid4().bytes, FileForm.ORIGINALS, UUID(trust["unit"]["id"]).bytes, unit_pk, UUID(camera["id"]).bytes,
        Track.SURVEILLANCE, camera["name"], site["name"], site["tz"], *span, tuple(ranges), owner.person_id.bytes,
        "police", wish.recipient, clock.wall_ms(), keysets, _unique(answers, "epochs"), _unique(answers, "manifests"),
        tuple(_piece(item, piece) for item, piece in zip(listed, sealed, strict=True)),
    )  # fmt: skip
    said = seal_keys(header, keys, code)
    statement = sign_exported(said, owner.bundle.signing)
    index = _declare(owner, wish, camera, span, said, len(statement) + sum(map(len, sealed)))
    proofs = [_receipt(owner, one) for one in (index, *(int(each["index"]) for each in answers))[:MAX_RECEIPTS]]
    data = files.write_package(files.write_front(statement, list(dict.fromkeys(proofs))), sealed)
    name = f"{packages.RECORDINGS}{number:03d}-{_plain(camera['name'])}.zegel"
    return Recorded(name, camera["name"], data, said, said.hash, index, view.index)


def _all(owner: Client, view: View) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[bytes]]:
    """Every answer of the view until nothing more comes, every segment that it lists, and their bytes."""
    answers, listed = [dict(view.answer)], list(view.answer["segments"])
    while answers[-1]["more"]:
        answers.append(owner.renew(view))
        known = {item["id"] for item in listed}
        listed += [item for item in answers[-1]["segments"] if item["id"] not in known]
    sealed: list[bytes] = []
    while len(sealed) < len(listed):
        wanted = [item["id"] for item in listed[len(sealed) : len(sealed) + 60]]
        data = owner.http.raw("POST", f"/api/v1/views/{view.lease_id}/segments", {"ids": wanted})
        sealed += list(packages.segments_of(data))
    return answers, listed, sealed


def _unique(answers: Sequence[Mapping[str, Any]], what: str) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(unb64(text) for answer in answers for text in answer[what]))


def _piece(item: Mapping[str, Any], data: bytes) -> Piece:
    return Piece(UUID(item["epoch"]).bytes, int(item["seq"]), hashlib.sha256(data).digest())


def _ranges(listed: Sequence[Mapping[str, Any]]) -> list[Range]:
    """The seconds of what is listed, and no other."""
    slots: dict[bytes, set[int]] = {}
    for item in listed:
        slots.setdefault(UUID(item["epoch"]).bytes, set()).add(int(item["slot"]))
    found: list[Range] = []
    for epoch, numbers in slots.items():
        for slot in sorted(numbers):
            if found and found[-1].epoch == epoch and found[-1].end == slot:
                found[-1] = replace(found[-1], end=slot + 1)
            else:
                found.append(Range(epoch, slot, slot + 1))
    return found


def _declare(
    owner: Client, wish: Wish, camera: Mapping[str, Any], span: tuple[int, int], said: Exported, size: int
) -> int:  # fmt: skip
    body = {
        "export_id": str(UUID(bytes=said.export)), "form": "originals", "camera_id": camera["id"], "track": 1,
        "from_ms": span[0], "to_ms": span[1], "purpose": "police", "recipient": wish.recipient,
        "statement": b64(said.hash), "size": size, **({} if wish.order is None else {"order_id": wish.order["id"]}),
    }  # fmt: skip
    return int(owner.http.post("/api/v1/exports", body)["index"])


def _receipt(owner: Client, index: int) -> str:
    for _ in range(PROVED_WITHIN):
        try:
            return owner.http.raw("GET", f"/api/v1/receipts/{index}").decode()
        except Refused as refused:
            if refused.status != 425:
                raise
            time.sleep(0.25)
    raise NotAsShown("the log does not prove the entry in time")


def _plain(name: str) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())
    return kept.strip("-")[:60] or "camera"


# --- the package ---


def films_of(owner: Client, recorded: Sequence[Recorded], code: RecoveryCode) -> dict[str, bytes]:
    """Each recording's film with its C2PA manifest, by the name that it has in the package, and the authority's
    certificate. Raises NoC2pa, NoFilm."""
    signing = FilmSigner(owner)
    found = {packages.C2PA_ROOT: signing.root}
    for one in recorded:
        film = b"".join(files.film_of(files.read(one.data), code).finish())
        name = one.name.removeprefix(packages.RECORDINGS).removesuffix(".zegel")
        said = {"recording": one.name, "statement": one.statement.hex()}
        found[f"{packages.FILMS}{name}.mp4"] = signing.sign(film, f"{name}.mp4", said)
    return found


class FilmSigner:
    """A key drawn for one purpose, and what the installation says of it."""

    def __init__(self, owner: Client) -> None:
        c2pa.require()
        self._key = ec.generate_private_key(ec.SECP256R1())
        shown = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        answer = owner.http.post("/api/v1/evidence/c2pa-certificate", {"public_key": b64(shown)})
        self._chain = str(answer["chain"])
        end = "-----END CERTIFICATE-----\n"
        self.root = (self._chain.split(end)[-2] + end).encode()

    def sign(self, film: bytes, title: str, said: Mapping[str, str]) -> bytes:
        return c2pa.sign(film, self._chain, self._signature, title, said)

    def _signature(self, data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _packed(owner: Client, wish: Wish, recorded: Sequence[Recorded], films: Mapping[str, bytes]) -> bytes:
    package_id = uuid4()
    custody = _custody(wish, recorded)
    inside = {one.name: one.data for one in recorded} | dict(films)
    inside[packages.READ_ME] = owner.http.raw("GET", "/static/zegel/dist/package-readme.txt")
    inside[packages.VERIFIER] = owner.http.raw("GET", "/static/zegel/dist/open.html")
    inside[packages.CHECKPOINT] = owner.http.raw("GET", "/ledger/checkpoint")
    inside[packages.REPORT] = _report(owner, wish, package_id, recorded, custody)
    evidence = _evidence(owner, wish, package_id, recorded, inside, custody)
    signed = sign_evidence(evidence, owner.bundle.signing)
    size = len(signed) + sum(map(len, inside.values()))
    said = {
        "package_id": str(package_id), "form": "originals", **_scope(wish), "purpose": "police",
        "evidence": b64(evidence.hash), "signer": b64(owner.bundle.signing.fingerprint), "size": size,
    }  # fmt: skip
    index = int(owner.http.post("/api/v1/evidence/packages", said)["index"])
    whole = packages.write(signed, _receipt(owner, index), inside)
    packages.read(whole)  # nobody gets what others would refuse
    return whole


def _scope(wish: Wish) -> dict[str, Any]:
    cameras = [str(camera["id"]) for camera in wish.cameras]
    said = {"camera_ids": cameras, "from_ms": wish.from_ms, "to_ms": wish.to_ms, "recipient": wish.recipient}
    return said if wish.order is None else said | {"order_id": wish.order["id"]}


def _custody(wish: Wish, recorded: Sequence[Recorded]) -> list[Custody]:
    links = []
    if wish.order is not None:
        order = wish.order
        links.append(Custody(int(order["received_ms"]), "order_received", str(order["received_by"]), None))
        if order["decided_ms"] is not None:
            links.append(Custody(int(order["decided_ms"]), "order_accepted", str(order["decided_by"]), None))
    for one in recorded:
        links.append(Custody(one.said.from_ms, "recorded", one.camera, None))
        links.append(Custody(one.said.made_ms, "opened", "the owner", one.look))
        links.append(Custody(one.said.made_ms, "exported", "the owner", one.index))
    links.append(Custody(clock.wall_ms(), "packaged", "the owner", None))
    return sorted(links, key=lambda link: link.at_ms)


def _report(
    owner: Client, wish: Wish, package_id: UUID, recorded: Sequence[Recorded], custody: Sequence[Custody]
) -> bytes:  # fmt: skip
    recordings = [
        {
            "name": one.name, "camera": one.camera, "from_ms": one.said.from_ms, "to_ms": one.said.to_ms,
            "segments": len(one.said.segments), "sha256": b64(hashlib.sha256(one.data).digest()),
            "statement": b64(one.statement), "index": one.index,
        }
        for one in recorded
    ]  # fmt: skip
    links = [{"at_ms": link.at_ms, "what": link.what, "who": link.who, "index": link.index} for link in custody]
    body = {"package_id": str(package_id), **_scope(wish), "recordings": recordings, "custody": links,
            "language": wish.language}  # fmt: skip
    return owner.http.raw("POST", "/api/v1/evidence/report", body)


def _evidence(
    owner: Client, wish: Wish, package_id: UUID, recorded: Sequence[Recorded], inside: Mapping[str, bytes],
    custody: Sequence[Custody],
) -> Evidence:  # fmt: skip
    order: Mapping[str, Any] = wish.order or {}
    listed = tuple(File(name, len(data), hashlib.sha256(data).digest()) for name, data in sorted(inside.items()))
    signing: SigningKey = owner.bundle.signing
    return Evidence(
        package_id.bytes, Maker.OWNER, Form.ORIGINALS, signing.public_key,
        None if wish.order is None else UUID(str(order["id"])).bytes, str(order.get("authority", "")),
        str(order.get("reference", "")), str(order.get("ground", "own_decision")), str(order.get("article", "")),
        " ".join(str(order.get("scope", "")).split()), wish.recipient, owner.person_id.bytes, owner.party_id.bytes,
        None,
        clock.wall_ms(), _log_of(recorded), listed, tuple(custody),
    )  # fmt: skip


def _log_of(recorded: Sequence[Recorded]) -> str:
    newest = Keyset.decode(Envelope.decode(recorded[0].said.keysets[-1]).body)
    return str(newest.log.key)
