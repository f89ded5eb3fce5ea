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


class KeptRefused(FootageError):
    """What the owner's client says it keeps is not exactly what it does not delete; nothing was deleted."""

    code = "kept_refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            _("Nothing was deleted: what is to be kept does not fit what is to be deleted."),
            action=_("Load the page again and try once more; something was recorded or deleted meanwhile."),
        )
        self.details = {"why": why}


class WindowClosed(FootageError):
    """The alarm's window has ended: recalled, closed, or past its time."""

    code = "window_closed"

    def __init__(self) -> None:
        super().__init__(
            _("The window of this alarm has ended."),
            action=_("Nothing can be seen any more; the customer can grant access."),
        )


class HoldBeforeLook(FootageError):
    """The customer can still recall this alarm: until `until_ms` nobody looks and nothing is handed out."""

    code = "hold_before_look"

    def __init__(self, until_ms: int) -> None:
        super().__init__(
            _("This alarm can still be recalled, so nobody looks yet."),
            action=_("Wait until the time for recalling it is over."),
        )
        self.until_ms = until_ms
        self.details = {"until_ms": until_ms}


class TooManyViewers(FootageError):
    """As many people look at this alarm as its site allows. A place comes free when one of them ends his view."""

    code = "too_many_viewers"

    def __init__(self, most: int) -> None:
        super().__init__(
            _("As many colleagues as may are looking at this alarm already."),
            action=_("Ask one of them to stop looking, or wait."),
        )
        self.details = {"most": most}


class UnknownReason(FootageError):
    """A reason for reopening that is not on S3's list, or a time that is too long."""

    code = "unknown_reopen_reason"

    def __init__(self) -> None:
        super().__init__(_("An alarm is not reopened for this."), action=_("Choose a reason and a time from the list."))


class NotReopened(FootageError):
    """This alarm can't be reopened for that reason."""

    code = "not_reopened"

    def __init__(self) -> None:
        super().__init__(
            _("This alarm can't be reopened for that reason."),
            action=_("Look at how it ended, and choose the reason that fits."),
        )


class ReopenedAlready(FootageError):
    """Somebody reopened it, and that has not ended yet."""

    code = "reopened_already"

    def __init__(self) -> None:
        super().__init__(_("This alarm is reopened already."), action=_("Use that, or end it first."))


class GrantRefused(FootageError):
    """A grant that does not verify, or that gives more than a grant may give. `why` is for the log."""

    code = "grant_refused"

    def __init__(self, why: str) -> None:
        super().__init__(_("This grant was refused."), action=_("Open this page again and give it once more."))
        self.why = why


class NotLooking(FootageError):
    """Who does not look at a camera in this alarm neither verifies it nor turns it."""

    code = "not_looking"

    def __init__(self) -> None:
        super().__init__(_("You are not looking at this camera."), action=_("Open its picture first."))


class PurposeNotConfirmed(FootageError):
    """Who looks live confirms what for (C11): not to watch staff."""

    code = "purpose_not_confirmed"

    def __init__(self) -> None:
        super().__init__(
            _("Nobody has confirmed what this live picture is for."),
            action=_("Confirm that you check the site, goods or process, and do not watch staff."),
        )


class NoAnswer(FootageError):
    """The unit did not answer in time: it is off, or has no network."""

    code = "unit_no_answer"

    def __init__(self) -> None:
        super().__init__(_("The unit does not answer."), action=_("See whether it has power and network; try again."))


class UnitRefuses(FootageError):
    """The unit answered that it does not do this. `why` is its own word."""

    code = "unit_refuses"

    def __init__(self, why: str) -> None:
        super().__init__(_("The unit does not do this now."), action=_("Look at the reason that it gives."))
        self.details = {"why": why}


class CannotDoThat(FootageError):
    """The camera can't turn, zoom or go to that place."""

    code = "camera_cannot"

    def __init__(self) -> None:
        super().__init__(_("This camera can't do that."), action=_("Use what is offered for this camera."))


class GuardPictureRefused(FootageError):
    """What was sent for a guard is not what it says, or not for him. `why` is for the log and the developer."""

    code = "guard_picture_refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            _("This picture was not taken for the guard."), action=_("Load the page again and send it anew.")
        )
        self.details = {"why": why}


class KeyNotCompared(FootageError):
    """No key is taken on the server's word."""

    code = "key_not_compared"

    def __init__(self) -> None:
        super().__init__(
            _("Nobody compared the words of the guard's phone."),
            action=_("Let the guard read you the words on his phone, and say that they are the same."),
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
