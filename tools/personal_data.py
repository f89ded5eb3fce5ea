# SPDX-License-Identifier: EUPL-1.2
"""Writes docs/reference/personal-data.md from the declarations. `--check` exits 1 when the page is not current."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "personal-data.md"


def page() -> str:
    """What the page must say, in English."""
    from django.utils.translation import override

    from zegel.server.registers import making, table, words

    with override("en"):
        return table.markdown(making.everything(), words.word)


def main(arguments: list[str]) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zegel.server.settings")
    django.setup()
    said = page()
    if "--check" in arguments:
        return int(not PAGE.exists() or PAGE.read_text("utf-8") != said)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(said, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
