# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zegel.server.kernel.errors import ZegelError

if TYPE_CHECKING:

    def _(text: str) -> str: ...

else:  # translated when it is shown, in the language of who reads it
    from django.utils.translation import gettext_lazy as _


class BadExport(ZegelError):
    """A name, size or purpose that no file leaves with."""

    code = "bad_export"


class NotForPublication(ZegelError):
    """Pictures with people in them are not published, unless redacted or on a legal order (C15)."""

    code = "not_for_publication"

    def __init__(self) -> None:
        super().__init__(
            _("Recordings are not given out to be published: there may be people in them."),
            action=_("Only a redacted film, or a legal order, allows that. Give it to the police, who may decide it."),
        )


class NotRedacted(ZegelError):
    """Somebody who asks for pictures of himself gets none of others (S7; Art. 15(4) GDPR)."""

    code = "not_redacted"

    def __init__(self) -> None:
        super().__init__(
            _("Who asks for pictures of himself gets none in which others can be recognised."),
            action=_("Make a film in which only he stays sharp."),
        )


class NotReviewed(ZegelError):
    """A redacted film of which a frame was not looked at."""

    code = "not_reviewed"

    def __init__(self) -> None:
        super().__init__(
            _("Not every frame of this film was looked at."), action=_("Look at each frame first; then it can leave.")
        )
