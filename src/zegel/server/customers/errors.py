# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a customer's record."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class UnknownCustomer(ZegelError):
    """No such customer, or another firm's."""

    code = "unknown_customer"

    def __init__(self) -> None:
        super().__init__(_("There is no such customer."), action=_("Load the page again."))


class BadDetails(ZegelError):
    """A detail that can't be right. `field`: which."""

    code = "bad_details"

    def __init__(self, field: str) -> None:
        super().__init__(_("This detail can't be right."), action=_("Correct it, or leave it open."))
        self.field, self.details = field, {"field": field}


class NotNow(ZegelError):
    """What is asked does not fit what the record is now."""

    code = "not_now"


class Restricted(ZegelError):
    """The use of this customer's data is restricted (Art. 18 GDPR)."""

    code = "restricted"

    def __init__(self) -> None:
        super().__init__(
            _("The use of this customer’s data is restricted."),
            action=_("Nothing is done with it until whoever answers for it lifts that."),
        )


class OtherPreview(ZegelError):
    """What would be anonymised is not what was shown."""

    code = "other_preview"

    def __init__(self) -> None:
        super().__init__(
            _("Something changed since this was shown."), action=_("Look at the new list, and decide again.")
        )
