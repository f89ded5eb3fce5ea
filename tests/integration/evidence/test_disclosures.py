# SPDX-License-Identifier: EUPL-1.2
"""What leaves on an order of an authority: by whom, how much, and with what proof (C5). And the log of every
use (I5)."""

from __future__ import annotations

import csv
import io
import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.actors import World
from tests.attack.test_door_routes import signed_in
from tests.integration.ledger.publishing import publish
from zegel.client.person import Http
from zegel.demo import accountability
from zegel.demo.world import WORLD
from zegel.records import evidence as packages
from zegel.records.evidence import Incomplete
from zegel.records.package import Tampered
from zegel.records.zipped import NotThatZip
from zegel.seal.errors import SealError
from zegel.server.api import evidence as api
from zegel.server.evidence import actions, authority, queries, sealed
from zegel.server.evidence.actions import OrderSaid, PackageSaid
from zegel.server.evidence.errors import AskedAlready, BadOrder, DecidedAlready
from zegel.server.evidence.rules import Form, Ground
from zegel.server.exports import actions as exports
from zegel.server.exports import declared, use_log
from zegel.server.exports.actions import Way
from zegel.server.exports.declared import Declared, ExportPurpose
from zegel.server.exports.errors import NotForPublication
from zegel.server.exports.use_log import Filter
from zegel.server.footage import actions as footage
from zegel.server.gate import Denied, Resource, ResourceKind
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.lifecycle import incidents
from zegel.server.sites.models import Site


def order_of(case: Any, **changes: Any) -> OrderSaid:
    start = clock.moment(case.epoch.body.start_ms)
    said = OrderSaid(
        WORLD.site(case.site).id, "Politie Amsterdam", "Brigadier De Wit", "PL1300-2026-1", Ground.SEIZURE,
        "art. 126nda Sv", "Images of the gate, burglary of last night", (case.camera,), start - timedelta(minutes=1),
        start + timedelta(minutes=5), clock.now(),
    )  # fmt: skip
    return replace(said, **changes)


def accepted(world: World, case: Any, who: str, **changes: Any) -> Any:
    row = actions.record_order(world.actor(who), order_of(case, **changes))
    return actions.decide_order(world.actor(who), row.id, True)


def package_of(world: World, case: Any, who: str, **changes: Any) -> PackageSaid:
    start = case.epoch.body.start_ms
    keys = world.keys.people[who].bundle.signing
    said = PackageSaid(
        uuid4(), Form.ORIGINALS, (case.camera,), start, start + 20_000, "police", "Politie", bytes(range(32)),
        keys.fingerprint, 1234,
    )  # fmt: skip
    return replace(said, **changes)


def sealed_package(world: World, case: Any, database: Any, monkeypatch: Any) -> bytes:
    """The provider's package; the sequencer signs the log's head while it waits."""
    order = accepted(world, case, "privacy")

    def proved(actor: Any, index: int) -> str:
        publish(database.urls())
        return ledger.receipt_for(actor, index)

    monkeypatch.setattr(sealed, "_receipt", proved)
    publish(database.urls())
    start = case.epoch.body.start_ms
    sent = sealed.hand_over(world.actor("privacy"), sealed.Wish(order.id, case.camera, start, start + 30_000, "nl"))
    return sent.content


def test_the_provider_hands_over_what_he_cannot_open_and_it_verifies_offline(
    world: World, claimed: Any, seeded: Any, monkeypatch: Any
) -> None:
    unit, epoch = claimed.unit, claimed.epoch
    world.accept(claimed.actor, unit, unit.manifest(epoch, 0, 40))
    content = sealed_package(world, claimed, seeded, monkeypatch)
    proved = packages.read(content)
    (camera,) = proved.sealed.values()
    assert len(camera.segments) == 30
    assert proved.evidence.reference == "PL1300-2026-1"
    assert proved.receipt.entry.kind == "export"
    assert bytes(proved.files["report.pdf"]).startswith(b"%PDF")
    for secret in (b"ZEGEL-PLAINTEXT-MARKER", epoch.envelope[100:140], unit.releases[0].sealed[8:48]):
        assert secret not in content
    with tenancy.acting_as(claimed.actor.party_id):
        (line,) = queries.disclosures(world.actor("owner"))
        kinds = [one.kind for one in ledger.entries([Kind.DISCLOSURE], claimed.actor.party_id, since_ms=0)]
        assert queries.without_ground(claimed.actor.party_id) == 0
    assert bytes(line.package_hash) == proved.evidence.hash
    assert kinds == [Kind.DISCLOSURE, Kind.DISCLOSURE]
    _refused_when_changed(content)


def _refused_when_changed(content: bytes) -> None:
    for at in range(7, len(content), len(content) // 40):
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(SealError):
            packages.read(bytes(changed))
    for wrong in (content[:-1], content + b"x"):
        with pytest.raises(NotThatZip):
            packages.read(wrong)
    files = packages.zipped.read(content)
    left_out = {name: bytes(data) for name, data in files.items() if name != "report.pdf"}
    with pytest.raises(Tampered):
        packages.read(b"".join(packages.zipped.write(left_out.items())))
    assert issubclass(Incomplete, SealError)


def test_without_an_accepted_order_that_covers_it_the_provider_hands_over_nothing(world: World, claimed: Any) -> None:
    officer, start = world.actor("privacy"), claimed.epoch.body.start_ms
    waiting = actions.record_order(officer, order_of(claimed))
    with pytest.raises(Denied):
        sealed.hand_over(officer, sealed.Wish(waiting.id, claimed.camera, start, start + 30_000, "en"))
    actions.decide_order(officer, waiting.id, False, "not signed by a prosecutor")
    with pytest.raises(Denied):
        sealed.hand_over(officer, sealed.Wish(waiting.id, claimed.camera, start, start + 30_000, "en"))
    with pytest.raises(DecidedAlready):
        actions.decide_order(officer, waiting.id, True)
    order = accepted(world, claimed, "privacy")
    for wish in (
        sealed.Wish(order.id, claimed.camera, start, start + 3_000_000, "en"),
        sealed.Wish(uuid4(), claimed.camera, start, start + 30_000, "en"),
    ):
        with pytest.raises((Denied, SealError, Exception)):
            sealed.hand_over(officer, wish)
    actions.end_order(officer, order.id)
    with pytest.raises(Denied):
        sealed.hand_over(officer, sealed.Wish(order.id, claimed.camera, start, start + 30_000, "en"))
    with tenancy.acting_as(claimed.actor.party_id):
        assert not queries.disclosures(world.actor("owner"))


def test_at_the_alarm_centre_two_persons_agree_for_one_package_of_a_reopened_window(world: World, claimed: Any) -> None:
    operator, supervisor = world.actor("operator"), world.actor("supervisor")
    order = accepted(world, claimed, "supervisor")
    from zegel.server.alarms import actions as alarms

    alarms.close(operator, claimed.alarm_id, "genuine", "seen")
    of = {"order_id": order.id, "alarm_id": claimed.alarm_id}
    with pytest.raises(Denied) as refused:
        actions.declare_package(operator, package_of(world, claimed, "operator", **of))
    assert "package_approved" in refused.value.decision.missing
    asked = actions.ask_package(supervisor, order.id, claimed.alarm_id)
    with pytest.raises(AskedAlready):
        actions.ask_package(operator, order.id, claimed.alarm_id)
    with pytest.raises(Denied):
        actions.approve_package(supervisor, asked.id)  # who asked
    with pytest.raises(Denied):
        actions.approve_package(operator, asked.id)  # no supervisor
    actions.end_package(supervisor, asked.id)
    asked = actions.ask_package(operator, order.id, claimed.alarm_id)
    actions.approve_package(supervisor, asked.id)
    said = package_of(world, claimed, "operator", order_id=order.id, alarm_id=claimed.alarm_id)
    footage.reopen_window(operator, claimed.alarm_id, "police_request")
    index, promise = actions.declare_package(operator, said)
    assert promise
    with pytest.raises(Denied):
        actions.declare_package(operator, replace(said, package_id=uuid4()))  # an approval is for one
    with tenancy.acting_as(claimed.actor.party_id):
        (line,) = queries.disclosures(world.actor("owner"))
        entry = ledger.by_index([index])[index].said
    assert (line.made_by, line.second_id, line.maker) == (operator.id, supervisor.id, "arc")
    assert entry is not None
    assert entry.facts["signer"] == world.keys.people["operator"].bundle.signing.fingerprint


def test_the_owner_hands_over_by_his_own_decision_or_on_an_order_and_no_more_than_it_asks_for(
    world: World, claimed: Any
) -> None:
    owner = world.actor("owner")
    actions.declare_package(owner, package_of(world, claimed, "owner"))
    order = accepted(world, claimed, "owner")
    actions.declare_package(owner, package_of(world, claimed, "owner", order_id=order.id))
    with pytest.raises(BadOrder):
        later = claimed.epoch.body.start_ms + 3_600_000
        actions.declare_package(owner, package_of(world, claimed, "owner", order_id=order.id, to_ms=later))
    with pytest.raises(BadOrder):
        actions.declare_package(owner, package_of(world, claimed, "operator"))  # another's key
    with pytest.raises(BadOrder):
        actions.record_order(world.actor("privacy"), order_of(claimed, ground=Ground.OWN_DECISION))
    lines = queries.disclosures(owner)
    assert [line.ground for line in lines] == ["seizure", "own_decision"]
    with pytest.raises(Denied):
        queries.disclosures(world.actor("technician"))


def test_the_installation_vouches_for_a_key_that_signs_films_and_sees_neither_key_nor_film(world: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    shown = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    own, root = x509.load_pem_x509_certificates(authority.certify(world.actor("owner"), shown).encode())
    own.verify_directly_issued_by(root)
    assert own.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "De Haan Bouw BV"
    assert root == authority.root()
    assert own.public_key() == key.public_key()
    with pytest.raises(BadOrder):
        authority.certify(world.actor("owner"), b"no key")
    with pytest.raises(Denied):
        authority.certify(world.actor("technician"), shown)


def test_an_order_belongs_to_an_incident_of_its_own_site(world: World, claimed: Any) -> None:
    owner = world.actor("owner")
    incident = incidents.open_incident(owner, WORLD.site(claimed.site).id, "Break-in at the gate", "The fence was cut.")
    row = actions.record_order(owner, order_of(claimed, incident_id=incident))
    assert api._orders(owner, [row])[0]["incident"] == "Break-in at the gate"
    actions.decide_order(owner, row.id, True)
    actions.declare_package(owner, package_of(world, claimed, "owner", order_id=row.id))
    (line,) = api._disclosures(owner, queries.disclosures(owner))
    assert (line["incident_id"], line["incident"]) == (str(incident), "Break-in at the gate")
    with pytest.raises(BadOrder):
        actions.record_order(owner, order_of(claimed, incident_id=uuid4()))


def test_what_is_published_with_people_in_it_needs_an_order_that_says_so(world: World, claimed: Any) -> None:
    owner, start = world.actor("owner"), claimed.epoch.body.start_ms
    what = Declared(
        uuid4(), declared.Form.FILM, 1, start, start + 20_000, ExportPurpose.PUBLICATION, "Opsporing", bytes(32), 1
    )
    silent = accepted(world, claimed, "owner")
    said = accepted(world, claimed, "owner", publication=True)
    for order_id, may in ((None, False), (silent.id, False), (said.id, True)):
        of = {"unit": claimed.unit.id} if order_id is None else {"unit": claimed.unit.id, "order": order_id}
        camera = Resource(ResourceKind.CAMERA, claimed.camera, claimed.actor.party_id, of, (start, start + 20_000))
        with nullcontext() if may else pytest.raises(NotForPublication):
            declared.declare(owner, camera, what)


class Page(Http):
    """What the demo's people do in their pages, without a network between."""

    def __init__(self, world: World, person: str) -> None:
        self._browser = signed_in(world, person)

    def raw(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        said = self._browser.generic(method, path, json.dumps(body or {}), "application/json")
        assert said.status_code == 200, (path, said.content)
        return b"".join(said)


def test_a_visitor_of_the_demo_finds_files_and_prints_in_the_log_of_use(world: World) -> None:
    with tenancy.acting_as(world.actor("owner").party_id):  # as the demo's ground has it
        Site.objects.filter(id=WORLD.site("yard").id).update(contact_email="a@b.example", contact_phone="+31 20 1")
    accountability.take_away(Page(world, "privacy"), Page(world, "owner"))
    office, _ = use_log.page(world.actor("privacy"), Filter())
    assert [(use.what, use.how) for use in office] == [
        ("calendar", "print"), ("breach_register", "file"), ("requests", "file"), ("register_sheet", "file"),
        ("register", "file"),
    ]  # fmt: skip
    owner, _ = use_log.page(world.actor("owner"), Filter())
    assert [use.what for use in owner][:2] == ["agreement", "sign"]


def test_every_print_and_export_stands_in_the_log_of_use_with_time_address_person_and_how_much(
    world: World, claimed: Any
) -> None:
    owner = world.actor("owner")
    exports.note(owner, Way.PRINT, "agreement", count=3)
    exports.note(owner, Way.MADE, "overview_film", name="overview-gate.mp4", size=99)
    uses, more = use_log.page(owner, Filter())
    assert more is None
    assert [(use.what, use.how, use.count, use.size) for use in uses][:2] == [
        ("overview_film", "made", 0, 99), ("agreement", "print", 3, 0),
    ]  # fmt: skip
    assert {(use.address, use.person_id) for use in uses[:2]} == {("127.0.0.1", owner.id)}
    assert use_log.page(owner, Filter(what="agreement"))[0][0].how == "print"
    assert use_log.page(owner, Filter(person_id=uuid4())) == ([], None)
    content, count = use_log.csv_file(owner, Filter())
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert count == len(rows) - 1 >= 2
    assert rows[1][2] == "127.0.0.1"
    assert isinstance(owner.party_id, UUID)
    with pytest.raises(Denied):
        use_log.page(world.actor("technician"), Filter())
    others, _ = use_log.page(world.actor("household"), Filter())
    assert not [use for use in others if use.person_id == owner.id]
