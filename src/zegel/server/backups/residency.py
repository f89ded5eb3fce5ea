# SPDX-License-Identifier: EUPL-1.2
"""A back-up is data in a place, too: it goes nowhere that a tenant's residency rule does not let it (C1, A11)."""

from __future__ import annotations

from django.conf import settings

from zegel.server.agreements import places as locations
from zegel.server.agreements.residency_rules import Kept, address_of
from zegel.server.backups.errors import NotSetUp
from zegel.server.people.queries import as_party
from zegel.server.tasks import scope


def require() -> None:
    """Raises NotSetUp when a provider's record of storage locations speaks of back-ups and not of these places, or when
    one of them lies where a rule does not let it. No sentence names the place."""
    for provider_id in scope.providers():
        with as_party(provider_id):
            recorded = [row for row in locations.in_force(provider_id) if row.what == Kept.BACKUP]
            rules = locations.rules_seen(provider_id)
        known = {row.address for row in recorded}
        wanted = {address_of(url) for url in (settings.BACKUP_URL, settings.BACKUP_SHRED_URL)}
        if recorded and not wanted <= known | {"–"} and "–" not in known:
            raise NotSetUp(
                "Back-ups would go to a place that is not on record.",
                action="Record the storage location first (privacy office, places).",
            )
        for row in recorded:
            if locations.breaks(rules, row.country):
                raise NotSetUp(
                    f"Back-ups would lie in {row.country}, where a residency rule does not let them.",
                    action="Choose a place in a country that every tenant's rule allows.",
                )
