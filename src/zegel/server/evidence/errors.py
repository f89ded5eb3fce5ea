# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with an order, a package or a hand-over, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class EvidenceError(ZegelError):
    """The root of this room's errors."""

    code = "evidence"


class UnknownOrder(EvidenceError):
    """No such order, or it is not the asker's to see."""

    code = "unknown_order"

    def __init__(self) -> None:
        super().__init__(_("There is no such order."), action=_("Go back to the list of orders."))


class UnknownPreparation(EvidenceError):
    """No such wish for a package."""

    code = "unknown_preparation"

    def __init__(self) -> None:
        super().__init__(_("Nobody asked for this package, or it is over."), action=_("Ask for it again."))


class BadOrder(EvidenceError):
    """An order that does not say enough to be carried out."""

    code = "bad_order"

    def __init__(self, message: str, *, action: str, field: str = "") -> None:
        super().__init__(message, action=action)
        self.field = field


class DecidedAlready(EvidenceError):
    """The order was decided on, or has ended."""

    code = "order_decided"

    def __init__(self) -> None:
        super().__init__(_("This order was decided on already."), action=_("Look at it as it is now."))


class AskedAlready(EvidenceError):
    """A package of this alarm is waiting or being made."""

    code = "package_asked"

    def __init__(self) -> None:
        super().__init__(_("A package of this alarm is asked for already."), action=_("Have it approved, or end it."))


class NothingSealed(EvidenceError):
    """There is nothing recorded there that could be handed over."""

    code = "nothing_sealed"

    def __init__(self) -> None:
        super().__init__(
            _("Nothing is recorded in that time."), action=_("Answer the authority that there is nothing.")
        )


class NotListedYet(EvidenceError):
    """The unit's signed list of the last seconds has not come: without it nobody could check them."""

    code = "not_listed_yet"

    def __init__(self) -> None:
        super().__init__(
            _("The unit has not signed its list of the last seconds yet."),
            action=_("Choose an earlier end, or try again in a minute."),
        )


class TooMuch(EvidenceError):
    """More than one file holds."""

    code = "too_much_sealed"

    def __init__(self) -> None:
        super().__init__(_("This is too much for one file."), action=_("Hand it over in shorter periods."))


class BadFilm(EvidenceError):
    """A film can't be put behind a link as it is."""

    code = "bad_film"


class FilmGone(EvidenceError):
    """A film's link opens nothing here. `why`: unknown, expired, opened (elsewhere, or as often as it may be), locked,
    code (another one is asked for)."""

    code = "film_gone"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(_("This link opens nothing (any more)."), action=_("Ask who sent it for a new one."))
