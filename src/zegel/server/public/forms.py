# SPDX-License-Identifier: EUPL-1.2
"""A tenant's public forms: registering a product, and asking for every kind of order. In the tenant's own style, on
our address or in a page of his own by one line (/embed.js).

- No cookie, no session, no request to any other address. Whoever sends a form is nobody here, so that nothing can be
  done in his name; what keeps programs out is a puzzle of our own (intake.rules), counts by address, and a field that
  no person sees.
- It may stand in pages that the tenant named and in no other; without a privacy statement of the tenant there is no
  form at all, and the link to it is always on the page (I11).
- No answer tells whether somebody or something was known.
- It works without a script; then somebody may send only now and then.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from zegel.server.consents import purposes
from zegel.server.intake import actions, queries, rules
from zegel.server.intake.errors import BadForm
from zegel.server.intake.queries import Forms
from zegel.server.intake.rules import ASKS, Answer, FormKind
from zegel.server.kernel import clock, middleware, secrets, tenancy
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.products import queries as products
from zegel.server.products.rules import ModelKind
from zegel.server.tenants import queries as tenants
from zegel.server.tenants import rules as tenant_rules
from zegel.server.tenants.models import Brand

TRAP = "website"
LANGUAGES = ("nl", "sv", "de", "en")
TITLES: dict[FormKind, Promise] = {
    FormKind.REGISTRATION: gettext_lazy("Register your product"), FormKind.REQUEST: gettext_lazy("Ask for a product"),
    FormKind.REPAIR: gettext_lazy("Ask for a repair"),
    FormKind.INSTALLATION: gettext_lazy("Have it measured and installed"),
    FormKind.EXCHANGE: gettext_lazy("Exchange a product"), FormKind.RETURN: gettext_lazy("Return a product"),
    FormKind.COMPLAINT: gettext_lazy("Tell us what went wrong"),
    FormKind.QUESTION: gettext_lazy("Ask about a product"),
}  # fmt: skip
FIELDS = ("name", "email", "phone", "street", "house_number", "postcode", "city", "model", "serial", "bought", "shop",
          "text")  # fmt: skip
LONGEST = 2000
_reading = Buckets(Rate(per_s=2, burst=60))
_sending = Buckets(Rate(per_s=1 / 30, burst=12))
_without_script = Buckets(Rate(per_s=1 / 300, burst=3))
_to_address = Buckets(Rate(per_s=10 / 86_400, burst=10))  # letters that one mailbox gets because of forms


@dataclass(frozen=True)
class At:
    """A tenant's form, in which language, and whether it stands in somebody's page."""

    brand: Brand
    kind: FormKind
    forms: Forms
    language: str
    framed: bool
    origin: str

    @property
    def name(self) -> str:
        """By which its puzzle is bound to it."""
        return f"{self.brand.slug}/{self.kind.value}"

    @property
    def query(self) -> str:
        return urlencode({"lang": self.language, **({"in": "frame"} if self.framed else {})})


View = Callable[[HttpRequest, At], HttpResponse]


def _of_form(view: View) -> Callable[[HttpRequest, str, str], HttpResponse]:
    """The form that an address names, in its language; where it may stand is said of every answer."""

    @wraps(view)
    def wrapped(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
        if not _reading.allows(_source(request)):
            return _plain(request, "wait", 429)
        found = queries.public(slug, kind)
        if found is None:
            return _plain(request, "none", 404)
        brand, form, forms = found
        framed = request.GET.get("in") == "frame"
        origin = _stands_in(request, forms) if framed else ""
        with translation.override(_language(request, brand)) as _said:
            at = At(brand, form, forms, (translation.get_language() or "en")[:2], framed, origin)
            if framed and _elsewhere(request, forms):
                response = _plain(request, "elsewhere", 403)
            else:
                response = view(request, at)
                middleware.framed_by(response, forms.origins)
            response["Content-Language"] = at.language
        return response

    return wrapped


# --- pages ---


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Every form of a tenant."""
    if not _reading.allows(_source(request)):
        return _plain(request, "wait", 429)
    brand = tenants.by_slug(slug)
    if brand is None or not tenants.has_statement(brand) or not tenants.holds(brand.owner_id):
        return _plain(request, "none", 404)
    with translation.override(_language(request, brand)):
        kinds = [(kind.value, TITLES[kind]) for kind in queries.forms(brand.owner_id).kinds]
        return _page(request, brand, {"view": "overview", "title": _("What can we do for you?"), "kinds": kinds})


@csrf_exempt  # there is no session and no cookie whose owner could be made to do something
@require_http_methods(["GET", "HEAD", "POST"])
@_of_form
def form(request: HttpRequest, at: At) -> HttpResponse:
    """The form; POST sends it."""
    if request.method == "POST":
        return _send(request, at)
    return _show(request, at)


@require_safe
@_of_form
def sent(request: HttpRequest, at: At) -> HttpResponse:
    return _page(request, at.brand, {"view": "sent", "title": _("Thank you"), "at": at})


@require_safe
def statement(request: HttpRequest, slug: str) -> HttpResponse:
    """The tenant's own privacy statement: where he published it, or what he wrote here."""
    brand = tenants.by_slug(slug) if _reading.allows(_source(request)) else None
    if brand is None or not tenants.has_statement(brand):
        return _plain(request, "none", 404)
    if brand.privacy_url.startswith(("https://", "http://")):
        return HttpResponseRedirect(brand.privacy_url)
    with translation.override(_language(request, brand)):
        language = (translation.get_language() or "en")[:2]
        texts = {code: str(text) for code, text in brand.privacy_text.items() if str(text).strip()}
        text = texts.get(language) or next(iter(texts.values()))
        return _page(request, brand, {"view": "statement", "title": _("Privacy statement"), "text": text})


@require_safe
def style(request: HttpRequest, slug: str) -> HttpResponse:
    """The tenant's two colours, the second lighter where a page of his is dark. Their form is checked again here: this
    is a style sheet."""
    brand = tenants.by_slug(slug)
    colours = [_hex(brand.colour), _hex(brand.accent)] if brand is not None else ["", ""]
    lines = []
    if all(colours):
        lines = [f".tenant {{ --brand: {colours[0]}; --brand-ink: {_ink(colours[0])};"]
        lines += [f"--accent: {colours[1]}; --accent-ink: {_ink(colours[1])}; }}"]
        dark = tenant_rules.on_dark(colours[1])
        lines += [f"@media (prefers-color-scheme: dark) {{ .tenant.auto {{ --accent: {dark};"]
        lines += [f"--accent-ink: {_ink(dark)}; }} }}"]
    response = HttpResponse("\n".join(lines), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def logo(request: HttpRequest, slug: str) -> HttpResponse:
    """As the tenant gave it; a picture and nothing else, whatever it says it is."""
    brand = tenants.by_slug(slug)
    kinds = ("image/png", "image/jpeg", "image/webp")
    if brand is None or not brand.logo or brand.logo_type not in kinds:
        return HttpResponse("There is nothing here.\n", status=404, content_type="text/plain; charset=utf-8")
    response = HttpResponse(bytes(brand.logo), content_type=brand.logo_type)
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """The one line's script: the same for everybody, and it holds no data."""
    path = finders.find("zegel/dist/embed.js")
    if not isinstance(path, str):
        return HttpResponse("There is nothing here.\n", status=404, content_type="text/plain; charset=utf-8")
    with open(path, "rb") as file:
        response = HttpResponse(file.read(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    middleware.for_other_pages(response)
    return response


# --- sending ---


def _send(request: HttpRequest, at: At) -> HttpResponse:
    if request.POST.get(TRAP):
        return _thanks(at)
    puzzle = request.POST.get("puzzle", "")[:200]
    judged = rules.judge(_key(), at.name, puzzle, request.POST.get("number", "")[:20], clock.now_ms() // 1000)
    if judged is Answer.TOO_SOON:
        return _show(request, at, _again(_("That was very quick."), _("Press the button once more.")), puzzle)
    if judged in {Answer.TOO_LATE, Answer.FALSE}:
        return _show(request, at, _again(_("This page was open for too long."), _("Press the button once more.")))
    try:
        said = _said(request, at)
        if not _may_send(request, said.email, judged):
            return _plain(request, "wait", 429)
        if not actions.use_puzzle(puzzle):
            return _show(request, at, _again(_("This was sent already."), _("Press again to send it once more.")))
        actions.submit(at.brand, said)
    except BadForm as wrong:
        return _show(request, at, wrong)
    return _thanks(at)


def _again(message: str, action: str) -> BadForm:
    return BadForm(message, action=action, field="")


def _thanks(at: At) -> HttpResponse:
    response = HttpResponseRedirect(f"{actions.PLACE}/{at.name}/sent?{at.query}")
    response.status_code = 303
    return response


def _may_send(request: HttpRequest, email: str, judged: Answer) -> bool:
    source = _source(request)
    if judged is Answer.UNSOLVED and not _without_script.allows(source):
        return False
    mailbox = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    return _sending.allows(source) and _to_address.allows(mailbox)


def _said(request: HttpRequest, at: At) -> actions.Said:
    """Raises BadForm."""
    text = {name: request.POST.get(name, "").strip()[:LONGEST] for name in FIELDS}
    asks = ASKS[at.kind]
    return actions.Said(
        at.kind, at.language, text["name"], text["email"], text["phone"], text["street"], text["house_number"],
        text["postcode"], text["city"], country=at.brand.country or "NL", model_id=_uuid(text["model"]),
        serial=text["serial"] if asks.serial else "", purchased_on=_day(text["bought"]) if asks.purchase else None,
        shop=text["shop"] if asks.purchase else "", text=text["text"] if asks.text else "",
        seen=_seen(request), origin=_known(request.POST.get("origin", ""), at.forms),
    )  # fmt: skip


def _seen(request: HttpRequest) -> bytes | None:
    """The hash of the words on his screen, if he ticked them."""
    if request.POST.get("agree") != "yes":
        return None
    try:
        return bytes.fromhex(request.POST.get("words", "")[:64])
    except ValueError:
        return b""


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise BadForm(_("This is no day."), action=_("Choose it again."), field="bought") from wrong


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# --- showing ---


def _show(request: HttpRequest, at: At, wrong: BadForm | None = None, puzzle: str = "") -> HttpResponse:
    purpose = actions.purpose_of(at.kind)
    words = purposes.words_of(purpose, at.language)
    with tenancy.acting_as(at.brand.owner_id):
        models = products.offered(at.brand.owner_id)
    asks = ASKS[at.kind]
    shown = {
        "view": "form", "title": TITLES[at.kind], "at": at, "asks": asks, "wrong": wrong,
        "field": wrong.details["field"] if wrong else "", "said": request.POST if wrong else {},
        "models": [(str(one.id), products.named(one)) for one in models],
        "vehicles": bool(models) and all(one.kind == ModelKind.VEHICLE for one in models), "trap": TRAP,
        "puzzle": puzzle or _puzzle(at), "difficulty": rules.DIFFICULTY, "words": words,
        "hash": purposes.hash_of(words).hex(), "today": clock.now().date().isoformat(),
        "agree": wrong is not None and request.POST.get("agree") == "yes",
        "origin": _known(request.POST.get("origin", ""), at.forms) if wrong else at.origin,
    }  # fmt: skip
    return _page(request, at.brand, shown, 422 if wrong else 200)


def _puzzle(at: At) -> str:
    return rules.new_puzzle(_key(), at.name, clock.now_ms() // 1000, randomness.token_bytes(16))


def _key() -> bytes:
    return secrets.secret(settings.SECRETS_PATH, "form-puzzles")


def _page(request: HttpRequest, brand: Brand, context: dict[str, Any], status: int = 200) -> HttpResponse:
    offered = [code for code in LANGUAGES if not brand.languages or code in brand.languages]
    names = dict(settings.LANGUAGES)
    context = {
        "brand": brand, "framed": request.GET.get("in") == "frame",
        "language": (translation.get_language() or "en")[:2],
        "languages": [(code, names[code]) for code in offered], **context,
    }  # fmt: skip
    return _never_kept(render(request, "public/form.html", context, status=status))


def _plain(request: HttpRequest, view: str, status: int) -> HttpResponse:
    """Of no tenant: nothing there, too often, or not in that page."""
    return _never_kept(render(request, "public/form.html", {"view": view, "title": _("Form")}, status=status))


def _never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


# --- parts ---


def _source(request: HttpRequest) -> str:
    return source_of(request.META.get("REMOTE_ADDR", ""))


def _language(request: HttpRequest, brand: Brand) -> str:
    """What was asked for, or what the browser likes, among the tenant's; else his first."""
    offered = [code for code in LANGUAGES if not brand.languages or code in brand.languages] or ["en"]
    asked = request.GET.get("lang", "")
    if asked in offered:
        return asked
    liked = (translation.get_language_from_request(request) or "")[:2]
    return liked if liked in offered else str((brand.languages or offered)[0])


def _referer(request: HttpRequest) -> str:
    return rules.origin_of("/".join(request.META.get("HTTP_REFERER", "").split("/")[:3]))


def _stands_in(request: HttpRequest, forms: Forms) -> str:
    return _known(_referer(request), forms)


def _known(origin: str, forms: Forms) -> str:
    return origin if origin in forms.origins else ""


def _elsewhere(request: HttpRequest, forms: Forms) -> bool:
    """A browser says that it loads this into a page which the tenant did not name. It would not show it either
    (frame-ancestors); so it is not even told what the form is."""
    if request.META.get("HTTP_SEC_FETCH_DEST") != "iframe":
        return False
    origin = _referer(request)
    return bool(origin) and origin not in {*forms.origins, settings.ORIGIN}


def _hex(text: str) -> str:
    plain = text.removeprefix("#").lower()
    return f"#{plain}" if len(plain) == 6 and all(letter in "0123456789abcdef" for letter in plain) else ""


def _ink(colour: str) -> str:
    """Black or white on it, whichever is read better (WCAG's relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (light + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"
