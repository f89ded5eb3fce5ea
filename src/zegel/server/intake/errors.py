# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a form."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class FormError(ZegelError):
    """The root of this room's errors."""

    code = "form"


class NoSuchForm(FormError):
    """No such tenant, or it has no such form, or may not have one now."""

    code = "no_such_form"

    def __init__(self) -> None:
        super().__init__(_("There is no such form."), action=_("Look at the address again."))


class BadForm(FormError):
    """What was filled in can't be taken. `field`: which."""

    code = "bad_form"

    def __init__(self, message: str, *, action: str, field: str) -> None:
        super().__init__(message, action=action)
        self.details = {"field": field}


class NoStatement(FormError):
    """No privacy statement of the tenant's own: no form is shown and none is embedded (I11)."""

    code = "no_privacy_statement"

    def __init__(self) -> None:
        super().__init__(
            _("There is no privacy statement of your own yet, so no form may be shown."),
            action=_("Name its address or write it, in the settings of your organisation."),
        )
