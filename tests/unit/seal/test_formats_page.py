# SPDX-License-Identifier: EUPL-1.2
"""docs/design/seal-formats.md describes what the code reads: same objects, same fields, same order, same header."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.shared_files import ROOT
from tests.unit.seal.examples import World

from zegel.seal.envelope import Envelope
from zegel.seal.fields import Fields
from zegel.seal.segment import HEADER_SIZE

PAGE = (ROOT / "docs/design/seal-formats.md").read_text(encoding="utf-8")
EXAMPLES = World().envelopes()


def described(name: str) -> list[str]:
    """The fields in the table of an object's section."""
    heading = next(line for line in PAGE.splitlines() if line.startswith("### ") and f"`{name}`" in line)
    section = PAGE.split(heading)[1].split("\n##")[0]
    return re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_objects_fields_are_those_of_the_page(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    take, optional = Fields._next, Fields.optional

    def recording_take(self: Fields, field: str) -> Any:
        if self._where == name:
            read.append(field)
        return take(self, field)

    def recording_optional(self: Fields, field: str, reader: Any) -> Any:
        value = optional(self, field, reader)
        if value is None and self._where == name:
            read.append(field)
        return value

    monkeypatch.setattr(Fields, "_next", recording_take)
    monkeypatch.setattr(Fields, "optional", recording_optional)
    EXAMPLES[name].verify(Envelope.decode(EXAMPLES[name].envelope).encode())
    once = read[: len(read) // read.count("version")]  # some receivers read the object more than once
    assert ["version", *described(name)] == once


def test_every_object_has_its_section() -> None:
    sections = set(re.findall(r"`([a-z]+)`", " ".join(re.findall(r"^### .*$", PAGE, re.MULTILINE))))
    assert sections == {*EXAMPLES, "pairing", "link"}


def test_the_header_has_no_gap_and_ends_where_it_should() -> None:
    section = PAGE.split("## 6. Segment")[1].split("\n## ")[0]
    rows = [(int(at), int(size)) for at, size in re.findall(r"^\| (\d+) \| (\d+) \|", section, re.MULTILINE)]
    assert [at for at, _ in rows] == [sum(size for _, size in rows[:count]) for count in range(len(rows))]
    assert sum(size for _, size in rows) == HEADER_SIZE
