# SPDX-License-Identifier: EUPL-1.2
"""Whose a frame is where several panels or alarm centres may be meant. Without a database."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from zegel.protocols import dc09
from zegel.server.signals.numbers import overlap, plain
from zegel.server.signals.receivers import replays
from zegel.server.signals.receivers.accounts import Accounts, Line
from zegel.server.signals.receivers.replays import Opened

ONE, TWO = UUID(int=1), UUID(int=2)


def panel(provider: UUID = ONE, receiver: str = "", line: str = "", account: str = "1234") -> dict[str, Any]:
    return {
        "id": uuid4(), "line": ONE, "provider": provider, "account": account, "receiver_no": receiver, "line_no": line,
        "key_wrapped": None, "kinds": [], "drift_ms": 0, "encryption_required": False, "plain_until": None,
    }  # fmt: skip


def known(*panels: dict[str, Any]) -> Accounts:
    accounts = Accounts()
    for one in panels:
        accounts._put(one)
    return accounts


def head(receiver: str | None = None, line: str | None = "0") -> dc09.Header:
    return dc09.header(dc09.write("SIA-DCS", "1234", "#1234|Nri1/BA1", receiver=receiver, line=line))


def found(accounts: Accounts, of: dc09.Header) -> Any:
    account = accounts.find(of)
    return None if account is None else account.id


@pytest.mark.parametrize(("receiver", "line"), [("0", ""), ("00", "0"), ("2", "1"), ("02", "")])
def test_who_had_an_account_first_is_never_displaced_by_another_providers(receiver: str, line: str) -> None:
    first, later = panel(ONE), panel(TWO, receiver, line)
    accounts = known(first, later)
    assert found(accounts, head("2", "1")) == first["id"]
    accounts._put(first)  # its key was changed, say
    assert found(accounts, head("2", "1")) == first["id"]


def test_of_one_provider_the_numbers_that_fit_best_decide() -> None:
    any_, second = panel(ONE), panel(ONE, "2")
    accounts = known(any_, second)
    assert found(accounts, head("2")) == second["id"]
    assert found(accounts, head("0002")) == second["id"]
    assert found(accounts, head("3")) == any_["id"]


def test_numbers_are_compared_without_their_zeros() -> None:
    assert plain(" 0a ") == "A"
    assert plain("00") == plain(None) == ""
    assert overlap(("", ""), ("2", "1"))
    assert not overlap(("1", ""), ("2", ""))


def lines(*told: tuple[UUID, str]) -> Accounts:
    accounts = Accounts()
    for centre, receiver in told:
        row = {"id": uuid4(), "receiver_no": receiver, "line_no": "", "plain_until": None}
        accounts._lines[row["id"]] = Line(row, centre)
    return accounts


def test_with_several_alarm_centres_an_unknown_account_goes_only_where_its_numbers_say() -> None:
    several = lines((ONE, ""), (TWO, "2"))
    assert several.line_of(head()) is None
    assert several.line_of(head("3")) is None
    named = several.line_of(head("2"))
    assert named is not None
    assert named.centre == TWO
    assert lines((ONE, "2"), (TWO, "2")).line_of(head("2")) is None


def test_what_was_inside_a_message_is_known_for_as_long_as_a_recording_of_it_may_pass() -> None:
    opened = Opened()
    assert opened.first(b"inside", b"key of 1", 0) == (b"key of 1", False)
    assert opened.first(b"other", b"key of 2", 0) == (b"key of 2", False)
    assert opened.first(b"inside", b"key of 9", 60_000) == (b"key of 1", True)
    assert opened.first(b"inside", b"key of 9", 60_000 * 60) == (b"key of 9", False)
    for number in range(3 * replays.MOST_REMEMBERED):
        opened.first(b"%d" % number, b"", 0)
    assert len(opened._first) <= replays.MOST_REMEMBERED


def test_with_one_alarm_centre_it_goes_to_its_oldest_line() -> None:
    only = lines((ONE, "5"), (ONE, "6"))
    oldest = only.line_of(head())
    assert oldest is not None
    assert oldest.receiver_no == "5"
