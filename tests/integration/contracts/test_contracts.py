# SPDX-License-Identifier: EUPL-1.2
"""What stands around a processing agreement: annexes, terms, instructions, policies, outsiders; and its signed file."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader
from tests.actors import World
from tests.clock import stopped_clock

from zegel.seal.assent import Assent as SignedAssent
from zegel.seal.assent import sign_assent
from zegel.server.agreements import actions as agreements
from zegel.server.agreements import offers, texts
from zegel.server.agreements.models import Agreement
from zegel.server.breaches import actions as breaches
from zegel.server.contracts import actions, annexes, document, queries, signing, statement
from zegel.server.contracts.actions import NewOutsider, NewText
from zegel.server.contracts.errors import AlreadyAnswered, BadText, OtherStatement, Unknown, VersionTaken
from zegel.server.contracts.models import Answer, TextKind
from zegel.server.gate import Action, Resource, ResourceKind, decide
from zegel.server.gate.errors import Denied
from zegel.server.kernel import clock, outbox, tenancy
from zegel.server.kernel.actor import system
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind

TEXT = "Article 1. The provider answers for nothing that lies outside of its reach."


def officer(world: World) -> Any:
    return world.actor("admin")


def terms(version: str = "2026-1", kind: TextKind = TextKind.GENERAL_TERMS, text: str = TEXT) -> NewText:
    return NewText(kind, "General terms", version, "nl", text, clock.now())


def drawn(world: World, owner: Any) -> tuple[Any, UUID]:
    with tenancy.acting_as(owner.party_id):
        provider = people.serving(owner.party_id, RelationKind.PROVIDER)
    assert provider is not None
    facts = texts.Facts(
        "Owner", "Provider", "Centre", "site-nl", ["Yard"], [], annexes=annexes.text(owner.party_id, provider, "en")
    )
    return offers.draw_up(owner, owner.party_id, provider, facts, "en"), provider


def signed(world: World, owner: Any, person: str) -> Agreement:
    paper, provider = drawn(world, owner)
    row = people.person(owner.id)
    said = SignedAssent(
        owner.party_id.bytes, provider.bytes, owner.id.bytes, bytes(paper.hash), clock.now_ms()
    )
    envelope = sign_assent(said, world.keys.people[person].bundle.signing)
    made = offers.sign_online(owner, paper, envelope, offers.Signing(row, "192.0.2.7", "Firefox"))
    while outbox.Deliverer().run_once():
        pass
    return made


def test_the_annexes_come_out_of_the_declarations_in_the_clauses_structure(world: World) -> None:
    owner = world.actor(world.owner_of("yard"))
    paper, provider = drawn(world, owner)
    said = bytes(paper.content).decode()
    for number, title in (("I", "Parties"), ("II", "Description"), ("III", "Technical"), ("IV", "Sub-processors")):
        assert f"Annex {number}. {title}" in said
    assert "Purpose: guarding places" in said
    assert "Of whom: " in said
    assert "surveillance images: 14 days" in said
    assert drawn(world, owner)[0].id == paper.id, "the same state gives the same text"
    actions.record_joint(owner, "Neighbour BV", "n@example.nl", "Both decide on the gate's camera.", "Neighbour BV")
    with tenancy.acting_as(owner.party_id):
        assert "Joint controller (Art. 26): Neighbour BV" in annexes.text(owner.party_id, provider, "en")


def test_the_agreement_leaves_as_a_pdf_that_the_installation_signed(world: World) -> None:
    actions.record_text(officer(world), terms())
    key = world.owner_of("yard")
    owner = world.actor(key)
    made = signed(world, owner, key)
    sent = document.send(owner, made.id)
    reader = PdfFileReader(io.BytesIO(sent.content))
    (signature,) = reader.embedded_signatures
    trusted = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(signature, trusted)
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.signer_cert.sha256.hex() == signing.fingerprint()
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(sent.content)).pages).replace("\n", "")
    assert bytes(made.document_hash).hex()[:20] in text
    assert "192.0.2.7" in text
    assert "Annex II" in text
    with tenancy.acting_as(owner.party_id):
        assert [row.said.facts["what"] for row in ledger.entries([Kind.EXPORT], owner.party_id, since_ms=0)] == [
            "agreement"
        ]
        (attached,) = queries.attached(made.id)
    assert (attached.version, attached.text) == ("2026-1", TEXT)
    broken = bytearray(sent.content)
    broken[len(broken) // 3] ^= 1
    with pytest.raises(Exception):  # noqa: B017, PT011  whatever a reader says: not valid
        altered = PdfFileReader(io.BytesIO(bytes(broken))).embedded_signatures[0]
        found = validate_pdf_signature(altered, trusted)
        assert found.intact
        assert found.valid


def test_a_version_is_written_once_and_what_was_attached_stays_as_it_was(world: World) -> None:
    admin, key = officer(world), world.owner_of("yard")
    actions.record_text(admin, terms())
    with pytest.raises(VersionTaken):
        actions.record_text(admin, terms(text="other"))
    with pytest.raises(BadText):
        actions.record_text(admin, terms("2026-2", text=" "))
    made = signed(world, world.actor(key), key)
    actions.record_text(admin, terms("2026-2", text="New words."))
    with tenancy.acting_as(world.actor(key).party_id):
        assert [row.version for row in queries.attached(made.id)] == ["2026-1"]
    with pytest.raises(Denied):
        actions.record_text(world.actor("operator"), terms("2026-3"))


def test_an_instruction_is_answered_once_and_one_that_breaks_the_law_is_told_with_its_reason(world: World) -> None:
    owner = world.actor(world.owner_of("yard"))
    given = actions.instruct(owner, "Film the neighbour's garden.")
    with pytest.raises(BadText):
        actions.answer(officer(world), given.id, Answer.UNLAWFUL, "")
    told = actions.answer(officer(world), given.id, Answer.UNLAWFUL, "His garden is not yours to guard.")
    assert (told.number, told.answer) == (1, "unlawful")
    with pytest.raises(AlreadyAnswered):
        actions.answer(officer(world), given.id, Answer.CARRIED_OUT, "")
    spoken = actions.instruct(
        officer(world), "Keep seven days.", owner_id=owner.party_id, given_by="A. Owner", how="spoken"
    )
    assert spoken.number == 2
    with pytest.raises(Denied):
        actions.instruct(world.actor("operator"), "Open everything.", owner_id=owner.party_id)
    with pytest.raises(Unknown):
        actions.answer(world.actor("household"), given.id, Answer.CARRIED_OUT, "")


def test_a_policy_is_acknowledged_by_version_and_person(world: World) -> None:
    admin = officer(world)
    first = actions.record_text(admin, terms("1", TextKind.POLICY))
    actions.acknowledge(admin, first.id)
    assert actions.acknowledge(admin, first.id).person_id == admin.id
    bound = queries.bound_by(admin.party_id, admin.id)
    assert bound is not None
    assert bound[1] is not None
    with stopped_clock(clock.now() + timedelta(minutes=1)):
        actions.record_text(admin, terms("2", TextKind.POLICY, "More words."))
        bound = queries.bound_by(admin.party_id, admin.id)
    assert bound is not None
    assert (bound[0].version, bound[1]) == ("2", None), "a new version is acknowledged anew"


def test_a_lapsed_statement_blocks_access_and_a_new_one_gives_it_back(world: World) -> None:
    admin = officer(world)
    list_tasks = Resource(ResourceKind.TASK, None, admin.party_id)
    assert decide(admin, Action.LIST, list_tasks).allowed
    now = clock.now()
    actions.record_outsider(admin, outsider(admin, now, timedelta(days=30)))
    with stopped_clock(now + timedelta(days=31)):
        refused = decide(admin, Action.LIST, list_tasks)
        assert (refused.allowed, refused.missing) == (False, ("statement_not_lapsed",))
        agreements.sign_confidentiality(system(admin.party_id), admin.party_id, admin.id, bytes(32), timedelta(days=9))
        assert not decide(admin, Action.LIST, list_tasks).allowed, "what he signed as an outsider has lapsed still"


def outsider(admin: Any, now: Any, lasts: timedelta) -> NewOutsider:
    return NewOutsider("R. Root", "Hosting BV", "administers the servers", now, now + lasts, person_id=admin.id)


def test_a_statement_that_was_renewed_counts_as_renewed(world: World) -> None:
    admin, now = officer(world), clock.now()
    actions.record_outsider(admin, outsider(admin, now, timedelta(days=30)))
    kept = actions.record_outsider(admin, outsider(admin, now, timedelta(days=60)))
    with stopped_clock(now + timedelta(days=31)):
        assert decide(admin, Action.LIST, Resource(ResourceKind.TASK, None, admin.party_id)).allowed
        actions.end_outsider(admin, kept.id)
        assert not decide(admin, Action.LIST, Resource(ResourceKind.TASK, None, admin.party_id)).allowed
    with pytest.raises(BadText):
        actions.record_outsider(admin, outsider(admin, now, timedelta(days=2000)))


def test_who_let_his_statement_lapse_reports_a_breach_and_signs_anew_and_then_works_on(world: World) -> None:
    technician, now = world.actor("technician"), clock.now()
    stock = Resource(ResourceKind.STOCK, None, technician.party_id)
    assert decide(technician, Action.LIST, stock).allowed
    with stopped_clock(now + timedelta(days=1200)):
        refused = decide(technician, Action.LIST, stock)
        assert (refused.allowed, refused.missing) == (False, ("statement_not_lapsed",))
        row = breaches.report(technician, "My laptop was left in a train.")
        assert row.reported_by == technician.id
        mine = statement.mine(technician, "nl")
        assert mine.until is not None
        assert mine.until < clock.now()
        with pytest.raises(OtherStatement):
            statement.sign(technician, statement.hash_of(statement.words("sv")), "nl")
        signed = statement.sign(technician, mine.hash, "nl")
        assert signed.until == clock.now() + statement.LASTS
        assert decide(technician, Action.LIST, stock).allowed
    assert len({statement.words(language) for language in ("en", "nl", "sv", "de")}) == 4
