# SPDX-License-Identifier: EUPL-1.2
"""Tables of codes: complete, consistent, and a provider's to change for itself."""

from __future__ import annotations

import json

import pytest
from tests.shared_files import shared

from zegel.protocols import dtmf
from zegel.protocols.codes import MAX_OVERRIDES, UNKNOWN, Override, Table
from zegel.protocols.errors import BadCrc, BadTable, NotAFrame
from zegel.protocols.events import Phase, SignalClass

CID, SIA = Table.cid(), Table.sia()
URGENT = {SignalClass.FIRE, SignalClass.MEDICAL, SignalClass.HOLDUP_DURESS}


@pytest.mark.parametrize("table", [CID, SIA])
def test_priority_follows_from_what_it_is(table: Table) -> None:
    meanings = [table.lookup(code, qualifier) for code, qualifier in table.entries()]
    assert len(meanings) > 300
    for meaning in meanings:
        assert meaning.name
        assert meaning.name.isprintable()
        assert 1 <= meaning.priority <= 9
        assert meaning.address in ("zone", "user", "area", "other")
        if meaning.signal_class in URGENT:
            assert (meaning.priority, meaning.phase) == (1, Phase.ALARM)
        if meaning.signal_class is SignalClass.RESTORE:
            assert meaning.priority >= 7
        if meaning.duress:
            assert meaning.signal_class is SignalClass.HOLDUP_DURESS


def test_duress_is_what_the_field_says() -> None:
    assert CID.lookup("121", "1").duress
    assert SIA.lookup("HA").duress
    assert not CID.lookup("121", "3").duress
    assert not CID.lookup("120", "1").duress


def test_opening_after_an_alarm_is_no_cancel_by_itself() -> None:
    for code in ("OR", "OH", "OL"):
        assert (SIA.lookup(code).phase, SIA.lookup(code).signal_class) == (
            Phase.OPEN_AFTER_ALARM,
            SignalClass.OPEN_CLOSE,
        )


def test_no_signal_takes_a_hold_up_back() -> None:
    for table in (CID, SIA):
        for code, qualifier in table.entries():
            meaning = table.lookup(code, qualifier)
            if "anic" in meaning.name or "old-up" in meaning.name:
                assert meaning.phase is not Phase.CANCEL


def test_what_no_table_knows_is_raised() -> None:
    assert CID.lookup("999", "1") is UNKNOWN
    assert SIA.lookup("??") is UNKNOWN
    assert CID.lookup("131", "5") is UNKNOWN
    assert CID.lookup("755", "1").signal_class is SignalClass.UNKNOWN


def test_a_provider_changes_its_own_table_only() -> None:
    changed = CID.overridden(
        [
            Override("131", "1", priority=1),
            Override("999", name="Pool", phase=Phase.ALARM, signal_class=SignalClass.FIRE, priority=1),
        ]
    )
    assert (changed.lookup("131", "1").priority, changed.lookup("131", "3").priority) == (1, 7)
    assert changed.lookup("131", "1").name == CID.lookup("131", "1").name
    assert (changed.lookup("999", "1").known, changed.lookup("999", "3").name) == (True, "Pool")
    assert (CID.lookup("131", "1").priority, CID.lookup("999", "1")) == (2, UNKNOWN)
    assert changed.version != CID.version


def test_a_status_means_what_a_new_one_means_unless_a_provider_says_otherwise() -> None:
    assert CID.lookup("131", "6") == CID.lookup("131", "1")
    changed = CID.overridden([Override("131", "6", priority=5), Override("130", priority=4)])
    assert [changed.lookup("131", qualifier).priority for qualifier in "163"] == [2, 5, 7]
    assert changed.lookup("131", "6").name == CID.lookup("131", "1").name
    assert changed.lookup("130", "6").priority == 4, "what holds for all of the code's qualifiers holds for this one"
    assert CID.lookup("999", "6") is UNKNOWN


@pytest.mark.parametrize(
    "rows",
    [
        [Override("131", priority=0)],
        [Override("131", priority=10)],
        [Override("999", name="x")],
        [Override("BA", "1")],
        [Override("131", priority=3)] * (MAX_OVERRIDES + 1),
    ],
)
def test_a_wrong_row_changes_nothing(rows: list[Override]) -> None:
    with pytest.raises(BadTable):
        CID.overridden(rows)


# --- DTMF -----------------------------------------------------------------------------------------------------------


def test_the_digits_of_the_published_example_add_up() -> None:
    vectors = json.loads(shared("alarm/contactid_dtmf.json").read_text("utf-8"))["vectors"]
    assert [dtmf.checks(vector["text"]) for vector in vectors] == [vector["ok"] for vector in vectors]


def test_digits_are_written_and_read() -> None:
    assert dtmf.with_check("123418113101015") == "1234181131010158"
    account, event = dtmf.read("1234181131010158")
    assert (account, event.code, event.qualifier, event.zone, event.area) == ("1234", "131", "1", "015", "01")


@pytest.mark.parametrize("digit", "0123456789BCDEF")
def test_every_check_digit_adds_up(digit: str) -> None:
    whole = dtmf.with_check(f"{digit}23418113101015")
    assert dtmf.checks(whole)
    assert not dtmf.checks("1" + whole[1:] if digit != "1" else "2" + whole[1:])


def test_what_does_not_add_up_or_is_no_contact_id_is_refused() -> None:
    with pytest.raises(BadCrc):
        dtmf.read("1234181131010157")
    for wrong in ("", "12341811310101", "A234181131010158", "1234191131010158", "1234181131010158x"):
        with pytest.raises(NotAFrame):
            dtmf.read(wrong)
