# SPDX-License-Identifier: EUPL-1.2
"""How a connection to a camera ends."""

from __future__ import annotations


class Lost(Exception):
    """The connection ended or never was. `reason` is a code, not a sentence: it may hold nothing of the address."""

    def __init__(self, reason: str, **detail: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Garbage(Lost):
    """The camera answers with something that is not a picture this unit can use."""
