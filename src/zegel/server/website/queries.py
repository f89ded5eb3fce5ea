# SPDX-License-Identifier: EUPL-1.2
"""Reading a site: what everybody may, and what the firm's own people may."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zegel.server.gate import Action, require
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.website import sites
from zegel.server.website.models import Address, Page, Website

# --- by anybody ---


def by_slug(slug: str) -> Website | None:
    """The site of that name, open or not."""
    with tenancy.acting_as(None):
        held = Address.objects.filter(slug=slug).first()
    if held is None:
        return None
    with tenancy.acting_as(held.owner_id):
        return Website.objects.filter(owner_id=held.owner_id).first()


def open_site(slug: str) -> Website | None:
    """One that everybody reads."""
    found = by_slug(slug)
    return found if found is not None and found.published_at is not None else None


def page(owner_id: UUID, slug: str) -> Page | None:
    with tenancy.acting_as(owner_id):
        return Page.objects.filter(owner_id=owner_id, slug=slug).first()


def pages(owner_id: UUID) -> Sequence[Page]:
    """In the menu's order."""
    with tenancy.acting_as(owner_id):
        return list(Page.objects.filter(owner_id=owner_id).order_by("position", "slug"))


# --- by the firm's own people ---


def mine(actor: Actor) -> Website | None:
    """The acting party's site; None while it has none. Raises Denied."""
    require(actor, Action.READ, sites.resource(actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        return Website.objects.filter(owner_id=actor.party_id).first()
