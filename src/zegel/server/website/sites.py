# SPDX-License-Identifier: EUPL-1.2
"""A firm's site and its pages: drafts that only the firm sees, and what it published. What is published is in the
ledger, by its fingerprint."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, mail, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.tenants import leaving
from zegel.server.website import markup, rules
from zegel.server.website.errors import BadSite, NotNow, SlugTaken, UnknownThing
from zegel.server.website.models import Address, Page, Picture, Website

Texts = Mapping[str, Mapping[str, str]]
_FIELDS = {"title": rules.LONGEST_TITLE, "summary": rules.LONGEST_SUMMARY, "body": rules.LONGEST_BODY}


@dataclass(frozen=True)
class Settings:
    """What a firm says of its site; see models.Website."""

    slug: str
    name: str
    languages: tuple[str, ...]
    imprint: str = ""
    told: str = ""
    security: str = ""
    has_form: bool = True
    has_newsletter: bool = True
    counts: bool = True


def resource(owner_id: UUID | None) -> Resource:
    return Resource(ResourceKind.WEBSITE, None, owner_id)


def settle(actor: Actor, said: Settings) -> Website:
    """Makes the acting party's site, with a first page, or changes what is said of it. Raises Denied, BadSite,
    SlugTaken."""
    require(actor, Action.CHANGE, resource(actor.party_id))
    assert actor.party_id is not None
    kept = _checked(said)
    with work.transaction(actor) as w:
        _take(actor.party_id, kept.slug)
        row = Website.objects.select_for_update().filter(owner_id=actor.party_id).first()
        if row is None:
            row = Website(id=ids.new(), owner_id=actor.party_id, provider_id=provider_of(actor.party_id))
            _first_page(actor, kept)
        for name in ("slug", "name", "imprint", "told", "security", "has_form", "has_newsletter", "counts"):
            setattr(row, name, getattr(kept, name))
        row.languages = list(kept.languages)
        row.save()
        note(w, actor.party_id, "settled", row.id)
        return row


def _checked(said: Settings) -> Settings:
    if not rules.is_slug(said.slug):
        raise BadSite(
            _("A site's name in its address has small letters, figures and hyphens."),
            action=_("Write for example noordman-apparaten."), field="slug",
        )  # fmt: skip
    name = " ".join(said.name.split())
    if not 2 <= len(name) <= 120:
        raise BadSite(_("A site has a name."), action=_("Write it in at most 120 letters."), field="name")
    if not said.languages or set(said.languages) - set(rules.LANGUAGES):
        raise BadSite(_("A site has at least one language."), action=_("Choose from the four."), field="languages")
    if said.told and not mail.is_address(said.told):
        raise BadSite(_("This is not an e-mail address."), action=_("Write one that is read."), field="told")
    if said.security and not is_contact(said.security):
        raise BadSite(
            _("Weaknesses are reported to an e-mail address or a page that begins with https://."),
            action=_("Write one of these."), field="security",
        )  # fmt: skip
    languages = tuple(dict.fromkeys(said.languages))
    return Settings(
        said.slug, name, languages, said.imprint.strip()[:1000], said.told.strip(), said.security.strip(),
        said.has_form, said.has_newsletter, said.counts,
    )  # fmt: skip


def is_contact(text: str) -> bool:
    """For security.txt: an address of mail, or a page."""
    if mail.is_address(text):
        return True
    return urlsplit(text).scheme == "https" and bool(urlsplit(text).hostname) and not re.search(r"\s", text)


def _take(owner_id: UUID, slug: str) -> None:
    """The public address, one for each firm. Raises SlugTaken."""
    held = Address.objects.filter(owner_id=owner_id).first()
    if held is not None and held.slug == slug:
        return
    try:
        with transaction.atomic():
            Address.objects.filter(owner_id=owner_id).delete()
            Address.objects.create(slug=slug, owner_id=owner_id)
    except IntegrityError:
        raise SlugTaken from None


def _first_page(actor: Actor, said: Settings) -> None:
    assert actor.party_id is not None
    empty = {one: {"title": said.name, "summary": "", "body": ""} for one in said.languages[:1]}
    Page.objects.create(
        id=ids.new(), owner_id=actor.party_id, provider_id=provider_of(actor.party_id), slug=rules.HOME, position=0,
        draft=empty, changed_at=clock.now(), changed_by=actor.id,
    )  # fmt: skip


def open_site(actor: Actor, open_: bool) -> Website:
    """From now on everybody reads it, or nobody. Raises Denied, UnknownThing, NotNow without a published first page."""
    require(actor, Action.PUBLISH, resource(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        row = site_of(actor.party_id, locked=True)
        if open_ and not Page.objects.filter(owner_id=row.owner_id, slug=rules.HOME, live__isnull=False).exists():
            raise NotNow(_("The first page is not published yet."))
        row.published_at = clock.now() if open_ else None
        row.save(update_fields=["published_at"])
        note(w, row.owner_id, "opened" if open_ else "closed", row.id)
        return row


@leaving.removes("the site's address")
def forget_address(owner_id: UUID) -> int:
    """A firm that is removed whole: its pages go with its other rows, its public address with this."""
    with tenancy.acting_as(None):
        return Address.objects.filter(owner_id=owner_id).delete()[0]


# --- pages ---


def add_page(actor: Actor, slug: str, texts: Texts) -> Page:
    """Raises Denied, UnknownThing (no site yet), BadSite."""
    require(actor, Action.CHANGE, resource(actor.party_id))
    assert actor.party_id is not None
    draft = checked_texts(texts)
    if not rules.is_slug(slug, 60):
        raise BadSite(
            _("A page's name in its address has small letters, figures and hyphens."),
            action=_("Write for example opening-hours."), field="slug",
        )  # fmt: skip
    with work.transaction(actor) as w:
        site = site_of(actor.party_id, locked=True)
        pages = Page.objects.filter(owner_id=site.owner_id)
        if pages.filter(slug=slug).exists():
            raise BadSite(_("There is a page of that name."), action=_("Choose another one."), field="slug")
        if pages.count() >= rules.MOST_PAGES:
            raise BadSite(_("A site has at most 40 pages."), action=_("Remove one first."), field="slug")
        row = Page.objects.create(
            id=ids.new(), owner_id=site.owner_id, provider_id=site.provider_id, slug=slug, position=pages.count(),
            draft=draft, changed_at=clock.now(), changed_by=actor.id,
        )  # fmt: skip
        note(w, site.owner_id, "page_added", row.id)
        return row


def change_page(actor: Actor, page_id: UUID, texts: Texts, *, in_menu: bool) -> Page:
    """Its draft; readers see nothing of it. Raises Denied, UnknownThing, BadSite."""
    require(actor, Action.CHANGE, resource(actor.party_id))
    draft = checked_texts(texts)
    with work.transaction(actor):
        row = _page(actor, page_id)
        row.draft, row.in_menu, row.changed_at, row.changed_by = draft, in_menu, clock.now(), actor.id
        row.save(update_fields=["draft", "in_menu", "changed_at", "changed_by"])
        return row


def publish_page(actor: Actor, page_id: UUID) -> Page:
    """Its draft is what everybody reads. Raises Denied, UnknownThing, BadSite when a language has no title, or a
    picture is missing or not described in it."""
    require(actor, Action.PUBLISH, resource(actor.party_id))
    with work.transaction(actor) as w:
        row = _page(actor, page_id)
        if not row.draft or not all(said["title"] for said in row.draft.values()):
            raise BadSite(_("A page has a title in each of its languages."), action=_("Write it."), field="title")
        check_pictures(row.owner_id, row.draft)
        row.live, row.published_at = row.draft, clock.now()
        row.save(update_fields=["live", "published_at"])
        digest = hashlib.sha256(json.dumps(row.live, sort_keys=True, ensure_ascii=False).encode()).digest()
        note(w, row.owner_id, "page_published", row.id, words=digest)
        return row


def remove_page(actor: Actor, page_id: UUID) -> None:
    """Raises Denied, UnknownThing, NotNow for the first page."""
    require(actor, Action.CHANGE, resource(actor.party_id))
    with work.transaction(actor) as w:
        row = _page(actor, page_id)
        if row.slug == rules.HOME:
            raise NotNow(_("A site keeps its first page."))
        note(w, row.owner_id, "page_removed", row.id)
        row.delete()


def order_pages(actor: Actor, wanted: Sequence[UUID]) -> None:
    """The menu's order; pages that are not named stay behind those that are. Raises Denied, UnknownThing."""
    require(actor, Action.CHANGE, resource(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor):
        rows = {row.id: row for row in Page.objects.select_for_update().filter(owner_id=actor.party_id)}
        if set(wanted) - rows.keys():
            raise UnknownThing
        rest = sorted(rows.keys() - set(wanted), key=lambda one: rows[one].position)
        for position, one in enumerate([*dict.fromkeys(wanted), *rest]):
            Page.objects.filter(id=one).update(position=position)


def checked_texts(texts: Texts) -> dict[str, dict[str, str]]:
    """Languages without a word are left out. Raises BadSite."""
    if set(texts) - set(rules.LANGUAGES):
        raise BadSite(_("Choose one of the four languages."), action=_("Choose again."), field="language")
    kept: dict[str, dict[str, str]] = {}
    for language in (one for one in rules.LANGUAGES if one in texts):
        said = {name: str(texts[language].get(name, "")).strip() for name in _FIELDS}
        for name, longest in _FIELDS.items():
            if len(said[name]) > longest:
                raise BadSite(_("This is too long."), action=_("Make it shorter."), field=name)
        if any(said.values()):
            kept[language] = said
    return kept


def check_pictures(owner_id: UUID, texts: Texts) -> None:
    """Within the running work: each picture that is named is there, and is described in the text's language. Raises
    BadSite."""
    rows = {row.name: row for row in Picture.objects.filter(owner_id=owner_id).defer("data")}
    for language, said in texts.items():
        for name in sorted(markup.pictures(said.get("body", ""))):
            if name not in rows:
                words = _("There is no picture “{name}”.").format(name=name)
                raise BadSite(words, action=_("Add it, or take it out of the text."), field="body")
            if not rows[name].alts.get(language):
                words = _("What the picture “{name}” shows is not said in each language.").format(name=name)
                raise BadSite(words, action=_("Write it there first."), field="body")


# --- parts ---


def _page(actor: Actor, page_id: UUID) -> Page:
    assert actor.party_id is not None
    row = Page.objects.select_for_update().filter(id=page_id, owner_id=actor.party_id).first()
    if row is None:
        raise UnknownThing
    return row


def site_of(owner_id: UUID, *, locked: bool = False) -> Website:
    """Within an acting party. Raises UnknownThing."""
    rows = Website.objects.select_for_update() if locked else Website.objects.all()
    row = rows.filter(owner_id=owner_id).first()
    if row is None:
        raise UnknownThing
    return row


def provider_of(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def note(w: work.Work, owner_id: UUID, what: str, about: UUID, **facts: Fact) -> None:
    """In the ledger: identifiers, numbers and fingerprints."""
    said: dict[str, Any] = {"what": what, **facts}
    w.record(Entry(Kind.WEBSITE, owner_id, said, about=about))
