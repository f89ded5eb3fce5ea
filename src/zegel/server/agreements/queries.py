# SPDX-License-Identifier: EUPL-1.2
"""What holds now. Each runs as whoever asks, so a party finds out nothing about owners that it does not serve."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from zegel.server.agreements.models import Agreement, Confidentiality, Purpose, Sign
from zegel.server.kernel import clock


def agreement_of(owner_id: UUID) -> Agreement | None:
    """The owner's agreement in force, the newest where there are several."""
    now = clock.now()
    held = Agreement.objects.filter(Q(valid_to=None) | Q(valid_to__gt=now), owner_id=owner_id, valid_from__lte=now)
    return held.order_by("-valid_from").first()


def has_purpose(owner_id: UUID, camera_id: UUID | None) -> bool:
    """A purpose for this camera, or for all of the owner's, under an agreement that is in force."""
    now = clock.now()
    recorded = Purpose.objects.filter(
        Q(agreement__valid_to=None) | Q(agreement__valid_to__gt=now),
        Q(camera_id=None) | Q(camera_id=camera_id),
        owner_id=owner_id,
        agreement__valid_from__lte=now,
    )
    return recorded.exists()


def sign_hangs(site_id: UUID) -> bool:
    return Sign.objects.filter(site_id=site_id, taken_down_at=None, hung_at__lte=clock.now()).exists()


def keeps_confidential(person_id: UUID, party_id: UUID) -> bool:
    """The person's statement for that party has not lapsed."""
    now = clock.now()
    signed = Confidentiality.objects.filter(
        owner_id=party_id, person_id=person_id, signed_at__lte=now, expires_at__gt=now
    )
    return signed.exists()
