# SPDX-License-Identifier: EUPL-1.2
"""An owner's terms: which profile each of his sites has, what he chose himself, in which time zone days are counted,
and when something of his came to an end. Within an acting party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max

from zegel.declare import Term
from zegel.server.agreements import terms as chosen
from zegel.server.agreements.models import Agreement
from zegel.server.kernel import clock
from zegel.server.lifecycle import terms
from zegel.server.people import queries as people
from zegel.server.people.models import Membership, Party, ServiceRelation
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera, Site
from zegel.server.tenants import queries as tenants

LONG_AGO = clock.moment(0)

OFFICE = "office"
"""The profile of a party that guards no site: a provider, an alarm centre."""


@dataclass(frozen=True)
class Place:
    """A site, as far as terms go."""

    site_id: UUID | None
    profile: str
    zone: ZoneInfo
    country: str


class Owner:
    """Looked at once for a turn of work; figures that others change meanwhile count from the next turn on."""

    def __init__(self, owner_id: UUID) -> None:
        self.owner_id = owner_id
        self._figures: dict[tuple[str, str], dict[Term, int]] = {}

    @cached_property
    def places(self) -> Mapping[UUID, Place]:
        rows = Site.objects.filter(owner_id=self.owner_id).order_by("id")
        return {row.id: Place(row.id, row.profile, terms.zone(row.tz), row.country) for row in rows}

    @cached_property
    def home(self) -> Place:
        """For what belongs to no site: a tenant's own profile, his first site's, else an office of no country."""
        tenant = tenants.tenant(self.owner_id)
        if tenant is not None:
            brand = tenants.brand(self.owner_id)
            return Place(None, tenant.profile, terms.zone("UTC"), brand.country if brand is not None else "")
        return next(iter(self.places.values()), Place(None, OFFICE, terms.zone("UTC"), ""))

    @cached_property
    def cameras(self) -> Mapping[UUID, Place]:
        rows = Camera.objects.filter(owner_id=self.owner_id).values_list("id", "unit__site_id")
        return {camera: self.places.get(site, self.home) for camera, site in rows}

    def place(self, site_id: UUID | None) -> Place:
        return self.home if site_id is None else self.places.get(site_id, self.home)

    def of_camera(self, camera_id: UUID) -> Place:
        return self.cameras.get(camera_id, self.home)

    def days(self, term: Term, place: Place | None = None) -> int:
        """Of a place; without one the shortest that any of his places has, so that nothing outlives its promise."""
        if place is not None:
            return self._days(term, place)
        return min(self._days(term, each) for each in (self.places.values() or [self.home]))

    def _days(self, term: Term, place: Place) -> int:
        key = (place.profile, place.country)
        if key not in self._figures:
            self._figures[key] = chosen.all_days(self.owner_id, *key)
        return self._figures[key][term]

    def due(self, start: datetime, term: Term, place: Place | None = None) -> datetime:
        at = place or self.home
        return terms.due(start, self.days(term, place), at.zone)

    def bound(self, term: Term, place: Place | None = None) -> datetime:
        """What started before this is over now."""
        at = place or self.home
        return terms.bound(clock.now(), self.days(term, place), at.zone)

    # --- starts that no row tells ---

    @cached_property
    def ended_at(self) -> datetime | None:
        """When the last relation and the last agreement ended; None while one holds, while he himself serves somebody
        or uses the office here, and where there never was one. Who is nameless and has no relation left ended before
        anything that is still known of him."""
        now = clock.now()
        ends: list[datetime] = []
        if ServiceRelation.objects.filter(people.at(now), party_id=self.owner_id).exists():
            return None
        if tenants.tenant(self.owner_id) is not None and tenants.holds(self.owner_id):
            return None
        rows: list[tuple[datetime | None]] = [
            *ServiceRelation.objects.filter(owner_id=self.owner_id).values_list("valid_to"),
            *Agreement.objects.filter(owner_id=self.owner_id).values_list("valid_to"),
        ]
        for (until,) in rows:
            if until is None or until > now:
                return None
            ends.append(until)
        nameless = not ends and Party.objects.filter(id=self.owner_id, name="").exists()
        return LONG_AGO if nameless else max(ends, default=None)

    def unit_removed_at(self, site_id: UUID) -> datetime | None:
        """When the last unit left a site; None while one is there."""
        return sites.last_unit_left(site_id)

    def account_ended_at(self, person_id: UUID) -> datetime | None:
        """When somebody's last membership here ended; None while he has one."""
        rows = Membership.objects.filter(party_id=self.owner_id, person_id=person_id)
        if rows.filter(valid_to__isnull=True).exists() or rows.filter(valid_to__gt=clock.now()).exists():
            return None
        last: datetime | None = rows.aggregate(last=Max("valid_to"))["last"]
        return last
