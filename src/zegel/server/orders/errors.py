# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with an order, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class OrderError(ZegelError):
    """The root of this room's errors."""

    code = "order"


class UnknownOrder(OrderError):
    """No such order, visit or line, or not the asker's to see."""

    code = "unknown_order"

    def __init__(self) -> None:
        super().__init__(_("There is no such order."), action=_("Go back to the list."))


class NotFromHere(OrderError):
    """From its state an order of this type does not go there."""

    code = "order_not_now"

    def __init__(self) -> None:
        super().__init__(_("This can't be done any more."), action=_("Look at its state first: it may have changed."))


class NotFree(OrderError):
    """Whoever should come is somewhere else then, or does not work. `why`: busy, absent, hours or closed."""

    code = "not_free"

    def __init__(self, why: str) -> None:
        said = {
            "busy": _("There is another visit at that time."),
            "absent": _("Whoever should come is not there then."),
            "hours": _("That is outside of the hours in which he or she works."),
            "closed": _("You are closed on that day."),
        }
        super().__init__(said[why], action=_("Choose another time or person, or plan it all the same."))
        self.why = why
        self.details = {"why": why}


class BadOrder(OrderError):
    """Something of it can't be right. `field`: which."""

    code = "bad_order"

    def __init__(self, message: str, *, action: str, field: str = "") -> None:
        super().__init__(message, action=action)
        self.field = field
        self.details = {"field": field}
