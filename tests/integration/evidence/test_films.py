# SPDX-License-Identifier: EUPL-1.2
"""A redacted film behind a link: only such a film, once, with the code of the request; gone when it was fetched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.actors import World
from tests.clock import stopped_clock
from zegel.demo.world import WORLD
from zegel.server.evidence import handing, jobs
from zegel.server.evidence.errors import BadFilm, FilmGone
from zegel.server.evidence.handing import FilmSaid
from zegel.server.evidence.models import Handed
from zegel.server.exports import declared, use_log
from zegel.server.exports.declared import Declared, ExportPurpose, Form, Redaction
from zegel.server.exports.use_log import Filter
from zegel.server.footage.rules import Track
from zegel.server.gate import Denied, Resource, ResourceKind
from zegel.server.kernel import clock, storage, tenancy
from zegel.server.people import actions as people
from zegel.server.requests import intake, rules
from zegel.server.requests.intake import Said
from zegel.server.requests.models import Case
from zegel.server.requests.rules import AboutWhat, Right

DEHAAN = WORLD.party("dehaan").id
PIECES = (b"sealed one" * 400, b"sealed two" * 30)


def exported(world: World, case: Any, form: Form = Form.REDACTED) -> int:
    start = case.epoch.body.start_ms
    of = {"unit": case.unit.id, "site": WORLD.site(case.site).id}
    camera = Resource(ResourceKind.CAMERA, case.camera, case.actor.party_id, of, (start, start + 20_000))
    redaction = Redaction(100, 100, 1) if form is Form.REDACTED else None
    purpose = ExportPurpose.DATA_SUBJECT if form is Form.REDACTED else ExportPurpose.OWN_RECORD
    what = Declared(
        uuid4(), form, int(Track.SURVEILLANCE), start, start + 20_000, purpose, "Jo Bakker", bytes(32), 1000, redaction
    )
    return declared.declare(world.actor("owner"), camera, what)[0]


def asked() -> tuple[Case, str]:
    """A request of a passer-by, and the code that opens its answer."""
    moment = clock.now() - timedelta(days=1)
    said = Said(
        AboutWhat.FOOTAGE, (Right.COPY,), "en", "Jo Bakker", "jo@passer.example", "",
        site_id=WORLD.site("yard").id, from_at=moment, to_at=moment + timedelta(minutes=10), look="red coat",
    )  # fmt: skip
    case, code = intake.submit(DEHAAN, said), "ABCDE-FGHJK"
    with tenancy.acting_as(DEHAAN):
        mac = rules.code_mac(people.pepper(), case.id.bytes, code)
        Case.objects.filter(id=case.id).update(code_mac=mac)
    return case, code


def handed(world: World, case: Any, request: Case | None = None) -> tuple[Handed, str]:
    owner = world.actor("owner")
    said = FilmSaid(exported(world, case), len(PIECES), 4000, "gate-redacted.mp4", request.id if request else None)
    row, token = handing.begin(owner, said)
    with pytest.raises(FilmGone):
        handing.shown(token)
    with pytest.raises(BadFilm):
        handing.ready(owner, row.id)
    for number, data in enumerate(PIECES):
        handing.put_piece(owner, row.id, number, data)
    return handing.ready(owner, row.id), token


def test_a_film_waits_behind_a_link_that_opens_once_with_the_code_and_is_in_the_log_of_use(
    world: World, claimed: Any
) -> None:
    request, code = asked()
    row, token = handed(world, claimed, request)
    assert handing.waiting_for(request) == 1
    anybody = Client()
    page = anybody.get(f"/film/{token}")
    assert 'id="code"' in page.content.decode()
    assert anybody.post(f"/film/{token}/open", {"code": "WRONG"}).json() == {"why": "code"}
    assert anybody.get(f"/film/{token}/0").status_code == 410, "nobody opened it yet"
    opened = anybody.post(f"/film/{token}/open", {"code": code.lower()}).json()
    assert (opened["pieces"], opened["name"]) == (2, "gate-redacted.mp4")
    first = {number: anybody.get(f"/film/{token}/{number}", headers={"x-film": opened["secret"]}) for number in (0, 1)}
    assert [answer.content for answer in first.values()] == list(PIECES)
    assert anybody.post(f"/film/{token}/open", {"code": code}).status_code == 410, "it opens once"
    assert anybody.get(f"/film/{token}").status_code == 410
    assert handing.waiting_for(request) == 0
    uses, _ = use_log.page(world.actor("owner"), Filter(what="film_link"))
    assert [(use.how, use.recipient) for use in uses] == [("opened", "Jo Bakker"), ("made", "Jo Bakker")]
    with tenancy.acting_as(DEHAAN):
        assert {step.what for step in request.steps.all()} >= {"film_handed", "film_opened"}
    with stopped_clock(clock.now()) as now:
        now.advance(timedelta(days=1, minutes=1))
        jobs.films(0)
    assert list(storage.store().list(f"handed/{row.id}")) == []
    assert handing.of(world.actor("owner"))[0].ended_at is not None


def test_only_a_redacted_film_of_ones_own_goes_behind_a_link(world: World, claimed: Any) -> None:
    plain = exported(world, claimed, Form.FILM)
    with pytest.raises(BadFilm):
        handing.begin(world.actor("owner"), FilmSaid(plain, 1, 100, "x.mp4"))
    redacted = exported(world, claimed)
    for who in ("foreman", "household", "privacy"):
        with pytest.raises((BadFilm, Denied)):
            handing.begin(world.actor(who), FilmSaid(redacted, 1, 100, "x.mp4"))
    with pytest.raises(BadFilm):
        handing.begin(world.actor("owner"), FilmSaid(redacted, 1, 100, "x.mp4", uuid4()))
    row, _token = handing.begin(world.actor("owner"), FilmSaid(redacted, 1, 100, "x.mp4"))
    with pytest.raises(FilmGone):
        handing.put_piece(world.actor("household"), row.id, 0, b"x")
    with pytest.raises(Denied):
        handing.of(world.actor("technician"))


def test_its_maker_ends_it_and_guesses_and_wrong_codes_open_nothing(world: World, claimed: Any) -> None:
    request, code = asked()
    row, token = handed(world, claimed, request)
    for _try in range(handing.MOST_TRIES):
        with pytest.raises(FilmGone):
            handing.open_film(token, "NO", "127.0.0.1")
    with pytest.raises(FilmGone, match="opens nothing") as locked:
        handing.open_film(token, code, "127.0.0.1")
    assert locked.value.why == "locked"
    other, second = handed(world, claimed)
    for wrong in ("", "x", token[:-3] + "AAA", second[:40] + token[40:]):
        with pytest.raises(FilmGone):
            handing.shown(wrong)
    first = handing.open_film(second, "", "127.0.0.1")
    later = handing.open_film(second, "", "127.0.0.1")
    with pytest.raises(FilmGone):
        handing.piece(second, first.secret, 0)
    assert handing.piece(second, later.secret, 0) == PIECES[0]
    handing.end(world.actor("owner"), other.id)
    with pytest.raises(FilmGone):
        handing.piece(second, later.secret, 1)
    assert list(storage.store().list(f"handed/{other.id}")) == []
    assert row.id != other.id
