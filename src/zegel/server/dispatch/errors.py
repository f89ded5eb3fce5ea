# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with sending a guard, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class DispatchError(ZegelError):
    """The root of this room's errors."""

    code = "dispatch"


class UnknownDispatch(DispatchError):
    """No such dispatch, or it is not the asker's to see."""

    code = "unknown_dispatch"

    def __init__(self) -> None:
        super().__init__(_("There is no such guard on his way."), action=_("Go back to the alarm."))


class UnknownGuard(DispatchError):
    """No such guard company at this site, or it was taken off the list."""

    code = "unknown_guard"

    def __init__(self) -> None:
        super().__init__(_("There is no such guard company at this site."), action=_("Choose one from the list."))


class NobodyToSend(DispatchError):
    """The site has no guard company, or all of them were sent or declined already."""

    code = "nobody_to_send"

    def __init__(self) -> None:
        super().__init__(
            _("There is no further guard company to send to this site."),
            action=_("Call the police or a contact, and note it."),
        )


class BadGuard(DispatchError):
    """A guard company that nobody could reach."""

    code = "bad_guard"

    def __init__(self, message: str, *, action: str, field: str = "") -> None:
        super().__init__(message, action=action)
        self.field = field


class NotThisWay(DispatchError):
    """The guard's errand does not go from this state to that one."""

    code = "dispatch_not_allowed_now"

    def __init__(self, state: str, verb: str) -> None:
        super().__init__(
            _("This can't be done with this errand now."), action=_("Look at its state first: it may have changed.")
        )
        self.state = state
        self.verb = verb


class BadReport(DispatchError):
    """A report that says nothing."""

    code = "bad_report"

    def __init__(self, field: str) -> None:
        super().__init__(
            _("The report is not complete."), action=_("Choose what you found, and describe it in a few words.")
        )
        self.field = field


class NoGuardKey(DispatchError):
    """The guard's phone offered no key: he has not opened his link, not accepted, or sees no pictures any more."""

    code = "no_guard_key"

    def __init__(self) -> None:
        super().__init__(
            _("The guard's phone has no key for pictures."), action=_("Let him open his link, accept, and try again.")
        )


class NoPictures(DispatchError):
    """No key is taken: the owner allows guards no pictures here, or it is none that could be used."""

    code = "no_pictures"

    def __init__(self) -> None:
        super().__init__(_("No pictures are shown on this errand."), action=_("Ask the operator what he sees."))


class LinkRefused(DispatchError):
    """The guard's link opens nothing for this browser. `why`: unknown, expired, elsewhere, unopened."""

    code = "link_refused"

    def __init__(self, why: str) -> None:
        super().__init__(_("This link opens nothing here."), action=_("Call the alarm centre and ask for a new link."))
        self.why = why
