# SPDX-License-Identifier: EUPL-1.2
"""Code words: not to be guessed by one operator or by many, read from a back-up, or told by the answer."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from tests.actors import World
from tests.attack.test_door_routes import signed_in
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.server.alarms import actions as alarms
from zegel.server.alarms.models import Asked
from zegel.server.centre.jobs import forget_asked
from zegel.server.kernel import clock, tenancy
from zegel.server.plans import actions, queries
from zegel.server.plans.errors import TooManyTries
from zegel.server.plans.models import CodeWordTry, Contact
from zegel.server.plans.rules import CodeWord

DEHAAN, YARD = WORLD.party("dehaan").id, WORLD.site("yard")


def contacts() -> list[Contact]:
    with tenancy.acting_as(DEHAAN):
        return list(queries.contacts_of(YARD.id))


def test_many_guesses_at_once_are_counted_one_by_one(world: World) -> None:
    first = contacts()[0]
    outcomes: list[str] = []
    ready = threading.Barrier(12)

    def guess(number: int) -> None:
        from django.db import connections

        person = ("operator", "operator2", "supervisor")[number % 3]
        ready.wait()
        try:
            outcomes.append(actions.check_code_word(world.actor(person), YARD.id, first.id, f"guess {number}").value)
        except TooManyTries:
            outcomes.append("refused")
        finally:
            connections.close_all()

    guessing = [threading.Thread(target=guess, args=[number]) for number in range(12)]
    for one in guessing:
        one.start()
    for one in guessing:
        one.join()
    assert sorted(outcomes) == ["refused"] * 7 + ["wrong"] * 5


def test_one_operator_can_not_try_one_word_on_everybody(world: World) -> None:
    operator, planner = world.actor("operator"), world.actor("planner")
    people = contacts()
    for number in range(3, 8):
        person = actions.Person(f"Person {number}", (actions.rules.Phone("+31 6 0000 0199"),))
        people.append(actions.add_contact(planner, YARD.id, person))
    tried = 0
    with pytest.raises(TooManyTries):
        for word in ("guess one", "guess two", "guess three", "guess four"):
            for person in people:
                actions.check_code_word(operator, YARD.id, person.id, word)
                tried += 1
    assert tried == 20
    with stopped_clock(clock.now() + timedelta(minutes=16)):
        assert actions.check_code_word(operator, YARD.id, people[0].id, "zilvermeeuw") is CodeWord.VALID


def test_a_stolen_table_holds_no_word(world: World) -> None:
    with tenancy.acting_as(DEHAAN), connection.cursor() as cursor:
        for table in ("plans_contact", "plans_codewordtry", "kernel_outboxevent"):
            cursor.execute(f"SELECT * FROM {table}")
            rows = f"{[[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()]!r}"
            for contact in YARD.contacts:
                for word in filter(None, (contact.code_word, contact.duress_word)):
                    assert word not in rows


def test_the_api_tells_an_operator_the_outcome_and_no_word_and_the_owner_nothing(world: World, case: Any) -> None:
    alarms.claim(world.actor("operator"), case.alarm_id)
    operator, first = signed_in(world, "operator"), contacts()[0]
    path, body = f"/api/v1/alarms/{case.alarm_id}/code-word", {"contact_id": str(first.id), "word": "zilvermeeuw"}
    answer = operator.post(path, json.dumps(body), content_type="application/json")
    assert answer.json() == {"outcome": "valid", "tries_left": 5, "duress": False}
    for person in ("owner", "foreman", "household", "technician", "planner"):
        refused = signed_in(world, person).post(path, json.dumps(body), content_type="application/json")
        assert refused.status_code in {403, 404}, person
    listed = signed_in(world, "planner").get(f"/api/v1/sites/{YARD.id}/contacts").json()
    assert listed["contacts"][0]["has_code_word"] is True
    assert "zilver" not in json.dumps(listed)


def test_an_operator_sees_no_contacts_but_those_of_an_alarms_plan(world: World) -> None:
    operator = signed_in(world, "operator")
    for path in (f"/api/v1/sites/{YARD.id}/contacts", f"/api/v1/sites/{YARD.id}/guards"):
        assert operator.get(path).status_code == 403


def test_a_refused_try_is_written_down_too(world: World) -> None:
    first = contacts()[0]
    for _ in range(5):
        actions.check_code_word(world.actor("operator"), YARD.id, first.id, "guess")
    for _ in range(3):
        with pytest.raises(TooManyTries):
            actions.check_code_word(world.actor("operator2"), YARD.id, first.id, "guess")
    with tenancy.acting_as(DEHAAN):
        assert CodeWordTry.objects.filter(outcome="refused").count() == 3


def test_in_the_database_itself_another_party_reads_no_plan_contact_or_guard(world: World, case: Any) -> None:
    from zegel.server.dispatch import actions as dispatch

    alarms.claim(world.actor("operator"), case.alarm_id)
    dispatch.request(world.actor("operator"), case.alarm_id)
    actions.check_code_word(world.actor("operator"), YARD.id, contacts()[0].id, "guess")
    waak = WORLD.party("waak").id
    for person in ("household", "nordplan"):
        with tenancy.acting_as(world.actor(person).party_id), connection.cursor() as cursor:
            for table in (
                "plans_actionplan", "plans_planversion", "plans_planclass", "plans_contact", "plans_codewordtry",
                "plans_siteguidance", "dispatch_guard", "dispatch_dispatch",
            ):  # fmt: skip
                cursor.execute(f"SELECT count(*) FROM {table} WHERE owner_id = ANY(%s)", [[DEHAAN, waak]])
                assert cursor.fetchone()[0] == 0, table


def test_what_is_kept_of_a_request_is_no_help_to_guess_the_word_that_was_in_it(world: World, case: Any) -> None:
    """Who has a copy of the database knows the contact and every likely word; the word must not be in what he has."""
    operator, first = signed_in(world, "operator"), contacts()[0]
    operator.post(f"/api/v1/alarms/{case.alarm_id}/claim")
    path, key = f"/api/v1/alarms/{case.alarm_id}/recall-by-word", str(uuid4())

    def say(word: str, key: str) -> dict[str, Any]:
        body = json.dumps({"contact_id": str(first.id), "word": word})
        answer = operator.post(path, body, content_type="application/json", headers={"Idempotency-Key": key})
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    assert say("wrong one", key)["word"] == "wrong"
    with tenancy.acting_as(world.actor("operator").party_id):
        kept = bytes(Asked.objects.get(key=key).body)
        told = json.dumps({"contact_id": str(first.id), "word": "wrong one"}).encode()
        assert kept not in {hashlib.sha256(asked).digest() for asked in (told, first.id.bytes, b"wrong one")}
    assert say("another", other := str(uuid4()))["word"] == "wrong"
    with tenancy.acting_as(world.actor("operator").party_id):
        assert bytes(Asked.objects.get(key=other).body) == kept, "nothing that was kept depends on the word"
    assert say("another", key)["word"] == "wrong", "asked again it is not tried again"


def test_what_is_kept_of_requests_goes_by_itself_after_two_days(world: World, case: Any) -> None:
    operator = signed_in(world, "operator")
    operator.post(f"/api/v1/alarms/{case.alarm_id}/claim", headers={"Idempotency-Key": str(uuid4())})
    centre = world.actor("operator").party_id

    def kept() -> int:
        with tenancy.acting_as(centre):
            return Asked.objects.count()

    forget_asked(0)
    assert kept() == 1
    with stopped_clock(clock.now() + timedelta(days=2, seconds=1)):
        forget_asked(0)
    assert kept() == 0
