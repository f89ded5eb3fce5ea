# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a review or an audit."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class UnknownAudit(ZegelError):
    """No such review, finding or request, or another organisation's."""

    code = "unknown_audit"

    def __init__(self) -> None:
        super().__init__(_("There is no such review."), action=_("Go back to the list."))


class BadAudit(ZegelError):
    """Something is missing or out of bounds; the message says what."""

    code = "bad_audit"
