# SPDX-License-Identifier: EUPL-1.2
"""The root of every error that the server raises on purpose."""

from __future__ import annotations


class ZegelError(Exception):
    """Says what was wrong and what to do about it.

    `code` is stable and for programs; `message` and `action` are sentences for people (rooms pass translated ones).
    Never put personal data or a secret in any of them: they reach logs.
    """

    code = "error"

    def __init__(self, message: str, *, action: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.action = action

    def __str__(self) -> str:
        return f"{self.message} {self.action}".rstrip()


class Misconfigured(ZegelError):
    """The installation can't start like this; says which setting, and what it should be."""

    code = "misconfigured"
