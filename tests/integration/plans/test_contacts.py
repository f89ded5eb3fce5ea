# SPDX-License-Identifier: EUPL-1.2
"""Whom to call, in which order, and whether the word that he says is his."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from tests.actors import World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.server.gate import Denied
from zegel.server.kernel import clock as kernel_clock
from zegel.server.kernel import tenancy
from zegel.server.kernel.models import OutboxEvent
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.plans import actions, queries
from zegel.server.plans.actions import InsideTransaction, Person
from zegel.server.plans.errors import BadCodeWord, BadContact, TooManyTries, UnknownContact, UnknownPlan
from zegel.server.plans.models import CodeWordTry, Contact
from zegel.server.plans.rules import CodeWord, Hours, Phone, StepKind

YARD = WORLD.site("yard")
DEHAAN = WORLD.party("dehaan").id
YUSUF = Person("Yusuf", (Phone("+31 6 0000 0101"),), hours=(Hours((0, 1, 2, 3, 4), "08:00", "17:00"),))


def contacts(party: UUID = DEHAAN) -> list[Contact]:
    with tenancy.acting_as(party):
        return list(queries.contacts_of(YARD.id))


def said(world: World, contact: Contact, word: str, person: str = "operator", **more: Any) -> CodeWord:
    return actions.check_code_word(world.actor(person), YARD.id, contact.id, word, **more)


def test_the_demos_contacts_are_there_in_order_and_their_words_hold(world: World) -> None:
    there = contacts()
    assert [one.name for one in there] == [one.name for one in YARD.contacts]
    assert said(world, there[0], "Zilver Meeuw") is CodeWord.VALID
    assert said(world, there[0], "rode fiets") is CodeWord.DURESS
    assert said(world, there[0], "rode meeuw") is CodeWord.WRONG
    assert said(world, there[2], "") is CodeWord.WRONG, "who has no word is never right"


def test_a_contact_is_added_changed_moved_and_removed_without_a_trace_of_him(world: World) -> None:
    planner = world.actor("planner")
    new = actions.add_contact(planner, YARD.id, YUSUF)
    assert contacts()[-1].id == new.id
    actions.set_words(planner, new.id, "kadekraan 9")
    actions.change_contact(planner, new.id, replace(YUSUF, name="Yusuf D.", tell_guard=True))
    actions.order_contacts(planner, YARD.id, [new.id, *(one.id for one in contacts()[:-1])])
    assert contacts()[0].name == "Yusuf D."
    assert said(world, contacts()[0], "kadekraan 9") is CodeWord.VALID, "a change of his number keeps his word"
    actions.remove_contact(planner, new.id)
    assert new.id not in {one.id for one in contacts()}
    with tenancy.acting_as(DEHAAN):
        row = Contact.objects.get(id=new.id)
    assert (row.name, row.phones, row.code_word, row.relation) == ("", [], None, "")
    with pytest.raises(UnknownContact):
        said(world, row, "kadekraan 9")


def test_an_order_that_forgets_somebody_is_refused(world: World) -> None:
    there = [one.id for one in contacts()]
    for order in (there[:-1], [*there, there[0]], []):
        with pytest.raises(BadContact):
            actions.order_contacts(world.actor("planner"), YARD.id, order)
    assert [one.id for one in contacts()] == there


def test_a_contact_whom_nobody_could_call_is_refused(world: World) -> None:
    for person in (
        replace(YUSUF, name=" "), replace(YUSUF, phones=()), replace(YUSUF, language="xx"),
        replace(YUSUF, name="x" * 121), replace(YUSUF, guard_note="x" * 301),
        replace(YUSUF, hours=(Hours((9,), "08:00", "09:00"),)),
    ):  # fmt: skip
        with pytest.raises(BadContact):
            actions.add_contact(world.actor("planner"), YARD.id, person)


def test_the_duress_word_differs_from_the_code_word(world: World) -> None:
    with pytest.raises(BadCodeWord):
        actions.set_words(world.actor("planner"), contacts()[0].id, "zilvermeeuw", "ZILVER MEEUW")


def test_a_pinned_call_shows_who_may_be_called_now(world: World) -> None:
    operator = world.actor("operator")
    with tenancy.acting_as(DEHAAN):
        version = queries.pin(YARD.id, "burglary")
    assert version is not None
    night, noon = datetime(2026, 11, 22, 2, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)
    for at, office in ((night, False), (noon, True)):
        pinned = queries.pinned(operator, version.id, YARD.id, at)
        assert pinned is not None
        call = next(one for one in pinned.steps if one.step.kind is StepKind.CALL_CONTACT)
        assert [person.reachable for person in call.contacts] == [True, True, office]
        assert call.contacts[0].has_code_word


def test_every_try_is_in_the_log_and_a_duress_word_reads_like_a_success_there(world: World) -> None:
    first = contacts()[0]
    for word in ("zilvermeeuw", "rode fiets", "something else"):
        said(world, first, word)
    owner = world.actor("owner")
    with tenancy.acting_as(owner.party_id, owner.id):
        entries = ledger.entries([Kind.CODE_WORD], DEHAAN, since_ms=0)
    assert sorted(entry.said.facts["accepted"] for entry in entries) == [False, True, True]
    assert not any("duress" in f"{entry.said.facts}" for entry in entries)
    with tenancy.acting_as(DEHAAN):
        assert set(CodeWordTry.objects.values_list("outcome", flat=True)) == {"valid", "duress", "wrong"}


def test_under_duress_whoever_must_know_is_told_and_the_browsers_are_not(world: World) -> None:
    from zegel.server.realtime.events import TOPICS

    said(world, contacts()[0], "zilvermeeuw")
    assert "codeword.duress" not in topics()
    said(world, contacts()[0], "rode fiets")
    assert "codeword.duress" in topics()
    assert "codeword.duress" not in TOPICS


def topics() -> list[str]:
    with tenancy.acting_as(None):
        return list(OutboxEvent.objects.values_list("topic", flat=True))


def test_after_five_wrong_words_nothing_is_compared_for_a_quarter_of_an_hour(world: World) -> None:
    first = contacts()[0]
    with stopped_clock(kernel_clock.now() + timedelta(minutes=1)) as clock:
        for guess in range(5):
            assert said(world, first, f"guess number {guess}") is CodeWord.WRONG
        with pytest.raises(TooManyTries) as refused:
            said(world, first, "zilvermeeuw")
        assert 0 < refused.value.retry_after_s <= 900
        assert said(world, contacts()[1], "kadekraan") is CodeWord.VALID, "another contact is not held back by it"
        clock.advance(timedelta(minutes=15, seconds=1))
        assert said(world, first, "zilvermeeuw") is CodeWord.VALID


def test_a_try_stays_counted_whatever_happens_to_its_caller(world: World) -> None:
    with pytest.raises(InsideTransaction), transaction.atomic():
        said(world, contacts()[0], "guess")


def test_only_the_alarm_centre_asks_for_a_word(world: World) -> None:
    for person in ("planner", "technician", "owner", "household", "nordplan", "foreman"):
        with pytest.raises((Denied, UnknownContact)):
            said(world, contacts()[0], "zilvermeeuw", person)
    with tenancy.acting_as(DEHAAN):
        assert not CodeWordTry.objects.exists()


def test_who_plans_nothing_there_changes_no_contact(world: World) -> None:
    first = contacts()[0]
    for person in ("operator", "technician", "household", "nordplan", "foreman"):
        actor = world.actor(person)
        for attempt in (
            partial(actions.add_contact, actor, YARD.id, YUSUF),
            partial(actions.change_contact, actor, first.id, YUSUF),
            partial(actions.set_words, actor, first.id, "my own word"),
            partial(actions.clear_words, actor, first.id),
            partial(actions.remove_contact, actor, first.id),
            partial(actions.order_contacts, actor, YARD.id, [first.id]),
            partial(actions.set_guidance, actor, YARD.id, "Here", ""),
        ):
            with pytest.raises((Denied, UnknownContact, UnknownPlan)):
                attempt()
    assert said(world, first, "zilvermeeuw") is CodeWord.VALID


def test_a_contact_of_one_site_is_not_asked_about_another(world: World) -> None:
    with pytest.raises(UnknownContact):
        actions.check_code_word(world.actor("operator"), WORLD.site("villa").id, contacts()[0].id, "zilvermeeuw")
