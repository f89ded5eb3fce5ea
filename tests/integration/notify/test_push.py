# SPDX-License-Identifier: EUPL-1.2
"""Push messages over the real door, to a push service that opens them with somebody else's code; quiet hours, folding
and digests with real rows and a clock that is moved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client

from tests.actors import World
from tests.attack.test_door_routes import signed_in
from tests.clock import TestClock, stopped_clock
from tests.push_service import Browser, PushService
from zegel.demo.world import WORLD
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.notify import actions, delivery, queries, rules
from zegel.server.notify.classes import ALARMS, About, Class, Occasion
from zegel.server.notify.models import Device, Due, Notice

API = "/api/v1/notifications"
YARD = UUID(int=77)
NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # three o'clock in Amsterdam


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    running = PushService()
    monkeypatch.setattr(settings, "PUSH_TEST_ENDPOINT", running.origin)
    yield running
    running.close()


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    more = {} if method == "get" else {"data": json.dumps(body or {}), "content_type": "application/json"}
    answer = getattr(client, method)(API + path, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()


def subscribed(world: World, service: PushService, person: str = "owner") -> Browser:
    browser = service.browser()
    send(signed_in(world, person), "post", "/devices", browser.subscription())
    return browser


def owner_of(person: str = "owner") -> tuple[UUID, UUID]:
    who = WORLD.person(person)
    return WORLD.party(who.party).id, who.id


def tell(kind: str = "person", occasion: Occasion = Occasion.ALARM, camera: UUID = YARD, **more: Any) -> UUID:
    alarm = uuid4()
    about = About(alarm, camera, None, kind)
    actions.tell(owner_of()[0], occasion, "Harbour yard North", str(alarm), about=about, **more)
    return alarm


def quiet(person: str = "owner", digest_at: int | None = None) -> None:
    party, who = owner_of(person)
    night = (rules.Span(tuple(range(7)), 22 * 60, 7 * 60),)
    me = Actor(ActorKind.PERSON, who, party, role="owner")
    actions.set_hours(me, rules.Hours("Europe/Amsterdam", night, digest_at))


def to(moved: TestClock, moment: datetime) -> None:
    moved.advance(moment - clock.now())


def jobs(name: str) -> list[tuple[dict[str, Any], datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [name])
        return [(a if isinstance(a, dict) else json.loads(a), at) for a, at in cursor.fetchall()]


def test_an_alarm_reaches_the_phone_as_identifiers_that_only_the_phone_can_open(world, service):
    phone = subscribed(world, service)
    alarm = tell("person")
    [said] = phone.got
    assert (said["c"], said["o"], said["w"], said["a"]) == ("person", "alarm", "person", str(alarm))
    assert said["l"] == WORLD.person("owner").language
    assert said["u"] == f"/portal/alarm/{alarm}"
    text = json.dumps(said)
    for name in ("Harbour", "yard", WORLD.person("owner").name, WORLD.person("owner").email):
        assert name not in text
    assert b"person" not in service.bodies[0]
    [headers] = phone.headers
    assert (headers["Urgency"], headers["Content-Encoding"]) == ("high", "aes128gcm")
    assert int(headers["TTL"]) == 3600
    assert headers["Authorization"].endswith(f"k={delivery.public_key()}")


def test_what_was_told_lies_under_the_person_and_is_seen_by_nobody_else(world, service):
    subscribed(world, service)
    tell()
    mine = send(signed_in(world, "owner"), "get", "")
    assert [row["class"] for row in mine["told"]] == ["person"]
    assert mine["told"][0]["pushed"]
    for other in ("operator", "technician"):
        theirs = send(signed_in(world, other), "get", "")
        assert (theirs["told"], theirs["devices"]) == ([], [])


def test_no_answer_names_a_browsers_address(world, service):
    phone = subscribed(world, service)
    answer = signed_in(world, "owner").get(API).content.decode()
    assert phone.endpoint not in answer
    assert json.loads(answer)["devices"][0]["mark"] == delivery.mark_of(phone.endpoint)
    assert json.loads(answer)["push"]["test_endpoint"] == service.origin


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_no_more_is_taken_off_the_list(world, service, status):
    subscribed(world, service)
    service.answer = status
    tell()
    assert queries.devices(*owner_of()) == []


def test_a_service_that_is_away_is_tried_again_and_only_by_the_way_that_failed(world, service):
    phone, mail.outbox = subscribed(world, service), []
    service.answer = 503
    tell()
    letters = [one for one in mail.outbox if one.to == [WORLD.person("owner").email]]
    assert (len(letters), phone.got) == (1, [])
    [(args, _at)] = jobs("notify.deliver")
    with pytest.raises(delivery.NotDelivered):
        delivery.deliver(UUID(args["owner_id"]), UUID(args["notice_id"]))
    service.answer = 201
    delivery.deliver(UUID(args["owner_id"]), UUID(args["notice_id"]))
    assert len(phone.got) == 1
    assert len([one for one in mail.outbox if one.to == [WORLD.person("owner").email]]) == 1
    assert delivery.deliver(UUID(args["owner_id"]), UUID(args["notice_id"])) == 0


def test_what_is_too_old_is_not_told_any_more(world, service):
    phone = subscribed(world, service)
    service.answer = 503
    with stopped_clock(NIGHT) as moved:
        tell()
        [(args, _at)] = jobs("notify.deliver")
        to(moved, NIGHT + timedelta(hours=3))
        service.answer = 201
        delivery.deliver(UUID(args["owner_id"]), UUID(args["notice_id"]))
    assert phone.got == []


def test_quiet_hours_hold_back_what_is_no_alarm_and_nothing_else(world, service):
    phone = subscribed(world, service)
    with stopped_clock(NIGHT) as moved:
        quiet()
        tell("technical", Occasion.TECHNICAL)
        assert phone.got == []
        [(args, at)] = [(a, t) for a, t in jobs("notify.deliver") if t is not None]
        assert at == datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
        for kind in ("fire", "holdup_duress", "burglary", "person", "tamper"):
            tell(kind)
        assert [said["w"] for said in phone.got] == ["fire", "holdup_duress", "burglary", "person", "tamper"]
        to(moved, datetime(2026, 11, 24, 6, 0, 1, tzinfo=UTC))
        delivery.deliver(UUID(args["owner_id"]), UUID(args["notice_id"]))
        assert phone.got[-1]["c"] == "technical"


def test_a_runaway_camera_sends_one_and_then_one_with_the_number(world, service):
    phone = subscribed(world, service)
    with stopped_clock(NIGHT) as moved:
        for _ in range(100):
            tell("person")
            moved.advance(5)
        tell("person", camera=UUID(int=78))
        tell("fire")
        assert [said["w"] for said in phone.got] == ["person", "person", "fire"]
        mine = [(a, t) for a, t in jobs("notify.deliver") if t is not None]
        due = {UUID(a["notice_id"]) for a, _t in mine}
        [held] = [row for row in queries.newest(*owner_of()) if row.id in due]
        assert held.more == 98
        to(moved, NIGHT + timedelta(minutes=10, seconds=1))
        delivery.deliver(held.owner_id, held.id)
        assert (phone.got[-1]["w"], phone.got[-1]["m"]) == ("person", 98)


def test_whoever_does_it_himself_is_not_told_of_it(world, service):
    phone = subscribed(world, service)
    tell("", Occasion.LIVE, not_to=[owner_of()[1]])
    assert phone.got == []
    tell("", Occasion.LIVE)
    assert [said["c"] for said in phone.got] == ["live"]


def test_the_day_in_numbers_comes_once_at_its_hour_and_not_of_an_empty_day(world, service):
    with stopped_clock(NIGHT) as moved:
        quiet(digest_at=8 * 60)
        tell("person")
        mail.outbox = []
        actions.run_due()
        assert mail.outbox == []
        to(moved, datetime(2026, 11, 24, 7, 0, 1, tzinfo=UTC))
        actions.run_due()
        actions.run_due()
        [letter] = [one for one in mail.outbox if one.to == [WORLD.person("owner").email]]
        assert "1 ×" in letter.body
        assert "Harbour yard North" in letter.body
        mail.outbox = []
        to(moved, datetime(2026, 11, 26, 7, 0, 1, tzinfo=UTC))
        actions.run_due()
        assert mail.outbox == []


def test_what_was_told_is_forgotten_after_a_month(world, service):
    with stopped_clock(NIGHT) as moved:
        tell()
        to(moved, NIGHT + timedelta(days=29))
        actions.run_due()
        assert len(queries.newest(*owner_of())) == 1
        to(moved, NIGHT + timedelta(days=30, seconds=1))
        actions.run_due()
        assert queries.newest(*owner_of()) == []
        assert Due.objects.filter(kind="forget").count() == 0


def test_an_owner_sees_who_is_told_and_nobody_else_does(world, service):
    subscribed(world, service)
    owner = signed_in(world, "owner")
    send(owner, "put", "/classes/alarm", {"by_push": True, "by_mail": False})
    told = {one["name"]: one["classes"]["alarm"] for one in send(owner, "get", "/people")["people"]}
    assert told[WORLD.person("owner").name] == [True, False]
    assert signed_in(world, "operator").get(API + "/people").status_code == 403


def test_a_message_to_try_says_what_became_of_it(world, service):
    phone, mail.outbox = subscribed(world, service), []
    tried = send(signed_in(world, "owner"), "post", "/try")["tried"]
    assert [one["outcome"] for one in tried["devices"]] == ["sent"]
    assert (tried["mailed"], phone.got[0]["c"]) == (True, "test")
    service.answer = 403
    assert send(signed_in(world, "owner"), "post", "/try")["devices"][0]["fault"] == "refused"


def test_what_no_browser_would_send_is_refused(world, service):
    owner, good = signed_in(world, "owner"), service.browser().subscription()
    elsewhere = ({"endpoint": "https://evil.example/x"}, {"endpoint": "http://127.0.0.1:1/x"})
    for change in (*elsewhere, {"p256dh": "AAAA"}, {"auth": "AAAA"}):
        answer = owner.post(API + "/devices", json.dumps(good | change), content_type="application/json")
        assert answer.status_code == 422, change
    for times in ({"zone": "Mars/Olympus"}, {"zone": "UTC", "quiet": [{"days": [7], "start": 0, "end": 1}]}):
        assert owner.put(API + "/times", json.dumps(times), content_type="application/json").status_code == 422
    assert Device.objects.count() == 0


def test_the_table_itself_shows_nobody_elses_devices(world, service):
    from zegel.server.kernel.tenancy import acting_as

    subscribed(world, service)
    tell()
    for party in (WORLD.person("operator").party, WORLD.person("technician").party):
        with acting_as(WORLD.party(party).id):
            assert Device.objects.count() == Notice.objects.count() == 0
    assert Class.ALARM in ALARMS
