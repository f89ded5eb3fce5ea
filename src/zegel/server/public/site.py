# SPDX-License-Identifier: EUPL-1.2
"""A firm's own site: its pages, the contact form, the newsletter, and where weaknesses are reported.

- No cookie, no session, no script, no request to any other address. Whoever sends a form is nobody here, so nothing can
  be done in his name. Only the firm's own people, signed in, see a draft (`?draft`).
- Against programs: a field that no person sees, a form that was filled in faster than anybody writes, counts by address
  and by site. What was filled in is answered alike, whether an address is known or not.
- Views are counted by page and day; of whoever looks nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from zegel.server.consents import purposes
from zegel.server.gate import Action, decide
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.middleware import WITHOUT_SCRIPT, WITHOUT_SCRIPT_BUT_FORM
from zegel.server.people import sessions
from zegel.server.privacy import queries as privacy
from zegel.server.tenants import queries as tenants
from zegel.server.website import counting, markup, messages, newsletters, pictures, queries, rules, sending, sites
from zegel.server.website.errors import BadMessage, LinkGone
from zegel.server.website.models import Page, Website
from zegel.server.website.rules import Filled, Source

TRAP = "website"
NAMES = dict(settings.LANGUAGES)
_reading = Buckets(Rate(per_s=5, burst=150))
_guessing = Buckets(Rate(per_s=0.05, burst=10))
_sending = Buckets(Rate(per_s=1 / 120, burst=6))  # of one address
_taking = Buckets(Rate(per_s=1 / 20, burst=120))  # of one site, whoever sends


@dataclass(frozen=True)
class Reader:
    """Which site is read, in which language. `draft`: by one of the firm's own people, before it is published."""

    site: Website
    language: str
    draft: bool = False

    @property
    def root(self) -> str:
        return f"/site/{self.site.slug}/{self.language}"

    def text(self, page: Page) -> Mapping[str, str] | None:
        texts = page.draft if self.draft else page.live
        return None if texts is None else texts.get(self.language)


# --- pages ---


@require_safe
def front(request: HttpRequest, slug: str) -> HttpResponse:
    """To the first page, in the reader's language where the site speaks it."""
    site = _site(request, slug)
    if site is None:
        return _none(request)
    wanted = (translation.get_language() or "en")[:2]
    return HttpResponseRedirect(f"/site/{slug}/{wanted if wanted in site.languages else site.languages[0]}")


@require_safe
def page(request: HttpRequest, slug: str, language: str, name: str = rules.HOME) -> HttpResponse:
    """One page. What is not there in this language is shown in one that it has."""
    reader = _reader(request, slug, language)
    found = None if reader is None else queries.page(reader.site.owner_id, name)
    if reader is None or found is None:
        return _none(request)
    text = reader.text(found)
    if text is None:
        texts = (found.draft if reader.draft else found.live) or {}
        others = [one for one in reader.site.languages if one in texts]
        return HttpResponseRedirect(_path(reader.site, others[0], name)) if others else _none(request)
    _count(request, reader, name)
    seen = pictures.shown(reader.site, language, text["body"])
    body = mark_safe(markup.html(text["body"], pictures=seen))  # escaped there, piece by piece
    return _answer(request, reader, "page", name, title=text["title"], summary=text["summary"], body=body)


@require_safe
def picture(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """A picture of the site's pages, for good: its name is that of its content."""
    site = _site(request, slug)
    found = None if site is None else pictures.file_of(site.owner_id, name)
    if site is None or found is None:
        return _none(request)
    response = HttpResponse(found.data, content_type=found.media_type)
    kept = "public, max-age=31536000, immutable" if site.published_at is not None else "private, no-store"
    response["Cache-Control"] = kept
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = WITHOUT_SCRIPT
    return response


def _path(site: Website, language: str, name: str) -> str:
    return f"/site/{site.slug}/{language}" + ("" if name == rules.HOME else f"/{name}")


@require_safe
def statement(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """To the firm's privacy statement: its own, or the one that is made from what the system runs on."""
    reader = _reader(request, slug, language)
    if reader is None:
        return _none(request)
    owner = reader.site.owner_id
    brand = tenants.brand(owner)
    if brand is not None and brand.privacy_url:
        return HttpResponseRedirect(brand.privacy_url)
    if brand is not None and tenants.has_statement(brand):
        return HttpResponseRedirect(f"/forms/{brand.slug}/privacy?lang={reader.language}")
    return HttpResponseRedirect(f"/statement?of={owner}&lang={reader.language}")


# --- the contact form ---


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """A message to the firm, and if he ticks it the question about its newsletter."""
    reader = _reader(request, slug, language)
    if reader is None or not reader.site.has_form:
        return _none(request)
    if request.method != "POST":
        if "sent" not in request.GET:
            _count(request, reader, "contact")
        return _answer(request, reader, "contact_sent" if "sent" in request.GET else "contact", "contact", said={})
    if request.POST.get(TRAP):
        return _sent(reader, "contact")  # a program: it may believe what it likes
    with translation.override(reader.language):
        return _take_message(request, reader)


def _take_message(request: HttpRequest, reader: Reader) -> HttpResponse:
    it = request.POST
    said = messages.Said(
        it.get("name", "")[:200], it.get("email", "")[:300], it.get("text", "")[:9000], reader.language,
        it.get("phone", "")[:60],
    )  # fmt: skip
    try:
        messages.checked(said)
        _in_time(request, reader)
        if not _may_send(request, reader):
            return _wait(request, reader)
        messages.receive(reader.site, said)
        if it.get("newsletter") == "yes" and reader.site.has_newsletter:
            newsletters.ask(reader.site, said.email, reader.language, Source.CONTACT, _seen(request))
    except BadMessage as wrong:
        return _answer(request, reader, "contact", "contact", 422, said=it, wrong=wrong, field=wrong.details["field"])
    return _sent(reader, "contact")


# --- the newsletter ---


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def newsletter(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Asking for it; and, for who has no letter at hand, leaving it. Both are answered alike for every address."""
    reader = _reader(request, slug, language)
    if reader is None or not reader.site.has_newsletter:
        return _none(request)
    if request.method != "POST":
        if "sent" not in request.GET:
            _count(request, reader, "newsletter")
        view = "newsletter_sent" if "sent" in request.GET else "newsletter"
        return _answer(request, reader, view, "newsletter", said={})
    if request.POST.get(TRAP):
        return _sent(reader, "newsletter")
    with translation.override(reader.language):
        return _take_address(request, reader)


def _take_address(request: HttpRequest, reader: Reader) -> HttpResponse:
    email = request.POST.get("email", "")[:300]
    try:
        _in_time(request, reader)
        if not _may_send(request, reader):
            return _wait(request, reader)
        if request.POST.get("do") == "leave":
            newsletters.ask_to_leave(reader.site, email)
        else:
            newsletters.ask(reader.site, email, reader.language, Source.NEWSLETTER, _seen(request))
    except BadMessage as wrong:
        return _answer(
            request, reader, "newsletter", "newsletter", 422, said=request.POST, wrong=wrong,
            field=wrong.details["field"],
        )  # fmt: skip
    return _sent(reader, "newsletter")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The second yes asks for a press: a program that only reads the address says nothing in anybody's name."""
    if not _may_read(request):
        return _wait(request, None)
    try:
        row = newsletters.question_of(token)
        reader = _reader_of(row.owner_id, row.language)
        if request.method == "POST":
            newsletters.confirm(token)
    except LinkGone:
        return _link_gone(request)
    except ZegelError:
        return _link_gone(request)
    view = "confirmed" if request.method == "POST" else "confirm"
    return _answer(request, reader, view, "newsletter", words=_words(reader.language))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """One press, or one request of a mail program (RFC 8058 §3.2): no cookie, no question, no other page between."""
    if not _may_read(request):
        return _wait(request, None)
    named = rules.read_link(newsletters.secret(), rules.LinkKind.LEAVE, token)
    if named is None:
        return _link_gone(request)
    wanted = (translation.get_language() or "en")[:2]
    reader = _reader_of(named[0], wanted)
    if request.method == "POST":
        newsletters.leave(token)
    return _answer(request, reader, "left" if request.method == "POST" else "leave", "newsletter")


def _reader_of(owner_id: UUID, language: str) -> Reader:
    with tenancy.acting_as(owner_id):
        site = sites.site_of(owner_id)
    return Reader(site, language if language in site.languages else site.languages[0])


# --- where weaknesses are reported (RFC 9116) ---


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """The installation's own contact, else the front site's; none: there is no such file."""
    site = queries.open_site(settings.WEBSITE) if settings.WEBSITE else None
    contact = settings.SECURITY_CONTACT or ("" if site is None else site.security or _privacy_address(site.owner_id))
    if not contact:
        return HttpResponse("No contact is named.\n", status=404, content_type="text/plain; charset=utf-8")
    address = contact if ":" in contact else f"mailto:{contact}"
    expires = (clock.now() + timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {address}", f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en, nl, sv, de", f"Canonical: {settings.ORIGIN}/.well-known/security.txt",
    ]  # fmt: skip
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _privacy_address(owner_id: UUID) -> str:
    named = privacy.contact_of(owner_id)
    return "" if named is None else named.email


# --- parts ---


def _site(request: HttpRequest, slug: str) -> Website | None:
    """One that is open to everybody, or one's own."""
    if not _may_read(request) or not rules.is_slug(slug):
        return None
    site = queries.by_slug(slug)
    if site is None or (site.published_at is None and not _is_own(request, site)):
        return None
    return site


def _reader(request: HttpRequest, slug: str, language: str) -> Reader | None:
    site = _site(request, slug)
    if site is None or language not in site.languages:
        return None
    return Reader(site, language, "draft" in request.GET and _is_own(request, site))


def _is_own(request: HttpRequest, site: Website) -> bool:
    """Whether somebody of the firm who may read its drafts is signed in."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    try:
        actor = sessions.actor_from_request(request)
    except ZegelError:
        return False
    return decide(actor, Action.READ, sites.resource(site.owner_id)).allowed


def _may_read(request: HttpRequest) -> bool:
    return _reading.allows(source_of(request.META.get("REMOTE_ADDR", "")))


def _may_send(request: HttpRequest, reader: Reader) -> bool:
    source = source_of(request.META.get("REMOTE_ADDR", ""))
    return _sending.allows(source) and _taking.allows(str(reader.site.owner_id))


def _in_time(request: HttpRequest, reader: Reader) -> None:
    """Raises BadMessage for a form that is older than a day, or was filled in faster than anybody writes."""
    stamp, now_s = request.POST.get("stamp", ""), clock.now_ms() // 1000
    took = rules.filled(newsletters.secret(), reader.site.slug, stamp, now_s)
    if took is Filled.IN_TIME:
        return
    if took is Filled.TOO_QUICK:
        raise BadMessage(_("That was quick."), action=_("Wait a few seconds and send it again."), field="")
    raise BadMessage(_("This page lay open for a long time."), action=_("Send it again."), field="")


def _seen(request: HttpRequest) -> bytes:
    try:
        return bytes.fromhex(request.POST.get("words", "")[:64])
    except ValueError:
        return b""


def _words(language: str) -> dict[str, str]:
    words = purposes.words_of(purposes.NEWSLETTER, language)
    return {"text": words, "hash": purposes.hash_of(words).hex()}


def _count(request: HttpRequest, reader: Reader, name: str) -> None:
    """What the browser says of itself and of where it came from is looked at here, and dropped."""
    fetched_before = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.method != "GET" or reader.draft or fetched_before or reader.site.published_at is None:
        return
    if not rules.is_program(request.headers.get("User-Agent", "")):
        counting.shown(reader.site, name, reader.language, request.headers.get("Referer", ""))


def _sent(reader: Reader, name: str) -> HttpResponse:
    again = HttpResponseRedirect(f"{reader.root}/{name}?sent")
    again.status_code = 303
    return again


def _wait(request: HttpRequest, reader: Reader | None) -> HttpResponse:
    return _bare(request, "wait", 429) if reader is None else _answer(request, reader, "wait", "", 429)


def _link_gone(request: HttpRequest) -> HttpResponse:
    known = _guessing.allows(source_of(request.META.get("REMOTE_ADDR", "")))
    return _bare(request, "gone" if known else "wait", 404 if known else 429)


def _none(request: HttpRequest) -> HttpResponse:
    return _bare(request, "none", 404)


def _bare(request: HttpRequest, view: str, status: int) -> HttpResponse:
    return _headed(render(request, "public/site.html", {"view": view, "title": _("Nothing here")}, status=status))


def _answer(
    request: HttpRequest, reader: Reader, view: str, name: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the site, in its own language whatever the reader's browser wants."""
    with translation.override(reader.language):
        context = _frame(reader, view, name) | context
        return _headed(render(request, "public/site.html", context, status=status))


def _frame(reader: Reader, view: str, name: str) -> dict[str, Any]:
    site = reader.site
    titles = {
        "contact": _("Contact"), "contact_sent": _("Thank you"), "newsletter": _("Newsletter"),
        "newsletter_sent": _("One thing to do"), "confirm": _("Was it you?"), "confirmed": _("You are on the list"),
        "leave": _("Leave the newsletter"), "left": _("You have left"), "wait": _("One moment, please"),
    }  # fmt: skip
    brand = tenants.brand(site.owner_id)
    stamp = rules.form_stamp(newsletters.secret(), site.slug, clock.now_ms() // 1000)
    return {
        "view": view, "site": site, "reader": reader, "language": reader.language, "name": name, "trap": TRAP,
        "title": titles.get(view, ""), "brand": brand, "stamp": stamp, "words": _words(reader.language),
        "menu": _menu(reader, name), "imprint": sending.imprint_of(site), "wrong": None, "canonical": "",
        "languages": [
            {"code": one, "name": NAMES[one], "path": _path(site, one, name or rules.HOME),
             "now": one == reader.language}
            for one in site.languages
        ],
    }  # fmt: skip


def _menu(reader: Reader, name: str) -> list[dict[str, Any]]:
    rows = [row for row in queries.pages(reader.site.owner_id) if row.in_menu]
    query = "?draft" if reader.draft else ""
    found = [
        {"words": text["title"], "path": _path(reader.site, reader.language, row.slug) + query, "now": row.slug == name}
        for row in rows
        if (text := reader.text(row)) is not None
    ]
    if reader.site.has_form:
        found.append({"words": _("Contact"), "path": f"{reader.root}/contact", "now": name == "contact"})
    return found


def _headed(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = WITHOUT_SCRIPT_BUT_FORM
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response
