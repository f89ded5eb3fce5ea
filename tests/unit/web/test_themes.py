# SPDX-License-Identifier: EUPL-1.2
"""The customer's dark pages have the console's colours: written twice, because a media query can't name a class."""

from __future__ import annotations

import re
from pathlib import Path

TOKENS = Path(__file__).resolve().parents[3] / "web" / "src" / "styles" / "_tokens.css"


def test_the_automatic_theme_is_the_dark_one() -> None:
    text = TOKENS.read_text("utf-8")
    dark = re.search(r"^\.dark \{(.*?)\}", text, re.M | re.S)
    auto = re.search(r"^\.auto \{(.*?)\}", text, re.M | re.S)
    assert dark is not None
    assert auto is not None
    assert dark[1].split() == auto[1].split()
