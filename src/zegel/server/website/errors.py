# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a site, a message or a newsletter."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class BadSite(ZegelError):
    """Something of it is missing or can't be; `field` says which."""

    code = "bad_website"

    def __init__(self, message: str, *, action: str, field: str) -> None:
        super().__init__(message, action=action)
        self.details = {"field": field}


class BadMessage(ZegelError):
    """Something of what a visitor wrote is missing or can't be; `field` says which."""

    code = "bad_message"

    def __init__(self, message: str, *, action: str, field: str) -> None:
        super().__init__(message, action=action)
        self.details = {"field": field}


class UnknownThing(ZegelError):
    """There is no such page, message or newsletter here."""

    code = "unknown_website_thing"

    def __init__(self) -> None:
        super().__init__(_("There is no such thing here."), action=_("Load the page again."))


class NotNow(ZegelError):
    """It has gone on since."""

    code = "website_not_now"

    def __init__(self, message: str) -> None:
        super().__init__(message, action=_("Load the page again."))


class SlugTaken(ZegelError):
    """That name is somebody else's."""

    code = "website_slug_taken"

    def __init__(self) -> None:
        super().__init__(_("This name is taken."), action=_("Choose another one."))


class LinkGone(ZegelError):
    """A letter's link that opens nothing (any more)."""

    code = "newsletter_link_gone"

    def __init__(self) -> None:
        super().__init__(_("This link opens nothing."), action=_("Ask for the newsletter again."))
