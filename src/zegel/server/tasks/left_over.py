# SPDX-License-Identifier: EUPL-1.2
"""What should be gone and isn't (lifecycle.verifying) is a task, one for each owner; it goes when that does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.kernel import tenancy
from zegel.server.lifecycle import verifying
from zegel.server.people import queries as people
from zegel.server.tasks import causes, naming, scope
from zegel.server.tasks.models import Task
from zegel.server.tasks.naming import Told
from zegel.server.tasks.rules import Cause

KIND, ABOUT = "left_over", "retention"


@causes.source("lifecycle.left_over")
def find(provider_id: UUID) -> Iterator[Cause]:
    mine = {provider_id, *scope.customers(provider_id)}
    for owner in sorted({row.owner_id for row in verifying.leftovers()} & mine):
        yield Cause(KIND, ABOUT, owner, None if owner == provider_id else owner)


@naming.source(ABOUT)
def tell(rows: Sequence[Task]) -> Mapping[UUID, Told]:
    owners = {row.about_id for row in rows if row.about_id is not None}
    names = people.party_names(owners, seen_by=tenancy.current_party())
    words = _("Something should have been deleted and is still there")
    return {
        row.id: Told(words, names.get(row.about_id, ""), f"/backoffice/privacy/retention/{row.about_id}")
        for row in rows if row.about_id is not None
    }  # fmt: skip
