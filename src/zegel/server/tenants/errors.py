# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a tenant, its people, and its end."""

from __future__ import annotations

from zegel.server.kernel.errors import ZegelError
from zegel.server.people.errors import NotAMember


class BadTenant(ZegelError):
    """Something that was written can't stand like that; `field` says which."""

    code = "bad_tenant"

    def __init__(self, message: str, *, action: str = "", field: str = "") -> None:
        super().__init__(message, action=action)
        self.field = field
        self.details = {"field": field}


class NoTenant(ZegelError):
    """There is no such tenant, function, employee or contract."""

    code = "no_tenant"


class TenantTaken(ZegelError):
    """That name, or that party, is a tenant already."""

    code = "tenant_taken"


class TooManyUsers(ZegelError):
    """The right of use is for fewer people."""

    code = "too_many_users"


class NotYet(ZegelError):
    """It can't be removed now; the message says what stands in the way."""

    code = "removal_not_yet"


class NoServiceContract(NotAMember):
    """He administers only while his service contract is in date (A8)."""

    code = "no_service_contract"
