# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong in the chain, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class ChainError(ZegelError):
    """The root of this room's errors."""

    code = "chain"


class UnknownPartner(ChainError):
    code = "unknown_partner"

    def __init__(self) -> None:
        super().__init__(_("There is no such partner."), action=_("Go back to the list of partners."))


class UnknownStep(ChainError):
    code = "unknown_chain_step"

    def __init__(self) -> None:
        super().__init__(_("There is no such step."), action=_("Go back to the order."))


class UnknownOffer(ChainError):
    code = "unknown_offer"

    def __init__(self) -> None:
        super().__init__(_("There is no such offer."), action=_("Go back to your offers."))


class UnknownSheet(ChainError):
    """It never was the asker's, or its time is over."""

    code = "unknown_sheet"

    def __init__(self) -> None:
        super().__init__(_("There is no such job, or its time is over."), action=_("Go back to your jobs."))


class UnknownDocument(ChainError):
    code = "unknown_document"

    def __init__(self) -> None:
        super().__init__(_("There is no such photo."), action=_("Go back to the order."))


class TakenByAnother(ChainError):
    """Two wanted it, and the other was first."""

    code = "taken_by_another"

    def __init__(self) -> None:
        super().__init__(_("Another partner was first."), action=_("Choose another offer."))


class NobodyAuthorised(ChainError):
    code = "nobody_authorised"

    def __init__(self) -> None:
        super().__init__(
            _("No partner may do this step there."),
            action=_("Authorise one for this type of order and this region, with an agreement in force."),
        )


class NotNow(ChainError):
    """The step is not where this can be done."""

    code = "step_not_now"

    def __init__(self) -> None:
        super().__init__(_("This step is not at that point."), action=_("Load it again."))


class BadPartner(ChainError):
    """`field`: which one is wrong, when it is one."""

    code = "bad_partner"

    def __init__(self, message: str, *, action: str = "", field: str = "") -> None:
        super().__init__(message, action=action)
        self.details = {"field": field} if field else {}


class BadAct(ChainError):
    code = "bad_act"


class LinkRefused(ChainError):
    """`why`: unknown, expired, elsewhere (another browser opened it first), unopened (nobody did yet)."""

    code = "link_refused"

    def __init__(self, why: str) -> None:
        super().__init__(_("This link does not open here."), action=_("Ask for a new one."))
        self.why = why
