# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a promise, a statement or a pack."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class UnknownPromise(ZegelError):
    """No promise of that name, or it has no probe."""

    code = "unknown_promise"

    def __init__(self) -> None:
        super().__init__(_("There is no such promise."), action=_("Go back to the list."))


class NoStatement(ZegelError):
    """Nobody's statement, or not in that version."""

    code = "no_statement"

    def __init__(self) -> None:
        super().__init__(_("There is no such statement."), action=_("Go back to the list."))


class CatalogueWrong(ValueError):
    """A sentence is missing or has no such place; the server does not start."""
