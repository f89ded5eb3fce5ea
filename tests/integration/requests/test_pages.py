# SPDX-License-Identifier: EUPL-1.2
"""The public pages of requests: from a sign's code to a confirmed case; what programs and guessers get."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from tests.actors import World

from zegel.demo.world import WORLD
from zegel.server.kernel import tenancy
from zegel.server.kernel.buckets import Buckets, Rate
from zegel.server.public import requests as pages
from zegel.server.requests import jobs
from zegel.server.requests.models import Case
from zegel.server.sites import notice

DEHAAN = WORLD.party("dehaan").id
FORM = {
    "rights": ["access", "copy"], "day": "2026-01-05", "from": "14:00", "to": "14:10", "look": "red coat",
    "name": "Jo Bakker", "email": "jo@passer.example",
}  # fmt: skip


@pytest.fixture(autouse=True)
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_reading", "_guessing", "_sending"):
        monkeypatch.setattr(pages, name, Buckets(Rate(per_s=1, burst=50)))


def code_of(world: World) -> str:
    address = notice.read(world.actor("owner"), WORLD.site("yard").id)[1].address
    return address.rsplit("/", 1)[-1]


def cases() -> list[Case]:
    with tenancy.acting_as(DEHAAN):
        return list(Case.objects.filter(owner_id=DEHAAN))


def test_the_notice_leads_to_the_form_and_the_letter_to_a_case(world: World) -> None:
    code, anybody = code_of(world), Client()
    said = anybody.get(f"/notice/{code}?lang=nl").content.decode()
    [link] = re.findall(rf'href="(/request/{code}[^"]*)"', said)
    came = anybody.get(link, follow=True)
    assert "Wanneer was u er?" in came.content.decode()
    answer = anybody.post(f"/request/{code}", FORM | {"lang": ""})
    assert 'data-view="sent"' in answer.content.decode()
    [case] = cases()
    assert (case.state, case.language, case.rights) == ("unconfirmed", "nl", ["access", "copy"])
    assert f"{case.from_at:%H:%M}" == "13:00"  # 14:00 in Rotterdam in winter
    jobs.tell(str(DEHAAN), str(case.id), "confirm")
    letter = mail.outbox[-1]
    [path] = re.findall(r"(/request/confirm/[A-Za-z0-9_-]{43})", letter.body)
    assert "confirm" in anybody.get(path).content.decode()
    assert cases()[0].state == "unconfirmed"  # opening asks for a press
    assert re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", anybody.post(path).content.decode())
    assert cases()[0].state == "open"
    assert not re.search(r"[A-Z2-9]{5}-[A-Z2-9]{5}", anybody.post(path).content.decode())  # told once


def test_a_company_is_asked_and_a_household_is_not(world: World) -> None:
    waak, home = WORLD.party("waak").id, WORLD.party("lindqvist").id
    assert b"Waakzaam Bouwplaatsen BV" in Client().get("/request").content
    assert Client().get(f"/request/to/{waak}").status_code == 200
    assert Client().get(f"/request/to/{home}").status_code == 404
    assert b"Lindqvist" not in Client().get(f"/request/to/{home}").content


@pytest.mark.parametrize(
    ("change", "status"),
    [({"website": "http://spam.example"}, 200), ({"name": ""}, 422), ({"email": "nobody"}, 422), ({"rights": []}, 422),
     ({"to": "13:00"}, 422), ({"day": "2999-01-01"}, 422), ({"day": "soon"}, 422)],
)  # fmt: skip
def test_what_is_no_request_makes_none(world: World, change: dict[str, Any], status: int) -> None:
    code = code_of(world)
    assert Client().post(f"/request/{code}", FORM | change).status_code == status
    assert cases() == []


def test_links_and_codes_that_nobody_was_given_open_nothing(world: World) -> None:
    for path in ("/request/confirm/" + "A" * 43, "/request/answer/" + "A" * 43, "/request/nosuchcode"):
        answer = Client().get(path)
        assert answer.status_code == 404, path
        assert "no-store" in answer["Cache-Control"]


def test_who_sends_too_many_is_slowed_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_sending", Buckets(Rate(per_s=0.01, burst=2)))
    code = code_of(world)
    statuses = [Client().post(f"/request/{code}", FORM).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert len(cases()) == 2
