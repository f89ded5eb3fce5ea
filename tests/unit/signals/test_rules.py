# SPDX-License-Identifier: EUPL-1.2
"""What is sent again, what may come in plain, and when silence is one event: the rules, tried by the dice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from zegel.server.signals.rules import (
    AGAIN_MS,
    MASS_AT_LEAST,
    Guarded,
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


def test_what_was_not_answered_may_always_be_a_repetition() -> None:
    memory = Memory()
    assert not memory.is_new(A, 0, 1000, 1)
    assert not memory.is_new(B, 1, 2000, 1)
    assert not memory.is_new(A, 2, 3000, 2)


def test_what_was_answered_and_followed_on_the_same_connection_is_new_when_it_comes_again() -> None:
    memory = Memory()
    memory.is_new(A, 0, 1000, 1)
    memory.answered(A, 1)
    memory.is_new(B, 10, 2000, 1)
    assert memory.is_new(A, 20, 3000, 2)
    assert not memory.is_new(A, 30, 3500, 2), "and its own repetition is one"


def test_who_sends_on_without_waiting_may_not_have_had_its_answer() -> None:
    memory = Memory()
    memory.is_new(A, 0, 1000, 1, patient=False)
    memory.answered(A, 1)
    memory.is_new(B, 10, 2000, 1, patient=False)
    assert not memory.is_new(A, 20, 3000, 2)


def test_the_same_time_inside_is_a_repetition_whatever_happened_since() -> None:
    memory = Memory()
    memory.is_new(A, 0, 1000, 1)
    memory.answered(A, 1)
    memory.is_new(B, 10, 2000, 1)
    assert not memory.is_new(A, 20, 1000, 2)


def test_a_second_way_that_repeats_what_the_first_one_said_proves_nothing() -> None:
    memory = Memory()
    for key, connection in ((A, 1), (A, 2), (B, 1), (B, 2)):
        assert not memory.is_new(key, 0, None, connection)
        memory.answered(key, connection)


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(0, 3), st.booleans()), max_size=60))
def test_nothing_is_called_new_that_this_memory_did_not_hear_before(said: list[tuple[bytes, int, bool]]) -> None:
    memory, heard = Memory(), set()
    for number, (key, connection, answered) in enumerate(said):
        new = memory.is_new(key, number, number * 1000, connection)
        assert not new or key in heard
        heard.add(key)
        if answered:
            memory.answered(key, connection)


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=200))
def test_what_is_remembered_of_a_panel_is_bounded(keys: list[bytes]) -> None:
    memory = Memory()
    for number, key in enumerate(keys):
        memory.is_new(key, number, None, 1)
        memory.answered(key, 1)
    assert len(memory._heard) <= 32
    assert len(memory._answered) <= 33


def test_after_the_window_the_database_decides() -> None:
    memory = Memory()
    memory.is_new(A, 0, None, 1)
    memory.answered(A, 1)
    memory.is_new(B, 1, None, 1)
    assert not memory.is_new(A, AGAIN_MS + 1, None, 1), "the key is old there too, so it is stored as another event"


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
