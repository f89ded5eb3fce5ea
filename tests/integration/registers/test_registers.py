# SPDX-License-Identifier: EUPL-1.2
"""Registers write themselves, remember what they were, are judged by people, and leave as three kinds of file."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pypdf
import pytest

from tests.clock import stopped_clock
from tests.integration.people.world import actor, agree, make_world, member
from zegel.declare import Term
from zegel.server.agreements import places, terms
from zegel.server.agreements.places import NewAttestation, NewPlace
from zegel.server.agreements.residency_rules import Kept, Standard
from zegel.server.gate import Denied
from zegel.server.kernel import clock, ids
from zegel.server.ledger.models import Body
from zegel.server.people.queries import as_party
from zegel.server.people.roles import Role
from zegel.server.registers import actions, exporting, jobs, queries
from zegel.server.registers.errors import BadReview
from zegel.server.registers.models import Risk
from zegel.server.registers.rules import Article
from zegel.server.sites import actions as sites
from zegel.server.tasks import actions as tasks
from zegel.server.tasks import naming
from zegel.server.tasks.models import Task

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def hour():
    with stopped_clock(NOON) as found:
        yield found


@pytest.fixture
def world(db, hour):
    found = make_world()
    agree(found)
    found.people["officer"] = member(found.provider, Role.PRIVACY_OFFICER, "officer@waak.example")
    sites.add_site(
        found.actor("owner"), owner_id=found.owner, provider_id=found.provider, name="Quay", address="Quay 1",
        tz="Europe/Amsterdam", profile="site-nl", site_id=ids.new(),
    )  # fmt: skip
    jobs.refresh_all()
    return found


def officer(world):
    return actor(world.people["officer"], world.provider, Role.PRIVACY_OFFICER)


def current(party, article):
    with as_party(party):
        return [row for row in queries.current(party) if row.article == article.value]


def line(row, key):
    return next(one for one in row.content["lines"] if one["key"] == key)


def test_everybody_has_the_registers_that_the_law_asks_of_him(world):
    (own,) = current(world.owner, Article.CONTROLLER)
    assert own.content["controller"]["name"] == "De Haan Bouw"
    assert [one["name"] for one in own.content["processors"]] == ["Waakzaam", "Alarmcentrale"]
    assert own.content["purposes"] == ["Preventing theft from the yard."]
    assert current(world.owner, Article.PROCESSOR) == []
    for keeper in (world.provider, world.arc):
        (served,) = current(keeper, Article.PROCESSOR)
        assert served.controller_id == world.owner
        assert len(current(keeper, Article.CONTROLLER)) == 1


def test_what_does_not_change_stays_the_version_it_was(world):
    (before,) = current(world.owner, Article.CONTROLLER)
    assert actions.refresh(world.owner) == 0
    assert [row.id for row in current(world.owner, Article.CONTROLLER)] == [before.id]


def test_a_tightened_term_makes_a_new_version_and_the_old_one_is_remembered(world, hour):
    (before,) = current(world.owner, Article.CONTROLLER)
    images = ["surveillance_images", "made"]
    assert [*images, [14]] in line(before, "surveillance")["kept"]
    hour.advance(86_400)
    allowed = terms.bounds_of(("site-nl",), Term.SURVEILLANCE_IMAGES, "NL")
    terms.choose(world.actor("owner"), world.owner, world.provider, allowed, Term.SURVEILLANCE_IMAGES, 7)
    jobs.refresh_of(str(world.owner))
    (after,) = current(world.owner, Article.CONTROLLER)
    assert [*images, [7]] in line(after, "surveillance")["kept"]
    assert [*images, [7]] in line(current(world.provider, Article.PROCESSOR)[0], "surveillance")["kept"]
    with as_party(world.owner):
        newest, oldest = queries.history(after)
    assert (newest.number, oldest.number, oldest.id) == (2, 1, before.id)
    assert oldest.superseded_at == after.valid_from


def judge(world, **changes):
    said = {"risk": Risk.MEDIUM, "why": "Images show people, sealed as they are.", **changes}
    return actions.judge(officer(world), world.provider, Article.PROCESSOR, "surveillance", **said)


def test_a_judged_line_is_due_again_in_a_year_and_then_it_is_a_task(world, hour):
    row = judge(world, assessment="DPIA 2026-3")
    assert NOON + timedelta(days=330) < row.next_at <= NOON + timedelta(days=366)
    with as_party(world.provider):
        assert "surveillance" not in {one.line for one in queries.overdue(world.provider)}
    hour.advance(366 * 86_400)
    tasks.sweep(world.provider)
    with as_party(world.provider):
        rows = list(Task.objects.filter(kind="register_review", cleared_at=None))
    told = naming.of(officer(world), rows).told
    assert "Register (Art. 30.2): judge 'guarding places' again" in {one.words for one in told.values()}
    judge(world)
    tasks.sweep(world.provider)
    with as_party(world.provider):
        left = Task.objects.filter(kind="register_review", cleared_at=None, detail="30.2.surveillance")
        assert not left.exists()


def test_a_judgement_says_why_and_is_the_office_s(world):
    with pytest.raises(BadReview, match="says why"):
        judge(world, why="fine")
    with pytest.raises(BadReview, match="within a year"):
        judge(world, next_at=clock.now() + timedelta(days=800))
    with pytest.raises(Denied):
        actions.judge(world.actor("technician"), world.provider, Article.PROCESSOR, "surveillance", risk=Risk.LOW,
                      why="It is all sealed anyway.")  # fmt: skip


def test_an_expiring_certificate_is_a_task_until_it_is_renewed(world):
    def certificate(days):
        new = NewAttestation(place.id, None, Standard.ISO27001, "NL-1", "Auditor", NOON, NOON + timedelta(days=days))
        return places.attest(officer(world), world.provider, new)

    def task_words():
        tasks.sweep(world.provider)
        with as_party(world.provider):
            rows = list(Task.objects.filter(kind="attestation_ends", cleared_at=None))
        return [one.words for one in naming.of(officer(world), rows).told.values()]

    new = NewPlace(Kept.OBJECTS, "Images", "file:///elsewhere", "NL", "Datacentrum", True)
    place = places.record_place(officer(world), world.provider, new)
    certificate(40)
    assert task_words() == ["Certificate ISO 27001 of Images ends"]
    certificate(300)
    assert task_words() == []


def test_a_register_leaves_as_pdf_spreadsheet_and_linked_data_and_each_is_logged(world):
    judge(world)
    (row,) = current(world.provider, Article.PROCESSOR)
    sent = {form: exporting.send(officer(world), row, form, "nl") for form in exporting.FORMS}
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(sent["pdf"].content)).pages)
    assert "De Haan Bouw" in text
    assert "Images show people" in text
    with zipfile.ZipFile(io.BytesIO(sent["xlsx"].content)) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "Waakzaam" in strings
    said = json.loads(sent["jsonld"].content)
    assert said["dct:conformsTo"] == {"@id": "https://w3id.org/dpv/2.1"}
    (guarding,) = (one for one in said["dpv:hasProcess"] if one["@id"].endswith("#surveillance"))
    assert {"@id": "eu-gdpr:A6-1-f"} in guarding["dpv:hasLegalBasis"]
    assert guarding["dpv:hasRisk"]["zegel:level"] == "medium"
    with as_party(world.provider):
        assert {one.index for one in sent.values()} <= set(
            Body.objects.filter(kind="export").values_list("index", flat=True)
        )


def test_nobody_reads_anothers_register(world):
    with as_party(world.stranger):
        assert queries.current(world.owner) == []
        assert queries.current(world.provider) == []


def test_a_provider_is_processor_of_what_the_customer_controls(world):
    own = queries.processings(world.owner)
    served = queries.processings(world.owner, world.provider)
    assert {one.role for one in own} == {"controller"}
    assert {one.role for one in served} == {"processor"}
    assert {one.line.key for one in served} <= {one.line.key for one in own}
