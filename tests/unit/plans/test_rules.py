# SPDX-License-Identifier: EUPL-1.2
"""What a plan may say, who may be called when, and what a code word is worth."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.plans import rules
from zegel.server.plans.errors import BadCodeWord, BadContact, BadPlan
from zegel.server.plans.rules import CodeWord, Hours, Step, StepKind, Words

KNOWN = uuid4()
CALL = Step(StepKind.CALL_CONTACT, attempts=1)


@pytest.mark.parametrize(
    ("steps", "step", "field"),
    [
        ([], 0, ""),
        ([Step(StepKind.NOTE)], 1, "text"),
        ([Step(StepKind.LOOK, "x" * 501)], 1, "text"),
        ([Step(StepKind.LOOK, "a\x00b")], 1, "text"),
        ([Step(StepKind.LOOK), Step(StepKind.CALL_CONTACT)], 2, "attempts"),
        ([Step(StepKind.CALL_CONTACT, attempts=6)], 1, "attempts"),
        ([Step(StepKind.CALL_CONTACT, attempts=1, contact=uuid4())], 1, "contact"),
        ([Step(StepKind.LOOK, attempts=1)], 1, "contact"),
        ([Step(StepKind.LOOK, code_word=True)], 1, "contact"),
        ([Step(StepKind.WAIT)], 1, "wait_s"),
        ([Step(StepKind.WAIT, wait_s=3601)], 1, "wait_s"),
        ([Step(StepKind.LOOK, wait_s=60)], 1, "wait_s"),
        ([Step(StepKind.LOOK, tell_contacts=True)], 1, "tell_contacts"),
        ([Step(StepKind.CLOSE_SUGGEST, close_code="recalled")], 1, "close_code"),
        ([Step(StepKind.LOOK, close_code="test")], 1, "close_code"),
        ([Step(StepKind.CLOSE_SUGGEST), Step(StepKind.LOOK)], 1, "kind"),
        ([Step(StepKind.LOOK)] * 31, 0, ""),
    ],
)
def test_a_step_that_can_not_be_followed_is_refused_by_name(steps: list[Step], step: int, field: str) -> None:
    with pytest.raises(BadPlan) as refused:
        rules.check_steps(steps, {KNOWN})
    assert (refused.value.step, refused.value.field) == (step, field)
    assert refused.value.action


def test_a_whole_plan_is_taken_and_comes_back_as_it_was() -> None:
    plan = (
        Step(StepKind.LOOK, "Who is there?"), Step(StepKind.CALL_CONTACT, contact=KNOWN, attempts=2, code_word=True),
        Step(StepKind.CALL_POLICE), Step(StepKind.SEND_GUARD, tell_contacts=True), Step(StepKind.WAIT, wait_s=300),
        Step(StepKind.NOTE, "Leave the gate open"), Step(StepKind.CLOSE_SUGGEST, close_code="genuine"),
    )  # fmt: skip
    rules.check_steps(plan, {KNOWN})
    assert rules.read_steps(rules.written(plan)) == plan


@pytest.mark.parametrize(
    ("raw", "step", "field"),
    [
        ({}, 0, ""), ("look", 0, ""), ([1], 1, ""), ([{"kind": "dance"}], 1, "kind"), ([{"text": "no kind"}], 1, ""),
        ([{"kind": "look"}, {"kind": "wait", "wait_s": "soon"}], 2, "wait_s"), ([{"kind": "look", "sudo": 1}], 1, ""),
        ([{"kind": "call_contact", "contact": "nobody"}], 1, "contact"),
    ],
)  # fmt: skip
def test_what_has_not_the_form_of_a_plan_is_refused(raw: object, step: int, field: str) -> None:
    with pytest.raises(BadPlan) as refused:
        rules.read_steps(raw)
    assert (refused.value.step, refused.value.field) == (step, field)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(ANYTHING)
def test_nothing_but_a_plan_or_a_refusal_comes_of_anything(raw: object) -> None:
    try:
        steps = rules.read_steps(raw)
        rules.check_steps(steps, set())
    except BadPlan:
        return
    assert rules.read_steps(rules.written(steps)) == steps


@pytest.mark.parametrize("classes", [(), ("burglary", "burglary"), ("flood",)])
def test_a_plan_is_for_known_classes_each_once(classes: tuple[str, ...]) -> None:
    with pytest.raises(BadPlan):
        rules.check_classes(classes)


def test_every_kind_of_step_has_outcomes_and_can_be_skipped() -> None:
    for kind in StepKind:
        assert rules.outcomes_of(kind)[-1] == rules.SKIPPED
        assert len(rules.outcomes_of(kind)) >= 2


# --- contacts ---


@pytest.mark.parametrize("number", ["+31 10 123 45 67", "0101234567", "+46 (0)70-123 45 67", "112345"])
def test_a_number_as_it_is_dialled_is_taken(number: str) -> None:
    assert rules.checked_phones([{"number": number}])[0].number == number


@pytest.mark.parametrize(
    "raw",
    [
        [],
        [{"number": "call me"}],
        [{"number": "12"}],
        [{"number": "+31 10 123 45 67"}] * 5,
        "0101234567",
        [{"number": "0101234567\n"}],
    ],
)
def test_what_nobody_could_dial_is_refused(raw: object) -> None:
    with pytest.raises(BadContact):
        rules.checked_phones(raw)


@pytest.mark.parametrize(
    "raw",
    [
        [{"days": [], "start": "08:00", "end": "17:00"}], [{"days": [7], "start": "08:00", "end": "17:00"}],
        [{"days": [0], "start": "8:00", "end": "17:00"}], [{"days": [0], "start": "24:00", "end": "17:00"}],
        [{"days": [0, 0], "start": "08:00", "end": "17:00"}], [{"days": [0]}], 3,
    ],
)  # fmt: skip
def test_hours_that_no_clock_shows_are_refused(raw: object) -> None:
    with pytest.raises(BadContact):
        rules.checked_hours(raw)


AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = (Hours((0, 1, 2, 3, 4), "08:00", "17:00"),)
NIGHT = (Hours((4,), "22:00", "06:00"),)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "may"),
    [
        ((), "2026-11-22T03:00", True),
        (OFFICE, "2026-11-23T08:00", True), (OFFICE, "2026-11-23T07:59", False), (OFFICE, "2026-11-23T17:00", False),
        (OFFICE, "2026-11-22T12:00", False),
        (NIGHT, "2026-11-27T23:00", True), (NIGHT, "2026-11-28T05:59", True), (NIGHT, "2026-11-28T06:00", False),
        (NIGHT, "2026-11-27T05:00", False),
        # the nights in which the clock changes: the hours are what the clock on the wall says
        ((Hours((6,), "02:30", "03:30"),), "2026-03-29T03:10", True),
        ((Hours((6,), "02:30", "03:30"),), "2026-10-25T02:40", True),
    ],
)  # fmt: skip
def test_somebody_is_called_within_his_hours_by_the_sites_clock(
    hours: tuple[Hours, ...], moment: str, may: bool
) -> None:
    assert rules.reachable(hours, "Europe/Amsterdam", at(moment)) is may


@given(st.integers(0, 366 * 1440), st.integers(0, 23), st.integers(0, 59), st.integers(1, 1439))
def test_hours_of_every_day_are_those_of_the_wall_clock_on_any_day(since: int, h: int, m: int, length: int) -> None:
    """Also around the changes of the clock: decided again by minutes of the day alone."""
    start, end = h * 60 + m, (h * 60 + m + length) % 1440
    hours = (Hours(tuple(range(7)), f"{h:02}:{m:02}", f"{end // 60:02}:{end % 60:02}"),)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=since)
    wall = moment.astimezone(AMSTERDAM)
    minute = wall.hour * 60 + wall.minute
    expected = start <= minute < end if start < end else minute >= start or minute < end
    assert rules.reachable(hours, "Europe/Amsterdam", moment) is expected


# --- code words ---

PEPPER = os.urandom(32)


def stored(word: str) -> bytes:
    return rules.hashed(rules.checked_word(word), PEPPER, os.urandom(16))


def test_a_word_holds_however_it_is_written_down() -> None:
    words = Words(stored("Zilver Meeuw"), stored("rode fiets"))
    for heard in ("zilver meeuw", "ZILVERMEEUW", " Zilver-Meeuw. "):
        assert rules.judge(heard, words, PEPPER) is CodeWord.VALID
    assert rules.judge("Rode Fiets", words, PEPPER) is CodeWord.DURESS
    for wrong in ("zilver", "zilvermeeuwen", "", "   ", "rode", "\x00", "é" * 500):
        assert rules.judge(wrong, words, PEPPER) is CodeWord.WRONG


def test_who_has_no_word_is_never_right_and_it_takes_as_long() -> None:
    for guess in ("", "0000", "\x00" * 48):
        assert rules.judge(guess, Words(None, None), PEPPER) is CodeWord.WRONG
    for words in (Words(None, None), Words(stored("zilver"), None), Words(stored("zilver"), stored("rode"))):
        assert _derivations(words) == 2


def _derivations(words: Words) -> int:
    """How many times the slow function ran: the time that an answer takes, without a stopwatch."""
    done, real = [], rules.hashed
    try:
        rules.hashed = lambda *given: (done.append(1), real(*given))[1]  # type: ignore[assignment,func-returns-value]
        rules.judge("rode", words, PEPPER)
    finally:
        rules.hashed = real  # type: ignore[assignment]
    return len(done)


def test_the_same_word_is_stored_differently_each_time_and_not_without_the_pepper() -> None:
    first, second = stored("zilver"), stored("zilver")
    assert first != second
    assert rules.judge("zilver", Words(first, None), os.urandom(32)) is CodeWord.WRONG
    assert b"zilver" not in first


@pytest.mark.parametrize("word", ["", "abc", "- - -", "x" * 61, "a " * 100])
def test_a_word_that_is_too_short_or_too_long_is_refused(word: str) -> None:
    with pytest.raises(BadCodeWord):
        rules.checked_word(word)


@pytest.mark.parametrize(
    ("code", "duress"), [("zilver", "zilver"), ("zilver", "zilvermeeuw"), ("zilvermeeuw", "zilver")]
)
def test_a_duress_word_that_could_be_heard_for_the_other_is_refused(code: str, duress: str) -> None:
    with pytest.raises(BadCodeWord):
        rules.check_pair(code, duress)


def test_tries_are_few_enough_that_a_word_can_not_be_guessed_within_a_night() -> None:
    a_night = timedelta(hours=12) / rules.TRIES_WINDOW * rules.TRIES_PER_CONTACT
    assert a_night < 250


def test_plans_speak_of_every_class_that_makes_an_alarm_and_of_real_closing_codes() -> None:
    from zegel.protocols.events import SignalClass
    from zegel.server.alarms.rules import CloseCode

    never_alarm = {
        SignalClass.OPEN_CLOSE, SignalClass.CANCEL_RECALL, SignalClass.RESTORE, SignalClass.INFO,
    }  # fmt: skip
    assert set(rules.CLASSES) == {one.value for one in SignalClass} - {one.value for one in never_alarm} | {rules.OTHER}
    assert set(rules.SUGGESTED) == {one.value for one in CloseCode} - {CloseCode.RECALLED.value} | {""}
