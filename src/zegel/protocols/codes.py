# SPDX-License-Identifier: EUPL-1.2
"""Codes of Contact ID (SIA DC-05) and SIA (DC-03), and what they mean here: versioned tables under data/.

A code that no table knows has a meaning too: `known` is False, its class is unknown, and somebody looks at it.
Contact ID is read by its own table, never through SIA's: two thirds of its codes have no equivalent there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from zegel.protocols.errors import BadTable
from zegel.protocols.events import LEAST_URGENT, MOST_URGENT, UNKNOWN_PRIORITY, Phase, SignalClass
from zegel.protocols.text import clean

NEW, RESTORED, STATUS = "1", "3", "6"  # Contact ID's qualifiers (SIA DC-05 §4); SIA codes have none
UNKNOWN_NAME = "Unknown code"
MAX_OVERRIDES = 2_000


class Meaning(msgspec.Struct, frozen=True):
    """What a code stands for. `address` says what the number after it counts: "zone", "user", "area" or "other"."""

    name: str
    phase: Phase
    signal_class: SignalClass
    priority: int
    address: str = "zone"
    duress: bool = False
    known: bool = True


class Override(msgspec.Struct, frozen=True):
    """One row of a provider's own table. None leaves a field as it is; a code that is not in our table needs a name,
    a phase, a class and a priority. `qualifier` None means all of the code's qualifiers."""

    code: str
    qualifier: str | None = None
    name: str | None = None
    phase: Phase | None = None
    signal_class: SignalClass | None = None
    priority: int | None = None


UNKNOWN = Meaning(UNKNOWN_NAME, Phase.UNKNOWN, SignalClass.UNKNOWN, UNKNOWN_PRIORITY, known=False)


class Table:
    """Meanings by (code, qualifier). Never changes: `overridden` makes another one."""

    def __init__(self, kind: str, version: str, meanings: Mapping[tuple[str, str], Meaning]) -> None:
        self.kind = kind
        self.version = version
        self._meanings = dict(meanings)

    def __len__(self) -> int:
        return len(self._meanings)

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._meanings

    def entries(self) -> frozenset[tuple[str, str]]:
        """Every (code, qualifier) in the table; SIA's qualifier is ""."""
        return frozenset(self._meanings)

    @staticmethod
    @cache
    def cid() -> Table:
        """Contact ID, SIA DC-05."""
        version, rows = table_rows("contact_id.csv")
        return Table("cid", version, {key: meaning for row in rows for key, meaning in _contact_id(row)})

    @staticmethod
    @cache
    def sia() -> Table:
        """SIA, DC-03, and what makers of panels have added."""
        version, rows = table_rows("sia_dc03.csv")
        return Table("sia", version, {(row["code"], ""): _meaning(row, "") for row in rows})

    def lookup(self, code: str, qualifier: str | None = None) -> Meaning:
        """The meaning of a code, `UNKNOWN` when there is none. Contact ID's qualifier 6 (a condition that still
        holds) means what 1 means, unless a provider gave it a meaning of its own."""
        found = self._meanings.get((code, qualifier or ""))
        if found is None and qualifier == STATUS:
            found = self._meanings.get((code, NEW))
        return UNKNOWN if found is None else found

    def overridden(self, rows: Iterable[Override]) -> Table:
        """This table with a provider's changes. Raises BadTable and changes nothing when a row is wrong."""
        changed = dict(self._meanings)
        for number, row in enumerate(rows, 1):
            if number > MAX_OVERRIDES:
                raise BadTable(f"More than {MAX_OVERRIDES} rows.")
            for key in self._keys(row):
                before = changed.get(key) or (changed.get((row.code, NEW)) if key[1] == STATUS else None)
                changed[key] = _changed(before, row, number)
        return Table(self.kind, f"{self.version}+", changed)

    def names(self) -> frozenset[str]:
        """Every name in the table: the msgids of its translations."""
        return frozenset(meaning.name for meaning in self._meanings.values())

    def _keys(self, row: Override) -> tuple[tuple[str, str], ...]:
        if self.kind == "sia":
            return ((row.code, ""),)
        return tuple((row.code, q) for q in ((NEW, RESTORED) if row.qualifier is None else (row.qualifier,)))


def table_rows(name: str) -> tuple[str, list[dict[str, str]]]:
    """A data file's version and its rows."""
    lines = (files(__package__) / "data" / name).read_text("utf-8").splitlines()
    return lines[0].removeprefix("# version "), list(csv.DictReader(lines[1:]))


def _contact_id(row: dict[str, str]) -> Iterable[tuple[tuple[str, str], Meaning]]:
    for qualifier in (NEW, RESTORED):
        yield (row["code"], qualifier), _meaning(row, f"_{qualifier}")


def _meaning(row: dict[str, str], suffix: str) -> Meaning:
    phase, signal_class = Phase(row["phase" + suffix]), SignalClass(row["class" + suffix])
    return Meaning(
        row["name"],
        phase,
        signal_class,
        int(row["priority" + suffix]),
        row["address"],
        duress=row["duress"] == "1" and phase is Phase.ALARM,
        known=signal_class is not SignalClass.UNKNOWN,
    )


def _changed(before: Meaning | None, row: Override, number: int) -> Meaning:
    if row.priority is not None and not MOST_URGENT <= row.priority <= LEAST_URGENT:
        raise BadTable(f"Row {number}: priority {row.priority} is not between {MOST_URGENT} and {LEAST_URGENT}.")
    name = None if row.name is None else clean(row.name, 80)
    if before is None and not (name and row.phase and row.signal_class and row.priority):
        raise BadTable(f"Row {number}: a new code needs a name, a phase, a class and a priority.")
    base = before or UNKNOWN
    return Meaning(
        name or base.name,
        row.phase or base.phase,
        row.signal_class or base.signal_class,
        row.priority or base.priority,
        base.address,
        base.duress,
    )
