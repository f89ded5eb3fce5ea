# SPDX-License-Identifier: EUPL-1.2
"""A firm’s own site, for those who keep it: its pages, what visitors wrote, the newsletter, how often it is read."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.kernel import clock, dkim, smtp
from zegel.server.people import queries as people
from zegel.server.website import counting, messages, newsletters, pictures, queries, rules, sending, sites
from zegel.server.website.models import Message, Newsletter, Page, Picture, Website

router = Router(tags=["website"])

for _code, _status in (
    ("bad_website", 422), ("bad_message", 422), ("unknown_website_thing", 404), ("website_not_now", 409),
    ("website_slug_taken", 409), ("newsletter_link_gone", 404),
):  # fmt: skip
    errors.status(_code, _status)

_opening = BoundedSemaphore(2)  # pictures that are opened at once
Language = Annotated[str, Field(pattern=r"^(nl|sv|de|en)$")]
Days = Annotated[int, Query(ge=1, le=366)]


class Said(Schema):
    slug: str = Field(max_length=40)
    name: str = Field(max_length=120)
    languages: list[Language] = Field(min_length=1, max_length=4)
    imprint: str = Field(default="", max_length=1000)
    told: str = Field(default="", max_length=254)
    security: str = Field(default="", max_length=254)
    has_form: bool = True
    has_newsletter: bool = True
    counts: bool = True


class Open(Schema):
    open: bool


class PageText(Schema):
    title: str = Field(default="", max_length=rules.LONGEST_TITLE)
    summary: str = Field(default="", max_length=rules.LONGEST_SUMMARY)
    body: str = Field(default="", max_length=rules.LONGEST_BODY)


class NewPage(Schema):
    slug: str = Field(max_length=60)
    texts: dict[Language, PageText]


class ChangedPage(Schema):
    texts: dict[Language, PageText]
    in_menu: bool = True


class Order(Schema):
    pages: list[UUID] = Field(max_length=rules.MOST_PAGES)


class Alts(Schema):
    """What a picture shows, in words, by language."""

    nl: str = Field(default="", max_length=400)
    sv: str = Field(default="", max_length=400)
    de: str = Field(default="", max_length=400)
    en: str = Field(default="", max_length=400)


class Words(Schema):
    text: str = Field(max_length=rules.LONGEST_MESSAGE)


class LetterText(Schema):
    subject: str = Field(default="", max_length=rules.LONGEST_TITLE)
    body: str = Field(default="", max_length=newsletters.LONGEST_LETTER)


class Letter(Schema):
    texts: dict[Language, LetterText]


# --- the site and its pages ---


@router.get("/website")
def website(request: HttpRequest) -> dict[str, Any]:
    """All of it; `site` is null while there is none."""
    site = queries.mine(acting(request))
    if site is None:
        return {"site": None, "pages": [], "pictures": [], "languages": list(rules.LANGUAGES)}
    pages = queries.pages(site.owner_id)
    return {
        "site": _site(site), "pages": [_page(site, row) for row in pages], "languages": list(rules.LANGUAGES),
        "mail": _mail(), "pictures": [_picture(site, row) for row in pictures.listed(site.owner_id)],
    }  # fmt: skip


@router.put("/website")
def settle(request: HttpRequest, body: Said) -> dict[str, Any]:
    """Makes the site, or changes what is said of it."""
    said = sites.Settings(**{**body.dict(), "languages": tuple(body.languages)})
    sites.settle(acting(request), said)
    return website(request)


@router.post("/website/open")
def open_site(request: HttpRequest, body: Open) -> dict[str, Any]:
    """From now on everybody reads it, or nobody."""
    sites.open_site(acting(request), body.open)
    return website(request)


@router.post("/website/pages")
def add_page(request: HttpRequest, body: NewPage) -> dict[str, Any]:
    """As a draft."""
    sites.add_page(acting(request), body.slug, {key: text.dict() for key, text in body.texts.items()})
    return website(request)


@router.post("/website/pages/order")
def order_pages(request: HttpRequest, body: Order) -> dict[str, Any]:
    """The menu's order."""
    sites.order_pages(acting(request), body.pages)
    return website(request)


@router.put("/website/pages/{page_id}")
def change_page(request: HttpRequest, page_id: UUID, body: ChangedPage) -> dict[str, Any]:
    """Its draft; readers see nothing of it yet."""
    texts = {key: text.dict() for key, text in body.texts.items()}
    sites.change_page(acting(request), page_id, texts, in_menu=body.in_menu)
    return website(request)


@router.post("/website/pages/{page_id}/publish")
def publish_page(request: HttpRequest, page_id: UUID) -> dict[str, Any]:
    """Its draft is what everybody reads; by its fingerprint that is in the log."""
    sites.publish_page(acting(request), page_id)
    return website(request)


@router.post("/website/pages/{page_id}/remove")
def remove_page(request: HttpRequest, page_id: UUID) -> dict[str, Any]:
    """Any but the first one."""
    sites.remove_page(acting(request), page_id)
    return website(request)


@router.put("/website/pictures/{name}")
def add_picture(request: HttpRequest, name: str, alts: Query[Alts]) -> dict[str, Any]:
    """The bare bytes of a PNG or JPEG of at most 8 MB as the body; what it shows, in each language of the site, as
    `nl`, `sv`, `de`, `en`. Only its pixels are kept."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    if not _opening.acquire(blocking=False):  # each may take a lot of memory
        raise throttle.TooManyRequests(_("Too many requests."), action=_("Wait a moment."))
    try:
        pictures.add(actor, name, request.read(pictures.LARGEST_UPLOAD + 1), alts.dict())
    finally:
        _opening.release()
    return website(request)


@router.post("/website/pictures/{name}/describe")
def describe_picture(request: HttpRequest, name: str, body: Alts) -> dict[str, Any]:
    """Other words for what it shows."""
    pictures.describe(acting(request), name, body.dict())
    return website(request)


@router.post("/website/pictures/{name}/remove")
def remove_picture(request: HttpRequest, name: str) -> dict[str, Any]:
    """One that no page shows."""
    pictures.remove(acting(request), name)
    return website(request)


@router.get("/website/figures")
def figures(request: HttpRequest, days: Days = 30) -> dict[str, Any]:
    """How often pages were shown, and how often somebody came from outside; nothing of who."""
    return counting.figures(acting(request), days)


# --- what visitors wrote ---


@router.get("/website/messages")
def listed(request: HttpRequest) -> dict[str, Any]:
    """The newest first."""
    rows = messages.listed(acting(request))
    names = people.person_names({row.answered_by for row in rows if row.answered_by})
    return {"messages": [_message(row, names) for row in rows]}


@router.post("/website/messages/{message_id}/answer")
def answer(request: HttpRequest, message_id: UUID, body: Words) -> dict[str, Any]:
    """By letter, to the address that he gave."""
    messages.answer(acting(request), message_id, body.text)
    return listed(request)


@router.post("/website/messages/{message_id}/close")
def close(request: HttpRequest, message_id: UUID) -> dict[str, Any]:
    """It needs no answer."""
    messages.close(acting(request), message_id)
    return listed(request)


# --- the newsletter ---


@router.get("/website/newsletters")
def letters(request: HttpRequest) -> dict[str, Any]:
    """Each with how many copies are where; how many addresses are on the list, and no address."""
    actor = acting(request)
    return {
        "newsletters": [_letter(row, counts) for row, counts in newsletters.listed(actor)],
        "subscribers": newsletters.subscribers(actor),
    }


@router.post("/website/newsletters")
def write(request: HttpRequest, body: Letter) -> dict[str, Any]:
    """A new draft."""
    newsletters.write(acting(request), None, {key: text.dict() for key, text in body.texts.items()})
    return letters(request)


@router.put("/website/newsletters/{letter_id}")
def rewrite(request: HttpRequest, letter_id: UUID, body: Letter) -> dict[str, Any]:
    """A draft."""
    newsletters.write(acting(request), letter_id, {key: text.dict() for key, text in body.texts.items()})
    return letters(request)


@router.post("/website/newsletters/{letter_id}/remove")
def remove(request: HttpRequest, letter_id: UUID) -> dict[str, Any]:
    """A draft that is not wanted."""
    newsletters.remove(acting(request), letter_id)
    return letters(request)


@router.post("/website/newsletters/{letter_id}/try")
def try_out(request: HttpRequest, letter_id: UUID) -> dict[str, Any]:
    """A copy to one's own address, now; `waits` says why it can't leave."""
    try:
        return {"to": sending.try_out(acting(request), letter_id), "waits": ""}
    except smtp.WaitsForTls as waits:
        return {"to": "", "waits": waits.why.value}
    except OSError:
        return {"to": "", "waits": smtp.Why.NOT_REACHED.value}


@router.post("/website/newsletters/{letter_id}/send")
def send(request: HttpRequest, letter_id: UUID) -> dict[str, Any]:
    """A copy for everybody on the list goes into the queue."""
    newsletters.dispatch(acting(request), letter_id)
    return letters(request)


@router.post("/website/newsletters/{letter_id}/stop")
def stop(request: HttpRequest, letter_id: UUID) -> dict[str, Any]:
    """What waits is not sent any more."""
    newsletters.stop(acting(request), letter_id)
    return letters(request)


# --- shapes ---


def _site(row: Website) -> dict[str, Any]:
    return {
        "slug": row.slug, "name": row.name, "languages": row.languages, "imprint": row.imprint, "told": row.told,
        "security": row.security, "has_form": row.has_form, "has_newsletter": row.has_newsletter,
        "counts": row.counts, "published_ms": clock.ms(row.published_at), "address": f"/site/{row.slug}",
    }  # fmt: skip


def _page(site: Website, row: Page) -> dict[str, Any]:
    return {
        "id": str(row.id), "slug": row.slug, "position": row.position, "in_menu": row.in_menu, "texts": row.draft,
        "changed_ms": clock.ms(row.changed_at), "published_ms": clock.ms(row.published_at),
        "differs": row.live != row.draft,
        "address": f"/site/{site.slug}/{site.languages[0]}" + ("" if row.slug == rules.HOME else f"/{row.slug}"),
    }  # fmt: skip


def _picture(site: Website, row: Picture) -> dict[str, Any]:
    return {
        "name": row.name, "alts": row.alts, "width": row.width, "height": row.height,
        "address": pictures.path_of(site, row), "added_ms": clock.ms(row.added_at),
    }  # fmt: skip


def _message(row: Message, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "email": row.email, "phone": row.phone, "text": row.text,
        "language": row.language, "received_ms": clock.ms(row.received_at), "state": row.state, "answer": row.answer,
        "answered_ms": clock.ms(row.answered_at), "sent_ms": clock.ms(row.sent_at),
        "by": names.get(row.answered_by, "") if row.answered_by else "",
    }  # fmt: skip


def _letter(row: Newsletter, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": str(row.id), "texts": row.texts, "state": row.state, "made_ms": clock.ms(row.made_at),
        "sent_ms": clock.ms(row.sent_at), "ended_ms": clock.ms(row.ended_at), "ready": newsletters.ready(row),
        "counts": counts,
    }  # fmt: skip


def _mail() -> dict[str, Any]:
    """How letters leave, and what is to be published so that others can check them."""
    security = smtp.setting("EMAIL_SECURITY")
    record = dkim.record(dkim.installed()) if smtp.setting("EMAIL_DKIM") else None
    return {
        "leaves": "nowhere" if security is None else str(security), "sender": str(settings.DEFAULT_FROM_EMAIL),
        "signed": None if record is None else {"name": record[0], "value": record[1]},
        "bounces": bool(smtp.setting("EMAIL_BOUNCES")),
    }  # fmt: skip
