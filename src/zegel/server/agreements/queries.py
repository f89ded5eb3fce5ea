# SPDX-License-Identifier: EUPL-1.2
"""What holds now. Each runs as whoever asks, so a party finds out nothing about owners that it does not serve."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zegel.server.agreements.models import Agreement, Certificate, Confidentiality, Purpose, Sign, Suspension
from zegel.server.agreements.schemes import Scheme
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


def all_have_purpose(owner_id: UUID, cameras: Collection[UUID]) -> bool:
    """A purpose for all of the owner's cameras, or one for each of these; of no cameras only the first counts."""
    if has_purpose(owner_id, None):
        return True
    return bool(cameras) and cameras_with_purpose(owner_id, cameras) == set(cameras)


def sign_hangs(site_id: UUID) -> bool:
    return Sign.objects.filter(site_id=site_id, taken_down_at=None, hung_at__lte=clock.now()).exists()


def keeps_confidential(person_id: UUID, party_id: UUID) -> bool:
    """The person's statement for that party has not lapsed."""
    now = clock.now()
    signed = Confidentiality.objects.filter(
        owner_id=party_id, person_id=person_id, signed_at__lte=now, expires_at__gt=now
    )
    return signed.exists()


def certified(party_id: UUID, person_id: UUID | None, schemes: Collection[Scheme], at: datetime | None = None) -> bool:
    """Whether the party (`person_id` None), or that person of it, has a certificate of one of these schemes in date."""
    now = at or clock.now()
    held = Certificate.objects.filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gt=now),
        owner_id=party_id, person_id=person_id, scheme__in=[s.value for s in schemes], valid_from__lte=now,
        valid_to__gt=now,
    )  # fmt: skip
    return held.exists()


def certificates(party_id: UUID) -> Sequence[Certificate]:
    """The centre's own first, then its people's, the one that ends first on top."""
    held = Certificate.objects.filter(owner_id=party_id)
    return sorted(held, key=lambda row: (row.person_id is not None, row.valid_to, row.id))


def statements(party_id: UUID) -> dict[UUID, datetime]:
    """Until when each person's newest confidentiality statement holds."""
    signed = Confidentiality.objects.filter(owner_id=party_id).order_by("expires_at")
    return dict(signed.values_list("person_id", "expires_at"))


def suspended(person_id: UUID, party_id: UUID) -> bool:
    return Suspension.objects.filter(owner_id=party_id, person_id=person_id, lifted_at=None).exists()


def suspensions(party_id: UUID) -> Sequence[Suspension]:
    """Those that hold first, then the lifted, the newest on top."""
    found = Suspension.objects.filter(owner_id=party_id).order_by("-suspended_at", "id")[:500]
    return sorted(found, key=lambda row: row.lifted_at is not None)


# --- for lists of many ---


def cameras_with_purpose(owner_id: UUID, cameras: Collection[UUID]) -> set[UUID]:
    """As has_purpose, of many cameras of one owner in one question."""
    now = clock.now()
    recorded = Purpose.objects.filter(
        Q(agreement__valid_to=None) | Q(agreement__valid_to__gt=now), owner_id=owner_id, agreement__valid_from__lte=now
    )
    of = set(recorded.values_list("camera_id", flat=True).distinct())
    return {camera for camera in cameras if None in of or camera in of}


def owners_with_agreement(owners: Collection[UUID]) -> dict[UUID, Agreement]:
    """Those of these owners who have an agreement in force, with the newest."""
    now = clock.now()
    held = Agreement.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=now), owner_id__in=list(owners), valid_from__lte=now
    )
    return {row.owner_id: row for row in held.order_by("valid_from")}


def sites_with_sign(sites: Collection[UUID]) -> set[UUID]:
    """Those of these sites at which a sign hangs."""
    rows = Sign.objects.filter(site_id__in=list(sites), taken_down_at=None, hung_at__lte=clock.now())
    return set(rows.values_list("site_id", flat=True))


def purposes_of(owners: Collection[UUID]) -> dict[UUID, list[Purpose]]:
    """What is recorded for these owners' cameras under an agreement that is in force, the newest first."""
    now = clock.now()
    rows = Purpose.objects.filter(
        Q(agreement__valid_to=None) | Q(agreement__valid_to__gt=now), owner_id__in=list(owners),
        agreement__valid_from__lte=now,
    )  # fmt: skip
    found: dict[UUID, list[Purpose]] = {}
    for row in rows.order_by("-recorded_at"):
        found.setdefault(row.owner_id, []).append(row)
    return found


def last_certificates(party_id: UUID, *, people: bool) -> list[Certificate]:
    """The one that holds longest of each scheme, of the party and (`people`) each of its people; what was withdrawn
    does not count. The one that ends first on top."""
    rows = Certificate.objects.filter(owner_id=party_id, withdrawn_at=None)
    if not people:
        rows = rows.filter(person_id=None)
    newest = {(row.person_id, row.scheme): row for row in rows.order_by("valid_to")}
    return sorted(newest.values(), key=lambda row: (row.valid_to, row.id))
