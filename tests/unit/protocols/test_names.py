# SPDX-License-Identifier: EUPL-1.2
"""Every name that an event can have is said in four languages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import zegel.protocols
from zegel.protocols import onvif_topics
from zegel.protocols.codes import Table, table_rows
from zegel.protocols.mail import wording
from zegel.protocols.names import LANGUAGES, said

SOURCE = Path(zegel.protocols.__file__).parent


def constants() -> set[str]:
    """Every NAME = "…" in the library."""
    return {
        node.value.value
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and any(isinstance(target, ast.Name) and target.id.endswith("_NAME") for target in node.targets)
    }


def test_no_name_is_without_its_translations_and_none_is_left_over() -> None:
    names = Table.cid().names() | Table.sia().names() | constants()
    names |= {topic.name for topic in onvif_topics.table().values()} | {kind.name for kind in wording.KINDS}
    rows = {row["en"]: row for row in table_rows("names.csv")[1]}
    assert names - set(rows) == set()
    assert set(rows) - names == set()
    assert [name for name, row in rows.items() if not all(row[language] for language in LANGUAGES)] == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", "Inbraak: alarm"),
        ("sv", "Inbrott: larm"),
        ("de-AT", "Einbruch: Alarm"),
        ("en", "Burglary alarm"),
        ("xx", "Burglary alarm"),
    ],
)
def test_a_name_is_said_in_the_readers_language(language: str, expected: str) -> None:
    assert said("Burglary alarm", language) == expected


def test_a_providers_own_name_stays_as_it_is() -> None:
    assert said("Pool gate", "nl") == "Pool gate"
