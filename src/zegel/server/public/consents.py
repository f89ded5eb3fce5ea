# SPDX-License-Identifier: EUPL-1.2
"""Taking a consent back, by the link in its receipt: one page, one press, no account (Art. 7(3) GDPR)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from zegel.server.consents import actions, links
from zegel.server.consents.models import Consent
from zegel.server.consents.purposes import PURPOSES
from zegel.server.kernel import tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.people import queries as people

_reading = Buckets(Rate(per_s=0.5, burst=20))


@csrf_exempt  # the link itself is what allows it, and nothing else of the browser counts
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What he agreed to; a press takes it back. A scanner of mail that only reads the address takes nothing back."""
    if not _reading.allows(source_of(request.META.get("REMOTE_ADDR", ""))):
        return _shown(request, {"view": "wait"}, 429)
    named = links.read(token)
    row = None
    if named is not None:
        with tenancy.acting_as(named[0]):
            row = Consent.objects.select_related("text").filter(id=named[1], owner_id=named[0], person_id=None).first()
    if row is None or row.purpose not in PURPOSES:
        return _shown(request, {"view": "none"}, 404)
    with translation.override(row.text.language):
        if request.method == "POST" and row.withdrawn_at is None:
            with work.transaction(system(row.owner_id)) as w:
                actions.withdraw_by_address(w, row.owner_id, row.purpose, row.email, links.PLACE)
            return _shown(request, _context(row) | {"view": "done"})
        return _shown(request, _context(row) | {"view": "held" if row.withdrawn_at is None else "done"})


def _context(row: Consent) -> dict[str, Any]:
    owner = people.party(row.owner_id, seen_by=row.owner_id)
    return {
        "what": PURPOSES[row.purpose].title, "words": row.text.words, "given": row.given_at,
        "controller": "" if owner is None else owner.name, "language": row.text.language,
    }  # fmt: skip


def _shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, "public/consent.html", {"title": _("Your consent"), **context}, status=status)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
