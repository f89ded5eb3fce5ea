# SPDX-License-Identifier: EUPL-1.2
"""What is sent again, what may come in plain, and when silence is one event: the rules, tried by the dice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from zegel.server.signals.rules import (
    KEPT_FOR_MS,
    KEPT_OF_ONE,
    MASS_AT_LEAST,
    RETRY_SPAN_MS,
    Guarded,
    Kept,
    Memory,
    Silent,
    Verdict,
    dedupe_key,
    frame_key,
    judge,
    outage_over,
    sort_silence,
    without_key,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
A, B, C = b"a" * 16, b"b" * 16, b"c" * 16
LINES = [UUID(int=number) for number in range(1, 4)]
PROVIDERS = [UUID(int=number) for number in range(11, 15)]


# --- sent again ---


def heard(memory: Memory, key: bytes, at_ms: int, sent_ms: int | None = None, *, answered: bool = True) -> bool | None:
    new = memory.is_new(key, at_ms, sent_ms)
    if answered:
        memory.answered(key)
    return new


def test_what_was_not_answered_may_always_be_a_repetition() -> None:
    memory = Memory()
    assert heard(memory, A, 0, 1000, answered=False) is None
    assert heard(memory, B, 1, 2000, answered=False) is None
    assert heard(memory, A, 2, 3000, answered=False) is False


def test_what_was_answered_and_followed_is_new_when_it_comes_again() -> None:
    memory = Memory()
    heard(memory, A, 0)
    heard(memory, B, 10)
    assert heard(memory, A, 20) is True
    assert heard(memory, A, 30) is False, "and its own repetition is one"


def test_the_same_time_inside_is_a_repetition_whatever_happened_since() -> None:
    memory = Memory()
    heard(memory, A, 0, 1000)
    heard(memory, B, 10, 2000)
    assert heard(memory, A, 20, 1000) is False


def test_a_time_further_off_than_anybody_repeats_is_another_event() -> None:
    memory = Memory()
    heard(memory, A, 0, 1000)
    assert heard(memory, A, 5, 3000) is False, "a resend may tell a fresh time"
    assert heard(memory, A, 10, 3001 + RETRY_SPAN_MS) is True


def test_a_second_way_that_repeats_what_the_first_one_said_proves_nothing() -> None:
    memory = Memory()
    for key in (A, A, B, B):
        assert not heard(memory, key, 0)


def test_after_the_retry_span_the_database_decides() -> None:
    memory = Memory(retry_span_ms=5_000)
    heard(memory, A, 0)
    assert heard(memory, A, 5_000) is False
    assert heard(memory, A, 10_000) is False, "it counts from the last one"
    assert heard(memory, A, 15_001) is None, "the key is old there too, so it is stored as another event"


steps = st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(0, 40_000), st.integers(0, 3)), max_size=40)


@given(steps)
def test_every_event_is_one_and_every_resend_is_none_in_whatever_order(said: list[tuple[bytes, int, int]]) -> None:
    """A panel without a counter or a clock, each message by a connection of its own: it repeats what it isn't told that
    we have, and only then sends the next."""
    memory, now_ms, before = Memory(), 0, b""
    for key, pause_ms, resends in said:
        now_ms += pause_ms + (RETRY_SPAN_MS + 1 if key == before else 0)
        assert heard(memory, key, now_ms, answered=resends == 0) is not False, "a real event is never folded"
        for left in range(resends, 0, -1):
            now_ms += 8_000
            assert heard(memory, key, now_ms, answered=left == 1) is False, "a resend is never an event"
        before = key


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.booleans()), max_size=60))
def test_nothing_is_called_new_that_this_memory_did_not_hear_before(said: list[tuple[bytes, bool]]) -> None:
    memory, known = Memory(), set()
    for number, (key, answered) in enumerate(said):
        new = heard(memory, key, number, number * 1000, answered=answered)
        assert not new or key in known
        known.add(key)


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=200))
def test_what_is_remembered_of_a_panel_is_bounded(keys: list[bytes]) -> None:
    memory = Memory()
    for number, key in enumerate(keys):
        heard(memory, key, number)
    assert len(memory._heard) <= 32


@given(st.lists(st.text(max_size=6), max_size=5), st.lists(st.text(max_size=6), max_size=5))
def test_other_parts_have_another_key(one: list[str], other: list[str]) -> None:
    assert (dedupe_key(*one) == dedupe_key(*other)) == (one == other)


@given(st.lists(st.sampled_from(["", "0", "1", "12", "A", "AB"]), min_size=5, max_size=5),
       st.lists(st.sampled_from(["", "0", "1", "12", "A", "AB"]), min_size=5, max_size=5),
       st.text(max_size=5), st.text(max_size=5))  # fmt: skip
def test_other_messages_have_another_key(one: list[str], other: list[str], said: str, told: str) -> None:
    same = (one, said) == (other, told)
    assert (frame_key(A, *one, said) == frame_key(A, *other, told)) == same


@given(st.binary(max_size=60), st.text("0123456789ABCDEF", min_size=1, max_size=64), st.binary(max_size=20))
def test_no_frame_is_kept_with_a_key_in_it(before: bytes, key: str, after: bytes) -> None:
    raw = before + b"[K" + key.encode() + b"]" + after
    assert b"[K" + key.encode() not in without_key(raw)
    assert without_key(before.replace(b"[K", b"")) == before.replace(b"[K", b"")


# --- refused ---


def test_each_refused_frame_has_a_place_and_no_panel_takes_more_than_its_own() -> None:
    kept = Kept()
    places = [kept.has_place(bytes([number]), UUID(int=1), number) for number in range(KEPT_OF_ONE + 30)]
    assert places == [True] * KEPT_OF_ONE + [False] * 30
    assert kept.has_place(bytes([3]), UUID(int=1), 100), "the same again takes no further place"
    assert kept.has_place(b"another", UUID(int=2), 100), "and another panel has its own"
    assert kept.has_place(b"later", UUID(int=1), KEPT_FOR_MS)


# --- in plain ---

moments = st.none() | st.integers(-1000, 1000).map(lambda s: NOW + timedelta(seconds=s))
accounts = st.builds(Guarded, st.booleans(), st.booleans(), moments, moments)


@given(accounts, st.booleans(), st.booleans())
def test_encrypted_is_always_taken(account: Guarded, tls: bool, local: bool) -> None:
    assert judge(account, encrypted=True, tls=tls, local=local, now=NOW) is Verdict.TAKEN


@given(accounts, st.booleans(), st.booleans())
def test_plain_for_an_account_with_a_key_needs_the_panels_own_exception(
    account: Guarded, tls: bool, local: bool
) -> None:
    verdict = judge(account, encrypted=False, tls=tls, local=local, now=NOW)
    in_force = account.plain_until is not None and account.plain_until > NOW
    if account.has_key:
        assert (verdict is Verdict.TAKEN) == (in_force and not account.encryption_required)
        assert verdict in (Verdict.TAKEN, Verdict.DOWNGRADE)
    elif not tls and not local and verdict is Verdict.TAKEN:
        line = account.line_plain_until is not None and account.line_plain_until > NOW
        assert in_force or line


# --- silence ---

paths = st.lists(
    st.builds(Silent, st.integers(1, 10_000), st.just(UUID(int=7)), st.sampled_from(LINES), st.sampled_from(PROVIDERS)),
    max_size=60, unique_by=lambda path: path.path_id,
)  # fmt: skip
counts = st.dictionaries(st.tuples(st.sampled_from(LINES), st.sampled_from(PROVIDERS)), st.integers(0, 400))


@given(paths, counts)
def test_every_silent_path_is_told_exactly_once(
    silent: list[Silent], watched: dict[tuple[UUID, UUID], int]
) -> None:
    told = sort_silence(silent, watched)
    everyone = [path for group in told.groups for path in group.paths] + list(told.single)
    assert sorted(path.path_id for path in everyone) == sorted(path.path_id for path in silent)


@given(paths, counts)
def test_few_are_told_one_by_one_and_many_are_one(
    silent: list[Silent], watched: dict[tuple[UUID, UUID], int]
) -> None:
    told = sort_silence(silent, watched)
    assert all(len(group.paths) >= MASS_AT_LEAST for group in told.groups)
    lines = [group.line_id for group in told.groups if group.provider_id is None]
    assert len(lines) == len(set(lines)), "one for a line"
    if len(silent) < MASS_AT_LEAST:
        assert told.groups == ()


@given(paths)
def test_while_an_outage_lasts_whoever_goes_too_is_part_of_it(silent: list[Silent]) -> None:
    told = sort_silence(silent, {}, [(LINES[0], None)])
    assert all(path.line_id != LINES[0] for path in told.single)


@given(st.integers(0, 1000), st.integers(0, 100_000))
def test_an_outage_that_begins_is_not_over_at_once(missing: int, watched: int) -> None:
    begins = missing >= max(MASS_AT_LEAST, min(0.05 * watched, 1000))
    assert not (begins and outage_over(missing, watched))
