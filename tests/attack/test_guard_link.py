# SPDX-License-Identifier: EUPL-1.2
"""A guard's link is one errand for one phone: not to be guessed, replayed, shared, or used after its end."""

from __future__ import annotations

import re
import secrets
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.actors import World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.server.alarms import actions as alarms
from zegel.server.dispatch import actions, queries
from zegel.server.dispatch.models import GuardLink
from zegel.server.kernel import clock, tenancy
from zegel.server.public import guard

SITE = (b"Harbour yard", b"Kade 12", b"Gate 4", b"Yusuf", b"0000 0101", b"crane")
YARD = WORLD.site("yard")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has addresses that asked nothing yet."""
    from zegel.server.kernel.buckets import Buckets, Rate

    monkeypatch.setattr(guard, "_asking", Buckets(Rate(2, 60)))
    monkeypatch.setattr(guard, "_guessing", Buckets(Rate(0.05, 10)))


@pytest.fixture
def errand(world: World, case: Any) -> Any:
    alarms.claim(world.actor("operator"), case.alarm_id)
    return actions.request(world.actor("operator"), case.alarm_id, note="Behind the crane")


def link_of(errand: Any) -> str:
    with tenancy.acting_as(errand.owner_id):
        return f"/guard/{actions.draw_token(errand)}"


def shown(client: Client, path: str) -> bytes:
    return bytes(client.get(path).content)


def press(client: Client, path: str, do: str, **more: str) -> Any:
    return client.post(path, {"do": do, **more})


def test_reading_the_address_takes_nothing_and_shows_nothing(world: World, errand: Any) -> None:
    """A mail scanner, a preview in a chat, a proxy: they read, they do not press."""
    path = link_of(errand)
    for _ in range(3):
        page = shown(Client(), path)
        assert not [mark for mark in SITE if mark in page]
    phone = Client()
    assert press(phone, path, "open").status_code == 303
    assert b"Kade 12" in shown(phone, path)


def test_a_second_browser_with_the_same_link_sees_and_does_nothing(world: World, errand: Any) -> None:
    path, phone, thief = link_of(errand), Client(), Client()
    press(phone, path, "open")
    for do in ("open", "accept", "arrive", "leave", "decline", "report"):
        answer = press(thief, path, do, found="nothing")
        assert answer.status_code == 403
        assert not [mark for mark in SITE if mark in answer.content]
    assert thief.get(path).status_code == 403
    assert thief.get(f"{path}/state").json() == {"state": "elsewhere"}
    assert queries.get(world.actor("operator"), errand.id).state == "requested"
    assert press(phone, path, "accept").status_code == 303


def test_of_two_phones_at_once_exactly_one_gets_the_errand(world: World, errand: Any) -> None:
    token = link_of(errand).rpartition("/")[2]
    won: list[str] = []
    ready = threading.Barrier(4)

    def race() -> None:
        from django.db import connections

        ready.wait()
        try:
            won.append(actions.open_link(token))
        except actions.LinkRefused:
            pass
        finally:
            connections.close_all()

    racers = [threading.Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(won) == 1


def test_opening_one_link_ends_every_other_link_of_the_errand(world: World, errand: Any) -> None:
    mailed, shown_by_operator = link_of(errand), link_of(errand)
    press(Client(), shown_by_operator, "open")
    assert press(Client(), mailed, "open").status_code == 404


def test_a_new_link_takes_the_errand_from_the_phone_that_had_it(world: World, errand: Any) -> None:
    path, lost = link_of(errand), Client()
    press(lost, path, "open")
    token = actions.new_link(world.actor("operator"), errand.id)
    assert lost.get(path).status_code == 404
    found = Client()
    press(found, f"/guard/{token}", "open")
    assert b"Kade 12" in shown(found, f"/guard/{token}")


def test_a_new_link_ends_the_one_that_was_mailed_and_that_nobody_opened(world: World, errand: Any) -> None:
    """It went to the wrong mailbox, say: that is why the operator draws another."""
    mailed = link_of(errand)
    token = actions.new_link(world.actor("operator"), errand.id)
    assert press(Client(), mailed, "open").status_code == 404
    assert press(Client(), f"/guard/{token}", "open").status_code == 303


def test_tokens_can_not_be_guessed_and_who_tries_is_held_back(world: World, errand: Any) -> None:
    path, stranger = link_of(errand), Client(REMOTE_ADDR="203.0.113.9")
    answers = [stranger.get(f"/guard/{secrets.token_urlsafe(32)}").status_code for _ in range(14)]
    assert answers[:9] == [404] * 9
    assert answers[-1] == 429
    near = path[:-1] + ("A" if path[-1] != "A" else "B")
    assert stranger.get(near).status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.10").get(path).status_code == 200, "others are not held back"


def test_the_token_is_nowhere_in_the_database(world: World, errand: Any) -> None:
    path, phone = link_of(errand), Client()
    press(phone, path, "open")
    kept = (path.rpartition("/")[2], phone.cookies[guard.COOKIE].value)
    with tenancy.acting_as(errand.owner_id), connection.cursor() as cursor:
        for table in ("dispatch_guardlink", "dispatch_dispatch", "kernel_outboxevent", "procrastinate_jobs"):
            cursor.execute(f"SELECT * FROM {table}")
            rows = f"{cursor.fetchall()!r}"
            assert not [secret for secret in kept if secret in rows], table


def test_the_cookie_is_for_this_link_alone_and_out_of_scripts_reach(world: World, errand: Any) -> None:
    path, phone = link_of(errand), Client()
    press(phone, path, "open")
    cookie = phone.cookies[guard.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (path, True, "Lax")
    other = link_of(errand)  # a second link of the same errand, with the first one's cookie
    thief = Client()
    thief.cookies[guard.COOKIE] = cookie.value
    assert b"Kade 12" not in shown(thief, other)


def test_one_errands_link_reaches_no_other_errand(world: World, errand: Any) -> None:
    other_case = world.burglary("villa")
    alarms.claim(world.actor("operator2"), other_case.alarm_id)
    other = actions.request(world.actor("operator2"), other_case.alarm_id)
    path, phone = link_of(errand), Client()
    press(phone, path, "open")
    for do in ("accept", "set_out", "arrive"):
        press(phone, path, do, dispatch_id=str(other.id))
    assert queries.get(world.actor("operator2"), other.id).state == "requested"
    assert b"Lindqvist" not in shown(phone, path)


def test_after_its_end_the_link_shows_nothing_of_the_site(world: World, errand: Any) -> None:
    path, phone = link_of(errand), Client()
    press(phone, path, "open")
    actions.cancel(world.actor("operator"), errand.id)
    page = shown(phone, path)
    assert b"need not go" in page
    assert not [mark for mark in SITE if mark in page]
    with stopped_clock(clock.now() + timedelta(hours=1, seconds=1)):
        assert phone.get(path).status_code == 410


def test_an_unopened_link_dies_by_itself(world: World, errand: Any) -> None:
    path = link_of(errand)
    with stopped_clock(clock.now() + timedelta(hours=12, seconds=1)):
        assert press(Client(), path, "open").status_code == 410
    with tenancy.acting_as(None):
        assert not GuardLink.objects.exclude(browser_hash=None).exists()


def test_a_press_from_another_site_is_refused(world: World, errand: Any) -> None:
    path = link_of(errand)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, {"do": "open"}).status_code == 403
    with tenancy.acting_as(None):
        assert not GuardLink.objects.exclude(browser_hash=None).exists()


def test_whatever_is_posted_nothing_breaks_and_nothing_is_skipped(world: World, errand: Any) -> None:
    path, phone = link_of(errand), Client()
    press(phone, path, "open")
    for do, more in (
        ("", {}), ("open", {}), ("cancel", {}), ("reported", {}), ("report", {"found": "nothing"}), ("x" * 5000, {}),
        ("accept", {"state": "reported"}), ("report", {"found": "<script>", "text": "a\x00b"}),
    ):  # fmt: skip
        assert press(phone, path, do, **more).status_code in {303, 403, 422}
    assert queries.get(world.actor("operator"), errand.id).state == "accepted"
    press(phone, path, "arrive")
    answer = press(phone, path, "report", found="other", text="")
    assert answer.status_code == 422
    answer = press(phone, path, "report", found="other", text="<script>alert(1)</script>")
    assert answer.status_code == 303
    assert queries.get(world.actor("operator"), errand.id).state == "reported"


def test_the_page_is_never_kept_and_shows_no_image(world: World, errand: Any) -> None:
    path, phone = link_of(errand), Client()
    press(phone, path, "open")
    answer = phone.get(path)
    assert answer["Cache-Control"] == "no-store"
    page = answer.content.decode()
    assert not re.findall(r"<(?:img|video|canvas|picture|iframe)\b", page)
    assert "blob:" not in page
