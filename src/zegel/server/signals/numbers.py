# SPDX-License-Identifier: EUPL-1.2
"""Numbers of receivers and lines, as they are stored and compared: panels write 0, 00 or 0000 for the same."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)
def plain(number: str | None) -> str:
    """In capitals, without the zeros before it; "" for none, for zero, and for any."""
    return (number or "").strip().upper().lstrip("0")


def overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether some frame fits both (receiver, line) pairs; "" means any."""
    return all(not a or not b or a == b for a, b in zip(one, other, strict=True))
