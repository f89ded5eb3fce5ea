# SPDX-License-Identifier: EUPL-1.2
"""Who looked: nothing is left out, however much was logged since, and a page that ends says where it goes on."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.actors import World
from tests.attack.test_door_routes import signed_in

from zegel.server.api import looks
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger import actions as ledger

FOLLOWED_S = 800


def followed(world: World, case: Any, seconds: int, alarm: UUID | None = None) -> UUID:
    """What the ledger holds of an alarm that an operator follows: a view, a part and a handing over each second."""
    operator, owner_id, lease = world.actor("operator"), case.actor.party_id, uuid4()
    for first in range(0, seconds, 100):
        entries = []
        for second in range(first, min(first + 100, seconds)):
            about = {"camera": case.camera, "alarm": alarm or case.alarm_id}
            times = {"slots": 1, "from_ms": 1000 * second, "to_ms": 1000 * second + 1000}
            entries.append(Entry(Kind.VIEW, owner_id, {"lease": lease, **about, **times}, case.camera))
            entries.append(Entry(Kind.RELEASE, owner_id, {"part": second + 2, "slots": 1, **about}, case.camera))
            entries.append(Entry(Kind.RELEASE_HANDED, owner_id, {"lease": lease, "count": 1, **about}, case.camera))
        ledger.append_many(entries, operator)
    return lease


def asked(client: Any, address: str = "/api/v1/who-looked?days=30") -> tuple[list[dict[str, Any]], str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    link = answer.headers.get("Link", "")
    return answer.json(), link.partition("<")[2].partition(">")[0]


def test_a_look_stays_in_the_list_when_two_thousand_entries_follow_it(world: World, case: Any) -> None:
    first = ledger.append(
        Entry(Kind.VIEW, case.actor.party_id, {"lease": uuid4(), "camera": case.camera, "slots": 60}, case.camera),
        world.actor("operator2"),
    ).index
    followed(world, case, FOLLOWED_S)
    rows, more = asked(signed_in(world, world.owner_of(case.site)))
    assert more == ""
    views = {row["index"]: row for row in rows if row["kind"] == "view"}
    assert first in views
    assert len(views) == 2, "one line for each view"
    long = next(row for index, row in views.items() if index != first)
    assert (long["slots"], long["from_ms"], long["to_ms"]) == (FOLLOWED_S, 0, FOLLOWED_S * 1000)
    releases = [row for row in rows if row["kind"] == "release"]
    assert [(row["slots"], row["entries"]) for row in releases] == [(15 + FOLLOWED_S, 1 + FOLLOWED_S)]


def test_pages_end_between_looks_and_together_are_the_whole(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        followed(world, case, 90, uuid4())
    client = signed_in(world, world.owner_of(case.site))
    whole, _ = asked(client)
    monkeypatch.setattr(looks.ledger, "MOST_AT_ONCE", 100)
    monkeypatch.setattr(looks, "LOOKS", 3)
    rows, next_page = asked(client)
    assert next_page
    pages = 1
    while next_page:
        found, next_page = asked(client, next_page)
        rows += found
        pages += 1
    assert pages > 1
    assert {row["index"] for row in rows} >= {row["index"] for row in whole}
    for count in ("entries", "slots"):
        assert sum(row[count] for row in rows) == sum(row[count] for row in whole), "each entry once"


def test_a_real_view_is_never_cut_by_a_page(world: World, case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from zegel.server.footage import door
    from zegel.server.footage.door import ViewRequest
    from zegel.server.footage.rules import Purpose, Track

    operator = world.actor("operator")
    wish = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
    view = door.open_view(operator, wish)
    followed(world, case, 40, uuid4())
    more = case.unit.release(case.alarm_id, case.epoch, [(25, 30)], world.arc_tenant(case.site))
    world.accept(case.actor, case.unit, more)
    door.renew(operator, view.lease_id)
    monkeypatch.setattr(looks.ledger, "MOST_AT_ONCE", 20)
    monkeypatch.setattr(looks, "LOOKS", 1)
    rows, _ = asked(signed_in(world, world.owner_of(case.site)))
    mine = [row for row in rows if row["index"] == view.index]
    assert [(row["slots"], row["entries"], row["ended"], row["continues"]) for row in mine] == [(20, 2, False, False)]


def test_a_view_whose_end_lies_on_an_earlier_page_is_told_as_ended(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zegel.server.footage import door
    from zegel.server.footage.door import ViewRequest
    from zegel.server.footage.rules import Purpose, Track

    operator = world.actor("operator")
    view = door.open_view(
        operator, ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
    )
    followed(world, case, 40, uuid4())
    door.end_view(operator, view.lease_id)
    monkeypatch.setattr(looks.ledger, "MOST_AT_ONCE", 20)
    monkeypatch.setattr(looks, "LOOKS", 1)
    client = signed_in(world, world.owner_of(case.site))
    rows, next_page = asked(client)
    while next_page:
        found, next_page = asked(client, next_page)
        rows += found
    mine = [row for row in rows if row["index"] == view.index]
    assert [(row["slots"], row["ended"], row["seconds"] is not None) for row in mine] == [(15, True, True)]
