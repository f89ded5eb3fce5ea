# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with incidents and holds, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class LifecycleError(ZegelError):
    """The root of this room's errors."""

    code = "lifecycle"


class UnknownIncident(LifecycleError):
    """No such incident, or not the asker's to see."""

    code = "unknown_incident"

    def __init__(self) -> None:
        super().__init__(_("There is no such incident."), action=_("Go back to the list."))


class IncidentClosed(LifecycleError):
    """It is closed: nothing is kept for it any more."""

    code = "incident_closed"

    def __init__(self) -> None:
        super().__init__(_("This incident is closed."), action=_("Open a new one if there is something to keep."))


class ReasonMissing(LifecycleError):
    """An incident says what happened, and why images are kept."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__(_("Say what happened and why the images are needed."), action=_("Write at least ten letters."))


class BadSpan(LifecycleError):
    """Not a time of that camera that can be kept."""

    code = "bad_span"

    def __init__(self) -> None:
        super().__init__(
            _("This is not a time that can be kept."),
            action=_("Choose a beginning and a later end, not in the future, of at most seven days."),
        )


class SamePerson(LifecycleError):
    """Two different people sign."""

    code = "same_person"

    def __init__(self) -> None:
        super().__init__(
            _("You signed this already."), action=_("Ask somebody else to sign: it takes two different people.")
        )


class OwnerMissing(LifecycleError):
    """Nobody keeps an owner's images without one of his own people."""

    code = "owner_missing"

    def __init__(self) -> None:
        super().__init__(
            _("One of the two who sign must belong to the owner of the images."),
            action=_("Ask the owner to sign, or one of his members."),
        )


class NotKeptHere(LifecycleError):
    """The profile gives evidence as a package; the originals expire (home-se)."""

    code = "not_kept_here"

    def __init__(self) -> None:
        super().__init__(
            _("Images of this site are not kept past their term, also not for an investigation."),
            action=_("Make an evidence package before they expire."),
        )


class TooLateToKeep(LifecycleError):
    """The term of that time is over already."""

    code = "too_late_to_keep"

    def __init__(self) -> None:
        super().__init__(
            _("The term of these images is over; they are gone."), action=_("Choose a time that is still kept.")
        )


class CoverRefused(LifecycleError):
    """What the owner's client sealed is not what is held."""

    code = "cover_refused"

    def __init__(self, why: str) -> None:
        super().__init__(_("The keys of what is kept were refused."), action=_("Load the page again, and try again."))
        self.why = why


class OnHold(LifecycleError):
    """It can't be erased now: an incident keeps it."""

    code = "on_hold"

    def __init__(self) -> None:
        super().__init__(
            _("An incident keeps these images."),
            action=_("They go when the incident is closed and their term is over."),
        )
