# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong about registers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class RegisterError(ZegelError):
    """The root of this room's errors."""

    code = "register"


class UnknownRegister(RegisterError):
    """There is no such register or version of the acting party."""

    code = "unknown_register"

    def __init__(self) -> None:
        super().__init__(_("There is no such register."), action=_("Go back to the list."))


class BadReview(RegisterError):
    """A review that says nothing, or of a line that is not there."""

    code = "bad_review"

    def __init__(self, message: str, *, action: str) -> None:
        super().__init__(message, action=action)
