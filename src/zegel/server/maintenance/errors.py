# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with maintenance, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class MaintenanceError(ZegelError):
    """The root of this room's errors."""

    code = "maintenance"


class UnknownMalfunction(MaintenanceError):
    """No such malfunction, or not the asker's to see."""

    code = "unknown_malfunction"

    def __init__(self) -> None:
        super().__init__(_("There is no such malfunction."), action=_("Go back to the list."))


class UnknownRequest(MaintenanceError):
    """No such request, or not the asker's to see."""

    code = "unknown_request"

    def __init__(self) -> None:
        super().__init__(_("There is no such request."), action=_("Go back to the list."))


class UnknownItem(MaintenanceError):
    """Nothing like that in the stock."""

    code = "unknown_item"

    def __init__(self) -> None:
        super().__init__(_("There is no such thing in the stock."), action=_("Go back to the list."))


class NotNow(MaintenanceError):
    """The malfunction or request is past that."""

    code = "maintenance_not_now"

    def __init__(self) -> None:
        super().__init__(_("This can't be done any more."), action=_("Look at its state first: it may have changed."))


class AskedAlready(MaintenanceError):
    """One request for a camera at a time."""

    code = "asked_already"

    def __init__(self) -> None:
        super().__init__(
            _("There is a request for this camera already."), action=_("Wait for its answer, or withdraw it.")
        )


class BadWords(MaintenanceError):
    """A report, reason or refusal that says nothing, or a number out of bounds. `field`: which."""

    code = "bad_maintenance"

    def __init__(self, message: str, *, action: str, field: str = "") -> None:
        super().__init__(message, action=action)
        self.field = field
        self.details = {"field": field}


class NotThatGrant(MaintenanceError):
    """The grant is not for what was asked: another camera, another picture, or longer than was consented to."""

    code = "not_that_grant"

    def __init__(self, why: str) -> None:
        super().__init__(
            _("This grant does not fit the request."), action=_("Open the request again and allow it once more.")
        )
        self.why = why
