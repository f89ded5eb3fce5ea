# SPDX-License-Identifier: EUPL-1.2
"""Who answers questions about personal data, now and then."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zegel.server.people import queries as people
from zegel.server.privacy.models import PrivacyContact


def contact_of(party_id: UUID) -> PrivacyContact | None:
    """The one that holds now. What it says is public: it stands on every notice of that party."""
    with people.as_party(party_id):
        return PrivacyContact.objects.filter(owner_id=party_id, valid_to=None).first()


def contacts_of(party_ids: Sequence[UUID]) -> dict[UUID, PrivacyContact]:
    """Of the acting party and those whom it serves."""
    return {row.owner_id: row for row in PrivacyContact.objects.filter(owner_id__in=party_ids, valid_to=None)}


def history(party_id: UUID) -> Sequence[PrivacyContact]:
    """The newest first; within the acting party."""
    return list(PrivacyContact.objects.filter(owner_id=party_id).order_by("-valid_from", "-id"))
