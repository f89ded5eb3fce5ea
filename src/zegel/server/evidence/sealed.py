# SPDX-License-Identifier: EUPL-1.2
"""What a provider hands over: ciphertext, the unit's lists, the log's proofs. It opens nothing, and neither can he.

The log's own key signs the list of files, because here nobody else can: what it says is that this is what was stored.
Epochs, releases and grants stay: the keys in them are sealed to people who can be asked themselves.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Event
from uuid import UUID

from django.contrib.staticfiles import finders

from zegel.records import evidence as packages
from zegel.seal.envelope import read_unverified
from zegel.seal.evidence import Custody, Evidence, File, Form, Maker
from zegel.seal.manifest import Manifest
from zegel.seal.suite import sign_fingerprint
from zegel.server.evidence import actions, queries, report
from zegel.server.evidence.actions import PackageSaid
from zegel.server.evidence.errors import NothingSealed, NotListedYet, TooMuch
from zegel.server.evidence.models import Order
from zegel.server.evidence.report import FileSaid, Link, Report
from zegel.server.evidence.rules import Form as FormSaid
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.footage import door
from zegel.server.footage.door import HandedOver
from zegel.server.footage.errors import BadRange, NothingToShow
from zegel.server.kernel import clock, ids, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.errors import Misconfigured
from zegel.server.ledger import actions as ledger
from zegel.server.ledger import queries as log
from zegel.server.ledger.errors import NotYetCheckpointed
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera

PROVED_WITHIN_S = 8.0
ASK_AGAIN_S = 0.2


@dataclass(frozen=True)
class Wish:
    """One camera and an hour at most of what an order asks for."""

    order_id: UUID
    camera_id: UUID
    from_ms: int
    to_ms: int
    language: str


def hand_over(actor: Actor, wish: Wish) -> Sent:
    """The package, written down three times before it leaves: read at the door, disclosed on its order, sent.

    Raises Denied, UnknownOrder, NothingSealed, TooMuch, NotYetCheckpointed, LedgerUnavailable.
    """
    order = queries.order(actor, wish.order_id)
    try:
        found = door.hand_over(actor, wish.camera_id, order.id, wish.from_ms, wish.to_ms)
    except NothingToShow:
        raise NothingSealed from None
    except BadRange:
        raise TooMuch from None
    _check_listed(found)
    with tenancy.acting_as(actor.party_id, actor.id):
        camera = sites.find_camera(wish.camera_id)
        assert camera is not None
        files = _files(actor, camera, found)
        package_id = ids.new()
        files[packages.REPORT] = _report(actor, order, camera, wish, found, files, package_id)
    evidence = _evidence(actor, order, found, files, package_id)
    signed = ledger.sign_evidence(evidence)
    said = _said(actor, wish, evidence, sum(map(len, files.values())))
    index = actions.note_sealed(actor, order, said)
    whole = packages.write(signed, _receipt(actor, index), files)
    with tenancy.acting_as(actor.party_id, actor.id):
        resource = actions.package_resource(order.owner_id, wish.camera_id, said)
    return exports.send(
        actor, FileKind.SEALED_RECORDINGS, f"sealed-{package_id.hex[:12]}.zip", whole, purpose="legal_order",
        resource=resource, recipient="authority", owner_id=order.owner_id,
    )  # fmt: skip


def _check_listed(found: HandedOver) -> None:
    """Nobody gets what others would refuse. Raises NotListedYet."""
    lists = [Manifest.decode(read_unverified(one, Manifest.NAME).body) for one in found.manifests]
    listed = {(one.epoch, entry.sequence) for one in lists for entry in one.entries}
    if any((epoch.bytes, seq) not in listed for epoch, seq, _piece in found.segments):
        raise NotListedYet


def _files(actor: Actor, camera: Camera, found: HandedOver) -> dict[str, bytes]:
    pieces = b"".join(struct.pack(">I", len(piece)) + piece for _epoch, _seq, piece in found.segments)
    unit = camera.unit
    keysets = [bytes(one) for one in sites.keyset_history(actor, unit.id)]
    lists = packages.write_sealed(unit.id.bytes, bytes(unit.sign_pk or b""), camera.id.bytes, keysets, found.manifests)
    return {
        f"{packages.SEALED}01.segments": pieces, f"{packages.SEALED}01.lists": lists,
        packages.CHECKPOINT: log.latest_checkpoint().encode(), packages.READ_ME: read_me(),
        packages.VERIFIER: verifier(),
    }  # fmt: skip


def _report(
    actor: Actor, order: Order, camera: Camera, wish: Wish, found: HandedOver, files: Mapping[str, bytes],
    package_id: UUID,
) -> bytes:  # fmt: skip
    name = f"{packages.SEALED}01.segments"
    file = FileSaid(
        name, camera.name, wish.from_ms, wish.to_ms, len(found.segments), hashlib.sha256(files[name]).digest(), b"",
        found.index,
    )  # fmt: skip
    return report.pdf(replace(of_order(actor, order, package_id), files=[file], custody=_links(actor, order, found),
                              ciphertext=True), wish.language)  # fmt: skip


def of_order(actor: Actor, order: Order, package_id: UUID) -> Report:
    """The report's part that is the same for whoever makes the package."""
    assert actor.party_id is not None
    names = people.person_names({one for one in (actor.id,) if one is not None})
    parties = people.party_names({order.owner_id, actor.party_id}, seen_by=actor.party_id)
    site = sites.get_site(order.site_id)
    return Report(
        str(package_id), site.name, site.tz, parties.get(order.owner_id, ""), order.authority, order.authority,
        order.officer, order.reference, order.ground, order.article, order.scope,
        _names(names.get(actor.id, "") if actor.id else "", parties.get(actor.party_id, "")), "",
        log.verifier_key(), (), (),
    )  # fmt: skip


def of_owner(actor: Actor, camera_id: UUID, package_id: UUID) -> Report:
    """The same for an owner who hands over by his own decision."""
    camera = sites.find_camera(camera_id)
    assert camera is not None
    assert actor.party_id is not None
    name = people.person_names({actor.id}).get(actor.id, "") if actor.id else ""
    owner = people.party_names({camera.owner_id}, seen_by=actor.party_id).get(camera.owner_id, "")
    site = sites.get_site(camera.unit.site_id)
    return Report(
        str(package_id), site.name, site.tz, owner, "", "", "", "", "own_decision", "", "",
        _names(name, owner), "",
        log.verifier_key(), (), (),
    )  # fmt: skip


def _names(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def links_of(order: Order) -> list[Link]:
    """Where the chain of custody begins on paper."""
    names = people.person_names({one for one in (order.received_by, order.decided_by) if one is not None})
    links = [Link(clock.ms(order.received_at), "order_received", names.get(order.received_by, ""), None)]
    if order.decided_at is not None and order.decided_by is not None:
        links.append(Link(clock.ms(order.decided_at), "order_accepted", names.get(order.decided_by, ""), None))
    return links


def _links(actor: Actor, order: Order, found: HandedOver) -> list[Link]:
    name = people.person_names({actor.id}).get(actor.id, "") if actor.id else ""
    now = clock.now_ms()
    return [*links_of(order), Link(now, "read_sealed", name, found.index), Link(now, "packaged", name, None)]


def _evidence(
    actor: Actor, order: Order, found: HandedOver, files: Mapping[str, bytes], package_id: UUID
) -> Evidence:  # fmt: skip
    assert actor.id is not None
    assert actor.party_id is not None
    listed = tuple(File(name, len(data), hashlib.sha256(data).digest()) for name, data in sorted(files.items()))
    custody = tuple(Custody(one.at_ms, one.what, one.who, one.index) for one in _links(actor, order, found))
    return Evidence(
        package_id.bytes, Maker.PROVIDER, Form.CIPHERTEXT, ledger.log_public_key(), order.id.bytes, order.authority,
        order.reference, order.ground, order.article, " ".join(order.scope.split()), order.authority, actor.id.bytes,
        actor.party_id.bytes, None, clock.now_ms(), log.verifier_key(), listed, custody,
    )  # fmt: skip


def _said(actor: Actor, wish: Wish, evidence: Evidence, size: int) -> PackageSaid:
    return PackageSaid(
        UUID(bytes=evidence.package), FormSaid.CIPHERTEXT, (wish.camera_id,), wish.from_ms, wish.to_ms, "legal_order",
        evidence.recipient, evidence.hash, sign_fingerprint(ledger.log_public_key()), size, wish.order_id,
    )  # fmt: skip


def _receipt(actor: Actor, index: int) -> str:
    """A checkpoint follows within a second."""
    since = clock.monotonic()
    while True:
        try:
            return log.receipt_for(actor, index)
        except NotYetCheckpointed:
            if clock.monotonic() - since > PROVED_WITHIN_S:
                raise
            Event().wait(ASK_AGAIN_S)


@cache
def verifier() -> bytes:
    """The page that checks a package in any browser, without a network."""
    return _built("open.html")


@cache
def read_me() -> bytes:
    return _built("package-readme.txt")


def _built(name: str) -> bytes:
    found = finders.find(f"zegel/dist/{name}")
    if not isinstance(found, str):
        raise Misconfigured("The pages' code is not built.", action="Run make setup.")
    return Path(found).read_bytes()
