# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a breach's case."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class BreachError(ZegelError):
    """The root of this room's errors."""

    code = "breach"


class UnknownBreach(BreachError):
    """No such case, or another organisation's."""

    code = "unknown_breach"

    def __init__(self) -> None:
        super().__init__(_("There is no such breach."), action=_("Go back to the register."))


class BadBreach(BreachError):
    """Something is missing or contradicts itself; the message says what."""

    code = "bad_breach"


class NotYet(BreachError):
    """A step of the case that another one must go before."""

    code = "breach_not_yet"


class LateWithoutReason(BreachError):
    """Art. 33(1): what comes later than the law's hours comes with the reasons for the delay."""

    code = "breach_late"

    def __init__(self) -> None:
        super().__init__(_("This comes too late, and says not why."), action=_("Write the reason for the delay."))
