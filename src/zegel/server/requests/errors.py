# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a request."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class RequestError(ZegelError):
    """The root of this room's errors."""

    code = "request"


class UnknownCase(RequestError):
    """No such case, or another controller's."""

    code = "unknown_case"

    def __init__(self) -> None:
        super().__init__(_("There is no such request."), action=_("Go back to the list."))


class BadCase(RequestError):
    """What was filled in can't be taken. `field`: which."""

    code = "bad_case"

    def __init__(self, message: str, *, action: str, field: str = "") -> None:
        super().__init__(message, action=action)
        self.details = {"field": field}


class NotNow(RequestError):
    """The case is past that, or not there yet."""

    code = "case_not_now"


class NotEstablished(RequestError):
    """It is not sure who asks: nothing goes out."""

    code = "identity_not_established"

    def __init__(self) -> None:
        super().__init__(
            _("It is not sure yet who asks, so nothing goes out."),
            action=_("Make sure of it first, or refuse with that ground."),
        )


class NotApproved(RequestError):
    """Whoever is responsible did not approve it."""

    code = "not_approved"

    def __init__(self) -> None:
        super().__init__(
            _("Whoever is responsible for this data has not approved the answer."), action=_("Ask for approval.")
        )


class NotReviewed(RequestError):
    """Lines that nobody looked at, or that changed since."""

    code = "lines_not_reviewed"

    def __init__(self, left: int) -> None:
        super().__init__(
            _("%(n)d lines were not reviewed.") % {"n": left},
            action=_("Look at each: there may be others’ data in it."),
        )
        self.details = {"left": left}


class LinkGone(RequestError):
    """A link that never was, is over, or belongs to another browser. `why`: unknown, expired, elsewhere, locked."""

    code = "request_link"

    def __init__(self, why: str) -> None:
        super().__init__(_("This link does not open anything."), action=_("Ask for a new one."))
        self.why = why


class WrongCode(RequestError):
    """The code does not fit. `left`: how many tries there are."""

    code = "wrong_code"

    def __init__(self, left: int) -> None:
        super().__init__(_("This is not the code."), action=_("Read it again; it has ten letters and figures."))
        self.left = left
