# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with footage, or with the wish to see it, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zegel.server.kernel.errors import ZegelError

if TYPE_CHECKING:

    def _(text: str) -> str: ...

else:  # translated when it is shown, in the language of who reads it
    from django.utils.translation import gettext_lazy as _


class FootageError(ZegelError):
    """The root of this room's errors."""

    code = "footage"


class RefusedObject(FootageError):
    """A unit's object that doesn't verify or doesn't fit what is known. For the unit and the log, never for a page."""

    code = "refused_object"

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"Refused: {why}.")
        self.code = code


class NothingToShow(FootageError):
    """No stored segment lies in what was asked for, or nothing of it is the asker's to see."""

    code = "nothing_to_show"

    def __init__(self) -> None:
        super().__init__(_("There are no images here."), action=_("Choose another camera or another time."))


class BadRange(FootageError):
    """A range that ends before it starts, or that asks for too much."""

    code = "bad_range"

    def __init__(self) -> None:
        super().__init__(_("This is not a usable range of time."), action=_("Choose a start before its end."))


class NotAllowed(FootageError):
    """The gate said no. `reason_code` and `missing` are the gate's own."""

    code = "not_allowed"

    def __init__(self, reason_code: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(_("You may not see these images."), action=_("Look at the reason, and ask who can give it."))
        self.reason_code = reason_code
        self.missing = missing


class StillNeeded(FootageError):
    """A recording that still grows, or that an open alarm's window shows."""

    code = "still_needed"

    def __init__(self) -> None:
        super().__init__(
            _("This recording still runs, or an open alarm shows it."),
            action=_("Delete it when the recording or the alarm has ended."),
        )


class WindowClosed(FootageError):
    """The alarm's window has ended: recalled, closed, or past its time."""

    code = "window_closed"

    def __init__(self) -> None:
        super().__init__(
            _("The window of this alarm has ended."),
            action=_("Nothing can be seen any more; the customer can grant access."),
        )


class LeaseEnded(FootageError):
    """The view's lease ran out, was ended, or is somebody else's."""

    code = "lease_ended"

    def __init__(self) -> None:
        super().__init__(_("This view has ended."), action=_("Open it again, with its purpose."))


class ViewNotLogged(FootageError):
    """The ledger could not take the view's entry, so the view does not happen."""

    code = "view_not_logged"

    def __init__(self) -> None:
        super().__init__(_("This view can't be logged, so it is not shown."), action=_("Try again in a moment."))
