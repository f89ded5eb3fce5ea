# SPDX-License-Identifier: EUPL-1.2
"""Signs and the notice behind their code: read back from the PDF and the page, as whoever stands before them does."""

from __future__ import annotations

import io
import json
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client
from pypdf import PdfReader
from tests.actors import SimUnit, World
from tests.attack.test_door_routes import signed_in
from tests.integration.sites.test_ground import API, FACTS, YARD, put
from tests.scanning import scanned

from zegel.demo.world import WORLD
from zegel.server.agreements import actions as agreements
from zegel.server.agreements.models import Purpose, Sign
from zegel.server.gate import Action, Resource, ResourceKind, decide
from zegel.server.kernel import clock, ids, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.public import notice as page
from zegel.server.sites import notice
from zegel.server.sites.models import Camera
from zegel.server.sites.signs.sheet import Size

FOUR = "nl,sv,de,en"
TITLES = {"nl": "Cameratoezicht", "sv": "Kamerabevakning", "de": "Videoüberwachung", "en": "Camera surveillance"}


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_reading", page.Buckets(page.Rate(1e6, 1e6)))
    monkeypatch.setattr(page, "_guessing", page.Buckets(page.Rate(0.001, 5)))


@pytest.fixture
def known(world: World) -> World:
    """The yard's contacts are known."""
    assert put(signed_in(world, "owner"), f"/sites/{YARD}", **FACTS).status_code == 200
    return world


def printed(client: Client, size: Size, languages: str) -> Any:
    return client.post(f"{API}/sites/{YARD}/sign/file?size={size.value}&languages={languages}")


def code_of(world: World) -> str:
    return notice.read(world.actor("owner"), YARD)[1].address.rpartition("/")[2]


@pytest.mark.parametrize("size", list(Size))
def test_a_sign_of_every_size_says_everything_in_every_language_and_its_code_leads_to_the_notice(
    known: World, size: Size
) -> None:
    owner = signed_in(known, "owner")
    answer = printed(owner, size, FOUR)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    document = PdfReader(io.BytesIO(answer.content))
    assert len(document.pages) == 1
    width, height = (float(edge) / 72 * 25.4 for edge in document.pages[0].mediabox[2:])
    assert (round(width), round(height)) == size.millimetres
    text = " ".join(document.pages[0].extract_text().split())
    for said in (*TITLES.values(), "De Haan Bouw BV", "privacy@dehaan.example", "+31 10 000 0103", "14"):
        assert said in text, said
    shown = owner.get(f"{API}/sites/{YARD}/sign/picture?size={size.value}&languages={FOUR}")
    picture = cv2.imdecode(np.frombuffer(shown.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    address = scanned(picture)
    assert address.endswith(f"/notice/{code_of(known)}")
    assert address in text.replace(" ", "")


def test_a_sign_in_one_language_says_nothing_in_another(known: World) -> None:
    text = PdfReader(io.BytesIO(printed(signed_in(known, "owner"), Size.A4, "sv").content)).pages[0].extract_text()
    assert TITLES["sv"] in text
    assert not any(TITLES[other] in text for other in ("nl", "de", "en"))


def test_a_sign_that_leaves_is_in_the_ledger_with_its_hash(known: World) -> None:
    from hashlib import sha256

    sent = printed(signed_in(known, "owner"), Size.A5, "nl")
    actor = known.actor("owner")
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = [row.said.facts for row in ledger.entries([Kind.EXPORT], actor.party_id, since_ms=0) if row.said]
    assert [(row["what"], row["purpose"]) for row in rows] == [("sign", "inform_people")]
    assert rows[0]["sha256"] == sha256(sent.content).digest()


@pytest.mark.parametrize(("blank", "missing"), [("contact_email", "email"), ("contact_phone", "phone")])
def test_without_a_contact_no_sign_is_made_and_it_says_what_is_missing(known: World, blank: str, missing: str) -> None:
    owner = signed_in(known, "owner")
    put(owner, f"/sites/{YARD}", **{**FACTS, blank: ""})
    answer = printed(owner, Size.A4, "nl")
    assert answer.status_code == 409, answer.content
    assert answer.json()["error"]["code"] == "sign_incomplete"
    assert owner.get(f"{API}/sites/{YARD}/sign").json()["missing"] == [missing]


def test_what_somebody_typed_is_printed_and_not_obeyed(known: World) -> None:
    evil = '#read("/etc/passwd") $x$ "]\\ <b>'
    owner = signed_in(known, "owner")
    assert put(owner, f"/sites/{YARD}", **{**FACTS, "controller": evil}).status_code == 200
    text = "".join(PdfReader(io.BytesIO(printed(owner, Size.A4, "en").content)).pages[0].extract_text().split())
    assert '#read("/etc/passwd")$x$' in text.replace("“", '"').replace("”", '"')
    assert "root:" not in text
    seen = Client().get(f"/notice/{code_of(known)}").content.decode()
    assert "<b>" not in seen.replace("<b>#read", "")
    assert "&lt;b&gt;" in seen


def test_who_serves_the_site_prints_its_sign_and_nobody_else(known: World) -> None:
    for person, status in (("foreman", {200}), ("technician", {200}), ("planner", {200}), ("operator", {403, 404}),
                           ("nordtech", {403, 404}), ("household", {403, 404})):  # fmt: skip
        assert printed(signed_in(known, person), Size.A5, "nl").status_code in status, person


def test_the_tick_lets_the_site_arm(known: World) -> None:
    actor = known.actor("owner")
    with tenancy.acting_as(actor.party_id):
        Sign.objects.all().update(taken_down_at=clock.now())
    unit = SimUnit(clock.now_ms())
    arm = Resource(ResourceKind.UNIT, unit.id, actor.party_id, of={"site": YARD})
    assert decide(actor, Action.ARM, arm).missing == ("sign_hung",)
    assert signed_in(known, "operator").post(f"{API}/sites/{YARD}/sign/hung").status_code in {403, 404}
    told = signed_in(known, "technician").post(f"{API}/sites/{YARD}/sign/hung").json()
    assert told["hung"][0]["by"] == "Tom Jansen"
    assert decide(actor, Action.ARM, arm).allowed


def test_a_sign_that_hangs_no_longer_stops_arming_and_is_in_the_log(known: World) -> None:
    actor = known.actor("owner")
    unit = SimUnit(clock.now_ms())
    arm = Resource(ResourceKind.UNIT, unit.id, actor.party_id, of={"site": YARD})
    assert decide(actor, Action.ARM, arm).allowed
    assert signed_in(known, "operator").post(f"{API}/sites/{YARD}/sign/down").status_code in {403, 404}
    assert decide(actor, Action.ARM, arm).allowed
    owner = signed_in(known, "owner")
    told = owner.post(f"{API}/sites/{YARD}/sign/down").json()
    assert told["hung"]
    assert all(row["down_ms"] is not None for row in told["hung"])
    assert decide(actor, Action.ARM, arm).missing == ("sign_hung",)
    assert owner.post(f"{API}/sites/{YARD}/sign/down").status_code == 200
    with tenancy.acting_as(actor.party_id):
        rows = [row.said.facts for row in ledger.entries([Kind.AGREEMENT], actor.party_id, since_ms=0) if row.said]
    assert [row["what"] for row in rows].count("sign_taken_down") == 1


def test_a_unit_arms_with_a_purpose_for_each_of_its_cameras_and_not_with_one_for_some(known: World) -> None:
    """As without a purpose for all of the owner's cameras."""
    actor, unit = known.actor("owner"), SimUnit(clock.now_ms())
    known.pair(unit)
    with tenancy.acting_as(actor.party_id):
        Purpose.objects.all().delete()
        first = Camera.objects.get(unit_id=unit.id)
        cameras = [first.id, ids.new()]
        first.pk = cameras[1]
        first.save(force_insert=True)
    arm = Resource(ResourceKind.UNIT, unit.id, actor.party_id, of={"site": YARD})
    for camera in cameras:
        assert decide(actor, Action.ARM, arm).missing == ("purpose_recorded",)
        agreements.record_purpose(actor, actor.party_id, "theft_prevention", "Preventing theft.", camera)
    assert decide(actor, Action.ARM, arm).allowed


# --- the notice ---


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Hier kijken camera’s"), ("sv", "Här bevakar kameror"), ("de", "Hier wird gefilmt"),
        ("en", "Cameras watch here"),
    ],
)  # fmt: skip
def test_the_notice_is_read_in_four_languages_without_a_cookie_or_a_script(
    known: World, language: str, said: str
) -> None:
    known.pair(SimUnit(clock.now_ms()))
    answer = Client().get(f"/notice/{code_of(known)}?lang={language}")
    assert (answer.status_code, len(answer.cookies)) == (200, 0)
    text = answer.content.decode()
    assert f'<html lang="{language}">' in text
    for word in (said, "De Haan Bouw BV", "privacy@dehaan.example", "autoriteitpersoonsgegevens.nl", "Alarmcentrale"):
        assert word in text, word
    assert "<script" not in text
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_the_reader_s_own_language_comes_first(known: World) -> None:
    answer = Client().get(f"/notice/{code_of(known)}", headers={"accept-language": "sv,en;q=0.5"})
    assert '<html lang="sv">' in answer.content.decode()


def test_the_notice_tells_the_term_of_the_profile_and_no_address_or_name_of_a_person(known: World) -> None:
    text = Client().get(f"/notice/{code_of(known)}?lang=en").content.decode()
    assert "14 days" in text
    for hidden in ("Kade 12", "Pieter", "Yusuf", "Gate camera", "owner@dehaan.example", str(YARD)):
        assert hidden not in text, hidden


def test_the_notice_lists_what_is_declared_of_those_who_are_filmed_in_a_process_that_has_read_nothing_yet(
    known: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zegel.declare import registry

    notice._declarations.cache_clear()
    held = dict(registry._declared)
    registry._declared.clear()
    try:
        monkeypatch.setattr(notice, "load_declarations", lambda: registry._declared.update(held))
        text = Client().get(f"/notice/{code_of(known)}?lang=en").content.decode()
    finally:
        registry._declared.update(held)
    for said in ("Images, sealed when they are made", "Article 6(1)(f)", "the alarm centre, only of an alarm’s own"):
        assert said in text, said


def test_the_notice_of_a_home_tells_its_own_terms_and_authority(world: World) -> None:
    villa = WORLD.site("villa").id
    address = notice.read(world.actor("household"), villa)[1].address
    text = Client().get("/notice/" + address.rpartition("/")[2] + "?lang=en").content.decode()
    assert "60 days" in text
    assert "imy.se" in text


@pytest.mark.parametrize("code", ["nothing-here", "x" * 300, "..", "%00", "' OR 1=1 --"])
def test_a_code_that_is_none_gives_nothing_away(world: World, code: str) -> None:
    answer = Client().get(f"/notice/{code}")
    assert answer.status_code == 404
    assert len(answer.cookies) == 0


def test_who_tries_codes_is_slowed_down(world: World) -> None:
    answers = [Client().get(f"/notice/guess{n}").status_code for n in range(8)]
    assert answers[:4] == [404] * 4
    assert 429 in answers


def test_the_code_of_a_site_never_changes_and_is_no_identifier(known: World) -> None:
    first = code_of(known)
    put(signed_in(known, "owner"), f"/sites/{YARD}", **{**FACTS, "name": "Another name"})
    assert code_of(known) == first
    assert len(first) >= 16
    assert first not in str(YARD)


def test_languages_that_are_none_are_refused(known: World) -> None:
    owner = signed_in(known, "owner")
    for languages in ("xx", "nl,xx", "", "nl,,en", "nl;en"):
        assert printed(owner, Size.A4, languages).status_code in {409, 422}, languages
    assert json.loads(printed(owner, Size.A4, "xx").content)["error"]["code"] == "sign_incomplete"


def test_a_term_that_the_owner_made_shorter_is_on_the_notice(known: World) -> None:
    owner = signed_in(known, "owner")
    with tenancy.acting_as(known.actor("owner").party_id):
        assert notice.read(known.actor("owner"), YARD)[1].terms.surveillance_days == 14
    answer = owner.put(f"{API}/terms/surveillance_images", {"days": 5}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert notice.read(known.actor("owner"), YARD)[1].terms.surveillance_days == 5
