# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a privacy contact."""

from __future__ import annotations

from zegel.server.kernel.errors import ZegelError


class BadContact(ZegelError):
    """Something of it is missing or is no address; `field` says which."""

    code = "bad_contact"

    def __init__(self, message: str, *, action: str, field: str) -> None:
        super().__init__(message, action=action)
        self.field = field
