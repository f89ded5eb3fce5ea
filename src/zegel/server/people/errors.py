# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong about people. Messages are for people, in their language."""

from __future__ import annotations

from zegel.server.kernel.errors import ZegelError


class PeopleError(ZegelError):
    code = "people"


class BadField(PeopleError):
    """A name, address, date or key that can't be stored as it is."""

    code = "bad_field"


class Taken(PeopleError):
    """There is one already."""

    code = "taken"


class NoSuchPerson(PeopleError):
    code = "no_such_person"


class NoSuchParty(PeopleError):
    """No such party, or none that you may know of."""

    code = "no_such_party"


class SignInRefused(PeopleError):
    """E-mail and password do not belong together. The same whether the account exists or not."""

    code = "sign_in_refused"


class TooManyAttempts(PeopleError):
    """Too many failures for this account or from this address. The same whether the account exists or not."""

    code = "too_many_attempts"

    def __init__(self, message: str, *, action: str, retry_after_s: int) -> None:
        super().__init__(message, action=action)
        self.retry_after_s = retry_after_s


class SignedOut(PeopleError):
    """Nobody is signed in on this session."""

    code = "signed_out"


class NotAMember(PeopleError):
    """The person has no membership of that party today."""

    code = "not_a_member"


class InvitationGone(PeopleError):
    """No such invitation, or one that was used, withdrawn, or is too old. The same for each."""

    code = "invitation_gone"


class RecoveryRefused(PeopleError):
    """The recovery code did not open the account, or the question was too old. The same whether the account exists."""

    code = "recovery_refused"


class FactorRefused(PeopleError):
    """The second factor was not the right one, or was used before."""

    code = "factor_refused"


class LastOwner(PeopleError):
    """Without this person nobody could own the organisation's cameras."""

    code = "last_owner"
