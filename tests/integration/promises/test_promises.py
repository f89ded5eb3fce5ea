# SPDX-License-Identifier: EUPL-1.2
"""Promises are tried on a running installation, each can be found broken, and what was found is signed and shown."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from tests.actors import World
from tests.clock import stopped_clock
from tests.integration.promises.breaking import ARC, BREAKS, OWNER, PROVIDER

from zegel.demo.world import WORLD
from zegel.seal.note import VerifierKey
from zegel.server.backups.models import Trial
from zegel.server.footage.models import Epoch
from zegel.server.gate import Denied
from zegel.server.kernel import clock, shred, storage, tenancy
from zegel.server.ledger import queries as ledger
from zegel.server.promises import canary, evidence, jobs, pack, queries, running, statement
from zegel.server.promises.catalogue import promises
from zegel.server.promises.errors import UnknownPromise
from zegel.server.promises.models import Evidence
from zegel.server.promises.probing import Look, probe_of, probes
from zegel.server.promises.rules import Every, State, Why
from zegel.server.tasks import causes


@pytest.fixture
def lived(world: World) -> World:
    """A night with an alarm and a look, so that there is something to try on."""
    world.claim(world.burglary())
    return world


def look() -> Look:
    return Look(PROVIDER, frozenset({OWNER}), clock.now())


def asked(promise: str) -> Any:
    probe = probe_of(promise)
    assert probe is not None
    with tenancy.acting_as(PROVIDER):
        return probe.ask(look())


def test_every_probe_can_find_its_promise_broken(lived: World) -> None:
    """One transaction for each, which is rolled back; those that can't be come last."""
    wrong = {}
    for name, how in BREAKS.items():
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            with tenancy.acting_as(PROVIDER):
                how(patch)
            found = asked(name.partition(" ")[0])
            transaction.set_rollback(True)
        if found.state is not State.BROKEN or found.why is not Why.FELL or not found.failed:
            wrong[name] = found
    assert wrong == {}
    tried = {name.partition(" ")[0] for name in BREAKS}
    assert set(probes()) - tried == set()


def test_a_round_is_signed_logged_and_told(lived: World) -> None:
    statement.renew_all(PROVIDER)
    row = running.run(PROVIDER, Every.NIGHT)
    lines = {line.promise.id: line for line in queries.lines(PROVIDER, set(promises()), {})}
    states = {name: line.state for name, line in lines.items()}
    kept = "C2 C10 C12 C15 S1 S10 D6 D7 D9 I14 A6 C3 A1 A12 I1 I2 I3 I6"
    for name in kept.split():
        assert states[name] is State.KEPT, (name, lines[name].result)
    for name in ("C8", "D8"):
        assert states[name] is State.UNPROVEN
    assert lines["C8"].result.why is Why.DOCUMENT
    assert lines["C17"].result.why is Why.NO_TLS
    key = VerifierKey.parse(ledger.verifier_key()).public_key
    with tenancy.acting_as(PROVIDER):
        one = Evidence.objects.get(run=row, promise="S1")
        said = ledger.by_index([row.index])[row.index].said
    read = evidence.read(bytes(one.envelope), key)
    assert (read.promise, read.result.state, read.provider_id) == ("S1", State.KEPT, PROVIDER)
    assert said.facts["digest"] == bytes(row.digest)
    assert said.facts["kept"] == row.kept


def test_evidence_grows_stale_and_broken_stays_broken(lived: World) -> None:
    with stopped_clock(clock.now()) as now:
        running.run_asked(lived.actor("privacy"), ["S1", "C25"])
        states = {line.promise.id: line.state for line in queries.lines(PROVIDER, {"S1", "C25"}, {})}
        assert states == {"S1": State.KEPT, "C25": State.BROKEN}
        now.advance(timedelta(hours=4))
        states = {line.promise.id: line.state for line in queries.lines(PROVIDER, {"S1", "C25"}, {})}
        assert states == {"S1": State.STALE, "C25": State.BROKEN}
        with tenancy.acting_as(PROVIDER):
            kinds = {(cause.kind, cause.detail) for cause in causes.of(PROVIDER)}
    assert {("promise_broken", "C25"), ("promise_stale", "S1")} <= kinds
    jobs.tell(str(PROVIDER), "C25")
    letters = [letter for letter in mail.outbox if letter.to == ["privacy@waak.example"]]
    assert len(letters) == 1
    assert "C25" in letters[0].subject


def test_a_probe_leaves_nothing_behind_and_stops_nobody(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from zegel.server.promises.models import Day

    def writes(_: Look) -> Any:
        Day.objects.create(owner_id=PROVIDER, provider_id=PROVIDER, promise="X", day=clock.now().date(), state="kept")
        raise RuntimeError("the probe's own fault")

    probe = probe_of("S1")
    assert probe is not None
    broken = type(probe)("S1", probe.every, writes)
    assert running.ask(broken, PROVIDER, frozenset({OWNER})).why is Why.FAILED
    with tenancy.acting_as(PROVIDER):
        assert not Day.objects.filter(promise="X").exists()
    monkeypatch.setitem(running.LIMIT_S, Every.HOUR, 0.0)
    assert running.ask(probe, PROVIDER, frozenset({OWNER})).why is Why.TOO_LONG


def test_who_may_try_and_who_may_read(lived: World) -> None:
    for person in ("planner", "operator", "owner", "technician"):
        with pytest.raises(Denied):
            running.run_asked(lived.actor(person), ["S1"])
    with pytest.raises(UnknownPromise):
        running.run_asked(lived.actor("privacy"), ["C8"])


def test_a_planted_recording_that_outlives_its_term_breaks_the_promise(world: World) -> None:
    with stopped_clock(clock.now()) as now:
        row = canary.plant(PROVIDER)
        assert canary.searched(PROVIDER) == (0, [])
        assert (canary.in_copy(True), canary.in_copy(False)) == ((1, 1), (0, 0))
        now.advance(timedelta(days=16))
        assert (canary.in_copy(True), canary.in_copy(False)) == ((0, 0), (1, 1)), "a copy in which it is still"
        due, found = canary.searched(PROVIDER)
        assert due == 1
        assert {name.partition("_")[0] for name in found} == {"row", "object", "folder", "key"}
        storage.store().delete(row.key)
        with tenancy.acting_as(canary.party_of(PROVIDER)):
            from zegel.server.footage.models import Pack, Part, Segment

            for model in (Segment, Part, Pack):
                model.objects.filter(owner_id=row.owner_id).delete()
            Epoch.objects.filter(id=row.epoch_id).delete()
        assert {name.partition("_")[0] for name in canary.searched(PROVIDER)[1]} == {"key"}
        shred.destroy("epoch", row.shred)
        assert canary.searched(PROVIDER) == (1, [])
        assert canary.in_copy(False) == (1, 0)
        tried = {"began_at": clock.now(), "ended_at": clock.now(), "passed": False, "erased": 1}
        with tenancy.acting_as(None):
            Trial.objects.create(searched=[[canary.IN_COPY, 1, 1]], **tried)
        assert [name.partition("_")[0] for name in canary.searched(PROVIDER)[1]] == ["copy"]


def test_everybody_reads_the_promises_and_the_statement(lived: World) -> None:
    served = [one.owner for one in WORLD.services if (one.party, one.kind) == ("waak", "provider")]
    assert statement.renew_all(PROVIDER) == 1 + len(served)
    assert statement.renew_all(PROVIDER) == 0
    running.run(PROVIDER, Every.HOUR)
    stranger = Client(headers={"accept-language": "en"})
    of = f"of={PROVIDER}"
    for language, title in (("nl", "beloven"), ("sv", "lovar"), ("de", "versprechen"), ("en", "promise")):
        page = stranger.get(f"/promises?{of}&lang={language}")
        assert page.status_code == 200
        assert title in page.content.decode(), language
        assert page.cookies == {}
        assert stranger.get(f"/statement?{of}&lang={language}").status_code == 200
    data = stranger.get(f"/promises.json?{of}").json()
    assert data["kept"] + data["broken"] + data["unproven"] + data["stale"] == len(data["promises"])
    assert set(data["promises"][0]["text"]) == {"nl", "sv", "de", "en"}
    shown = next(one for one in data["promises"] if one["id"] == "S5")
    proof = json.loads(stranger.get(f"/promises/evidence/{shown['evidence']}?{of}").content)
    key = VerifierKey.parse(proof["log"]).public_key
    assert evidence.read(base64.b64decode(proof["envelope"]), key).promise == "S5"
    badge = stranger.get(f"/promises.svg?{of}").content.decode()
    assert badge.startswith("<svg")
    assert "broken" in badge
    feed = stranger.get(f"/promises.atom?{of}").content.decode()
    assert "<entry>" in feed
    assert stranger.get(f"/promises/S1?{of}").status_code == 200
    assert stranger.get(f"/statement.pdf?{of}&lang=de").content.startswith(b"%PDF")
    mine = stranger.get(f"/statement?of={OWNER}&lang=nl").content.decode()
    assert "De Haan" in mine
    for nobody in (f"/promises?of={uuid4()}", f"/statement?of={ARC}", "/promises?of=x", f"/promises/X9?{of}"):
        assert stranger.get(nobody).status_code == 404, nobody


def test_a_statement_says_what_changed(lived: World) -> None:
    from zegel.server.agreements.models import SubProcessor

    statement.renew_all(PROVIDER)
    with tenancy.acting_as(PROVIDER):
        SubProcessor.objects.create(
            name="Letterbox BV", country="NL", task="sends letters", valid_from=clock.now(), owner_id=PROVIDER,
            provider_id=PROVIDER,
        )  # fmt: skip
    statement.renew_all(PROVIDER)
    old, new = statement.version(PROVIDER, 1), statement.version(PROVIDER, 2)
    assert old is not None
    assert new is not None
    changed = statement.difference(old, new, "en")
    assert [one.mark for one in changed] == ["+"]
    assert "Letterbox BV (NL): sends letters." in changed[0].text
    page = Client().get(f"/statement/1/2?of={PROVIDER}&lang=en").content.decode()
    assert "Letterbox BV" in page


def test_a_statement_says_what_its_party_chose_and_wrote_itself(lived: World) -> None:
    """Held against the running system: the figure in the sentence is the one that the runner goes by."""
    from zegel.declare import Term
    from zegel.server.agreements.models import TermChoice
    from zegel.server.lifecycle.owners import Owner
    from zegel.server.privacy import actions as privacy

    statement.renew_all(PROVIDER)
    before = _sentences(OWNER, "terms")
    with tenancy.acting_as(OWNER):
        real = Owner(OWNER).days(Term.SURVEILLANCE_IMAGES)
        assert any(f" {real} " in text for text in before), before
        TermChoice.objects.create(
            owner_id=OWNER, provider_id=PROVIDER, term=Term.SURVEILLANCE_IMAGES.value, days=5, chosen_at=clock.now()
        )
        assert Owner(OWNER).days(Term.SURVEILLANCE_IMAGES) == 5
    words = "We guard what is not ours.\n\n<b>Ask us.</b>"
    privacy.name_contact(
        lived.actor("owner"), privacy.Named("Ann Other", "ann@example.nl", "+31 20 123 4567", statement=words)
    )
    assert statement.renew(OWNER) is not None
    after = _sentences(OWNER, "terms")
    assert any(" 5 " in text for text in after), after
    assert _sentences(OWNER, "own") == ["We guard what is not ours.", "<b>Ask us.</b>"]
    page = Client().get(f"/statement?of={OWNER}&lang=nl").content.decode()
    assert "In eigen woorden" in page
    assert "&lt;b&gt;Ask us.&lt;/b&gt;" in page
    assert Client().get(f"/statement.pdf?of={OWNER}&lang=nl").content.startswith(b"%PDF")


def test_a_firm_without_cameras_speaks_of_its_customers_and_of_no_camera(lived: World) -> None:
    from zegel.server.tenants.models import Tenant

    with tenancy.acting_as(OWNER):
        Tenant.objects.create(
            owner_id=OWNER, provider_id=PROVIDER, profile="office", since=clock.now(), changed_at=clock.now()
        )
    whose = queries.subject(OWNER)
    assert whose is not None
    assert whose.firm
    assert whose.profiles[-1] == "office"
    content = statement.written(replace(whose, places=(), profiles=("office",)))
    by_id = {section["id"]: [line["text"]["en"] for line in section["lines"]] for section in content["sections"]}
    assert "images" not in by_id
    assert "camera" not in " ".join(by_id["who"] + by_id["data"])
    assert any("kept 2557 days at most" in text for text in by_id["data"]), "books, for as long as the law has it"


def _sentences(party_id: UUID, section: str) -> list[str]:
    row = statement.newest(party_id)
    assert row is not None
    found = [one["lines"] for one in row.content["sections"] if one["id"] == section]
    return [line["text"]["en"] for lines in found for line in lines]


def test_the_auditor_takes_his_pack_and_sees_no_image(lived: World) -> None:
    from dataclasses import replace

    from zegel.server.agreements import actions as agreements
    from zegel.server.gate import Action, Resource, ResourceKind, decide
    from zegel.server.people import actions as people
    from zegel.server.people.roles import Role

    auditor = replace(lived.actor("planner"), role=Role.AUDITOR.value)
    row = people.add_membership(lived.actor("admin"), auditor.id, PROVIDER, Role.AUDITOR)
    assert row.valid_to is not None
    assert row.valid_to - row.valid_from == timedelta(days=90)
    statement.renew_all(PROVIDER)
    running.run(PROVIDER, Every.HOUR)
    sent = pack.make(auditor)
    names = zipfile.ZipFile(io.BytesIO(sent.content)).namelist()
    for part in ("promises/promises.json", "promises/evidence/S1.json", "statement/version-1.json", "log/entries.csv",
                 "agreements/agreements.csv", "people/confidentiality.csv", "MANIFEST.sha256"):  # fmt: skip
        assert part in names, part
    assert not [name for name in names if "NOT-MADE" in name]
    camera = Resource(ResourceKind.CAMERA, lived.camera_id if hasattr(lived, "camera_id") else uuid4(), OWNER)
    for purpose in ("alarm_verification", "own_use", "maintenance", None):
        assert not decide(replace(auditor, purpose=purpose), Action.VIEW, camera).allowed
    for person in ("planner", "operator", "owner"):
        with pytest.raises(Denied):
            pack.make(lived.actor(person))
    assert agreements is not None
