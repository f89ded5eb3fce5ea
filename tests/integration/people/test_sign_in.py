# SPDX-License-Identifier: EUPL-1.2
"""Signing in over HTTP: one answer for every failure, a durable throttle, sessions that end when they must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.clock import stopped_clock
from tests.integration.people.world import auth_key_of, make_world
from zegel.server.api import throttle
from zegel.server.api.fields import from_text, to_text
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import system
from zegel.server.ledger.models import Body
from zegel.server.people import actions, rules, sessions
from zegel.server.people.models import Membership, Throttle
from zegel.server.people.roles import Role

OWNER = "owner@dehaan.example"


class Browser:
    """A client that does what a browser does: keeps cookies and sends the CSRF token back."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        self.client = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)
        self.client.get("/api/v1/csrf")

    def send(self, method: str, path: str, body: object = None):
        token = self.client.cookies["csrftoken"].value
        send = getattr(self.client, method)
        return send(
            f"/api/v1{path}", data=body if body is not None else {}, content_type="application/json",
            HTTP_X_CSRFTOKEN=token,
        )  # fmt: skip

    def get(self, path: str):
        return self.client.get(f"/api/v1{path}")

    def sign_in(self, email: str = OWNER, auth_key: bytes | None = None):
        key = auth_key if auth_key is not None else auth_key_of(rules.normalised_email(email))
        return self.send("post", "/sign-in", {"email": email, "auth_key": to_text(key)})


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch):
    monkeypatch.setattr(throttle, "anybody", throttle.Buckets(throttle.Rate(1e6, 1e6)))


def kinds() -> list[str]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT kind FROM ledger_body ORDER BY index")
        return [row[0] for row in cursor.fetchall() if row[0].startswith("sign_in")]


def test_the_right_key_signs_in_and_tells_who_one_is(db):
    world = make_world()
    browser = Browser()
    answer = browser.sign_in("  OWNER@DeHaan.example")
    assert answer.status_code == 200
    told = answer.json()
    assert told["person"]["id"] == str(world.people["owner"])
    assert told["bundle"] == to_text(b"wrapped by password")
    assert [p["name"] for p in told["parties"]] == ["De Haan Bouw"]
    assert told["acting"] == {"party_id": str(world.owner), "role": "owner"}
    assert browser.get("/me").json()["person"] == told["person"]
    assert kinds() == ["sign_in"]


def test_a_wrong_key_and_an_unknown_account_get_the_same_answer_and_the_same_log(db):
    make_world()
    wrong = Browser().sign_in(OWNER, bytes(32))
    unknown = Browser("192.0.2.2").sign_in("nobody@nowhere.example")
    garbage = Browser("192.0.2.3").sign_in(OWNER, b"short")
    no_address = Browser("192.0.2.4").send("post", "/sign-in", {"email": "x", "auth_key": to_text(bytes(32))})
    assert {r.status_code for r in (wrong, unknown, garbage, no_address)} == {401}
    assert len({r.content for r in (wrong, unknown, garbage, no_address)}) == 1
    assert kinds() == ["sign_in_failed"] * 4


def test_nothing_of_a_password_is_kept_as_it_came(db):
    world = make_world()
    from zegel.server.people.queries import person

    assert bytes(person(world.people["owner"]).auth_hash) != auth_key_of(OWNER)


def test_the_eleventh_failure_for_an_account_waits_from_wherever_it_comes(db):
    make_world()
    with stopped_clock(datetime(2026, 3, 1, 12, tzinfo=UTC)) as clock:
        for number in range(rules.MAX_PER_ACCOUNT):
            assert Browser(f"192.0.2.{number + 1}").sign_in(OWNER, bytes(32)).status_code == 401
        refused = Browser("192.0.2.99").sign_in()
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) == 900
        clock.advance(timedelta(minutes=15))
        assert Browser("192.0.2.99").sign_in().status_code == 200


def lock_out(email: str = OWNER) -> None:
    for number in range(rules.MAX_PER_ACCOUNT + 1):
        Browser(f"198.51.100.{number + 1}").sign_in(email, bytes(32))


def test_strangers_cannot_keep_a_person_out_of_his_own_device(db):
    make_world()
    own = Browser()
    assert own.sign_in().status_code == 200
    lock_out()
    assert Browser("192.0.2.50").sign_in().status_code == 429
    assert own.sign_in().status_code == 200
    lock_out()
    own.send("post", "/sign-out")
    assert own.sign_in().status_code == 200
    assert Browser("192.0.2.50").sign_in().status_code == 429  # his success gave them no new tries


def test_a_known_device_has_tries_of_its_own_and_no_more(db):
    make_world()
    thief = Browser()
    thief.sign_in()
    answers = [thief.sign_in(OWNER, bytes(32)).status_code for _ in range(rules.MAX_PER_DEVICE + 1)]
    assert answers == [401] * rules.MAX_PER_DEVICE + [429]
    assert Browser("192.0.2.2").sign_in().status_code == 200


def test_a_device_is_known_for_its_own_account_until_that_signs_out_everywhere(db):
    make_world()
    own = Browser()
    own.sign_in()
    other = "nobody@nowhere.example"
    lock_out(other)
    assert own.sign_in(other, bytes(32)).status_code == 429  # another account's device is a stranger's
    lock_out()
    assert own.sign_in().status_code == 200
    own.send("post", "/sign-out-everywhere")
    assert own.sign_in().status_code == 429


@pytest.mark.parametrize("change", ["", "A", "é", "A" * 75, "A" * 5000])
def test_a_made_up_or_changed_device_is_a_strangers(db, change):
    make_world()
    own = Browser()
    own.sign_in()
    lock_out()
    kept = own.client.cookies["zegel_device"].value
    own.client.cookies["zegel_device"] = change or kept[:-2] + ("A" if kept[-2] != "A" else "B") + kept[-1]
    assert own.sign_in().status_code == 429


def test_a_device_is_forgotten_after_half_a_year(db):
    make_world()
    with stopped_clock(datetime(2026, 3, 1, 12, tzinfo=UTC)) as clock:
        own = Browser()
        own.sign_in()
        clock.advance(rules.DEVICE_LASTS + timedelta(seconds=1))
        lock_out()
        assert own.sign_in().status_code == 429


def test_the_device_cookie_is_functional_and_names_nobody(db):
    world = make_world()
    own = Browser()
    own.sign_in()
    cookie = own.client.cookies["zegel_device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/api/v1/sign-in"
    assert world.people["owner"].bytes not in from_text(cookie.value)


def test_neighbours_of_one_ipv6_connection_are_counted_together(db):
    make_world()
    answers = [
        Browser(f"2001:db8::{n:x}").sign_in(f"nobody{n}@nowhere.example").status_code
        for n in range(1, rules.MAX_PER_ADDRESS + 2)
    ]
    assert answers == [401] * rules.MAX_PER_ADDRESS + [429]
    assert Browser("2001:db8:0:1::1").sign_in().status_code == 200


def test_counts_and_sessions_that_say_nothing_any_more_are_cleared(db):
    from django.contrib.sessions.models import Session

    from zegel.server.kernel import jobs as kernel_jobs
    from zegel.server.people import jobs

    make_world()
    Browser().sign_in(OWNER, bytes(32))
    Browser("192.0.2.2").sign_in()
    Browser("192.0.2.3").sign_in()
    old = Session.objects.order_by("session_key")[0]
    old.expire_date = datetime(2020, 1, 1, tzinfo=UTC)
    old.save()
    jobs.forget_old_throttles(0)
    jobs.forget_old_sessions(0)
    assert Throttle.objects.count() > 0
    assert Session.objects.count() == 1
    Throttle.objects.update(since=datetime(2020, 1, 1, tzinfo=UTC))
    jobs.forget_old_throttles(0)
    assert Throttle.objects.count() == 0
    names = {task.name for task in kernel_jobs.app.tasks.values()}
    periodic = {name for name, _ in kernel_jobs.app.periodic_registry.periodic_tasks}
    assert {"people.forget_old_throttles", "people.forget_old_sessions"} <= names & periodic


def test_an_unknown_account_is_throttled_alike(db):
    make_world()
    answers = [
        Browser(f"192.0.2.{n}").sign_in("nobody@nowhere.example").status_code for n in range(rules.MAX_PER_ACCOUNT + 1)
    ]
    assert answers == [401] * rules.MAX_PER_ACCOUNT + [429]


def test_an_address_that_tries_many_accounts_waits(db):
    make_world()
    browser = Browser()
    answers = [browser.sign_in(f"nobody{n}@nowhere.example").status_code for n in range(rules.MAX_PER_ADDRESS + 1)]
    assert answers == [401] * rules.MAX_PER_ADDRESS + [429]
    assert Browser("192.0.2.2").sign_in().status_code == 200


def test_a_success_clears_the_account_and_takes_back_its_own_attempt(db):
    make_world()
    browser = Browser()
    for _ in range(3):
        browser.sign_in(OWNER, bytes(32))
    assert browser.sign_in().status_code == 200
    assert [row.count for row in Throttle.objects.all()] == [3]


def test_the_throttle_names_nobody(db):
    make_world()
    Browser().sign_in(OWNER, bytes(32))
    stored = b"".join(bytes(row.key) for row in Throttle.objects.all())
    assert len(stored) == 64
    assert b"dehaan" not in stored


def test_a_sign_in_that_cannot_be_logged_does_not_happen(db, monkeypatch):
    from zegel.server.ledger.errors import LedgerUnavailable

    make_world()

    def broken(*_):
        raise LedgerUnavailable("The ledger can't be written now.")

    monkeypatch.setattr(actions.ledger, "append", broken)
    browser = Browser()
    assert browser.sign_in().status_code == 503
    monkeypatch.undo()
    assert browser.get("/me").status_code == 401


def test_what_changes_something_needs_the_csrf_token(db):
    make_world()
    client = Client(enforce_csrf_checks=True)
    body = {"email": OWNER, "auth_key": to_text(auth_key_of(OWNER))}
    answer = client.post("/api/v1/sign-in", data=body, content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "csrf"
    browser = Browser()
    browser.sign_in()
    browser.client.cookies["csrftoken"] = "x" * 32
    assert (
        browser.send("post", "/acting-party", {"party_id": "0" * 8 + "-0000-4000-8000-" + "0" * 12}).status_code == 403
    )


def test_the_session_key_changes_at_sign_in_and_with_the_acting_party(db):
    world = make_world()
    actions.add_membership(system(world.arc), world.people["owner"], world.arc, Role.SUPERVISOR)
    browser = Browser()
    browser.sign_in()
    first = browser.client.cookies["zegel"].value
    browser.sign_in()
    second = browser.client.cookies["zegel"].value
    answer = browser.send("post", "/acting-party", {"party_id": str(world.arc)})
    third = browser.client.cookies["zegel"].value
    assert answer.json()["acting"] == {"party_id": str(world.arc), "role": "supervisor"}
    assert len({first, second, third}) == 3


def test_nobody_acts_for_a_party_that_is_not_his(db):
    world = make_world()
    browser = Browser()
    browser.sign_in()
    assert browser.send("post", "/acting-party", {"party_id": str(world.arc)}).status_code == 403
    assert browser.send("post", "/acting-party", {"party_id": str(world.owner), "role": "admin"}).status_code == 403


def test_signing_out_ends_the_session(db):
    make_world()
    browser = Browser()
    browser.sign_in()
    cookie = browser.client.cookies["zegel"].value
    browser.send("post", "/sign-out")
    browser.client.cookies["zegel"] = cookie
    assert browser.get("/me").status_code == 401


def test_signing_out_everywhere_ends_the_other_sessions_too(db):
    make_world()
    here, there = Browser(), Browser("192.0.2.2")
    here.sign_in()
    there.sign_in()
    assert here.send("post", "/sign-out-everywhere").status_code == 200
    assert there.get("/me").status_code == 401
    assert there.send("put", "/me/pins", {"pins": "AAAA"}).status_code == 401


def test_a_session_ends_after_twelve_hours_whatever_it_did(db):
    make_world()
    with stopped_clock(datetime.now(UTC)) as clock:
        browser = Browser()
        browser.sign_in()
        clock.advance(timedelta(hours=11, minutes=59))
        assert browser.get("/me").status_code == 200
        clock.advance(timedelta(minutes=2))
        assert browser.get("/me").status_code == 401


def test_an_ended_membership_stops_a_running_session(db):
    world = make_world()
    browser = Browser()
    browser.sign_in("foreman@dehaan.example")
    assert browser.send("put", "/me/pins", {"pins": "AAAA"}).status_code == 200
    with tenancy.acting_as(world.owner):
        membership = Membership.objects.get(person_id=world.people["member"])
    actions.end_membership(world.actor("owner"), membership.id)
    assert browser.send("put", "/me/pins", {"pins": "AAAA"}).status_code == 403


def test_a_session_is_known_outside_of_a_request_too(db):
    world = make_world()
    browser = Browser()
    browser.sign_in()
    found = sessions.actor_from_session(browser.client.cookies["zegel"].value, "192.0.2.1")
    assert found is not None
    assert (found.id, found.party_id, found.role) == (world.people["owner"], world.owner, "owner")
    assert sessions.actor_from_session("no-such-session", "192.0.2.1") is None


@pytest.mark.parametrize(
    "body", [{}, {"email": OWNER}, {"email": OWNER, "auth_key": "not base64!"}, {"email": 3, "auth_key": 4}]
)
def test_a_malformed_request_is_refused_without_repeating_it(db, body):
    answer = Browser().send("post", "/sign-in", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "bad_request"
    assert "base64!" not in answer.content.decode()


def test_errors_come_in_the_readers_language(db):
    make_world()
    browser = Browser()
    browser.client.cookies["zegel_language"] = "nl"
    answer = browser.sign_in(OWNER, bytes(32))
    assert answer["Content-Language"] == "nl"


def test_one_sees_ones_own_sign_ins_in_the_log(db):
    world = make_world()
    Browser().sign_in()
    with tenancy.acting_as(None):
        assert Body.objects.count() == 0
    with tenancy.acting_as(world.stranger, world.people["stranger"]):
        assert not Body.objects.filter(kind="sign_in").exists()
    with tenancy.acting_as(world.owner, world.people["owner"]):
        assert Body.objects.filter(kind="sign_in").count() == 1
