# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with what is agreed. Messages are for people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class ContractError(ZegelError):
    """Something about a contract."""

    code = "contract"


class BadText(ContractError):
    """A title, a version or a text that is missing or too long."""

    code = "bad_text"


class VersionTaken(ContractError):
    """That version of those terms or that policy exists: a version is written once."""

    code = "version_taken"


class Unknown(ContractError):
    """Not there, or not yours to see."""

    code = "unknown_contract"


class AlreadyAnswered(ContractError):
    """An instruction is answered once."""

    code = "already_answered"


class OtherStatement(ContractError):
    """The words that were shown are not those that hold now."""

    code = "other_statement"

    def __init__(self) -> None:
        super().__init__(_("These words have changed since you read them."), action=_("Read them again, and decide."))
