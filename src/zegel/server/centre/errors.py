# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong in a centre's work, and what to do about it."""

from __future__ import annotations

from zegel.server.kernel.errors import ZegelError


class CentreError(ZegelError):
    """The root of this room's errors."""

    code = "centre"


class NotThere(CentreError):
    """There is no such escalation, hand-over or review for this party."""

    code = "not_there"


class BadValue(CentreError):
    """A text or figure that can't be kept as it is."""

    code = "bad_value"


class AlreadyDone(CentreError):
    """Somebody was first."""

    code = "already_done"
