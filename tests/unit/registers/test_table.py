# SPDX-License-Identifier: EUPL-1.2
"""The table of declarations, and that the page in the documentation is it."""

from __future__ import annotations

from tools import personal_data

from zegel.declare import declarations
from zegel.server.registers import making, table, words


def test_the_page_of_the_documentation_is_current():
    assert personal_data.PAGE.read_text("utf-8") == personal_data.page(), "run tools/personal_data.py"


def test_every_declared_field_is_in_the_table():
    rows = table.rows(making.everything(), words.word)
    told = {(row["of"], field) for row in rows for field in row["fields"]}
    assert {(one.model, one.field) for one in declarations()} <= told
    assert "track: surveillance" in {row["of"] for row in rows}
    assert "ledger: view" in {row["of"] for row in rows}
