# SPDX-License-Identifier: EUPL-1.2
"""Pictures of a site's pages. The principles:

- PNG and JPEG alone, told by their first bytes; no SVG, which is a program. Each is opened in a process of its own and
  only its pixels are kept (sites.floorplan): no place, no name of a camera or person leaves with it.
- What a picture shows is said in words, in every language of the site, before it is there: who can't see it reads that.
- Its address names its content, so it is kept by browsers for good; another content is another address.
- It comes from this server and stands in pages only: letters ask nobody for a picture when they are opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.gate import Action, require
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.sites import floorplan
from zegel.server.sites.errors import BadPlan
from zegel.server.website import markup, rules, sites
from zegel.server.website.errors import BadSite, NotNow, UnknownThing
from zegel.server.website.models import Page, Picture, Website

LARGEST_UPLOAD = floorplan.LARGEST_UPLOAD
MOST_PICTURES = 100
LONGEST_NAME, SHORTEST_ALT, LONGEST_ALT = 40, 3, 200
_ENDS = {"image/png": "png", "image/jpeg": "jpg"}

Alts = Mapping[str, str]


@dataclass(frozen=True)
class File:
    """What a browser gets."""

    media_type: str
    data: bytes


def add(actor: Actor, name: str, data: bytes, alts: Alts) -> Picture:
    """A picture to be named in pages. Raises Denied, UnknownThing (no site yet), BadSite."""
    require(actor, Action.CHANGE, sites.resource(actor.party_id))
    assert actor.party_id is not None
    if not rules.is_slug(name, LONGEST_NAME):
        raise BadSite(
            _("A picture's name has small letters, figures and hyphens."), action=_("Write for example our-workshop."),
            field="name",
        )  # fmt: skip
    with tenancy.acting_as(actor.party_id, actor.id):
        said = _checked(sites.site_of(actor.party_id), alts)
    try:
        made = floorplan.reencoded(data)  # outside the transaction: it takes a while
    except BadPlan as wrong:
        raise BadSite(wrong.message, action=wrong.action, field="file") from None
    with work.transaction(actor) as w:
        site = sites.site_of(actor.party_id, locked=True)
        mine = Picture.objects.filter(owner_id=site.owner_id)
        if mine.filter(name=name).exists():
            raise BadSite(_("There is a picture of that name."), action=_("Choose another one."), field="name")
        if mine.count() >= MOST_PICTURES:
            raise BadSite(_("A site has at most 100 pictures."), action=_("Remove one first."), field="file")
        digest = hashlib.sha256(made.data).digest()
        row = Picture.objects.create(
            id=ids.new(), owner_id=site.owner_id, provider_id=site.provider_id, name=name, alts=said,
            media_type=made.media_type, width=made.width, height=made.height, data=made.data, digest=digest,
            added_at=clock.now(),
        )  # fmt: skip
        sites.note(w, site.owner_id, "picture_added", row.id, picture=digest)
        return row


def describe(actor: Actor, name: str, alts: Alts) -> Picture:
    """Other words for what it shows, at once for everybody. Raises Denied, UnknownThing, BadSite."""
    require(actor, Action.CHANGE, sites.resource(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        row = _named(actor, name)
        row.alts = _checked(sites.site_of(actor.party_id), alts)
        row.save(update_fields=["alts"])
        sites.note(w, row.owner_id, "picture_described", row.id)
        return row


def remove(actor: Actor, name: str) -> None:
    """Raises Denied, UnknownThing, NotNow while a page or its draft shows it."""
    require(actor, Action.CHANGE, sites.resource(actor.party_id))
    with work.transaction(actor) as w:
        row = _named(actor, name)
        pages = Page.objects.filter(owner_id=row.owner_id)
        if any(name in used(texts) for page in pages for texts in (page.draft, page.live or {})):
            raise NotNow(_("A page shows this picture. Take it out there, and publish the page."))
        sites.note(w, row.owner_id, "picture_removed", row.id)
        row.delete()


def used(texts: sites.Texts) -> frozenset[str]:
    """The pictures that these texts name."""
    return frozenset(name for said in texts.values() for name in markup.pictures(said.get("body", "")))


# --- reading ---


def listed(owner_id: UUID) -> list[Picture]:
    """Without their pixels, by name."""
    with tenancy.acting_as(owner_id):
        return list(Picture.objects.filter(owner_id=owner_id).defer("data").order_by("name"))


def path_of(site: Website, row: Picture) -> str:
    """Where everybody fetches it: its content names it."""
    return f"/site/{site.slug}/pictures/{bytes(row.digest).hex()}.{_ENDS[row.media_type]}"


def shown(site: Website, language: str, body: str) -> dict[str, markup.Shown]:
    """What a text's pictures look like, for that language."""
    names = markup.pictures(body)
    if not names:
        return {}
    with tenancy.acting_as(site.owner_id):
        rows = list(Picture.objects.filter(owner_id=site.owner_id, name__in=names).defer("data"))
    return {
        row.name: markup.Shown(path_of(site, row), row.alts.get(language, ""), row.width, row.height) for row in rows
    }


def file_of(owner_id: UUID, name: str) -> File | None:
    """By its public name, content.ending; None for any other."""
    stem, _dot, end = name.partition(".")
    try:
        digest = bytes.fromhex(stem) if len(stem) == 64 else b""
    except ValueError:
        return None
    with tenancy.acting_as(owner_id):
        row = Picture.objects.filter(owner_id=owner_id, digest=digest).first() if digest else None
    if row is None or _ENDS.get(row.media_type) != end:
        return None
    return File(row.media_type, bytes(row.data))


# --- parts ---


def _named(actor: Actor, name: str) -> Picture:
    assert actor.party_id is not None
    row = Picture.objects.select_for_update().filter(owner_id=actor.party_id, name=name).defer("data").first()
    if row is None:
        raise UnknownThing
    return row


def _checked(site: Website, alts: Alts) -> dict[str, str]:
    """One line for each of the site's languages; others are kept when they are there. Raises BadSite."""
    said = {one: " ".join(alts.get(one, "").split()) for one in rules.LANGUAGES}
    if any(len(said[one]) < SHORTEST_ALT for one in site.languages):
        raise BadSite(
            _("Say what the picture shows in each language of the site."),
            action=_("Who can’t see it reads that instead."), field="alt",
        )  # fmt: skip
    if any(len(words) > LONGEST_ALT for words in said.values()):
        raise BadSite(_("This is too long."), action=_("Make it shorter."), field="alt")
    return {one: words for one, words in said.items() if words}
