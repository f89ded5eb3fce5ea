# SPDX-License-Identifier: EUPL-1.2
"""However many sites somebody has, a page costs as many queries; and narrowing shows nobody more than before."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration.people.test_accounts import Made, accepted
from tests.integration.people.test_sign_in import Browser
from tests.integration.people.world import World, agree, make_world

from zegel.server.agreements.models import Sign
from zegel.server.api import throttle
from zegel.server.kernel import clock, tenancy
from zegel.server.sites.models import Camera, ObjectKind, Site, Unit, UnitObject


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "anybody", throttle.Buckets(throttle.Rate(1e6, 1e6)))


@pytest.fixture
def owner(db: Any) -> tuple[World, Browser, Made]:
    world = make_world()
    agree(world)
    browser, made = accepted(world)
    return world, browser, made


def filled(world: World, count: int, owner: UUID | None = None) -> list[Unit]:
    """So many sites, each with a unit that signed two keysets and a status, two cameras and every second one a sign."""
    of: dict[str, Any] = {"owner_id": owner or world.owner, "provider_id": world.provider}
    now = clock.now()
    with tenancy.acting_as(of["owner_id"]):
        sites = Site.objects.bulk_create([
            Site(id=uuid4(), name=f"Yard {n}", address="Kade 1", tz="Europe/Amsterdam", profile="site-nl",
                 created_at=now, **of) for n in range(count)
        ])  # fmt: skip
        units = Unit.objects.bulk_create([
            Unit(id=uuid4(), site=site, name="Gate unit", sign_pk=bytes(32), fingerprint=site.id.bytes * 2,
                 pairing_id=uuid4(), paired_at=now, last_seen_at=now, **of) for site in sites
        ])  # fmt: skip
        Camera.objects.bulk_create(
            Camera(id=uuid4(), unit=unit, name="Camera", **of) for unit in units for _ in range(2)
        )
        Sign.objects.bulk_create(
            Sign(site_id=site.id, hung_at=now, by=world.people["owner"], **of) for site in sites[::2]
        )
        said = ((ObjectKind.KEYSET, 1), (ObjectKind.KEYSET, 2), (ObjectKind.STATUS, 7))
        UnitObject.objects.bulk_create(_said(unit, kind, number, of) for unit in units for kind, number in said)
    return units


def _said(unit: Unit, kind: ObjectKind, number: int, of: dict[str, Any]) -> UnitObject:
    text = f"{kind} {number}".encode()
    return UnitObject(
        unit=unit, pairing_id=unit.pairing_id, kind=kind, counter=number, signer=bytes(32), hash=text.ljust(32),
        envelope=text, received_at=clock.now(), **of,
    )  # fmt: skip


def asked(browser: Browser, path: str) -> tuple[dict[str, Any], int]:
    """The answer, and how many queries it cost."""
    with CaptureQueriesContext(connection) as cost:
        answer = browser.get(path)
    assert answer.status_code == 200, answer.content
    return answer.json(), len(cost)


@pytest.mark.parametrize("path", ["/getting-started", "/cameras", "/units", "/sites", "/health"])
def test_a_page_of_forty_sites_costs_as_many_queries_as_one_of_two(owner: Any, path: str) -> None:
    world, browser, _made = owner
    filled(world, 2)
    asked(browser, path)  # what is found out once for a process doesn't count
    few = asked(browser, path)[1]
    filled(world, 38)
    assert asked(browser, path)[1] == few


def test_what_is_missing_is_said_of_each_site_and_camera(owner: Any) -> None:
    world, browser, _made = owner
    units = filled(world, 4)
    told, _cost = asked(browser, "/getting-started")
    hung = {one["id"]: one["sign_hung"] for one in told["sites"]}
    assert [hung[str(unit.site_id)] for unit in units] == [True, False, True, False]
    assert len(told["cameras"]) == 8
    assert all(one["purpose"] for one in told["cameras"]), "a purpose for all cameras holds for each"


def test_the_signed_word_of_forty_units_is_one_question_and_the_same_as_of_each(owner: Any) -> None:
    world, browser, _made = owner
    units = filled(world, 40)
    few = asked(browser, f"/trust?unit={units[0].id}&unit={units[1].id}")[1]
    told, cost = asked(browser, "/trust?" + "&".join(f"unit={unit.id}" for unit in units))
    assert cost == few
    assert len(told["units"]) == 40
    first = next(one for one in told["units"] if one["unit"]["id"] == str(units[0].id))
    assert first == asked(browser, f"/units/{units[0].id}/trust")[0]
    assert len(first["keysets"]) == 2
    assert first["keyset"] == first["keysets"][1]
    assert first["policy"] is None


def test_of_units_of_others_nothing_is_said(owner: Any) -> None:
    world, browser, _made = owner
    mine, theirs = filled(world, 1)[0], filled(world, 1, world.stranger)[0]
    told, _cost = asked(browser, f"/trust?unit={mine.id}&unit={theirs.id}")
    assert [one["unit"]["id"] for one in told["units"]] == [str(mine.id)]
    assert asked(browser, f"/cameras?site_id={theirs.site_id}")[0]["cameras"] == []
    with tenancy.acting_as(world.stranger):
        camera = Camera.objects.filter(unit=theirs)[0].id
    assert asked(browser, f"/cameras?camera_id={camera}")[0]["cameras"] == []
    assert browser.get(f"/cameras?after={camera}").status_code == 404


def test_pages_of_cameras_are_together_all_of_them_once_and_in_order(owner: Any) -> None:
    world, browser, _made = owner
    units = filled(world, 5)
    whole = asked(browser, "/cameras")[0]
    assert whole["next"] is None
    found: list[str] = []
    after = ""
    while True:
        page, _cost = asked(browser, f"/cameras?limit=4{after}")
        assert len(page["cameras"]) <= 4
        found += [one["id"] for one in page["cameras"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == [one["id"] for one in whole["cameras"]]
    assert len(set(found)) == 10
    of_site = asked(browser, f"/cameras?site_id={units[0].site_id}")[0]["cameras"]
    assert {one["unit"]["id"] for one in of_site} == {str(units[0].id)}
    assert len(of_site) == 2
