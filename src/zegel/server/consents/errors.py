# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a consent."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class UnknownConsent(ZegelError):
    """No such consent, or somebody else's."""

    code = "unknown_consent"

    def __init__(self) -> None:
        super().__init__(_("There is no such consent."), action=_("Load the page again."))


class OtherWords(ZegelError):
    """The words that were shown are not those that hold now: a consent is to exact words."""

    code = "other_words"

    def __init__(self) -> None:
        super().__init__(_("These words have changed since you read them."), action=_("Read them again, and decide."))
