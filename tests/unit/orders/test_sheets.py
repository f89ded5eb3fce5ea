# SPDX-License-Identifier: EUPL-1.2
"""What leaves as a sheet does not calculate."""

from __future__ import annotations

import pytest

from zegel.server.orders import sheets


@pytest.mark.parametrize("cell", ["=1+1", "+31612345678", "-2", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\")"])
def test_a_cell_that_a_spreadsheet_would_calculate_is_plain_text(cell: str) -> None:
    line = sheets.table(("a",), [(cell,)]).decode("utf-8-sig").splitlines()[1]
    assert line.lstrip('"').startswith("'")


def test_figures_are_rounded_and_nothing_is_nothing() -> None:
    assert sheets.table(("a", "b", "c"), [(1.23456, None, 7)]).decode("utf-8-sig").splitlines()[1] == "1.235,,7"
