# SPDX-License-Identifier: EUPL-1.2
"""The whole notice behind a sign's code: for whoever stands before it, with any phone, in four languages.

It sets no cookie and needs none, runs no script and asks nothing of any other address. It is written at each request
from what the system runs on (sites.notice), so it can't be older than that. Whoever tries codes is slowed down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zegel.declare.vocabulary import Basis, Category, Purpose, Recipient, Term
from zegel.server.agreements import texts
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.kernel.middleware import WITHOUT_SCRIPT
from zegel.server.registers import words as declared
from zegel.server.sites import notice
from zegel.server.sites.notice import Kept, Notice

LANGUAGES = dict(settings.LANGUAGES)
_reading = Buckets(Rate(per_s=2, burst=60))
_guessing = Buckets(Rate(per_s=0.05, burst=10))

CATEGORIES: dict[Category, Promise] = {
    Category.IMAGE: _("Images, sealed when they are made"),
    Category.LOCATION: _("That an alarm went off, where and when, and what was done about it"),
    Category.ACTIVITY: _("Who looked at images and who deleted them, and when"),
    Category.TECHNICAL: _("Technical data of devices"),
    Category.CORRESPONDENCE: _("What was written"),
    Category.IDENTITY: _("Names"),
    Category.CONTACT: _("Addresses and telephone numbers"),
    Category.CREDENTIAL: _("Keys"),
    Category.AGREEMENT: _("What was agreed"),
}
PURPOSES: dict[Purpose, Promise] = {
    Purpose.SURVEILLANCE: _("guarding the place, as its owner laid down"),
    Purpose.ALARM_VERIFICATION: _("judging an alarm"),
    Purpose.OWN_USE: _("the owner’s own view of his place"),
    Purpose.MAINTENANCE: _("keeping the cameras working"),
    Purpose.ACCOUNT: _("signing in"),
    Purpose.AGREEMENT: _("the contract"),
    Purpose.ACCOUNTABILITY: _("proving who saw what"),
    Purpose.SECURITY: _("the system’s own security"),
    Purpose.COMMUNICATION: _("answering you"),
}
BASES: dict[Basis, Promise] = {
    Basis.CONSENT: _("your consent (Article 6(1)(a) GDPR)"),
    Basis.CONTRACT: _("a contract (Article 6(1)(b) GDPR)"),
    Basis.LEGAL_OBLIGATION: _("a legal duty (Article 6(1)(c) GDPR)"),
    Basis.VITAL_INTERESTS: _("somebody’s life (Article 6(1)(d) GDPR)"),
    Basis.PUBLIC_TASK: _("a public task (Article 6(1)(e) GDPR)"),
    Basis.LEGITIMATE_INTERESTS: _(
        "the legitimate interest in protecting people and property here (Article 6(1)(f) GDPR)"
    ),
}
RECIPIENTS: dict[Recipient, Promise] = {
    Recipient.OWNER: _("whoever is responsible for these cameras"),
    Recipient.PROVIDER: _("the security company, which cannot open the images"),
    Recipient.ARC: _("the alarm centre, only of an alarm’s own minutes"),
    Recipient.TECHNICIAN: _("a technician, only what the owner grants and only live"),
    Recipient.GUARD: _("a guard who is sent, a still of the alarm, only where the owner allows it"),
    Recipient.POLICE: _("the police, where the law compels it"),
    Recipient.WITNESS: _("witnesses of the log, who see only fingerprints"),
    Recipient.NOBODY: _("nobody"),
}


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The notice, or a plain word that there is none; `?lang=` chooses the language."""
    source = source_of(request.META.get("REMOTE_ADDR", ""))
    language = request.GET.get("lang", "")
    chosen = language if language in LANGUAGES else (translation.get_language() or "en")[:2]
    with translation.override(chosen if chosen in LANGUAGES else "en"):
        if not _reading.allows(source) or not _guessing.allows(source):
            return _answer(request, code, {"view": "wait"}, 429)
        found = notice.by_code(code)
        if found is None:
            return _answer(request, code, {"view": "none"}, 404)
        _guessing.give_back(source)
        return _answer(request, code, {"view": "notice", **_shown(found)}, 200)


def _answer(request: HttpRequest, code: str, context: dict[str, Any], status: int) -> HttpResponse:
    context |= {"code": code, "languages": settings.LANGUAGES, "now": translation.get_language()}
    response = render(request, "public/notice.html", context, status=status)
    response["Content-Security-Policy"] = WITHOUT_SCRIPT
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def _shown(found: Notice) -> dict[str, Any]:
    return {
        "it": found, "processor": _processor(found), "does": list(_does(found)), "terms": list(_terms(found)),
        "purposes": [texts.PURPOSES.get(code, words) for code, words in found.purposes],
        "kept": [_line(row) for row in found.kept],
        "ask": gettext(
            "Ask %(name)s: say where and when you were there, within some ten minutes, and how you can be "
            "recognised. You get an answer within a month."
        ) % {"name": found.controller},
    }  # fmt: skip


def _processor(found: Notice) -> str:
    if not found.provider:
        return ""
    return gettext(
        "%(name)s runs the cameras on their behalf (processor). It stores the images and cannot open them: "
        "the camera unit seals them to its owner’s key."
    ) % {"name": found.provider}


def _does(found: Notice) -> Iterator[str]:
    """What the cameras do, as far as their owner signed it."""
    has = found.cameras
    yield ngettext("%(n)d camera stands here.", "%(n)d cameras stand here.", has.count) % {"n": has.count}
    if has.on_activity:
        yield gettext("They record when something moves while they guard.")
    if has.all_the_time:
        yield gettext("They record all the time while they guard.")
    if has.hours:
        yield gettext("In working hours they record nobody; then they only notice when somebody tampers with them.")
    if has.overview:
        yield gettext("At fixed times an overview picture is made, too coarse to recognise a face or a number plate.")
    if has.turning:
        yield ngettext("%(n)d of them can turn.", "%(n)d of them can turn.", has.turning) % {"n": has.turning}
    if has.sound:
        sound = ngettext("%(n)d of them can record sound.", "%(n)d of them can record sound.", has.sound)
        yield sound % {"n": has.sound}
    else:
        yield gettext("None of them records sound.")
    if has.masked:
        yield gettext("Parts of the picture that are nobody’s business are blackened in the unit.")
    if found.alarm_centre:
        yield gettext(
            "On an alarm the unit gives %(name)s the key to the minutes around it. At no other time can the "
            "alarm centre see anything."
        ) % {"name": found.alarm_centre}


def _terms(found: Notice) -> Iterator[str]:
    yield gettext(
        "Images are gone after %(days)d days at most, unless they are evidence of an incident; then they go "
        "when it is settled."
    ) % {"days": found.terms.surveillance_days}
    if found.cameras.overview and found.terms.overview_days == 0:
        yield gettext("Overview pictures go at once when the last camera is taken away.")
    elif found.cameras.overview:
        yield gettext("Overview pictures go at most %(days)d days after the last camera was taken away.") % {
            "days": found.terms.overview_days
        }


def _kept(row: Kept) -> str:
    if row.term is Term.LIVE:
        return gettext("kept nowhere")
    if row.days == 0:
        return gettext("gone at once when what it was kept for is over")
    return "" if row.days is None else gettext("%(days)d days at most") % {"days": row.days}


def _line(row: Kept) -> dict[str, Any]:
    return {
        "what": CATEGORIES.get(row.category) or declared.word(row.category),
        "purpose": PURPOSES.get(row.purpose) or declared.word(row.purpose), "basis": BASES[row.basis],
        "who": [RECIPIENTS.get(one) or declared.word(one) for one in row.recipients], "days": _kept(row),
    }  # fmt: skip
